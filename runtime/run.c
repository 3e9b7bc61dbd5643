/* Runs a plan from its first pass to its last output. Owns the life of every state, ring and value; on any failure everything
 * is closed, and nothing of the run's own is left on the disk. */
#include "runtime/run.h"

#include "runtime/parts.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static volatile sig_atomic_t interrupted; /* the one thing that a signal handler can set */

void qb_run_interrupt(void)
{
    interrupted = 1;
}
bool qb_run_interrupted(void)
{
    return interrupted != 0;
}

double qb_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static double process_cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* ---- one pass --------------------------------------------------------------------------------------- */

/* Memory of a step in a pass, cut from the pass's one mapping. */
typedef struct PassMemory {
    unsigned char *base;
    size_t bytes, used;
} PassMemory;

static size_t partial_stride(const QbStep *s)
{
    return s->kind == QB_STEP_SINK ? sizeof(QbPacked *) : s->partial_bytes;
}

static bool is_any_fold(const QbStep *s)
{
    return s->kind == QB_STEP_FOLD && s->op->fold->order == QB_FOLD_ANY;
}

static size_t partials_bytes(const Run *run, const QbStep *s)
{
    if (s->kind != QB_STEP_SINK && s->kind != QB_STEP_FOLD)
        return 0;
    size_t n = is_any_fold(s) ? (size_t)run->threads : (size_t)s->depth * (size_t)s->max_tiles;
    return qb_round_up(n * partial_stride(s), 4096);
}

/* Tiles look at rows beyond the domain through one row of the value that lies there. */
static void make_constants(Live *l)
{
    const QbStep *s = l->step;
    for (int k = 0; s->kind == QB_STEP_KERNEL && s->op->halo && !s->op->need && k < s->n_in; k++) {
        QbHalo h = {0};
        if (s->in[k] < 0 || !qb_is_raster(s->in_type[k]->kind))
            continue;
        s->op->halo(s->params, s->in_type, k, &h);
        if (h.border != QB_BORDER_CONSTANT)
            continue;
        int64_t nx = s->in_type[k]->n[2];
        l->constant[k] = qb_xmalloc((size_t)nx * qb_pix_bytes(s->in_type[k]->pix));
        for (int64_t x = 0; x < nx; x++)
            qb_pix_put(s->in_type[k]->pix, l->constant[k], x, h.fill);
    }
}

static bool open_state(Run *run, Live *l, QbErr *err)
{
    const QbStep *s = l->step;
    const QbValue *values[QB_MAX_INPUTS];
    QbFoldCtx c = qb_exec_ctx(run, l, values);
    if (s->kind == QB_STEP_SOURCE && s->op->source->open)
        return s->op->source->open(s->params, &s->type, &run->env, &l->state, err);
    if (s->kind == QB_STEP_FOLD && s->op->fold->open)
        return s->op->fold->open(&c, &l->state, err);
    if (s->kind == QB_STEP_SINK)
        return qb_sink_open(run, l, err);
    return true;
}

static bool open_step(Run *run, Live *l, PassMemory *m, QbErr *err)
{
    const QbStep *s = l->step;
    qb_ready_rewind(l);
    l->ring = m->base + m->used;
    m->used += qb_step_has_ring(s) ? s->ring_bytes : 0;
    l->partial_stride = partial_stride(s);
    size_t partials = partials_bytes(run, s);
    l->partials = partials ? m->base + m->used : NULL;
    if (partials && s->kind == QB_STEP_SINK)
        memset(l->partials, 0, partials); /* nothing is packed yet */
    m->used += partials;
    /* There is room for more tiles than most quanta have: huge pages would fill all of it. */
    if (partials)
        qb_memory_sparse(l->partials, partials);
    if (is_any_fold(s))
        l->partial_used = qb_xcalloc((size_t)run->threads, sizeof(bool));
    make_constants(l);
    l->opened = open_state(run, l, err);
    return l->opened;
}

void qb_users_link(Run *run, int pass)
{
    const QbPlan *p = run->plan;
    for (int i = 0; i < p->n_steps; i++) {
        const QbStep *s = &p->steps[i];
        if (s->pass != pass || s->kind == QB_STEP_REFILL || s->kind == QB_STEP_SOURCE)
            continue;
        for (int k = 0; k < s->n_in; k++) {
            if (s->in[k] < 0 || s->in_random[k] || !qb_step_has_ring(&p->steps[s->in[k]]))
                continue;
            Live *l = &run->live[s->in[k]];
            l->users = qb_xrealloc(l->users, sizeof(int) * (size_t)(l->n_users + 1));
            l->user_input = qb_xrealloc(l->user_input, sizeof(int) * (size_t)(l->n_users + 1));
            l->users[l->n_users] = i;
            l->user_input[l->n_users++] = k;
        }
    }
}

void qb_users_unlink(Run *run, int pass)
{
    for (int i = 0; i < run->plan->n_steps; i++) {
        Live *l = &run->live[i];
        if (l->step->pass != pass)
            continue;
        free(l->users);
        free(l->user_input);
        l->users = l->user_input = NULL;
        l->n_users = 0;
    }
}

/* Folds of the pass: what workers gathered is merged, and the value is made. */
static bool finish_folds(Run *run, int pass, QbErr *err)
{
    for (int i = 0; i < run->plan->n_steps; i++) {
        Live *l = &run->live[i];
        const QbStep *s = l->step;
        if (s->pass != pass || s->kind != QB_STEP_FOLD)
            continue;
        const QbValue *values[QB_MAX_INPUTS];
        QbFoldCtx c = qb_exec_ctx(run, l, values);
        void **partials = qb_xcalloc((size_t)run->threads, sizeof(void *));
        int n = 0;
        for (int w = 0; is_any_fold(s) && w < run->threads; w++)
            if (l->partial_used[w])
                partials[n++] = l->partials + (size_t)w * l->partial_stride;
        bool ok = !is_any_fold(s) || !s->op->fold->merge ||
                  s->op->fold->merge(&c, l->state, partials, NULL, n, err);
        free(partials);
        if (!ok || !s->op->fold->finish(&c, l->state, &l->value, err))
            return false;
        l->finished = true;
    }
    return true;
}

static void close_pass(Run *run, int pass)
{
    for (int i = 0; i < run->plan->n_steps; i++) {
        Live *l = &run->live[i];
        if (l->step->pass != pass)
            continue;
        if (l->step->kind == QB_STEP_SOURCE && l->opened) {
            int64_t pages = 0, bytes = 0;
            if (l->step->op->source->stats)
                l->step->op->source->stats(l->state, &pages, &bytes);
            run->r->pages_read += pages;
            run->r->bytes_read += bytes;
            if (l->step->op->source->close)
                l->step->op->source->close(l->state);
            l->state = NULL;
        }
        for (int k = 0; k < QB_MAX_INPUTS; k++)
            free(l->constant[k]);
        memset(l->constant, 0, sizeof(l->constant));
        free(l->partial_used);
        l->partial_used = NULL;
        l->opened = l->opened && l->step->kind != QB_STEP_SOURCE;
    }
    qb_users_unlink(run, pass);
}

static bool pass_steps(Run *run, int pass, PassMemory *m, QbErr *err)
{
    for (int i = 0; i < run->plan->n_steps; i++)
        if (run->plan->steps[i].pass == pass && qb_step_runs(&run->plan->steps[i]))
            if (!open_step(run, &run->live[i], m, err)) {
                run->r->failed_step = i;
                return false;
            }
    qb_users_link(run, pass);
    if (!qb_checkpoint_load(run, pass, err))
        return false;
    QbPassTime *t = &run->r->passes[run->r->n_passes++];
    t->start = qb_now() - run->origin;
    bool ok = qb_sched_pass(run, pass, err);
    if (ok && qb_now() >= qb_checkpoint_next(run, pass))
        ok = qb_checkpoint_save(run, pass, false, err) && qb_checkpoint_settle(run, err);
    t->end = qb_now() - run->origin;
    run->r->pass_wall += t->end - t->start;
    return ok && finish_folds(run, pass, err);
}

static bool run_pass(Run *run, int pass, QbErr *err)
{
    PassMemory m = {0};
    bool any = false;
    for (int i = 0; i < run->plan->n_steps; i++) {
        const QbStep *s = &run->plan->steps[i];
        if (s->pass != pass || !qb_step_runs(s))
            continue;
        any = true;
        m.bytes += (qb_step_has_ring(s) ? s->ring_bytes : 0) + partials_bytes(run, s);
    }
    if (!any)
        return true;
    QbKeptMemory *kept = run->o->spare ? &run->o->spare->rings : NULL;
    if (!qb_memory_take(kept, m.bytes, &m.base, err))
        return false;
    bool ok = pass_steps(run, pass, &m, err);
    if (!ok)
        qb_outputs_abort(run); /* what was packed lies in the mapping */
    for (int i = 0; i < run->plan->n_steps; i++)
        if (run->plan->steps[i].pass == pass)
            run->live[i].partials = NULL;
    close_pass(run, pass);
    qb_memory_keep(kept, m.base, m.bytes);
    return ok;
}

/* ---- the whole -------------------------------------------------------------------------------------- */

static QbKeptMemory *kept_scratch(const Run *run, int w)
{
    return run->o->spare && w == 0 ? &run->o->spare->scratch : NULL;
}

static bool open_workers(Run *run, QbErr *err)
{
    for (int i = 0; i < run->plan->n_steps; i++) {
        const QbStep *s = &run->plan->steps[i];
        size_t need = s->rows_bytes + s->scratch_bytes + 64 * (QB_MAX_INPUTS + 4);
        if (qb_step_runs(s) && need > run->worker_bytes)
            run->worker_bytes = need;
    }
    run->worker_bytes = qb_round_up(run->worker_bytes, 4096);
    run->workers = qb_xcalloc((size_t)run->threads, sizeof(Worker));
    for (int w = 0; w < run->threads; w++) {
        run->workers[w].time = qb_xcalloc((size_t)run->plan->n_steps + 1, sizeof(QbStepTime));
        if (!qb_memory_take(kept_scratch(run, w), run->worker_bytes, &run->workers[w].memory, err))
            return false;
    }
    return true;
}

static void sum_times(Run *run)
{
    for (int i = 0; i < run->plan->n_steps; i++) {
        QbStepTime *t = &run->r->steps[i];
        t->first = -1;
        for (int w = 0; w < run->threads; w++) {
            const QbStepTime *m = &run->workers[w].time[i];
            if (!m->tasks)
                continue;
            t->first = t->first < 0 || m->first < t->first ? m->first : t->first;
            t->last = m->last > t->last ? m->last : t->last;
            t->busy += m->busy;
            t->cpu += m->cpu;
            t->merge += m->merge;
            t->merges += m->merges;
            t->tasks += m->tasks;
            t->voxels += m->voxels;
            t->bytes += m->bytes;
        }
        if (run->plan->steps[i].kind == QB_STEP_SOURCE)
            run->r->voxels += t->voxels;
    }
}

/* What each thread did; the tasks that it kept go over to the result. */
static void sum_threads(Run *run)
{
    QbRunResult *r = run->r;
    r->n_threads = run->threads;
    r->threads = qb_xcalloc((size_t)run->threads, sizeof(*r->threads));
    for (int w = 0; w < run->threads; w++) {
        QbThreadTime *t = &r->threads[w];
        *t = run->workers[w].thread;
        run->workers[w].thread.notes = NULL;
        t->waited = run->workers[w].waited;
        for (int i = 0; i < run->plan->n_steps; i++) {
            t->busy += run->workers[w].time[i].busy;
            t->cpu += run->workers[w].time[i].cpu;
            t->tasks += run->workers[w].time[i].tasks;
        }
    }
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static void sum_serial(Run *run, bool ok)
{
    if (ok && run->threads == 1 && run->o->foresee)
        qb_replay(run);
    for (int i = 0; i < run->plan->n_steps; i++)
        run->r->steps[i].serial = smaller(run->serial[i], run->r->steps[i].busy);
}

/* States and values; the times stay. */
static void close_live(Run *run)
{
    for (int i = 0; i < run->plan->n_steps; i++) {
        Live *l = &run->live[i];
        if (l->step->kind == QB_STEP_FOLD && l->state && l->step->op->fold->close)
            l->step->op->fold->close(l->state);
        if (l->value.table && (l->step->kind == QB_STEP_FOLD || l->step->kind == QB_STEP_SCALAR))
            qb_table_free(l->value.table);
    }
}

static void close_run(Run *run)
{
    for (int w = 0; run->workers && w < run->threads; w++) {
        if (run->workers[w].memory)
            qb_memory_keep(kept_scratch(run, w), run->workers[w].memory, run->worker_bytes);
        free(run->workers[w].time);
        free(run->workers[w].thread.notes);
    }
    free(run->workers);
    free(run->live);
    free(run->serial);
}

static bool run_all(Run *run, QbErr *err)
{
    if (!open_workers(run, err))
        return false;
    for (int pass = 0; pass < run->plan->n_passes; pass++)
        if (!qb_values_ready(run, err) || !run_pass(run, pass, err))
            return false;
    if (!qb_values_ready(run, err) || !qb_print_outputs(run, err))
        return false;
    if (qb_run_interrupted()) {
        qb_err_set(err, "interrupted");
        err->status = 130;
        return false;
    }
    return qb_outputs_commit(run, err);
}

static void forget_outputs(Run *run)
{
    qb_outputs_abort(run);
    for (int i = 0; i < run->r->n_outputs; i++)
        run->r->outputs[i].path = NULL;
    run->r->bytes_written = 0;
}

bool qb_run(const QbPlan *plan, const QbRunOptions *o, QbRunResult *r, QbErr *err)
{
    Run run = {.plan = plan,
               .o = o,
               .r = r,
               .threads = plan->threads,
               .origin = o->started > 0 ? o->started : qb_now()};
    memset(r, 0, sizeof(*r));
    r->n_steps = plan->n_steps;
    r->failed_step = -1;
    r->steps = qb_xcalloc((size_t)plan->n_steps + 1, sizeof(QbStepTime));
    r->n_outputs = plan->dag->n_outputs;
    r->outputs = qb_xcalloc((size_t)r->n_outputs + 1, sizeof(QbOutputDone));
    run.env = (QbRunEnv){
        .threads = plan->threads, .spill_above = plan->spill_above, .tmp_dir = o->tmp_dir};
    run.live = qb_xcalloc((size_t)plan->n_steps + 1, sizeof(Live));
    run.serial = qb_xcalloc((size_t)plan->n_steps + 1, sizeof(double));
    r->passes = qb_xcalloc((size_t)plan->n_passes + 1, sizeof(*r->passes));
    for (int i = 0; i < plan->n_steps; i++)
        run.live[i].step = &plan->steps[i];
    qb_watch_open(&run);
    r->began = run.began - run.origin;
    bool ok = run_all(&run, err);
    if (!ok)
        forget_outputs(&run);
    close_live(&run);
    r->wall = qb_now() - run.origin;
    r->cpu = process_cpu();
    r->peak = qb_memory_peak();
    if (run.workers && run.workers[run.threads - 1].time) {
        sum_times(&run);
        sum_threads(&run);
        sum_serial(&run, ok);
    }
    close_run(&run);
    return ok;
}

void qb_run_result_free(QbRunResult *r)
{
    qb_text_free(&r->printed);
    for (int i = 0; i < r->n_outputs; i++) {
        QbTable *table = r->outputs[i].table;
        for (int k = i; table && k < r->n_outputs; k++)
            if (r->outputs[k].table == table)
                r->outputs[k].table = NULL;
        if (table)
            qb_table_free(table);
    }
    for (int k = 0; k < r->n_outputs; k++) {
        free(r->outputs[k].head);
        free(r->outputs[k].cells);
        qb_text_free(&r->outputs[k].thumb);
    }
    free(r->sizes);
    for (int w = 0; w < r->n_threads; w++)
        free(r->threads[w].notes);
    free(r->outputs);
    free(r->steps);
    free(r->threads);
    free(r->passes);
    free(r->samples);
    memset(r, 0, sizeof(*r));
}
