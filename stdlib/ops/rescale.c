/* rescale(image, low, high): the linear map that takes the smallest voxel to low and the largest to high. Computed in
 * f64 and rounded once; an image of one value becomes low. */
#include "stdlib/pixelwise.h"

typedef struct Params {
    double low, high;
} Params;

static const QbParam rows[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image"},
    {.name = "low",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(Params, low),
     .def = "0",
     .unit = "grey value",
     .help = "what the smallest voxel becomes"},
    {.name = "high",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(Params, high),
     .def = "1",
     .unit = "grey value",
     .help = "what the largest voxel becomes"},
};

static bool check(QbCheck *c)
{
    if (!qb_pixelwise_wants_image(c, 0, "rescale"))
        return false;
    *c->out = *c->in[0];
    c->out->pix = qb_pixelwise_real(c->in[0]);
    c->out->nan_free = false;
    return true;
}

static QbNodeId pair(QbBuild *b, const char *op, QbNodeId x, QbNodeId y)
{
    return b->node(b, op, NULL, (QbNodeId[]){x, y}, 2);
}

static QbNodeId as_type(QbBuild *b, QbNodeId x, QbPix pix)
{
    return b->node(b, "as", &(QbAsType){QB_IMAGE, pix}, &x, 1);
}

static QbNodeId compose(QbBuild *b)
{
    const Params *p = b->check->params;
    QbNodeId least = b->node(b, "min", NULL, b->in, 1), most = b->node(b, "max", NULL, b->in, 1);
    if (least < 0 || most < 0)
        return -1;
    QbNodeId x = pair(b, "subtract", as_type(b, b->in[0], QB_F64), least);
    x = pair(b, "divide", x, pair(b, "span", least, most));
    if (p->high - p->low != 1)
        x = pair(b, "multiply", x, b->number(b, p->high - p->low));
    if (p->low != 0)
        x = pair(b, "add", x, b->number(b, p->low));
    return as_type(b, x, qb_pixelwise_real(b->check->in[0]));
}

static const char *const examples[] = {"rescale(image)", "image |> rescale(0, 255) |> as(u8)",
                                       NULL};

const QbOp qb_op_rescale = {
    .name = "rescale",
    .class = QB_OP_COMPOSED,
    .group = "pixels",
    .help = "maps the range of the image linearly onto low..high",
    .follows = "skimage.exposure.rescale_intensity",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .compose = compose,
};
