/* a or b on masks, voxel by voxel, and on bools. */
#include "stdlib/pixelwise.h"

static bool check(QbCheck *c)
{
    return qb_pixelwise_check_logical(c, "or");
}

static int emit(QbEmit *e, const void *params, const int *in)
{
    (void)params;
    return qb_emit2(e, QB_I_OR, QB_REG_MASK, in[0], in[1]);
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    (void)err;
    return qb_pixelwise_eval(c, QB_I_OR, out);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.05;
}

static const char *const examples[] = {"image < 10 or image > 200", NULL};

const QbOp qb_op_logical_or = {
    .name = "logical_or",
    .class = QB_OP_MAP,
    .hidden = true,
    .group = "pixels",
    .help = "a or b, on masks voxel by voxel",
    .follows = "numpy.logical_or",
    .examples = examples,
    .version = 1,
    .params = qb_pixelwise_operands,
    .n_params = 2,
    .check = check,
    .cost = cost,
    .emit = emit,
    .eval = eval,
};
