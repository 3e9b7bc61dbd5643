/* Voxels as keys: whole numbers as they are or with the sign flipped, floats by their bits made monotone, so that one integer
 * comparison orders them; −0 is below +0. NaN has a key of the caller's choice at either end, no number reaches it. */
#ifndef QB_STDLIB_FILTER_KEY_H
#define QB_STDLIB_FILTER_KEY_H

#include "stdlib/kernels/filter_vec.h"

/* All ones in the lanes (I32: f32, I64: f64) whose bits are a NaN. */
QB_VEC_INLINE QbVec qb_vec_is_nan(QbLane l, QbVec bits)
{
    if (l == QB_LANE_I32)
        return (QbVec)(((QbVecI32)bits & 0x7fffffff) > 0x7f800000);
    return (QbVec)(((QbVecI64)bits & 0x7fffffffffffffff) > 0x7ff0000000000000);
}

/* Turns bits of floats into keys, and keys into bits. */
QB_VEC_INLINE QbVec qb_vec_flip(QbLane l, QbVec v)
{
    if (l == QB_LANE_I32)
        return (QbVec)((QbVecI32)v ^ (((QbVecI32)v >> 31) & 0x7fffffff));
    return (QbVec)((QbVecI64)v ^ (((QbVecI64)v >> 63) & 0x7fffffffffffffff));
}

/* The key of NaN: the largest or the smallest of all. */
QB_VEC_INLINE int64_t qb_nan_key(QbLane l, bool largest)
{
    if (l == QB_LANE_I32)
        return largest ? INT32_MAX : INT32_MIN;
    return largest ? INT64_MAX : INT64_MIN;
}

QB_VEC_INLINE QbVec qb_vec_key(QbLane l, QbVec bits, bool nan_largest)
{
    QbVec nan = qb_vec_splat(l, qb_nan_key(l, nan_largest));
    return qb_vec_select(qb_vec_is_nan(l, bits), nan, qb_vec_flip(l, bits));
}

QB_VEC_INLINE QbVec qb_vec_unkey(QbLane l, QbVec key)
{
    QbVec bits = qb_vec_flip(l, key);
    QbVec nan = qb_vec_splat(l, l == QB_LANE_I32 ? 0x7fc00000 : 0x7ff8000000000000);
    return qb_vec_select(qb_vec_is_nan(l, bits), nan, bits);
}

#endif
