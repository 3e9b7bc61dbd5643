/* Arithmetic on values that are fixed while compiling: numbers, lengths, times, bools, strings. Numbers are
 * computed by the very instructions that images are. */
#include "compiler/lower_state.h"
#include "core/prog.h"

#include <string.h>

const char *qb_operator_sign(QbOperator op)
{
    static const char *const signs[] = {
        [QB_ADD] = "+",   [QB_SUB] = "-",  [QB_MUL] = "*", [QB_DIV] = "/",   [QB_FLOORDIV] = "//",
        [QB_MOD] = "%",   [QB_POW] = "**", [QB_NEG] = "-", [QB_AND] = "and", [QB_OR] = "or",
        [QB_NOT] = "not", [QB_LT] = "<",   [QB_LE] = "<=", [QB_GT] = ">",    [QB_GE] = ">=",
        [QB_EQ] = "==",   [QB_NE] = "!=",
    };
    return signs[op];
}

/* The instruction that is this operator on numbers; QB_I_COUNT for none. */
static QbInsn insn_of(QbOperator op)
{
    static const QbInsn insns[] = {
        [QB_ADD] = QB_I_ADD,
        [QB_SUB] = QB_I_SUB,
        [QB_MUL] = QB_I_MUL,
        [QB_DIV] = QB_I_DIV,
        [QB_FLOORDIV] = QB_I_FLOORDIV,
        [QB_MOD] = QB_I_MOD,
        [QB_POW] = QB_I_POW,
        [QB_NEG] = QB_I_NEG,
        [QB_AND] = QB_I_COUNT,
        [QB_OR] = QB_I_COUNT,
        [QB_NOT] = QB_I_COUNT,
        [QB_LT] = QB_I_LT,
        [QB_LE] = QB_I_LE,
        [QB_GT] = QB_I_GT,
        [QB_GE] = QB_I_GE,
        [QB_EQ] = QB_I_EQ,
        [QB_NE] = QB_I_NE,
    };
    return insns[op];
}

static bool fold_scalars(QbOperator op, double a, double b, QbVal *out)
{
    QbInsn insn = insn_of(op);
    if (insn == QB_I_COUNT)
        return false;
    double v = qb_scalar_apply(insn, a, b);
    *out = op >= QB_LT ? qb_val_bool(v != 0, out->span) : qb_val_number(v, out->span);
    return true;
}

/* A length has a part in voxels and one in micrometres; two of them compare, or divide, where both have the same one. */
static bool fold_lengths(QbOperator op, const QbVal *a, const QbVal *b, QbVal *out)
{
    double av = a->kind == QB_LENGTH ? a->voxels : a->number,
           au = a->kind == QB_LENGTH ? a->number : 0;
    double bv = b->kind == QB_LENGTH ? b->voxels : b->number,
           bu = b->kind == QB_LENGTH ? b->number : 0;
    *out = (QbVal){.kind = QB_LENGTH, .node = -1, .span = out->span};
    if (op == QB_ADD || op == QB_SUB) {
        double sign = op == QB_ADD ? 1 : -1;
        out->voxels = av + sign * bv;
        out->number = au + sign * bu;
        return true;
    }
    if (op == QB_MUL && (a->kind == QB_NUMBER || b->kind == QB_NUMBER)) {
        double k = a->kind == QB_NUMBER ? a->number : b->number;
        const QbVal *l = a->kind == QB_NUMBER ? b : a;
        out->voxels = k * l->voxels;
        out->number = k * l->number;
        return true;
    }
    if (op == QB_DIV && b->kind == QB_NUMBER) {
        out->voxels = a->voxels / b->number;
        out->number = a->number / b->number;
        return true;
    }
    bool physical = av == 0 && bv == 0, plain = au == 0 && bu == 0;
    bool ratio = op == QB_DIV && b->kind == QB_LENGTH && a->kind == QB_LENGTH;
    bool compares = op >= QB_LT && op <= QB_NE;
    if ((!ratio && !compares) || (!physical && !plain))
        return false;
    return fold_scalars(op, plain ? av : au, plain ? bv : bu, out);
}

static bool fold_times(QbOperator op, const QbVal *a, const QbVal *b, QbVal *out)
{
    bool both = a->kind == b->kind;
    bool scales = op == QB_MUL ? !both : op == QB_DIV && b->kind == QB_NUMBER;
    bool sums = both && (op == QB_ADD || op == QB_SUB);
    bool compares = both && op >= QB_LT && op <= QB_NE;
    if (!sums && !scales && !compares && !(both && op == QB_DIV))
        return false;
    if (!fold_scalars(op, a->number, b->number, out))
        return false;
    if (sums || scales)
        out->kind = QB_TIME;
    return true;
}

static bool fold_bools(QbOperator op, bool a, bool b, QbVal *out)
{
    if (op == QB_AND)
        *out = qb_val_bool(a && b, out->span);
    else if (op == QB_OR)
        *out = qb_val_bool(a || b, out->span);
    else if (op == QB_EQ)
        *out = qb_val_bool(a == b, out->span);
    else if (op == QB_NE)
        *out = qb_val_bool(a != b, out->span);
    else
        return false;
    return true;
}

static bool is_text(const QbVal *v)
{
    return v->kind == QB_STRING || v->kind == QB_PATH;
}

static bool is_kind_or_number(const QbVal *v, QbKind kind)
{
    return v->kind == kind || v->kind == QB_NUMBER;
}

bool qb_fold_binary(QbLower *L, QbOperator op, const QbVal *a, const QbVal *b, QbVal *out)
{
    bool done = false;
    if (a->node >= 0 || b->node >= 0)
        return false;
    if (a->kind == QB_NUMBER && b->kind == QB_NUMBER) {
        if (!fold_scalars(op, a->number, b->number, out))
            return false;
        const double in[2] = {a->number, b->number};
        if (out->kind == QB_NUMBER)
            qb_dag_remember_folded(L->g, qb_operator_op(op), out->number, in, 2);
        else
            L->g->n_folded++;
        return true;
    }
    if (is_kind_or_number(a, QB_LENGTH) && is_kind_or_number(b, QB_LENGTH))
        done = fold_lengths(op, a, b, out);
    else if (is_kind_or_number(a, QB_TIME) && is_kind_or_number(b, QB_TIME))
        done = fold_times(op, a, b, out);
    else if (a->kind == QB_BOOL && b->kind == QB_BOOL)
        done = fold_bools(op, a->number != 0, b->number != 0, out);
    else if (is_text(a) && is_text(b) && (op == QB_EQ || op == QB_NE)) {
        *out = qb_val_bool((op == QB_EQ) == !strcmp(a->text, b->text), out->span);
        done = true;
    }
    L->g->n_folded += done;
    return done;
}

bool qb_fold_unary(QbLower *L, QbOperator op, const QbVal *a, QbVal *out)
{
    if (a->node >= 0)
        return false;
    QbSpan span = out->span;
    if (op == QB_NOT && a->kind == QB_BOOL) {
        *out = qb_val_bool(a->number == 0, span);
        L->g->n_folded++;
        return true;
    }
    if (op != QB_NEG || (a->kind != QB_NUMBER && a->kind != QB_LENGTH && a->kind != QB_TIME))
        return false;
    *out = *a;
    out->number = -a->number;
    out->voxels = -a->voxels;
    out->span = span;
    return true;
}
