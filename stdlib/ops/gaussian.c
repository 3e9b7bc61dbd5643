/* gaussian(image, sigma): the sampled kernel of scipy, cut at int(4·sigma + 0.5), axis by axis, the slowest first. */
#include "stdlib/linear.h"

static const QbParam rows[] = {
    QB_LINEAR_SUBJECT,
    {.name = "sigma",
     .slot = QB_SLOT_SIGMAS,
     .offset = offsetof(QbGaussianParams, sigma),
     .def = "1",
     .min = 0,
     .max = QB_FILTER_MAX_SIGMA,
     .length = true,
     .unit = "voxels",
     .help = "standard deviation, or a list of one for each axis; 0 leaves an axis alone"},
};

static QbFirParams fir(const void *params)
{
    const QbGaussianParams *p = params;
    return (QbFirParams){.sigma = {p->sigma[0], p->sigma[1], p->sigma[2]}, .size = {1, 1, 1}};
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

static const char *const examples[] = {"gaussian(image, 2)", "image |> gaussian",
                                       "volume |> gaussian(sigma=[0, 1.5, 1.5])", NULL};

const QbOp qb_op_gaussian = {
    .name = "gaussian",
    .class = QB_OP_KERNEL,
    .group = "filters",
    .help = "Gaussian smoothing; f32, or f64 for f64",
    .follows = "scipy.ndimage.gaussian_filter",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbGaussianParams),
    .check = qb_filter_check_float,
    .cost = cost,
    .halo = halo,
    .compose = compose,
};
