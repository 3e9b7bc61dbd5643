/* Lines of voxels along an axis other than the row's: rows are stacked one after the other, each voxel joins the line that it
 * lies on. Sums and moments are made in blocks of 64 rows that start at multiples of 64, blocks are joined in order, so
 * that the result depends on the length of a line alone. Knows rows alone. */
#include "stdlib/kernels/label.h"

#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { BLOCK = 64 };

INLINE double real(QbPix pix, const void *row, int64_t x)
{
    return pix == QB_U8    ? (double)((const uint8_t *)row)[x]
           : pix == QB_U16 ? (double)((const uint16_t *)row)[x]
           : pix == QB_U32 ? (double)((const uint32_t *)row)[x]
           : pix == QB_I8  ? (double)((const int8_t *)row)[x]
           : pix == QB_I16 ? (double)((const int16_t *)row)[x]
           : pix == QB_I32 ? (double)((const int32_t *)row)[x]
           : pix == QB_F32 ? (double)((const float *)row)[x]
                           : ((const double *)row)[x];
}

INLINE void add_sums(QbPix pix, const QbStack *s, const void *row, int64_t index)
{
    double *restrict block = s->line;
    if (index % BLOCK == 0) {
        for (int64_t x = 0; x < s->nx; x++)
            block[x] = real(pix, row, x);
        return;
    }
    for (int64_t x = 0; x < s->nx; x++)
        block[x] += real(pix, row, x);
}

/* Welford's update. v − v is NaN where no mean exists. */
INLINE void add_moments(QbPix pix, const QbStack *s, const void *row, int64_t index)
{
    double *restrict mean = s->line, *restrict m2 = mean + s->nx;
    double part = 1.0 / (double)(index % BLOCK + 1);
    if (index % BLOCK == 0) {
        for (int64_t x = 0; x < s->nx; x++) {
            double v = real(pix, row, x);
            mean[x] = v;
            m2[x] = v - v;
        }
        return;
    }
    for (int64_t x = 0; x < s->nx; x++) {
        double v = real(pix, row, x), d = v - mean[x];
        mean[x] += d * part;
        m2[x] += d * (v - mean[x]);
    }
}

/* Bytes may alias the stack's own fields: the count is copied. */
#define EXTREME(T)                                                                            \
    do {                                                                                      \
        T *restrict best = s->line;                                                           \
        const T *restrict v = row;                                                            \
        int64_t n = s->nx;                                                                    \
        for (int64_t x = 0; x < n; x++)                                                       \
            best[x] =                                                                         \
                (largest ? v[x] > best[x] : v[x] < best[x]) || v[x] != v[x] ? v[x] : best[x]; \
    } while (0)

/* NaN wins: nothing compares with it, so it stays. */
INLINE void add_extreme(QbPix pix, bool largest, const QbStack *s, const void *row, int64_t index)
{
    if (index == 0)
        memcpy(s->line, row, (size_t)s->nx * qb_pix_bytes(pix));
    else if (pix == QB_U8)
        EXTREME(uint8_t);
    else if (pix == QB_U16)
        EXTREME(uint16_t);
    else if (pix == QB_U32)
        EXTREME(uint32_t);
    else if (pix == QB_I8)
        EXTREME(int8_t);
    else if (pix == QB_I16)
        EXTREME(int16_t);
    else if (pix == QB_I32)
        EXTREME(int32_t);
    else if (pix == QB_F32)
        EXTREME(float);
    else
        EXTREME(double);
}

INLINE void add(QbPix pix, const QbStack *s, const void *row, int64_t index)
{
    if (s->how == QB_STACK_STD)
        add_moments(pix, s, row, index);
    else if (s->how < QB_STACK_STD)
        add_sums(pix, s, row, index);
    else if (s->how == QB_STACK_MAX)
        add_extreme(pix, true, s, row, index);
    else
        add_extreme(pix, false, s, row, index);
}

static void join_sums(const QbStack *s, bool first)
{
    double *restrict block = s->line, *restrict all = block + s->nx;
    for (int64_t x = 0; x < s->nx; x++)
        all[x] = first ? block[x] : all[x] + block[x];
}

/* Chan's update; `before` voxels are joined by `more`. */
static void join_moments(const QbStack *s, int64_t before, int64_t more)
{
    double *restrict mean = s->line, *restrict m2 = mean + s->nx;
    double *restrict all_mean = m2 + s->nx, *restrict all_m2 = all_mean + s->nx;
    double part = (double)more / (double)(before + more), both = (double)before * part;
    if (before == 0) {
        memcpy(all_mean, mean, 2 * (size_t)s->nx * sizeof(double));
        return;
    }
    for (int64_t x = 0; x < s->nx; x++) {
        double d = mean[x] - all_mean[x];
        all_mean[x] += d * part;
        all_m2[x] += m2[x] + d * d * both;
    }
}

static void stack_row(const QbStack *s, const void *row, int64_t index)
{
    switch (s->pix) {
    case QB_U8:
        add(QB_U8, s, row, index);
        return;
    case QB_U16:
        add(QB_U16, s, row, index);
        return;
    case QB_U32:
        add(QB_U32, s, row, index);
        return;
    case QB_I8:
        add(QB_I8, s, row, index);
        return;
    case QB_I16:
        add(QB_I16, s, row, index);
        return;
    case QB_I32:
        add(QB_I32, s, row, index);
        return;
    case QB_F32:
        add(QB_F32, s, row, index);
        return;
    case QB_F64:
        add(QB_F64, s, row, index);
        return;
    case QB_PIX_COUNT:
        break;
    }
    QB_BUG("lines of pixel type %d", (int)s->pix);
}

void QB_CPU_NAME(qb_row_stack)(const QbStack *s, const void *row, int64_t index)
{
    stack_row(s, row, index);
    if (index % BLOCK != BLOCK - 1 && index != s->n - 1)
        return;
    if (s->how == QB_STACK_STD)
        join_moments(s, index / BLOCK * BLOCK, index % BLOCK + 1);
    else if (s->how < QB_STACK_STD)
        join_sums(s, index < BLOCK);
}

void QB_CPU_NAME(qb_row_unstack)(const QbStack *s, void *out)
{
    const double *all = (const double *)s->line + (s->how == QB_STACK_STD ? 3 : 1) * s->nx;
    double *to = out, n = (double)s->n;
    switch (s->how) {
    case QB_STACK_SUM:
        memcpy(out, all, (size_t)s->nx * sizeof(double));
        return;
    case QB_STACK_MEAN:
        for (int64_t x = 0; x < s->nx; x++)
            to[x] = all[x] / n;
        return;
    case QB_STACK_STD:
        for (int64_t x = 0; x < s->nx; x++)
            to[x] = sqrt(all[x] / n);
        return;
    case QB_STACK_MIN:
    case QB_STACK_MAX:
        memcpy(out, s->line, (size_t)s->nx * qb_pix_bytes(s->pix));
        return;
    }
}
