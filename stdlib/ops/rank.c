/* rank(x, size, rank): the voxel at a place of each sorted window. */
#include "stdlib/kernels/filter.h"

static const QbParam rows[] = {
    {.name = "image",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_IMAGE) | QB_ACCEPT(QB_MASK) | QB_ACCEPT(QB_LABELS),
     .help = "image or mask"},
    {.name = "size",
     .slot = QB_SLOT_SIZES,
     .offset = offsetof(QbRankParams, size),
     .min = 1,
     .max = QB_FILTER_MAX_SIZE,
     .odd = true,
     .length = true,
     .unit = "voxels",
     .help = "width of the window, a number or one for each axis; odd"},
    {.name = "rank",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(QbRankParams, rank),
     .help = "place in the sorted window, from 0; a negative one counts from the largest, -1"},
};

static bool check(QbCheck *c)
{
    const QbRankParams *p = c->params;
    if (!qb_filter_check_window(c, p->size, 1))
        return false;
    int64_t n = qb_window_voxels(p->size);
    if (p->rank < -n || p->rank >= n)
        return c->fail(
            c, 2, NULL,
            "the window of 'rank' has %lld voxels, expected a rank from %lld to %lld, found %lld",
            (long long)n, (long long)-n, (long long)n - 1, (long long)p->rank);
    return true;
}

static void halo(const void *params, const QbType *const *in, int input, QbHalo *h)
{
    const QbRankParams *p = params;
    (void)in;
    (void)input;
    qb_halo_of_sizes(p->size, h);
}

static int64_t from_zero(const QbRankParams *p)
{
    return p->rank < 0 ? p->rank + qb_window_voxels(p->size) : p->rank;
}

static double cost(const void *params, const QbType *const *in)
{
    QbRankParams p = *(const QbRankParams *)params;
    p.rank = from_zero(&p);
    return qb_rank_cost(&p, in[0]);
}

static QbNodeId compose(QbBuild *b)
{
    const QbRankParams *p = b->check->params;
    return qb_rank_compose(b, p->size, from_zero(p));
}

static const char *const examples[] = {"rank(image, 5, 20)", "image |> rank(size=3, rank=-2)",
                                       NULL};

const QbOp qb_op_rank = {
    .name = "rank",
    .class = QB_OP_KERNEL,
    .group = "filters",
    .help = "the voxel at one place of the sorted window around each voxel",
    .follows = "scipy.ndimage.rank_filter",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbRankParams),
    .check = check,
    .cost = cost,
    .halo = halo,
    .compose = compose,
};
