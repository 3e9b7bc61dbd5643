/* Builders of expressions. Each makes one node; the depth of every tree is kept, so that later phases may
 * recurse over what they get. */
#include "lang/build.h"

#include "lang/grammar.h"

#include <stdlib.h>

QbExpr *qb_build_node(QbParser *p, QbExprKind kind, QbSpan at)
{
    QbExpr *e = QB_NEW(p->arena, QbExpr);
    e->kind = kind;
    e->span = at;
    e->depth = 1;
    return e;
}

static void deepen(QbExpr *e, const QbExpr *child)
{
    if (child && child->depth >= e->depth)
        e->depth = child->depth + 1;
}

/* Turns a node that is too deep into an error node, which cuts the tree short. */
static QbExpr *limit_depth(QbParser *p, QbExpr *e)
{
    if (e->depth <= QB_MAX_DEPTH)
        return e;
    QbDiag *d = qb_parser_error(p, "QB0125", e->span, "this expression nests deeper than %d levels",
                                QB_MAX_DEPTH);
    if (d)
        d->hint = "give parts of it names of their own";
    return qb_build_node(p, QB_E_ERROR, e->span);
}

QbExpr *qb_build_finish(QbParser *p, QbExpr *e)
{
    const QbExpr *children[] = {e->left, e->right, e->cond, e->then_, e->else_};
    for (int i = 0; i < QB_COUNT(children); i++)
        deepen(e, children[i]);
    for (int i = 0; i < e->n_args; i++)
        deepen(e, e->args[i].value);
    for (int i = 0; i < e->n_indices; i++) {
        deepen(e, e->indices[i].at);
        deepen(e, e->indices[i].start);
        deepen(e, e->indices[i].stop);
        deepen(e, e->indices[i].step);
    }
    return limit_depth(p, e);
}

/* ---- operands ------------------------------------------------------------------------------------ */

QbExpr *qb_build_number(QbParser *p, const QbToken *t)
{
    QbExpr *e = qb_build_node(p, t->bad ? QB_E_ERROR : QB_E_NUMBER, qb_token_span(p, t));
    if (!t->bad)
        e->number = strtod(qb_token_text(p, t), NULL);
    e->unit = (QbUnit)t->unit;
    return e;
}

QbExpr *qb_build_bool(QbParser *p, QbSpan at, bool truth)
{
    QbExpr *e = qb_build_node(p, QB_E_BOOL, at);
    e->truth = truth;
    return e;
}

QbExpr *qb_build_name(QbParser *p, QbWord name)
{
    bool ascii = true; /* other names were reported character by character */
    for (const char *c = name.name; *c; c++)
        ascii = ascii && (unsigned char)*c < 0x80;
    QbExpr *e = qb_build_node(p, ascii ? QB_E_NAME : QB_E_ERROR, name.span);
    e->name = name.name;
    return e;
}

QbExpr *qb_build_list(QbParser *p, QbSpan at, const QbArgs *elements)
{
    QbExpr *e = qb_build_node(p, QB_E_LIST, at);
    e->args = elements->v;
    e->n_args = elements->n;
    return qb_build_finish(p, e);
}

QbExpr *qb_build_group(QbParser *p, QbSpan at, QbExpr *inner)
{
    QbExpr *e = qb_build_node(p, QB_E_GROUP, at);
    e->left = inner;
    return qb_build_finish(p, e);
}

/* ---- operators ----------------------------------------------------------------------------------- */

QbExpr *qb_build_unary(QbParser *p, QbSign sign, QbExpr *operand)
{
    QbExpr *e = qb_build_node(p, QB_E_UNARY, qb_span_join(sign.span, operand->span));
    e->op = sign.op;
    e->op_span = sign.span;
    e->left = operand;
    return qb_build_finish(p, e);
}

QbExpr *qb_build_binary(QbParser *p, QbExpr *left, QbSign sign, QbExpr *right)
{
    QbExpr *e = qb_build_node(p, QB_E_BINARY, qb_span_join(left->span, right->span));
    e->op = sign.op;
    e->op_span = sign.span;
    e->left = left;
    e->right = right;
    return qb_build_finish(p, e);
}

static bool is_power_of_two(int n)
{
    return (n & (n - 1)) == 0;
}

/* Operand k + 1 comes with sign k. The arrays grow where the number of signs is a power of two. */
QbExpr *qb_build_compare_on(QbParser *p, QbExpr *chain, QbSign sign, QbExpr *right)
{
    int n = chain->n_operands - 1; /* signs so far */
    if (chain->kind != QB_E_COMPARE)
        return chain;
    if (is_power_of_two(n)) {
        QbExpr **operands = QB_NEW_N(p->arena, QbExpr *, 2 * n + 2);
        QbOperator *ops = QB_NEW_N(p->arena, QbOperator, 2 * n + 1);
        __builtin_memcpy(operands, chain->operands, sizeof(*operands) * (size_t)(n + 1));
        if (n)
            __builtin_memcpy(ops, chain->cmp_ops, sizeof(*ops) * (size_t)n);
        chain->operands = operands;
        chain->cmp_ops = ops;
    }
    chain->operands[n + 1] = right;
    chain->cmp_ops[n] = sign.op;
    chain->n_operands = n + 2;
    chain->span = qb_span_join(chain->span, right->span);
    deepen(chain, right);
    return limit_depth(p, chain);
}

QbExpr *qb_build_compare(QbParser *p, QbExpr *left, QbSign sign, QbExpr *right)
{
    QbExpr *e = qb_build_node(p, QB_E_COMPARE, left->span);
    e->op_span = sign.span;
    e->operands = QB_NEW(p->arena, QbExpr *);
    e->operands[0] = left;
    e->n_operands = 1;
    deepen(e, left);
    return qb_build_compare_on(p, e, sign, right);
}

QbExpr *qb_build_if(QbParser *p, QbSpan at, QbExpr *cond, QbExpr *then_, QbExpr *else_)
{
    QbExpr *e = qb_build_node(p, QB_E_IF, at);
    e->cond = cond;
    e->then_ = then_;
    e->else_ = else_;
    return qb_build_finish(p, e);
}

QbExpr *qb_build_pipe(QbParser *p, QbExpr *left, QbSpan sign, QbExpr *right)
{
    bool may_stand = right->kind == QB_E_NAME || right->kind == QB_E_CALL ||
                     right->kind == QB_E_GROUP || right->kind == QB_E_ERROR;
    if (!may_stand)
        return qb_build_pipe_mistake(p, left, right);
    QbExpr *e = qb_build_node(p, QB_E_PIPE, qb_span_join(left->span, right->span));
    e->op_span = sign;
    e->left = left;
    e->right = right;
    return qb_build_finish(p, e);
}

/* ---- calls, indices, members --------------------------------------------------------------------- */

QbArgs *qb_build_args(QbParser *p)
{
    return QB_NEW(p->arena, QbArgs);
}

QbArgs *qb_build_add_arg(QbParser *p, QbArgs *args, QbWord name, QbExpr *value)
{
    QbArg arg = {.name = name.name, .name_span = name.span, .value = value};
    QB_PUSH(p->arena, args->v, args->n, args->cap, arg);
    return args;
}

/* False where it was refused. */
static bool check_callee(QbParser *p, const QbExpr *callee)
{
    bool number = callee->kind == QB_E_NUMBER;
    if (!number && callee->kind != QB_E_STRING && callee->kind != QB_E_LIST &&
        callee->kind != QB_E_BOOL)
        return true;
    QbDiag *d = qb_diag_add(p->diags, QB_ERROR, "QB0133", callee->span, "%s cannot be called",
                            number                        ? "a number"
                            : callee->kind == QB_E_STRING ? "a string"
                            : callee->kind == QB_E_LIST   ? "a list"
                                                          : "a truth value");
    if (number)
        d->hint = "write '*' to multiply";
    else if (callee->kind == QB_E_STRING && p->tokens[p->first].kind == QB_T_SAVE)
        d->hint = "settings stand behind 'with': save ... to \"FILE\" with (type=u32)";
    return false;
}

QbExpr *qb_build_call(QbParser *p, QbSpan at, QbExpr *callee, const QbArgs *args)
{
    if (!check_callee(p, callee))
        return qb_build_node(p, QB_E_ERROR, at);
    QbExpr *e = qb_build_node(p, QB_E_CALL, at);
    e->left = callee;
    e->args = args->v;
    e->n_args = args->n;
    return qb_build_finish(p, e);
}

QbExpr *qb_build_member(QbParser *p, QbExpr *left, QbWord member)
{
    QbExpr *e = qb_build_node(p, QB_E_MEMBER, qb_span_join(left->span, member.span));
    e->op_span = member.span;
    e->name = member.name;
    e->left = left;
    return qb_build_finish(p, e);
}

QbExpr *qb_build_index(QbParser *p, QbSpan at, QbExpr *left, const QbIndices *indices)
{
    QbExpr *e = qb_build_node(p, QB_E_INDEX, at);
    e->left = left;
    e->indices = indices->v;
    e->n_indices = indices->n;
    return qb_build_finish(p, e);
}

QbIndices *qb_build_indices(QbParser *p, QbIndices *before, const QbIndex *index)
{
    QbIndices *list = before ? before : QB_NEW(p->arena, QbIndices);
    QB_PUSH(p->arena, list->v, list->n, list->cap, *index);
    return list;
}

QbIndex *qb_build_at(QbParser *p, QbExpr *at)
{
    QbIndex *index = QB_NEW(p->arena, QbIndex);
    index->at = at;
    index->span = at->span;
    return index;
}

QbIndex *qb_build_slice(QbParser *p, QbSpan at, QbExpr *start, QbExpr *stop, QbExpr *step)
{
    QbIndex *index = QB_NEW(p->arena, QbIndex);
    *index = (QbIndex){.is_slice = true, .start = start, .stop = stop, .step = step, .span = at};
    return index;
}
