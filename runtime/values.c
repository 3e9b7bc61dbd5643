/* Values between passes: scalar steps are evaluated as soon as the folds before them are finished. */
#include "runtime/parts.h"

static bool inputs_known(const Run *run, const QbStep *s)
{
    for (int k = 0; k < s->n_in; k++)
        if (s->in[k] >= 0 && !run->live[s->in[k]].finished)
            return false;
    return true;
}

/* Steps are in topological order, so one sweep does. */
bool qb_values_ready(Run *run, QbErr *err)
{
    for (int i = 0; i < run->plan->n_steps; i++) {
        Live *l = &run->live[i];
        if (l->finished || l->step->kind == QB_STEP_SINK)
            continue;
        if (l->step->kind == QB_STEP_CONST) {
            l->value.number = l->step->number;
            l->finished = true;
        } else if (l->step->kind == QB_STEP_SCALAR && inputs_known(run, l->step)) {
            const QbValue *values[QB_MAX_INPUTS] = {NULL};
            QbFoldCtx c = qb_exec_ctx(run, l, values);
            if (!l->step->op->eval(&c, &l->value, err))
                return false;
            l->finished = true;
        }
    }
    return true;
}
