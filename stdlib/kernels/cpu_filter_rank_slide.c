/* Ranks of wide windows of 8 or 16 bits: a histogram moves along the row, and the place in it moves with it (Huang, Yang and
 * Tang 1979); with 16 bits it crosses whole blocks of 256 values by their sums. */
#include "stdlib/kernels/filter_rank.h"

#define FINE 65536 /* the sums of blocks lie behind the counts of values */

/* The place: `below` voxels of the window are less than `value`. */
typedef struct Place {
    int64_t value, below;
} Place;

QB_VEC_INLINE int64_t key_at(const unsigned char *row, int64_t x, bool wide)
{
    return wide ? ((const uint16_t *)row)[x] : row[x];
}

QB_VEC_INLINE void count_key(const QbRankStrip *s, int64_t key, int by, bool wide)
{
    s->counts[key] = (uint16_t)(s->counts[key] + by);
    if (wide)
        s->counts[FINE + (key >> 8)] = (uint16_t)(s->counts[FINE + (key >> 8)] + by);
}

/* Columns [from, from + size) come or go. */
QB_VEC_INLINE void count_window(const QbRankStrip *s, int64_t from, int by, bool wide)
{
    for (int64_t r = 0; r < s->n_rows; r++)
        for (int64_t x = from; x < from + s->size; x++)
            count_key(s, key_at(s->row[r], x, wide), by, wide);
}

QB_VEC_INLINE Place settle(const QbRankStrip *s, Place p, bool wide)
{
    const uint16_t *blocks = s->counts + FINE;
    while (p.below > s->rank) {
        if (wide && (p.value & 255) == 0 && p.below - blocks[(p.value >> 8) - 1] > s->rank) {
            p.value -= 256;
            p.below -= blocks[p.value >> 8];
            continue;
        }
        p.below -= s->counts[--p.value];
    }
    while (p.below + s->counts[p.value] <= s->rank) {
        p.below += s->counts[p.value++];
        while (wide && (p.value & 255) == 0 && p.below + blocks[p.value >> 8] <= s->rank) {
            p.below += blocks[p.value >> 8];
            p.value += 256;
        }
    }
    return p;
}

/* The window of output x from the one before it. */
QB_VEC_INLINE Place move(const QbRankStrip *s, Place p, int64_t x, bool wide)
{
    for (int64_t r = 0; r < s->n_rows; r++) {
        int64_t drop = key_at(s->row[r], x - 1, wide),
                add = key_at(s->row[r], x + s->size - 1, wide);
        count_key(s, drop, -1, wide);
        count_key(s, add, 1, wide);
        p.below += (add < p.value) - (drop < p.value);
    }
    return settle(s, p, wide);
}

QB_VEC_INLINE void slide(const QbRankStrip *s, bool wide)
{
    Place p = {0, 0};
    count_window(s, 0, 1, wide);
    for (int64_t x = 0; x < s->n; x++) {
        p = x == 0 ? settle(s, p, wide) : move(s, p, x, wide);
        if (wide)
            ((uint16_t *)s->result)[x] = (uint16_t)p.value;
        else
            s->result[x] = (unsigned char)p.value;
    }
    count_window(s, s->n - 1, -1, wide);
}

void QB_CPU_NAME(qb_rank_slide)(const QbRankStrip *s)
{
    if (s->bytes == 2)
        slide(s, true);
    else
        slide(s, false);
}
