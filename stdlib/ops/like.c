/* like(image, other): the pixel type of another image, as `as` makes it. For code that keeps its subject's type. */
#include "stdlib/pixelwise.h"

static const QbParam rows[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image or mask"},
    {.name = "other",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_IMAGE),
     .help = "the image whose pixel type it takes; no voxel of it is read"},
};

static bool check(QbCheck *c)
{
    *c->out = *c->in[0];
    c->out->kind = QB_IMAGE;
    c->out->pix = c->in[1]->pix;
    return true;
}

static QbNodeId compose(QbBuild *b)
{
    QbAsType to = {QB_IMAGE, b->check->in[1]->pix};
    return b->node(b, "as", &to, b->in, 1);
}

static const char *const examples[] = {"like(2 * image, image)",
                                       "gaussian(image) |> like(other=image)", NULL};

const QbOp qb_op_like = {
    .name = "like",
    .class = QB_OP_COMPOSED,
    .group = "pixels",
    .help = "the pixel type of another image, rounded half to even and saturated as by as",
    .follows = "numpy.rint and clip to the type's range",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .check = check,
    .compose = compose,
};
