/* a ** b: in f32 it is computed in double precision and rounded once. */
#include "stdlib/pixelwise.h"

static bool check(QbCheck *c)
{
    return qb_pixelwise_check_arithmetic(c, QB_I_POW);
}

static int emit(QbEmit *e, const void *params, const int *in)
{
    (void)params;
    return qb_pixelwise_emit_arithmetic(e, QB_I_POW, in);
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    (void)err;
    return qb_pixelwise_eval(c, QB_I_POW, out);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 35;
}

static const char *const examples[] = {"image ** 2", "(image / 255) ** 0.45", NULL};

const QbOp qb_op_power = {
    .name = "power",
    .class = QB_OP_MAP,
    .hidden = true,
    .group = "pixels",
    .help = "a ** b, voxel by voxel",
    .follows = "numpy.power",
    .examples = examples,
    .version = 1,
    .params = qb_pixelwise_operands,
    .n_params = 2,
    .check = check,
    .cost = cost,
    .emit = emit,
    .eval = eval,
};
