/* extreme_axis0: the smallest or largest voxel of a window along axis 0. What minimum, maximum and grey boxes are made of. */
#include "stdlib/kernels/filter_layout.h"

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
    h->before[0] = h->after[0] = p->size[0] / 2;
    h->border = p->border;
    h->fill = p->outside;
}

static double cost(const void *params, const QbType *const *in)
{
    const QbExtremeParams *p = params;
    double bytes = (double)qb_pix_bytes(in[0]->pix);
    if (in[0]->rank == 2)
        return 0.05 + 0.11 * bytes;
    return 0.03 + (p->size[0] > QB_EXTREME_DIRECT ? 0.36 : 0.035 * (double)p->size[0]) * bytes;
}

static void run(const QbTask *t)
{
    t->cpu->filter->extreme_axis0(t);
}

const QbOp qb_op_extreme_axis0 = {
    .name = "extreme_axis0",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "filters",
    .help = "the smallest or largest voxel along axis 0",
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbExtremeParams),
    .check = check,
    .cost = cost,
    .halo = halo,
    .running = true,
    .run = run,
    .scratch = qb_extreme_axis0_scratch,
};
