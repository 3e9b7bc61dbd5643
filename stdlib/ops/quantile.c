/* quantile: the percentile that the last level of a tally has pinned down. Made by percentile. */
#include "stdlib/tally.h"

typedef struct Params {
    double p;
} Params;

static const QbParam params[] = {
    {.name = "tally",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_BLOB),
     .help = "counts of voxels"},
    {.name = "p",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(Params, p),
     .def = "50",
     .help = "which percentile"},
};

static bool check(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_NUMBER, .measured = true};
    return true;
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    (void)err;
    out->number = qb_tally_percentile(c->value[0]->state, ((const Params *)c->params)->p);
    return true;
}

const QbOp qb_op_quantile = {
    .name = "quantile",
    .class = QB_OP_SCALAR,
    .hidden = true,
    .group = "measures",
    .help = "a percentile, from counts",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .param_size = sizeof(Params),
    .check = check,
    .eval = eval,
};
