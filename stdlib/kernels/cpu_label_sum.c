/* Reductions of one row. Sums of floats keep 16 lanes, lane = absolute column modulo 16, joined by a fixed tree, so that
 * every vector width gives the same bits; sums of whole numbers are exact. Knows rows alone. */
#include "stdlib/kernels/label.h"

#include <math.h>
#include <string.h>

typedef double Eight __attribute__((vector_size(64)));
typedef float EightF __attribute__((vector_size(32)));

typedef struct Lanes {
    Eight a, b; /* lanes 0 to 7, and 8 to 15 */
} Lanes;

static inline void load8(bool wide, const void *p, Eight *v)
{
    EightF f;
    if (wide) {
        memcpy(v, p, sizeof(*v));
        return;
    }
    memcpy(&f, p, sizeof(f));
    *v = __builtin_convertvector(f, Eight);
}

static inline double load1(bool wide, const void *p)
{
    double d;
    float f;
    if (wide) {
        memcpy(&d, p, sizeof(d));
        return d;
    }
    memcpy(&f, p, sizeof(f));
    return (double)f;
}

/* Lanes k and k+8, then k+4, k+2, k+1. */
static inline double join_lanes(const double *l)
{
    double s[8];
    for (int k = 0; k < 8; k++)
        s[k] = l[k] + l[k + 8];
    for (int k = 0; k < 4; k++)
        s[k] += s[k + 4];
    return (s[0] + s[2]) + (s[1] + s[3]);
}

/* Σ x, or Σ (x − c)² when `squares`. */
static inline __attribute__((always_inline)) double sum_lanes(bool wide, bool squares,
                                                              const void *row, int64_t n, int lane,
                                                              double c)
{
    const char *p = row;
    size_t size = wide ? 8 : 4;
    union {
        double v[16];
        Lanes l;
    } acc = {.v = {0}};
    int64_t x = 0;
    for (; x < n && (lane + x) % 16 != 0; x++) {
        double d = load1(wide, p + (size_t)x * size);
        d = squares ? (d - c) * (d - c) : d;
        acc.v[(lane + x) % 16] += d;
    }
    Eight a = acc.l.a, b = acc.l.b;
    for (; x + 16 <= n; x += 16) {
        Eight u, v;
        load8(wide, p + (size_t)x * size, &u);
        load8(wide, p + (size_t)(x + 8) * size, &v);
        if (squares) {
            u = (u - c) * (u - c);
            v = (v - c) * (v - c);
        }
        a += u;
        b += v;
    }
    acc.l.a = a;
    acc.l.b = b;
    for (; x < n; x++) {
        double d = load1(wide, p + (size_t)x * size);
        d = squares ? (d - c) * (d - c) : d;
        acc.v[(lane + x) % 16] += d;
    }
    return join_lanes(acc.v);
}

double QB_CPU_NAME(qb_row_sum)(QbPix pix, const void *row, int64_t n, int lane)
{
    return pix == QB_F64 ? sum_lanes(true, false, row, n, lane, 0)
                         : sum_lanes(false, false, row, n, lane, 0);
}

void QB_CPU_NAME(qb_row_moments)(QbPix pix, const void *row, int64_t n, int lane, double *mean,
                                 double *m2)
{
    double m = QB_CPU_NAME(qb_row_sum)(pix, row, n, lane) / (double)n;
    *mean = m;
    *m2 = pix == QB_F64 ? sum_lanes(true, true, row, n, lane, m)
                        : sum_lanes(false, true, row, n, lane, m);
}

/* One voxel of a type that fits 32 signed bits, and of a 32-bit type; `pix` is a constant where they are called. */
static inline int32_t narrow(QbPix pix, const void *row, int64_t x)
{
    return pix == QB_U8    ? ((const uint8_t *)row)[x]
           : pix == QB_U16 ? ((const uint16_t *)row)[x]
           : pix == QB_I8  ? ((const int8_t *)row)[x]
                           : ((const int16_t *)row)[x];
}

static inline int64_t whole32(QbPix pix, const void *row, int64_t x)
{
    return pix == QB_U32 ? (int64_t)((const uint32_t *)row)[x] : (int64_t)((const int32_t *)row)[x];
}

/* Blocks are so short that 32 bits hold their sums: 65535 · 32768 < 2^31, 255² · 32768 < 2^32. */
enum { BLOCK = 32768 };

static inline __attribute__((always_inline)) void sum_narrow(QbPix pix, const void *row, int64_t n,
                                                             bool squares, QbWholeSum *out)
{
    for (int64_t from = 0; from < n; from += BLOCK) {
        int64_t to = qb_min64(from + BLOCK, n);
        int32_t s = 0;
        for (int64_t x = from; x < to; x++)
            s += narrow(pix, row, x);
        out->sum += s;
        if (!squares)
            continue;
        uint32_t q = 0;
        uint64_t wide = 0;
        for (int64_t x = from; x < to; x++) {
            uint32_t v = (uint32_t)narrow(pix, row, x);
            if (pix == QB_U8 || pix == QB_I8)
                q += v * v;
            else
                wide += v * v;
        }
        out->squares += wide + q;
    }
}

/* Squares of 32-bit values fill 64 bits: their halves are added apart. */
static inline __attribute__((always_inline)) void sum_whole32(QbPix pix, const void *row, int64_t n,
                                                              bool squares, QbWholeSum *out)
{
    int64_t s = 0;
    uint64_t low = 0, high = 0;
    for (int64_t x = 0; x < n; x++)
        s += whole32(pix, row, x);
    for (int64_t x = 0; squares && x < n; x++) {
        int64_t signed_v = whole32(pix, row, x);
        uint64_t v = (uint64_t)(signed_v < 0 ? -signed_v : signed_v);
        low += v * v & UINT32_MAX;
        high += v * v >> 32;
    }
    out->sum += s;
    out->squares += ((unsigned __int128)high << 32) + low;
}

void QB_CPU_NAME(qb_row_whole)(QbPix pix, const void *row, int64_t n, bool squares, QbWholeSum *s)
{
    switch (pix) {
    case QB_U8:
        sum_narrow(QB_U8, row, n, squares, s);
        return;
    case QB_U16:
        sum_narrow(QB_U16, row, n, squares, s);
        return;
    case QB_U32:
        sum_whole32(QB_U32, row, n, squares, s);
        return;
    case QB_I8:
        sum_narrow(QB_I8, row, n, squares, s);
        return;
    case QB_I16:
        sum_narrow(QB_I16, row, n, squares, s);
        return;
    case QB_I32:
        sum_whole32(QB_I32, row, n, squares, s);
        return;
    case QB_F32:
    case QB_F64:
    case QB_PIX_COUNT:
        break;
    }
    QB_BUG("whole sums of pixel type %d", (int)pix);
}

static inline void widen(QbRange *r, double lo, double hi)
{
    r->lo = lo < r->lo ? lo : r->lo;
    r->hi = hi > r->hi ? hi : r->hi;
}

static inline __attribute__((always_inline)) void range_narrow(QbPix pix, const void *row,
                                                               int64_t n, QbRange *r)
{
    int32_t lo = narrow(pix, row, 0), hi = lo;
    for (int64_t x = 1; x < n; x++) {
        int32_t v = narrow(pix, row, x);
        lo = v < lo ? v : lo;
        hi = v > hi ? v : hi;
    }
    widen(r, lo, hi);
}

static inline __attribute__((always_inline)) void range_whole32(QbPix pix, const void *row,
                                                                int64_t n, QbRange *r)
{
    int64_t lo = whole32(pix, row, 0), hi = lo;
    for (int64_t x = 1; x < n; x++) {
        int64_t v = whole32(pix, row, x);
        lo = v < lo ? v : lo;
        hi = v > hi ? v : hi;
    }
    widen(r, (double)lo, (double)hi);
}

/* Vectors as wide as the processor's: wider ones are compared element by element. */
#if defined(__AVX512F__)
enum { NATIVE = 64 };
#elif defined(__AVX2__)
enum { NATIVE = 32 };
#else
enum { NATIVE = 16 };
#endif
enum { FLOATS = NATIVE / 4, DOUBLES = NATIVE / 8 };
typedef float Floats __attribute__((vector_size(NATIVE)));
typedef double Doubles __attribute__((vector_size(NATIVE)));
typedef int32_t FloatsMask __attribute__((vector_size(NATIVE)));
typedef int64_t DoublesMask __attribute__((vector_size(NATIVE)));

static inline void range_one(QbRange *r, double v)
{
    widen(r, v, v);
    r->nan |= v != v;
}

/* Comparisons with NaN are false, so it never becomes a bound, whatever the vector width. */
static inline void range_f32(const float *p, int64_t n, QbRange *r)
{
    Floats lo = (Floats){0} + INFINITY, hi = -lo, v;
    FloatsMask nan = {0};
    int64_t x = 0;
    for (; x + FLOATS <= n; x += FLOATS) {
        memcpy(&v, p + x, sizeof(v));
        FloatsMask less = v<lo, more = v> hi;
        lo = (Floats)((less & (FloatsMask)v) | (~less & (FloatsMask)lo));
        hi = (Floats)((more & (FloatsMask)v) | (~more & (FloatsMask)hi));
        nan |= v != v;
    }
    for (; x < n; x++)
        range_one(r, (double)p[x]);
    for (int k = 0; k < FLOATS; k++) {
        widen(r, (double)lo[k], (double)hi[k]);
        r->nan |= nan[k] != 0;
    }
}

static inline void range_f64(const double *p, int64_t n, QbRange *r)
{
    Doubles lo = (Doubles){0} + INFINITY, hi = -lo, v;
    DoublesMask nan = {0};
    int64_t x = 0;
    for (; x + DOUBLES <= n; x += DOUBLES) {
        memcpy(&v, p + x, sizeof(v));
        DoublesMask less = v<lo, more = v> hi;
        lo = (Doubles)((less & (DoublesMask)v) | (~less & (DoublesMask)lo));
        hi = (Doubles)((more & (DoublesMask)v) | (~more & (DoublesMask)hi));
        nan |= v != v;
    }
    for (; x < n; x++)
        range_one(r, p[x]);
    for (int k = 0; k < DOUBLES; k++) {
        widen(r, lo[k], hi[k]);
        r->nan |= nan[k] != 0;
    }
}

void QB_CPU_NAME(qb_row_range)(QbPix pix, const void *row, int64_t n, QbRange *r)
{
    switch (pix) {
    case QB_U8:
        range_narrow(QB_U8, row, n, r);
        return;
    case QB_U16:
        range_narrow(QB_U16, row, n, r);
        return;
    case QB_U32:
        range_whole32(QB_U32, row, n, r);
        return;
    case QB_I8:
        range_narrow(QB_I8, row, n, r);
        return;
    case QB_I16:
        range_narrow(QB_I16, row, n, r);
        return;
    case QB_I32:
        range_whole32(QB_I32, row, n, r);
        return;
    case QB_F32:
        range_f32(row, n, r);
        return;
    case QB_F64:
        range_f64(row, n, r);
        return;
    case QB_PIX_COUNT:
        break;
    }
    QB_BUG("range of pixel type %d", (int)pix);
}
