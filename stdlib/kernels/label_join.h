/* Contacts between runs, and the union-find over them: included by the kernels that join beams inside a tile and
 * across tiles, so that each gets its own copy with constant reach. Knows no tiles. */
#ifndef QB_STDLIB_LABEL_JOIN_H
#define QB_STDLIB_LABEL_JOIN_H

#include "stdlib/kernels/bits.h"
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

/* Where a walk along two sides is. */
typedef struct Walk {
    uint32_t run[2]; /* the last runs that began before the word */
    bool united;     /* and they are known to touch */
} Walk;

/* Unites the runs that meet in a word. Bits of `met` are contacts, at most one run of each side is concerned with a bit; the runs
 * of a side are cut at its bits of `cut`. Two runs that touch are united once. */
static inline __attribute__((always_inline)) void join_word(uint32_t *parent, const QbSide *p,
                                                            const QbSide *q, uint64_t met,
                                                            const uint64_t cut[2], Walk *at,
                                                            bool by_comp)
{
    uint64_t cuts = cut[0] | cut[1], first = cuts & (0 - cuts);
    uint64_t news = at->united ? met & (0 - first) : met;
    for (uint64_t f = lowest_of_each(news, cuts | 1); f; f &= f - 1) {
        uint64_t before = up_to_lowest(f);
        uint32_t a = at->run[0] + qb_count_bits(cut[0] & before);
        uint32_t b = at->run[1] + qb_count_bits(cut[1] & before);
        unite(parent, p->base + (by_comp ? p->comp[a] : a), q->base + (by_comp ? q->comp[b] : b));
    }
    at->united = cuts ? met >> (63 - __builtin_clzll(cuts)) != 0 : true;
}

enum { JOIN_SPAN = 32 }; /* words whose contacts are looked for together */

/* Contacts in n words from w on; returns whether there are any. Of rows that reach one another along x, bits are pairs of columns
 * x, x + 1: runs touch where both have a voxel in one pair, and no two runs of a beam do. */
static inline __attribute__((always_inline)) bool find_contacts(uint64_t *restrict met,
                                                                const QbSide *p, const QbSide *q,
                                                                int64_t w, int64_t n, bool reach)
{
    const uint64_t *pa = p->a + w, *pb = p->b + w, *qa = q->a + w, *qb = q->b + w;
    uint64_t any = 0;
    for (int64_t k = 0; k < n; k++) {
        uint64_t l = pa[k] | pb[k], h = qa[k] | qb[k];
        if (reach) {
            l |= l >> 1 | (pa[k + 1] | pb[k + 1]) << 63;
            h |= h >> 1 | (qa[k + 1] | qb[k + 1]) << 63;
        }
        met[k] = l & h;
        any |= met[k];
    }
    return any != 0;
}

/* `by_comp`: nodes are components, else the runs themselves. */
static inline __attribute__((always_inline)) void join_sides(uint32_t *parent, const QbSide *p,
                                                             const QbSide *q, int64_t words,
                                                             bool reach, bool by_comp)
{
    /* −1 wraps. Pairs of columns begin one column early. */
    Walk at = {
        {UINT32_MAX + (reach ? p->heads[0] & 1 : 0), UINT32_MAX + (reach ? q->heads[0] & 1 : 0)},
        false};
    uint64_t met[JOIN_SPAN];
    for (int64_t from = 0; from < words; from += JOIN_SPAN) {
        int64_t n = qb_min64(JOIN_SPAN, words - from);
        if (!find_contacts(met, p, q, from, n, reach) && from + n == words)
            return;
        for (int64_t k = 0; k < n; k++) {
            const uint64_t *ph = p->heads + from + k, *qh = q->heads + from + k;
            uint64_t cut[2] = {ph[0], qh[0]};
            if (reach) {
                cut[0] = ph[0] >> 1 | ph[1] << 63;
                cut[1] = qh[0] >> 1 | qh[1] << 63;
            }
            if (met[k])
                join_word(parent, p, q, met[k], cut, &at, by_comp);
            else
                at.united &= (cut[0] | cut[1]) == 0;
            at.run[0] += qb_count_bits(cut[0]);
            at.run[1] += qb_count_bits(cut[1]);
        }
    }
}

#endif
