/* min(image): the smallest voxel, NaN where one is. */
#include "stdlib/extent.h"
#include "stdlib/pixelwise.h"
#include "stdlib/sums.h"

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image or mask"},
};

static QbNodeId compose(QbBuild *b)
{
    return qb_extent_compose(b, (QbExtreme){.largest = false});
}

static const char *const examples[] = {"min(image)", "image - min(image)", NULL};

const QbOp qb_op_min = {
    .name = "min",
    .class = QB_OP_COMPOSED,
    .group = "measures",
    .help = "the smallest voxel",
    .follows = "numpy.min",
    .examples = examples,
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = qb_sums_check,
    .compose = compose,
};
