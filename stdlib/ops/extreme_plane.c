/* extreme_plane: the smallest or largest voxel of a window in axes 1 and 2. */
#include "stdlib/kernels/filter.h"

static const char *const borders[] = {"mirror", "constant", NULL};

static const QbParam rows[] = {
    {.name = "image",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_IMAGE) | QB_ACCEPT(QB_MASK),
     .help = "image"},
    {.name = "size",
     .slot = QB_SLOT_SIZES,
     .offset = offsetof(QbExtremeParams, size),
     .min = 1,
     .max = QB_FILTER_MAX_SIZE,
     .odd = true,
     .unit = "voxels",
     .help = "width of the window"},
    {.name = "border",
     .slot = QB_SLOT_CHOICE,
     .offset = offsetof(QbExtremeParams, border),
     .def = "mirror",
     .choices = borders,
     .help = "what lies outside"},
    {.name = "outside",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(QbExtremeParams, outside),
     .def = "0",
     .help = "the constant outside"},
    {.name = "largest",
     .slot = QB_SLOT_BOOL,
     .offset = offsetof(QbExtremeParams, largest),
     .def = "false",
     .help = "the largest, not the smallest"},
};

static bool check(QbCheck *c)
{
    return qb_filter_check_same(c);
}

static void halo(const void *params, const QbType *const *in, int input, QbHalo *h)
{
    const QbExtremeParams *p = params;
    (void)in;
    (void)input;
    for (int a = 1; a < 3; a++)
        h->before[a] = h->after[a] = p->size[a] / 2;
    h->border = p->border;
    h->fill = p->outside;
}

static double cost(const void *params, const QbType *const *in)
{
    const QbExtremeParams *p = params;
    double ns = p->size[1] > 1 ? 0.06 + 0.007 * (double)p->size[1] : 0.02;
    ns += p->size[2] > 1 ? 0.06 + 0.003 * (double)p->size[2] : 0.02;
    return ns * (double)qb_pix_bytes(in[0]->pix);
}

static void run(const QbTask *t)
{
    t->cpu->filter->extreme_plane(t);
}

const QbOp qb_op_extreme_plane = {
    .name = "extreme_plane",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "filters",
    .help = "the smallest or largest voxel in a plane",
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbExtremeParams),
    .check = check,
    .cost = cost,
    .halo = halo,
    .run = run,
    .scratch = qb_extreme_plane_scratch,
};
