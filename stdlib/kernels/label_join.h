/* Contacts between runs, and the union-find over them: included by the kernels that join beams inside a tile and
 * across tiles, so that each gets its own copy with constant reach. Knows no tiles. */
#ifndef QB_STDLIB_LABEL_JOIN_H
#define QB_STDLIB_LABEL_JOIN_H

#include "stdlib/kernels/label.h"

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

/* 64 bits of a row from column x on; x from −1 to the end of the row. */
static inline uint64_t bits_at(const uint64_t *row, int64_t x)
{
    int64_t w = x >> 6;
    int s = (int)(x & 63);
    return row[w] >> s | row[w + 1] << 1 << (63 - s);
}

/* Whether a voxel of run a (rows p->a | p->b) lies within one column of a voxel of run b. Columns just outside a run
 * are empty in its whole beam, so no neighbouring run can be taken for this one. */
static inline bool touches(const QbSide *p, const QbSide *q, const QbRun *a, const QbRun *b)
{
    int64_t x = (int64_t)(a->x0 > b->x0 ? a->x0 : b->x0) - 1;
    int64_t end = a->x1 < b->x1 ? a->x1 : b->x1;
    for (; x < end; x += 63) {
        uint64_t l = bits_at(p->a, x) | bits_at(p->b, x);
        uint64_t h = bits_at(q->a, x) | bits_at(q->b, x);
        uint64_t m = (l | l >> 1) & (h | h >> 1) & ~(UINT64_C(1) << 63);
        if (end - x < 63)
            m &= (UINT64_C(1) << (end - x)) - 1;
        if (m)
            return true;
    }
    return false;
}

/* Walks both rows of runs at once. `by_comp`: nodes are components, else the runs themselves. */
static inline __attribute__((always_inline)) void join_sides(uint32_t *parent, const QbSide *p,
                                                             const QbSide *q, uint32_t reach,
                                                             bool solid, bool by_comp)
{
    uint32_t i = 0, j = 0;
    while (i < p->n && j < q->n) {
        const QbRun *a = &p->run[i], *b = &q->run[j];
        if (a->x0 < b->x1 + reach && b->x0 < a->x1 + reach) {
            uint32_t na = p->base + (by_comp ? a->comp : i);
            uint32_t nb = q->base + (by_comp ? b->comp : j);
            if (parent[na] != parent[nb] && (solid || touches(p, q, a, b)))
                unite(parent, na, nb);
        }
        /* The run that ends first cannot reach the other row's next one. */
        bool a_first = a->x1 <= b->x1;
        i += a_first;
        j += !a_first;
    }
}

#endif
