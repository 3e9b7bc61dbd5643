/* What each arithmetic instruction means for one value, in single and in double precision: the one definition that
 * kernels, constant folding and scalar operators share. `op` is constant where these are inlined into loops. Division,
 * floor division and remainder are numpy's on floats. Knows no registers and no images. */
#ifndef QB_CORE_ARITH_H
#define QB_CORE_ARITH_H

#include "core/prog.h"
#include "core/qmath.h"

#define QB_INLINE static inline __attribute__((always_inline))

/* Half to even, without the rounding instructions that the baseline has not got. */
QB_INLINE double qb_round_f64(double x)
{
    double a = fabs(x), r = (a + 0x1p52) - 0x1p52;
    return copysign(a < 0x1p52 ? r : a, x);
}
QB_INLINE float qb_round_f32(float x)
{
    float a = fabsf(x), r = (a + 0x1p23f) - 0x1p23f;
    return copysignf(a < 0x1p23f ? r : a, x);
}

/* Rounded half to even, saturated, NaN to 0; never -0, which no integer type holds. */
QB_INLINE double qb_saturate_f64(double x, double lo, double hi)
{
    double v = x == x ? x : 0.0;
    v = v > lo ? v : lo;
    v = v < hi ? v : hi;
    return qb_round_f64(v) + 0.0;
}
QB_INLINE float qb_saturate_f32(float x, float lo, float hi)
{
    float v = x == x ? x : 0.0f;
    v = v > lo ? v : lo;
    v = v < hi ? v : hi;
    return qb_round_f32(v) + 0.0f;
}

/* The exact remainder of truncated division: through a double where that holds every step, else by libm. */
QB_INLINE float qb_fmod_f32(float a, float b)
{
    double q = (double)a / (double)b;
    if (!(fabs(q) < 0x1p29) || isinf(b))
        return fmodf(a, b);
    return copysignf((float)((double)a - (double)(int32_t)q * (double)b), a);
}

/* Quotient rounded down and remainder with the divisor's sign, each as numpy rounds it. */
QB_INLINE double qb_divmod_f64(double a, double b, bool want_mod)
{
    double mod = fmod(a, b);
    if (b == 0.0)
        return want_mod ? mod : a / b;
    double div = (a - mod) / b;
    if (mod == 0.0) {
        mod = copysign(0.0, b);
    } else if ((b < 0.0) != (mod < 0.0)) {
        mod += b;
        div -= 1.0;
    }
    if (want_mod)
        return mod;
    if (div == 0.0)
        return copysign(0.0, a / b);
    double down = floor(div);
    return div - down > 0.5 ? down + 1.0 : down;
}
QB_INLINE float qb_divmod_f32(float a, float b, bool want_mod)
{
    float mod = qb_fmod_f32(a, b);
    if (b == 0.0f)
        return want_mod ? mod : a / b;
    float div = (a - mod) / b;
    if (mod == 0.0f) {
        mod = copysignf(0.0f, b);
    } else if ((b < 0.0f) != (mod < 0.0f)) {
        mod += b;
        div -= 1.0f;
    }
    if (want_mod)
        return mod;
    if (div == 0.0f)
        return copysignf(0.0f, a / b);
    float down = floorf(div);
    return div - down > 0.5f ? down + 1.0f : down;
}

QB_INLINE double qb_apply_f64(QbInsn op, double a, double b)
{
    switch ((int)op) {
    case QB_I_ADD:
        return a + b;
    case QB_I_SUB:
        return a - b;
    case QB_I_MUL:
        return a * b;
    case QB_I_DIV:
        return a / b;
    case QB_I_FLOORDIV:
        return qb_divmod_f64(a, b, false);
    case QB_I_MOD:
        return qb_divmod_f64(a, b, true);
    case QB_I_POW:
        return qb_pow(a, b);
    case QB_I_NEG:
        return -a;
    case QB_I_ABS:
        return fabs(a);
    case QB_I_SQRT:
        return sqrt(a);
    case QB_I_EXP:
        return qb_exp_inline(a);
    case QB_I_LOG:
        return qb_log_inline(a);
    case QB_I_ROUND:
        return qb_round_f64(a);
    case QB_I_MIN:
        return a < b || a != a ? a : b;
    case QB_I_MAX:
        return a > b || a != a ? a : b;
    }
    return a;
}

QB_INLINE float qb_apply_f32(QbInsn op, float a, float b)
{
    switch ((int)op) {
    case QB_I_ADD:
        return a + b;
    case QB_I_SUB:
        return a - b;
    case QB_I_MUL:
        return a * b;
    case QB_I_DIV:
        return a / b;
    case QB_I_FLOORDIV:
        return qb_divmod_f32(a, b, false);
    case QB_I_MOD:
        return qb_divmod_f32(a, b, true);
    case QB_I_POW:
        return qb_powf(a, b);
    case QB_I_NEG:
        return -a;
    case QB_I_ABS:
        return fabsf(a);
    case QB_I_SQRT:
        return sqrtf(a);
    case QB_I_EXP:
        return qb_expf_inline(a);
    case QB_I_LOG:
        return qb_logf_inline(a);
    case QB_I_ROUND:
        return qb_round_f32(a);
    case QB_I_MIN:
        return a < b || a != a ? a : b;
    case QB_I_MAX:
        return a > b || a != a ? a : b;
    }
    return a;
}

QB_INLINE bool qb_compare_f64(QbInsn op, double a, double b)
{
    switch ((int)op) {
    case QB_I_LT:
        return a < b;
    case QB_I_LE:
        return a <= b;
    case QB_I_GT:
        return a > b;
    case QB_I_GE:
        return a >= b;
    case QB_I_EQ:
        return a == b;
    }
    return a != b;
}

QB_INLINE bool qb_compare_f32(QbInsn op, float a, float b)
{
    switch ((int)op) {
    case QB_I_LT:
        return a < b;
    case QB_I_LE:
        return a <= b;
    case QB_I_GT:
        return a > b;
    case QB_I_GE:
        return a >= b;
    case QB_I_EQ:
        return a == b;
    }
    return a != b;
}

#endif
