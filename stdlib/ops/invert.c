/* invert(image): the type's largest value − x; 1 − x for floats. Signed types saturate: 127 − (−128) is 127. */
#include "stdlib/pixelwise.h"

static const QbParam rows[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image"},
};

static bool check(QbCheck *c)
{
    if (c->in[0]->kind == QB_MASK)
        return c->fail(c, 0, "'not' inverts a mask", "invert takes an image, not a mask");
    if (!qb_pixelwise_wants_image(c, 0, "invert"))
        return false;
    *c->out = *c->in[0];
    return true;
}

static int emit(QbEmit *e, const void *params, const int *in)
{
    (void)params;
    QbPix pix = e->out_type->pix;
    QbRegType t = qb_reg_of(e->out_type);
    double largest = qb_pix_info[pix].is_float ? 1 : qb_pix_info[pix].hi;
    int r = qb_emit2(e, QB_I_SUB, t, qb_emit_const(e, largest, t), in[0]);
    return qb_emit_saturate(e, r, pix);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.15;
}

static const char *const examples[] = {"invert(image)", "image |> invert |> threshold(200)", NULL};

const QbOp qb_op_invert = {
    .name = "invert",
    .class = QB_OP_MAP,
    .group = "pixels",
    .help = "the largest value of the pixel type minus each voxel; 1 minus it for floats",
    .follows = "skimage.util.invert",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .check = check,
    .cost = cost,
    .emit = emit,
};
