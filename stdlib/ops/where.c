/* where(mask, a, b): a where the mask is true, b elsewhere. Two images are of one pixel type, which is the result's; a
 * number must fit it (a measured one is rounded and saturated); two numbers give f32, two masks a mask. */
#include "stdlib/pixelwise.h"

#define SIDE (QB_ACCEPT_RASTER | QB_ACCEPT(QB_NUMBER))

static const QbParam rows[] = {
    {.name = "mask",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT_RASTER,
     .help = "chooses voxel by voxel"},
    {.name = "a",
     .slot = QB_SLOT_INPUT,
     .accepts = SIDE,
     .help = "image or number where the mask is true"},
    {.name = "b",
     .slot = QB_SLOT_INPUT,
     .accepts = SIDE,
     .help = "image or number where it is false"},
};

static bool check_images(QbCheck *c)
{
    bool nan_free = true;
    c->out->kind = QB_IMAGE;
    c->out->pix = QB_PIX_COUNT;
    for (int k = 1; k <= 2; k++) {
        const QbType *t = c->in[k];
        if (t->kind == QB_NUMBER)
            continue;
        if (!qb_pixelwise_wants_image(c, k, "where"))
            return false;
        if (c->out->pix != QB_PIX_COUNT && c->out->pix != t->pix)
            return c->fail(c, k, "as() gives both one type",
                           "where takes images of one pixel type: %s and %s",
                           qb_pix_info[c->out->pix].name, qb_pix_info[t->pix].name);
        c->out->pix = t->pix;
    }
    if (c->out->pix == QB_PIX_COUNT)
        c->out->pix = QB_F32;
    for (int k = 1; k <= 2; k++) {
        double v = 0;
        bool fixed = qb_pixelwise_fixed(c, k, &v);
        bool is_number = c->in[k]->kind == QB_NUMBER;
        if (is_number && !qb_pixelwise_fits(c, k, c->out->pix))
            return false;
        nan_free = nan_free && (is_number ? fixed && v == v : qb_pixelwise_is_nan_free(c->in[k]));
    }
    c->out->nan_free = nan_free;
    return true;
}

static bool check(QbCheck *c)
{
    if (c->in[0]->kind != QB_MASK)
        return c->fail(c, 0, "compare it first: x > 0", "where chooses by a mask, not by %s",
                       c->in[0]->kind == QB_IMAGE ? "an image" : "labels");
    if (!qb_pixelwise_agree(c))
        return false;
    if (c->in[1]->kind != QB_MASK || c->in[2]->kind != QB_MASK)
        return check_images(c);
    c->out->kind = QB_MASK;
    c->out->pix = QB_U8;
    c->out->nan_free = true;
    return true;
}

static int emit(QbEmit *e, const void *params, const int *in)
{
    (void)params;
    int side[2];
    for (int k = 0; k < 2; k++) {
        bool is_number = e->in_type[k + 1]->kind == QB_NUMBER;
        side[k] =
            is_number ? qb_pixelwise_emit_number(e, k + 1, in[k + 1], e->out_type->pix) : in[k + 1];
    }
    return qb_emit_select(e, qb_reg_of(e->out_type), in[0], side[0], side[1]);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.2;
}

static const char *const examples[] = {"where(mask, image, 0)", "where(image > 100, 255, image)",
                                       NULL};

const QbOp qb_op_where = {
    .name = "where",
    .class = QB_OP_MAP,
    .group = "pixels",
    .help = "a where the mask is true, b elsewhere",
    .follows = "numpy.where",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .check = check,
    .cost = cost,
    .emit = emit,
};
