/* Rows of any pixel type into registers and back, and range tests in the image's own integer type. */
#include "stdlib/kernels/map_cpu.h"

#include "core/arith.h"

#include <string.h>

QB_INLINE double voxel(QbPix pix, const void *row, int64_t k)
{
    switch ((int)pix) {
    case QB_U8:
        return ((const uint8_t *)row)[k];
    case QB_U16:
        return ((const uint16_t *)row)[k];
    case QB_U32:
        return ((const uint32_t *)row)[k];
    case QB_I8:
        return ((const int8_t *)row)[k];
    case QB_I16:
        return ((const int16_t *)row)[k];
    case QB_I32:
        return ((const int32_t *)row)[k];
    case QB_F32:
        return (double)((const float *)row)[k];
    }
    return ((const double *)row)[k];
}

QB_INLINE float voxel_f32(QbPix pix, const void *row, int64_t k)
{
    switch ((int)pix) {
    case QB_U8:
        return (float)((const uint8_t *)row)[k];
    case QB_U16:
        return (float)((const uint16_t *)row)[k];
    case QB_I8:
        return (float)((const int8_t *)row)[k];
    case QB_I16:
        return (float)((const int16_t *)row)[k];
    }
    return ((const float *)row)[k];
}

QB_INLINE void widen_f32(QbPix pix, float *restrict d, const void *restrict row, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        d[k] = voxel_f32(pix, row, k);
}

QB_INLINE void widen_f64(QbPix pix, double *restrict d, const void *restrict row, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        d[k] = voxel(pix, row, k);
}

static void load_f32(QbPix pix, float *d, const void *row, int64_t n)
{
    switch ((int)pix) {
    case QB_U8:
        return widen_f32(QB_U8, d, row, n);
    case QB_U16:
        return widen_f32(QB_U16, d, row, n);
    case QB_I8:
        return widen_f32(QB_I8, d, row, n);
    case QB_I16:
        return widen_f32(QB_I16, d, row, n);
    case QB_F32:
        return widen_f32(QB_F32, d, row, n);
    }
    QB_BUG("pixel type %d in an f32 register", (int)pix);
}

static void load_f64(QbPix pix, double *d, const void *row, int64_t n)
{
    switch (pix) {
    case QB_U8:
        return widen_f64(QB_U8, d, row, n);
    case QB_U16:
        return widen_f64(QB_U16, d, row, n);
    case QB_U32:
        return widen_f64(QB_U32, d, row, n);
    case QB_I8:
        return widen_f64(QB_I8, d, row, n);
    case QB_I16:
        return widen_f64(QB_I16, d, row, n);
    case QB_I32:
        return widen_f64(QB_I32, d, row, n);
    case QB_F32:
        return widen_f64(QB_F32, d, row, n);
    case QB_F64:
    case QB_PIX_COUNT:
        return widen_f64(QB_F64, d, row, n);
    }
}

void QB_CPU_NAME(qb_map_load)(QbPix pix, QbRegType t, void *d, const void *row, int64_t n)
{
    if (t == QB_REG_MASK)
        memcpy(d, row, (size_t)n);
    else if (t == QB_REG_F32)
        load_f32(pix, d, row, n);
    else
        load_f64(pix, d, row, n);
}

/* ---- storing ----------------------------------------------------------------------------------------- */

/* The low bits of v + 1.5·2^23 are v rounded half to even, in two's complement, for |v| < 2^22. */
QB_INLINE uint32_t whole_f32(float x, float lo, float hi)
{
    float v = x == x ? x : 0.0f;
    v = v > lo ? v : lo;
    v = v < hi ? v : hi;
    v += 0x1.8p23f;
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}
QB_INLINE uint32_t whole_f64(double x, double lo, double hi)
{
    double v = x == x ? x : 0.0;
    v = v > lo ? v : lo;
    v = v < hi ? v : hi;
    return (uint32_t)qb_f64_bits(v + QB_SHIFT);
}

QB_INLINE void narrow_f32(int bytes, float lo, float hi, void *restrict row,
                          const float *restrict a, int64_t n)
{
    if (bytes == 1)
        for (int64_t k = 0; k < n; k++)
            ((uint8_t *)row)[k] = (uint8_t)whole_f32(a[k], lo, hi);
    else
        for (int64_t k = 0; k < n; k++)
            ((uint16_t *)row)[k] = (uint16_t)whole_f32(a[k], lo, hi);
}

QB_INLINE void narrow_f64(int bytes, double lo, double hi, void *restrict row,
                          const double *restrict a, int64_t n)
{
    if (bytes == 1)
        for (int64_t k = 0; k < n; k++)
            ((uint8_t *)row)[k] = (uint8_t)whole_f64(a[k], lo, hi);
    else if (bytes == 2)
        for (int64_t k = 0; k < n; k++)
            ((uint16_t *)row)[k] = (uint16_t)whole_f64(a[k], lo, hi);
    else
        for (int64_t k = 0; k < n; k++)
            ((uint32_t *)row)[k] = whole_f64(a[k], lo, hi);
}

void QB_CPU_NAME(qb_map_store)(QbPix pix, QbRegType from, void *row, const void *a, int64_t n)
{
    const QbPixInfo *p = &qb_pix_info[pix];
    if (from == QB_REG_MASK || p->is_float)
        memcpy(row, a, (size_t)n * (from == QB_REG_MASK ? 1 : qb_pix_bytes(pix)));
    else if (from == QB_REG_F32)
        narrow_f32(p->bytes, (float)p->lo, (float)p->hi, row, a, n);
    else
        narrow_f64(p->bytes, p->lo, p->hi, row, a, n);
}

/* ---- range tests ------------------------------------------------------------------------------------- */

/* One subtraction that wraps, and one comparison: x is in [lo, hi] where x − lo, unsigned, is at most hi − lo. */
void QB_CPU_NAME(qb_map_in_range)(uint8_t *restrict out, const void *restrict x, int bytes,
                                  uint32_t lo, uint32_t hi, bool invert, int64_t n)
{
    const uint8_t *x8 = x;
    const uint16_t *x16 = x;
    const uint32_t *x32 = x;
    uint8_t lo8 = (uint8_t)lo, span8 = (uint8_t)(hi - lo), flip = invert;
    uint16_t lo16 = (uint16_t)lo, span16 = (uint16_t)(hi - lo);
    uint32_t span32 = hi - lo;
    if (bytes == 1)
        for (int64_t k = 0; k < n; k++)
            out[k] = ((uint8_t)(x8[k] - lo8) <= span8) ^ flip;
    else if (bytes == 2)
        for (int64_t k = 0; k < n; k++)
            out[k] = ((uint16_t)(x16[k] - lo16) <= span16) ^ flip;
    else
        for (int64_t k = 0; k < n; k++)
            out[k] = (x32[k] - lo <= span32) ^ flip;
}
