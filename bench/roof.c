/* Loops that show what memory and the vector units can do. */
#include "bench/roof.h"

#include "bench/parts.h"
#include "core/base.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

const char *const roof_unit_names[ROOF_UNITS] = {"triad",       "min/max u8", "min/max u16",
                                                 "min/max i32", "add u8",     "add f64"};

/* ---- memory ------------------------------------------------------------------------------------------- */

struct RoofMemory {
    int threads;
    int64_t n;
    float *a, *b, *c;
};

static void fill(BenchPart *p)
{
    const RoofMemory *t = p->ctx;
    for (int64_t i = p->lo; i < p->hi; i++) {
        t->a[i] = 0;
        t->b[i] = 1;
        t->c[i] = 2;
    }
}

static void add(BenchPart *p)
{
    const RoofMemory *t = p->ctx;
    float *restrict a = t->a;
    const float *restrict b = t->b, *restrict c = t->c;
    for (int64_t i = p->lo; i < p->hi; i++)
        a[i] = b[i] + 3.0f * c[i];
}

static float *floats(int64_t n)
{
    size_t bytes = qb_round_up((size_t)n * sizeof(float), (size_t)2 << 20);
    float *p = aligned_alloc((size_t)2 << 20, bytes);
    QB_CHECK(p != NULL);
    madvise(p, bytes, MADV_HUGEPAGE);
    return p;
}

RoofMemory *roof_memory_new(int threads, int64_t n)
{
    RoofMemory *m = qb_xmalloc(sizeof(*m));
    *m = (RoofMemory){threads, n, floats(n), floats(n), floats(n)};
    bench_in_parts(threads, n, fill, m);
    return m;
}

void roof_memory_free(RoofMemory *m)
{
    free(m->a);
    free(m->b);
    free(m->c);
    free(m);
}

double roof_triad(RoofMemory *m)
{
    return 12.0 * (double)m->n / bench_in_parts(m->threads, m->n, add, m).wall;
}

typedef struct Fused {
    const float *a, *b;
    uint8_t *out;
} Fused;

#define FUSED(name, attributes)                                 \
    attributes static void name(BenchPart *p)                   \
    {                                                           \
        const Fused *f = p->ctx;                                \
        const float *restrict a = f->a, *restrict b = f->b;     \
        uint8_t *restrict out = f->out;                         \
        for (int64_t i = p->lo; i < p->hi; i++)                 \
            out[i] = ((a[i] - 10.0f) + (b[i] * 50.0f)) > 20.0f; \
    }
FUSED(fused_base, )
#ifdef __x86_64__
FUSED(fused_avx2, __attribute__((target("avx2"))))
#endif

BenchSeconds roof_fused(const float *a, const float *b, uint8_t *out, int64_t n, int threads)
{
    const Fused f = {a, b, out};
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2"))
        return bench_in_parts(threads, n, fused_avx2, &f);
#endif
    return bench_in_parts(threads, n, fused_base, &f);
}

/* ---- vector units ------------------------------------------------------------------------------------- */

/* Twelve registers, each of which waits for itself alone; the compiler cannot foresee what is in them. */
#define CHAINS 12
#define ROUNDS ((int64_t)1 << 20)

#ifdef __x86_64__
#define PEAK(name, V, isa, step)                                                              \
    __attribute__((target(isa))) static void name(BenchPart *p)                               \
    {                                                                                         \
        V w, a, b, c, d, e, f, g, h, i, j, k, l;                                              \
        memset(&w, 1, sizeof(w));                                                             \
        a = b = c = d = e = f = g = h = i = j = k = l = w;                                    \
        for (int64_t r = p->lo; r < p->hi; r++) {                                             \
            a = step(a, w), b = step(b, w), c = step(c, w), d = step(d, w), e = step(e, w);   \
            f = step(f, w), g = step(g, w), h = step(h, w), i = step(i, w), j = step(j, w);   \
            k = step(k, w), l = step(l, w);                                                   \
            __asm__ volatile(""                                                               \
                             : "+v"(a), "+v"(b), "+v"(c), "+v"(d), "+v"(e), "+v"(f), "+v"(g), \
                               "+v"(h), "+v"(i), "+v"(j), "+v"(k), "+v"(l));                  \
        }                                                                                     \
    }
#define PEAKS(variant, bits, isa)                                   \
    PEAK(min8_##variant, __m##bits##i, isa, _mm##bits##_min_epu8)   \
    PEAK(min16_##variant, __m##bits##i, isa, _mm##bits##_min_epi16) \
    PEAK(min32_##variant, __m##bits##i, isa, _mm##bits##_min_epi32) \
    PEAK(add8_##variant, __m##bits##i, isa, _mm##bits##_add_epi8)   \
    PEAK(add64_##variant, __m##bits##d, isa, _mm##bits##_add_pd)
#define _mm128_min_epu8  _mm_min_epu8
#define _mm128_min_epi16 _mm_min_epi16
#define _mm128_min_epi32 _mm_min_epi32
#define _mm128_add_epi8  _mm_add_epi8
#define _mm128_add_pd    _mm_add_pd
PEAKS(base, 128, "sse4.1")
PEAKS(avx2, 256, "avx2")
PEAKS(avx512, 512, "avx512bw")

typedef struct Peak {
    const char *variant;
    double bytes;
    void (*work[ROOF_UNITS])(BenchPart *);
} Peak;

static const Peak peaks[] = {
    {"base", 16, {NULL, min8_base, min16_base, min32_base, add8_base, add64_base}},
    {"avx2", 32, {NULL, min8_avx2, min16_avx2, min32_avx2, add8_avx2, add64_avx2}},
    {"avx512", 64, {NULL, min8_avx512, min16_avx512, min32_avx512, add8_avx512, add64_avx512}}};

double roof_peak(RoofUnit unit, const char *variant, int threads)
{
    static const double lane[ROOF_UNITS] = {0, 1, 2, 4, 1, 8};
    for (int k = 0; k < QB_COUNT(peaks); k++) {
        if (strcmp(peaks[k].variant, variant) != 0 || !peaks[k].work[unit])
            continue;
        double cpu = bench_in_parts(threads, ROUNDS * threads, peaks[k].work[unit], NULL).cpu;
        return (double)(ROUNDS * threads) * CHAINS * peaks[k].bytes / lane[unit] * threads / cpu;
    }
    return 0;
}
#else
double roof_peak(RoofUnit unit, const char *variant, int threads)
{
    (void)unit, (void)variant, (void)threads;
    return 0;
}
#endif
