/* std(image): the standard deviation of all voxels, divided by n. Of whole numbers the variance is exact before it is rounded. */
#include "stdlib/pixelwise.h"
#include "stdlib/sums.h"

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image or mask"},
};

static QbNodeId compose(QbBuild *b)
{
    return qb_sums_compose(b, QB_SUMS_STD);
}

static const char *const examples[] = {"std(image)",
                                       "image |> threshold(mean(image) + 2 * std(image))", NULL};

const QbOp qb_op_std = {
    .name = "std",
    .class = QB_OP_COMPOSED,
    .group = "measures",
    .help = "the standard deviation of all voxels, divided by n",
    .follows = "numpy.std",
    .examples = examples,
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = qb_sums_check,
    .compose = compose,
};
