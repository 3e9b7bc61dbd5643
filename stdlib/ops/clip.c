/* clip(image, low, high): keeps the pixel type. The bounds are first rounded to that type (half to even, saturated), so that the
 * result lies between values of the type; NaN stays NaN. */
#include "stdlib/pixelwise.h"

static const QbParam rows[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image"},
    {.name = "low",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_NUMBER),
     .unit = "grey value",
     .help = "what lies below becomes this"},
    {.name = "high",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_NUMBER),
     .unit = "grey value",
     .help = "what lies above becomes this"},
};

static bool check(QbCheck *c)
{
    double low = 0, high = 0;
    if (!qb_pixelwise_wants_image(c, 0, "clip"))
        return false;
    bool has_low = qb_pixelwise_fixed(c, 1, &low), has_high = qb_pixelwise_fixed(c, 2, &high);
    if (has_low && has_high && low > high)
        return c->fail(c, 2, NULL, "high is %g, below low, which is %g", high, low);
    if ((has_low && low != low) || (has_high && high != high))
        return c->fail(c, has_low && low != low ? 1 : 2, NULL, "a bound is a number, not nan");
    *c->out = *c->in[0];
    c->out->nan_free = qb_pixelwise_is_nan_free(c->in[0]) && has_low && has_high;
    return true;
}

static int emit(QbEmit *e, const void *params, const int *in)
{
    (void)params;
    QbPix pix = e->out_type->pix;
    QbRegType t = qb_reg_of(e->out_type);
    int low = qb_pixelwise_emit_number(e, 1, in[1], pix),
        high = qb_pixelwise_emit_number(e, 2, in[2], pix);
    return qb_emit2(e, QB_I_MIN, t, qb_emit2(e, QB_I_MAX, t, in[0], low), high);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.2;
}

static const char *const examples[] = {"clip(image, 10, 200)",
                                       "image |> clip(low=0, high=mean(image))", NULL};

const QbOp qb_op_clip = {
    .name = "clip",
    .class = QB_OP_MAP,
    .group = "pixels",
    .help = "limits each voxel to low..high",
    .follows = "numpy.clip",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .check = check,
    .cost = cost,
    .emit = emit,
};
