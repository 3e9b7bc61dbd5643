/* sum_axis0: how many voxels of a mask are true, along axis 0; what count_plane adds up. */
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
    const QbCountParams *p = c->params;
    *c->out = *c->in[0];
    c->out->kind = QB_IMAGE;
    c->out->pix = p->size[0] <= 255 ? QB_U8 : QB_U16; /* QB_FILTER_MAX_SIZE fits */
    c->out->nan_free = true;
    return true;
}

static void halo(const void *params, const QbType *const *in, int input, QbHalo *h)
{
    const QbCountParams *p = params;
    (void)in;
    (void)input;
    h->before[0] = h->after[0] = p->size[0] / 2;
    h->border = QB_BORDER_MIRROR;
}

static double cost(const void *params, const QbType *const *in)
{
    const QbCountParams *p = params;
    (void)in;
    return 0.1 + 0.017 * (double)p->size[0];
}

static void run(const QbTask *t)
{
    t->cpu->filter->sum_axis0(t);
}

const QbOp qb_op_sum_axis0 = {
    .name = "sum_axis0",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "filters",
    .help = "sums of a mask along axis 0",
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbCountParams),
    .check = check,
    .cost = cost,
    .halo = halo,
    .run = run,
};
