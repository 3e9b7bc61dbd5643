/* as(x, type): another pixel type, a mask or labels. Integer types take the nearest value, half to even, and saturate;
 * NaN gives 0. `mask` is x != 0; `labels` are the voxels as u32 (0 is background), not renumbered. */
#include "stdlib/pixelwise.h"

static const QbParam rows[] = {
    {.name = "image",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT_RASTER,
     .help = "image, mask or labels"},
    {.name = "type",
     .slot = QB_SLOT_KIND,
     .offset = 0,
     .help = "a pixel type's name, or mask or labels"},
};

static bool check(QbCheck *c)
{
    const QbAsType *to = c->params;
    *c->out = *c->in[0];
    c->out->kind = to->kind;
    c->out->pix = to->kind == QB_MASK ? QB_U8 : to->kind == QB_LABELS ? QB_U32 : to->pix;
    c->out->nan_free = qb_pixelwise_is_nan_free(c->in[0]) || qb_pixelwise_is_nan_free(c->out);
    return true;
}

static int emit(QbEmit *e, const void *params, const int *in)
{
    (void)params;
    if (e->out_type->kind == QB_MASK)
        return qb_emit_cvt(e, in[0], QB_REG_MASK);
    /* the register of an f64 voxel as f32 rounds, as a store would */
    return qb_emit_saturate(e, in[0], e->out_type->pix);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.15;
}

static const char *const examples[] = {"as(image, f32)", "image |> gaussian(2) |> as(u8)",
                                       "mask |> as(u8) |> median(3)", "as(image, labels)", NULL};

const QbOp qb_op_as = {
    .name = "as",
    .class = QB_OP_MAP,
    .group = "pixels",
    .help = "another pixel type (rounded half to even, saturated), or mask or labels",
    .follows = "numpy.rint and clip to the type's range",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbAsType),
    .check = check,
    .cost = cost,
    .emit = emit,
};
