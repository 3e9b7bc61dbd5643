/* Counting of one row: by value, by 16 bits of a sort key, by bins of a histogram. Increments are scalar code in every
 * variant; tables are several where one value often follows itself, so that an increment need not wait for the one before.
 * Knows rows alone. */
#include "stdlib/kernels/label.h"
#include "stdlib/kernels/sort_key.h"

void QB_CPU_NAME(qb_row_count8)(const void *row, int64_t n, uint32_t (*count)[256])
{
    const uint8_t *p = row;
    int64_t x = 0;
    for (; x + 16 <= n; x += 16) {
        uint64_t v, w;
        memcpy(&v, p + x, sizeof(v));
        memcpy(&w, p + x + 8, sizeof(w));
        for (int k = 0; k < 8; k++)
            count[k][v >> 8 * k & 255]++;
        for (int k = 0; k < 8; k++)
            count[k][w >> 8 * k & 255]++;
    }
    for (; x < n; x++)
        count[0][p[x]]++;
}

void QB_CPU_NAME(qb_row_count16)(const void *row, int64_t n, uint32_t *const count[2])
{
    const uint16_t *p = row;
    uint32_t *a = count[0], *b = count[1];
    int64_t x = 0;
    for (; x + 4 <= n; x += 4) {
        uint64_t v;
        memcpy(&v, p + x, sizeof(v));
        a[v & 65535]++;
        b[v >> 16 & 65535]++;
        a[v >> 32 & 65535]++;
        b[v >> 48]++;
    }
    for (; x < n; x++)
        a[p[x]]++;
}

enum { CHUNK = 512 };

static inline void count_keys(const uint64_t *key, int64_t n, const QbDigit *d)
{
    uint32_t *a = d->count[0], *b = d->count[1];
    uint64_t p = d->prefix[0], q = d->prefix[1];
    for (int64_t k = 0; p != q && k < n; k++) {
        uint64_t v = key[k] >> d->shift, above = v >> 16;
        if (above == p)
            a[v & 65535]++;
        else if (above == q)
            b[v & 65535]++;
    }
    for (int64_t k = 0; p == q && k < n; k++) {
        uint64_t v = key[k] >> d->shift;
        if (v >> 16 == p)
            (k & 1 ? b : a)[v & 65535]++;
    }
}

static inline bool is_nan(QbPix pix, const void *row, int64_t x)
{
    if (pix == QB_F32)
        return ((const float *)row)[x] != ((const float *)row)[x];
    return pix == QB_F64 && ((const double *)row)[x] != ((const double *)row)[x];
}

static inline __attribute__((always_inline)) int64_t count_digit(QbPix pix, const void *row,
                                                                 int64_t n, const QbDigit *d)
{
    uint64_t key[CHUNK];
    int64_t nans = 0;
    for (int64_t from = 0; from < n; from += CHUNK) {
        int64_t to = qb_min64(from + CHUNK, n), here = 0, m = 0;
        for (int64_t x = from; x < to; x++) {
            key[x - from] = qb_sort_key(pix, row, x);
            here += is_nan(pix, row, x);
        }
        for (int64_t x = from; here && x < to; x++)
            if (!is_nan(pix, row, x))
                key[m++] = key[x - from];
        count_keys(key, here ? m : to - from, d);
        nans += here;
    }
    return nans;
}

int64_t QB_CPU_NAME(qb_row_count_digit)(QbPix pix, const void *row, int64_t n, const QbDigit *d)
{
    switch (pix) {
    case QB_U32:
        return count_digit(QB_U32, row, n, d);
    case QB_I32:
        return count_digit(QB_I32, row, n, d);
    case QB_F32:
        return count_digit(QB_F32, row, n, d);
    case QB_F64:
        return count_digit(QB_F64, row, n, d);
    case QB_U8:
    case QB_U16:
    case QB_I8:
    case QB_I16:
    case QB_PIX_COUNT:
        break;
    }
    QB_BUG("digits of pixel type %d", (int)pix);
}

static inline __attribute__((always_inline)) double real(QbPix pix, const void *row, int64_t x)
{
    return pix == QB_U32   ? (double)((const uint32_t *)row)[x]
           : pix == QB_I32 ? (double)((const int32_t *)row)[x]
           : pix == QB_F32 ? (double)((const float *)row)[x]
                           : ((const double *)row)[x];
}

static inline __attribute__((always_inline)) void count_bins(QbPix pix, const void *row, int64_t n,
                                                             const QbBinning *binning,
                                                             uint64_t *count)
{
    const QbBinning b = *binning;
    for (int64_t x = 0; b.by_value && x < n; x++) {
        uint64_t at = (uint64_t)((pix == QB_U32 ? (int64_t)((const uint32_t *)row)[x]
                                                : ((const int32_t *)row)[x]) -
                                 b.first);
        if (at < (uint64_t)b.n)
            count[at]++;
    }
    for (int64_t x = 0; !b.by_value && x < n; x++) {
        double v = real(pix, row, x);
        if (v >= b.lo && v <= b.hi)
            count[qb_binning_find(&b, v)]++;
    }
}

void QB_CPU_NAME(qb_row_count_bins)(QbPix pix, const void *row, int64_t n, const QbBinning *b,
                                    uint64_t *count)
{
    switch (pix) {
    case QB_U32:
        count_bins(QB_U32, row, n, b, count);
        return;
    case QB_I32:
        count_bins(QB_I32, row, n, b, count);
        return;
    case QB_F32:
        count_bins(QB_F32, row, n, b, count);
        return;
    case QB_F64:
        count_bins(QB_F64, row, n, b, count);
        return;
    case QB_U8:
    case QB_U16:
    case QB_I8:
    case QB_I16:
    case QB_PIX_COUNT:
        break;
    }
    QB_BUG("bins of pixel type %d", (int)pix);
}
