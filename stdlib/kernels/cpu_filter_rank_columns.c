/* Ranks of large windows of bytes, at a cost that hardly grows with the window (Perreault and Hébert 2007): every column has
 * a histogram that moves along axis 0, the window's is the sum of its columns'. Sums of 16 values are kept up to date; of
 * the values themselves only those 16 that the rank falls into. */
#include "stdlib/kernels/filter_rank.h"

typedef struct Bins {
    uint16_t sum[16]; /* of 16 values */
    uint16_t value[16][16];
} Bins;

_Static_assert(sizeof(Bins) == sizeof(uint16_t) * QB_RANK_BINS, "the layout counts bins");

/* The window of output x: `at[b]` is the output that value[b] holds the counts of. */
typedef struct Sums {
    Bins bins;
    int64_t at[16];
} Sums;

QB_VEC_INLINE void add_bins(uint16_t *restrict to, const uint16_t *add)
{
    for (int k = 0; k < 16; k++)
        to[k] = (uint16_t)(to[k] + add[k]);
}

QB_VEC_INLINE void move_bins(uint16_t *restrict to, const uint16_t *add, const uint16_t *drop)
{
    for (int k = 0; k < 16; k++)
        to[k] = (uint16_t)(to[k] + add[k] - drop[k]);
}

/* ---- columns ---------------------------------------------------------------------------------------- */

static void add_row(Bins *column, const unsigned char *row, int64_t n)
{
    for (int64_t x = 0; x < n; x++) {
        column[x].sum[row[x] >> 4]++;
        column[x].value[row[x] >> 4][row[x] & 15]++;
    }
}

static void replace_row(Bins *column, const unsigned char *add, const unsigned char *drop,
                        int64_t n)
{
    for (int64_t x = 0; x < n; x++) {
        column[x].sum[drop[x] >> 4]--;
        column[x].value[drop[x] >> 4][drop[x] & 15]--;
        column[x].sum[add[x] >> 4]++;
        column[x].value[add[x] >> 4][add[x] & 15]++;
    }
}

static void move_columns(const QbRankStrip *s, Bins *column)
{
    int64_t n = s->n + s->size - 1;
    if (s->first) {
        memset(column, 0, (size_t)n * sizeof(*column));
        for (int64_t r = 0; r < s->n_rows; r++)
            add_row(column, s->row[r], n);
        return;
    }
    for (int64_t r = 0; r < s->n_rows; r += s->size0)
        replace_row(column, s->row[r + s->size0 - 1], s->row[r] - s->pitch, n);
}

/* ---- windows ---------------------------------------------------------------------------------------- */

/* Brings the 16 values of sum b to output x: step by step, or anew where that is shorter. */
static void catch_up(Sums *w, const Bins *column, int64_t b, int64_t x, int64_t size)
{
    uint16_t *bins = w->bins.value[b];
    if (2 * (x - w->at[b]) > size) {
        memset(bins, 0, sizeof(w->bins.value[b]));
        for (int64_t c = x; c < x + size; c++)
            add_bins(bins, column[c].value[b]);
    } else {
        for (int64_t c = w->at[b]; c < x; c++)
            move_bins(bins, column[c + size].value[b], column[c].value[b]);
    }
    w->at[b] = x;
}

void QB_CPU_NAME(qb_rank_columns)(const QbRankStrip *s)
{
    Bins *column = (Bins *)s->counts;
    Sums w = {.at = {0}};
    move_columns(s, column);
    for (int b = 0; b < 16; b++)
        w.at[b] = -s->size; /* never */
    for (int64_t c = 0; c < s->size; c++)
        add_bins(w.bins.sum, column[c].sum);
    for (int64_t x = 0; x < s->n; x++) {
        if (x > 0)
            move_bins(w.bins.sum, column[x - 1 + s->size].sum, column[x - 1].sum);
        int64_t below = 0, b = 0, v = 0;
        while (below + w.bins.sum[b] <= s->rank)
            below += w.bins.sum[b++];
        catch_up(&w, column, b, x, s->size);
        while (below + w.bins.value[b][v] <= s->rank)
            below += w.bins.value[b][v++];
        s->result[x] = (unsigned char)(16 * b + v);
    }
}
