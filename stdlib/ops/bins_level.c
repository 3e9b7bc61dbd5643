/* bins_level: one of the thresholds that are read from counts. Made by li, triangle and isodata. */
#include "stdlib/levels.h"

static const QbParam params[] = {
    {.name = "counts",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_BLOB),
     .help = "a tally or bins"},
    {.name = "which", .slot = QB_SLOT_WHOLE, .offset = 0, .max = 2, .help = "of the thresholds"},
};

static bool check(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_NUMBER, .measured = true};
    return true;
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    QbBinsAsk ask = {.pix = c->in_type[0]->pix};
    QbBins made = {0};
    bool is_narrow = qb_bins_is_narrow(ask.pix);
    if (is_narrow && !qb_bins_of_tally(&made, c->value[0]->state, &ask, err))
        return false;
    QbLevelWhat what = (QbLevelWhat) * (const int64_t *)c->params;
    out->number = qb_level_of_bins(is_narrow ? &made : c->value[0]->state, what);
    qb_bins_close(&made);
    return true;
}

const QbOp qb_op_bins_level = {
    .name = "bins_level",
    .class = QB_OP_SCALAR,
    .hidden = true,
    .group = "thresholds",
    .help = "a threshold, from counts",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .param_size = sizeof(int64_t),
    .check = check,
    .eval = eval,
};
