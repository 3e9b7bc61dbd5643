/* The scheduler of one pass: workers that take what ready.c names next, under one lock; tasks are long against it. Here alone
 * times are taken: a task's start and end, the time in which a worker waits, and the time in which one worker is busy while
 * every other one has looked for work in vain. The only file with an OpenMP region. */
#include "runtime/parts.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct Sched {
    Ready ready;
    Run *run;
    int pass, threads; /* of this pass */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int waiting, busy;
    int in_vain;    /* workers that found nothing since the last task was done */
    Live **working; /* per worker: the step it works on */
    Spread spread;
    double last_change;
    double next_save; /* when a checkpoint is due */
    bool failed;
    bool stop; /* as soon as there is a last checkpoint */
} Sched;

/* ---- time ------------------------------------------------------------------------------------------- */

static double wall_of(const Run *run)
{
    return run->o->untimed ? 0 : qb_now();
}

static double cpu_of(const Run *run)
{
    struct timespec ts;
    if (run->o->untimed)
        return 0;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

/* Called when `busy` or `in_vain` is about to change: the time in which one worker was busy and no other could be is serial
 * time of its step. With one thread nobody looks: replay.c finds out. */
static void account(Sched *c, double now)
{
    if (c->run->threads > 1 && c->busy == 1 && c->in_vain >= c->threads - 1)
        for (int w = 0; w < c->threads; w++)
            if (c->working[w])
                c->run->serial[c->working[w]->step->id] += now - c->last_change;
    c->last_change = now;
}

static int64_t box_voxels(const QbBox *b)
{
    return (b->hi[0] - b->lo[0]) * (b->hi[1] - b->lo[1]) * (b->hi[2] - b->lo[2]);
}

static QbTaskNote note_of(const Run *run, const Task *t, const QbBox *box, const double at[4])
{
    const QbStep *s = t->l->step;
    const QbType *type = qb_step_has_ring(s) ? &s->type : s->in_type[0];
    QbTaskNote n = {.start = at[0] - run->origin,
                    .end = at[1] - run->origin,
                    .step = s->id,
                    .merge = t->tile < 0,
                    .i = {t->f->a, t->f->b}};
    if (n.merge)
        return n;
    n.i[0] = box->lo[0];
    n.i[1] = box->hi[0];
    n.y[0] = box->lo[1];
    n.y[1] = box->hi[1];
    n.voxels = box_voxels(box);
    n.bytes = n.voxels * (int64_t)qb_pix_bytes(type->pix);
    return n;
}

static void note_time(Worker *w, const QbTaskNote *n, double cpu)
{
    QbStepTime *m = &w->time[n->step];
    double took = n->end - n->start;
    if (m->tasks == 0 || n->start < m->first)
        m->first = n->start;
    m->last = n->end;
    m->busy += took;
    m->cpu += cpu;
    m->merge += n->merge ? took : 0;
    m->merges += n->merge;
    m->tasks++;
    m->voxels += n->voxels;
    m->bytes += n->bytes;
}

/* at: wall time at the task's start and end, processor time of the thread at both. */
static QbTaskNote measured(Run *run, const Task *t, const QbBox *box, const double at[4], int w)
{
    QbTaskNote note = note_of(run, t, box, at);
    note_time(&run->workers[w], &note, at[3] - at[2]);
    if (run->o->trace)
        qb_watch_keep(run, &run->workers[w], &note);
    return note;
}

/* ---- workers ---------------------------------------------------------------------------------------- */

static unsigned char *partial_of(Run *run, const Task *t, int w)
{
    Live *l = t->l;
    if (qb_ready_needs_merge(l->step))
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
    if (t->l->step->kind == QB_STEP_FOLD && qb_ready_needs_merge(t->l->step) &&
        t->l->step->op->fold->init) {
        const QbValue *values[QB_MAX_INPUTS];
        QbFoldCtx ctx = qb_exec_ctx(run, t->l, values);
        t->l->step->op->fold->init(&ctx, partial);
    }
    return qb_exec_tile(run, t->l, box, partial, w, err);
}

/* Called and left with the lock held. Asking for processor time is the dearest part of a record: a task's starts where the one
 * before it on the same thread ended, and so holds the choice of the task. */
static void do_task(Sched *c, Task *t, int w)
{
    Run *run = c->run;
    QbErr err = {0};
    QbBox box = {{0, 0, 0}, {0, 0, 0}};
    double at[4];
    if (t->tile >= 0)
        box = qb_step_tile(t->l->step, t->f->a, t->f->b, t->tile);
    at[0] = wall_of(run);
    account(c, at[0]);
    c->busy++;
    c->working[w] = t->l;
    qb_spread_see(&c->spread, w);
    pthread_mutex_unlock(&c->lock);
    at[2] = run->workers[w].cpu < 0 ? cpu_of(run) : run->workers[w].cpu;
    bool ok = run_task(run, t, &box, w, &err);
    at[3] = run->workers[w].cpu = cpu_of(run);
    at[1] = wall_of(run);
    QbTaskNote note = {0};
    if (!run->o->untimed)
        note = measured(run, t, &box, at, w);
    pthread_mutex_lock(&c->lock);
    account(c, wall_of(run));
    c->busy--;
    c->in_vain = 0;
    c->working[w] = NULL;
    t->l->voxels += note.voxels;
    t->l->seconds += note.end - note.start;
    if (!ok && !c->failed) {
        c->failed = true;
        run->r->failed_step = t->l->step->id;
        *run->err = err;
    }
    qb_ready_complete(&c->ready, t);
    if (c->waiting)
        pthread_cond_broadcast(&c->wake);
}

/* The same. Whoever ends a task when it is time to look tells how far the run is. */
static void look(Sched *c, int w)
{
    QbProgress p;
    double now = c->last_change;
    if (now < c->run->next_look)
        return;
    c->run->workers[w].cpu = -1;
    qb_watch_snapshot(c->run, c->pass, now, &p);
    pthread_mutex_unlock(&c->lock);
    double next = qb_watch_tell(c->run, now, &p);
    pthread_mutex_lock(&c->lock);
    c->run->next_look = next;
}

static void interrupt(Sched *c)
{
    c->failed = true;
    qb_err_set(c->run->err, "interrupted");
    c->run->err->status = 130;
}

static void fail_save(Sched *c, const QbErr *err)
{
    if (!c->failed)
        *c->run->err = *err;
    c->failed = true;
}

/* The same. No task is at work, and none is in the middle of its quantum: what every step holds belongs together. */
static void save(Sched *c)
{
    QbErr err = {0};
    c->next_save = INFINITY;
    bool ok = qb_checkpoint_save(c->run, c->pass, c->stop, &err);
    c->ready.hold = false;
    if (c->stop)
        interrupt(c);
    pthread_cond_broadcast(&c->wake);
    pthread_mutex_unlock(&c->lock);
    ok = ok && qb_checkpoint_settle(c->run, &err);
    pthread_mutex_lock(&c->lock);
    c->next_save = qb_checkpoint_next(c->run, c->pass);
    if (!ok)
        fail_save(c, &err);
}

/* Whether it is time to let what was begun end, for a checkpoint. */
static bool is_due(Sched *c)
{
    if (c->ready.hold)
        return false;
    if (!qb_run_interrupted())
        return c->last_change >= c->next_save;
    if (c->stop)
        return false;
    c->stop = true;
    return isfinite(qb_checkpoint_next(c->run, c->pass));
}

/* The same. Moving takes as long as a short task: others may go on meanwhile. */
static void spread(Sched *c, int w)
{
    int cpu = qb_spread_claim(&c->spread, w);
    if (cpu < 0)
        return;
    pthread_mutex_unlock(&c->lock);
    qb_spread_move(cpu);
    pthread_mutex_lock(&c->lock);
}

static void wait_for_work(Sched *c, int w)
{
    if (!c->busy)
        QB_BUG("no task is ready and none is running");
    double now = wall_of(c->run);
    account(c, now);
    c->run->workers[w].cpu = -1;
    c->in_vain++;
    c->waiting++;
    qb_spread_rest(&c->spread, w);
    pthread_cond_wait(&c->wake, &c->lock);
    c->waiting--;
    spread(c, w);
    c->run->workers[w].waited += wall_of(c->run) - now;
}

static void work(Sched *c, int w)
{
    Task t;
    c->run->workers[w].cpu = -1;
    pthread_mutex_lock(&c->lock);
    spread(c, w);
    while (!c->failed && c->ready.n_finished < c->ready.n) {
        if (is_due(c))
            c->ready.hold = true;
        if (c->stop && !c->ready.hold) {
            interrupt(c);
        } else if (qb_ready_pick(&c->ready, true, &t)) {
            do_task(c, &t, w);
            look(c, w);
        } else if (c->ready.hold && !c->busy) {
            save(c);
            c->run->workers[w].cpu = -1;
        } else {
            wait_for_work(c, w);
        }
    }
    pthread_cond_broadcast(&c->wake);
    pthread_mutex_unlock(&c->lock);
}

/* The start of a thread, and the wait for a processor that is free, take about as long. */
#define LITTLE_NS 1e6

int qb_sched_threads(const Run *run, int pass, int wanted)
{
    bool little = run->o->spare_threads && qb_plan_pass_ns(run->plan, pass) < LITTLE_NS;
    return little ? 1 : wanted;
}

bool qb_sched_pass(Run *run, int pass, QbErr *err)
{
    Sched c = {.run = run,
               .pass = pass,
               .lock = PTHREAD_MUTEX_INITIALIZER,
               .wake = PTHREAD_COND_INITIALIZER};
    c.working = qb_xcalloc((size_t)run->threads, sizeof(*c.working));
    qb_ready_open(&c.ready, run, pass);
    run->err = err;
    int threads = c.threads = qb_sched_threads(run, pass, run->threads);
    qb_spread_open(&c.spread, threads);
    c.last_change = wall_of(run);
    c.next_save = qb_checkpoint_next(run, pass);
    if (threads == 1) {
        work(&c, 0);
    } else {
#pragma omp parallel num_threads(threads)
        work(&c, omp_get_thread_num());
    }
    qb_ready_close(&c.ready);
    qb_spread_close(&c.spread);
    free(c.working);
    pthread_mutex_destroy(&c.lock);
    pthread_cond_destroy(&c.wake);
    return !c.failed;
}
