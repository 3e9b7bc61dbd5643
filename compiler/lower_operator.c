/* Arithmetic, comparisons and logic: folded where both sides are fixed, else nodes of the operators that do them. */
#include "compiler/lower_state.h"

#include <string.h>

static const char *const op_names[] = {
    [QB_ADD] = "add",
    [QB_SUB] = "subtract",
    [QB_MUL] = "multiply",
    [QB_DIV] = "divide",
    [QB_FLOORDIV] = "floordiv",
    [QB_MOD] = "modulo",
    [QB_POW] = "power",
    [QB_NEG] = "negate",
    [QB_AND] = "logical_and",
    [QB_OR] = "logical_or",
    [QB_NOT] = "logical_not",
    [QB_LT] = "lt",
    [QB_LE] = "le",
    [QB_GT] = "gt",
    [QB_GE] = "ge",
    [QB_EQ] = "eq",
    [QB_NE] = "ne",
};

const char *qb_operator_op(QbOperator op)
{
    return op_names[op];
}

/* "did you mean 'otsu(image)'?": a stage stands where its value on the other operand was meant. */
static void report_stage(QbLower *L, QbOperator op, const QbVal *stage, const QbVal *other)
{
    QbDiag *d =
        qb_lower_error(L, "QB0307", stage->span, "'%s' takes numbers and images, found a stage",
                       qb_operator_sign(op));
    const char *written = qb_val_source(L->arena, stage);
    const char *image =
        other && qb_is_raster(other->kind) ? qb_val_source(L->arena, other) : "image";
    if (strlen(image) > 40 || strchr(image, '\n'))
        image = "image";
    const QbStage *s = stage->stage;
    const char *first = s->step->op ? s->step->op->name : s->step->func->name;
    if (s->n == 1 && !strcmp(first, written))
        qb_lower_hint(L, d, "did you mean '%s(%s)'?", written, image);
    else
        qb_lower_hint(L, d, "it is applied with |>: '(%s |> %s)'", image, written);
}

static void report_operand(QbLower *L, QbOperator op, const QbVal *v, unsigned accepts)
{
    QbDiag *d =
        qb_lower_error(L, "QB0305", v->span, "'%s' takes %s, found %s", qb_operator_sign(op),
                       qb_kinds_phrase(L->arena, accepts), qb_val_found(v));
    if (v->kind == QB_MASK && (accepts & QB_ACCEPT(QB_IMAGE)))
        qb_lower_hint(L, d, "'as(u8)' makes an image of a mask");
    else if (v->kind == QB_LABELS && (accepts & QB_ACCEPT(QB_IMAGE)))
        qb_lower_hint(L, d, "'as(f32)' makes an image of labels");
    else if (v->kind == QB_TABLE)
        qb_lower_hint(L, d, "a table is saved or printed: it has no arithmetic");
    else if (v->kind == QB_STRING && (op == QB_ADD || op == QB_MOD))
        qb_lower_hint(L, d, "print takes several values: print \"mean\", mean(image)");
    else if (v->kind == QB_IMAGE && (accepts & QB_ACCEPT(QB_MASK)))
        qb_lower_hint(L, d, "a comparison makes a mask of an image: 'image > 0'");
    qb_lower_hint_kind(L, d, accepts, v);
}

/* Whether `op` takes these operands, by the kinds that its rows accept. */
static bool operands_fit(QbLower *L, QbOperator sign, const QbOp *op, const QbVal *v, int n)
{
    bool fit = true;
    for (int k = 0; k < n; k++) {
        unsigned accepts = k < op->n_params ? op->params[k].accepts : 0;
        if (accepts & QB_ACCEPT(v[k].kind))
            continue;
        if (v[k].kind == QB_STAGE)
            report_stage(L, sign, &v[k], n == 2 ? &v[1 - k] : NULL);
        else
            report_operand(L, sign, &v[k], accepts);
        fit = false;
    }
    return fit;
}

static QbVal make_node(QbLower *L, QbOperator sign, const QbVal *v, int n, QbSpan span)
{
    const QbOp *op = qb_op_find(L->ops, L->n_ops, op_names[sign]);
    if (!op) {
        qb_lower_error(L, "QB0201", span, "there is no operator '%s' on %s", qb_operator_sign(sign),
                       qb_val_found(&v[0]));
        return qb_val_poison(span);
    }
    if (!operands_fit(L, sign, op, v, n))
        return qb_val_poison(span);
    QbNodeId in[2];
    QbSpan spans[QB_MAX_INPUTS] = {{0}};
    for (int k = 0; k < n; k++) {
        in[k] = qb_val_to_node(L, &v[k]);
        spans[k] = v[k].span;
    }
    void *params = qb_arena_alloc(L->arena, op->param_size + 1);
    return qb_val_node(L, qb_dag_node(L->g, op, params, in, n, span, spans), span);
}

static bool is_fixed_scalar(const QbVal *v)
{
    return v->node < 0 && !qb_is_raster(v->kind) && v->kind != QB_TABLE && v->kind != QB_STAGE;
}

static bool is_logic(QbOperator op)
{
    return op == QB_AND || op == QB_OR || op == QB_NOT;
}

QbVal qb_lower_binary(QbLower *L, QbOperator op, const QbVal *a, const QbVal *b, QbSpan span)
{
    if (qb_val_is_poison(a) || qb_val_is_poison(b))
        return qb_val_poison(span);
    QbVal out = {.span = span};
    if (qb_fold_binary(L, op, a, b, &out))
        return out;
    if (is_fixed_scalar(a) && is_fixed_scalar(b)) {
        QbDiag *d = qb_lower_error(L, "QB0305", span, "'%s' does not work on %s and %s",
                                   qb_operator_sign(op), qb_val_found(a), qb_val_found(b));
        if (a->kind == QB_LENGTH && b->kind == QB_LENGTH && (op >= QB_LT || op == QB_DIV))
            qb_lower_hint(L, d, "voxels and micrometres do not compare before the image is known");
        bool units = (a->kind == QB_LENGTH && b->kind == QB_TIME) ||
                     (a->kind == QB_TIME && b->kind == QB_LENGTH);
        if ((a->kind == QB_LENGTH) != (b->kind == QB_LENGTH) && op >= QB_LT && !units)
            qb_lower_hint(L, d, "a length compares with a length: 3 um");
        if (units)
            qb_lower_hint(L, d, "only values of one kind of unit add up and compare");
        if (a->kind == QB_LIST || b->kind == QB_LIST)
            qb_lower_hint(L, d, "lists have no arithmetic: write each value, [2, 4, 6]");
        if (is_logic(op) && (a->kind == QB_NUMBER || b->kind == QB_NUMBER))
            qb_lower_hint(L, d, "a comparison makes a bool of a number: 'x != 0'");
        bool texts = (a->kind == QB_STRING || a->kind == QB_PATH) && op == QB_ADD;
        if (texts)
            qb_lower_hint(L, d, "a parameter is put into a string: \"{name}.tif\"");
        return qb_val_poison(span);
    }
    return make_node(L, op, (QbVal[]){*a, *b}, 2, span);
}

QbVal qb_lower_unary(QbLower *L, QbOperator op, const QbVal *a, QbSpan span)
{
    if (qb_val_is_poison(a))
        return qb_val_poison(span);
    QbVal out = {.span = span};
    if (qb_fold_unary(L, op, a, &out))
        return out;
    if (is_fixed_scalar(a)) {
        qb_lower_error(L, "QB0305", span, "'%s' does not work on %s", qb_operator_sign(op),
                       qb_val_found(a));
        return qb_val_poison(span);
    }
    return make_node(L, op, a, 1, span);
}

/* ---- if, with a measured condition ------------------------------------------------------------------ */

static QbVal report_branches(QbLower *L, const QbVal *a, const QbVal *b, QbSpan span)
{
    QbDiag *d = qb_lower_error(L, "QB0309", span, "the branches of 'if' differ: %s and %s",
                               qb_val_found(a), qb_val_found(b));
    qb_lower_hint(L, d, "both are of one kind");
    return qb_val_poison(span);
}

QbVal qb_lower_select(QbLower *L, const QbVal *cond, const QbVal *a, const QbVal *b, QbSpan span)
{
    if (qb_val_is_poison(cond) || qb_val_is_poison(a) || qb_val_is_poison(b))
        return qb_val_poison(span);
    if (a->kind != b->kind)
        return report_branches(L, a, b, span);
    bool scalar = a->kind == QB_NUMBER || a->kind == QB_BOOL;
    const QbOp *op = qb_op_find(L->ops, L->n_ops, scalar ? "select_scalar" : "select_image");
    bool can = op && op->n_params >= 3 && (op->params[0].accepts & QB_ACCEPT(QB_BOOL)) &&
               (op->params[1].accepts & QB_ACCEPT(a->kind));
    if (!can) {
        QbDiag *d = qb_lower_error(
            L, "QB0308", cond->span,
            "an 'if' between %s and %s needs a condition that is known before the run",
            qb_val_found(a), qb_val_found(b));
        qb_lower_hint(L, d, "this one is measured from pixels");
        return qb_val_poison(span);
    }
    QbNodeId in[3] = {qb_val_to_node(L, cond), qb_val_to_node(L, a), qb_val_to_node(L, b)};
    QbSpan spans[QB_MAX_INPUTS] = {cond->span, a->span, b->span};
    void *params = qb_arena_alloc(L->arena, op->param_size + 1);
    return qb_val_node(L, qb_dag_node(L->g, op, params, in, 3, span, spans), span);
}
