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

/* Short reaches: the squares of all shifts. `marks`: a padded row of mask bytes as 0 (target) or none. */
QB_VEC_INLINE void search_by_shifts(const uint8_t *marks, uint8_t *out, int64_t r, int64_t n)
{
    const uint8_t *centre = marks + r;
    for (int64_t at = 0; at < n; at += QB_VEC_BYTES) {
        QbVec best = qb_vec_load(centre + at);
        for (int64_t j = 1; j <= r; j++) {
            QbVec near =
                qb_vec_min(QB_LANE_U8, qb_vec_load(centre + at - j), qb_vec_load(centre + at + j));
            QbVec square = qb_vec_splat(QB_LANE_U8, j * j);
            best = qb_vec_min(QB_LANE_U8, best, qb_vec_add_saturated(QB_LANE_U8, near, square));
        }
        qb_vec_place(out + at, best, (size_t)(n - at));
    }
}

/* Long reaches: steps to the nearest target, 0 or more than r to begin with. A distance is a sum of powers of two, and all that
 * lies between is in the row, so a shift by each of them is enough. Two rows take turns; returns the last. */
QB_VEC_INLINE const int16_t *search_by_doubling(int16_t *steps[2], int64_t r, int64_t n)
{
    int16_t *from = steps[0], *to = steps[1], *keep;
    for (int64_t k = 1; k <= r; k *= 2, keep = from, from = to, to = keep) {
        QbVec stride = qb_vec_splat(QB_LANE_I16, k);
        for (int64_t x = 0; x < n; x += QB_VEC_BYTES / 2) {
            QbVec near =
                qb_vec_min(QB_LANE_I16, qb_vec_load(from + x - k), qb_vec_load(from + x + k));
            near = qb_vec_add(QB_LANE_I16, near, stride);
            qb_vec_store(to + x, qb_vec_min(QB_LANE_I16, qb_vec_load(from + x), near));
        }
    }
    return from;
}

/* A padded row of mask bytes as marks, or as steps; squares of steps. */
static void mark_bytes(const uint8_t *restrict mask, uint8_t *restrict marks, uint8_t target,
                       int64_t n)
{
    for (int64_t x = 0; x < n; x++)
        marks[x] = mask[x] == target ? 0 : UINT8_MAX;
}

static void mark_steps(const uint8_t *restrict mask, int16_t *restrict steps, uint8_t target,
                       int64_t n, int16_t far)
{
    for (int64_t x = 0; x < n; x++)
        steps[x] = mask[x] == target ? 0 : far;
}

QB_VEC_INLINE void square_steps(const int16_t *restrict steps, void *restrict out, QbLane l,
                                int64_t r, int64_t n)
{
    uint32_t none = (uint32_t)none_of(l), reach = (uint32_t)r;
    for (int64_t x = 0; x < n; x++) {
        uint32_t d = (uint32_t)steps[x], square = d > reach ? none : d * d;
        if (l == QB_LANE_U16)
            ((uint16_t *)out)[x] = (uint16_t)square;
        else
            ((uint32_t *)out)[x] = square;
    }
}

/* A row of long reaches, and what lies r columns beyond it on both sides: more than r away from any output, so what earlier
 * rows left there does no harm. */
QB_VEC_INLINE void axis2_far(const QbNearParams *p, const uint8_t *mask, int16_t *room[2],
                             void *out, QbLane l, int64_t nx)
{
    int64_t r = (int64_t)p->r, n = nx + 2 * r;
    mark_steps(mask, room[0] + r, p->target, n, (int16_t)(r + 1));
    const int16_t *steps = search_by_doubling((int16_t *[2]){room[0] + r, room[1] + r}, r, n);
    square_steps(steps + r, out, l, r, nx);
}

QB_VEC_INLINE void axis2(const QbTask *t, QbLane l)
{
    const QbNearParams *p = t->params;
    const QbBox *box = &t->out.box;
    int64_t r = (int64_t)p->r, from = box->lo[2] - r, to = box->hi[2] + r,
            nx = box->hi[2] - box->lo[2];
    QbNearLayout layout = qb_near_layout(p, nx);
    uint8_t outside = p->outside, *mask = t->scratch, *marks = mask + layout.mask;
    QbPad pad = {QB_BORDER_CONSTANT, 1, t->in->nx, &outside};
    int16_t *room[2] = {(int16_t *)marks, (int16_t *)(marks + layout.steps)};
    for (size_t k = 0; k < 2 * layout.steps / sizeof(int16_t); k++)
        room[0][k] = (int16_t)(r + 1);
    for (int64_t i = box->lo[0]; i < box->hi[0]; i++)
        for (int64_t y = box->lo[1]; y < box->hi[1]; y++) {
            qb_pad_row(&pad, mask, qb_row(t->in, i, y), t->in->x0, from, to);
            if (l != QB_LANE_U8) {
                axis2_far(p, mask, room, qb_tile_row(&t->out, i, y), l, nx);
                continue;
            }
            mark_bytes(mask, marks, p->target, to - from);
            search_by_shifts(marks, qb_tile_row(&t->out, i, y), r, nx);
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

/* Distances as they are, or as a mask. */
typedef struct Verdict {
    bool last, target;
    int64_t square; /* floor(r²) */
} Verdict;

/* Smallest distances of n vectors (or of the `left` bytes of one) from byte x on. Once no distance exceeds j², rows
 * further than j cannot lower any; where all that is asked is whether they exceed r², the search ends when none does. */
QB_VEC_INLINE void nearest(const Around *a, const Verdict *d, QbLane l, size_t x, int n,
                           size_t left, QbVec best[BLOCK])
{
    QbVec bar = qb_vec_splat(l, d->square);
    for (int v = 0; v < n; v++)
        best[v] = qb_vec_fetch(around_row(a, 0) + x + (size_t)v * QB_VEC_BYTES, left);
    for (int64_t j = 1; j <= a->r; j++) {
        const unsigned char *before = around_row(a, -j) + x, *after = around_row(a, j) + x;
        QbVec square = qb_vec_splat(l, j * j), open = {0};
        if (!d->last)
            bar = square;
        for (int v = 0; v < n; v++)
            open |= qb_vec_gt(l, best[v], bar);
        if (!qb_vec_any(open))
            return;
        for (int v = 0; v < n; v++) {
            QbVec near = qb_vec_min(l, qb_vec_fetch(before + (size_t)v * QB_VEC_BYTES, left),
                                    qb_vec_fetch(after + (size_t)v * QB_VEC_BYTES, left));
            best[v] = qb_vec_min(l, best[v], qb_vec_add_saturated(l, near, square));
        }
    }
}

QB_VEC_INLINE void put_best(const Verdict *d, QbLane l, unsigned char *out, size_t x, QbVec best,
                            size_t left)
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

QB_VEC_INLINE void near_row(const Around *a, const Verdict *d, QbLane l, unsigned char *out,
                            size_t bytes)
{
    size_t x = 0;
    QbVec best[BLOCK];
    for (; x + BLOCK * QB_VEC_BYTES <= bytes; x += BLOCK * QB_VEC_BYTES) {
        nearest(a, d, l, x, BLOCK, QB_VEC_BYTES, best);
        for (int v = 0; v < BLOCK; v++)
            put_best(d, l, out, x + (size_t)v * QB_VEC_BYTES, best[v], QB_VEC_BYTES);
    }
    for (; x < bytes; x += QB_VEC_BYTES) {
        if (bytes >= QB_VEC_BYTES && bytes - x < QB_VEC_BYTES)
            x = bytes - QB_VEC_BYTES; /* the last vector overlaps the one before it */
        nearest(a, d, l, x, 1, bytes - x, best);
        put_best(d, l, out, x, best[0], bytes - x);
    }
}

QB_VEC_INLINE void near_axis(const QbTask *t, QbLane l, int64_t step)
{
    const QbNearParams *p = t->params;
    const QbBox *box = &t->out.box;
    size_t voxel = qb_lane_bytes(l);
    Verdict d = {p->last, p->target, qb_radius_squared(p->r)};
    Around a = {
        .step = step, .r = (int64_t)p->r, .offset = (size_t)(box->lo[2] - t->in->x0) * voxel};
    for (int64_t y = box->lo[1]; y < box->hi[1]; y++)
        for (int64_t i = box->lo[0]; i < box->hi[0]; i++) {
            a.centre = &t->in->row[(i - t->in->i0) * t->in->ny + (y - t->in->y0)];
            near_row(&a, &d, l, qb_tile_row(&t->out, i, y),
                     (size_t)(box->hi[2] - box->lo[2]) * voxel);
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
