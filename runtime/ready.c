/* Which task is next: the order of a pass as a few monotone counters per step. A step may start its next quantum when every
 * producer has published what it needs and every consumer has released the slots of the ring that it will overwrite. The
 * task deepest downstream comes first, so that memory is released before more is filled. Knows no clock and no threads: the
 * scheduler calls it under its lock, and the replay with virtual workers. */
#include "runtime/parts.h"

#include <stdlib.h>

/* ---- what is next ----------------------------------------------------------------------------------- */

static bool cursor_at_end(const Live *l)
{
    return l->interval >= l->step->n_intervals;
}

static QbBox cursor_box(const Live *l)
{
    QbBox box = l->step->box;
    box.lo[0] = l->at;
    box.hi[0] = qb_step_quantum_end(l->step, &l->step->interval[l->interval], l->at);
    return box;
}

bool qb_live_next(const Live *l, QbBox *box)
{
    *box = l->step->box;
    if (l->n_flights) {
        box->lo[0] = l->flight[l->first].a;
        box->hi[0] = l->flight[l->first].b;
        return true;
    }
    if (cursor_at_end(l))
        return false;
    *box = cursor_box(l);
    return true;
}

int64_t qb_ready_released(const Run *run, const Live *l)
{
    int64_t low = l->step->ticks;
    for (int u = 0; u < l->n_users; u++) {
        const Live *user = &run->live[l->users[u]];
        QbBox box, need;
        if (!qb_live_next(user, &box))
            continue;
        qb_step_need(user->step, l->user_input[u], &box, &need, NULL);
        if (!qb_box_is_empty(&need))
            low = qb_min64(low, qb_step_tick(l->step, need.lo[0]));
    }
    return low;
}

static bool inputs_are_there(const Ready *c, const Live *l, const QbBox *box)
{
    const QbStep *s = l->step;
    if (s->kind == QB_STEP_SOURCE || s->kind == QB_STEP_REFILL)
        return true;
    for (int k = 0; k < s->n_in; k++) {
        if (s->in[k] < 0 || s->in_random[k] || !qb_step_has_ring(&c->run->plan->steps[s->in[k]]))
            continue;
        const Live *p = &c->run->live[s->in[k]];
        QbBox need;
        qb_step_need(s, k, box, &need, NULL);
        if (!qb_box_is_empty(&need) && p->published < qb_step_tick(p->step, need.hi[0] - 1) + 1)
            return false;
    }
    return true;
}

static bool may_start(const Ready *c, const Live *l, QbBox *box)
{
    const QbStep *s = l->step;
    if (cursor_at_end(l) || l->n_flights >= s->depth)
        return false;
    if (s->kind == QB_STEP_FOLD && s->op->fold->order == QB_FOLD_IN_PLACE && l->n_flights)
        return false;
    *box = cursor_box(l);
    if (!inputs_are_there(c, l, box))
        return false;
    return !qb_step_has_ring(s) ||
           qb_step_tick(s, box->hi[0] - 1) + 1 - s->ring <= qb_ready_released(c->run, l);
}

bool qb_ready_needs_merge(const QbStep *s)
{
    return s->kind == QB_STEP_SINK ||
           (s->kind == QB_STEP_FOLD && s->op->fold->order == QB_FOLD_ORDERED);
}

static Flight *flight_at(Live *l, int k)
{
    return &l->flight[(l->first + k) % l->step->depth];
}

static Flight *start_quantum(Live *l, const QbBox *box)
{
    int slot = (l->first + l->n_flights) % l->step->depth;
    Flight *f = &l->flight[slot];
    *f = (Flight){
        .a = box->lo[0], .b = box->hi[0], .tiles = qb_step_tiles(l->step, box->lo[0], box->hi[0])};
    if (l->partials)
        f->partials = l->partials + (size_t)slot * (size_t)l->step->max_tiles * l->partial_stride;
    l->n_flights++;
    l->at = box->hi[0];
    if (l->at >= l->step->interval[l->interval].hi && ++l->interval < l->step->n_intervals)
        l->at = l->step->interval[l->interval].lo;
    return f;
}

/* The next task of one step, if there is one; with `commit` it is taken. */
static bool next_of(Ready *c, Live *l, bool commit, Task *t)
{
    QbBox box;
    if (l->finished)
        return false;
    if (qb_ready_needs_merge(l->step) && l->n_flights && !l->merging) {
        Flight *f = flight_at(l, 0);
        if (f->done == f->tiles) {
            *t = (Task){l, f, -1};
            l->merging = l->merging || commit;
            return true;
        }
    }
    if (l->step->serial && l->running)
        return false;
    for (int k = 0; k < l->n_flights; k++) {
        Flight *f = flight_at(l, k);
        if (f->issued < f->tiles) {
            *t = (Task){l, f, f->issued};
            f->issued += commit;
            l->running += commit;
            return true;
        }
    }
    if (c->hold || !may_start(c, l, &box))
        return false;
    if (commit) {
        Flight *f = start_quantum(l, &box);
        *t = (Task){l, f, f->issued++};
        l->running++;
    }
    return true;
}

bool qb_ready_pick(Ready *c, bool commit, Task *t)
{
    for (int i = c->n - 1; i >= 0; i--)
        if (next_of(c, c->order[i], commit, t))
            return true;
    return false;
}

/* ---- what is done ----------------------------------------------------------------------------------- */

static void leave(Ready *c, Live *l)
{
    Flight *f = flight_at(l, 0);
    l->published += f->b - f->a;
    l->first = (l->first + 1) % l->step->depth;
    l->n_flights--;
    if (cursor_at_end(l) && !l->n_flights) {
        l->finished = true;
        c->n_finished++;
    }
}

void qb_ready_complete(Ready *c, const Task *t)
{
    Live *l = t->l;
    if (t->tile < 0) {
        l->merging = false;
        leave(c, l);
        return;
    }
    l->running--;
    t->f->done++;
    while (!qb_ready_needs_merge(l->step) && l->n_flights &&
           flight_at(l, 0)->done == flight_at(l, 0)->tiles)
        leave(c, l);
}

/* ---- its life --------------------------------------------------------------------------------------- */

void qb_ready_open(Ready *c, Run *run, int pass)
{
    *c =
        (Ready){.run = run, .order = qb_xcalloc((size_t)run->plan->n_steps + 1, sizeof(*c->order))};
    for (int i = 0; i < run->plan->n_steps; i++)
        if (qb_step_runs(&run->plan->steps[i]) && run->plan->steps[i].pass == pass)
            c->order[c->n++] = &run->live[i];
    for (int i = 0; i < c->n; i++)
        c->n_finished += c->order[i]->finished;
}

void qb_ready_rewind(Live *l)
{
    l->interval = 0;
    l->at = l->step->n_intervals ? l->step->interval[0].lo : 0;
    l->published = 0;
    l->first = l->n_flights = l->running = 0;
    l->merging = l->finished = false;
}

void qb_ready_seek(Live *l, int64_t tick)
{
    const QbStep *s = l->step;
    int64_t slice = (s->box.hi[1] - s->box.lo[1]) * (s->box.hi[2] - s->box.lo[2]);
    l->published = tick;
    l->skipped = tick * slice;
    l->interval = 0;
    while (l->interval < s->n_intervals) {
        const QbInterval *v = &s->interval[l->interval];
        if (tick < v->tick + v->hi - v->lo) {
            l->at = v->lo + (tick - v->tick);
            return;
        }
        l->interval++;
    }
    l->finished = true;
}

void qb_ready_close(Ready *c)
{
    free(c->order);
}
