/* Makes a plan of a DAG whose passes have run: steps, demands, chunks, memory. */
#include "compiler/plan.h"

#include "compiler/opinfo.h"
#include "compiler/plan_parts.h"

/* Labels are saved as u16 unless the largest needs u32, so it must be known before the file is begun: from the label fold
 * itself, or by one more fold. */
static void find_largest(QbDag *g)
{
    for (int i = 0; i < g->n_outputs; i++) {
        QbOutput *o = &g->outputs[i];
        if (o->format != QB_FORMAT_TIFF && o->format != QB_FORMAT_NPY)
            continue;
        const QbNode *n = qb_dag_at(g, o->node);
        if (n->type.kind != QB_LABELS || o->label_type != QB_PIX_COUNT || o->high >= 0)
            continue;
        o->high = qb_op_is(n, "label") ? o->node : qb_dag_named(g, "largest", NULL, &o->node, 1, o->span);
    }
}

bool qb_plan_make(QbArena *arena, QbDag *g, const QbPlanOptions *o, QbPlan **plan, QbErr *err)
{
    Planner p = {.arena = arena, .g = g, .o = o, .plan = QB_NEW(arena, QbPlan)};
    find_largest(g);
    p.push_off = qb_pass_is_off(o->passes, "push-slices");
    p.plan->dag = g;
    p.plan->threads = o->threads;
    p.plan->budget = o->memory;
    if (!qb_plan_steps(&p, err))
        return false;
    p.demand = QB_NEW_N(arena, Demand, p.n_steps + 1);
    qb_plan_demand(&p);
    if (!qb_plan_memory(&p, err))
        return false;
    p.plan->steps = p.steps;
    p.plan->n_steps = p.n_steps;
    *plan = p.plan;
    return true;
}
