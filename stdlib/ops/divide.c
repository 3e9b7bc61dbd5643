/* a / b; division by 0 gives infinity or NaN. */
#include "stdlib/pixelwise.h"

static bool check(QbCheck *c)
{
    return qb_pixelwise_check_arithmetic(c, QB_I_DIV);
}

static int emit(QbEmit *e, const void *params, const int *in)
{
    (void)params;
    return qb_pixelwise_emit_arithmetic(e, QB_I_DIV, in);
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    (void)err;
    return qb_pixelwise_eval(c, QB_I_DIV, out);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.2;
}

static const char *const examples[] = {"image / 255", "1 / (image + 1)", NULL};

const QbOp qb_op_divide = {
    .name = "divide",
    .class = QB_OP_MAP,
    .hidden = true,
    .group = "pixels",
    .help = "a / b, voxel by voxel",
    .follows = "numpy.divide",
    .examples = examples,
    .version = 1,
    .params = qb_pixelwise_operands,
    .n_params = 2,
    .check = check,
    .cost = cost,
    .emit = emit,
    .eval = eval,
};
