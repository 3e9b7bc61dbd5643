/* Laws of what is done voxel by voxel: which oracle says what a case must give. */
#include "tests/ops/support_case.h"

#include <math.h>
#include <string.h>

static QbOracleOperand operand(const QbCase *c, int k)
{
    return (QbOracleOperand){qb_is_raster(c->kind[k]) ? &c->image[k] : NULL, c->number[k]};
}

static void wants(QbCase *c, QbOracleImage image)
{
    c->want_image = image;
    c->want = image.type.kind;
}

/* Numbers that no type, or not every type, holds; zeros, ends of ranges, and what rounds. */
static double odd_number(QbRng *r)
{
    static const double values[] = {
        0,    -0.0,         0.1,          0.5,      1,     -1,       2,
        3,    -3,           255,          256,      65535, 16777217, -32768,
        1e-9, 4294967295.0, 2147483648.0, 1e39,     1e300, 1e-50,    0.30000001192092896,
        -7.5, NAN,          INFINITY,     -INFINITY};
    return values[qb_rng_whole(r, 0, QB_COUNT(values) - 1)];
}

static void adjust_numbers(QbCase *c)
{
    for (int k = 0; k < c->n_in; k++)
        if (c->kind[k] == QB_NUMBER && qb_rng_chance(c->rng, 60))
            c->number[k] = odd_number(c->rng);
}

/* ---- two operands -------------------------------------------------------------------------------------- */

/* Two images mostly, rather than an image and whatever; now and then the right side is a multiple of the left. */
static void adjust_binary(QbCase *c)
{
    adjust_numbers(c);
    if (c->kind[0] != QB_IMAGE || !qb_rng_chance(c->rng, 50))
        return;
    c->kind[1] = QB_IMAGE;
    if (!c->image[1].v || c->image[1].type.kind != QB_IMAGE)
        c->image[1] =
            qb_case_image(c, QB_IMAGE, (QbPix)qb_rng_whole(c->rng, 0, QB_PIX_COUNT - 1), false);
    if (qb_rng_chance(c->rng, 40))
        for (int64_t k = 0; k < qb_voxels(&c->image[0].type); k++)
            c->image[1].v[k] = qb_oracle_store(
                c->image[1].type.pix, c->image[0].v[k] * (double)qb_rng_whole(c->rng, -2, 2));
    c->image[1].type.nan_free = false;
}

static void adjust_logical(QbCase *c)
{
    QbKind kind = qb_rng_chance(c->rng, 85) ? QB_MASK : QB_BOOL;
    for (int k = 0; k < c->n_in; k++) {
        c->kind[k] = kind;
        c->number[k] = qb_rng_chance(c->rng, 50);
        if (kind == QB_MASK)
            c->image[k] = qb_case_image(c, QB_MASK, QB_U8, false);
    }
}

static void expect_binary(QbCase *c, QbOracleBinary op, int ulps)
{
    c->ulps = ulps;
    c->zeros = ulps == 0;
    if (!qb_is_raster(c->kind[0]) && !qb_is_raster(c->kind[1])) {
        c->want = c->out.kind;
        c->want_number = qb_oracle_binary_number(op, c->number[0], c->number[1]);
        return;
    }
    wants(c, qb_oracle_binary(c->arena, op, operand(c, 0), operand(c, 1)));
}

#define BINARY(name, op, ulps)                  \
    static void expect_##name(QbCase *c)        \
    {                                           \
        expect_binary(c, QB_ORACLE_##op, ulps); \
    }
BINARY(add, ADD, 0)
BINARY(subtract, SUB, 0)
BINARY(multiply, MUL, 0)
BINARY(divide, DIV, 0)
BINARY(floordiv, FLOORDIV, 0)
BINARY(modulo, MOD, 0)
BINARY(power, POW, 1)
BINARY(lt, LT, 0)
BINARY(le, LE, 0)
BINARY(gt, GT, 0)
BINARY(ge, GE, 0)
BINARY(eq, EQ, 0)
BINARY(ne, NE, 0)
BINARY(and, AND, 0)
BINARY(or, OR, 0)

/* ---- one operand --------------------------------------------------------------------------------------- */

static void expect_unary(QbCase *c, QbOracleUnary op, QbPix pix, int ulps)
{
    c->ulps = ulps;
    c->zeros = ulps == 0;
    if (qb_is_raster(c->kind[0])) {
        wants(c, qb_oracle_unary(c->arena, op, &c->image[0], pix));
        return;
    }
    c->want = c->out.kind;
    c->want_number = qb_oracle_unary_number(op, c->number[0]);
}

static QbPix arithmetic(const QbCase *c)
{
    return qb_oracle_arithmetic(&c->image[0]);
}

static QbPix real(const QbCase *c)
{
    return qb_oracle_real(c->image[0].type.pix);
}

static QbPix same(const QbCase *c)
{
    return c->image[0].type.pix;
}

/* exp and log are within one step of libm's, which is within half a step of the truth. */
#define UNARY(name, op, type, ulps)                     \
    static void expect_##name(QbCase *c)                \
    {                                                   \
        expect_unary(c, QB_ORACLE_##op, type(c), ulps); \
    }
UNARY(negate, NEG, arithmetic, 0)
UNARY(abs, ABS, arithmetic, 0)
UNARY(sqrt, SQRT, real, 0)
UNARY(exp, EXP, real, 1)
UNARY(log, LOG, real, 1)
UNARY(invert, INVERT, same, 0)
UNARY(not, NOT, same, 0)

/* ---- types and ranges ---------------------------------------------------------------------------------- */

static void adjust_as(QbCase *c)
{
    QbAsType *to = qb_case_field(c, "type");
    if (qb_rng_chance(c->rng, 30))
        to->kind = qb_rng_chance(c->rng, 50) ? QB_MASK : QB_LABELS;
}

static void expect_as(QbCase *c)
{
    const QbAsType *to = qb_case_field(c, "type");
    c->zeros = true;
    wants(c, qb_oracle_as(c->arena, &c->image[0], to->kind, to->pix));
}

/* The two images need not agree in anything. */
static void adjust_like(QbCase *c)
{
    c->image[1] =
        qb_case_image(c, QB_IMAGE, (QbPix)qb_rng_whole(c->rng, 0, QB_PIX_COUNT - 1), false);
}

static void expect_like(QbCase *c)
{
    c->zeros = true;
    wants(c, qb_oracle_as(c->arena, &c->image[0], QB_IMAGE, c->image[1].type.pix));
}

/* Two numbers in order, none of them NaN. */
static void adjust_clip(QbCase *c)
{
    adjust_numbers(c);
    for (int k = 1; k <= 2; k++)
        c->number[k] = isnan(c->number[k]) ? -0.25 : c->number[k];
    if (c->number[1] > c->number[2]) {
        double low = c->number[2];
        c->number[2] = c->number[1];
        c->number[1] = low;
    }
}

static void expect_clip(QbCase *c)
{
    wants(c, qb_oracle_clip(c->arena, &c->image[0], c->number[1], c->number[2]));
}

static void expect_rescale(QbCase *c)
{
    const QbOracleImage *m = &c->image[0];
    double from[2],
        to[2] = {*(double *)qb_case_field(c, "low"), *(double *)qb_case_field(c, "high")};
    from[0] = qb_oracle_measure(m->v, qb_voxels(&m->type), 1, QB_ORACLE_MIN);
    from[1] = qb_oracle_measure(m->v, qb_voxels(&m->type), 1, QB_ORACLE_MAX);
    wants(c, qb_oracle_rescale(c->arena, m, from, to));
}

static void expect_span(QbCase *c)
{
    c->want = QB_NUMBER;
    c->want_number = c->number[0] == c->number[1] ? 1 : c->number[1] - c->number[0];
}

/* ---- choosing ------------------------------------------------------------------------------------------ */

/* A mask; two images of one type, or a number that the other side's type holds. */
static void adjust_where(QbCase *c)
{
    adjust_numbers(c);
    c->kind[0] = QB_MASK;
    c->image[0] = qb_case_image(c, QB_MASK, QB_U8, false);
    QbPix pix = (QbPix)qb_rng_whole(c->rng, 0, QB_PIX_COUNT - 1);
    bool are_masks = qb_rng_chance(c->rng, 10);
    for (int k = 1; k <= 2; k++) {
        c->kind[k] = are_masks ? QB_MASK : qb_rng_chance(c->rng, 60) ? QB_IMAGE : QB_NUMBER;
        if (qb_is_raster(c->kind[k]))
            c->image[k] = qb_case_image(c, c->kind[k], pix, false);
        else if (!c->measured[k])
            c->number[k] = qb_oracle_store(pix, c->number[k]);
    }
}

static void expect_where(QbCase *c)
{
    c->zeros = true;
    wants(c, qb_oracle_where(c->arena, &c->image[0], operand(c, 1), operand(c, 2)));
}

/* ---- what passes make ---------------------------------------------------------------------------------- */

static void expect_store(QbCase *c)
{
    c->zeros = true;
    wants(c, c->image[0]);
}

static void expect_largest(QbCase *c)
{
    c->want = QB_NUMBER;
    c->want_number =
        qb_oracle_measure(c->image[0].v, qb_voxels(&c->image[0].type), 1, QB_ORACLE_MAX);
}

const QbLaw qb_laws_pixels[] = {
    {"add", adjust_binary, expect_add},
    {"subtract", adjust_binary, expect_subtract},
    {"multiply", adjust_binary, expect_multiply},
    {"divide", adjust_binary, expect_divide},
    {"floordiv", adjust_binary, expect_floordiv},
    {"modulo", adjust_binary, expect_modulo},
    {"power", adjust_binary, expect_power},
    {"lt", adjust_binary, expect_lt},
    {"le", adjust_binary, expect_le},
    {"gt", adjust_binary, expect_gt},
    {"ge", adjust_binary, expect_ge},
    {"eq", adjust_binary, expect_eq},
    {"ne", adjust_binary, expect_ne},
    {"threshold", adjust_numbers, expect_gt},
    {"logical_and", adjust_logical, expect_and},
    {"logical_or", adjust_logical, expect_or},
    {"logical_not", adjust_logical, expect_not},
    {"negate", adjust_numbers, expect_negate},
    {"abs", adjust_numbers, expect_abs},
    {"sqrt", adjust_numbers, expect_sqrt},
    {"exp", adjust_numbers, expect_exp},
    {"log", adjust_numbers, expect_log},
    {"invert", NULL, expect_invert},
    {"as", adjust_as, expect_as},
    {"like", adjust_like, expect_like},
    {"clip", adjust_clip, expect_clip},
    {"rescale", NULL, expect_rescale},
    {"span", adjust_numbers, expect_span},
    {"where", adjust_where, expect_where},
    {"store", NULL, expect_store},
    {"largest", NULL, expect_largest},
    {"map", NULL, NULL}, /* every voxel by voxel operator runs as one */
    {"label_table", NULL,
     NULL}, /* count of label: it reads the state of label, which has no voxels to draw */
    {NULL, NULL, NULL},
};
