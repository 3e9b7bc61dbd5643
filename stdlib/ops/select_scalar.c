/* select_scalar: an `if` between two numbers or bools whose condition is measured from pixels. Both are there when it is asked. */
#include "core/op.h"

static const QbParam rows[] = {
    {.name = "condition", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_BOOL), .help = "chooses"},
    {.name = "a",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_NUMBER) | QB_ACCEPT(QB_BOOL),
     .help = "if it is true"},
    {.name = "b",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_NUMBER) | QB_ACCEPT(QB_BOOL),
     .help = "if it is false"},
};

static bool check(QbCheck *c)
{
    if (c->in[1]->kind != c->in[2]->kind)
        return c->fail(c, 2, NULL, "the branches of 'if' differ: %s and %s",
                       qb_kind_name(c->in[1]->kind), qb_kind_name(c->in[2]->kind));
    *c->out = (QbType){.kind = c->in[1]->kind};
    for (int k = 0; k < 3; k++)
        c->out->measured = c->out->measured || c->in[k]->measured;
    return true;
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    (void)err;
    out->number = c->value[c->value[0]->number != 0 ? 1 : 2]->number;
    return true;
}

const QbOp qb_op_select_scalar = {
    .name = "select_scalar",
    .class = QB_OP_SCALAR,
    .hidden = true,
    .group = "pixels",
    .help = "one of two numbers, by a measured condition",
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .check = check,
    .eval = eval,
};
