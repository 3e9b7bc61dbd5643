/* mean_level(image): the mean grey value as a threshold; NaN is left out. Its code is stdlib/prelude/mean_level.qbi. */
#include "stdlib/levels.h"
#include "stdlib/pixelwise.h"
#include "stdlib/prelude.h"

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image"},
};

static const char *const examples[] = {"mean_level(image)", "image |> threshold(mean_level)", NULL};

const QbOp qb_op_mean_level = {
    .name = "mean_level",
    .class = QB_OP_COMPOSED,
    .group = "thresholds",
    .help = "the mean grey value; NaN is left out",
    .follows = "skimage.filters.threshold_mean",
    .examples = examples,
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = qb_level_check,
    .code = &qb_code_mean_level,
};
