/* otsu_level: Otsu's threshold, from counts. Made by otsu. */
#include "stdlib/bins.h"

static const QbParam params[] = {
    {.name = "counts",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_BLOB),
     .help = "a tally or bins"},
};

static bool check(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_NUMBER, .measured = true};
    return true;
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    QbPix pix = c->in_type[0]->pix;
    QbBinsAsk ask = {.pix = pix};
    QbBins made = {0};
    bool is_narrow = qb_bins_is_narrow(pix);
    if (is_narrow && !qb_bins_of_tally(&made, c->value[0]->state, &ask, err))
        return false;
    out->number = qb_bins_otsu(is_narrow ? &made : c->value[0]->state, err);
    qb_bins_close(&made);
    return !err->set;
}

const QbOp qb_op_otsu_level = {
    .name = "otsu_level",
    .class = QB_OP_SCALAR,
    .hidden = true,
    .group = "thresholds",
    .help = "Otsu's threshold, from counts",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = check,
    .eval = eval,
};
