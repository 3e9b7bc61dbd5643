/* Which part of every step is needed: demand flows from folds and sinks to the sources, grown by each halo and clipped to the
 * producer's domain. A demand is a sorted list of intervals along axis 0, times a box. Also the geometry of quanta and tiles. */
#include "compiler/plan_parts.h"

#include <string.h>

void qb_step_need(const QbStep *s, int k, const QbBox *out, QbBox *need, QbHalo *halo)
{
    const int64_t *n = s->in_type[k]->n;
    QbHalo h = {.border = QB_BORDER_MIRROR};
    if (s->kind == QB_STEP_KERNEL && s->op->need) {
        s->op->need(s->params, s->in_type, k, out, need);
        for (int a = 0; a < 3; a++) {
            need->lo[a] = qb_clamp64(need->lo[a], 0, n[a]);
            need->hi[a] = qb_clamp64(need->hi[a], need->lo[a], n[a]);
        }
    } else {
        if (s->kind == QB_STEP_KERNEL && s->op->halo)
            s->op->halo(s->params, s->in_type, k, &h);
        *need = qb_box_grow(*out, h.before, h.after, n);
    }
    if (halo)
        *halo = h;
}

static const QbInterval *interval_of(const QbStep *s, int64_t i)
{
    int lo = 0, hi = s->n_intervals - 1;
    while (lo < hi) {
        int mid = (lo + hi + 1) / 2;
        if (s->interval[mid].lo <= i)
            lo = mid;
        else
            hi = mid - 1;
    }
    return &s->interval[lo];
}

int64_t qb_step_tick(const QbStep *s, int64_t i)
{
    const QbInterval *v = interval_of(s, i);
    return v->tick + (qb_min64(i, v->hi) - v->lo);
}

int64_t qb_step_quantum_end(const QbStep *s, const QbInterval *v, int64_t i)
{
    return qb_min64(v->hi, (i / s->quantum + 1) * s->quantum);
}

static int64_t blocks(int64_t lo, int64_t hi, int64_t size)
{
    return (hi - 1) / size - lo / size + 1;
}

int64_t qb_step_tiles(const QbStep *s, int64_t a, int64_t b)
{
    return blocks(a, b, s->tile_i) * blocks(s->box.lo[1], s->box.hi[1], s->tile_y);
}

QbBox qb_step_tile(const QbStep *s, int64_t a, int64_t b, int64_t t)
{
    int64_t ny = blocks(s->box.lo[1], s->box.hi[1], s->tile_y);
    int64_t bi = a / s->tile_i + t / ny, by = s->box.lo[1] / s->tile_y + t % ny;
    QbBox box = s->box;
    box.lo[0] = qb_max64(a, bi * s->tile_i);
    box.hi[0] = qb_min64(b, (bi + 1) * s->tile_i);
    box.lo[1] = qb_max64(s->box.lo[1], by * s->tile_y);
    box.hi[1] = qb_min64(s->box.hi[1], (by + 1) * s->tile_y);
    return box;
}

bool qb_step_is_narrowed(const QbStep *s)
{
    const int64_t *n = s->type.n;
    if (!qb_step_has_ring(s))
        return false;
    return s->ticks < n[0] || s->box.hi[1] - s->box.lo[1] < n[1] ||
           s->box.hi[2] - s->box.lo[2] < n[2];
}

/* ---- gathering the demands of a step ---------------------------------------------------------------- */

static void add_interval(Demand *d, QbArena *arena, int64_t lo, int64_t hi)
{
    if (lo >= hi)
        return;
    QbInterval v = {lo, hi, 0};
    if (d->n && d->v[d->n - 1].lo <= lo &&
        lo <= d->v[d->n - 1].hi) { /* the common case: grows the last one */
        d->v[d->n - 1].hi = qb_max64(d->v[d->n - 1].hi, hi);
        return;
    }
    QB_PUSH(arena, d->v, d->n, d->cap, v);
}

static void add_box(Demand *d, const QbBox *b)
{
    for (int a = 1; a < 3; a++) {
        d->box.lo[a] = d->any ? qb_min64(d->box.lo[a], b->lo[a]) : b->lo[a];
        d->box.hi[a] = d->any ? qb_max64(d->box.hi[a], b->hi[a]) : b->hi[a];
    }
    d->any = true;
}

static void add_need(Demand *d, QbArena *arena, const QbBox *need)
{
    if (qb_box_is_empty(need))
        return;
    add_interval(d, arena, need->lo[0], need->hi[0]);
    add_box(d, need);
}

static void add_whole(Demand *d, QbArena *arena, const int64_t n[3])
{
    QbBox all = {{0, 0, 0}, {n[0], n[1], n[2]}};
    add_need(d, arena, &all);
}

static int by_lo(const void *a, const void *b)
{
    const QbInterval *x = a, *y = b;
    return (x->lo > y->lo) - (x->lo < y->lo);
}

/* Sorts, merges what touches, and numbers the ticks. */
static void settle(QbStep *s, Demand *d)
{
    qsort(d->v, (size_t)d->n, sizeof(*d->v), by_lo);
    int m = 0;
    for (int i = 0; i < d->n; i++) {
        if (m && d->v[i].lo <= d->v[m - 1].hi)
            d->v[m - 1].hi = qb_max64(d->v[m - 1].hi, d->v[i].hi);
        else
            d->v[m++] = d->v[i];
    }
    s->interval = d->v;
    s->n_intervals = m;
    s->ticks = 0;
    for (int i = 0; i < m; i++) {
        s->interval[i].tick = s->ticks;
        s->ticks += s->interval[i].hi - s->interval[i].lo;
    }
    s->box = d->box;
    s->box.lo[0] = m ? s->interval[0].lo : 0;
    s->box.hi[0] = m ? s->interval[m - 1].hi : 0;
}

/* Geometry may need single indices far apart (v[::10]): asked one by one. */
#define MAX_SINGLE 1000000

static void demand_input(Planner *p, const QbStep *s, int k)
{
    Demand *d = &p->demand[s->in[k]];
    QbArena *arena = p->arena;
    if (p->push_off) {
        add_whole(d, arena, s->in_type[k]->n);
        return;
    }
    bool single = s->kind == QB_STEP_KERNEL && s->op->need && s->ticks <= MAX_SINGLE;
    for (int v = 0; v < s->n_intervals; v++) {
        QbBox out = s->box, need;
        for (int64_t i = s->interval[v].lo; i < s->interval[v].hi; i = out.hi[0]) {
            out.lo[0] = i;
            out.hi[0] = single ? i + 1 : s->interval[v].hi;
            qb_step_need(s, k, &out, &need, NULL);
            add_need(d, arena, &need);
        }
    }
}

/* Folds and sinks add a whole domain, unless the operator says that it looks at a part only (one voxel). */
static void demand_of_fold(QbStep *s, Demand *d, QbArena *arena)
{
    const int64_t *n = s->in_type[0]->n;
    QbBox all = {{0, 0, 0}, {n[0], n[1], n[2]}}, need = all;
    if (s->kind == QB_STEP_FOLD && s->op->need)
        s->op->need(s->params, s->in_type, 0, &all, &need);
    add_need(d, arena, &need);
}

/* A store keeps what is read back from it, and nothing else; every other fold adds its whole input, whatever part of its
 * result is looked at. */
static bool is_store(const QbStep *s)
{
    return s->kind == QB_STEP_FOLD && s->node < 0;
}

/* What is read back of a store is demand for it, as what is looked up in it is (demand_input). */
static void demand_store(Planner *p, const QbStep *refill)
{
    const QbStep *store = &p->steps[refill->in[0]];
    for (int v = 0; is_store(store) && v < refill->n_intervals; v++) {
        QbBox box = refill->box;
        box.lo[0] = refill->interval[v].lo;
        box.hi[0] = refill->interval[v].hi;
        add_need(&p->demand[store->id], p->arena, &box);
    }
}

void qb_plan_demand(Planner *p)
{
    for (int i = p->n_steps - 1; i >= 0; i--) {
        QbStep *s = &p->steps[i];
        if (!qb_step_runs(s))
            continue;
        bool folds = s->kind == QB_STEP_FOLD || s->kind == QB_STEP_SINK;
        if (folds && !(is_store(s) && p->demand[i].any)) {
            p->demand[i] = (Demand){0};
            demand_of_fold(s, &p->demand[i], p->arena);
        }
        settle(s, &p->demand[i]);
        if (s->kind == QB_STEP_REFILL)
            demand_store(p, s);
        if (s->kind == QB_STEP_REFILL || s->kind == QB_STEP_SOURCE)
            continue;
        for (int k = 0; k < s->n_in; k++)
            if (s->in[k] >= 0 && s->in_type[k] && qb_is_raster(s->in_type[k]->kind))
                demand_input(p, s, k);
    }
}
