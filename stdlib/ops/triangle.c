/* triangle(image): the foot of the longer tail of the histogram: where it is farthest below the line from peak to end. From the counts that otsu takes: exact for whole numbers, within a bin of 256 for floats. */
#include "stdlib/levels.h"
#include "stdlib/pixelwise.h"

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image"},
};

static QbNodeId compose(QbBuild *b)
{
    return qb_level_compose(b, QB_LEVEL_TRIANGLE);
}

static const char *const examples[] = {"triangle(image)", "image |> threshold(triangle)", NULL};

const QbOp qb_op_triangle = {
    .name = "triangle",
    .class = QB_OP_COMPOSED,
    .group = "thresholds",
    .help = "the threshold at the foot of the longer tail of the histogram",
    .follows = "skimage.filters.threshold_triangle",
    .examples = examples,
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = qb_level_check,
    .compose = compose,
};
