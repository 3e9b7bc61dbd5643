/* Voxels of 32 and 64 bits as unsigned keys in ascending order, left-aligned in 64 bits: whole numbers with the sign flipped, floats
 * by their bits made monotone. −0 has the key of +0; NaN has none. */
#ifndef QB_STDLIB_SORT_KEY_H
#define QB_STDLIB_SORT_KEY_H

#include "core/pix.h"

#include <string.h>

#define QB_KEY_INLINE static inline __attribute__((always_inline))

/* The bits of voxel x, which is no NaN. */
QB_KEY_INLINE uint64_t qb_sort_key(QbPix pix, const void *row, int64_t x)
{
    uint32_t narrow;
    uint64_t wide;
    if (pix == QB_U32)
        return (uint64_t)((const uint32_t *)row)[x] << 32;
    if (pix == QB_I32)
        return (uint64_t)((const uint32_t *)row)[x] << 32 ^ UINT64_C(1) << 63;
    if (pix == QB_F32) {
        float f = ((const float *)row)[x] + 0.0f;
        memcpy(&narrow, &f, sizeof(narrow));
        narrow ^= (uint32_t) - (int32_t)(narrow >> 31) | UINT32_C(1) << 31;
        return (uint64_t)narrow << 32;
    }
    double d = ((const double *)row)[x] + 0.0;
    memcpy(&wide, &d, sizeof(wide));
    return wide ^ ((uint64_t) - (int64_t)(wide >> 63) | UINT64_C(1) << 63);
}

/* The value of a key. */
static inline double qb_sort_unkey(QbPix pix, uint64_t key)
{
    uint32_t narrow = (uint32_t)(key >> 32);
    float f;
    double d;
    if (pix == QB_U32)
        return narrow;
    if (pix == QB_I32)
        return (double)((int64_t)narrow - (INT64_C(1) << 31));
    if (pix == QB_F32) {
        narrow = narrow >> 31 ? narrow ^ UINT32_C(1) << 31 : ~narrow;
        memcpy(&f, &narrow, sizeof(f));
        return (double)f;
    }
    key = key >> 63 ? key ^ UINT64_C(1) << 63 : ~key;
    memcpy(&d, &key, sizeof(d));
    return d;
}

#endif
