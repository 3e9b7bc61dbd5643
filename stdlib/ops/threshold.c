/* threshold(x, t): x > t. The number may be measured, and so be a stage: threshold(otsu). */
#include "stdlib/pixelwise.h"

static const QbParam rows[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image"},
    {.name = "level",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_NUMBER),
     .unit = "grey value",
     .help = "voxels above it are in the mask"},
};

static bool check(QbCheck *c)
{
    if (!qb_pixelwise_wants_image(c, 0, "threshold") || !qb_pixelwise_agree(c))
        return false;
    c->out->kind = QB_MASK;
    c->out->pix = QB_U8;
    c->out->nan_free = true;
    return true;
}

static QbNodeId compose(QbBuild *b)
{
    return b->node(b, "gt", NULL, b->in, 2);
}

static const char *const examples[] = {"threshold(image, 10)",
                                       "image |> median(5) |> threshold(otsu) |> label", NULL};

const QbOp qb_op_threshold = {
    .name = "threshold",
    .class = QB_OP_COMPOSED,
    .group = "thresholds",
    .help = "the mask of voxels above a level",
    .follows = "numpy.greater",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .check = check,
    .compose = compose,
};
