/* otsu(image): the grey value that parts the voxels into the two classes with the largest variance between them. One bin per
 * value for whole numbers, 256 bins from min to max for floats and for u32 or i32 with a range above 65536. */
#include "stdlib/bins.h"
#include "stdlib/pixelwise.h"

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image"},
};

static bool check(QbCheck *c)
{
    if (!qb_pixelwise_wants_image(c, 0, "otsu"))
        return false;
    *c->out = (QbType){.kind = QB_NUMBER, .measured = true};
    return true;
}

static QbNodeId compose(QbBuild *b)
{
    QbNodeId counts = qb_bins_compose(b, 0, -1, -1);
    return counts < 0 ? -1 : b->node(b, "otsu_level", NULL, &counts, 1);
}

static const char *const examples[] = {"otsu(image)", "image |> threshold(otsu)",
                                       "image > 0.5 * otsu(image)", NULL};

const QbOp qb_op_otsu = {
    .name = "otsu",
    .class = QB_OP_COMPOSED,
    .group = "thresholds",
    .help = "the threshold with the largest variance between the voxels below and above it",
    .follows = "skimage.filters.threshold_otsu",
    .examples = examples,
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = check,
    .compose = compose,
};
