/* Is a voxel of some value at most r away? Squared distances along axis 2, then the smallest sum with the squares of axis 1,
 * then of axis 0: whole numbers, capped at the lane's largest, so the test is exact. A value beyond r² means none. */
#include "stdlib/kernels/filter_layout.h"
#include "stdlib/kernels/filter_vec.h"
#include "stdlib/kernels/pad.h"

QB_VEC_INLINE int64_t none_of(QbLane l)
{
    return qb_near_none(qb_lane_bytes(l));
}

/* ---- axis 2 ----------------------------------------------------------------------------------------- */

QB_VEC_INLINE void put(void *row, int64_t x, QbLane l, int64_t v)
{
    switch (l) {
    case QB_LANE_U8:
        ((uint8_t *)row)[x] = (uint8_t)v;
        break;
    case QB_LANE_U16:
        ((uint16_t *)row)[x] = (uint16_t)v;
        break;
    default:
        ((uint32_t *)row)[x] = (uint32_t)v;
        break;
    }
}

/* A padded row of mask bytes as 0 (target) or none. */
QB_VEC_INLINE void mark_row(const QbNearParams *p, const uint8_t *restrict mask, void *restrict marks, QbLane l, int64_t n)
{
    uint8_t target = p->target;
    for (int64_t x = 0; x < n; x++)
        put(marks, x, l, mask[x] == target ? 0 : none_of(l));
}

QB_VEC_INLINE void search_by_shifts(const unsigned char *marks, unsigned char *out, QbLane l, int64_t r, int64_t n)
{
    int64_t bytes = (int64_t)qb_lane_bytes(l);
    const unsigned char *centre = marks + r * bytes;
    for (int64_t at = 0; at < n * bytes; at += QB_VEC_BYTES) {
        QbVec best = qb_vec_load(centre + at);
        for (int64_t j = 1; j <= r; j++) {
            QbVec near = qb_vec_min(l, qb_vec_load(centre + at - j * bytes), qb_vec_load(centre + at + j * bytes));
            best = qb_vec_min(l, best, qb_vec_add_saturated(l, near, qb_vec_splat(l, j * j)));
        }
        qb_vec_place(out + at, best, (size_t)(n * bytes - at));
    }
}

/* For long reaches: steps from the last target, forward, then backward. */
QB_VEC_INLINE void search_by_sweeps(const QbNearParams *p, const uint8_t *mask, uint32_t *steps, void *out, QbLane l,
                                    int64_t n)
{
    int64_t r = (int64_t)p->r, since = r + 1;
    for (int64_t x = 0; x < n + r; x++) {
        since = mask[x] == p->target ? 0 : since + 1;
        steps[x] = (uint32_t)qb_min64(since, r + 1);
    }
    since = r + 1;
    for (int64_t x = n + 2 * r - 1; x >= r; x--) {
        since = mask[x] == p->target ? 0 : since + 1;
        if (x >= n + r)
            continue;
        int64_t d = qb_min64(since, steps[x]);
        put(out, x - r, l, d > r ? none_of(l) : d * d);
    }
}

QB_VEC_INLINE void axis2(const QbTask *t, QbLane l)
{
    const QbNearParams *p = t->params;
    const QbBox *box = &t->out.box;
    int64_t r = (int64_t)p->r, from = box->lo[2] - r, to = box->hi[2] + r, nx = box->hi[2] - box->lo[2];
    uint8_t outside = p->outside;
    QbPad pad = {QB_BORDER_CONSTANT, 1, t->in->nx, &outside};
    unsigned char *mask = t->scratch, *marks = mask + qb_filter_pitch(to - from, 1);
    for (int64_t i = box->lo[0]; i < box->hi[0]; i++)
        for (int64_t y = box->lo[1]; y < box->hi[1]; y++) {
            void *out = qb_tile_row(&t->out, i, y);
            qb_pad_row(&pad, mask, qb_row(t->in, i, y), t->in->x0, from, to);
            if (r > QB_NEAR_SHIFT) {
                search_by_sweeps(p, mask, (uint32_t *)marks, out, l, nx);
                continue;
            }
            mark_row(p, mask, marks, l, to - from);
            search_by_shifts(marks, out, l, r, nx);
        }
}

void QB_CPU_NAME(qb_near_axis2)(const QbTask *t)
{
    const QbNearParams *p = t->params;
    size_t bytes = qb_near_bytes(p->r);
    if (bytes == 1)
        axis2(t, QB_LANE_U8);
    else if (bytes == 2)
        axis2(t, QB_LANE_U16);
    else
        axis2(t, QB_LANE_U32);
}

/* ---- axes 1 and 0 ----------------------------------------------------------------------------------- */

#define BLOCK 4 /* vectors whose distances stay in registers */

/* One output row: rows[j · step], j = −r … r, are the input rows around it. */
typedef struct Around {
    const void *const *centre;
    int64_t step, r;
    size_t offset; /* bytes from a row's first column to the output's */
} Around;

QB_VEC_INLINE const unsigned char *around_row(const Around *a, int64_t j)
{
    return (const unsigned char *)a->centre[j * a->step] + a->offset;
}

/* Smallest distances of n vectors (or of the `left` bytes of one) from byte x on. Once no distance exceeds j², rows
 * further than j cannot lower any. */
QB_VEC_INLINE void nearest(const Around *a, QbLane l, size_t x, int n, size_t left, QbVec best[BLOCK])
{
    for (int v = 0; v < n; v++)
        best[v] = qb_vec_fetch(around_row(a, 0) + x + (size_t)v * QB_VEC_BYTES, left);
    for (int64_t j = 1; j <= a->r; j++) {
        const unsigned char *before = around_row(a, -j) + x, *after = around_row(a, j) + x;
        QbVec square = qb_vec_splat(l, j * j), open = {0};
        for (int v = 0; v < n; v++)
            open |= qb_vec_gt(l, best[v], square);
        if (!qb_vec_any(open))
            return;
        for (int v = 0; v < n; v++) {
            QbVec near = qb_vec_min(l, qb_vec_fetch(before + (size_t)v * QB_VEC_BYTES, left),
                                    qb_vec_fetch(after + (size_t)v * QB_VEC_BYTES, left));
            best[v] = qb_vec_min(l, best[v], qb_vec_add_saturated(l, near, square));
        }
    }
}

/* Distances as they are, or as a mask. */
typedef struct Verdict {
    bool last, target;
    int64_t square; /* floor(r²) */
} Verdict;

QB_VEC_INLINE void put_best(const Verdict *d, QbLane l, unsigned char *out, size_t x, QbVec best, size_t left)
{
    if (!d->last) {
        qb_vec_place(out + x, best, left);
        return;
    }
    QbVec beyond = qb_vec_gt(l, best, qb_vec_splat(l, d->square));
    if (l == QB_LANE_U8) {
        QbVec one = qb_vec_splat(l, 1);
        qb_vec_place(out + x, d->target ? ~beyond & one : beyond & one, left);
        return;
    }
    size_t bytes = qb_lane_bytes(l);
    unsigned char flags[QB_VEC_BYTES];
    qb_vec_store(flags, beyond);
    size_t n = (left < QB_VEC_BYTES ? left : QB_VEC_BYTES) / bytes;
    for (size_t k = 0; k < n; k++)
        out[x / bytes + k] = (flags[k * bytes] != 0) != d->target;
}

QB_VEC_INLINE void near_row(const Around *a, const Verdict *d, QbLane l, unsigned char *out, size_t bytes)
{
    size_t x = 0;
    QbVec best[BLOCK];
    for (; x + BLOCK * QB_VEC_BYTES <= bytes; x += BLOCK * QB_VEC_BYTES) {
        nearest(a, l, x, BLOCK, QB_VEC_BYTES, best);
        for (int v = 0; v < BLOCK; v++)
            put_best(d, l, out, x + (size_t)v * QB_VEC_BYTES, best[v], QB_VEC_BYTES);
    }
    for (; x < bytes; x += QB_VEC_BYTES) {
        nearest(a, l, x, 1, bytes - x, best);
        put_best(d, l, out, x, best[0], bytes - x);
    }
}

QB_VEC_INLINE void near_axis(const QbTask *t, QbLane l, int64_t step)
{
    const QbNearParams *p = t->params;
    const QbBox *box = &t->out.box;
    size_t voxel = qb_lane_bytes(l);
    Verdict d = {p->last, p->target, qb_radius_squared(p->r)};
    Around a = {.step = step, .r = (int64_t)p->r, .offset = (size_t)(box->lo[2] - t->in->x0) * voxel};
    for (int64_t y = box->lo[1]; y < box->hi[1]; y++)
        for (int64_t i = box->lo[0]; i < box->hi[0]; i++) {
            a.centre = &t->in->row[(i - t->in->i0) * t->in->ny + (y - t->in->y0)];
            near_row(&a, &d, l, qb_tile_row(&t->out, i, y), (size_t)(box->hi[2] - box->lo[2]) * voxel);
        }
}

static void near_any(const QbTask *t, int64_t step)
{
    const QbNearParams *p = t->params;
    size_t bytes = qb_near_bytes(p->r);
    if (bytes == 1)
        near_axis(t, QB_LANE_U8, step);
    else if (bytes == 2)
        near_axis(t, QB_LANE_U16, step);
    else
        near_axis(t, QB_LANE_U32, step);
}

void QB_CPU_NAME(qb_near_axis1)(const QbTask *t)
{
    near_any(t, 1);
}

void QB_CPU_NAME(qb_near_axis0)(const QbTask *t)
{
    near_any(t, t->in->ny);
}
