/* span: how far high lies above low, or 1 where they are one, so that it can be divided by. Made by rescale. */
#include "stdlib/pixelwise.h"

static const QbParam rows[] = {
    {.name = "low",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_NUMBER),
     .help = "smallest value"},
    {.name = "high",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_NUMBER),
     .help = "largest value"},
};

static bool check(QbCheck *c)
{
    return qb_pixelwise_is_scalar(c, QB_NUMBER);
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    (void)err;
    double low = c->value[0]->number, high = c->value[1]->number;
    out->number = high == low ? 1 : high - low;
    return true;
}

const QbOp qb_op_span = {
    .name = "span",
    .class = QB_OP_SCALAR,
    .hidden = true,
    .group = "pixels",
    .help = "high - low, or 1 where they are equal",
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .check = check,
    .eval = eval,
};
