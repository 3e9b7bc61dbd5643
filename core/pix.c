/* The table of pixel types, and one voxel at a time as a double. Knows nothing of shapes and files; kernels have
 * their own loops and never come here for whole rows. */
#include "core/pix.h"

#include <math.h>
#include <string.h>

const QbPixInfo qb_pix_info[QB_PIX_COUNT] = {
    [QB_U8] = {"u8", 1, false, false, 0, UINT8_MAX},
    [QB_U16] = {"u16", 2, false, false, 0, UINT16_MAX},
    [QB_U32] = {"u32", 4, false, false, 0, UINT32_MAX},
    [QB_I8] = {"i8", 1, false, true, INT8_MIN, INT8_MAX},
    [QB_I16] = {"i16", 2, false, true, INT16_MIN, INT16_MAX},
    [QB_I32] = {"i32", 4, false, true, INT32_MIN, INT32_MAX},
    [QB_F32] = {"f32", 4, true, true, -3.40282346638528859812e38, 3.40282346638528859812e38},
    [QB_F64] = {"f64", 8, true, true, -1.79769313486231570815e308, 1.79769313486231570815e308},
};

QbPix qb_pix_named(const char *name)
{
    for (int p = 0; p < QB_PIX_COUNT; p++) {
        if (strcmp(qb_pix_info[p].name, name) == 0)
            return (QbPix)p;
    }
    return QB_PIX_COUNT;
}

double qb_pix_get(QbPix p, const void *row, int64_t x)
{
    switch (p) {
    case QB_U8:
        return ((const uint8_t *)row)[x];
    case QB_U16:
        return ((const uint16_t *)row)[x];
    case QB_U32:
        return ((const uint32_t *)row)[x];
    case QB_I8:
        return ((const int8_t *)row)[x];
    case QB_I16:
        return ((const int16_t *)row)[x];
    case QB_I32:
        return ((const int32_t *)row)[x];
    case QB_F32:
        return (double)((const float *)row)[x];
    case QB_F64:
        return ((const double *)row)[x];
    case QB_PIX_COUNT:
        break;
    }
    QB_BUG("pixel type %d", (int)p);
}

/* Rounded half to even and saturated, NaN to 0. The rounding mode is the default one in every worker. */
static double to_whole(QbPix p, double v)
{
    if (isnan(v))
        return 0;
    v = rint(v);
    double lo = qb_pix_info[p].lo, hi = qb_pix_info[p].hi;
    return v < lo ? lo : v > hi ? hi : v;
}

void qb_pix_put(QbPix p, void *row, int64_t x, double v)
{
    switch (p) {
    case QB_U8:
        ((uint8_t *)row)[x] = (uint8_t)to_whole(p, v);
        return;
    case QB_U16:
        ((uint16_t *)row)[x] = (uint16_t)to_whole(p, v);
        return;
    case QB_U32:
        ((uint32_t *)row)[x] = (uint32_t)to_whole(p, v);
        return;
    case QB_I8:
        ((int8_t *)row)[x] = (int8_t)to_whole(p, v);
        return;
    case QB_I16:
        ((int16_t *)row)[x] = (int16_t)to_whole(p, v);
        return;
    case QB_I32:
        ((int32_t *)row)[x] = (int32_t)to_whole(p, v);
        return;
    case QB_F32:
        ((float *)row)[x] = (float)v;
        return;
    case QB_F64:
        ((double *)row)[x] = v;
        return;
    case QB_PIX_COUNT:
        break;
    }
    QB_BUG("pixel type %d", (int)p);
}
