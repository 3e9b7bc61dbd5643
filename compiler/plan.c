/* Makes a plan of a DAG whose passes have run: steps, demands, chunks, memory. */
#include "compiler/plan.h"

#include "compiler/plan_parts.h"

bool qb_plan_make(QbArena *arena, QbDag *g, const QbPlanOptions *o, QbPlan **plan, QbErr *err)
{
    Planner p = {.arena = arena, .g = g, .o = o, .plan = QB_NEW(arena, QbPlan)};
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
