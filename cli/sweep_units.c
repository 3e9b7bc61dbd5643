/* Which points of a sweep one plan makes. Points that differ only in what comes late in the pipeline share most of their work, so the
 * parameters that change most are varied slowest, and groups are cut from that order. Groups are small enough that planning,
 * memory and what a kill costs stay small. */
#include <string.h>

#include "cli/sweep.h"

#define MOST_TOGETHER 64   /* points of a group: a shared step is then done once for 64 */
#define MOST_NODES    4096 /* of the graph of a group */
#define MOST_FILES    256  /* that a group writes at once */

/* ---- what an axis changes ---------------------------------------------------------------------------- */

static double cost_of(const QbDag *g, const QbNode *x)
{
    const QbType *in[QB_MAX_INPUTS];
    const QbType *t = &x->type;
    for (int k = 0; k < x->n_in; k++)
        in[k] = x->in[k] >= 0 ? &qb_dag_at(g, x->in[k])->type : NULL;
    if (!qb_is_raster(t->kind))
        t = x->n_in > 0 && in[0] && qb_is_raster(in[0]->kind) ? in[0] : NULL;
    if (!x->op || !t)
        return 0;
    double ns = x->op->cost ? x->op->cost(x->params, in) : 0.5;
    return ns * (double)t->n[0] * (double)t->n[1] * (double)t->n[2];
}

/* Lowers a point into the graph of the job; what that adds to it is what it does not share. */
static double cost_of_more(QbFrontState *f, QbBatchJob *job, int point)
{
    int image = job->image / f->n_points * f->n_points + point, before = job->dag->n_nodes;
    double sum = 0;
    *job = (QbBatchJob){
        .image = image, .path = f->list->v[image].path, .arena = job->arena, .dag = job->dag};
    qb_front_lower(f, job);
    for (int id = before; id < job->dag->n_nodes; id++)
        sum += cost_of(job->dag, qb_dag_at(job->dag, id));
    return sum;
}

typedef struct Weighed {
    int axis;
    double cost;
} Weighed;

/* The most expensive first, which is to say the slowest; those that cost alike stay in their order. */
static void sort_axes(Weighed *v, int n)
{
    for (int k = 1; k < n; k++) {
        Weighed x = v[k];
        int to = k;
        for (; to > 0 && v[to - 1].cost < x.cost; to--)
            v[to] = v[to - 1];
        v[to] = x;
    }
}

/* The first point that can be lowered, with its graph in the job; -1: none. */
static int find_sound(QbFrontState *f, QbBatchJob *job)
{
    for (int k = 0; k < f->list->n; k++) {
        *job = (QbBatchJob){
            .image = k, .path = f->list->v[k].path, .arena = qb_arena_new(), .picture = -1};
        if (qb_front_lower(f, job)) {
            f->sound = k;
            return k % f->n_points;
        }
        qb_arena_free(job->arena);
    }
    f->sound = -1;
    return -1;
}

/* ---- the order --------------------------------------------------------------------------------------- */

/* All points, the last of the axes moving fastest. */
static void order_points(const QbSweep *s, const Weighed *axes, int *order)
{
    int n = 1;
    order[0] = 0;
    if (s->zip) {
        for (int k = 0; k < s->n_points; k++)
            order[k] = k;
        return;
    }
    for (int a = 0; a < s->n_axes; a++) {
        int stride = 1, rows = s->axes[axes[a].axis].n;
        for (int b = s->n_axes - 1; b > axes[a].axis; b--)
            stride *= s->axes[b].n;
        for (int k = n - 1; k >= 0; k--)
            for (int row = rows - 1; row >= 0; row--)
                order[k * rows + row] = order[k] + row * stride;
        n *= rows;
    }
}

static int count_files(const QbBatchJob *job)
{
    int n = 0;
    for (int i = 0; i < job->n_outputs; i++)
        n += job->outputs[i].format != QB_FORMAT_PRINT &&
             qb_is_raster(qb_dag_at(job->dag, job->outputs[i].node)->type.kind);
    return n;
}

/* Sets how many points go together at most, and the order in which they are cut into groups. */
static int look_at_points(QbFrontState *f, int *order)
{
    const QbSweep *s = f->sweep;
    Weighed *axes = QB_NEW_N(s->arena, Weighed, s->n_axes);
    QbBatchJob job;
    int64_t most = MOST_TOGETHER;
    int sound = find_sound(f, &job);
    for (int a = 0; a < s->n_axes; a++)
        axes[a] = (Weighed){a, 0};
    if (sound >= 0) {
        int files = count_files(&job);
        most = qb_min64(most, MOST_NODES / qb_max64(1, job.dag->n_nodes));
        most = qb_min64(most, MOST_FILES / qb_max64(1, files));
        for (int a = 0; a < s->n_axes && !s->zip; a++)
            axes[a].cost = cost_of_more(f, &job, qb_sweep_neighbour(s, sound, a));
        qb_arena_free(job.arena);
    }
    sort_axes(axes, s->n_axes);
    order_points(s, axes, order);
    return (int)qb_max64(1, most);
}

void qb_sweep_units(QbFrontState *f)
{
    const QbSweep *s = f->sweep;
    int n = s->n_points, *order = QB_NEW_N(s->arena, int, n), most = look_at_points(f, order);
    int groups = (n + most - 1) / most, images = f->list->n / n;
    QbBatchUnit *units = QB_NEW_N(s->arena, QbBatchUnit, (size_t)groups * (size_t)images + 1);
    f->n_units = 0;
    for (int image = 0; image < images; image++) {
        int *numbers = QB_NEW_N(s->arena, int, n);
        for (int k = 0; k < n; k++)
            numbers[k] = image * n + order[k];
        for (int k = 0; k < groups; k++) {
            int64_t from = (int64_t)n * k / groups, to = (int64_t)n * (k + 1) / groups;
            units[f->n_units++] = (QbBatchUnit){numbers + from, (int)(to - from)};
        }
    }
    f->units = units;
}

/* ---- what they share --------------------------------------------------------------------------------- */

static void share_unit(QbFrontState *f, const QbBatchUnit *u, QbSharing *sum)
{
    QbArena *arena = qb_arena_new();
    QbBatchJob **jobs = QB_NEW_N(arena, QbBatchJob *, u->n);
    int *first = QB_NEW_N(arena, int, u->n), n = 0;
    QbDag *g = NULL;
    for (int k = 0; k < u->n; k++) {
        QbBatchJob *job = QB_NEW(arena, QbBatchJob);
        *job = (QbBatchJob){
            .image = u->images[k], .path = f->list->v[u->images[k]].path, .arena = arena, .dag = g};
        if (qb_front_lower(f, job))
            jobs[n++] = job;
        g = job->dag;
    }
    if (n > 0) {
        size_t memory = f->o->memory ? f->o->memory : qb_memory_default();
        qb_batch_join(jobs, n, first);
        if (qb_front_plan(f, jobs[0], f->o->threads ? f->o->threads : qb_threads_default(), memory))
            qb_batch_sharing(jobs[0]->plan, jobs, first, n, sum);
    }
    qb_arena_free(arena);
}

void qb_sweep_sharing(QbFrontState *f, QbSharing *sum)
{
    for (int k = 0; k < f->n_units; k++)
        share_unit(f, &f->units[k], sum);
}
