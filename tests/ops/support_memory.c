/* Guarded memory of the operator laboratory: canaries that show a write beyond the end, poison that shows a read of what
 * nobody promised. Knows nothing of operators. */
#include "tests/ops/support.h"

#include <stdlib.h>
#include <string.h>

enum { GUARD = 128, CANARY = 0xC7 };

QbGuarded qb_guarded_new(size_t n, unsigned char poison)
{
    QbGuarded g = {.n = n};
    size_t total = qb_round_up(n + 2 * GUARD, 64) + 64;
    g.base = aligned_alloc(64, total);
    QB_CHECK(g.base != NULL);
    memset(g.base, CANARY, total);
    g.data = g.base + GUARD;
    memset(g.data, poison, n);
    return g;
}

static bool all_are(const unsigned char *p, size_t n, unsigned char byte)
{
    for (size_t k = 0; k < n; k++)
        if (p[k] != byte)
            return false;
    return true;
}

bool qb_guarded_is_intact(const QbGuarded *g)
{
    return all_are(g->base, GUARD, CANARY) && all_are(g->data + g->n, GUARD, CANARY);
}

void qb_guarded_free(QbGuarded *g)
{
    free(g->base);
    *g = (QbGuarded){0};
}

QbGuardedRows qb_guarded_rows_new(QbRng *rng, int64_t n_rows, int64_t n_voxels, size_t voxel_bytes,
                                  unsigned char poison)
{
    QbGuardedRows g = {.n_rows = n_rows, .row_bytes = (size_t)n_voxels * voxel_bytes};
    /* at least one vector of poison on either side of each row, and a pitch that lines nothing up */
    g.first = 64 + voxel_bytes * (size_t)qb_rng_whole(rng, 0, 15);
    g.pitch = g.row_bytes + 64 + voxel_bytes * (size_t)qb_rng_whole(rng, 1, 9);
    g.memory = qb_guarded_new(g.first + g.pitch * (size_t)n_rows + 64, poison);
    g.row = qb_xmalloc(sizeof(void *) * (size_t)(n_rows + 1));
    for (int64_t k = 0; k < n_rows; k++)
        g.row[k] = g.memory.data + g.first + g.pitch * (size_t)k;
    return g;
}

bool qb_guarded_rows_are_intact(const QbGuardedRows *g, unsigned char poison)
{
    const unsigned char *from = g->memory.data;
    for (int64_t k = 0; k < g->n_rows; k++) {
        const unsigned char *row = g->row[k];
        if (!all_are(from, (size_t)(row - from), poison))
            return false;
        from = row + g->row_bytes;
    }
    return all_are(from, (size_t)(g->memory.data + g->memory.n - from), poison) &&
           qb_guarded_is_intact(&g->memory);
}

void qb_guarded_rows_free(QbGuardedRows *g)
{
    qb_guarded_free(&g->memory);
    free(g->row);
    *g = (QbGuardedRows){0};
}
