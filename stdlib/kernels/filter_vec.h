/* One vector of lanes whose kind is a compile-time constant: the always-inline bodies of the neighbourhood kernels are
 * written once over it and called with constant lane kinds. As wide as the variant's registers; every operation is exact,
 * so all widths give the same bits. Knows no images. */
#ifndef QB_STDLIB_FILTER_VEC_H
#define QB_STDLIB_FILTER_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#if defined(__AVX512BW__) && defined(__AVX512VL__)
#define QB_VEC_BYTES 64
#elif defined(__AVX2__)
#define QB_VEC_BYTES 32
#else
#define QB_VEC_BYTES 16
#endif

#define QB_VEC_INLINE static inline __attribute__((always_inline))

typedef enum QbLane {
    QB_LANE_U8,
    QB_LANE_U16,
    QB_LANE_U32,
    QB_LANE_I8,
    QB_LANE_I16,
    QB_LANE_I32,
    QB_LANE_I64
} QbLane;

typedef uint8_t QbVec __attribute__((vector_size(QB_VEC_BYTES)));
typedef uint8_t QbVecAt __attribute__((vector_size(QB_VEC_BYTES), aligned(1), may_alias));
typedef int8_t QbVecI8 __attribute__((vector_size(QB_VEC_BYTES)));
typedef uint16_t QbVecU16 __attribute__((vector_size(QB_VEC_BYTES)));
typedef int16_t QbVecI16 __attribute__((vector_size(QB_VEC_BYTES)));
typedef uint32_t QbVecU32 __attribute__((vector_size(QB_VEC_BYTES)));
typedef int32_t QbVecI32 __attribute__((vector_size(QB_VEC_BYTES)));
typedef uint64_t QbVecU64 __attribute__((vector_size(QB_VEC_BYTES)));
typedef int64_t QbVecI64 __attribute__((vector_size(QB_VEC_BYTES)));

QB_VEC_INLINE size_t qb_lane_bytes(QbLane l)
{
    switch (l) {
    case QB_LANE_U8:
    case QB_LANE_I8:
        return 1;
    case QB_LANE_U16:
    case QB_LANE_I16:
        return 2;
    case QB_LANE_U32:
    case QB_LANE_I32:
        return 4;
    case QB_LANE_I64:
        break;
    }
    return 8;
}

QB_VEC_INLINE QbVec qb_vec_load(const void *p)
{
    return (QbVec) * (const QbVecAt *)p;
}

QB_VEC_INLINE void qb_vec_store(void *p, QbVec v)
{
    *(QbVecAt *)p = (QbVecAt)v;
}

/* The first n bytes, n below QB_VEC_BYTES; the others are 0. */
static inline QbVec qb_vec_load_part(const void *p, size_t n)
{
    QbVec v = {0};
    memcpy(&v, p, n);
    return v;
}

static inline void qb_vec_store_part(void *p, QbVec v, size_t n)
{
    memcpy(p, &v, n);
}

/* A vector, or the first `left` bytes of one: rows of images end where they end. */
QB_VEC_INLINE QbVec qb_vec_fetch(const void *p, size_t left)
{
    return left >= QB_VEC_BYTES ? qb_vec_load(p) : qb_vec_load_part(p, left);
}

QB_VEC_INLINE void qb_vec_place(void *p, QbVec v, size_t left)
{
    if (left >= QB_VEC_BYTES)
        qb_vec_store(p, v);
    else
        qb_vec_store_part(p, v, left);
}

QB_VEC_INLINE QbVec qb_vec_splat(QbLane l, int64_t x)
{
    switch (l) {
    case QB_LANE_U8:
    case QB_LANE_I8:
        return (QbVec){0} + (uint8_t)x;
    case QB_LANE_U16:
    case QB_LANE_I16:
        return (QbVec)((QbVecU16){0} + (uint16_t)x);
    case QB_LANE_U32:
    case QB_LANE_I32:
        return (QbVec)((QbVecU32){0} + (uint32_t)x);
    case QB_LANE_I64:
        break;
    }
    return (QbVec)((QbVecU64){0} + (uint64_t)x);
}

QB_VEC_INLINE QbVec qb_vec_add(QbLane l, QbVec a, QbVec b)
{
    switch (qb_lane_bytes(l)) {
    case 1:
        return a + b;
    case 2:
        return (QbVec)((QbVecU16)a + (QbVecU16)b);
    case 4:
        return (QbVec)((QbVecU32)a + (QbVecU32)b);
    default:
        return (QbVec)((QbVecU64)a + (QbVecU64)b);
    }
}

QB_VEC_INLINE QbVec qb_vec_sub(QbLane l, QbVec a, QbVec b)
{
    switch (qb_lane_bytes(l)) {
    case 1:
        return a - b;
    case 2:
        return (QbVec)((QbVecU16)a - (QbVecU16)b);
    case 4:
        return (QbVec)((QbVecU32)a - (QbVecU32)b);
    default:
        return (QbVec)((QbVecU64)a - (QbVecU64)b);
    }
}

/* All ones in the lanes where a > b. */
QB_VEC_INLINE QbVec qb_vec_gt(QbLane l, QbVec a, QbVec b)
{
    switch (l) {
    case QB_LANE_U8:
        return (QbVec)(a > b);
    case QB_LANE_U16:
        return (QbVec)((QbVecU16)a > (QbVecU16)b);
    case QB_LANE_U32:
        return (QbVec)((QbVecU32)a > (QbVecU32)b);
    case QB_LANE_I8:
        return (QbVec)((QbVecI8)a > (QbVecI8)b);
    case QB_LANE_I16:
        return (QbVec)((QbVecI16)a > (QbVecI16)b);
    case QB_LANE_I32:
        return (QbVec)((QbVecI32)a > (QbVecI32)b);
    case QB_LANE_I64:
        break;
    }
    return (QbVec)((QbVecI64)a > (QbVecI64)b);
}

/* a where the mask is all ones, b where it is 0. */
QB_VEC_INLINE QbVec qb_vec_select(QbVec mask, QbVec a, QbVec b)
{
    return b ^ ((a ^ b) & mask);
}

/* count, one more in the lanes where a > b. */
QB_VEC_INLINE QbVec qb_vec_count_gt(QbLane l, QbVec count, QbVec a, QbVec b)
{
#if QB_VEC_BYTES == 64
    __m512i n = (__m512i)count, x = (__m512i)a, y = (__m512i)b, less = _mm512_set1_epi64(-1);
    switch (l) {
    case QB_LANE_I8:
        return (QbVec)_mm512_mask_sub_epi8(n, _mm512_cmpgt_epi8_mask(x, y), n, less);
    case QB_LANE_I16:
        return (QbVec)_mm512_mask_sub_epi16(n, _mm512_cmpgt_epi16_mask(x, y), n, less);
    case QB_LANE_I32:
        return (QbVec)_mm512_mask_sub_epi32(n, _mm512_cmpgt_epi32_mask(x, y), n, less);
    case QB_LANE_I64:
        return (QbVec)_mm512_mask_sub_epi64(n, _mm512_cmpgt_epi64_mask(x, y), n, less);
    default:
        break;
    }
#endif
    return qb_vec_sub(l, count, qb_vec_gt(l, a, b));
}

/* The smaller of two lanes, with the processor's own instruction where it has one. */
QB_VEC_INLINE QbVec qb_vec_min(QbLane l, QbVec a, QbVec b)
{
#if QB_VEC_BYTES == 64
    switch (l) {
    case QB_LANE_U8:
        return (QbVec)_mm512_min_epu8((__m512i)a, (__m512i)b);
    case QB_LANE_U16:
        return (QbVec)_mm512_min_epu16((__m512i)a, (__m512i)b);
    case QB_LANE_U32:
        return (QbVec)_mm512_min_epu32((__m512i)a, (__m512i)b);
    case QB_LANE_I8:
        return (QbVec)_mm512_min_epi8((__m512i)a, (__m512i)b);
    case QB_LANE_I16:
        return (QbVec)_mm512_min_epi16((__m512i)a, (__m512i)b);
    case QB_LANE_I32:
        return (QbVec)_mm512_min_epi32((__m512i)a, (__m512i)b);
    case QB_LANE_I64:
        return (QbVec)_mm512_min_epi64((__m512i)a, (__m512i)b);
    }
#elif QB_VEC_BYTES == 32
    switch (l) {
    case QB_LANE_U8:
        return (QbVec)_mm256_min_epu8((__m256i)a, (__m256i)b);
    case QB_LANE_U16:
        return (QbVec)_mm256_min_epu16((__m256i)a, (__m256i)b);
    case QB_LANE_U32:
        return (QbVec)_mm256_min_epu32((__m256i)a, (__m256i)b);
    case QB_LANE_I8:
        return (QbVec)_mm256_min_epi8((__m256i)a, (__m256i)b);
    case QB_LANE_I16:
        return (QbVec)_mm256_min_epi16((__m256i)a, (__m256i)b);
    case QB_LANE_I32:
        return (QbVec)_mm256_min_epi32((__m256i)a, (__m256i)b);
    case QB_LANE_I64:
        break;
    }
#elif defined(__SSE2__)
    if (l == QB_LANE_U8)
        return (QbVec)_mm_min_epu8((__m128i)a, (__m128i)b);
    if (l == QB_LANE_I16)
        return (QbVec)_mm_min_epi16((__m128i)a, (__m128i)b);
#endif
    return qb_vec_select(qb_vec_gt(l, a, b), b, a);
}

QB_VEC_INLINE QbVec qb_vec_max(QbLane l, QbVec a, QbVec b)
{
#if QB_VEC_BYTES == 64
    switch (l) {
    case QB_LANE_U8:
        return (QbVec)_mm512_max_epu8((__m512i)a, (__m512i)b);
    case QB_LANE_U16:
        return (QbVec)_mm512_max_epu16((__m512i)a, (__m512i)b);
    case QB_LANE_U32:
        return (QbVec)_mm512_max_epu32((__m512i)a, (__m512i)b);
    case QB_LANE_I8:
        return (QbVec)_mm512_max_epi8((__m512i)a, (__m512i)b);
    case QB_LANE_I16:
        return (QbVec)_mm512_max_epi16((__m512i)a, (__m512i)b);
    case QB_LANE_I32:
        return (QbVec)_mm512_max_epi32((__m512i)a, (__m512i)b);
    case QB_LANE_I64:
        return (QbVec)_mm512_max_epi64((__m512i)a, (__m512i)b);
    }
#elif QB_VEC_BYTES == 32
    switch (l) {
    case QB_LANE_U8:
        return (QbVec)_mm256_max_epu8((__m256i)a, (__m256i)b);
    case QB_LANE_U16:
        return (QbVec)_mm256_max_epu16((__m256i)a, (__m256i)b);
    case QB_LANE_U32:
        return (QbVec)_mm256_max_epu32((__m256i)a, (__m256i)b);
    case QB_LANE_I8:
        return (QbVec)_mm256_max_epi8((__m256i)a, (__m256i)b);
    case QB_LANE_I16:
        return (QbVec)_mm256_max_epi16((__m256i)a, (__m256i)b);
    case QB_LANE_I32:
        return (QbVec)_mm256_max_epi32((__m256i)a, (__m256i)b);
    case QB_LANE_I64:
        break;
    }
#elif defined(__SSE2__)
    if (l == QB_LANE_U8)
        return (QbVec)_mm_max_epu8((__m128i)a, (__m128i)b);
    if (l == QB_LANE_I16)
        return (QbVec)_mm_max_epi16((__m128i)a, (__m128i)b);
#endif
    return qb_vec_select(qb_vec_gt(l, a, b), a, b);
}

/* a + b, at most the lane's largest value; U32 lanes are added as they are (their users stay below 2^31). */
QB_VEC_INLINE QbVec qb_vec_add_saturated(QbLane l, QbVec a, QbVec b)
{
    if (l == QB_LANE_U32)
        return qb_vec_add(l, a, b);
#if QB_VEC_BYTES == 64
    return l == QB_LANE_U8 ? (QbVec)_mm512_adds_epu8((__m512i)a, (__m512i)b)
                           : (QbVec)_mm512_adds_epu16((__m512i)a, (__m512i)b);
#elif QB_VEC_BYTES == 32
    return l == QB_LANE_U8 ? (QbVec)_mm256_adds_epu8((__m256i)a, (__m256i)b)
                           : (QbVec)_mm256_adds_epu16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
    return l == QB_LANE_U8 ? (QbVec)_mm_adds_epu8((__m128i)a, (__m128i)b)
                           : (QbVec)_mm_adds_epu16((__m128i)a, (__m128i)b);
#else
    QbVec sum = qb_vec_add(l, a, b);
    return sum | qb_vec_gt(l, a, sum);
#endif
}

/* True when any bit is set. */
QB_VEC_INLINE int qb_vec_any(QbVec v)
{
#if QB_VEC_BYTES == 64
    return _mm512_test_epi64_mask((__m512i)v, (__m512i)v) != 0;
#elif QB_VEC_BYTES == 32
    return !_mm256_testz_si256((__m256i)v, (__m256i)v);
#else
    QbVecU64 u = (QbVecU64)v;
    return (u[0] | u[1]) != 0;
#endif
}

#endif
