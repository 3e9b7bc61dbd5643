/* Laws of what is done voxel by voxel: which oracle says what a case must give. */
#include "tests/ops/support_case.h"

#include <math.h>
#include <string.h>

static QbOracleOperand operand(const QbCase *c, int k)
{
    return (QbOracleOperand){qb_is_raster(c->kind[k]) ? &c->image[k] : NULL, c->number[k]};
}

static void expect_binary(QbCase *c, QbOracleBinary op, double tolerance)
{
    c->tolerance = tolerance;
    if (!qb_is_raster(c->kind[0]) && !qb_is_raster(c->kind[1])) {
        c->want = c->out.kind;
        c->want_number = qb_oracle_binary_number(op, c->number[0], c->number[1]);
        return;
    }
    c->want_image = qb_oracle_binary(c->arena, op, operand(c, 0), operand(c, 1));
    c->want = c->want_image.type.kind;
}

#define BINARY(name, op, tolerance)                                                                \
    static void expect_##name(QbCase *c)                                                           \
    {                                                                                              \
        expect_binary(c, op, tolerance);                                                           \
    }
BINARY(add, QB_ORACLE_ADD, 0)
BINARY(sub, QB_ORACLE_SUB, 0)
BINARY(mul, QB_ORACLE_MUL, 0)
BINARY(div, QB_ORACLE_DIV, 0)
BINARY(floordiv, QB_ORACLE_FLOORDIV, 0)
BINARY(mod, QB_ORACLE_MOD, 0)
BINARY(lt, QB_ORACLE_LT, 0)
BINARY(le, QB_ORACLE_LE, 0)
BINARY(gt, QB_ORACLE_GT, 0)
BINARY(ge, QB_ORACLE_GE, 0)
BINARY(eq, QB_ORACLE_EQ, 0)
BINARY(ne, QB_ORACLE_NE, 0)
BINARY(and, QB_ORACLE_AND, 0)
BINARY(or, QB_ORACLE_OR, 0)

const QbLaw qb_laws_pixels[] = {
    {"add", NULL, expect_add}, {"sub", NULL, expect_sub},
    {"mul", NULL, expect_mul}, {"div", NULL, expect_div},
    {"floordiv", NULL, expect_floordiv}, {"mod", NULL, expect_mod},
    {"lt", NULL, expect_lt}, {"le", NULL, expect_le},
    {"gt", NULL, expect_gt}, {"ge", NULL, expect_ge},
    {"eq", NULL, expect_eq}, {"ne", NULL, expect_ne},
    {"and", NULL, expect_and}, {"or", NULL, expect_or},
    {NULL, NULL, NULL},
};
