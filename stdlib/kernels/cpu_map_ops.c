/* The loops of a program's instructions: one body for each register type, made with the instruction constant.
 * Knows no rows and no tiles. */
#include "core/arith.h"
#include "stdlib/kernels/map_cpu.h"

QB_INLINE void loop_f32(QbInsn op, float *restrict d, const float *a, const float *b, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        d[k] = qb_apply_f32(op, a[k], b[k]);
}

QB_INLINE void loop_f64(QbInsn op, double *restrict d, const double *a, const double *b, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        d[k] = qb_apply_f64(op, a[k], b[k]);
}

/* Series are all arithmetic: as wide as can be. */
static __attribute__((noinline)) void series_f32(QbInsn op, float *d, const float *a, int64_t n)
{
    if (op == QB_I_EXP)
        loop_f32(QB_I_EXP, d, a, a, n);
    else
        loop_f32(QB_I_LOG, d, a, a, n);
}

static __attribute__((noinline)) void series_f64(QbInsn op, double *d, const double *a, int64_t n)
{
    if (op == QB_I_EXP)
        loop_f64(QB_I_EXP, d, a, a, n);
    else
        loop_f64(QB_I_LOG, d, a, a, n);
}

#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)
/* All else waits for rows that come from memory: half as wide vectors were as fast or faster in most measurements, by up to a
 * third. */
#pragma GCC target("prefer-vector-width=256")
#endif

static void step_f32(QbInsn op, float *d, const float *a, const float *b, int64_t n)
{
    switch ((int)op) {
    case QB_I_ADD:
        return loop_f32(QB_I_ADD, d, a, b, n);
    case QB_I_SUB:
        return loop_f32(QB_I_SUB, d, a, b, n);
    case QB_I_MUL:
        return loop_f32(QB_I_MUL, d, a, b, n);
    case QB_I_DIV:
        return loop_f32(QB_I_DIV, d, a, b, n);
    case QB_I_FLOORDIV:
        return loop_f32(QB_I_FLOORDIV, d, a, b, n);
    case QB_I_MOD:
        return loop_f32(QB_I_MOD, d, a, b, n);
    case QB_I_POW:
        return loop_f32(QB_I_POW, d, a, b, n);
    case QB_I_NEG:
        return loop_f32(QB_I_NEG, d, a, a, n);
    case QB_I_ABS:
        return loop_f32(QB_I_ABS, d, a, a, n);
    case QB_I_SQRT:
        return loop_f32(QB_I_SQRT, d, a, a, n);
    case QB_I_EXP:
    case QB_I_LOG:
        return series_f32(op, d, a, n);
    case QB_I_ROUND:
        return loop_f32(QB_I_ROUND, d, a, a, n);
    case QB_I_MIN:
        return loop_f32(QB_I_MIN, d, a, b, n);
    case QB_I_MAX:
        return loop_f32(QB_I_MAX, d, a, b, n);
    }
    QB_BUG("instruction %d on f32", (int)op);
}

static void step_f64(QbInsn op, double *d, const double *a, const double *b, int64_t n)
{
    switch ((int)op) {
    case QB_I_ADD:
        return loop_f64(QB_I_ADD, d, a, b, n);
    case QB_I_SUB:
        return loop_f64(QB_I_SUB, d, a, b, n);
    case QB_I_MUL:
        return loop_f64(QB_I_MUL, d, a, b, n);
    case QB_I_DIV:
        return loop_f64(QB_I_DIV, d, a, b, n);
    case QB_I_FLOORDIV:
        return loop_f64(QB_I_FLOORDIV, d, a, b, n);
    case QB_I_MOD:
        return loop_f64(QB_I_MOD, d, a, b, n);
    case QB_I_POW:
        return loop_f64(QB_I_POW, d, a, b, n);
    case QB_I_NEG:
        return loop_f64(QB_I_NEG, d, a, a, n);
    case QB_I_ABS:
        return loop_f64(QB_I_ABS, d, a, a, n);
    case QB_I_SQRT:
        return loop_f64(QB_I_SQRT, d, a, a, n);
    case QB_I_EXP:
    case QB_I_LOG:
        return series_f64(op, d, a, n);
    case QB_I_ROUND:
        return loop_f64(QB_I_ROUND, d, a, a, n);
    case QB_I_MIN:
        return loop_f64(QB_I_MIN, d, a, b, n);
    case QB_I_MAX:
        return loop_f64(QB_I_MAX, d, a, b, n);
    }
    QB_BUG("instruction %d on f64", (int)op);
}

/* ---- comparisons ------------------------------------------------------------------------------------- */

QB_INLINE void compare_f32(QbInsn op, uint8_t *restrict d, const float *a, const float *b,
                           int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        d[k] = qb_compare_f32(op, a[k], b[k]);
}

QB_INLINE void compare_f64(QbInsn op, uint8_t *restrict d, const double *a, const double *b,
                           int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        d[k] = qb_compare_f64(op, a[k], b[k]);
}

QB_INLINE void compare(QbInsn op, QbRegType t, uint8_t *d, const void *a, const void *b, int64_t n)
{
    if (t == QB_REG_F64)
        compare_f64(op, d, a, b, n);
    else
        compare_f32(op, d, a, b, n);
}

static void step_compare(QbInsn op, QbRegType t, uint8_t *d, const void *a, const void *b,
                         int64_t n)
{
    switch ((int)op) {
    case QB_I_LT:
        return compare(QB_I_LT, t, d, a, b, n);
    case QB_I_LE:
        return compare(QB_I_LE, t, d, a, b, n);
    case QB_I_GT:
        return compare(QB_I_GT, t, d, a, b, n);
    case QB_I_GE:
        return compare(QB_I_GE, t, d, a, b, n);
    case QB_I_EQ:
        return compare(QB_I_EQ, t, d, a, b, n);
    }
    compare(QB_I_NE, t, d, a, b, n);
}

/* ---- masks, selections, conversions ------------------------------------------------------------------ */

static void step_mask(QbInsn op, uint8_t *restrict d, const uint8_t *a, const uint8_t *b, int64_t n)
{
    if (op == QB_I_AND)
        for (int64_t k = 0; k < n; k++)
            d[k] = a[k] & b[k];
    else if (op == QB_I_OR)
        for (int64_t k = 0; k < n; k++)
            d[k] = a[k] | b[k];
    else
        for (int64_t k = 0; k < n; k++)
            d[k] = a[k] ^ 1;
}

/* By bits: the baseline has no blending instructions. */
static void select_f32(uint32_t *restrict d, const uint8_t *m, const uint32_t *a, const uint32_t *b,
                       int64_t n)
{
    for (int64_t k = 0; k < n; k++) {
        uint32_t all = 0u - m[k];
        d[k] = (a[k] & all) | (b[k] & ~all);
    }
}

static void select_f64(uint64_t *restrict d, const uint8_t *m, const uint64_t *a, const uint64_t *b,
                       int64_t n)
{
    for (int64_t k = 0; k < n; k++) {
        uint64_t all = 0u - (uint64_t)m[k];
        d[k] = (a[k] & all) | (b[k] & ~all);
    }
}

static void select_mask(uint8_t *restrict d, const uint8_t *m, const uint8_t *a, const uint8_t *b,
                        int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        d[k] = (a[k] & m[k]) | (b[k] & (m[k] ^ 1));
}

static void saturate_f32(float *restrict d, const float *a, float lo, float hi, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        d[k] = qb_saturate_f32(a[k], lo, hi);
}

static void saturate_f64(double *restrict d, const double *a, double lo, double hi, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        d[k] = qb_saturate_f64(a[k], lo, hi);
}

static void convert_to_f64(double *restrict d, const float *a, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        d[k] = (double)a[k];
}

static void convert_to_f32(float *restrict d, const double *a, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        d[k] = (float)a[k];
}

static void convert(const QbInstr *in, void *d, const void *a, int64_t n)
{
    if (in->from == QB_REG_MASK)
        QB_CPU_NAME(qb_map_load)(QB_U8, (QbRegType)in->reg, d, a, n);
    else if (in->reg == QB_REG_F64)
        convert_to_f64(d, a, n);
    else
        convert_to_f32(d, a, n);
}

void QB_CPU_NAME(qb_map_step)(const QbInstr *in, void *d, const void *a, const void *b,
                              const void *c, int64_t n)
{
    QbInsn op = (QbInsn)in->op;
    QbRegType t = (QbRegType)in->reg;
    const QbPixInfo *p = &qb_pix_info[in->pix];
    if (op == QB_I_CVT)
        convert(in, d, a, n);
    else if (op >= QB_I_LT && op <= QB_I_NE)
        step_compare(op, (QbRegType)in->from, d, a, b, n);
    else if (op == QB_I_SELECT && t == QB_REG_F32)
        select_f32(d, a, b, c, n);
    else if (op == QB_I_SELECT && t == QB_REG_F64)
        select_f64(d, a, b, c, n);
    else if (op == QB_I_SELECT)
        select_mask(d, a, b, c, n);
    else if (op == QB_I_SATURATE && t == QB_REG_F32)
        saturate_f32(d, a, (float)p->lo, (float)p->hi, n);
    else if (op == QB_I_SATURATE)
        saturate_f64(d, a, p->lo, p->hi, n);
    else if (t == QB_REG_MASK)
        step_mask(op, d, a, b, n);
    else if (t == QB_REG_F32)
        step_f32(op, d, a, b, n);
    else
        step_f64(op, d, a, b, n);
}
