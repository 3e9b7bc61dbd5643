/* Checkpoints in the operator laboratory: a state is saved into memory, closed, and loaded into one that was just opened. */
#include "tests/ops/support.h"

#include <stdlib.h>
#include <string.h>

static bool bytes(QbKeep *keep, void *bytes, size_t n, QbErr *err)
{
    QbLabKeep *k = (QbLabKeep *)keep;
    if (keep->loading) {
        if (k->n - k->at < n)
            return qb_err_set(err, "loads more than was saved");
        memcpy(bytes, k->v + k->at, n);
        k->at += n;
        return true;
    }
    if (k->n + n > k->cap) {
        k->cap = 2 * (k->n + n);
        k->v = qb_xrealloc(k->v, k->cap);
    }
    memcpy(k->v + k->n, bytes, n);
    k->n += n;
    return true;
}

/* In pieces that divide nothing. */
static bool grown(QbKeep *keep, int64_t size, const QbGrown *g, QbErr *err)
{
    unsigned char piece[97];
    if (!bytes(keep, &size, sizeof(size), err))
        return false;
    for (int64_t at = 0; at < size; at += (int64_t)sizeof(piece)) {
        size_t n = (size_t)qb_min64(size - at, (int64_t)sizeof(piece));
        if (!keep->loading && !g->read(g->ctx, at, piece, n, err))
            return false;
        if (!bytes(keep, piece, n, err) || (keep->loading && !g->write(g->ctx, at, piece, n, err)))
            return false;
    }
    return true;
}

static bool pass_on(const QbFoldOps *ops, const QbFoldCtx *c, void *state, QbKeep *k, QbErr *err)
{
    return ops->is_flat ? qb_keep_bytes(k, state, ops->state_bytes(c), err)
                        : ops->keep(c, state, k, err);
}

bool qb_lab_keep(const QbFoldOps *ops, const QbFoldCtx *c, int64_t end, void **state, QbErr *err)
{
    QbLabKeep k = {.keep = {.end = end, .bytes = bytes, .grown = grown}};
    bool ok = pass_on(ops, c, *state, &k.keep, err);
    ops->close(*state);
    *state = NULL;
    k.keep.loading = true;
    ok = ok && ops->open(c, state, err) && pass_on(ops, c, *state, &k.keep, err);
    if (ok && k.at != k.n)
        ok = qb_err_set(err, "loads less than was saved");
    free(k.v);
    return ok;
}
