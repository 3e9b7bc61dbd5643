/* Programs over registers: what building them folds, narrows and shares, and that none of it changes a value. */
#include "core/prog.h"
#include "stdlib/kernels/map.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

typedef struct Bench {
    QbArena *arena;
    QbProg prog;
    QbEmit e;
} Bench;

static Bench *bench(void)
{
    QbArena *a = qb_arena_new();
    Bench *b = QB_NEW(a, Bench);
    b->arena = a;
    b->e = (QbEmit){.arena = a, .prog = &b->prog};
    return b;
}

static QbType image(QbPix pix)
{
    return (QbType){.kind = QB_IMAGE, .rank = 2, .pix = pix, .n = {1, 1, 1}};
}

static const QbType mask = {.kind = QB_MASK, .rank = 2, .pix = QB_U8, .n = {1, 1, 1}};

static int load(Bench *b, int index, QbPix pix)
{
    QbType t = image(pix);
    return qb_emit_load(&b->e, index, &t);
}

static void store(Bench *b, int reg, QbType type)
{
    qb_emit_store(&b->e, reg, &type);
}

static int count(const Bench *b, QbInsn op)
{
    int n = 0;
    for (int k = 0; k < b->prog.n; k++)
        n += b->prog.code[k].op == op;
    return n;
}

static double apply(const Bench *b, double v)
{
    return qb_prog_apply(&b->prog, (double[]){v, v, v}, (double[]){v, v, v});
}

/* (x + 1) · (x + 1) · 0 kept apart from what nobody stores. */
Test(prog, shares_and_drops)
{
    Bench *b = bench();
    int x = load(b, 0, QB_U8), one = qb_emit_const(&b->e, 1, QB_REG_F32);
    int first = qb_emit2(&b->e, QB_I_ADD, QB_REG_F32, x, one);
    int again = qb_emit2(&b->e, QB_I_ADD, QB_REG_F32, load(b, 0, QB_U8),
                         qb_emit_const(&b->e, 1, QB_REG_F64));
    cr_expect_eq(first, again, "equal instructions are one");
    qb_emit1(&b->e, QB_I_EXP, QB_REG_F32, x);
    store(b, qb_emit2(&b->e, QB_I_MUL, QB_REG_F32, first, again), image(QB_F32));
    cr_expect_eq(count(b, QB_I_EXP), 0, "nobody needs it");
    cr_expect_eq(b->prog.n, 5, "const, load, add, multiply, store; found %d", b->prog.n);
    cr_expect_eq(b->prog.code[0].op, QB_I_CONST, "constants first");
    cr_expect_eq(b->prog.code[4].op, QB_I_STORE);
    cr_expect_eq(apply(b, 4), 25);
    qb_arena_free(b->arena);
}

/* A chain as long as you like needs few registers, and none is written where it is read. */
Test(prog, registers_are_reused)
{
    Bench *b = bench();
    int r = load(b, 0, QB_F32);
    for (int k = 1; k <= 60; k++)
        r = qb_emit1(&b->e, k % 2 ? QB_I_NEG : QB_I_ABS, QB_REG_F32, r);
    store(b, r, image(QB_F32));
    cr_expect_leq(b->prog.n_regs, 2, "%d registers", b->prog.n_regs);
    for (int k = 0; k + 1 < b->prog.n; k++) {
        const QbInstr *in = &b->prog.code[k];
        cr_expect(in->op == QB_I_LOAD || in->dst != in->a, "instruction %d writes what it reads",
                  k);
    }
    cr_expect_eq(apply(b, -3), 3);
    qb_arena_free(b->arena);
}

Test(prog, types_of_registers)
{
    static const struct {
        QbType type;
        QbRegType want;
    } cases[] = {
        {{.kind = QB_MASK}, QB_REG_MASK},
        {{.kind = QB_LABELS}, QB_REG_F64},
        {{.kind = QB_IMAGE, .pix = QB_U8}, QB_REG_F32},
        {{.kind = QB_IMAGE, .pix = QB_I16}, QB_REG_F32},
        {{.kind = QB_IMAGE, .pix = QB_F32}, QB_REG_F32},
        {{.kind = QB_IMAGE, .pix = QB_U32}, QB_REG_F64},
        {{.kind = QB_IMAGE, .pix = QB_I32}, QB_REG_F64},
        {{.kind = QB_IMAGE, .pix = QB_F64}, QB_REG_F64},
    };
    for (int k = 0; k < QB_COUNT(cases); k++)
        cr_expect_eq((int)qb_reg_of(&cases[k].type), (int)cases[k].want, "case %d", k);
}

/* Constants are rounded to the register's type, once. */
Test(prog, constants_are_rounded)
{
    Bench *b = bench();
    int c = qb_emit_const(&b->e, 0.1, QB_REG_F32);
    store(b, qb_emit_cvt(&b->e, c, QB_REG_F64), image(QB_F64));
    cr_expect_eq(apply(b, 0), (double)0.1f);
    qb_arena_free(b->arena);
}

/* A comparison in double precision of a single, done in single precision, says the same of every neighbour of the limit. */
Test(prog, comparisons_are_narrowed_exactly)
{
    static const QbInsn ops[] = {QB_I_LT, QB_I_LE, QB_I_GT, QB_I_GE, QB_I_EQ, QB_I_NE};
    static const double limits[] = {0.1,          0.84,         1,        -2.5,   1e-50, 1e300,
                                    0x1.000001p0, 0x1.000003p0, INFINITY, -1e300, 0,     NAN};
    for (int j = 0; j < QB_COUNT(limits); j++) {
        for (int k = 0; k < 2 * QB_COUNT(ops); k++) {
            QbInsn op = ops[k / 2];
            Bench *b = bench();
            int x = load(b, 0, QB_F32), t = qb_emit_const(&b->e, limits[j], QB_REG_F64);
            bool turned = k % 2;
            store(b, qb_emit_cmp(&b->e, op, QB_REG_F64, turned ? t : x, turned ? x : t), mask);
            cr_expect_eq(count(b, QB_I_CVT), 0, "nothing is widened");
            float near = (float)limits[j];
            const float v[] = {
                near, nextafterf(near, INFINITY), nextafterf(near, -INFINITY), 0, 1, -1, INFINITY,
                NAN};
            for (int i = 0; i < QB_COUNT(v); i++) {
                double a = turned ? limits[j] : (double)v[i], c = turned ? (double)v[i] : limits[j];
                cr_expect_eq(apply(b, (double)v[i]), qb_scalar_apply(op, a, c),
                             "operator %d: %.17g and %.17g", (int)op, a, c);
            }
            qb_arena_free(b->arena);
        }
    }
}

Test(prog, stores)
{
    static const struct {
        QbPix from, to;
        double v, want;
    } cases[] = {
        {QB_F32, QB_U8, 2.5, 2},
        {QB_F32, QB_U8, 300, 255},
        {QB_F64, QB_U8, -1, 0},
        {QB_F64, QB_U8, NAN, 0},
        {QB_F64, QB_I16, 40000, 32767},
        {QB_F64, QB_U32, 4294967294.6, 4294967295.0},
        {QB_F64, QB_F32, 0.1, 0.1f},
        {QB_U8, QB_F64, 7, 7},
        {QB_I32, QB_F32, 16777217, 16777216},
        {QB_F32, QB_I8, -128.5, -128},
    };
    for (int k = 0; k < QB_COUNT(cases); k++) {
        Bench *b = bench();
        store(b, qb_emit_saturate(&b->e, load(b, 0, cases[k].from), cases[k].to),
              image(cases[k].to));
        cr_expect_eq(apply(b, cases[k].v), cases[k].want, "case %d", k);
        qb_arena_free(b->arena);
    }
}

Test(prog, select_and_masks)
{
    Bench *b = bench();
    int x = load(b, 0, QB_U16),
        m = qb_emit_cmp(&b->e, QB_I_GT, QB_REG_F32, x, qb_emit_const(&b->e, 10, QB_REG_F32));
    int both = qb_emit2(
        &b->e, QB_I_AND, QB_REG_MASK, m,
        qb_emit1(&b->e, QB_I_NOT, QB_REG_MASK,
                 qb_emit_cmp(&b->e, QB_I_EQ, QB_REG_F32, x, qb_emit_const(&b->e, 20, QB_REG_F32))));
    int r = qb_emit_select(&b->e, QB_REG_F32, both, x, qb_emit_const(&b->e, -1, QB_REG_F32));
    store(b, r, image(QB_F32));
    cr_expect_eq(apply(b, 10), -1);
    cr_expect_eq(apply(b, 11), 11);
    cr_expect_eq(apply(b, 20), -1);
    qb_arena_free(b->arena);
}

/* numpy's, on floats. */
Test(prog, division)
{
    static const struct {
        QbInsn op;
        double a, b, want;
    } cases[] = {
        {QB_I_FLOORDIV, 7, 2, 3},   {QB_I_FLOORDIV, -7, 2, -4},
        {QB_I_FLOORDIV, 7, -2, -4}, {QB_I_FLOORDIV, 1, 0, INFINITY},
        {QB_I_MOD, 7, 3, 1},        {QB_I_MOD, -7, 3, 2},
        {QB_I_MOD, 7, -3, -2},      {QB_I_MOD, 5.5, 1, 0.5},
        {QB_I_MOD, 1, 0, NAN},      {QB_I_DIV, -1, 0, -INFINITY},
        {QB_I_POW, 2, -1, 0.5},     {QB_I_MIN, NAN, 1, NAN},
        {QB_I_MIN, 1, NAN, NAN},    {QB_I_MAX, 1, 2, 2},
        {QB_I_ROUND, 2.5, 0, 2},    {QB_I_ROUND, -3.5, 0, -4},
        {QB_I_AND, 2, 0, 0},        {QB_I_OR, 0, 3, 1},
        {QB_I_NOT, 0, 0, 1},        {QB_I_LT, NAN, 1, 0},
        {QB_I_NE, NAN, 1, 1},
    };
    for (int k = 0; k < QB_COUNT(cases); k++) {
        double got = qb_scalar_apply(cases[k].op, cases[k].a, cases[k].b);
        bool same = got == cases[k].want || (isnan(got) && isnan(cases[k].want));
        cr_expect(same, "case %d: %g", k, got);
    }
}

/* The remainder of a single is found through a double, which an infinite divisor would spoil. */
Test(prog, division_by_infinity)
{
    static const struct {
        QbInsn op;
        double a, b, want;
    } cases[] = {
        {QB_I_MOD, 5, INFINITY, 5},        {QB_I_MOD, -5, INFINITY, INFINITY},
        {QB_I_MOD, -5, -INFINITY, -5},     {QB_I_FLOORDIV, 5, INFINITY, 0},
        {QB_I_FLOORDIV, -5, INFINITY, -1}, {QB_I_FLOORDIV, 5, -INFINITY, -1},
    };
    for (int k = 0; k < QB_COUNT(cases); k++) {
        Bench *b = bench();
        int x = load(b, 0, QB_F32), y = qb_emit_const(&b->e, cases[k].b, QB_REG_F32);
        store(b, qb_emit2(&b->e, cases[k].op, QB_REG_F32, x, y), image(QB_F32));
        cr_expect_eq(apply(b, cases[k].a), cases[k].want, "case %d: %g", k, apply(b, cases[k].a));
        qb_arena_free(b->arena);
    }
}

/* A value that is rounded to an integer type within a chain is what a store and a load would make of it: there is no -0. */
Test(prog, integers_have_one_zero)
{
    static const double zeros[] = {-0.0, -0.25, 0.25, NAN};
    for (int k = 0; k < QB_COUNT(zeros); k++) {
        for (QbPix pix = QB_F32; pix <= QB_F64; pix++) {
            Bench *b = bench();
            store(b, qb_emit_saturate(&b->e, load(b, 0, pix), QB_I16), image(QB_F32));
            cr_expect(!signbit(apply(b, zeros[k])), "%g as i16", zeros[k]);
            qb_arena_free(b->arena);
        }
    }
}

/* ---- range tests ---------------------------------------------------------------------------------------- */

/* Every value of u8: the range that was recognised says what the program says. */
static void check_range(Bench *b, QbPix pix, bool wants)
{
    QbMapRange r = {0};
    cr_assert_eq(qb_map_is_range(&b->prog, &r), wants);
    for (double v = qb_pix_info[pix].lo; wants && v <= qb_pix_info[pix].hi; v++) {
        bool in = v >= (double)r.lo && v <= (double)r.hi;
        cr_assert_eq(in != r.invert, apply(b, v) != 0, "%g in %lld..%lld", v, (long long)r.lo,
                     (long long)r.hi);
    }
    qb_arena_free(b->arena);
}

Test(prog, ranges)
{
    static const QbInsn ops[] = {QB_I_LT, QB_I_LE, QB_I_GT, QB_I_GE, QB_I_EQ, QB_I_NE};
    static const double limits[] = {60, 60.5, -1, 0, 255, 256, 1e20, -1e20, NAN, 127, -128};
    for (int k = 0; k < QB_COUNT(ops); k++) {
        for (int j = 0; j < QB_COUNT(limits); j++) {
            QbPix pix = (k + j) % 2 ? QB_U8 : QB_I8;
            Bench *b = bench();
            store(b,
                  qb_emit_cmp(&b->e, ops[k], QB_REG_F64, load(b, 0, pix),
                              qb_emit_const(&b->e, limits[j], QB_REG_F64)),
                  mask);
            check_range(b, pix, true);
        }
    }
}

Test(prog, ranges_of_two)
{
    Bench *b = bench();
    int x = load(b, 0, QB_U8);
    int low = qb_emit_cmp(&b->e, QB_I_GT, QB_REG_F32, x, qb_emit_const(&b->e, 10, QB_REG_F32));
    int high = qb_emit_cmp(&b->e, QB_I_LT, QB_REG_F32, x, qb_emit_const(&b->e, 200, QB_REG_F32));
    int both = qb_emit2(&b->e, QB_I_AND, QB_REG_MASK, low, high);
    store(b, qb_emit1(&b->e, QB_I_NOT, QB_REG_MASK, both), mask);
    check_range(b, QB_U8, true);
    b = bench();
    int first = qb_emit_cmp(&b->e, QB_I_GT, QB_REG_F32, load(b, 0, QB_U8),
                            qb_emit_const(&b->e, 10, QB_REG_F32));
    int second = qb_emit_cmp(&b->e, QB_I_LT, QB_REG_F32, load(b, 1, QB_U8),
                             qb_emit_const(&b->e, 200, QB_REG_F32));
    store(b, qb_emit2(&b->e, QB_I_AND, QB_REG_MASK, first, second), mask);
    check_range(b, QB_U8, false);
    b = bench();
    store(b,
          qb_emit_cmp(&b->e, QB_I_GT, QB_REG_F32, load(b, 0, QB_F32),
                      qb_emit_const(&b->e, 10, QB_REG_F32)),
          mask);
    check_range(b, QB_U8, false);
}
