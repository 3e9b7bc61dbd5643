/* Ranks of wide windows of 16 bits: a histogram moves along the row, and the place in it moves with it (Huang, Yang and
 * Tang 1979); it crosses blocks of 16 and of 256 values by their sums. */
#include "stdlib/kernels/filter_rank.h"

/* The histogram. The place: `below` voxels of the window are less than `value`. */
typedef struct Place {
    uint16_t *count, *block, *large; /* of values, of 16 values, of 256 values */
    int64_t value, below, rank;
} Place;

QB_VEC_INLINE int64_t key_at(const unsigned char *row, int64_t x)
{
    return ((const uint16_t *)row)[x];
}

QB_VEC_INLINE void add_key(const Place *p, int64_t key)
{
    p->count[key]++;
    p->block[key >> 4]++;
    p->large[key >> 8]++;
}

QB_VEC_INLINE void drop_key(const Place *p, int64_t key)
{
    p->count[key]--;
    p->block[key >> 4]--;
    p->large[key >> 8]--;
}

/* Down while too many are below; a block at a time where the place is at its end and it is too many still without it. */
QB_VEC_INLINE void settle_down(Place *p)
{
    while (p->below > p->rank) {
        int64_t step = 1, count = p->count[p->value - 1];
        if ((p->value & 15) == 0 && p->below - p->block[(p->value >> 4) - 1] > p->rank) {
            step = 16;
            count = p->block[(p->value >> 4) - 1];
        }
        if ((p->value & 255) == 0 && p->below - p->large[(p->value >> 8) - 1] > p->rank) {
            step = 256;
            count = p->large[(p->value >> 8) - 1];
        }
        p->value -= step;
        p->below -= count;
    }
}

/* Up while the value's own voxels are too few to reach the rank. */
QB_VEC_INLINE void settle_up(Place *p)
{
    while (p->below + p->count[p->value] <= p->rank) {
        int64_t step = 1, count = p->count[p->value];
        if ((p->value & 15) == 0 && p->below + p->block[p->value >> 4] <= p->rank) {
            step = 16;
            count = p->block[p->value >> 4];
        }
        if ((p->value & 255) == 0 && p->below + p->large[p->value >> 8] <= p->rank) {
            step = 256;
            count = p->large[p->value >> 8];
        }
        p->value += step;
        p->below += count;
    }
}

/* The window of output x from the one before it. */
QB_VEC_INLINE void move(const QbRankStrip *s, Place *p, int64_t x)
{
    for (int64_t r = 0; r < s->n_rows; r++) {
        int64_t drop = key_at(s->row[r], x - 1), add = key_at(s->row[r], x + s->size - 1);
        drop_key(p, drop);
        add_key(p, add);
        p->below += (add < p->value) - (drop < p->value);
    }
}

void QB_CPU_NAME(qb_rank_slide)(const QbRankStrip *s)
{
    Place p = {.count = s->counts, .rank = s->rank};
    p.block = p.count + 65536;
    p.large = p.block + 4096;
    for (int64_t r = 0; r < s->n_rows; r++)
        for (int64_t x = 0; x < s->size; x++)
            add_key(&p, key_at(s->row[r], x));
    for (int64_t x = 0; x < s->n; x++) {
        if (x > 0)
            move(s, &p, x);
        settle_down(&p);
        settle_up(&p);
        ((uint16_t *)s->result)[x] = (uint16_t)p.value;
    }
    for (int64_t r = 0; r < s->n_rows; r++)
        for (int64_t x = s->n - 1; x < s->n - 1 + s->size; x++)
            drop_key(&p, key_at(s->row[r], x));
}
