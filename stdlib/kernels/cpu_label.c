/* The table of one processor's label kernels, and the short ones: joining faces of tiles, writing labels where bits
 * are set. */
#include "stdlib/kernels/label_join.h"

#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

void QB_CPU_NAME(qb_label_join)(uint32_t *parent, const QbSide *p, const QbSide *q, int reach,
                                bool solid)
{
    if (!solid)
        join_sides(parent, p, q, 1, false, true);
    else if (reach)
        join_sides(parent, p, q, 1, true, true);
    else
        join_sides(parent, p, q, 0, true, true);
}

static inline void expand_some(uint32_t *out, uint64_t bits, uint32_t label)
{
    for (; bits; bits &= bits - 1)
        out[__builtin_ctzll(bits)] = label;
}

/* 64 voxels, some of them set. */
static inline void expand64(uint32_t *out, uint64_t bits, uint32_t label)
{
#if defined(__AVX512F__)
    __m512i v = _mm512_set1_epi32((int)label);
    for (int k = 0; k < 4; k++)
        _mm512_mask_storeu_epi32(out + 16 * k, (__mmask16)(bits >> 16 * k), v);
#elif defined(__AVX2__)
    __m256i v = _mm256_set1_epi32((int)label);
    const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    for (int k = 0; k < 8; k++) {
        __m256i m = _mm256_set1_epi32((int)(bits >> 8 * k & 255));
        m = _mm256_cmpeq_epi32(_mm256_and_si256(m, bit), bit);
        _mm256_maskstore_epi32((int *)(out + 8 * k), m, v);
    }
#else
    expand_some(out, bits, label);
#endif
}

void QB_CPU_NAME(qb_label_expand)(uint32_t *out, const uint64_t *bits, int64_t x0, int64_t x1,
                                  uint32_t label)
{
    int64_t w = x0 >> 6, last = (x1 - 1) >> 6;
    uint64_t mask = ~UINT64_C(0) << (x0 & 63);
    for (; w <= last; w++) {
        if (w == last)
            mask &= ~UINT64_C(0) >> (63 - ((x1 - 1) & 63));
        uint64_t v = bits[w] & mask;
        uint32_t *p = out - x0 + 64 * w;
        if (v == ~UINT64_C(0)) {
            for (int k = 0; k < 64; k++)
                p[k] = label;
        } else if (mask == ~UINT64_C(0)) {
            expand64(p, v, label);
        } else {
            expand_some(p, v, label);
        }
        mask = ~UINT64_C(0);
    }
}

const QbLabelKernels QB_CPU_NAME(qb_label_kernels) = {
    .tile = QB_CPU_NAME(qb_label_tile),
    .join = QB_CPU_NAME(qb_label_join),
    .expand = QB_CPU_NAME(qb_label_expand),
    .sum = QB_CPU_NAME(qb_row_sum),
    .moments = QB_CPU_NAME(qb_row_moments),
    .whole = QB_CPU_NAME(qb_row_whole),
    .range = QB_CPU_NAME(qb_row_range),
    .count8 = QB_CPU_NAME(qb_row_count8),
    .count16 = QB_CPU_NAME(qb_row_count16),
    .count_digit = QB_CPU_NAME(qb_row_count_digit),
    .count_bins = QB_CPU_NAME(qb_row_count_bins),
    .stack = QB_CPU_NAME(qb_row_stack),
    .unstack = QB_CPU_NAME(qb_row_unstack),
};
