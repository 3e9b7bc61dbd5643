/* maximum(x, size): the largest voxel of each window; axis by axis. */
#include "stdlib/kernels/filter.h"

static const QbParam rows[] = {
    {.name = "image",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_IMAGE) | QB_ACCEPT(QB_MASK) | QB_ACCEPT(QB_LABELS),
     .help = "image or mask"},
    {.name = "size",
     .slot = QB_SLOT_SIZES,
     .offset = offsetof(QbSizeParams, size),
     .min = 1,
     .max = QB_FILTER_MAX_SIZE,
     .odd = true,
     .length = true,
     .unit = "voxels",
     .help = "width of the window, a number or one for each axis; odd"},
};

static bool check(QbCheck *c)
{
    return qb_filter_check_same(c);
}

static void halo(const void *params, const QbType *const *in, int input, QbHalo *h)
{
    const QbSizeParams *p = params;
    (void)in;
    (void)input;
    qb_halo_of_sizes(p->size, h);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    return 0.2 * (double)qb_pix_bytes(in[0]->pix);
}

static QbNodeId compose(QbBuild *b)
{
    const QbSizeParams *p = b->check->params;
    return qb_extreme_compose(b, p->size, true);
}

static const char *const examples[] = {"maximum(image, 5)", "volume |> maximum([1, 3, 3])", NULL};

const QbOp qb_op_maximum = {
    .name = "maximum",
    .class = QB_OP_KERNEL,
    .group = "filters",
    .help = "the largest voxel of a window around each voxel",
    .follows = "scipy.ndimage.maximum_filter",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbSizeParams),
    .check = check,
    .cost = cost,
    .halo = halo,
    .compose = compose,
};
