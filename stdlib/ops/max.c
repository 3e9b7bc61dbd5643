/* max(image): the largest voxel, NaN where one is. */
#include "stdlib/extent.h"
#include "stdlib/pixelwise.h"
#include "stdlib/sums.h"

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image or mask"},
};

static QbNodeId compose(QbBuild *b)
{
    return qb_extent_compose(b, (QbExtreme){.largest = true});
}

static const char *const examples[] = {"max(image)", "image |> threshold(max(image) / 2)", NULL};

const QbOp qb_op_max = {
    .name = "max",
    .class = QB_OP_COMPOSED,
    .group = "measures",
    .help = "the largest voxel",
    .follows = "numpy.max",
    .examples = examples,
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = qb_sums_check,
    .compose = compose,
};
