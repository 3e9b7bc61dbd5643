/* Expressions: one function per form of syntax, each gives a value. What is wrong was reported when a poison comes back. */
#include "compiler/lower_state.h"

enum {
    DEEPEST = 600, /* nested evaluations: the stack stays far below 8 MiB, sanitizers included */
    MOST_VALUES =
        1 << 20, /* of a list, with those of the lists in it: lists that hold lists grow fast */
    MOST_LISTS = 100, /* in each other: a walk over a list recurses */
};

static QbVal number_with_unit(const QbExpr *e)
{
    double v = e->number;
    QbVal out = qb_val_number(v, e->span);
    switch (e->unit) {
    case QB_UNIT_NONE:
        return out;
    case QB_UNIT_PX:
        return (QbVal){.kind = QB_LENGTH, .node = -1, .voxels = v, .span = e->span};
    case QB_UNIT_NM:
        out.number = v / 1000;
        break;
    case QB_UNIT_UM:
        break;
    case QB_UNIT_MM:
        out.number = v * 1000;
        break;
    case QB_UNIT_MS:
        out.number = v / 1000;
        break;
    case QB_UNIT_S:
        break;
    case QB_UNIT_MIN:
        out.number = v * 60;
        break;
    }
    out.kind = e->unit >= QB_UNIT_MS ? QB_TIME : QB_LENGTH;
    return out;
}

static QbVal list(QbLower *L, const QbScope *scope, const QbExpr *e)
{
    QbVal *items = QB_NEW_N(L->arena, QbVal, e->n_args + 1);
    bool poison = false;
    double values = 0, deepest = 0;
    for (int k = 0; k < e->n_args; k++) {
        items[k] = qb_lower_expr(L, scope, e->args[k].value);
        poison = poison || qb_val_is_poison(&items[k]);
        bool is_list = items[k].kind == QB_LIST;
        values += is_list ? 1 + items[k].number : 1;
        deepest = is_list && items[k].voxels > deepest ? items[k].voxels : deepest;
    }
    if (values > MOST_VALUES)
        qb_lower_error(L, "QB0412", e->span, "this list holds more than %d values", MOST_VALUES);
    else if (deepest >= MOST_LISTS)
        qb_lower_error(L, "QB0412", e->span, "lists nest deeper than %d levels here", MOST_LISTS);
    poison = poison || values > MOST_VALUES || deepest >= MOST_LISTS;
    if (poison)
        return qb_val_poison(e->span);
    QbVal v = {.kind = QB_LIST, .node = -1, .items = items, .n_items = e->n_args, .span = e->span};
    v.number = values;
    v.voxels = deepest + 1;
    return v;
}

/* ---- names ------------------------------------------------------------------------------------------ */

static const char *local_name(const QbFunc *f, int k)
{
    return k < f->n_params ? f->stmt->params[k].name : f->stmt->body[k - f->n_params]->name;
}

static void local_cycle(QbLower *L, const QbScope *scope, int first)
{
    const QbFunc *f = scope->func;
    const char **path = QB_NEW_N(L->arena, const char *, f->n_locals);
    int n = 0;
    for (int at = scope->locals[first].opened; at <= L->n_opened; at++)
        for (int k = 0; k < f->n_locals; k++)
            if (scope->locals[k].state == QB_SYM_OPEN && scope->locals[k].opened == at)
                path[n++] = local_name(f, k);
    qb_lower_cycle(L, path, n, f->stmt->body[first - f->n_params]->name_span, NULL);
}

static QbVal local_value(QbLower *L, const QbScope *scope, int k, QbSpan span)
{
    QbLocal *local = &scope->locals[k];
    if (local->state == QB_SYM_OPEN) {
        local_cycle(L, scope, k);
        return qb_val_poison(span);
    }
    if (local->state == QB_SYM_NEW) {
        local->state = QB_SYM_OPEN;
        local->opened = ++L->n_opened;
        local->val =
            qb_lower_expr(L, scope, scope->func->stmt->body[k - scope->func->n_params]->value);
        local->state = QB_SYM_DONE;
    }
    QbVal v = local->val;
    v.span = span;
    return v;
}

static QbVal name(QbLower *L, const QbScope *scope, const QbExpr *e)
{
    QbName found = qb_lower_resolve(L, scope, e->name);
    switch (found.kind) {
    case QB_NAME_LOCAL:
        return local_value(L, scope, found.index, e->span);
    case QB_NAME_SYMBOL:
        if (L->symbols[found.index].kind != QB_SYM_FUNC)
            return qb_lower_ask(L, found.index, e->span);
        return qb_lower_bare(L, scope, e, NULL);
    case QB_NAME_OP:
        return qb_lower_bare(L, scope, e, NULL);
    case QB_NAME_UNKNOWN:
        break;
    }
    qb_lower_unknown_name(L, scope, e->name, e->span, false);
    return qb_val_poison(e->span);
}

/* ---- operations ------------------------------------------------------------------------------------- */

/* a + b + c + … leans to the left: walked down once, then combined upwards, however long it is. */
static QbVal binary(QbLower *L, const QbScope *scope, const QbExpr *e)
{
    const QbExpr **spine = NULL;
    int n = 0, cap = 0;
    for (; e->kind == QB_E_BINARY; e = e->left)
        QB_PUSH(L->arena, spine, n, cap, e);
    QbVal v = qb_lower_expr(L, scope, e);
    while (n--) {
        QbVal right = qb_lower_expr(L, scope, spine[n]->right);
        v = qb_lower_binary(L, spine[n]->op, &v, &right, spine[n]->span);
    }
    return v;
}

static QbVal comparison(QbLower *L, const QbScope *scope, const QbExpr *e)
{
    QbVal left = qb_lower_expr(L, scope, e->operands[0]), all = qb_val_poison(e->span);
    for (int k = 1; k < e->n_operands; k++) {
        QbVal right = qb_lower_expr(L, scope, e->operands[k]);
        QbSpan span = e->n_operands == 2
                          ? e->span
                          : qb_span_join(e->operands[k - 1]->span, e->operands[k]->span);
        QbVal one = qb_lower_binary(L, e->cmp_ops[k - 1], &left, &right, span);
        all = k == 1 ? one : qb_lower_binary(L, QB_AND, &all, &one, e->span);
        left = right;
    }
    return all;
}

static QbVal conditional(QbLower *L, const QbScope *scope, const QbExpr *e)
{
    while (e->kind == QB_E_IF) {
        QbVal cond = qb_lower_expr(L, scope, e->cond);
        if (qb_val_is_poison(&cond))
            return qb_val_poison(e->span);
        if (cond.kind != QB_BOOL) {
            QbDiag *d = qb_lower_error(L, "QB0308", e->cond->span,
                                       "the condition of 'if' must be a bool, found %s",
                                       qb_val_found(&cond));
            if (cond.kind == QB_MASK)
                qb_lower_hint(L, d, "'where(mask, a, b)' chooses voxel by voxel");
            return qb_val_poison(e->span);
        }
        if (cond.node >= 0) {
            QbVal a = qb_lower_expr(L, scope, e->then_), b = qb_lower_expr(L, scope, e->else_);
            return qb_lower_select(L, &cond, &a, &b, e->span);
        }
        e = cond.number != 0 ? e->then_ : e->else_;
    }
    return qb_lower_expr(L, scope, e);
}

static QbVal dispatch(QbLower *L, const QbScope *scope, const QbExpr *e)
{
    switch (e->kind) {
    case QB_E_ERROR:
        return qb_val_poison(e->span);
    case QB_E_NUMBER:
        return number_with_unit(e);
    case QB_E_STRING:
        return qb_lower_string(L, scope, e);
    case QB_E_BOOL:
        return qb_val_bool(e->truth, e->span);
    case QB_E_LIST:
        return list(L, scope, e);
    case QB_E_NAME:
        return name(L, scope, e);
    case QB_E_CALL:
        return qb_lower_call(L, scope, e, NULL);
    case QB_E_PIPE:
        return qb_lower_pipe(L, scope, e);
    case QB_E_UNARY: {
        QbVal v = qb_lower_expr(L, scope, e->left);
        return qb_lower_unary(L, e->op, &v, e->span);
    }
    case QB_E_BINARY:
        return binary(L, scope, e);
    case QB_E_COMPARE:
        return comparison(L, scope, e);
    case QB_E_IF:
        return conditional(L, scope, e);
    case QB_E_INDEX:
        return qb_lower_index(L, scope, e);
    case QB_E_MEMBER: {
        QbVal v = qb_lower_expr(L, scope, e->left);
        return qb_lower_member(L, &v, e->name, e->op_span.source ? e->op_span : e->span);
    }
    case QB_E_GROUP:
        return qb_lower_expr(L, scope, e->left);
    }
    return qb_val_poison(e->span);
}

QbVal qb_lower_expr(QbLower *L, const QbScope *scope, const QbExpr *e)
{
    if (!e)
        return qb_val_poison((QbSpan){0});
    if (L->depth >= DEEPEST) {
        if (!L->too_far)
            qb_lower_error(L, "QB0412", e->span, "this is nested more than %d levels deep",
                           DEEPEST);
        L->too_far = true;
        return qb_val_poison(e->span);
    }
    L->depth++;
    QbVal v = dispatch(L, scope, e);
    L->depth--;
    return v;
}
