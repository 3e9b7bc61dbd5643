/* What the files of the planner share; nobody else includes it. */
#ifndef QB_COMPILER_PLAN_PARTS_H
#define QB_COMPILER_PLAN_PARTS_H

#include "compiler/plan.h"

#include <stdlib.h>

typedef struct Demand {
    QbInterval *v;
    int n, cap;
    QbBox box;
    bool any;
} Demand;

typedef struct Planner {
    QbArena *arena;
    QbDag *g;
    const QbPlanOptions *o;
    QbPlan *plan;
    QbStep *steps;
    int n_steps, cap_steps;
    bool push_off;
    Demand *demand;  /* per step */
    int64_t *wanted; /* per pass: the quantum before the budget is looked at */
    QbRunEnv env;
} Planner;

/* Which passes there are, and the steps of each, in topological order (plan_steps.c). */
bool qb_plan_steps(Planner *p, QbErr *err);
/* The part of every step that is needed (plan_demand.c). */
void qb_plan_demand(Planner *p);
/* Quanta, tiles, rings and memory (plan_memory.c); false: the budget does not suffice for what is predicted. */
bool qb_plan_memory(Planner *p);
/* Ring sizes that let the pass run to its end (plan_rings.c): indices each ring must hold when quanta are as set. */
void qb_plan_rings(Planner *p);

#endif
