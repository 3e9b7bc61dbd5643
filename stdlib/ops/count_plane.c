/* count_plane: true where the sums in a window of axes 1 and 2, each of size[0] voxels, are at least `need`. */
#include "stdlib/kernels/filter.h"

static const QbParam rows[] = {
    {.name = "mask",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_IMAGE) | QB_ACCEPT(QB_MASK),
     .help = "mask"},
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
    for (int a = 1; a < 3; a++)
        h->before[a] = h->after[a] = p->size[a] / 2;
    h->border = QB_BORDER_MIRROR;
}

static double cost(const void *params, const QbType *const *in)
{
    const QbCountParams *p = params;
    (void)in;
    return 0.1 + 0.02 * (double)qb_max64(p->size[1], p->size[2]);
}

static void run(const QbTask *t)
{
    t->cpu->filter->count_plane(t);
}

const QbOp qb_op_count_plane = {
    .name = "count_plane",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "filters",
    .help = "counts sums of a mask in planes",
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbCountParams),
    .check = check,
    .cost = cost,
    .halo = halo,
    .run = run,
    .scratch = qb_count_plane_scratch,
};
