/* not a on masks, voxel by voxel, and on bools. */
#include "stdlib/pixelwise.h"

static bool check(QbCheck *c)
{
    return qb_pixelwise_check_logical(c, "not");
}

static int emit(QbEmit *e, const void *params, const int *in)
{
    (void)params;
    return qb_emit1(e, QB_I_NOT, QB_REG_MASK, in[0]);
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    (void)err;
    return qb_pixelwise_eval(c, QB_I_NOT, out);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.05;
}

static const char *const examples[] = {"not mask", NULL};

const QbOp qb_op_logical_not = {
    .name = "logical_not",
    .class = QB_OP_MAP,
    .hidden = true,
    .group = "pixels",
    .help = "not a, on masks voxel by voxel",
    .follows = "numpy.logical_not",
    .examples = examples,
    .version = 1,
    .params = qb_pixelwise_operands,
    .n_params = 1,
    .check = check,
    .cost = cost,
    .emit = emit,
    .eval = eval,
};
