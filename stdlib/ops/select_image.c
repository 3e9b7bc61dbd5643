/* select_image: an `if` between two images, masks or labels whose condition is measured from pixels. Both branches are
 * computed; every voxel comes from one of them. */
#include "stdlib/pixelwise.h"

static const QbParam rows[] = {
    {.name = "condition", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_BOOL), .help = "chooses"},
    {.name = "a", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "if it is true"},
    {.name = "b", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "if it is false"},
};

static bool check(QbCheck *c)
{
    const QbType *a = c->in[1], *b = c->in[2];
    if (a->kind != b->kind || a->pix != b->pix)
        return c->fail(c, 2, "as() gives both one type",
                       "the branches of 'if' differ: %s %s and %s %s", qb_kind_name(a->kind),
                       qb_pix_info[a->pix].name, qb_kind_name(b->kind), qb_pix_info[b->pix].name);
    if (!qb_pixelwise_agree(c))
        return false;
    c->out->kind = a->kind;
    c->out->pix = a->pix;
    c->out->nan_free = qb_pixelwise_is_nan_free(a) && qb_pixelwise_is_nan_free(b);
    return true;
}

static int emit(QbEmit *e, const void *params, const int *in)
{
    (void)params;
    int is_true = qb_emit_cmp(e, QB_I_NE, QB_REG_F64, in[0], qb_emit_const(e, 0, QB_REG_F64));
    return qb_emit_select(e, qb_reg_of(e->out_type), is_true, in[1], in[2]);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.2;
}

const QbOp qb_op_select_image = {
    .name = "select_image",
    .class = QB_OP_MAP,
    .hidden = true,
    .group = "pixels",
    .help = "one of two images, by a measured condition",
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .check = check,
    .cost = cost,
    .emit = emit,
};
