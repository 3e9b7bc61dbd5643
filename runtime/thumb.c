/* A small picture of an image that is being written. The voxel in the middle of each cell of a grid stands for the cell, so that
 * labels stay labels; different tasks write different rows of it, so that nothing is locked. */
#include "runtime/thumb.h"
#include "runtime/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct QbThumb {
    QbType type;
    int64_t slice;         /* of a volume; 0 */
    int64_t of_h, of_w;    /* the image */
    int64_t height, width; /* the thumb */
    size_t bytes;          /* of a voxel */
    unsigned char voxel[];
};

static int64_t middle(int64_t cell, int64_t n, int64_t cells)
{
    return (2 * cell + 1) * n / (2 * cells);
}

QbThumb *qb_thumb_new(const QbType *type, int64_t side)
{
    bool volume = type->rank == 3;
    int64_t h = type->n[volume ? 1 : 0], w = type->n[2], longest = qb_max64(h, w);
    int64_t height = h, width = w;
    if (longest > side) {
        height = qb_max64(1, (int64_t)((double)h * (double)side / (double)longest));
        width = qb_max64(1, (int64_t)((double)w * (double)side / (double)longest));
    }
    size_t bytes = qb_pix_bytes(type->pix), n;
    if (!qb_mul_size((size_t)height * (size_t)width, bytes, &n))
        return NULL;
    QbThumb *t = calloc(1, sizeof(*t) + n);
    if (!t)
        return NULL;
    t->type = *type;
    t->slice = volume ? type->n[0] / 2 : 0;
    t->of_h = h, t->of_w = w;
    t->height = height, t->width = width;
    t->bytes = bytes;
    return t;
}

void qb_thumb_free(QbThumb *t)
{
    free(t);
}

static void take_row(QbThumb *t, int64_t row, const unsigned char *from)
{
    unsigned char *to = t->voxel + (size_t)(row * t->width) * t->bytes;
    for (int64_t x = 0; x < t->width; x++, to += t->bytes)
        memcpy(to, from + (size_t)middle(x, t->of_w, t->width) * t->bytes, t->bytes);
}

void qb_thumb_take(QbThumb *t, const QbBox *box, const void *const *rows)
{
    bool volume = t->type.rank == 3;
    if (volume && (t->slice < box->lo[0] || t->slice >= box->hi[0]))
        return;
    if (volume)
        rows += (t->slice - box->lo[0]) * (box->hi[1] - box->lo[1]);
    int64_t lo = box->lo[volume], hi = box->hi[volume];
    for (int64_t r = lo * t->height / t->of_h; r < t->height; r++) {
        int64_t y = middle(r, t->of_h, t->height);
        if (y >= hi)
            return;
        if (y >= lo)
            take_row(t, r, rows[y - lo]);
    }
}

bool qb_thumb_keep(QbThumb *t, QbKeep *k, QbErr *err)
{
    int64_t size = t ? t->height * t->width * (int64_t)t->bytes : 0, kept = size;
    unsigned char other;
    if (!qb_keep_bytes(k, &kept, sizeof(kept), err))
        return false;
    if (kept == size)
        return size == 0 || qb_keep_bytes(k, t->voxel, (size_t)size, err);
    for (; kept > 0; kept--)
        if (!qb_keep_bytes(k, &other, 1, err))
            return false;
    return true;
}

/* The smallest and largest finite voxel. */
static QbTones tones_of(const QbThumb *t)
{
    QbTones tones = {&t->type, INFINITY, -INFINITY};
    for (int64_t k = 0; t->type.kind == QB_IMAGE && k < t->height * t->width; k++) {
        double v = qb_pix_get(t->type.pix, t->voxel, k);
        if (!isfinite(v))
            continue;
        tones.low = v < tones.low ? v : tones.low;
        tones.high = v > tones.high ? v : tones.high;
    }
    return tones;
}

bool qb_thumb_png(const QbThumb *t, QbText *png, QbErr *err)
{
    QbTones tones = tones_of(t);
    int samples = qb_picture_samples(&t->type);
    uint8_t *pixel = malloc((size_t)(t->height * t->width * samples));
    if (!pixel)
        return qb_err_set(err, "out of memory for a thumbnail");
    qb_picture_row(&tones, t->voxel, t->height * t->width, pixel);
    const QbPixels pixels = {pixel, t->height, t->width, samples, NULL};
    bool ok = qb_png_encode(&pixels, png, err);
    free(pixel);
    return ok;
}
