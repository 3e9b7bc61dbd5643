/* log(image): f32, and f64 for f64; computed in double precision, with the same bits on every processor. */
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
    return qb_pixelwise_emit_real(e, QB_I_LOG, in);
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    (void)err;
    return qb_pixelwise_eval(c, QB_I_LOG, out);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 2;
}

static const char *const examples[] = {"log(image + 1)", NULL};

const QbOp qb_op_log = {
    .name = "log",
    .class = QB_OP_MAP,
    .group = "pixels",
    .help = "natural logarithm of each voxel; -inf at 0, NaN below",
    .follows = "numpy.log, to 1 ulp",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = 1,
    .check = check,
    .cost = cost,
    .emit = emit,
    .eval = eval,
};
