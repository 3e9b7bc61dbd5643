/* extreme: the smallest or the largest voxel, from an extent. Made by min, max, darkest and brightest. */
#include "stdlib/extent.h"

#include <math.h>

typedef QbExtreme Params;

static const QbParam params[] = {
    {.name = "extent",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_BLOB),
     .help = "the range of the voxels"},
    {.name = "largest",
     .slot = QB_SLOT_BOOL,
     .offset = offsetof(Params, largest),
     .def = "false",
     .help = "or the smallest"},
    {.name = "finite",
     .slot = QB_SLOT_BOOL,
     .offset = offsetof(Params, finite),
     .def = "false",
     .help = "of the finite voxels alone"},
};

static bool check(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_NUMBER, .measured = true};
    return true;
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    const QbExtent *e = c->value[0]->state;
    const Params *p = c->params;
    (void)err;
    if (p->finite)
        out->number = p->largest ? e->hi : e->lo;
    else
        out->number = e->all.nan ? NAN : p->largest ? e->all.hi : e->all.lo;
    return true;
}

const QbOp qb_op_extreme = {
    .name = "extreme",
    .class = QB_OP_SCALAR,
    .hidden = true,
    .group = "measures",
    .help = "the smallest or the largest voxel",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .param_size = sizeof(Params),
    .check = check,
    .eval = eval,
};
