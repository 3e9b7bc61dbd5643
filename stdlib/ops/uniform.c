/* uniform(image, size): the mean of a box, axis by axis, the slowest first. */
#include "stdlib/linear.h"

static const QbParam rows[] = {
    QB_LINEAR_SUBJECT,
    {.name = "size",
     .slot = QB_SLOT_SIZES,
     .offset = offsetof(QbSizeParams, size),
     .min = 1,
     .max = QB_FILTER_MAX_SIZE,
     .odd = true,
     .length = true,
     .unit = "voxels",
     .help = "width, odd, or a list of one for each axis"},
};

static QbFirParams fir(const void *params)
{
    const QbSizeParams *p = params;
    return (QbFirParams){.size = {p->size[0], p->size[1], p->size[2]}};
}

static void halo(const void *params, const QbType *const *in, int input, QbHalo *out)
{
    (void)in;
    (void)input;
    QbFirParams p = fir(params);
    qb_linear_halo(&p, 0, 2, out);
}

static double cost(const void *params, const QbType *const *in)
{
    QbFirParams p = fir(params);
    return qb_linear_cost(&p, in[0], 0, 2);
}

static QbNodeId compose(QbBuild *b)
{
    QbFirParams p = fir(b->check->params);
    return qb_linear_compose(b, &p);
}

static const char *const examples[] = {"uniform(image, 5)", "volume |> uniform([1, 3, 3])", NULL};

const QbOp qb_op_uniform = {
    .name = "uniform",
    .class = QB_OP_KERNEL,
    .group = "filters",
    .help = "mean of a box; f32, or f64 for f64",
    .follows = "scipy.ndimage.uniform_filter",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbSizeParams),
    .check = qb_filter_check_float,
    .cost = cost,
    .halo = halo,
    .compose = compose,
};
