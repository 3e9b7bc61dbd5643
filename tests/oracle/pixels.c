/* Oracles of what is done voxel by voxel. Arithmetic is done in float or double as the types say, one rounding an
 * operation; comparisons are of values. The reference for / // % ** is numpy on floats. */
#include "tests/oracle/oracle.h"

#include <math.h>

static bool is_16_bit(const QbOracleImage *m)
{
    return m && (m->type.pix == QB_U16 || m->type.pix == QB_I16);
}

static bool is_double(const QbOracleImage *m)
{
    return m && (m->type.pix == QB_U32 || m->type.pix == QB_I32 || m->type.pix == QB_F64);
}

/* numpy's divmod for doubles and for floats. */
static double divmod(double x, double y, double *mod)
{
    *mod = fmod(x, y);
    if (y == 0)
        return x / y;
    double div = (x - *mod) / y;
    if (*mod == 0) {
        *mod = copysign(0, y);
    } else if ((y < 0) != (*mod < 0)) {
        *mod += y;
        div -= 1;
    }
    if (div == 0)
        return copysign(0, x / y);
    double down = floor(div);
    return div - down > 0.5 ? down + 1 : down;
}

static float divmodf(float x, float y, float *mod)
{
    *mod = fmodf(x, y);
    if (y == 0)
        return x / y;
    float div = (x - *mod) / y;
    if (*mod == 0) {
        *mod = copysignf(0, y);
    } else if ((y < 0) != (*mod < 0)) {
        *mod += y;
        div -= 1;
    }
    if (div == 0)
        return copysignf(0, x / y);
    float down = floorf(div);
    return div - down > 0.5f ? down + 1 : down;
}

double qb_oracle_binary_number(QbOracleBinary op, double x, double y)
{
    double mod, div = divmod(x, y, &mod);
    switch (op) {
    case QB_ORACLE_ADD:
        return x + y;
    case QB_ORACLE_SUB:
        return x - y;
    case QB_ORACLE_MUL:
        return x * y;
    case QB_ORACLE_DIV:
        return x / y;
    case QB_ORACLE_FLOORDIV:
        return div;
    case QB_ORACLE_MOD:
        return mod;
    case QB_ORACLE_POW:
        return pow(x, y);
    case QB_ORACLE_LT:
        return x < y;
    case QB_ORACLE_LE:
        return x <= y;
    case QB_ORACLE_GT:
        return x > y;
    case QB_ORACLE_GE:
        return x >= y;
    case QB_ORACLE_EQ:
        return x == y;
    case QB_ORACLE_NE:
        return x != y;
    case QB_ORACLE_AND:
        return x != 0 && y != 0;
    case QB_ORACLE_OR:
        return x != 0 || y != 0;
    }
    return NAN;
}

static double in_float(QbOracleBinary op, float x, float y)
{
    float mod, div = divmodf(x, y, &mod);
    switch (op) {
    case QB_ORACLE_ADD:
        return (double)(x + y);
    case QB_ORACLE_SUB:
        return (double)(x - y);
    case QB_ORACLE_MUL:
        return (double)(x * y);
    case QB_ORACLE_DIV:
        return (double)(x / y);
    case QB_ORACLE_FLOORDIV:
        return (double)div;
    case QB_ORACLE_MOD:
        return (double)mod;
    case QB_ORACLE_POW:
        return (double)(float)pow((double)x, (double)y);
    default:
        return qb_oracle_binary_number(op, (double)x, (double)y);
    }
}

QbOracleImage qb_oracle_binary(QbArena *a, QbOracleBinary op, QbOracleOperand x, QbOracleOperand y)
{
    const QbOracleImage *like = x.image ? x.image : y.image;
    bool is_arithmetic = op <= QB_ORACLE_POW;
    bool wide = is_double(x.image) || is_double(y.image) ||
                (op == QB_ORACLE_MUL && is_16_bit(x.image) && is_16_bit(y.image));
    QbPix pix = wide ? QB_F64 : QB_F32;
    QbOracleImage out = qb_oracle_like(a, like, is_arithmetic ? QB_IMAGE : QB_MASK, pix);
    for (int64_t k = 0; k < qb_voxels(&like->type); k++) {
        double u = x.image ? x.image->v[k] : x.number, v = y.image ? y.image->v[k] : y.number;
        if (is_arithmetic && !wide)
            out.v[k] = in_float(op, (float)u, (float)v);
        else
            out.v[k] = qb_oracle_binary_number(op, u, v);
    }
    return out;
}

QbPix qb_oracle_arithmetic(const QbOracleImage *m)
{
    return is_double(m) ? QB_F64 : QB_F32;
}

double qb_oracle_unary_number(QbOracleUnary op, double x)
{
    switch (op) {
    case QB_ORACLE_NEG:
        return -x;
    case QB_ORACLE_ABS:
        return x < 0 || (x == 0 && signbit(x)) ? -x : x;
    case QB_ORACLE_SQRT:
        return sqrt(x);
    case QB_ORACLE_EXP:
        return exp(x);
    case QB_ORACLE_LOG:
        return log(x);
    case QB_ORACLE_INVERT:
        return 1 - x;
    case QB_ORACLE_NOT:
        return x == 0;
    }
    return NAN;
}

QbOracleImage qb_oracle_unary(QbArena *a, QbOracleUnary op, const QbOracleImage *m, QbPix pix)
{
    static const double largest[] = {255, 65535, 4294967295.0, 127, 32767, 2147483647.0, 1, 1};
    QbOracleImage out = qb_oracle_like(a, m, op == QB_ORACLE_NOT ? QB_MASK : QB_IMAGE, pix);
    for (int64_t k = 0; k < qb_voxels(&m->type); k++) {
        double v = m->v[k];
        double r = op == QB_ORACLE_INVERT ? largest[pix] - v : qb_oracle_unary_number(op, v);
        out.v[k] = qb_oracle_store(out.type.pix, r);
    }
    return out;
}

QbOracleImage qb_oracle_clip(QbArena *a, const QbOracleImage *m, double lo, double hi)
{
    QbOracleImage out = qb_oracle_like(a, m, m->type.kind, m->type.pix);
    for (int64_t k = 0; k < qb_voxels(&m->type); k++) {
        double v = m->v[k];
        v = v < lo ? lo : v;
        v = v > hi ? hi : v;
        out.v[k] = qb_oracle_store(m->type.pix, v);
    }
    return out;
}

QbOracleImage qb_oracle_as(QbArena *a, const QbOracleImage *m, QbKind kind, QbPix pix)
{
    QbOracleImage out = qb_oracle_like(a, m, kind, pix);
    for (int64_t k = 0; k < qb_voxels(&m->type); k++)
        out.v[k] = kind == QB_MASK ? m->v[k] != 0 : qb_oracle_store(out.type.pix, m->v[k]);
    return out;
}

QbOracleImage qb_oracle_where(QbArena *a, const QbOracleImage *mask, QbOracleOperand x,
                              QbOracleOperand y)
{
    const QbOracleImage *of = x.image ? x.image : y.image;
    QbOracleImage out = of ? qb_oracle_like(a, mask, of->type.kind, of->type.pix)
                           : qb_oracle_like(a, mask, QB_IMAGE, QB_F32);
    for (int64_t k = 0; k < qb_voxels(&mask->type); k++) {
        const QbOracleOperand *side = mask->v[k] != 0 ? &x : &y;
        out.v[k] = qb_oracle_store(out.type.pix, side->image ? side->image->v[k] : side->number);
    }
    return out;
}

QbOracleImage qb_oracle_rescale(QbArena *a, const QbOracleImage *m, const double from[2],
                                const double to[2])
{
    QbOracleImage out = qb_oracle_like(a, m, QB_IMAGE, qb_oracle_real(m->type.pix));
    for (int64_t k = 0; k < qb_voxels(&m->type); k++) {
        double part =
            from[1] > from[0] ? (m->v[k] - from[0]) / (from[1] - from[0]) : m->v[k] - from[0];
        out.v[k] = qb_oracle_store(out.type.pix, to[0] + part * (to[1] - to[0]));
    }
    return out;
}
