/* li(image): the grey value with the smallest cross entropy between the image and its two classes. From the counts that otsu takes: exact for whole numbers, within a bin of 256 for floats. */
#include "stdlib/levels.h"
#include "stdlib/pixelwise.h"

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image"},
};

static QbNodeId compose(QbBuild *b)
{
    return qb_level_compose(b, QB_LEVEL_LI);
}

static const char *const examples[] = {"li(image)", "image |> threshold(li)", NULL};

const QbOp qb_op_li = {
    .name = "li",
    .class = QB_OP_COMPOSED,
    .group = "thresholds",
    .help = "the threshold of least cross entropy between the image and its two classes",
    .follows = "skimage.filters.threshold_li",
    .examples = examples,
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = qb_level_check,
    .compose = compose,
};
