/* brightest: the largest finite voxel, which is white in a picture. Made by overlay, and for files that hold eight bits; infinite, of the
 * sign that leaves nothing to scale, where no voxel is finite. */
#include "stdlib/extent.h"
#include "stdlib/pixelwise.h"
#include "stdlib/sums.h"

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image or mask"},
};

static QbNodeId compose(QbBuild *b)
{
    return qb_extent_compose(b, (QbExtreme){.largest = true, .finite = true});
}

const QbOp qb_op_brightest = {
    .name = "brightest",
    .class = QB_OP_COMPOSED,
    .hidden = true,
    .group = "measures",
    .help = "the largest finite voxel",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = qb_sums_check,
    .compose = compose,
};
