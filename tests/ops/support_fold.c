/* Folds and scalar operators in the operator laboratory: partials in guarded memory, added in a shuffled order, merged as
 * the descriptor's order promises. */
#include "tests/ops/support.h"

#include <stdlib.h>
#include <string.h>

static QbFoldCtx context(const QbLabRun *r)
{
    QbFoldCtx c = {.params = r->params,
                   .in_type = r->in_type,
                   .n_in = r->n_in,
                   .out_type = &r->node->type,
                   .value = r->value,
                   .env = &r->lab->env,
                   .wants_image = r->node->wants_image,
                   .cpu = r->cut->cpu};
    for (int a = 0; a < 3 && r->n_in > 0; a++)
        c.domain.hi[a] = r->in_type[0]->n[a];
    return c;
}

typedef struct Fold {
    QbLabRun *r;
    const QbFoldOps *ops;
    QbFoldCtx ctx;
    void *state;
    QbLabTiles tiles;
    QbGuarded *partial; /* of each tile, or of each worker */
    QbErr err;
} Fold;

static bool says(Fold *f, const char *what)
{
    return qb_lab_fault(f->r->lab, "'%s': %s failed: %s", f->r->op->name, what, f->err.text);
}

static QbGuarded partial_new(Fold *f, const QbBox *b)
{
    size_t n = f->ops->partial_bytes
                   ? f->ops->partial_bytes(&f->ctx, b->hi[0] - b->lo[0], b->hi[1] - b->lo[1],
                                           b->hi[2] - b->lo[2])
                   : 0;
    QbGuarded g = qb_guarded_new(n, f->r->cut->poison);
    if (n && f->ops->init)
        f->ops->init(&f->ctx, g.data);
    return g;
}

static bool add(Fold *f, int tile, QbGuarded *partial, int worker)
{
    QbLabTask t;
    qb_lab_task_open(f->r, &f->tiles.box[tile], false, &t);
    t.task.worker = worker;
    bool ok = f->ops->add(&t.task, f->state, partial && partial->n ? partial->data : NULL, &f->err);
    if (!ok)
        says(f, "add");
    if (partial && !qb_guarded_is_intact(partial))
        ok = qb_lab_fault(f->r->lab, "'%s' wrote beyond its partial of %zu bytes", f->r->op->name,
                          partial->n);
    return qb_lab_task_close(f->r, &t, NULL, NULL) && ok;
}

static bool merge(Fold *f, const QbGuarded *partials, const QbBox *boxes, int n)
{
    void **p = QB_NEW_N(f->r->lab->arena, void *, n + 1);
    for (int k = 0; k < n; k++)
        p[k] = partials[k].n ? partials[k].data : NULL;
    if (f->ops->merge && !f->ops->merge(&f->ctx, f->state, p, boxes, n, &f->err))
        return says(f, "merge");
    return true;
}

/* Now and then the state goes through a checkpoint, once everything before an index of axis 0 is in it. */
static bool keep_sometimes(Fold *f, int64_t end)
{
    bool can = f->ops->is_flat || f->ops->keep;
    if (!can || !f->r->cut->seed || !qb_rng_chance(&f->r->rng, 30))
        return true;
    return qb_lab_keep(f->ops, &f->ctx, end, &f->state, &f->err) || says(f, "keep");
}

/* One partial per worker, tasks in any order, one merge. */
static bool run_any(Fold *f)
{
    int n_workers = f->r->cut->seed ? (int)qb_rng_whole(&f->r->rng, 1, 3) : 1;
    int *order = QB_NEW_N(f->r->lab->arena, int, f->tiles.n);
    qb_lab_shuffle(&f->r->rng, order, f->tiles.n);
    f->ctx.env = &f->r->lab->env;
    bool ok = true;
    QbBox largest = {{0}, {0}};
    for (int k = 0; k < f->tiles.n; k++)
        for (int a = 0; a < 3; a++)
            largest.hi[a] = qb_max64(largest.hi[a], f->tiles.box[k].hi[a] - f->tiles.box[k].lo[a]);
    for (int w = 0; w < n_workers; w++)
        f->partial[w] = partial_new(f, &largest);
    for (int k = 0; ok && k < f->tiles.n; k++) {
        int worker = (int)qb_rng_whole(&f->r->rng, 0, n_workers - 1);
        ok = add(f, order[k], &f->partial[worker], worker);
    }
    ok = ok && merge(f, f->partial, NULL, n_workers) && keep_sometimes(f, f->ctx.domain.hi[0]);
    for (int w = 0; w < n_workers; w++)
        qb_guarded_free(&f->partial[w]);
    return ok;
}

static int quantum_end(const Fold *f, int first)
{
    int end = first;
    while (end < f->tiles.n && f->tiles.quantum[end] == f->tiles.quantum[first])
        end++;
    return end;
}

static bool add_quantum(Fold *f, int first, int end, bool with_partials)
{
    bool ok = true;
    int *order = QB_NEW_N(f->r->lab->arena, int, end - first + 1);
    qb_lab_shuffle(&f->r->rng, order, end - first);
    for (int k = 0; ok && k < end - first; k++) {
        int tile = first + order[k];
        if (with_partials)
            f->partial[tile] = partial_new(f, &f->tiles.box[tile]);
        ok = add(f, tile, with_partials ? &f->partial[tile] : NULL,
                 (int)qb_rng_whole(&f->r->rng, 0, 2));
    }
    return ok;
}

/* One partial per task; quantum by quantum, the adds up to two quanta ahead of the merges. */
static bool run_ordered(Fold *f)
{
    bool ok = true;
    int added = 0, merged = 0;
    while (ok && merged < f->tiles.n) {
        int ahead = (int)qb_rng_whole(&f->r->rng, 1, 2);
        for (int k = 0; ok && k < ahead && added < f->tiles.n; k++) {
            int end = quantum_end(f, added);
            ok = add_quantum(f, added, end, true);
            added = end;
        }
        while (ok && merged < added) {
            int end = quantum_end(f, merged);
            ok = merge(f, f->partial + merged, f->tiles.box + merged, end - merged);
            int64_t done = f->tiles.box[end - 1].hi[0];
            for (; merged < end; merged++)
                qb_guarded_free(&f->partial[merged]);
            ok = ok && keep_sometimes(f, done);
        }
    }
    return ok;
}

/* Tasks at one time lie side by side: whole layers along axis 0, in order. */
static int layer_end(const Fold *f, int first)
{
    int end = first;
    while (end < f->tiles.n && f->tiles.box[end].lo[0] == f->tiles.box[first].lo[0])
        end++;
    return end;
}

static bool run_in_place(Fold *f)
{
    bool ok = true;
    for (int k = 0; ok && k < f->tiles.n;) {
        int end = layer_end(f, k);
        ok = add_quantum(f, k, end, false) && keep_sometimes(f, f->tiles.box[end - 1].hi[0]);
        k = end;
    }
    return ok;
}

bool qb_lab_run_fold(QbLabRun *r, QbLabNode *node)
{
    Fold f = {.r = r, .ops = r->op->fold, .ctx = context(r)};
    f.tiles = qb_lab_tiles(r, &f.ctx.domain, 1);
    f.partial = QB_NEW_N(r->lab->arena, QbGuarded, f.tiles.n + 4);
    if (f.ops->state_bytes)
        f.ops->state_bytes(&f.ctx);
    if (f.ops->open && !f.ops->open(&f.ctx, &f.state, &f.err))
        return says(&f, "open");
    bool ok = false;
    switch (f.ops->order) {
    case QB_FOLD_ANY:
        ok = run_any(&f);
        break;
    case QB_FOLD_ORDERED:
        ok = run_ordered(&f);
        break;
    case QB_FOLD_IN_PLACE:
        ok = run_in_place(&f);
        break;
    }
    if (ok && f.ops->finish && !f.ops->finish(&f.ctx, f.state, &node->value, &f.err))
        ok = says(&f, "finish");
    if (qb_is_raster(node->type.kind) || node->type.kind == QB_BLOB) {
        /* the state lives on: others fill tiles from it, or read it */
        if (!node->value.state)
            node->value.state = f.state;
        node->fold = f.state;
        node->has_state = true;
    } else if (f.ops->close) {
        f.ops->close(f.state);
    }
    return ok;
}

bool qb_lab_fill_fold(QbLabRun *r, const QbLabNode *node, const QbBox *part, unsigned char *data)
{
    QbErr err = {0};
    QbLabTiles tiles = qb_lab_tiles(r, part, 1);
    bool ok = true;
    for (int k = 0; ok && k < tiles.n; k++) {
        QbLabTask t;
        QbLabRun bare = *r;
        bare.n_in = 0;
        qb_lab_task_open(&bare, &tiles.box[k], true, &t);
        ok = r->op->fold->fill(node->fold, &t.task.out, &err);
        if (!ok)
            qb_lab_fault(r->lab, "'%s': fill failed: %s", r->op->name, err.text);
        ok = qb_lab_task_close(&bare, &t, part, data) && ok;
        r->rng = bare.rng;
    }
    return ok;
}

bool qb_lab_run_scalar(QbLabRun *r, QbLabNode *node)
{
    QbErr err = {0};
    QbFoldCtx c = context(r);
    if (!r->op->eval(&c, &node->value, &err))
        return qb_lab_fault(r->lab, "'%s': eval failed: %s", r->op->name, err.text);
    return true;
}
