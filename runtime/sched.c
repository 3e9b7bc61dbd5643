/* The scheduler of one pass: a wavefront of quanta along axis 0. A step may start its next quantum when every producer has
 * published what it needs and every consumer has released the slots of the ring that it will overwrite. The task deepest
 * downstream comes first, so that memory is released before more is filled. State is a few monotone counters per step, under
 * one lock; tasks are long against it. The only file with an OpenMP region. */
#include "runtime/parts.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct Task {
    Live *l;
    Flight *f;
    int64_t tile; /* −1: merge */
} Task;

typedef struct Sched {
    Run *run;
    Live **order; /* steps of this pass, topological */
    int n, n_finished;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int waiting, busy;
    Live **working; /* per worker: the step it works on */
    double last_change;
    bool failed;
} Sched;

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

/* First tick of the ring that a consumer still needs. */
static int64_t released(const Sched *c, const Live *l)
{
    int64_t low = l->step->ticks;
    for (int u = 0; u < l->n_users; u++) {
        const Live *user = &c->run->live[l->users[u]];
        QbBox box, need;
        if (!qb_live_next(user, &box))
            continue;
        qb_step_need(user->step, l->user_input[u], &box, &need, NULL);
        if (!qb_box_is_empty(&need))
            low = qb_min64(low, qb_step_tick(l->step, need.lo[0]));
    }
    return low;
}

static bool inputs_are_there(const Sched *c, const Live *l, const QbBox *box)
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

static bool may_start(const Sched *c, const Live *l, QbBox *box)
{
    const QbStep *s = l->step;
    if (cursor_at_end(l) || l->n_flights >= s->depth)
        return false;
    if (s->kind == QB_STEP_FOLD && s->op->fold->order == QB_FOLD_IN_PLACE && l->n_flights)
        return false;
    *box = cursor_box(l);
    if (!inputs_are_there(c, l, box))
        return false;
    return !qb_step_has_ring(s) || qb_step_tick(s, box->hi[0] - 1) + 1 - s->ring <= released(c, l);
}

static bool needs_merge(const QbStep *s)
{
    return s->kind == QB_STEP_SINK || (s->kind == QB_STEP_FOLD && s->op->fold->order == QB_FOLD_ORDERED);
}

static Flight *flight_at(Live *l, int k)
{
    return &l->flight[(l->first + k) % l->step->depth];
}

static Flight *start_quantum(Live *l, const QbBox *box)
{
    int slot = (l->first + l->n_flights) % l->step->depth;
    Flight *f = &l->flight[slot];
    *f = (Flight){.a = box->lo[0], .b = box->hi[0], .tiles = qb_step_tiles(l->step, box->lo[0], box->hi[0])};
    f->partials = l->partials + (size_t)slot * (size_t)l->step->max_tiles * l->partial_stride;
    l->n_flights++;
    l->at = box->hi[0];
    if (l->at >= l->step->interval[l->interval].hi && ++l->interval < l->step->n_intervals)
        l->at = l->step->interval[l->interval].lo;
    return f;
}

/* The next task of one step, if there is one; with `commit` it is taken. */
static bool next_of(Sched *c, Live *l, bool commit, Task *t)
{
    QbBox box;
    if (l->finished)
        return false;
    if (needs_merge(l->step) && l->n_flights && !l->merging) {
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
    if (!may_start(c, l, &box))
        return false;
    if (commit) {
        Flight *f = start_quantum(l, &box);
        *t = (Task){l, f, f->issued++};
        l->running++;
    }
    return true;
}

static bool pick(Sched *c, bool commit, Task *t)
{
    for (int i = c->n - 1; i >= 0; i--)
        if (next_of(c, c->order[i], commit, t))
            return true;
    return false;
}

/* ---- what is done ----------------------------------------------------------------------------------- */

static void leave(Sched *c, Live *l)
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

static void complete(Sched *c, const Task *t)
{
    Live *l = t->l;
    if (t->tile < 0) {
        l->merging = false;
        leave(c, l);
        return;
    }
    l->running--;
    t->f->done++;
    while (!needs_merge(l->step) && l->n_flights && flight_at(l, 0)->done == flight_at(l, 0)->tiles)
        leave(c, l);
}

/* ---- time ------------------------------------------------------------------------------------------- */

static double thread_cpu(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

/* Called when the number of busy workers is about to change: the time in which one worker was busy and nobody else found
 * work is serial time of its step. */
static void change_busy(Sched *c, int by, double now)
{
    if (c->busy == 1 && c->run->threads > 1)
        for (int w = 0; w < c->run->threads; w++)
            if (c->working[w])
                c->run->serial[c->working[w]->step->id] += now - c->last_change;
    c->last_change = now;
    c->busy += by;
}

static int64_t box_voxels(const QbBox *b)
{
    return (b->hi[0] - b->lo[0]) * (b->hi[1] - b->lo[1]) * (b->hi[2] - b->lo[2]);
}

static void note_time(Run *run, const Task *t, const QbBox *box, int w, const double at[4])
{
    QbStepTime *m = &run->workers[w].time[t->l->step->id];
    if (m->tasks == 0 || at[0] - run->origin < m->first)
        m->first = at[0] - run->origin;
    m->last = at[1] - run->origin;
    m->busy += at[1] - at[0];
    m->cpu += at[3] - at[2];
    m->tasks++;
    if (t->tile < 0)
        return;
    const QbType *type = qb_step_has_ring(t->l->step) ? &t->l->step->type : t->l->step->in_type[0];
    m->voxels += box_voxels(box);
    m->bytes += box_voxels(box) * (int64_t)qb_pix_bytes(type->pix);
}

/* ---- workers ---------------------------------------------------------------------------------------- */

static unsigned char *partial_of(Run *run, const Task *t, int w)
{
    Live *l = t->l;
    if (needs_merge(l->step))
        return t->f->partials + (size_t)t->tile * l->partial_stride;
    if (!l->partials)
        return NULL;
    unsigned char *p = l->partials + (size_t)w * l->partial_stride;
    if (!l->partial_used[w]) {
        const QbValue *values[QB_MAX_INPUTS];
        QbFoldCtx ctx = qb_exec_ctx(run, l, values);
        if (l->step->op->fold->init)
            l->step->op->fold->init(&ctx, p);
        l->partial_used[w] = true;
    }
    return p;
}

static bool run_task(Run *run, const Task *t, const QbBox *box, int w, QbErr *err)
{
    if (t->tile < 0)
        return qb_exec_merge(run, t->l, t->f, err);
    unsigned char *partial = partial_of(run, t, w);
    if (t->l->step->kind == QB_STEP_FOLD && needs_merge(t->l->step) && t->l->step->op->fold->init) {
        const QbValue *values[QB_MAX_INPUTS];
        QbFoldCtx ctx = qb_exec_ctx(run, t->l, values);
        t->l->step->op->fold->init(&ctx, partial);
    }
    return qb_exec_tile(run, t->l, box, partial, w, err);
}

/* Called and left with the lock held. */
static void do_task(Sched *c, Task *t, int w)
{
    Run *run = c->run;
    QbErr err = {0};
    QbBox box = {{0, 0, 0}, {0, 0, 0}};
    Task other;
    double at[4];
    if (t->tile >= 0)
        box = qb_step_tile(t->l->step, t->f->a, t->f->b, t->tile);
    bool alone = run->threads == 1 && !pick(c, false, &other);
    at[0] = qb_now();
    change_busy(c, 1, at[0]);
    c->working[w] = t->l;
    pthread_mutex_unlock(&c->lock);
    at[2] = thread_cpu();
    bool ok = run_task(run, t, &box, w, &err);
    at[3] = thread_cpu();
    at[1] = qb_now();
    note_time(run, t, &box, w, at);
    pthread_mutex_lock(&c->lock);
    change_busy(c, -1, qb_now());
    c->working[w] = NULL;
    if (alone)
        run->serial[t->l->step->id] += at[1] - at[0];
    if (!ok && !c->failed) {
        c->failed = true;
        run->r->failed_step = t->l->step->id;
        *run->err = err;
    }
    complete(c, t);
    if (c->waiting)
        pthread_cond_broadcast(&c->wake);
}

static void work(Sched *c, int w)
{
    Task t;
    pthread_mutex_lock(&c->lock);
    while (!c->failed && c->n_finished < c->n) {
        if (qb_run_interrupted()) {
            c->failed = true;
            qb_err_set(c->run->err, "interrupted");
            c->run->err->status = 130;
        } else if (pick(c, true, &t)) {
            do_task(c, &t, w);
        } else {
            if (!c->busy)
                QB_BUG("no task is ready and none is running");
            c->waiting++;
            pthread_cond_wait(&c->wake, &c->lock);
            c->waiting--;
        }
    }
    pthread_cond_broadcast(&c->wake);
    pthread_mutex_unlock(&c->lock);
}

bool qb_sched_pass(Run *run, int pass, QbErr *err)
{
    Sched c = {.run = run, .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};
    c.order = qb_xcalloc((size_t)run->plan->n_steps + 1, sizeof(*c.order));
    c.working = qb_xcalloc((size_t)run->threads, sizeof(*c.working));
    for (int i = 0; i < run->plan->n_steps; i++)
        if (qb_step_runs(&run->plan->steps[i]) && run->plan->steps[i].pass == pass)
            c.order[c.n++] = &run->live[i];
    run->err = err;
    int threads = run->threads;
    c.last_change = qb_now();
    if (threads == 1) {
        work(&c, 0);
    } else {
#pragma omp parallel num_threads(threads)
        work(&c, omp_get_thread_num());
    }
    free(c.order);
    free(c.working);
    pthread_mutex_destroy(&c.lock);
    pthread_cond_destroy(&c.wake);
    return !c.failed;
}
