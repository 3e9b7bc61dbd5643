/* TIFF files, written from front to back: the strips of a page, then its directory, linked from the one before. Layout,
 * strips and bytes depend on the image alone. Directories are made here rather than by libtiff, which would walk the whole
 * chain for each page and keep voxel sizes as 32-bit floats. */
#include "core/text.h"
#include "runtime/deflate.h"
#include "runtime/image_write.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL         6
/* Classic TIFF counts bytes in 32 bits. Beyond this much, taken at its worst, a file is a BigTIFF; what is left below 2^32
 * is room for the description. */
#define CLASSIC_BYTES 4026531840.0

enum { TYPE_ASCII = 2, TYPE_SHORT = 3, TYPE_LONG = 4, TYPE_RATIONAL = 5, TYPE_LONG8 = 16 };

/* What a thread needs to pack a strip; as many are made as threads pack at once. */
typedef struct Packer {
    struct Packer *next;
    QbDeflater *deflater;
    uint8_t raw[];
} Packer;

typedef struct Tiff {
    bool big;
    int predictor;             /* 1: none, 2: differences along the row */
    uint32_t resolution[2][2]; /* x and y, voxels in a centimetre as a fraction; 0/0: unknown */
    bool is_imagej;            /* they are voxels in a micrometre, as the description says */
    char *description;         /* of the first page, or NULL */
    int64_t strips;            /* of a page */
    uint64_t *offset;
    uint32_t *size;
    int64_t link; /* where the offset of the next directory has to be written */
    pthread_mutex_t lock;
    Packer *idle;
} Tiff;

/* ---- strips ----------------------------------------------------------------------------------------- */

static size_t voxel_bytes(const QbImageWriter *w)
{
    return qb_stored_bytes(&w->type, w->store);
}

static Packer *take_packer(const QbImageWriter *w)
{
    Tiff *t = w->format;
    pthread_mutex_lock(&t->lock);
    Packer *p = t->idle;
    if (p)
        t->idle = p->next;
    pthread_mutex_unlock(&t->lock);
    if (p)
        return p;
    p = malloc(sizeof(*p) + (size_t)w->atom * (size_t)w->width * voxel_bytes(w));
    if (!p)
        return NULL;
    p->deflater = qb_deflater_new(LEVEL);
    if (!p->deflater) {
        free(p);
        return NULL;
    }
    return p;
}

static void return_packer(const QbImageWriter *w, Packer *p)
{
    Tiff *t = w->format;
    pthread_mutex_lock(&t->lock);
    p->next = t->idle;
    t->idle = p;
    pthread_mutex_unlock(&t->lock);
}

/* Predictor 2: each voxel less the one before it in its row, wrapping. */
static void differences(void *row, int64_t n, size_t bytes)
{
    uint16_t *v16 = row;
    uint32_t *v32 = row;
    if (bytes == 2)
        for (int64_t x = n - 1; x > 0; x--)
            v16[x] = (uint16_t)(v16[x] - v16[x - 1]);
    else
        for (int64_t x = n - 1; x > 0; x--)
            v32[x] -= v32[x - 1];
}

static bool fill_raw(const QbImageWriter *w, const QbPiece *piece, const void *const *rows,
                     uint8_t *raw, QbErr *err)
{
    const Tiff *t = w->format;
    size_t bytes = voxel_bytes(w);
    for (int64_t k = 0; k < piece->n_rows; k++) {
        uint8_t *row = raw + (size_t)k * (size_t)w->width * bytes;
        if (!qb_store_row(w, rows[k], row, err))
            return false;
        if (t->predictor == 2)
            differences(row, w->width, bytes);
    }
    return true;
}

static bool encode(const QbImageWriter *w, const QbPiece *piece, const void *const *rows,
                   uint8_t *bytes, size_t *size, QbErr *err)
{
    Packer *p = take_packer(w);
    if (!p)
        return qb_err_set(err, "cannot write '%s': out of memory", qb_atomic_path(w->file));
    size_t n = (size_t)piece->n_rows * (size_t)w->width * voxel_bytes(w);
    bool ok = fill_raw(w, piece, rows, p->raw, err);
    if (ok) {
        *size = qb_deflate(p->deflater, p->raw, n, bytes, qb_deflate_bound(n));
        QB_CHECK(*size > 0);
    }
    return_packer(w, p);
    return ok;
}

/* ---- directories ------------------------------------------------------------------------------------ */

/* A directory as it grows: its entries, and the values too long to stand in one, which follow it in the file. */
typedef struct Directory {
    bool big;
    int64_t values_at; /* file offset of `values` */
    QbText entries, values;
} Directory;

static void add_bytes(QbText *t, const void *bytes, size_t n)
{
    qb_text_addn(t, bytes, n);
}

static void add_entry(Directory *d, int tag, int type, uint64_t count, const void *value)
{
    static const uint8_t bytes_of[17] = {
        [TYPE_ASCII] = 1, [TYPE_SHORT] = 2, [TYPE_LONG] = 4, [TYPE_RATIONAL] = 8, [TYPE_LONG8] = 8};
    uint16_t head[2] = {(uint16_t)tag, (uint16_t)type};
    size_t field = d->big ? 8 : 4, n = (size_t)count * bytes_of[type];
    uint64_t where = 0; /* the value itself where it fits */
    add_bytes(&d->entries, head, 4);
    add_bytes(&d->entries, &count, field);
    if (n <= field) {
        memcpy(&where, value, n);
    } else {
        where = (uint64_t)d->values_at + d->values.n;
        add_bytes(&d->values, value, n);
        if (n % 2)
            add_bytes(&d->values, "", 1);
    }
    add_bytes(&d->entries, &where, field);
}

static void add_short(Directory *d, int tag, uint16_t v)
{
    add_entry(d, tag, TYPE_SHORT, 1, &v);
}

static void add_long(Directory *d, int tag, uint32_t v)
{
    add_entry(d, tag, TYPE_LONG, 1, &v);
}

static void add_offsets(Directory *d, const Tiff *t)
{
    if (d->big) {
        add_entry(d, 273, TYPE_LONG8, (uint64_t)t->strips, t->offset);
        return;
    }
    uint32_t *narrow = qb_xmalloc((size_t)t->strips * 4);
    for (int64_t s = 0; s < t->strips; s++)
        narrow[s] = (uint32_t)t->offset[s];
    add_entry(d, 273, TYPE_LONG, (uint64_t)t->strips, narrow);
    free(narrow);
}

static int sample_format(QbPix pix)
{
    return qb_pix_info[pix].is_float ? 3 : qb_pix_info[pix].is_signed ? 2 : 1;
}

/* Tags in ascending order, as the format asks. */
static void add_entries(Directory *d, const QbImageWriter *w, const char *description)
{
    const Tiff *t = w->format;
    bool sized = t->resolution[0][1] != 0 && t->resolution[1][1] != 0;
    bool colour = w->type.kind == QB_PICTURE;
    add_long(d, 256, (uint32_t)w->width);
    add_long(d, 257, (uint32_t)w->page_rows);
    if (colour)
        add_entry(d, 258, TYPE_SHORT, 3, (uint16_t[]){8, 8, 8, 0});
    else
        add_short(d, 258, (uint16_t)(8 * qb_pix_bytes(w->store)));
    add_short(d, 259, 8);              /* Deflate */
    add_short(d, 262, colour ? 2 : 1); /* RGB, or black is zero */
    if (description)
        add_entry(d, 270, TYPE_ASCII, strlen(description) + 1, description);
    add_offsets(d, t);
    add_short(d, 277, colour ? 3 : 1);
    add_long(d, 278, (uint32_t)w->atom);
    add_entry(d, 279, TYPE_LONG, (uint64_t)t->strips, t->size);
    if (sized) {
        add_entry(d, 282, TYPE_RATIONAL, 1, t->resolution[0]);
        add_entry(d, 283, TYPE_RATIONAL, 1, t->resolution[1]);
        add_short(d, 296, t->is_imagej ? 1 : 3); /* the description's unit, or centimetres */
    }
    if (t->predictor != 1)
        add_short(d, 317, (uint16_t)t->predictor);
    if (!colour) /* 1, unsigned, is what is meant where it is not there */
        add_short(d, 339, (uint16_t)sample_format(w->store));
}

static int count_entries(const QbImageWriter *w, const char *description)
{
    const Tiff *t = w->format;
    return 10 - (w->type.kind == QB_PICTURE) + (description != NULL) + (t->predictor != 1) +
           (t->resolution[0][1] != 0 && t->resolution[1][1] != 0 ? 3 : 0);
}

/* The directory's bytes go behind its strips; then the one before, or the header, is made to point to it. */
static bool write_directory(QbImageWriter *w, const char *description, QbErr *err)
{
    Tiff *t = w->format;
    if (qb_atomic_size(w->file) % 2 && !qb_atomic_write(w->file, "", 1, err))
        return false;
    uint64_t at = (uint64_t)qb_atomic_size(w->file),
             count = (uint64_t)count_entries(w, description);
    size_t head = t->big ? 8 : 2, link = t->big ? 8 : 4;
    size_t fixed = head + count * (t->big ? 20 : 12) + link;
    Directory d = {.big = t->big, .values_at = (int64_t)(at + fixed)};
    add_bytes(&d.entries, &count, head);
    add_entries(&d, w, description);
    add_bytes(&d.entries, &(uint64_t){0}, link);
    QB_CHECK(d.entries.n == fixed);
    bool ok = qb_atomic_write(w->file, d.entries.s, d.entries.n, err) &&
              (d.values.n == 0 || qb_atomic_write(w->file, d.values.s, d.values.n, err)) &&
              qb_atomic_patch(w->file, &at, link, t->link, err);
    if (ok && !t->big && qb_atomic_size(w->file) > UINT32_MAX)
        ok = qb_err_set(err, "cannot write '%s': its description is too long",
                        qb_atomic_path(w->file));
    t->link = (int64_t)(at + fixed - link);
    qb_text_free(&d.entries);
    qb_text_free(&d.values);
    return ok;
}

static bool put(QbImageWriter *w, const QbPiece *piece, const uint8_t *bytes, QbErr *err)
{
    Tiff *t = w->format;
    int64_t page = piece->row / w->page_rows, y = piece->row % w->page_rows, s = y / w->atom;
    t->offset[s] = (uint64_t)qb_atomic_size(w->file);
    t->size[s] = (uint32_t)piece->size;
    if (!qb_atomic_write(w->file, bytes, piece->size, err))
        return false;
    if (y + piece->n_rows < w->page_rows)
        return true;
    return write_directory(w, page == 0 ? t->description : NULL, err);
}

/* ---- opening ---------------------------------------------------------------------------------------- */

/* a and b such that `length` · b / a, rounded once as our reader does, is the voxel size again wherever it is a short decimal
 * number; else the nearest fraction of 32-bit numbers. 0/0 where none is near. */
static void voxels_per(double length, double um, uint32_t fraction[2])
{
    fraction[0] = fraction[1] = 0;
    if (!(um > 1e-5) || !(um < 1e12))
        return;
    double ten = 1;
    for (int digits = 0; digits <= 5; digits++, ten *= 10) {
        double a = nearbyint(um * ten);
        if (a >= 1 && a <= UINT32_MAX && a / ten == um) {
            fraction[0] = (uint32_t)(length * ten);
            fraction[1] = (uint32_t)a;
            return;
        }
    }
    /* Continued fraction: each step's h/k is the best one of its size. */
    double x = length / um, h0 = 1, k0 = 0, h = floor(x), k = 1;
    for (double rest = x - floor(x); rest > 1e-12;) {
        double q = floor(1 / rest), h2 = q * h + h0, k2 = q * k + k0;
        if (h2 > UINT32_MAX || k2 > UINT32_MAX)
            break;
        h0 = h, k0 = k, h = h2, k = k2;
        rest = 1 / rest - q;
    }
    if (h < 1)
        return;
    fraction[0] = (uint32_t)h;
    fraction[1] = (uint32_t)k;
}

/* The provenance, and the one thing that TIFF has no tag for: the distance of slices, in ImageJ's words. */
static char *describe(const QbWriteSpec *spec)
{
    QbText t = {0};
    double dz = spec->type.rank == 3 ? spec->type.spacing[0] : 0;
    if (dz > 0) {
        long long n = spec->type.n[0];
        qb_text_addf(&t, "ImageJ=1.54f\nimages=%lld\nslices=%lld\nunit=um\nspacing=", n, n);
        qb_text_add_number(&t, dz);
        qb_text_add(&t, "\n");
    }
    if (spec->description)
        qb_text_add(&t, spec->description);
    return t.s;
}

/* Differences make grey values of 16 bits and more smaller by a third or so. They do not pay for flat areas (masks, labels)
 * and 8 bits; and predictor 3, the one for floats, is unknown to too many readers. */
static int predictor_of(const QbWriteSpec *spec)
{
    const QbPixInfo *pix = &qb_pix_info[spec->store];
    return spec->type.kind == QB_IMAGE && !pix->is_float && pix->bytes > 1 ? 2 : 1;
}

/* Bytes of the file at its worst, without the description. */
static double worst_bytes(const QbImageWriter *w, int64_t strips)
{
    double strip = (double)qb_deflate_bound((size_t)w->atom * (size_t)w->width * voxel_bytes(w));
    return (double)w->pages * ((double)strips * (strip + 8) + 300);
}

static bool set_up(QbImageWriter *w, const QbWriteSpec *spec, QbErr *err)
{
    Tiff *t = calloc(1, sizeof(*t));
    w->format = t;
    if (!t)
        return qb_err_set(err, "cannot write '%s': out of memory", spec->path);
    pthread_mutex_init(&t->lock, NULL);
    t->strips = (w->page_rows + w->atom - 1) / w->atom;
    t->big = worst_bytes(w, t->strips) > CLASSIC_BYTES;
    t->predictor = predictor_of(spec);
    t->is_imagej = spec->type.rank == 3 && spec->type.spacing[0] > 0;
    double length = t->is_imagej ? 1 : 10000;
    voxels_per(length, spec->type.spacing[2], t->resolution[0]);
    voxels_per(length, spec->type.spacing[spec->type.rank == 3 ? 1 : 0], t->resolution[1]);
    t->description = describe(spec);
    t->offset = calloc((size_t)t->strips, sizeof(*t->offset));
    t->size = calloc((size_t)t->strips, sizeof(*t->size));
    if (!t->offset || !t->size)
        return qb_err_set(err, "cannot write '%s': out of memory", spec->path);
    static const uint8_t classic[8] = {'I', 'I', 42}, big[16] = {'I', 'I', 43, 0, 8};
    t->link = t->big ? 8 : 4;
    return spec->resume || qb_atomic_write(w->file, t->big ? big : classic, t->big ? 16 : 8, err);
}

static void free_tiff(QbImageWriter *w)
{
    Tiff *t = w->format;
    if (!t)
        return;
    while (t->idle) {
        Packer *p = t->idle;
        t->idle = p->next;
        qb_deflater_free(p->deflater);
        free(p);
    }
    pthread_mutex_destroy(&t->lock);
    free(t->description);
    free(t->offset);
    free(t->size);
    free(t);
}

static bool keep(QbImageWriter *w, QbKeep *k, QbKept *file, QbErr *err)
{
    Tiff *t = w->format;
    if (!qb_keep_bytes(k, &t->link, sizeof(t->link), err) ||
        !qb_keep_bytes(k, t->offset, (size_t)t->strips * sizeof(*t->offset), err) ||
        !qb_keep_bytes(k, t->size, (size_t)t->strips * sizeof(*t->size), err))
        return false;
    file->link = t->link;
    file->link_bytes = t->big ? 8 : 4;
    return true;
}

static const QbWriterOps tiff_ops = {.encode = encode, .put = put, .keep = keep, .free = free_tiff};

bool qb_writer_open_tiff(const QbWriteSpec *spec, QbImageWriter **out, QbErr *err)
{
    QbImageWriter *w;
    int64_t rows = spec->type.n[spec->type.rank == 3 ? 1 : 0];
    if (rows > UINT32_MAX || spec->type.n[2] > (1 << 28))
        return qb_err_set(err, "cannot write '%s': a TIFF holds rows of at most 2^28 voxels",
                          spec->path);
    if (!qb_writer_begin(spec, &tiff_ops, &w, err))
        return false;
    if (!set_up(w, spec, err)) {
        qb_writer_abort(w);
        return false;
    }
    *out = w;
    return true;
}
