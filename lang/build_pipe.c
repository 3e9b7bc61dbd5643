/* What may not stand right of |>, told with the mend that the writer most likely wants. */
#include "lang/build.h"

#include <string.h>

enum { LONGEST_SHOWN = 70 };

/* The source between two places, or NULL where it is too long to be shown in a hint. */
static const char *shown(QbParser *p, uint32_t lo, uint32_t hi)
{
    const char *text = p->source->text + lo;
    if (hi - lo > LONGEST_SHOWN || memchr(text, '\n', hi - lo) || memchr(text, '#', hi - lo))
        return NULL;
    return qb_arena_strndup(p->arena, text, hi - lo);
}

/* The operand that the pipe was meant to end in: the leftmost of what stands right of it. */
static const QbExpr *meant_target(const QbExpr *e)
{
    for (;;) {
        if (e->kind == QB_E_COMPARE)
            e = e->operands[0];
        else if (e->kind == QB_E_BINARY || e->kind == QB_E_INDEX || e->kind == QB_E_MEMBER)
            e = e->left;
        else
            break;
    }
    bool may_stand = e->kind == QB_E_NAME || e->kind == QB_E_CALL || e->kind == QB_E_GROUP;
    return may_stand ? e : NULL;
}

static const char *what_it_is(const QbExpr *e)
{
    switch (e->kind) {
    case QB_E_COMPARE:
        return "a comparison";
    case QB_E_INDEX:
        return "an index";
    case QB_E_MEMBER:
        return "a member";
    case QB_E_NUMBER:
        return "a number";
    case QB_E_STRING:
        return "a string";
    case QB_E_LIST:
        return "a list";
    case QB_E_BOOL:
        return "a truth value";
    case QB_E_UNARY:
    case QB_E_BINARY:
        return e->op == QB_AND || e->op == QB_OR || e->op == QB_NOT ? "a condition" : "arithmetic";
    case QB_E_ERROR:
    case QB_E_NAME:
    case QB_E_CALL:
    case QB_E_PIPE:
    case QB_E_IF:
    case QB_E_GROUP:
        break;
    }
    return "an expression";
}

/* (image |> median(5)) > 10 */
static const char *with_brackets(QbParser *p, const QbExpr *left, const QbExpr *right,
                                 const QbExpr *target)
{
    const char *pipe = shown(p, left->span.lo, target->span.hi);
    const char *rest = shown(p, target->span.hi, right->span.hi);
    if (!pipe || !rest)
        return "put brackets around the pipe";
    return qb_arena_printf(p->arena, "write (%s)%s", pipe, rest);
}

/* 'x > t' is threshold(x, t): then the pipe can go on. */
static const char *threshold_text(QbParser *p, const QbExpr *right, const QbExpr *target)
{
    bool plain = right->kind == QB_E_COMPARE && right->n_operands == 2 &&
                 right->cmp_ops[0] == QB_GT && right->operands[0] == target;
    return plain ? shown(p, right->operands[1]->span.lo, right->operands[1]->span.hi) : NULL;
}

QbExpr *qb_build_pipe_mistake(QbParser *p, const QbExpr *left, const QbExpr *right)
{
    QbSpan at = qb_span_join(left->span, right->span);
    const QbExpr *target = meant_target(right);
    const char *text = shown(p, right->span.lo, right->span.hi);
    QbDiag *d = qb_diag_add(p->diags, QB_ERROR, "QB0130", right->span,
                            "right of '|>' stands a name, a call or a bracketed expression, "
                            "found %s%s%s%s",
                            what_it_is(right), text ? " '" : "", text ? text : "", text ? "'" : "");
    if (target && left->kind != QB_E_ERROR) {
        const char *brackets = with_brackets(p, left, right, target);
        const char *t = threshold_text(p, right, target);
        d->hint = t ? qb_arena_printf(p->arena, "write |> threshold(%s), or %s", t,
                                      strncmp(brackets, "write ", 6) == 0 ? brackets + 6 : brackets)
                    : brackets;
    }
    return qb_build_node(p, QB_E_ERROR, at);
}
