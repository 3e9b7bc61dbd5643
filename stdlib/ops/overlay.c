/* overlay(image, labels): the image in grey with the outlines of the objects in the colours of their labels: a picture. Grey is the
 * image as it is for u8, else its range; `low` and `high` choose another. Drawn by overlay_draw. */
#include "stdlib/overlay.h"
#include "stdlib/pixelwise.h"

typedef QbOverlay Params;

static const QbParam rows[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "what is grey"},
    {.name = "labels",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_LABELS) | QB_ACCEPT(QB_MASK),
     .help = "what is outlined: labels, each in its colour, or a mask"},
    {.name = "low",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_NUMBER),
     .def = "",
     .unit = "grey value",
     .help = "what is black; the smallest voxel, for u8 0, unless given"},
    {.name = "high",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_NUMBER),
     .def = "",
     .unit = "grey value",
     .help = "what is white; the largest voxel, for u8 255, unless given"},
    {.name = "width",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, width),
     .def = "1",
     .min = 1,
     .max = QB_OVERLAY_WIDEST,
     .unit = "voxels",
     .help = "of the outlines"},
};

static bool check(QbCheck *c)
{
    if (!qb_pixelwise_wants_image(c, 0, "overlay") || !qb_pixelwise_agree(c))
        return false;
    c->out->kind = QB_PICTURE;
    c->out->pix = QB_U32;
    c->out->nan_free = true;
    return true;
}

/* An end of the range: what was given, else what u8 has, else what is measured. */
static QbNodeId end(QbBuild *b, int k, const char *op, double of_u8)
{
    if (b->in[k] >= 0)
        return b->in[k];
    return b->check->in[0]->pix == QB_U8 ? b->number(b, of_u8) : b->node(b, op, NULL, b->in, 1);
}

static QbNodeId compose(QbBuild *b)
{
    QbNodeId low = end(b, 2, "darkest", 0), high = end(b, 3, "brightest", 255);
    if (low < 0 || high < 0)
        return -1;
    return b->node(b, "overlay_draw", b->check->params, (QbNodeId[]){b->in[0], b->in[1], low, high},
                   4);
}

static const char *const examples[] = {"overlay(image, label(image > otsu(image)))",
                                       "volume |> overlay(objects, width=2)",
                                       "overlay(image, mask, low=0, high=200)", NULL};

const QbOp qb_op_overlay = {
    .name = "overlay",
    .class = QB_OP_COMPOSED,
    .group = "labels",
    .help = "a picture of the image in grey with the outlines of objects in their colours",
    .follows = "skimage.segmentation.mark_boundaries, mode inner, colours of our own",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .compose = compose,
};
