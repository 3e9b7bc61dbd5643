/* abs(image): in f32, or in f64 for u32, i32 and f64. */
#include "stdlib/pixelwise.h"

static const QbParam rows[] = {
    {.name = "image",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT_RASTER | QB_ACCEPT(QB_NUMBER),
     .help = "image, or a number"},
};

static bool check(QbCheck *c)
{
    return qb_pixelwise_check_arithmetic(c, QB_I_ABS);
}

static int emit(QbEmit *e, const void *params, const int *in)
{
    (void)params;
    return qb_pixelwise_emit_arithmetic(e, QB_I_ABS, in);
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    (void)err;
    return qb_pixelwise_eval(c, QB_I_ABS, out);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.1;
}

static const char *const examples[] = {"abs(image - 100)", "image |> abs", NULL};

const QbOp qb_op_abs = {
    .name = "abs",
    .class = QB_OP_MAP,
    .group = "pixels",
    .help = "absolute value of each voxel",
    .follows = "numpy.absolute on floats",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = 1,
    .check = check,
    .cost = cost,
    .emit = emit,
    .eval = eval,
};
