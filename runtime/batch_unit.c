/* One unit of a batch: images (points of a sweep) that one plan makes, so that what they share is computed once. What does not
 * fit into the memory is halved; where the run fails, those that need the step that failed have failed, and the others
 * run again without them. Called by many threads, each with units of its own. */
#include "runtime/batch_parts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PICTURE_SIDE 128

static double wall_clock(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

/* ---- lowering ---------------------------------------------------------------------------------------- */

/* Moves those of `todo` that are to be run to its front; returns how many. All go into one graph. */
static int lower_all(const QbBatch *b, QbDone *d, int *todo, int n)
{
    QbDag *g = NULL;
    int left = 0;
    for (int k = 0; k < n; k++) {
        QbDoneImage *image = &d->v[todo[k]], *before = k ? &d->v[todo[k - 1]] : NULL;
        int number = d->v[todo[k]].job.image;
        const char *path = b->o->images[number].path;
        *image = (QbDoneImage){
            .job = {.image = number, .path = path, .arena = d->arena, .dag = g, .picture = -1}};
        if (before && path && before->job.path && !strcmp(path, before->job.path))
            memcpy(image->sha256, before->sha256, sizeof(image->sha256));
        bool runs = qb_batch_lower(b, image);
        g = image->job.dag;
        if (runs)
            todo[left++] = todo[k];
    }
    return left;
}

/* ---- running ----------------------------------------------------------------------------------------- */

/* What the unit has in hand: the images that are left to be run. */
typedef struct Rest {
    const QbBatch *b;
    QbDone *d;
    const QbBatchRoom *room;
    QbBatchJob **jobs; /* room for all of them */
    int *first;
} Rest;

static void take_printed(QbDone *d, QbDoneImage *image)
{
    const QbRunResult *r = image->result;
    size_t from = 0, to;
    for (int i = 0; i < image->first; i++)
        from = r->outputs[i].printed ? r->outputs[i].printed : from;
    to = from;
    for (int i = image->first; i < image->first + image->job.n_outputs; i++)
        to = r->outputs[i].printed ? r->outputs[i].printed : to;
    image->printed = to > from ? qb_arena_strndup(d->arena, r->printed.s + from, to - from) : "";
}

static void take_results(const Rest *r, const int *todo, int n, const QbRunResult *result)
{
    for (int k = 0; k < n; k++) {
        QbDoneImage *image = &r->d->v[todo[k]];
        image->state = QB_BATCH_DONE;
        image->result = result;
        image->first = r->first[k];
        take_printed(r->d, image);
    }
}

static void fail(QbDoneImage *image, const QbPlan *plan, int step, const QbErr *err)
{
    qb_failure_set(&image->job.failure, "", "%s", err->text);
    qb_failure_place(&image->job.failure, plan, step);
}

/* Those that need the step that failed have failed; the others move to the front. Returns how many they are. */
static int leave_out_failed(const Rest *r, int *todo, int n, const QbRunResult *result,
                            const QbErr *err)
{
    const QbPlan *plan = r->jobs[0]->plan;
    int left = 0;
    for (int k = 0; k < n; k++) {
        QbDoneImage *image = &r->d->v[todo[k]];
        if (n == 1 || (result->failed_step >= 0 &&
                       qb_batch_needs(plan, &image->job, r->first[k], result->failed_step)))
            fail(image, plan, result->failed_step, err);
        else
            todo[left++] = todo[k];
    }
    return left;
}

static bool plan_jobs(const Rest *r, const int *todo, int n)
{
    const QbBatchFront *front = r->b->o->front;
    for (int k = 0; k < n; k++)
        r->jobs[k] = &r->d->v[todo[k]].job;
    qb_batch_join(r->jobs, n, r->first);
    r->jobs[0]->too_big = false;
    return front->plan(front->ctx, r->jobs[0], r->room->threads, r->room->memory);
}

/* False: those of `todo` that are left (*n) are to be run again, apart. */
static bool run_jobs(const Rest *r, int *todo, int *n)
{
    const QbBatchOptions *o = r->b->o;
    const QbPlan *plan = r->jobs[0]->plan;
    QbErr err = {0};
    QbRunOptions ro = {.out_dir = o->folder,
                       .tmp_dir = o->tmp_dir,
                       .kernels = o->kernels,
                       .started = qb_now(),
                       .gather = true,
                       .spare = r->room->spare,
                       .thumb_side = o->run->pictures ? PICTURE_SIDE : 0};
    QbDoneRun *run = qb_xcalloc(1, sizeof(*run));
    run->next = r->d->runs;
    r->d->runs = run;
    qb_batch_clear(plan->dag, o->folder);
    if (qb_run(plan, &ro, &run->result, &err) && qb_batch_settle(plan->dag, o->folder, &err)) {
        qb_batch_sharing(plan, r->jobs, r->first, *n, &r->d->sharing);
        take_results(r, todo, *n, &run->result);
        return true;
    }
    int before = *n;
    *n = leave_out_failed(r, todo, before, &run->result, &err);
    return *n == 0;
}

/* False: the unit waits until it has the machine to itself. */
static bool run_rest(const Rest *r, int *todo, int n)
{
    while (n > 0) {
        int before = n;
        bool planned = plan_jobs(r, todo, n);
        if (!planned && r->jobs[0]->too_big && r->room->may_wait)
            return false;
        if (!planned && n == 1)
            return true;
        if (planned && run_jobs(r, todo, &n))
            return true;
        if (n < before)
            continue;
        r->jobs[0]->failure = (QbFailure){0};
        return run_rest(r, todo, n / 2) && run_rest(r, todo + n / 2, n - n / 2);
    }
    return true;
}

/* ---- the way of a unit ------------------------------------------------------------------------------- */

static int find_failed(const QbDone *d, int *todo)
{
    int n = 0;
    for (int k = 0; k < d->n; k++)
        if (d->v[k].state == QB_BATCH_FAILED)
            todo[n++] = k;
    return n;
}

static bool attempt(const QbBatch *b, QbDone *d, const QbBatchRoom *room)
{
    Rest r = {.b = b, .d = d, .room = room};
    int *todo = QB_NEW_N(d->arena, int, d->n);
    r.jobs = QB_NEW_N(d->arena, QbBatchJob *, d->n);
    r.first = QB_NEW_N(d->arena, int, d->n);
    for (int k = 0; k < d->n; k++)
        todo[k] = k;
    int n = d->n;
    for (int k = 0; n > 0; k++) {
        if (!run_rest(&r, todo, lower_all(b, d, todo, n)))
            return false;
        if (k >= b->o->retries || qb_batch_stopped())
            break;
        n = find_failed(d, todo);
    }
    return true;
}

static void read_next(const QbBatch *b, int unit)
{
    int next = unit + b->side;
    if (!b->o->feed && next < qb_unit_count(b))
        qb_batch_read_ahead(&b->o->images[qb_unit_first(b, next)]);
}

void qb_done_free(QbDone *d)
{
    QbDoneRun *next;
    for (QbDoneRun *run = d->runs; run; run = next) {
        next = run->next;
        qb_run_result_free(&run->result);
        free(run);
    }
    qb_arena_free(d->arena);
    free(d);
}

QbDone *qb_batch_unit(const QbBatch *b, int unit, const QbBatchRoom *room)
{
    const QbBatchUnit self = {&unit, 1}, *u = b->o->units ? &b->o->units[unit] : &self;
    QbDone *d = qb_xcalloc(1, sizeof(*d));
    double started = qb_now();
    d->start = wall_clock();
    d->arena = qb_arena_new();
    d->n = u->n;
    d->v = QB_NEW_N(d->arena, QbDoneImage, u->n);
    for (int k = 0; k < u->n; k++)
        d->v[k].job.image = u->images[k];
    read_next(b, unit);
    if (!attempt(b, d, room)) {
        qb_done_free(d);
        return NULL;
    }
    d->seconds = qb_now() - started;
    return d;
}
