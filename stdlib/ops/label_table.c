/* label_table: the table of count(label(m)), straight from the state of the label fold: no label image is made for it. */
#include "stdlib/label_state.h"

static const QbParam params[] = {
    {.name = "labels",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_LABELS),
     .help = "the result of label"},
};

static bool check(QbCheck *c)
{
    c->out->kind = QB_TABLE;
    c->out->n_columns = 2;
    c->out->columns[0] = (QbColumnType){"label", true};
    c->out->columns[1] = (QbColumnType){"voxels", true};
    return true;
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    out->table = qb_table_new(c->env, c->out_type);
    return qb_label_rows(c->value[0]->state, out->table, err);
}

const QbOp qb_op_label_table = {
    .name = "label_table",
    .class = QB_OP_SCALAR,
    .hidden = true,
    .group = "measures",
    .help = "the voxels of each object, counted while the objects are found",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = check,
    .eval = eval,
};
