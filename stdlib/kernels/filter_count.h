/* What the kernels of counts share: sums of windows along a padded row, compared with the number that is needed. */
#ifndef QB_STDLIB_FILTER_COUNT_H
#define QB_STDLIB_FILTER_COUNT_H

#include "core/op.h"
#include "stdlib/kernels/filter_vec.h"

QB_VEC_INLINE QbVec qb_vec_sum_window(QbLane l, const unsigned char *at, int64_t size)
{
    QbVec s = qb_vec_load(at);
    for (int64_t j = 1; j < size; j++)
        s = qb_vec_add(l, s, qb_vec_load(at + j * (int64_t)qb_lane_bytes(l)));
    return s;
}

/* out[x] = row[x] + … + row[x + size − 1] ≥ need, for sums that fit a byte; x in [0, n). */
QB_VEC_INLINE void qb_count_row(const unsigned char *row, int64_t size, int64_t need, uint8_t *out,
                                int64_t n)
{
    QbVec least = qb_vec_splat(QB_LANE_U8, need), one = qb_vec_splat(QB_LANE_U8, 1);
    for (int64_t x = 0; x < n; x += QB_VEC_BYTES) {
        QbVec enough = (QbVec)(qb_vec_sum_window(QB_LANE_U8, row + x, size) >= least) & one;
        qb_vec_place(out + x, enough, (size_t)(n - x));
    }
}

/* More than there are voxels, or none: no need to look. */
static inline void qb_count_decided(const QbTask *t, bool v)
{
    const QbBox *box = &t->out.box;
    for (int64_t i = box->lo[0]; i < box->hi[0]; i++)
        for (int64_t y = box->lo[1]; y < box->hi[1]; y++)
            memset(qb_tile_row(&t->out, i, y), v, (size_t)(box->hi[2] - box->lo[2]));
}

#endif
