/* Loops that show what memory, the vector units and libtiff can do. Threads are plain ones: OpenMP belongs to the runtime. */
#include "bench/roof.h"

#include "core/base.h"
#include "runtime/run.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <tiffio.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#define MAX_THREADS 64

const char *const roof_unit_names[ROOF_UNITS] = {"", "min/max u8", "min/max u16", "add u8",
                                                 "add f64"};

/* ---- threads ------------------------------------------------------------------------------------------ */

typedef struct Part {
    void (*work)(struct Part *);
    pthread_barrier_t *start;
    int64_t lo, hi; /* its share of [0, n) */
    const void *ctx;
    double begin, end;
} Part;

static void *part_main(void *p)
{
    Part *part = p;
    pthread_barrier_wait(part->start);
    part->begin = qb_now();
    part->work(part);
    part->end = qb_now();
    return NULL;
}

/* Equal shares of [0, n); seconds from the first start to the last end. */
static double in_parts(int threads, int64_t n, void (*work)(Part *), const void *ctx)
{
    Part part[MAX_THREADS];
    pthread_t id[MAX_THREADS];
    pthread_barrier_t start;
    QB_CHECK(threads >= 1 && threads <= MAX_THREADS);
    pthread_barrier_init(&start, NULL, (unsigned)threads);
    for (int k = 0; k < threads; k++) {
        part[k] = (Part){work, &start, n * k / threads, n * (k + 1) / threads, ctx, 0, 0};
        if (k > 0 && pthread_create(&id[k], NULL, part_main, &part[k]) != 0)
            QB_BUG("no thread");
    }
    part_main(&part[0]);
    double begin = part[0].begin, end = part[0].end;
    for (int k = 1; k < threads; k++) {
        pthread_join(id[k], NULL);
        begin = part[k].begin < begin ? part[k].begin : begin;
        end = part[k].end > end ? part[k].end : end;
    }
    pthread_barrier_destroy(&start);
    return end - begin;
}

/* ---- memory ------------------------------------------------------------------------------------------- */

typedef struct Triad {
    float *a, *b, *c;
} Triad;

static void triad_fill(Part *p)
{
    const Triad *t = p->ctx;
    for (int64_t i = p->lo; i < p->hi; i++) {
        t->a[i] = 0;
        t->b[i] = 1;
        t->c[i] = 2;
    }
}

__attribute__((optimize("O3"))) static void triad_add(Part *p)
{
    const Triad *t = p->ctx;
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

double roof_triad(int threads, int64_t n)
{
    Triad t = {floats(n), floats(n), floats(n)};
    double best = 1e9;
    in_parts(threads, n, triad_fill, &t);
    for (int k = 0; k < 5; k++) {
        double s = in_parts(threads, n, triad_add, &t);
        best = s < best ? s : best;
    }
    free(t.a);
    free(t.b);
    free(t.c);
    return 12.0 * (double)n / best;
}

typedef struct Fused {
    const float *a, *b;
    uint8_t *out;
} Fused;

#define FUSED(name, attributes)                                  \
    attributes static void name(Part *p)                         \
    {                                                            \
        const Fused *f = p->ctx;                                 \
        const float *restrict a = f->a, *restrict b = f->b;      \
        uint8_t *restrict out = f->out;                          \
        for (int64_t i = p->lo; i < p->hi; i++)                  \
            out[i] = ((a[i] - 10.0f) + (b[i] * 50.0f)) > 20.0f;  \
    }
FUSED(fused_base, __attribute__((optimize("O3"))))
#ifdef __x86_64__
FUSED(fused_avx2, __attribute__((optimize("O3"), target("avx2"))))
#endif

double roof_fused(const float *a, const float *b, uint8_t *out, int64_t n, int threads)
{
    const Fused f = {a, b, out};
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2"))
        return in_parts(threads, n, fused_avx2, &f);
#endif
    return in_parts(threads, n, fused_base, &f);
}

/* ---- vector units ------------------------------------------------------------------------------------- */

/* Registers with one operand each; the compiler cannot foresee what is in them, and each waits for itself alone. */
#define CHAINS 12
#define ROUNDS ((int64_t)1 << 22)

#ifdef __x86_64__
#define PEAK(name, V, isa, step)                                           \
    __attribute__((optimize("O3"), target(isa))) static void name(Part *p) \
    {                                                                      \
        V v[CHAINS], w;                                                    \
        memset(&w, 1, sizeof(w));                                          \
        memset(v, 2, sizeof(v));                                           \
        for (int64_t r = p->lo; r < p->hi; r++) {                          \
            _Pragma("GCC unroll 12") for (int k = 0; k < CHAINS; k++)      \
            {                                                              \
                v[k] = step(v[k], w);                                      \
                __asm__ volatile("" : "+v"(v[k]));                         \
            }                                                              \
        }                                                                  \
    }
#define PEAKS(variant, bits, isa)                                                   \
    PEAK(min8_##variant, __m##bits##i, isa, _mm##bits##_min_epu8)                   \
    PEAK(min16_##variant, __m##bits##i, isa, _mm##bits##_min_epi16)                 \
    PEAK(add8_##variant, __m##bits##i, isa, _mm##bits##_add_epi8)                   \
    PEAK(add64_##variant, __m##bits##d, isa, _mm##bits##_add_pd)
#define _mm128_min_epu8  _mm_min_epu8
#define _mm128_min_epi16 _mm_min_epi16
#define _mm128_add_epi8  _mm_add_epi8
#define _mm128_add_pd    _mm_add_pd
PEAKS(base, 128, "sse2")
PEAKS(avx2, 256, "avx2")
PEAKS(avx512, 512, "avx512bw")

typedef struct Peak {
    const char *variant;
    double bytes;
    void (*work[ROOF_UNITS])(Part *);
} Peak;

static const Peak peaks[] = {{"base", 16, {NULL, min8_base, min16_base, add8_base, add64_base}},
                             {"avx2", 32, {NULL, min8_avx2, min16_avx2, add8_avx2, add64_avx2}},
                             {"avx512",
                              64,
                              {NULL, min8_avx512, min16_avx512, add8_avx512, add64_avx512}}};

double roof_peak(RoofUnit unit, const char *variant, int threads)
{
    static const double lane[ROOF_UNITS] = {0, 1, 2, 1, 8};
    for (int k = 0; k < QB_COUNT(peaks); k++) {
        if (strcmp(peaks[k].variant, variant) != 0 || !peaks[k].work[unit])
            continue;
        double best = 1e9;
        for (int r = 0; r < 3; r++) {
            double s = in_parts(threads, ROUNDS * threads, peaks[k].work[unit], NULL);
            best = s < best ? s : best;
        }
        return (double)(ROUNDS * threads) * CHAINS * peaks[k].bytes / lane[unit] / best;
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

/* ---- libtiff alone ------------------------------------------------------------------------------------ */

typedef struct Pages {
    const char *path;
    unsigned char *to;
    size_t page; /* bytes */
    bool *failed;
} Pages;

static bool read_page(TIFF *f, unsigned char *to, size_t left)
{
    for (uint32_t s = 0, n = TIFFNumberOfStrips(f); s < n; s++) {
        tmsize_t got = TIFFReadEncodedStrip(f, s, to, (tmsize_t)left);
        if (got < 0)
            return false;
        to += got;
        left -= (size_t)got;
    }
    return true;
}

static void read_share(Part *p)
{
    const Pages *all = p->ctx;
    TIFF *f = TIFFOpen(all->path, "r");
    bool ok = f && TIFFSetDirectory(f, (tdir_t)p->lo);
    for (int64_t k = p->lo; k < p->hi && ok; k++) {
        ok = read_page(f, all->to + (size_t)k * all->page, all->page);
        if (k + 1 < p->hi)
            ok = ok && TIFFReadDirectory(f);
    }
    if (f)
        TIFFClose(f);
    if (!ok)
        *all->failed = true;
}

double roof_libtiff(const char *path, int threads)
{
    TIFFSetWarningHandler(NULL);
    TIFF *f = TIFFOpen(path, "r");
    if (!f)
        return -1;
    bool failed = false;
    int64_t n = TIFFNumberOfDirectories(f);
    Pages all = {.path = path, .failed = &failed, .page = (size_t)TIFFScanlineSize(f)};
    uint32_t height = 0;
    TIFFGetField(f, TIFFTAG_IMAGELENGTH, &height);
    TIFFClose(f);
    all.page *= height;
    all.to = qb_xmalloc(all.page * (size_t)n);
    memset(all.to, 1, all.page * (size_t)n);
    double best = in_parts(threads, n, read_share, &all);
    free(all.to);
    return failed ? -1 : best;
}
