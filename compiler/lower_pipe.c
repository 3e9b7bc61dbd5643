/* |> and stages: a stage is a row of steps that wait for their subject; |> applies it, or puts two in a row. */
#include "compiler/lower_state.h"

enum { MOST_STEPS = 1000 }; /* of a stage: stages that hold stages grow fast */

static QbVal stage_value(const QbStage *stage, QbSpan span)
{
    return (QbVal){.kind = QB_STAGE, .node = -1, .stage = stage, .span = span};
}

static const QbStage *append(const QbLower *L, const QbStage *before, const QbStep *step)
{
    QbStage *s = QB_NEW(L->arena, QbStage);
    s->before = before;
    s->step = step;
    s->n = before ? before->n + 1 : 1;
    return s;
}

QbVal qb_lower_stage_of(QbLower *L, const QbStep *step, QbSpan span)
{
    return stage_value(append(L, NULL, step), span);
}

/* The steps of a stage, first to last. */
static const QbStep **steps_of(const QbLower *L, const QbStage *stage)
{
    const QbStep **steps = QB_NEW_N(L->arena, const QbStep *, stage->n);
    for (int k = stage->n - 1; k >= 0; k--, stage = stage->before)
        steps[k] = stage->step;
    return steps;
}

static const QbStage *join(const QbLower *L, const QbStage *a, const QbStage *b)
{
    const QbStep **steps = steps_of(L, b);
    for (int k = 0; k < b->n; k++)
        a = append(L, a, steps[k]);
    return a;
}

QbVal qb_lower_apply_stage(QbLower *L, const QbStage *stage, QbVal subject, QbSpan span)
{
    const QbStep **steps = steps_of(L, stage);
    QbVal v = subject;
    for (int k = 0; k < stage->n; k++) {
        QbStep *s = qb_arena_memdup(L->arena, steps[k], sizeof(*s));
        int rows = s->op ? s->op->n_params : s->func->n_params;
        s->args = qb_arena_memdup(L->arena, s->args, sizeof(QbBound) * (size_t)(rows + 1));
        s->args[0] = (QbBound){true, v};
        s->args[0].val.span = s->name_span;
        v = qb_lower_apply(L, s);
    }
    v.span = span;
    return v;
}

/* What stands right of |> when it is not applied at once: because it is a value, or because the left side is a stage. */
static QbVal right_stage(QbLower *L, const QbScope *scope, const QbExpr *right)
{
    bool unknown =
        right->kind == QB_E_NAME && qb_lower_resolve(L, scope, right->name).kind == QB_NAME_UNKNOWN;
    if (unknown) { /* in the words of the walk over all names */
        qb_lower_unknown_name(L, scope, right->name, right->span, true);
        return qb_val_poison(right->span);
    }
    QbVal v = qb_lower_expr(L, scope, right);
    if (qb_val_is_poison(&v) || v.kind == QB_STAGE)
        return v;
    QbDiag *d = qb_lower_error(L, "QB0301", right->span, "right of '|>' stands a stage, found %s",
                               qb_val_found(&v));
    if (right->kind == QB_E_CALL)
        qb_lower_hint(L, d, "its subject comes from the left: leave it out");
    return qb_val_poison(right->span);
}

static bool is_name_of_callable(const QbLower *L, const QbScope *scope, const QbExpr *e)
{
    QbName found = qb_lower_resolve(L, scope, e->name);
    return found.kind == QB_NAME_OP ||
           (found.kind == QB_NAME_SYMBOL && L->symbols[found.index].kind == QB_SYM_FUNC);
}

static QbVal report_right(QbLower *L, const QbExpr *right)
{
    if (right->kind == QB_E_ERROR)
        return qb_val_poison(right->span);
    QbDiag *d =
        qb_lower_error(L, "QB0130", right->span, "right of '|>' stands a name, a call or brackets");
    if (right->kind == QB_E_COMPARE && right->n_operands == 2 && right->cmp_ops[0] == QB_GT) {
        QbVal number = {.span = right->operands[1]->span};
        qb_lower_hint(L, d, "write '|> threshold(%s)', or put what is left of the sign in brackets",
                      qb_val_source(L->arena, &number));
    } else {
        qb_lower_hint(L, d, "put the pipe in brackets");
    }
    return qb_val_poison(right->span);
}

static QbVal pipe_into(QbLower *L, const QbScope *scope, const QbVal *left, const QbExpr *right,
                       QbSpan span)
{
    if (right->kind != QB_E_NAME && right->kind != QB_E_CALL && right->kind != QB_E_GROUP)
        return report_right(L, right);
    bool callable = right->kind == QB_E_CALL ||
                    (right->kind == QB_E_NAME && is_name_of_callable(L, scope, right));
    if (left->kind != QB_STAGE && callable) {
        QbVal subject = *left; /* errors about it point at the operator, not at the whole chain */
        subject.span = right->kind == QB_E_CALL ? right->left->span : right->span;
        return right->kind == QB_E_CALL ? qb_lower_call(L, scope, right, &subject)
                                        : qb_lower_bare(L, scope, right, &subject);
    }
    QbVal stage = right_stage(L, scope, right);
    if (stage.kind != QB_STAGE || left->kind == QB_NONE)
        return qb_val_poison(span);
    if (left->kind == QB_STAGE && left->stage->n + stage.stage->n > MOST_STEPS) {
        qb_lower_error(L, "QB0412", right->span, "this stage has more than %d steps", MOST_STEPS);
        return qb_val_poison(span);
    }
    if (left->kind == QB_STAGE)
        return stage_value(join(L, left->stage, stage.stage), span);
    return qb_lower_apply_stage(L, stage.stage, *left, span);
}

QbVal qb_lower_pipe(QbLower *L, const QbScope *scope, const QbExpr *e)
{
    const QbExpr **spine = NULL;
    int n = 0, cap = 0;
    for (; e->kind == QB_E_PIPE; e = e->left)
        QB_PUSH(L->arena, spine, n, cap, e);
    QbVal v = qb_lower_expr(L, scope, e);
    while (n--) {
        v = pipe_into(L, scope, &v, spine[n]->right, spine[n]->span);
        v.span = spine[n]->span;
    }
    return v;
}
