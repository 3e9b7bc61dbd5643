/* count_box: true where at least `need` voxels of a box are. What medians and ranks of masks are, and rank filters that are
 * compared with a number. */
#include "stdlib/kernels/filter.h"

static const QbParam rows[] = {
    {.name = "mask", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_MASK), .help = "mask"},
    {.name = "size",
     .slot = QB_SLOT_SIZES,
     .offset = offsetof(QbCountParams, size),
     .min = 1,
     .max = QB_FILTER_MAX_SIZE,
     .odd = true,
     .unit = "voxels",
     .help = "width of the window"},
    {.name = "need",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(QbCountParams, need),
     .help = "voxels that must be true"},
};

static bool check(QbCheck *c)
{
    *c->out = *c->in[0];
    c->out->kind = QB_MASK;
    c->out->pix = QB_U8;
    c->out->nan_free = true;
    return true;
}

static void halo(const void *params, const QbType *const *in, int input, QbHalo *h)
{
    const QbCountParams *p = params;
    (void)in;
    (void)input;
    for (int a = 0; a < 3; a++)
        h->before[a] = h->after[a] = p->size[a] / 2;
    h->border = QB_BORDER_MIRROR;
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.2;
}

static QbNodeId compose(QbBuild *b)
{
    return qb_count_compose(b, b->in[0], b->check->params);
}

const QbOp qb_op_count_box = {
    .name = "count_box",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "filters",
    .help = "whether enough voxels of a box are true",
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbCountParams),
    .check = check,
    .cost = cost,
    .halo = halo,
    .compose = compose,
};
