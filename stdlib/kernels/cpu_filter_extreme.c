/* Smallest and largest voxels of boxes, axis by axis. Small windows are compared voxel by voxel; large ones with van Herk's
 * suffixes and prefixes along axes 0 and 1, and by doubling along axis 2, so that the cost hardly grows with the size. */
#include "stdlib/kernels/filter_kind.h"
#include "stdlib/kernels/filter_layout.h"
#include "stdlib/kernels/pad.h"

/* ---- along rows of rows ----------------------------------------------------------------------------- */

/* A window that moves along axis 0 or 1: input rows, and rows of running extremes in scratch. */
typedef struct Column {
    const void *const *first; /* pointer to the row of the first window's first voxel */
    int64_t step;             /* pointers from a row to the next along the axis */
    size_t offset, bytes;     /* the part of every row that is looked at */
    int64_t size, n;          /* the window, and how many outputs there are */
    unsigned char *running;   /* suffixes 0 … min(size, n) − 1, then the prefix */
    size_t pitch;
    bool final; /* results are voxels in an output row, else keys in scratch */
} Column;

QB_VEC_INLINE const unsigned char *column_row(const Column *c, int64_t k)
{
    return (const unsigned char *)c->first[k * c->step] + c->offset;
}

QB_VEC_INLINE void put_result(QbExtremeKind k, const Column *c, unsigned char *to, QbVec keys,
                              size_t left)
{
    if (c->final)
        qb_vec_place(to, qb_extreme_voxels(k, keys), left);
    else
        qb_vec_store(to, keys);
}

/* `blocks` vectors of one output, straight from its window of input rows. */
QB_VEC_INLINE void direct_at(QbExtremeKind k, const Column *c, int64_t j, unsigned char *to,
                             size_t x, int blocks)
{
    QbVec best[4];
    size_t left = blocks > 1 ? QB_VEC_BYTES : c->bytes - x;
    for (int v = 0; v < blocks; v++)
        best[v] =
            qb_extreme_key(k, qb_vec_fetch(column_row(c, j) + x + (size_t)v * QB_VEC_BYTES, left));
    for (int64_t w = 1; w < c->size; w++) {
        const unsigned char *row = column_row(c, j + w) + x;
        for (int v = 0; v < blocks; v++)
            best[v] = qb_extreme_of(
                k, best[v], qb_extreme_key(k, qb_vec_fetch(row + (size_t)v * QB_VEC_BYTES, left)));
    }
    for (int v = 0; v < blocks; v++)
        put_result(k, c, to + x + (size_t)v * QB_VEC_BYTES, best[v], left);
}

QB_VEC_INLINE void direct_row(QbExtremeKind k, const Column *c, int64_t j, unsigned char *to)
{
    size_t x = 0;
    for (; x + 4 * QB_VEC_BYTES <= c->bytes; x += 4 * QB_VEC_BYTES)
        direct_at(k, c, j, to, x, 4);
    for (; x < c->bytes; x += QB_VEC_BYTES)
        direct_at(k, c, j, to, x, 1);
}

/* to = extreme of running keys (NULL: none) and an input row; both rows of scratch. */
QB_VEC_INLINE void extend_row(QbExtremeKind k, const Column *c, unsigned char *to,
                              const unsigned char *keys, const unsigned char *row)
{
    for (size_t x = 0; x < c->bytes; x += QB_VEC_BYTES) {
        QbVec v = qb_extreme_key(k, qb_vec_fetch(row + x, c->bytes - x));
        qb_vec_store(to + x, keys ? qb_extreme_of(k, v, qb_vec_load(keys + x)) : v);
    }
}

QB_VEC_INLINE void join_rows(QbExtremeKind k, const Column *c, unsigned char *to,
                             const unsigned char *a, const unsigned char *b)
{
    for (size_t x = 0; x < c->bytes; x += QB_VEC_BYTES) {
        QbVec v = qb_vec_load(a + x);
        put_result(k, c, to + x, b ? qb_extreme_of(k, v, qb_vec_load(b + x)) : v, c->bytes - x);
    }
}

/* Output j, in the order 0, 1, 2 …: windows start in blocks of `size` rows; the part of a window in its own block is a
 * suffix of it, the rest a prefix of the next. */
QB_VEC_INLINE void running_row(QbExtremeKind k, const Column *c, int64_t j, unsigned char *to)
{
    int64_t at = j % c->size, kept = qb_min64(c->size, c->n);
    unsigned char *prefix = c->running + (size_t)kept * c->pitch;
    if (at == 0) {
        const unsigned char *before = NULL;
        for (int64_t q = c->size - 1; q >= 0; q--) {
            unsigned char *suffix = c->running + (size_t)qb_min64(q, kept - 1) * c->pitch;
            extend_row(k, c, suffix, before, column_row(c, j + q));
            before = suffix;
        }
        join_rows(k, c, to, c->running, NULL);
        return;
    }
    extend_row(k, c, prefix, at == 1 ? NULL : prefix, column_row(c, j + c->size - 1));
    join_rows(k, c, to, c->running + (size_t)at * c->pitch, prefix);
}

QB_VEC_INLINE void column_output(QbExtremeKind k, const Column *c, int64_t j, unsigned char *to)
{
    if (c->size <= QB_EXTREME_DIRECT)
        direct_row(k, c, j, to);
    else
        running_row(k, c, j, to);
}

/* ---- axis 0 ----------------------------------------------------------------------------------------- */

QB_VEC_INLINE void axis0(const QbTask *t, QbExtremeKind k)
{
    const QbExtremeParams *p = t->params;
    const QbBox *box = &t->out.box;
    size_t voxel = qb_lane_bytes(k.lane), width = (size_t)(box->hi[2] - box->lo[2]) * voxel;
    Column c = {
        .step = t->in->ny, .size = p->size[0], .n = box->hi[0] - box->lo[0], .running = t->scratch};
    c.pitch = QB_EXTREME_STRIP;
    c.final = true;
    for (int64_t y = box->lo[1]; y < box->hi[1]; y++)
        for (size_t x = 0; x < width; x += QB_EXTREME_STRIP) {
            int64_t i0 = box->lo[0] - p->size[0] / 2;
            c.first = &t->in->row[(i0 - t->in->i0) * t->in->ny + (y - t->in->y0)];
            c.offset = (size_t)(box->lo[2] - t->in->x0) * voxel + x;
            c.bytes = width - x < QB_EXTREME_STRIP ? width - x : QB_EXTREME_STRIP;
            for (int64_t j = 0; j < c.n; j++)
                column_output(k, &c, j,
                              (unsigned char *)qb_tile_row(&t->out, box->lo[0] + j, y) + x);
        }
}

/* ---- axes 1 and 2 ----------------------------------------------------------------------------------- */

/* Extremes of `size` columns of a padded row of keys, by doubling, n voxels. */
QB_VEC_INLINE void axis2(QbExtremeKind k, unsigned char *row, int64_t size, unsigned char *out,
                         int64_t n)
{
    size_t voxel = qb_lane_bytes(k.lane), bytes = (size_t)n * voxel;
    int64_t wide = 1;
    for (; 2 * wide <= size; wide *= 2) {
        size_t end = (size_t)(n + size - 2 * wide) * voxel;
        for (size_t x = 0; x < end; x += QB_VEC_BYTES)
            qb_vec_store(row + x, qb_extreme_of(k, qb_vec_load(row + x),
                                                qb_vec_load(row + x + (size_t)wide * voxel)));
    }
    const unsigned char *other = row + (size_t)(size - wide) * voxel;
    for (size_t x = 0; x < bytes; x += QB_VEC_BYTES)
        qb_vec_place(
            out + x,
            qb_extreme_voxels(k, qb_extreme_of(k, qb_vec_load(row + x), qb_vec_load(other + x))),
            bytes - x);
}

QB_VEC_INLINE void plane(const QbTask *t, QbExtremeKind k, QbPix pix)
{
    const QbExtremeParams *p = t->params;
    const QbBox *box = &t->out.box;
    size_t voxel = qb_lane_bytes(k.lane);
    int64_t from = box->lo[2] - p->size[2] / 2, to = box->hi[2] + p->size[2] / 2,
            nx = box->hi[2] - box->lo[2];
    int64_t a = qb_max64(from, 0), b = qb_min64(to, t->in->nx);
    QbVec fill = {0};
    qb_pix_put(pix, &fill, 0, p->outside);
    fill = qb_extreme_key(k, fill);
    QbPad pad = {p->border, voxel, t->in->nx, &fill};
    unsigned char *row = t->scratch;
    Column c = {.step = 1, .size = p->size[1], .n = box->hi[1] - box->lo[1]};
    c.pitch = qb_filter_pitch(nx + p->size[2], voxel);
    c.running = row + c.pitch;
    c.offset = (size_t)(a - t->in->x0) * voxel;
    c.bytes = (size_t)(b - a) * voxel;
    for (int64_t i = box->lo[0]; i < box->hi[0]; i++) {
        int64_t y0 = box->lo[1] - p->size[1] / 2;
        c.first = &t->in->row[(i - t->in->i0) * t->in->ny + (y0 - t->in->y0)];
        for (int64_t j = 0; j < c.n; j++) {
            column_output(k, &c, j, row + (size_t)(a - from) * voxel);
            qb_pad_edges(&pad, row - from * (int64_t)voxel, from, to);
            axis2(k, row, p->size[2], qb_tile_row(&t->out, i, box->lo[1] + j), nx);
        }
    }
}

QB_VEC_INLINE void axis0_body(const QbTask *t, QbExtremeKind k, QbPix pix)
{
    (void)pix;
    axis0(t, k);
}

void QB_CPU_NAME(qb_extreme_axis0)(const QbTask *t)
{
    const QbExtremeParams *p = t->params;
    if (p->largest)
        qb_extreme_dispatch(t, true, axis0_body);
    else
        qb_extreme_dispatch(t, false, axis0_body);
}

void QB_CPU_NAME(qb_extreme_plane)(const QbTask *t)
{
    const QbExtremeParams *p = t->params;
    if (p->largest)
        qb_extreme_dispatch(t, true, plane);
    else
        qb_extreme_dispatch(t, false, plane);
}
