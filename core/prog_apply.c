/* Runs instructions on single values: constant folding, scalar operators, tables of programs, and the reference that
 * kernels are tested against. */
#include "core/arith.h"

double qb_scalar_apply(QbInsn op, double a, double b)
{
    if (op >= QB_I_LT && op <= QB_I_NE)
        return qb_compare_f64(op, a, b);
    if (op == QB_I_AND)
        return a != 0 && b != 0;
    if (op == QB_I_OR)
        return a != 0 || b != 0;
    if (op == QB_I_NOT)
        return a == 0;
    return qb_apply_f64(op, a, b);
}

static double in_type(QbRegType t, double v)
{
    return t == QB_REG_F32 ? (double)(float)v : v;
}

static double saturated(const QbInstr *in, double v)
{
    const QbPixInfo *p = &qb_pix_info[in->pix];
    return p->is_float ? v : qb_saturate_f64(v, p->lo, p->hi);
}

static double step(const QbInstr *in, const double *reg, const double *raster, const double *number)
{
    QbInsn op = (QbInsn)in->op;
    double a = reg[in->a], b = reg[in->b];
    switch ((int)op) {
    case QB_I_LOAD:
        return raster[in->index];
    case QB_I_VALUE:
        return in_type((QbRegType)in->reg, number[in->index]);
    case QB_I_CONST:
        return in->imm;
    case QB_I_CVT:
        return in_type((QbRegType)in->reg, a);
    case QB_I_SELECT:
        return a != 0 ? b : reg[in->c];
    case QB_I_SATURATE:
    case QB_I_STORE:
        return saturated(in, a);
    }
    if (op < QB_I_LT && in->reg == QB_REG_F32)
        return (double)qb_apply_f32(op, (float)a, (float)b);
    return qb_scalar_apply(op, a, b);
}

double qb_prog_apply(const QbProg *prog, const double *raster, const double *number)
{
    double reg[256] = {0}, v = 0;
    QB_CHECK(prog->n_regs <= QB_COUNT(reg));
    for (int k = 0; k < prog->n; k++) {
        const QbInstr *in = &prog->code[k];
        v = step(in, reg, raster, number);
        if (in->op != QB_I_STORE)
            reg[in->dst] = v;
    }
    return v;
}
