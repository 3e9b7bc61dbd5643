/* histogram_table: the table of a histogram, from counts. Made by histogram. */
#include "stdlib/bins.h"

typedef struct Params {
    int64_t bins; /* 0: as the image's type has it */
} Params;

static const QbParam params[] = {
    {.name = "counts",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_BLOB),
     .help = "a tally or bins"},
    {.name = "low",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_NUMBER),
     .def = "",
     .help = "the first edge"},
    {.name = "high",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_NUMBER),
     .def = "",
     .help = "the last edge"},
    {.name = "bins",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, bins),
     .def = "0",
     .help = "how many"},
};

static bool check(QbCheck *c)
{
    bool by_value = qb_bins_is_narrow(c->in[0]->pix) && ((const Params *)c->params)->bins == 0 &&
                    !c->in[1] && !c->in[2];
    *c->out = (QbType){.kind = QB_TABLE, .n_columns = 2};
    c->out->columns[0] = (QbColumnType){"value", by_value};
    c->out->columns[1] = (QbColumnType){"count", true};
    return true;
}

static bool write_rows(const QbBins *s, QbTable *t, QbErr *err)
{
    for (int64_t k = 0; k < s->b.n; k++) {
        double value = qb_bins_centre(s, k);
        bool ok = t->type[0].whole ? qb_table_put_whole(t, k, 0, (int64_t)value, err)
                                   : qb_table_put(t, k, 0, value, err);
        if (!ok || !qb_table_put_whole(t, k, 1, (int64_t)s->count[k], err))
            return false;
    }
    return true;
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    QbPix pix = c->in_type[0]->pix;
    QbBinsAsk ask = {pix, ((const Params *)c->params)->bins, qb_bins_number(c, 1),
                     qb_bins_number(c, 2)};
    QbBins made = {0};
    bool is_narrow = qb_bins_is_narrow(pix);
    if (is_narrow && !qb_bins_of_tally(&made, c->value[0]->state, &ask, err))
        return false;
    out->table = qb_table_new(c->env, c->out_type);
    bool ok = write_rows(is_narrow ? &made : c->value[0]->state, out->table, err);
    qb_bins_close(&made);
    return ok;
}

const QbOp qb_op_histogram_table = {
    .name = "histogram_table",
    .class = QB_OP_SCALAR,
    .hidden = true,
    .group = "measures",
    .help = "the table of a histogram",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .param_size = sizeof(Params),
    .check = check,
    .eval = eval,
};
