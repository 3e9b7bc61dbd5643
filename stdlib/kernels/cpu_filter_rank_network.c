/* Medians of small windows by sorting networks, after Adams, "Fast median filters using separable sorting networks" (2021):
 * every column of the window is sorted once, for all outputs that share it; the i-th of neighbouring columns are sorted across;
 * what too many voxels are then known to be below or above is dropped, and the runs that are left are merged.
 * Sizes are compile-time constants: the compiler unrolls the networks and leaves out whatever no median depends on. */
#include "stdlib/kernels/filter_rank.h"

/* Builds for debugging keep loops and calls: the same results, compiled in a moment. */
#if !defined(NDEBUG)
#define NETWORK static
#define UNROLL
#elif defined(__clang__)
#define NETWORK QB_VEC_INLINE
#define UNROLL  _Pragma("clang loop unroll(full)")
#pragma clang diagnostic ignored "-Wpass-failed" /* loops of large networks that stay loops */
#else
#define NETWORK QB_VEC_INLINE
#define UNROLL  _Pragma("GCC unroll 128")
#endif
#define MOST 128 /* lanes' vectors in one network */

NETWORK void exchange(QbLane l, QbVec *v, int i, int j)
{
    QbVec low = qb_vec_min(l, v[i], v[j]);
    v[j] = qb_vec_max(l, v[i], v[j]);
    v[i] = low;
}

/* ---- sorting ---------------------------------------------------------------------------------------- */

/* One step of Batcher's odd-even merge sort of n: runs of p are merged, at distance k. */
NETWORK void sort_step(QbLane l, QbVec *v, int n, int p, int k)
{
    UNROLL for (int i = 0; i < n - k; i++)
    {
        bool is_first = k == p ? !(i & p) : (i & k) && i / (2 * p) == (i + k) / (2 * p);
        if (is_first)
            exchange(l, v, i, i + k);
    }
}

NETWORK void sort_runs(QbLane l, QbVec *v, int n, int p)
{
    if (n <= p)
        return;
    sort_step(l, v, n, p, p);
    if (p > 8)
        sort_step(l, v, n, p, 8);
    if (p > 4)
        sort_step(l, v, n, p, 4);
    if (p > 2)
        sort_step(l, v, n, p, 2);
    if (p > 1)
        sort_step(l, v, n, p, 1);
}

/* The 25 exchanges that are known to be fewest (Floyd). */
NETWORK void sort9(QbLane l, QbVec *v)
{
    static const int pairs[25][2] = {{0, 3}, {1, 7}, {2, 5}, {4, 8}, {0, 7}, {2, 4}, {3, 8},
                                     {5, 6}, {0, 2}, {1, 3}, {4, 5}, {7, 8}, {1, 4}, {3, 6},
                                     {5, 7}, {0, 1}, {2, 4}, {3, 5}, {6, 8}, {2, 3}, {4, 5},
                                     {6, 7}, {1, 2}, {3, 4}, {5, 6}};
    UNROLL for (int i = 0; i < 25; i++) exchange(l, v, pairs[i][0], pairs[i][1]);
}

/* Sorts n vectors, lane by lane; n is at most 32. */
NETWORK void sort(QbLane l, QbVec *v, int n)
{
    if (n == 9) {
        sort9(l, v);
        return;
    }
    sort_runs(l, v, n, 1);
    sort_runs(l, v, n, 2);
    sort_runs(l, v, n, 4);
    sort_runs(l, v, n, 8);
    sort_runs(l, v, n, 16);
}

/* ---- merging ---------------------------------------------------------------------------------------- */

/* One step of Batcher's merge of two runs of h, of which [from, to) alone are there: below lie smaller ones, above larger. */
NETWORK void merge_step(QbLane l, QbVec *v, int h, int d, int from, int to)
{
    if (d > h)
        return;
    UNROLL for (int i = from; i < to - d; i++)
    {
        if (d == h ? i < h : (i & d))
            exchange(l, v, i, i + d);
    }
}

/* a[0 … n − 1], sorted, and b, sorted, into v. */
NETWORK void merge(QbLane l, QbVec *v, const QbVec *a, int n, const QbVec *b, int m)
{
    QbVec all[MOST];
    int most = n > m ? n : m, h = most > 1 ? 1 << (32 - __builtin_clz((unsigned)most - 1)) : 1;
    UNROLL for (int i = 0; i < n; i++) all[h - n + i] = a[i];
    UNROLL for (int i = 0; i < m; i++) all[h + i] = b[i];
    merge_step(l, all, h, 64, h - n, h + m);
    merge_step(l, all, h, 32, h - n, h + m);
    merge_step(l, all, h, 16, h - n, h + m);
    merge_step(l, all, h, 8, h - n, h + m);
    merge_step(l, all, h, 4, h - n, h + m);
    merge_step(l, all, h, 2, h - n, h + m);
    merge_step(l, all, h, 1, h - n, h + m);
    UNROLL for (int i = 0; i < n + m; i++) v[i] = all[h - n + i];
}

/* The k-th (from 0) of two sorted runs together: the least over all ways to take k + 1 from both of the larger last one. */
NETWORK QbVec select_of(QbLane l, const QbVec *a, int n, const QbVec *b, int m, int k)
{
    QbVec best = {0};
    int first = k + 1 - m > 0 ? k + 1 - m : 0, last = k + 1 < n ? k + 1 : n;
    UNROLL for (int i = first; i <= last; i++)
    {
        QbVec v = i == 0       ? b[k]
                  : i == k + 1 ? a[k]
                               : qb_vec_max(l, a[i > 0 ? i - 1 : 0], b[i <= k ? k - i : 0]);
        best = i == first ? v : qb_vec_min(l, best, v);
    }
    return best;
}

/* ---- windows ---------------------------------------------------------------------------------------- */

/* A window of m rows and s columns, sorted along both: [i][j] is at most [i + 1][j] and [i][j + 1]. In column j, the median can
 * be from first_of on and before end_of: (i + 1)(j + 1) voxels are not above [i][j], (m − i)(s − j) not below. */
NETWORK int first_of(int m, int s, int j)
{
    int i = m - (m * s / 2 + 1) / (s - j);
    return i > 0 ? i : 0;
}

NETWORK int end_of(int m, int s, int j)
{
    int i = (m * s / 2 + 1) / (j + 1);
    return i < m ? i : m;
}

/* Every column of a vector, sorted, to rows of `sorted`. */
NETWORK void sort_columns(QbLane l, const QbRankStrip *s, int m)
{
    size_t bytes = (size_t)(s->n + s->size - 1) * qb_lane_bytes(l);
    for (size_t x = 0; x < bytes; x += QB_VEC_BYTES) {
        QbVec v[MOST];
        UNROLL for (int i = 0; i < m; i++) v[i] = qb_vec_load(s->row[i] + x);
        sort(l, v, m);
        UNROLL for (int i = 0; i < m; i++) qb_vec_store(s->sorted + (size_t)i * s->pitch + x, v[i]);
    }
}

/* Columns j and s − 1 − j merged into v, which holds n; returns how many it holds then. Nothing where j is past the middle. */
NETWORK int merge_columns(QbLane l, QbVec *v, int n, QbVec (*list)[MOST], int m, int s, int j)
{
    QbVec pair[MOST], both[MOST];
    if (j >= s / 2)
        return n;
    int k = end_of(m, s, j) - first_of(m, s, j);
    merge(l, n > 0 ? pair : v, list[j], k, list[s - 1 - j], k);
    if (n == 0)
        return 2 * k;
    merge(l, both, v, n, pair, 2 * k);
    UNROLL for (int i = 0; i < n + 2 * k; i++) v[i] = both[i];
    return n + 2 * k;
}

NETWORK QbVec median_of_lists(QbLane l, QbVec (*list)[MOST], int m, int s)
{
    QbVec outer[MOST], inner[MOST], all[MOST];
    int middle = end_of(m, s, s / 2) - first_of(m, s, s / 2);
    int n = merge_columns(l, outer, 0, list, m, s, 0), k = 0;
    n = merge_columns(l, outer, n, list, m, s, 1);
    k = merge_columns(l, inner, k, list, m, s, 2);
    k = merge_columns(l, inner, k, list, m, s, 3);
    if (k == 0)
        return select_of(l, outer, n, list[s / 2], middle, (n + middle) / 2);
    merge(l, all, outer, n, inner, k);
    n = merge_columns(l, all, n + k, list, m, s, 4);
    return select_of(l, all, n, list[s / 2], middle, (n + middle) / 2);
}

/* NaN is the largest key: the last sorted row has the largest of every column. */
NETWORK void mark_nans(QbLane l, const QbRankStrip *strip, int m, int s)
{
    const unsigned char *top = strip->sorted + (size_t)(m - 1) * strip->pitch;
    size_t lane = qb_lane_bytes(l), bytes = (size_t)strip->n * lane,
           all = bytes + (size_t)(s - 1) * lane;
    QbVec nan = qb_vec_splat(l, qb_nan_key(l, true)),
          infinite = qb_vec_splat(l, qb_nan_key(l, true) - 1), any = {0};
    for (size_t x = 0; x < all; x += QB_VEC_BYTES)
        any |= qb_vec_gt(l, qb_vec_load(top + x), infinite);
    if (!qb_vec_any(any))
        return;
    for (size_t x = 0; x < bytes; x += QB_VEC_BYTES) {
        QbVec is_nan = {0};
        for (int j = 0; j < s; j++)
            is_nan |= qb_vec_gt(l, qb_vec_load(top + x + (size_t)j * lane), infinite);
        qb_vec_store(strip->result + x, qb_vec_select(is_nan, nan, qb_vec_load(strip->result + x)));
    }
}

NETWORK void medians(QbLane l, const QbRankStrip *strip, int m, int s)
{
    size_t bytes = (size_t)strip->n * qb_lane_bytes(l);
    sort_columns(l, strip, m);
    for (size_t x = 0; x < bytes; x += QB_VEC_BYTES) {
        QbVec list[11][MOST];
        UNROLL for (int i = 0; i < m; i++)
        {
            const unsigned char *row = strip->sorted + (size_t)i * strip->pitch + x;
            QbVec across[11];
            UNROLL for (int j = 0; j < s; j++) across[j] =
                qb_vec_load(row + (size_t)j * qb_lane_bytes(l));
            sort(l, across, s);
            UNROLL for (int j = 0; j < s; j++)
            {
                if (i >= first_of(m, s, j) && i < end_of(m, s, j))
                    list[j][i - first_of(m, s, j)] = across[j];
            }
        }
        qb_vec_store(strip->result + x, median_of_lists(l, list, m, s));
    }
    if (strip->floats && qb_lane_bytes(l) >= 4)
        mark_nans(l, strip, m, s);
}

/* ---- instances -------------------------------------------------------------------------------------- */

/* Functions of their own: compilers take long over one large function. */
#define APART static __attribute__((noinline)) void

NETWORK void small_medians(QbLane l, const QbRankStrip *s)
{
    if (s->n_rows == 3)
        medians(l, s, 3, 3);
    else if (s->n_rows == 5)
        medians(l, s, 5, 5);
    else if (s->n_rows == 7)
        medians(l, s, 7, 7);
    else
        medians(l, s, 9, 3);
}

APART small_u8(const QbRankStrip *s)
{
    small_medians(QB_LANE_U8, s);
}

APART small_i16(const QbRankStrip *s)
{
    small_medians(QB_LANE_I16, s);
}

APART small_i32(const QbRankStrip *s)
{
    small_medians(QB_LANE_I32, s);
}

APART small_i64(const QbRankStrip *s)
{
    small_medians(QB_LANE_I64, s);
}

APART u8_9x9(const QbRankStrip *s)
{
    medians(QB_LANE_U8, s, 9, 9);
}

APART u8_11x11(const QbRankStrip *s)
{
    medians(QB_LANE_U8, s, 11, 11);
}

APART u8_25x5(const QbRankStrip *s)
{
    medians(QB_LANE_U8, s, 25, 5);
}

APART i16_9x9(const QbRankStrip *s)
{
    medians(QB_LANE_I16, s, 9, 9);
}

APART i16_11x11(const QbRankStrip *s)
{
    medians(QB_LANE_I16, s, 11, 11);
}

APART i16_25x5(const QbRankStrip *s)
{
    medians(QB_LANE_I16, s, 25, 5);
}

APART i32_9x9(const QbRankStrip *s)
{
    medians(QB_LANE_I32, s, 9, 9);
}

APART i32_11x11(const QbRankStrip *s)
{
    medians(QB_LANE_I32, s, 11, 11);
}

APART i32_25x5(const QbRankStrip *s)
{
    medians(QB_LANE_I32, s, 25, 5);
}

typedef void (*Medians)(const QbRankStrip *s);

void QB_CPU_NAME(qb_rank_network)(const QbRankStrip *s)
{
    /* By the bytes of a key, 1, 2, 4, 8, and the window. */
    static const Medians medians_of[4][4] = {
        {small_u8, u8_9x9, u8_11x11, u8_25x5},
        {small_i16, i16_9x9, i16_11x11, i16_25x5},
        {small_i32, i32_9x9, i32_11x11, i32_25x5},
        {small_i64, NULL, NULL, NULL},
    };
    int window = s->n_rows * s->size <= 49 ? 0 : s->n_rows == 9 ? 1 : s->n_rows == 11 ? 2 : 3;
    medians_of[__builtin_ctzll(s->bytes)][window](s);
}
