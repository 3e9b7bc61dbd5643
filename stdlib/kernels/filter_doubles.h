/* Vectors of doubles, as the kernels of weighted sums load voxels of every pixel type and store what they made of them; the
 * weights of one axis. Included by kernels of one processor variant. */
#ifndef QB_STDLIB_FILTER_DOUBLES_H
#define QB_STDLIB_FILTER_DOUBLES_H

#include "stdlib/kernels/filter.h"
#include "stdlib/kernels/filter_vec.h"

typedef double QbDoubles __attribute__((vector_size(QB_VEC_BYTES)));
typedef double QbDoublesAt __attribute__((vector_size(QB_VEC_BYTES), aligned(8), may_alias));
typedef float QbFloats __attribute__((vector_size(QB_VEC_BYTES / 2)));
typedef float QbFloatsAt __attribute__((vector_size(QB_VEC_BYTES / 2), aligned(4), may_alias));
typedef int32_t QbWholes __attribute__((vector_size(QB_VEC_BYTES / 2)));

#define QB_DOUBLES ((int64_t)(QB_VEC_BYTES / sizeof(double)))

/* ---- loading and storing ---------------------------------------------------------------------------- */

/* gcc takes vectors shorter than its registers apart, lane by lane: widening is named where one instruction does it. */

QB_VEC_INLINE QbDoubles qb_doubles_of(QbWholes v)
{
#if QB_VEC_BYTES == 64
    return (QbDoubles)_mm512_cvtepi32_pd((__m256i)v);
#elif QB_VEC_BYTES == 32
    return (QbDoubles)_mm256_cvtepi32_pd((__m128i)v);
#else
    return __builtin_convertvector(v, QbDoubles);
#endif
}

QB_VEC_INLINE QbDoubles qb_doubles_of_floats(QbFloats v)
{
#if QB_VEC_BYTES == 64
    return (QbDoubles)_mm512_cvtps_pd((__m256)v);
#elif QB_VEC_BYTES == 32
    return (QbDoubles)_mm256_cvtps_pd((__m128)v);
#else
    return __builtin_convertvector(v, QbDoubles);
#endif
}

QB_VEC_INLINE QbFloats qb_floats_of(QbDoubles v)
{
#if QB_VEC_BYTES == 64
    return (QbFloats)_mm512_cvtpd_ps((__m512d)v);
#elif QB_VEC_BYTES == 32
    return (QbFloats)_mm256_cvtpd_ps((__m256d)v);
#else
    return __builtin_convertvector(v, QbFloats);
#endif
}

/* QB_DOUBLES voxels of one byte or two. */
QB_VEC_INLINE QbWholes qb_wholes_of(QbPix pix, const void *from)
{
#if QB_VEC_BYTES >= 32
    __m128i v = _mm_setzero_si128();
    memcpy(&v, from, (size_t)QB_DOUBLES * (pix == QB_U8 || pix == QB_I8 ? 1 : 2));
#if QB_VEC_BYTES == 64
    return pix == QB_U8    ? (QbWholes)_mm256_cvtepu8_epi32(v)
           : pix == QB_I8  ? (QbWholes)_mm256_cvtepi8_epi32(v)
           : pix == QB_U16 ? (QbWholes)_mm256_cvtepu16_epi32(v)
                           : (QbWholes)_mm256_cvtepi16_epi32(v);
#else
    return pix == QB_U8    ? (QbWholes)_mm_cvtepu8_epi32(v)
           : pix == QB_I8  ? (QbWholes)_mm_cvtepi8_epi32(v)
           : pix == QB_U16 ? (QbWholes)_mm_cvtepu16_epi32(v)
                           : (QbWholes)_mm_cvtepi16_epi32(v);
#endif
#else
    QbWholes v;
    for (int k = 0; k < QB_DOUBLES; k++)
        v[k] = pix == QB_U8    ? ((const uint8_t *)from)[k]
               : pix == QB_I8  ? ((const int8_t *)from)[k]
               : pix == QB_U16 ? ((const uint16_t *)from)[k]
                               : ((const int16_t *)from)[k];
    return v;
#endif
}

/* QB_DOUBLES voxels of a row as doubles; every pixel type fits. */
QB_VEC_INLINE QbDoubles qb_doubles_load(QbPix pix, const void *row, int64_t x)
{
    QbWholes v;
    switch (pix) {
    case QB_U8:
    case QB_I8:
        return qb_doubles_of(qb_wholes_of(pix, (const uint8_t *)row + x));
    case QB_U16:
    case QB_I16:
        return qb_doubles_of(qb_wholes_of(pix, (const uint16_t *)row + x));
    case QB_I32:
        memcpy(&v, (const int32_t *)row + x, sizeof(v));
        return qb_doubles_of(v);
    case QB_U32: /* 2^31 less, then added again: both exact */
        memcpy(&v, (const uint32_t *)row + x, sizeof(v));
        return qb_doubles_of(v ^ INT32_MIN) + 2147483648.0;
    case QB_F32:
        return qb_doubles_of_floats((QbFloats) * (const QbFloatsAt *)((const float *)row + x));
    case QB_F64:
    case QB_PIX_COUNT:
        break;
    }
    return (QbDoubles) * (const QbDoublesAt *)((const double *)row + x);
}

/* QB_DOUBLES results into a row of them: doubles, or rounded. */
QB_VEC_INLINE void qb_doubles_store(bool wide, void *row, int64_t x, QbDoubles v)
{
    if (wide)
        *(QbDoublesAt *)((double *)row + x) = (QbDoublesAt)v;
    else
        *(QbFloatsAt *)((float *)row + x) = (QbFloatsAt)qb_floats_of(v);
}

/* Weights of one axis. */
typedef struct QbTaps {
    const double *w;
    int64_t r;
    double divisor; /* of the sum; 1: none */
} QbTaps;

static inline QbTaps qb_taps(const QbFirParams *p, int axis, double *w)
{
    qb_fir_weights(p, axis, w);
    return (QbTaps){w, qb_fir_radius(p, axis), p->size[axis] > 1 ? (double)p->size[axis] : 1};
}

QB_VEC_INLINE void qb_doubles_divide(QbDoubles *sum, int n, double divisor)
{
    if (divisor != 1)
        for (int v = 0; v < n; v++)
            sum[v] /= divisor;
}

#endif
