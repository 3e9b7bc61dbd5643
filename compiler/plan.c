/* Makes a plan of a DAG whose passes have run: steps, demands, chunks, memory. */
#include "compiler/plan.h"

#include "compiler/opinfo.h"
#include "compiler/plan_parts.h"

#include <string.h>

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
        o->high =
            qb_op_is(n, "label") ? o->node : qb_dag_named(g, "largest", NULL, &o->node, 1, o->span);
    }
}

enum { MOST_STEPS = 20000 }; /* the walk through the quanta recurses along chains of steps */

/* One try with a budget; *needed is what it would take where it does not suffice. */
static bool make(QbArena *arena, QbDag *g, const QbPlanOptions *o, QbPlan **plan, size_t *needed,
                 QbErr *err)
{
    Planner p = {.arena = arena, .g = g, .o = o, .plan = QB_NEW(arena, QbPlan)};
    *needed = 0;
    p.push_off = qb_pass_is_off(o->passes, "push-slices");
    p.plan->dag = g;
    p.plan->threads = o->threads;
    p.plan->budget = o->memory;
    if (!qb_plan_steps(&p, err))
        return false;
    if (p.n_steps > MOST_STEPS)
        return qb_err_set(err, "the pipeline has %d steps, and at most %d can be planned at once",
                          p.n_steps, MOST_STEPS);
    p.demand = QB_NEW_N(arena, Demand, p.n_steps + 1);
    qb_plan_demand(&p);
    if (!qb_plan_memory(&p)) {
        *needed = p.plan->predicted;
        return false;
    }
    p.plan->steps = p.steps;
    p.plan->n_steps = p.n_steps;
    *plan = p.plan;
    return true;
}

#define MIB       ((size_t)1 << 20)
#define MAX_TRIES 32 /* of budgets, to find one that suffices */

/* More memory changes what is kept rather than spilled, so what one try names may not do: the next one tells. */
static size_t find_least(QbArena *arena, QbDag *g, const QbPlanOptions *o, size_t needed,
                         QbErr *err)
{
    QbPlanOptions more = *o;
    QbPlan *plan;
    for (int k = 0; k < MAX_TRIES; k++) {
        more.memory =
            qb_max64((int64_t)more.memory + (int64_t)MIB, (int64_t)qb_round_up(needed, MIB));
        if (make(arena, g, &more, &plan, &needed, err) || err->set)
            break;
    }
    return more.memory;
}

static const char *size_text(QbArena *arena, size_t bytes)
{
    return bytes < MIB ? qb_arena_printf(arena, "%.3g KiB", (double)bytes / 1024)
                       : qb_arena_printf(arena, "%zu MiB", bytes / MIB);
}

static bool refuse(QbArena *arena, QbDag *g, const QbPlanOptions *o, size_t needed, QbErr *err)
{
    size_t least = find_least(arena, g, o, needed, err);
    if (err->set)
        return false;
    return qb_err_set(
        err, "a memory budget of %s is too small: this pipeline needs at least %zu MiB (-m %zuM)",
        size_text(arena, o->memory), least / MIB, least / MIB);
}

size_t qb_plan_least(QbArena *arena, QbDag *g, const QbPlanOptions *o)
{
    QbPlanOptions none = *o;
    QbPlan *plan;
    QbErr err = {0};
    size_t needed = 0;
    none.memory = MIB;
    find_largest(g);
    if (make(arena, g, &none, &plan, &needed, &err))
        return none.memory;
    size_t least = err.set ? 0 : find_least(arena, g, &none, needed, &err);
    return err.set ? o->memory : least;
}

/* What push-slices did is known now. */
static void note_demand(const QbPlan *plan)
{
    for (int i = 0; i < plan->dag->n_passes; i++) {
        QbPassNote *note = &plan->dag->passes[i];
        if (strcmp(note->name, "push-slices"))
            continue;
        note->changed = note->nodes;
        for (int k = 0; k < plan->n_steps; k++)
            note->changed += qb_step_is_narrowed(&plan->steps[k]);
        note->why =
            note->changed
                ? "only the part that an output needs, grown by the halos, is read and computed"
                : "";
    }
}

bool qb_plan_make(QbArena *arena, QbDag *g, const QbPlanOptions *o, QbPlan **plan, QbErr *err)
{
    size_t needed;
    find_largest(g);
    if (make(arena, g, o, plan, &needed, err)) {
        note_demand(*plan);
        return true;
    }
    return err->set ? false : refuse(arena, g, o, needed, err);
}
