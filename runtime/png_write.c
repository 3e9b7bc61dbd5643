/* Pictures: a 2D image as 8-bit grey or, for labels, RGB. Filter and level are fixed, so the same image gives the
 * same bytes. The one file that knows libpng. */
#include "runtime/image_write.h"
#include "runtime/picture.h"
#include "runtime/size_bar.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "core/spill.h"

#define LEVEL 6

typedef struct Png {
    png_structp png;
    png_infop info;
    bool rgb;
    QbSizeBar *bar;    /* or NULL */
    char *description; /* of one that is kept in a checkpoint */
    char text[256];    /* libpng's last complaint */
    QbErr *err;        /* of the call in progress */
} Png;

static bool encode(const QbImageWriter *w, const QbPiece *piece, const void *const *rows,
                   uint8_t *bytes, size_t *size, QbErr *err)
{
    (void)err; /* no voxel is without a colour */
    const QbTones tones = {&w->type, w->low, w->high};
    size_t row_bytes = (size_t)w->width * (size_t)qb_picture_samples(&w->type);
    *size = (size_t)piece->n_rows * row_bytes;
    const Png *p = w->format;
    for (int64_t k = 0; k < piece->n_rows; k++) {
        uint8_t *row = bytes + (size_t)k * row_bytes;
        qb_picture_row(&tones, rows[k], w->width, row);
        qb_size_bar_draw(p->bar, piece->row + k, qb_picture_samples(&w->type), row);
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

static void set_text(png_structp png, png_infop info, const char *description)
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
    png_set_text(png, info, &text, 1);
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
        set_text(p->png, p->info, description);
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
    if (p) {
        free(p->description);
        qb_size_bar_free(p->bar);
    }
    free(p);
}

static const QbWriterOps png_ops = {
    .encode = encode, .put = put, .finish = finish, .free = free_png};

/* ---- in a checkpoint --------------------------------------------------------------------------------- */

/* The packed stream of a picture cannot be taken up again: its rows are kept as they are, and packed at the end. */
static bool put_part(QbImageWriter *w, const QbPiece *piece, const uint8_t *bytes, QbErr *err)
{
    return qb_atomic_write(w->file, bytes, piece->size, err);
}

static bool pack_part(QbImageWriter *w, const QbAtomicFile *part, QbErr *err)
{
    QbKept kept = qb_atomic_kept(part);
    size_t row_bytes = (size_t)(kept.size / w->page_rows);
    uint8_t *rows = malloc((size_t)w->atom * row_bytes);
    bool ok = rows || qb_err_set(err, "cannot write '%s': out of memory", qb_atomic_path(part));
    for (int64_t y = 0; ok && y < w->page_rows; y += w->atom) {
        QbPiece piece = {.row = y, .n_rows = qb_min64(w->atom, w->page_rows - y)};
        piece.size = (size_t)piece.n_rows * row_bytes;
        ok = qb_spill_read(kept.fd, y * (int64_t)row_bytes, rows, piece.size, err) &&
             put(w, &piece, rows, err);
    }
    free(rows);
    return ok;
}

static bool finish_part(QbImageWriter *w, QbErr *err)
{
    const Png *p = w->format;
    QbAtomicFile *part = w->file, *file;
    if (!qb_atomic_open(qb_atomic_path(part), &file, err))
        return false;
    w->file = file;
    bool ok = start(w, p->description, err) && pack_part(w, part, err) && finish(w, err);
    qb_atomic_abort(part);
    return ok;
}

static const QbWriterOps part_ops = {
    .encode = encode, .put = put_part, .finish = finish_part, .free = free_png};

bool qb_writer_open_png(const QbWriteSpec *spec, QbImageWriter **out, QbErr *err)
{
    if (spec->type.rank != 2)
        return qb_err_set(err, "cannot write '%s': a PNG holds a 2D image, not a volume",
                          spec->path);
    if (spec->type.n[0] > PNG_UINT_31_MAX || spec->type.n[2] > PNG_UINT_31_MAX)
        return qb_err_set(err, "cannot write '%s': a PNG holds at most %ld voxels a side",
                          spec->path, (long)PNG_UINT_31_MAX);
    QbImageWriter *w;
    if (!qb_writer_begin(spec, spec->part ? &part_ops : &png_ops, &w, err))
        return false;
    Png *p = calloc(1, sizeof(*p));
    w->format = p;
    if (!p)
        qb_err_set(err, "cannot write '%s': out of memory", spec->path);
    else
        p->rgb = qb_picture_samples(&spec->type) == 3;
    if (p && spec->part && spec->description)
        p->description = strdup(spec->description);
    if (p && spec->bar)
        p->bar = qb_size_bar_new(&spec->type, err);
    if (!p || (spec->bar && !p->bar) || (!spec->part && !start(w, spec->description, err))) {
        qb_writer_abort(w);
        return false;
    }
    *out = w;
    return true;
}

/* ---- in memory -------------------------------------------------------------------------------------- */

typedef struct Sink {
    QbText *out;
    char text[256];
} Sink;

static void on_memory_error(png_structp png, png_const_charp text)
{
    Sink *s = png_get_error_ptr(png);
    strncpy(s->text, text, sizeof(s->text) - 1);
    png_longjmp(png, 1);
}

static void on_memory_bytes(png_structp png, png_bytep bytes, png_size_t n)
{
    Sink *s = png_get_io_ptr(png);
    qb_text_addn(s->out, (const char *)bytes, n);
}

/* False: libpng left. */
static bool encode_all(png_structp png, png_infop info, const QbPixels *p)
{
    if (setjmp(png_jmpbuf(png)))
        return false;
    size_t row_bytes = (size_t)p->width * (size_t)p->samples;
    png_set_compression_level(png, LEVEL);
    png_set_filter(png, 0, p->samples == 1 ? PNG_FILTER_SUB : PNG_FILTER_NONE);
    png_set_IHDR(png, info, (png_uint_32)p->width, (png_uint_32)p->height, 8,
                 p->samples == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
    if (p->about && *p->about)
        set_text(png, info, p->about);
    png_write_info(png, info);
    for (int64_t y = 0; y < p->height; y++)
        png_write_row(png, p->pixel + (size_t)y * row_bytes);
    png_write_end(png, info);
    return true;
}

bool qb_png_encode(const QbPixels *pixels, QbText *out, QbErr *err)
{
    Sink sink = {.out = out, .text = "out of memory"};
    png_structp png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, &sink, on_memory_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    bool ok = info != NULL;
    if (ok) {
        png_set_write_fn(png, &sink, on_memory_bytes, on_flush);
        ok = encode_all(png, info, pixels);
    }
    if (png)
        png_destroy_write_struct(&png, &info);
    return ok || qb_err_set(err, "cannot make a picture: %s", sink.text);
}
