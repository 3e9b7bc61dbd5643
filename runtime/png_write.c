/* Pictures: a 2D image as 8-bit grey or, for labels, RGB. Filter and level are fixed, so the same image gives the
 * same bytes. The one file that knows libpng. */
#include "runtime/image_write.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL 6

typedef struct Png {
    png_structp png;
    png_infop info;
    bool rgb;
    char text[256]; /* libpng's last complaint */
    QbErr *err;     /* of the call in progress */
} Png;

/* ---- voxels to grey and colour ---------------------------------------------------------------------- */

static uint8_t grey(double v, double low, double scale)
{
    double g = nearbyint((v - low) * scale);
    return g >= 255 ? 255 : g > 0 ? (uint8_t)g : 0; /* NaN is 0 */
}

static void grey_row(const QbImageWriter *w, const void *row, uint8_t *to)
{
    double range = w->high - w->low;
    bool flat = !(range > 0) || !isfinite(range);
    for (int64_t x = 0; x < w->width; x++)
        to[x] = flat ? 0 : grey(qb_pix_get(w->type.pix, row, x), w->low, 255.0 / range);
}

static void mask_row(const QbImageWriter *w, const uint8_t *row, uint8_t *to)
{
    for (int64_t x = 0; x < w->width; x++)
        to[x] = row[x] ? 255 : 0;
}

/* A label's colour depends on its number alone. Hues step by the golden section of the circle, so that near numbers lie
 * far apart on it; brightness and saturation take turns for those that come near again. Nothing is near black. */
void qb_label_colour(uint32_t label, uint8_t rgb[3])
{
    static const int values[3] = {255, 224, 184}, floors[4] = {32, 96, 0, 64};
    if (label == 0) {
        memset(rgb, 0, 3);
        return;
    }
    uint64_t hue =
        (uint64_t)(label * 2654435769u) * 6; /* 32 fractional bits of a sixth of the circle */
    int sixth = (int)(hue >> 32), rise = (int)(hue >> 24 & 255);
    int top = values[label % 3], bottom = floors[label / 3 % 4];
    int up = bottom + (top - bottom) * rise / 255, down = top - (up - bottom);
    const int cycle[6][3] = {{top, up, bottom},   {down, top, bottom}, {bottom, top, up},
                             {bottom, down, top}, {up, bottom, top},   {top, bottom, down}};
    for (int c = 0; c < 3; c++)
        rgb[c] = (uint8_t)cycle[sixth][c];
}

static void label_row(const QbImageWriter *w, const uint32_t *row, uint8_t *to)
{
    uint8_t rgb[3] = {0, 0, 0};
    uint32_t last = 0;
    for (int64_t x = 0; x < w->width; x++) {
        if (row[x] != last)
            qb_label_colour(last = row[x], rgb);
        memcpy(to + 3 * x, rgb, 3);
    }
}

static bool encode(const QbImageWriter *w, const QbPiece *piece, const void *const *rows,
                   uint8_t *bytes, size_t *size, QbErr *err)
{
    (void)err; /* no voxel is without a colour */
    size_t row_bytes = (size_t)w->width * (w->type.kind == QB_LABELS ? 3 : 1);
    *size = (size_t)piece->n_rows * row_bytes;
    for (int64_t k = 0; k < piece->n_rows; k++) {
        uint8_t *to = bytes + (size_t)k * row_bytes;
        if (w->type.kind == QB_LABELS)
            label_row(w, rows[k], to);
        else if (w->type.kind == QB_MASK)
            mask_row(w, rows[k], to);
        else if (w->type.pix == QB_U8)
            memcpy(to, rows[k], row_bytes);
        else
            grey_row(w, rows[k], to);
    }
    return true;
}

/* ---- libpng, which leaves by longjmp ---------------------------------------------------------------- */

static void on_error(png_structp png, png_const_charp text)
{
    Png *p = png_get_error_ptr(png);
    strncpy(p->text, text, sizeof(p->text) - 1);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void on_bytes(png_structp png, png_bytep bytes, png_size_t n)
{
    QbImageWriter *w = png_get_io_ptr(png);
    Png *p = w->format;
    if (!qb_atomic_write(w->file, bytes, n, p->err))
        png_error(png, "write failed");
}

static void on_flush(png_structp png)
{
    (void)png;
}

/* An error of the disk is set by on_bytes already, and stays. */
static bool fail(QbImageWriter *w, QbErr *err)
{
    Png *p = w->format;
    return qb_err_set(err, "cannot write '%s': %s", qb_atomic_path(w->file), p->text);
}

static void set_text(Png *p, const char *description)
{
    bool ascii = true;
    for (const char *c = description; *c; c++)
        ascii = ascii && (unsigned char)*c < 128;
    char key[] = "Description";
    png_text text = {
        .compression = ascii ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE,
        .key = key,
        .text = (png_charp)description,
    };
    png_set_text(p->png, p->info, &text, 1);
}

static bool start(QbImageWriter *w, const char *description, QbErr *err)
{
    Png *p = w->format;
    p->err = err;
    p->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, p, on_error, on_warning);
    p->info = p->png ? png_create_info_struct(p->png) : NULL;
    if (!p->info)
        return qb_err_set(err, "cannot write '%s': out of memory", qb_atomic_path(w->file));
    if (setjmp(png_jmpbuf(p->png)))
        return fail(w, err);
    png_set_write_fn(p->png, w, on_bytes, on_flush);
    png_set_user_limits(p->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_compression_level(p->png, LEVEL);
    png_set_filter(p->png, 0, w->type.kind == QB_IMAGE ? PNG_FILTER_SUB : PNG_FILTER_NONE);
    png_set_IHDR(p->png, p->info, (png_uint_32)w->width, (png_uint_32)w->page_rows, 8,
                 p->rgb ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
    if (description && *description)
        set_text(p, description);
    png_write_info(p->png, p->info);
    return true;
}

static bool put(QbImageWriter *w, const QbPiece *piece, const uint8_t *bytes, QbErr *err)
{
    Png *p = w->format;
    size_t row_bytes = piece->size / (size_t)piece->n_rows;
    p->err = err;
    if (setjmp(png_jmpbuf(p->png)))
        return fail(w, err);
    for (int64_t k = 0; k < piece->n_rows; k++)
        png_write_row(p->png, bytes + (size_t)k * row_bytes);
    return true;
}

static bool finish(QbImageWriter *w, QbErr *err)
{
    Png *p = w->format;
    p->err = err;
    if (setjmp(png_jmpbuf(p->png)))
        return fail(w, err);
    png_write_end(p->png, p->info);
    return true;
}

static void free_png(QbImageWriter *w)
{
    Png *p = w->format;
    if (p && p->png)
        png_destroy_write_struct(&p->png, &p->info);
    free(p);
}

/* ---- in memory -------------------------------------------------------------------------------------- */

typedef struct Memory {
    QbText *out;
    char text[256];
} Memory;

static void on_memory_error(png_structp png, png_const_charp text)
{
    Memory *m = png_get_error_ptr(png);
    strncpy(m->text, text, sizeof(m->text) - 1);
    png_longjmp(png, 1);
}

static void on_memory_bytes(png_structp png, png_bytep bytes, png_size_t n)
{
    Memory *m = png_get_io_ptr(png);
    qb_text_addn(m->out, (const char *)bytes, n);
}

static bool write_memory(png_structp png, png_infop info, const uint8_t *pixels, int width,
                         int height, bool rgb)
{
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_set_compression_level(png, LEVEL);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, 8,
                 rgb ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
    png_write_info(png, info);
    for (int y = 0; y < height; y++)
        png_write_row(png, pixels + (size_t)y * (size_t)width * (rgb ? 3 : 1));
    png_write_end(png, info);
    return true;
}

bool qb_png_memory(const uint8_t *pixels, int width, int height, bool rgb, QbText *out, QbErr *err)
{
    Memory m = {.out = out, .text = "out of memory"};
    png_structp png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, &m, on_memory_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    bool ok = info != NULL;
    if (ok) {
        png_set_write_fn(png, &m, on_memory_bytes, on_flush);
        ok = write_memory(png, info, pixels, width, height, rgb);
    }
    if (png)
        png_destroy_write_struct(&png, &info);
    return ok || qb_err_set(err, "cannot make a picture: %s", m.text);
}

static const QbWriterOps png_ops = {
    .encode = encode, .put = put, .finish = finish, .free = free_png};

bool qb_writer_open_png(const QbWriteSpec *spec, QbImageWriter **out, QbErr *err)
{
    if (spec->type.rank != 2)
        return qb_err_set(err, "cannot write '%s': a PNG holds a 2D image, not a volume",
                          spec->path);
    if (spec->type.n[0] > PNG_UINT_31_MAX || spec->type.n[2] > PNG_UINT_31_MAX)
        return qb_err_set(err, "cannot write '%s': a PNG holds at most %ld voxels a side",
                          spec->path, (long)PNG_UINT_31_MAX);
    QbImageWriter *w;
    if (!qb_writer_begin(spec, &png_ops, &w, err))
        return false;
    Png *p = calloc(1, sizeof(*p));
    w->format = p;
    if (!p)
        qb_err_set(err, "cannot write '%s': out of memory", spec->path);
    else
        p->rgb = spec->type.kind == QB_LABELS;
    if (!p || !start(w, spec->description, err)) {
        qb_writer_abort(w);
        return false;
    }
    *out = w;
    return true;
}
