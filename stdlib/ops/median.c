/* median(x, size): the middle voxel of each window. One node for the rewriting passes, then counts or ranks of boxes. */
#include "stdlib/kernels/filter.h"

#include <string.h>

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
    const QbSizeParams *p = c->params;
    return qb_filter_check_window(c, p->size, 1);
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
    const QbSizeParams *p = params;
    QbRankParams middle = {.rank = qb_window_voxels(p->size) / 2};
    memcpy(middle.size, p->size, sizeof(middle.size));
    return qb_rank_cost(&middle, in[0]);
}

static QbNodeId compose(QbBuild *b)
{
    const QbSizeParams *p = b->check->params;
    return qb_rank_compose(b, p->size, qb_window_voxels(p->size) / 2);
}

static const char *const examples[] = {"median(image, 5)",
                                       "volume |> median(size=[1, 3, 3]) |> threshold(10)",
                                       "mask |> median(3)", NULL};

const QbOp qb_op_median = {
    .name = "median",
    .class = QB_OP_KERNEL,
    .group = "filters",
    .help = "the median of a window around each voxel",
    .follows = "scipy.ndimage.median_filter",
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
