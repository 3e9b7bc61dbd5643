/* Contacts between runs, and the union-find over them: included by the kernels that join beams inside a tile and
 * across tiles, so that each gets its own copy with constant reach. Knows no tiles. */
#ifndef QB_STDLIB_LABEL_JOIN_H
#define QB_STDLIB_LABEL_JOIN_H

#include "stdlib/kernels/label.h"

#define TOP_BIT (UINT64_C(1) << 63)

/* Rem's union: both paths are climbed at once and shortened on the way; parents are never larger than their children. */
static inline void unite(uint32_t *parent, uint32_t a, uint32_t b)
{
    while (parent[a] != parent[b]) {
        if (parent[a] < parent[b]) {
            uint32_t swap = a;
            a = b;
            b = swap;
        }
        uint32_t next = parent[a];
        parent[a] = parent[b];
        if (a == next)
            return;
        a = next;
    }
}

static inline uint32_t count_bits(uint64_t v)
{
    return (uint32_t)__builtin_popcountll(v);
}

/* The lowest set bit and all below it. */
static inline uint64_t up_to_lowest(uint64_t v)
{
    return v ^ (v - 1);
}

/* The lowest set bit of v in each of the fields that begin at the bits of `cut`, which has bit 0. A field's top bit stands in
 * where the field is empty, so that no borrow leaves it. */
static inline uint64_t lowest_of_each(uint64_t v, uint64_t cut)
{
    uint64_t top = cut >> 1 | TOP_BIT;
    return v & ~((v | top) - cut);
}

/* Unites the runs that meet in a word. Bits of `met` are contacts, at most one run of each side is concerned with a bit; the runs of
 * a side are cut at `p_cut`, `q_cut`, and i, j are the last ones that began before those. */
static inline __attribute__((always_inline)) void join_word(uint32_t *parent, const QbSide *p,
                                                            const QbSide *q, uint64_t met,
                                                            const uint64_t cut[2],
                                                            const uint32_t run[2], bool by_comp)
{
    for (uint64_t f = lowest_of_each(met, cut[0] | cut[1] | 1); f; f &= f - 1) {
        uint64_t before = up_to_lowest(f);
        uint32_t a = run[0] + count_bits(cut[0] & before), b = run[1] + count_bits(cut[1] & before);
        unite(parent, p->base + (by_comp ? p->comp[a] : a), q->base + (by_comp ? q->comp[b] : b));
    }
}

/* Of rows that reach one another along x, bits are pairs of columns x, x + 1: runs touch where both have a voxel in one pair, and
 * no two runs of a beam do. `by_comp`: nodes are components, else the runs themselves. */
static inline __attribute__((always_inline)) void join_sides(uint32_t *parent, const QbSide *p,
                                                             const QbSide *q, int64_t words,
                                                             bool reach, bool by_comp)
{
    uint32_t i = UINT32_MAX, j = UINT32_MAX; /* the last runs before the word; 0 − 1 wraps */
    uint64_t l = p->a[0] | p->b[0], h = q->a[0] | q->b[0];
    for (int64_t w = 0; w < words; w++) {
        uint64_t l_next = p->a[w + 1] | p->b[w + 1], h_next = q->a[w + 1] | q->b[w + 1];
        uint64_t p_heads = p->heads[w], q_heads = q->heads[w];
        uint64_t met = reach ? (l | l >> 1 | l_next << 63) & (h | h >> 1 | h_next << 63) : l & h;
        if (met && reach) {
            const uint64_t cut[2] = {p_heads >> 1 | p->heads[w + 1] << 63,
                                     q_heads >> 1 | q->heads[w + 1] << 63};
            const uint32_t run[2] = {i + (uint32_t)(p_heads & 1), j + (uint32_t)(q_heads & 1)};
            join_word(parent, p, q, met, cut, run, by_comp);
        } else if (met) {
            join_word(parent, p, q, met, (const uint64_t[2]){p_heads, q_heads},
                      (const uint32_t[2]){i, j}, by_comp);
        }
        i += count_bits(p_heads);
        j += count_bits(q_heads);
        l = l_next;
        h = h_next;
    }
}

#endif
