/* isodata(image): the grey value midway between the means of the voxels below and above it. From the counts that otsu takes: exact for whole numbers, within a bin of 256 for floats. */
#include "stdlib/levels.h"
#include "stdlib/pixelwise.h"

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image"},
};

static QbNodeId compose(QbBuild *b)
{
    return qb_level_compose(b, QB_LEVEL_ISODATA);
}

static const char *const examples[] = {"isodata(image)", "image |> threshold(isodata)", NULL};

const QbOp qb_op_isodata = {
    .name = "isodata",
    .class = QB_OP_COMPOSED,
    .group = "thresholds",
    .help = "the threshold midway between the means of the voxels below and above it",
    .follows = "skimage.filters.threshold_isodata",
    .examples = examples,
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = qb_level_check,
    .compose = compose,
};
