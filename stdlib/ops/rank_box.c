/* rank_box: the voxel at place `rank` of the sorted box around each voxel. What median and rank of images are made of. */
#include "stdlib/kernels/filter.h"

static const QbParam rows[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_IMAGE), .help = "image"},
    {.name = "size",
     .slot = QB_SLOT_SIZES,
     .offset = offsetof(QbRankParams, size),
     .min = 1,
     .max = QB_FILTER_MAX_SIZE,
     .odd = true,
     .unit = "voxels",
     .help = "width of the window"},
    {.name = "rank",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(QbRankParams, rank),
     .help = "place in the sorted window, from 0"},
};

static bool check(QbCheck *c)
{
    const QbRankParams *p = c->params;
    return qb_filter_check_window(c, p->size, 1);
}

static void halo(const void *params, const QbType *const *in, int input, QbHalo *h)
{
    const QbRankParams *p = params;
    (void)in;
    (void)input;
    qb_halo_of_sizes(p->size, h);
}

static double cost(const void *params, const QbType *const *in)
{
    return qb_rank_cost(params, in[0]);
}

static void tile(const void *params, const QbType *const *in, int64_t n[2])
{
    qb_rank_box_tile(params, in[0], n);
}

static const char *method(const void *params, const QbType *const *in)
{
    return qb_rank_box_method(params, in[0]);
}

static void run(const QbTask *t)
{
    t->cpu->filter->rank_box(t);
}

const QbOp qb_op_rank_box = {
    .name = "rank_box",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "filters",
    .help = "the voxel at one place of the sorted box",
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbRankParams),
    .check = check,
    .cost = cost,
    .halo = halo,
    .tile = tile,
    .method = method,
    .run = run,
    .scratch = qb_rank_box_scratch,
};
