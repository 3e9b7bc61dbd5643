/* Hashes of coordinates, flat images, and where the blobs of a blob image are. */
#include "stdlib/phantom.h"

#include <string.h>

bool qb_phantom_check(QbCheck *c, const QbShape *shape, QbPix pix)
{
    int64_t n = (int64_t)qb_pix_bytes(pix);
    for (int a = 0; a < 3; a++) {
        if (shape->n[a] < 1)
            return c->fail(c, -1, NULL, "a shape has sizes from 1, not %lld",
                           (long long)shape->n[a]);
        if (!qb_mul_i64(n, shape->n[a], &n) || n > INT64_MAX / 4)
            return c->fail(c, -1, NULL, "the shape has more voxels than can be counted");
        c->out->n[a] = shape->n[a];
    }
    c->out->kind = QB_IMAGE;
    c->out->rank = shape->rank;
    c->out->pix = pix;
    c->out->nan_free = true;
    return true;
}

void qb_phantom_flat(const QbTask *t, double value)
{
    const QbBox *b = &t->out.box;
    int64_t n_rows = (b->hi[0] - b->lo[0]) * (b->hi[1] - b->lo[1]), nx = b->hi[2] - b->lo[2];
    QbPix pix = t->out_type->pix;
    if (n_rows <= 0 || nx <= 0)
        return;
    for (int64_t x = 0; x < nx; x++)
        qb_pix_put(pix, t->out.row[0], x, value);
    for (int64_t r = 1; r < n_rows; r++)
        memcpy(t->out.row[r], t->out.row[0], (size_t)nx * qb_pix_bytes(pix));
}

/* Each input bit changes each output bit with probability one half (the finisher of splitmix64). */
static uint64_t mixed(uint64_t h)
{
    h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9u;
    h = (h ^ h >> 27) * 0x94d049bb133111ebu;
    return h ^ h >> 31;
}

uint64_t qb_phantom_hash(int64_t seed, int stream, int64_t i, int64_t y, int64_t x)
{
    const uint64_t step = 0x9e3779b97f4a7c15u;
    uint64_t h = mixed((uint64_t)seed * step + (uint64_t)stream + 1);
    h = mixed(h + (uint64_t)i * step);
    h = mixed(h + (uint64_t)y * step);
    return mixed(h + (uint64_t)x * step);
}

QbRowKey qb_phantom_row_key(int64_t seed, int stream, int64_t i, int64_t y)
{
    uint64_t h = qb_phantom_hash(seed, stream, i, y, 0);
    return (QbRowKey){(uint32_t)h, (uint32_t)(h >> 32)};
}

float qb_phantom_unit(uint64_t hash, int part)
{
    return (float)(int32_t)(hash >> (20 * part) & 0xfffff) * 0x1p-20f;
}

/* ---- blobs ------------------------------------------------------------------------------------------- */

enum { STREAM_THERE = 1, STREAM_PLACE };

QbBlob qb_phantom_blob(const QbBlobs *p, const int64_t cell[3])
{
    QbBlob b = {0};
    uint64_t there = qb_phantom_hash(p->seed, STREAM_THERE, cell[0], cell[1], cell[2]);
    uint64_t place = qb_phantom_hash(p->seed, STREAM_PLACE, cell[0], cell[1], cell[2]);
    bool is_flat = p->shape.rank == 2;
    b.is_there = (double)qb_phantom_unit(there, 0) < p->fill;
    for (int a = 0; a < 3; a++)
        if (!(is_flat && a == 1))
            b.is_there = b.is_there && (cell[a] + 1) * p->cell <= p->shape.n[a];
    b.radius = (float)(p->radius * 0.5) * (1.0f + qb_phantom_unit(there, 1));
    /* Two voxels of background are kept to each side of the cell: blobs never touch. */
    float first = b.radius + 2.0f, room = (float)(p->cell - 1) - 2.0f * first;
    for (int a = 0; a < 3; a++)
        b.centre[a] =
            is_flat && a == 1 ? 0.0f : first + qb_phantom_unit(place, a) * (room > 0 ? room : 0);
    return b;
}

int64_t qb_phantom_blob_count(const QbBlobs *p)
{
    int64_t n[3], count = 0, at[3];
    for (int a = 0; a < 3; a++)
        n[a] = p->shape.rank == 2 && a == 1 ? 1 : p->shape.n[a] / p->cell;
    for (at[0] = 0; at[0] < n[0]; at[0]++)
        for (at[1] = 0; at[1] < n[1]; at[1]++)
            for (at[2] = 0; at[2] < n[2]; at[2]++)
                count += qb_phantom_blob(p, at).is_there;
    return count;
}
