/* a < b: a mask of the voxels where that holds, by exact value; NaN is not. */
#include "stdlib/pixelwise.h"

static bool check(QbCheck *c)
{
    return qb_pixelwise_check_compare(c, QB_I_LT);
}

static int emit(QbEmit *e, const void *params, const int *in)
{
    (void)params;
    return qb_pixelwise_emit_compare(e, QB_I_LT, in);
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    (void)err;
    return qb_pixelwise_eval(c, QB_I_LT, out);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.05;
}

static const char *const examples[] = {"image < 10", "10 < image < 200", NULL};

const QbOp qb_op_lt = {
    .name = "lt",
    .class = QB_OP_MAP,
    .hidden = true,
    .group = "pixels",
    .help = "a < b: a mask, by exact value",
    .follows = "numpy.less",
    .examples = examples,
    .version = 1,
    .params = qb_pixelwise_operands,
    .n_params = 2,
    .check = check,
    .cost = cost,
    .emit = emit,
    .eval = eval,
};
