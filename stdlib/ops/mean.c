/* mean(image): the mean of all voxels; of a mask, the share that is true. Of whole numbers it is exact, and rounded once. */
#include "stdlib/pixelwise.h"
#include "stdlib/sums.h"

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image or mask"},
};

static QbNodeId compose(QbBuild *b)
{
    return qb_sums_compose(b, QB_SUMS_MEAN);
}

static const char *const examples[] = {"mean(image)", "image |> threshold(mean)", NULL};

const QbOp qb_op_mean = {
    .name = "mean",
    .class = QB_OP_COMPOSED,
    .group = "measures",
    .help = "the mean of all voxels; of a mask: the share that is true",
    .follows = "numpy.mean",
    .examples = examples,
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = qb_sums_check,
    .compose = compose,
};
