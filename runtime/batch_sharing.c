/* Several jobs in one plan: their outputs joined, which of them need a step, and what they save by sharing. Looks at plans and runs
 * nothing. */
#include "runtime/batch_parts.h"

#include <string.h>

/* Passes change the outputs of a graph, so each plan starts from copies of what was lowered. */
static void add_output(QbDag *g, const QbOutput *o)
{
    QbOutput copy = *o;
    if (o->n_items)
        copy.items = qb_arena_memdup(g->arena, o->items, sizeof(*o->items) * (size_t)o->n_items);
    g->outputs[g->n_outputs++] = copy;
}

void qb_batch_join(QbBatchJob *const *jobs, int n, int *first)
{
    QbDag *g = jobs[0]->dag;
    int sum = 0;
    for (int k = 0; k < n; k++)
        sum += jobs[k]->n_outputs;
    g->outputs = QB_NEW_N(g->arena, QbOutput, sum + 1);
    g->n_outputs = 0;
    g->cap_outputs = sum + 1;
    for (int k = 0; k < n; k++) {
        first[k] = g->n_outputs;
        for (int i = 0; i < jobs[k]->n_outputs; i++)
            add_output(g, &jobs[k]->outputs[i]);
    }
}

/* ---- who needs what ---------------------------------------------------------------------------------- */

static void mark_node(const QbPlan *p, QbNodeId id, unsigned char *mark)
{
    if (id >= 0 && p->step_of_node[id] >= 0)
        mark[p->step_of_node[id]] = 1;
}

static void mark_output(const QbPlan *p, const QbOutput *o, unsigned char *mark)
{
    mark_node(p, o->node, mark);
    mark_node(p, o->low, mark);
    mark_node(p, o->high, mark);
    for (int k = 0; k < o->n_items; k++) {
        mark_node(p, o->items[k].node, mark);
        mark_node(p, o->items[k].low, mark);
        mark_node(p, o->items[k].high, mark);
    }
}

/* The steps that the outputs of a job need. Steps follow their inputs. */
static void mark_steps(const QbPlan *p, const QbBatchJob *job, int first, unsigned char *mark)
{
    int end = first + job->n_outputs;
    memset(mark, 0, (size_t)p->n_steps);
    for (int i = first; i < end; i++)
        mark_output(p, &p->dag->outputs[i], mark);
    for (int i = p->n_steps - 1; i >= 0; i--) {
        const QbStep *s = &p->steps[i];
        mark[i] |= s->output >= first && s->output < end;
        for (int k = 0; mark[i] && k < s->n_in; k++)
            if (s->in[k] >= 0)
                mark[s->in[k]] = 1;
    }
}

bool qb_batch_needs(const QbPlan *plan, const QbBatchJob *job, int first, int step)
{
    unsigned char *mark = qb_arena_alloc(job->arena, (size_t)plan->n_steps + 1);
    mark_steps(plan, job, first, mark);
    return mark[step] != 0;
}

static double expected_ns(const QbStep *s)
{
    if (!qb_step_runs(s))
        return 0;
    double rows = (double)(s->box.hi[1] - s->box.lo[1]),
           row = (double)(s->box.hi[2] - s->box.lo[2]);
    return s->cost * (double)s->ticks * rows * row;
}

void qb_batch_sharing(const QbPlan *plan, QbBatchJob *const *jobs, const int *first, int n,
                      QbSharing *sum)
{
    unsigned char *mark = qb_arena_alloc(jobs[0]->arena, (size_t)plan->n_steps + 1);
    for (int i = 0; i < plan->n_steps; i++) {
        sum->steps += qb_step_runs(&plan->steps[i]);
        sum->ns += expected_ns(&plan->steps[i]);
    }
    for (int k = 0; k < n; k++) {
        mark_steps(plan, jobs[k], first[k], mark);
        for (int i = 0; i < plan->n_steps; i++) {
            sum->steps_apart += mark[i] && qb_step_runs(&plan->steps[i]);
            sum->ns_apart += mark[i] ? expected_ns(&plan->steps[i]) : 0;
        }
    }
}
