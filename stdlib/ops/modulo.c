/* a % b: what a // b leaves; it has the sign of b. */
#include "stdlib/pixelwise.h"

static bool check(QbCheck *c)
{
    return qb_pixelwise_check_arithmetic(c, QB_I_MOD);
}

static int emit(QbEmit *e, const void *params, const int *in)
{
    (void)params;
    return qb_pixelwise_emit_arithmetic(e, QB_I_MOD, in);
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    (void)err;
    return qb_pixelwise_eval(c, QB_I_MOD, out);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 6;
}

static const char *const examples[] = {"image % 16", NULL};

const QbOp qb_op_modulo = {
    .name = "modulo",
    .class = QB_OP_MAP,
    .hidden = true,
    .group = "pixels",
    .help = "a % b, the remainder, with the sign of b",
    .follows = "numpy.remainder",
    .examples = examples,
    .version = 1,
    .params = qb_pixelwise_operands,
    .n_params = 2,
    .check = check,
    .cost = cost,
    .emit = emit,
    .eval = eval,
};
