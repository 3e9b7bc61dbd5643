/* sqrt(image): f32, and f64 for f64. */
#include "stdlib/pixelwise.h"

static const QbParam rows[] = {
    {.name = "image",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT_RASTER | QB_ACCEPT(QB_NUMBER),
     .help = "image, or a number"},
};

static bool check(QbCheck *c)
{
    return qb_pixelwise_check_real(c, false);
}

static int emit(QbEmit *e, const void *params, const int *in)
{
    (void)params;
    return qb_pixelwise_emit_real(e, QB_I_SQRT, in);
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    (void)err;
    return qb_pixelwise_eval(c, QB_I_SQRT, out);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.3;
}

static const char *const examples[] = {"sqrt(image)", NULL};

const QbOp qb_op_sqrt = {
    .name = "sqrt",
    .class = QB_OP_MAP,
    .group = "pixels",
    .help = "square root of each voxel; NaN below 0",
    .follows = "numpy.sqrt",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = 1,
    .check = check,
    .cost = cost,
    .emit = emit,
    .eval = eval,
};
