/* a + b: done in f32, or in f64 where an operand is u32, i32 or f64. */
#include "stdlib/pixelwise.h"

static bool check(QbCheck *c)
{
    return qb_pixelwise_check_arithmetic(c, QB_I_ADD);
}

static int emit(QbEmit *e, const void *params, const int *in)
{
    (void)params;
    return qb_pixelwise_emit_arithmetic(e, QB_I_ADD, in);
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    (void)err;
    return qb_pixelwise_eval(c, QB_I_ADD, out);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.1;
}

static const char *const examples[] = {"image + 10", "1 + mask", "image + image / 2", NULL};

const QbOp qb_op_add = {
    .name = "add",
    .class = QB_OP_MAP,
    .hidden = true,
    .group = "pixels",
    .help = "a + b, voxel by voxel",
    .follows = "numpy.add",
    .examples = examples,
    .version = 1,
    .params = qb_pixelwise_operands,
    .n_params = 2,
    .check = check,
    .cost = cost,
    .emit = emit,
    .eval = eval,
};
