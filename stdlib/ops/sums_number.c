/* sums_number: sum, mean or standard deviation, from finished sums. Made by the operators of these names. */
#include "stdlib/sums.h"

typedef struct Params {
    int what; /* QbSumsWhat */
} Params;

static const char *const choices[] = {"sum", "mean", "std", NULL};

static const QbParam params[] = {
    {.name = "sums",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_BLOB),
     .help = "sums of all voxels"},
    {.name = "what",
     .slot = QB_SLOT_CHOICE,
     .offset = offsetof(Params, what),
     .choices = choices,
     .help = "which number"},
};

static bool check(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_NUMBER, .measured = true};
    return true;
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    (void)err;
    out->number = qb_sums_number(c->value[0]->state, (QbSumsWhat)((const Params *)c->params)->what);
    return true;
}

const QbOp qb_op_sums_number = {
    .name = "sums_number",
    .class = QB_OP_SCALAR,
    .hidden = true,
    .group = "measures",
    .help = "a number from sums",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .param_size = sizeof(Params),
    .check = check,
    .eval = eval,
};
