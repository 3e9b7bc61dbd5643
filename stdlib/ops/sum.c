/* sum(image): the sum of all voxels; of a mask, how many are true. Whole numbers are added exactly, floats in an order that
 * depends on the shape alone. */
#include "stdlib/pixelwise.h"
#include "stdlib/sums.h"

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image or mask"},
};

static QbNodeId compose(QbBuild *b)
{
    return qb_sums_compose(b, QB_SUMS_SUM);
}

static const char *const examples[] = {"sum(mask)", "image |> sum", NULL};

const QbOp qb_op_sum = {
    .name = "sum",
    .class = QB_OP_COMPOSED,
    .group = "measures",
    .help = "the sum of all voxels; of a mask: how many are true",
    .follows = "numpy.sum",
    .examples = examples,
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = qb_sums_check,
    .compose = compose,
};
