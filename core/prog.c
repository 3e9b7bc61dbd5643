/* Builds programs over registers. While it is built a program has one instruction for each register; equal instructions
 * are one. Conversions of constants, loads and measured numbers are made anew in the type asked for, and comparisons in
 * double precision are narrowed where that is exact. Knows no operators. */
#include "core/prog.h"

#include "core/qmath.h"

static const QbInstr *definition(const QbEmit *e, int reg)
{
    for (int k = e->prog->n - 1; k >= 0; k--)
        if (e->prog->code[k].dst == reg)
            return &e->prog->code[k];
    QB_BUG("register %d has no value", reg);
}

static QbRegType type_of(const QbEmit *e, int reg)
{
    QB_CHECK(reg >= 0 && reg < e->prog->n_regs);
    return e->prog->reg_type[reg];
}

static bool is_same(const QbInstr *p, const QbInstr *q)
{
    return p->op == q->op && p->reg == q->reg && p->from == q->from && p->pix == q->pix &&
           p->a == q->a && p->b == q->b && p->c == q->c && p->index == q->index &&
           qb_f64_bits(p->imm) == qb_f64_bits(q->imm);
}

/* The register that already holds the result of `in`, or a new one. */
static int add(QbEmit *e, QbInstr in)
{
    QbProg *p = e->prog;
    for (int k = 0; k < p->n; k++)
        if (is_same(&p->code[k], &in))
            return p->code[k].dst;
    QB_CHECK(p->n_regs < INT16_MAX);
    int dst = p->n_regs;
    QB_PUSH(e->arena, p->reg_type, p->n_regs, e->reg_cap, (QbRegType)in.reg);
    in.dst = (int16_t)dst;
    QB_PUSH(e->arena, p->code, p->n, e->cap, in);
    return dst;
}

QbRegType qb_reg_of(const QbType *type)
{
    if (type->kind == QB_MASK)
        return QB_REG_MASK;
    if (type->kind != QB_IMAGE)
        return QB_REG_F64;
    bool wide = type->pix == QB_U32 || type->pix == QB_I32 || type->pix == QB_F64;
    return wide ? QB_REG_F64 : QB_REG_F32;
}

int qb_emit_const(QbEmit *e, double v, QbRegType t)
{
    double imm = t == QB_REG_F32 ? (double)(float)v : t == QB_REG_MASK ? (double)(v != 0) : v;
    return add(e, (QbInstr){.op = QB_I_CONST, .reg = t, .imm = imm});
}

static int load(QbEmit *e, int index, QbPix pix, QbRegType t)
{
    return add(e, (QbInstr){.op = QB_I_LOAD, .reg = t, .pix = pix, .index = (int16_t)index});
}

int qb_emit_load(QbEmit *e, int index, const QbType *type)
{
    QbPix pix = type->kind == QB_MASK ? QB_U8 : type->kind == QB_LABELS ? QB_U32 : type->pix;
    return load(e, index, pix, qb_reg_of(type));
}

int qb_emit_value(QbEmit *e, int index)
{
    return add(e, (QbInstr){.op = QB_I_VALUE, .reg = QB_REG_F64, .index = (int16_t)index});
}

int qb_emit_cvt(QbEmit *e, int a, QbRegType t)
{
    if (type_of(e, a) == t)
        return a;
    QbInstr in = *definition(e, a);
    if (t == QB_REG_MASK && in.op != QB_I_CONST) /* a number as a mask: whether it is not 0 */
        return qb_emit_cmp(e, QB_I_NE, type_of(e, a), a, qb_emit_const(e, 0, type_of(e, a)));
    if (in.op == QB_I_CONST)
        return qb_emit_const(e, in.imm, t);
    if (in.op == QB_I_VALUE && in.reg == QB_REG_F64)
        return add(e, (QbInstr){.op = QB_I_VALUE, .reg = t, .index = in.index});
    if (in.op == QB_I_LOAD && in.reg == QB_REG_F32)
        return load(e, in.index, in.pix, t);
    if (in.op == QB_I_CVT && (in.reg == QB_REG_F64 || in.from == QB_REG_MASK)) /* exact so far */
        return qb_emit_cvt(e, in.a, t);
    return add(e, (QbInstr){.op = QB_I_CVT, .reg = t, .from = type_of(e, a), .a = (int16_t)a});
}

int qb_emit1(QbEmit *e, QbInsn op, QbRegType t, int a)
{
    a = qb_emit_cvt(e, a, t);
    return add(e, (QbInstr){.op = op, .reg = t, .from = t, .a = (int16_t)a});
}

int qb_emit2(QbEmit *e, QbInsn op, QbRegType t, int a, int b)
{
    a = qb_emit_cvt(e, a, t);
    b = qb_emit_cvt(e, b, t);
    const QbInstr *right = definition(e, b);
    if (op == QB_I_POW && right->op == QB_I_CONST && right->imm == 2.0) {
        op = QB_I_MUL; /* qb_pow(x, 2) is x·x, too */
        b = a;
    }
    return add(e, (QbInstr){.op = op, .reg = t, .from = t, .a = (int16_t)a, .b = (int16_t)b});
}

/* ---- comparisons ------------------------------------------------------------------------------------- */

static QbInsn mirrored(QbInsn op)
{
    switch ((int)op) {
    case QB_I_LT:
        return QB_I_GT;
    case QB_I_LE:
        return QB_I_GE;
    case QB_I_GT:
        return QB_I_LT;
    case QB_I_GE:
        return QB_I_LE;
    }
    return op;
}

/* The register of type F32 whose values `a`, of type F64, holds exactly; -1 where there is none. */
static int narrowed(QbEmit *e, int a)
{
    if (type_of(e, a) == QB_REG_F32)
        return a;
    QbInstr in = *definition(e, a);
    if (in.op == QB_I_CVT && in.from == QB_REG_F32)
        return in.a;
    bool fits = in.pix != QB_U32 && in.pix != QB_I32 && in.pix != QB_F64;
    return in.op == QB_I_LOAD && fits ? load(e, in.index, (QbPix)in.pix, QB_REG_F32) : -1;
}

/* The single t for which `x op t` says of every single x what `x op v` says. */
static float threshold_f32(QbInsn op, double v)
{
    float t = (float)v;
    bool down = op == QB_I_GT || op == QB_I_LE;
    if (op == QB_I_EQ || op == QB_I_NE)
        return (double)t == v ? t : NAN;
    if (down && (double)t > v)
        return nextafterf(t, -INFINITY);
    if (!down && (double)t < v)
        return nextafterf(t, INFINITY);
    return t;
}

static int compare(QbEmit *e, QbInsn op, QbRegType t, int a, int b)
{
    return add(
        e, (QbInstr){.op = op, .reg = QB_REG_MASK, .from = t, .a = (int16_t)a, .b = (int16_t)b});
}

int qb_emit_cmp(QbEmit *e, QbInsn op, QbRegType t, int a, int b)
{
    if (definition(e, a)->op == QB_I_CONST) {
        int swap = a;
        a = b;
        b = swap;
        op = mirrored(op);
    }
    QbInstr right = *definition(e, b);
    if (t == QB_REG_F64 && definition(e, a)->op != QB_I_CONST) {
        int na = narrowed(e, a);
        if (na >= 0 && right.op == QB_I_CONST) {
            double v = (double)threshold_f32(op, right.imm);
            return compare(e, op, QB_REG_F32, na, qb_emit_const(e, v, QB_REG_F32));
        }
        int nb = na >= 0 ? narrowed(e, b) : -1;
        if (nb >= 0)
            return compare(e, op, QB_REG_F32, na, nb);
    }
    a = qb_emit_cvt(e, a, t);
    return compare(e, op, t, a, qb_emit_cvt(e, b, t));
}

int qb_emit_select(QbEmit *e, QbRegType t, int mask, int a, int b)
{
    a = qb_emit_cvt(e, a, t);
    b = qb_emit_cvt(e, b, t);
    return add(e, (QbInstr){.op = QB_I_SELECT,
                            .reg = t,
                            .from = t,
                            .a = (int16_t)mask,
                            .b = (int16_t)a,
                            .c = (int16_t)b});
}

/* ---- pixel types ------------------------------------------------------------------------------------- */

int qb_emit_saturate(QbEmit *e, int a, QbPix pix)
{
    QbRegType exact = qb_reg_of(&(QbType){.kind = QB_IMAGE, .pix = pix});
    QbInstr in = *definition(e, a);
    if (qb_pix_info[pix].is_float || type_of(e, a) == QB_REG_MASK)
        return qb_emit_cvt(e, a, exact);
    if (in.op == QB_I_SATURATE || (in.op == QB_I_LOAD && in.reg != QB_REG_MASK))
        if (in.pix == pix)
            return a;
    QbRegType t = type_of(e, a) == QB_REG_F64 ? QB_REG_F64 : exact;
    a = qb_emit_cvt(e, a, t);
    a = add(e, (QbInstr){.op = QB_I_SATURATE, .reg = t, .from = t, .pix = pix, .a = (int16_t)a});
    return qb_emit_cvt(e, a, exact);
}

/* STORE saturates by itself, and takes either float type for the small integers: what only prepares for it is skipped. */
static int store_operand(const QbEmit *e, int a, QbPix pix)
{
    for (;;) {
        const QbInstr *in = definition(e, a);
        bool prepares = in->op == QB_I_SATURATE && in->pix == pix;
        bool small = !qb_pix_info[pix].is_float && qb_pix_bytes(pix) < 4;
        if (in->op == QB_I_CVT && in->reg == QB_REG_F32 && in->from == QB_REG_F64 && small) {
            const QbInstr *before =
                definition(e, in->a); /* narrowing rounds, unless whole numbers come in */
            prepares = before->op == QB_I_SATURATE && before->pix == pix;
        }
        if (in->op == QB_I_CVT && in->from == QB_REG_MASK && pix == QB_U8)
            prepares = true;
        if (!prepares)
            return a;
        a = in->a;
    }
}

void qb_emit_store(QbEmit *e, int a, const QbType *type)
{
    QbPix pix = type->kind == QB_MASK ? QB_U8 : type->kind == QB_LABELS ? QB_U32 : type->pix;
    QbRegType t = qb_reg_of(type);
    if (t != QB_REG_MASK)
        a = store_operand(e, a, pix);
    bool keeps = type_of(e, a) == QB_REG_F64 && !qb_pix_info[pix].is_float;
    keeps = keeps || (type_of(e, a) == QB_REG_MASK && pix == QB_U8);
    if (!keeps)
        a = qb_emit_cvt(e, a, t);
    QbInstr in = {
        .op = QB_I_STORE, .reg = t, .from = type_of(e, a), .pix = pix, .dst = -1, .a = (int16_t)a};
    QB_PUSH(e->arena, e->prog->code, e->prog->n, e->cap, in);
    qb_prog_pack(e->arena, e->prog);
}
