/* The table of one processor's label kernels, and the short ones: joining faces of tiles, painting rows with the
 * labels of their runs. */
#include "stdlib/kernels/label_join.h"

#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

void QB_CPU_NAME(qb_label_join)(uint32_t *parent, const QbSide *p, const QbSide *q, int reach,
                                int64_t words)
{
    if (reach)
        join_sides(parent, p, q, words, true, true);
    else
        join_sides(parent, p, q, words, false, true);
}

/* ---- painting ----------------------------------------------------------------------------------------- */

#if defined(__AVX2__)
/* How many of the eight bits are set, up to each of them: eight bytes. */
static inline uint64_t ranks8(uint64_t bits)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t spread = (bits & 255) * ones & UINT64_C(0x8040201008040201);
    return ((spread + 0x7f * ones) >> 7 & ones) * ones;
}
#endif

static inline void fill(uint32_t *to, int n, uint32_t label)
{
    for (int k = 0; k < n; k++)
        to[k] = label;
}

/* The labels of 64 columns, set or not: label[k] from the k-th head on. */
static inline void spread64(uint32_t *to, const uint32_t *label, uint64_t heads)
{
#if defined(__AVX512F__)
    for (int x = 0; x < 64; x += 16, heads >>= 16) {
        uint64_t low = ranks8(heads), high = ranks8(heads >> 8);
        high += (low >> 56) * UINT64_C(0x0101010101010101);
        __m512i rank = _mm512_cvtepu8_epi32(_mm_set_epi64x((int64_t)high, (int64_t)low));
        _mm512_store_si512(to + x, _mm512_permutexvar_epi32(rank, _mm512_loadu_si512(label)));
        label += high >> 56;
    }
#elif defined(__AVX2__)
    for (int x = 0; x < 64; x += 8, heads >>= 8) {
        uint64_t ranks = ranks8(heads);
        __m256i rank = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)ranks));
        __m256i v = _mm256_loadu_si256((const __m256i *)label);
        _mm256_store_si256((__m256i *)(to + x), _mm256_permutevar8x32_epi32(v, rank));
        label += ranks >> 56;
    }
#else
    if (qb_count_bits(heads) > 4) {
        for (int x = 0; x < 64; x++) {
            label += heads >> x & 1;
            to[x] = *label;
        }
        return;
    }
    fill(to, 64, *label++);
    for (; heads; heads &= heads - 1)
        fill(to + __builtin_ctzll(heads), 64 - __builtin_ctzll(heads), *label++);
#endif
}

/* The columns whose bits are set; the others become 0. */
static inline void mask64(uint32_t *out, const uint32_t *label, uint64_t bits)
{
#if defined(__AVX512F__)
    for (int x = 0; x < 64; x += 16)
        _mm512_storeu_si512(out + x, _mm512_maskz_loadu_epi32((__mmask16)(bits >> x), label + x));
#elif defined(__AVX2__)
    const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    for (int x = 0; x < 64; x += 8) {
        __m256i m = _mm256_and_si256(_mm256_set1_epi32((int)(bits >> x & 255)), bit);
        __m256i v = _mm256_load_si256((const __m256i *)(label + x));
        v = _mm256_and_si256(v, _mm256_cmpeq_epi32(m, bit));
        _mm256_storeu_si256((__m256i *)(out + x), v);
    }
#else
    typedef uint32_t Lanes __attribute__((vector_size(16)));
    const Lanes bit = {1, 2, 4, 8};
    if (bits == 0 || bits == ~UINT64_C(0)) {
        if (bits)
            memcpy(out, label, 64 * sizeof(*out));
        else
            memset(out, 0, 64 * sizeof(*out));
        return;
    }
    for (int x = 0; x < 64; x += 4) {
        Lanes v, some = (Lanes){0} + (uint32_t)(bits >> x & 15);
        memcpy(&v, label + x, sizeof(v));
        v &= (Lanes)((some & bit) == bit);
        memcpy(out + x, &v, sizeof(v));
    }
#endif
}

static void paint_word(const QbPaint *p, int64_t w, const uint32_t *label, int64_t x0, int64_t x1)
{
    _Alignas(64) uint32_t all[64], some[64];
    int64_t x = 64 * w;
    uint64_t any = 0;
    for (int k = 0; k < p->n; k++)
        any |= p->bits[k][w];
    if (any && p->heads[w])
        spread64(all, label, p->heads[w]);
    if (any && !p->heads[w])
        fill(all, 64, *label);
    for (int k = 0; k < p->n; k++) {
        if (x >= x0 && x + 64 <= x1) {
            mask64(p->out[k] + (x - x0), all, p->bits[k][w]);
            continue;
        }
        int64_t from = x < x0 ? x0 : x, to = x + 64 < x1 ? x + 64 : x1;
        mask64(some, all, p->bits[k][w]);
        memcpy(p->out[k] + (from - x0), some + (from - x), (size_t)(to - from) * sizeof(*some));
    }
}

void QB_CPU_NAME(qb_label_paint)(const QbPaint *p, int64_t x0, int64_t x1)
{
    const uint32_t *label = p->label;
    for (int64_t w = 0; 64 * w < x1; w++) {
        if (64 * (w + 1) > x0)
            paint_word(p, w, label, x0, x1);
        label += qb_count_bits(p->heads[w]);
    }
}

const QbLabelKernels QB_CPU_NAME(qb_label_kernels) = {
    .tile = QB_CPU_NAME(qb_label_tile),
    .join = QB_CPU_NAME(qb_label_join),
    .paint = QB_CPU_NAME(qb_label_paint),
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
