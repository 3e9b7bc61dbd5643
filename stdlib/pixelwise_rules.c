/* Result types of voxel by voxel operators, and whether NaN can come out. Knows no voxels. */
#include "stdlib/pixelwise.h"

#include <math.h>

/* ---- NaN --------------------------------------------------------------------------------------------- */

static bool is_whole(const QbType *t)
{
    return t->kind != QB_IMAGE || !qb_pix_info[t->pix].is_float;
}

static bool is_unsigned(const QbType *t)
{
    return t->kind != QB_IMAGE || !qb_pix_info[t->pix].is_signed;
}

/* image op number, for a finite number that is not 0 in the type of the operation unless the caller says so. */
static bool image_number_is_nan_free(QbInsn op, const QbType *t, double v)
{
    switch ((int)op) {
    case QB_I_ADD:
    case QB_I_SUB:
        return true;
    case QB_I_MUL:
        return v != 0 || is_whole(t); /* infinite · 0 */
    case QB_I_DIV:
        return v != 0;
    case QB_I_FLOORDIV:
    case QB_I_MOD:
        return v != 0 && is_whole(t);
    case QB_I_POW:
        return v == floor(v) || is_unsigned(t);
    }
    return false;
}

static bool number_image_is_nan_free(QbInsn op, const QbType *t, double v)
{
    switch ((int)op) {
    case QB_I_ADD:
    case QB_I_SUB:
        return true;
    case QB_I_MUL:
        return v != 0 || is_whole(t);
    case QB_I_DIV:
        return v != 0;
    case QB_I_POW:
        return v > 0;
    }
    return false;
}

static bool arithmetic_is_nan_free(const QbCheck *c, QbInsn op)
{
    const QbType *a = c->in[0], *b = c->n_in > 1 ? c->in[1] : NULL;
    double v;
    if (!b)
        return qb_pixelwise_is_nan_free(a);
    if (qb_is_raster(a->kind) && qb_is_raster(b->kind))
        return is_whole(a) && is_whole(b) && (op == QB_I_ADD || op == QB_I_SUB || op == QB_I_MUL);
    int k = qb_is_raster(a->kind) ? 1 : 0;
    const QbType *image = c->in[1 - k];
    if (!qb_pixelwise_is_nan_free(image) || !qb_pixelwise_fixed(c, k, &v))
        return false;
    v = c->out->pix == QB_F32 ? (double)(float)v : v;
    if (!isfinite(v))
        return false;
    return k == 1 ? image_number_is_nan_free(op, image, v) : number_image_is_nan_free(op, image, v);
}

/* ---- rules ------------------------------------------------------------------------------------------- */

static bool is_16_bit(const QbType *t)
{
    return t->kind == QB_IMAGE && (t->pix == QB_U16 || t->pix == QB_I16);
}

bool qb_pixelwise_check_arithmetic(QbCheck *c, QbInsn op)
{
    bool wide = c->n_in == 2 && op == QB_I_MUL && is_16_bit(c->in[0]) && is_16_bit(c->in[1]);
    for (int k = 0; k < c->n_in; k++) {
        if (c->in[k]->kind == QB_LABELS)
            return c->fail(c, k, "as(f32) makes an image of them",
                           "labels are names, not grey values: no arithmetic with them");
        if (c->in[k]->kind == QB_BOOL)
            return c->fail(c, k, NULL, "expected a number or an image, found a bool");
        wide = wide || qb_pixelwise_is_wide(c->in[k]);
    }
    if (qb_pixelwise_is_scalar(c, QB_NUMBER))
        return true;
    if (!qb_pixelwise_agree(c))
        return false;
    c->out->kind = QB_IMAGE;
    c->out->pix = wide ? QB_F64 : QB_F32;
    c->out->nan_free = arithmetic_is_nan_free(c, op);
    return true;
}

static bool masks_compare(QbCheck *c, QbInsn op)
{
    const QbType *a = c->in[0], *b = c->in[1];
    if (a->kind == QB_MASK && b->kind == QB_MASK && (op == QB_I_EQ || op == QB_I_NE))
        return true;
    int k = a->kind == QB_MASK ? 0 : 1;
    return c->fail(c, k, "as(u8) makes an image of it, 'not' its opposite",
                   "a mask is true or false and is not compared with %s",
                   c->in[1 - k]->kind == QB_NUMBER ? "a number"
                   : k == 0 && b->kind == QB_MASK  ? "a mask by order"
                                                   : qb_kind_name(c->in[1 - k]->kind));
}

static bool bools_compare(QbCheck *c, QbInsn op)
{
    bool both = c->in[0]->kind == QB_BOOL && c->in[1]->kind == QB_BOOL;
    if (both && (op == QB_I_EQ || op == QB_I_NE))
        return qb_pixelwise_is_scalar(c, QB_BOOL);
    return c->fail(c, c->in[0]->kind == QB_BOOL ? 0 : 1, NULL,
                   "a bool is compared with '==' and '!=', and with bools alone");
}

bool qb_pixelwise_check_compare(QbCheck *c, QbInsn op)
{
    const QbType *a = c->in[0], *b = c->in[1];
    if (a->kind == QB_BOOL || b->kind == QB_BOOL)
        return bools_compare(c, op);
    if (qb_pixelwise_is_scalar(c, QB_BOOL))
        return true;
    if ((a->kind == QB_MASK || b->kind == QB_MASK) && !masks_compare(c, op))
        return false;
    if ((a->kind == QB_LABELS && b->kind == QB_IMAGE) ||
        (a->kind == QB_IMAGE && b->kind == QB_LABELS))
        return c->fail(c, a->kind == QB_LABELS ? 0 : 1, "as(f32) makes an image of them",
                       "labels are compared with labels or a number, not with an image");
    if (!qb_pixelwise_agree(c))
        return false;
    c->out->kind = QB_MASK;
    c->out->pix = QB_U8;
    c->out->nan_free = true;
    return true;
}

bool qb_pixelwise_check_logical(QbCheck *c, const char *sign)
{
    bool raster = false;
    for (int k = 0; k < c->n_in; k++) {
        QbKind kind = c->in[k]->kind;
        if (kind != QB_MASK && kind != QB_BOOL)
            return c->fail(c, k,
                           kind == QB_IMAGE || kind == QB_LABELS ? "compare it first: x > 0" : NULL,
                           "'%s' takes masks or bools, not %s", sign, qb_kind_name(kind));
        raster = raster || kind == QB_MASK;
    }
    if (!raster)
        return qb_pixelwise_is_scalar(c, QB_BOOL);
    for (int k = 0; k < c->n_in; k++)
        if (c->in[k]->kind == QB_BOOL)
            return c->fail(c, k, "if … then … else … chooses by a bool",
                           "'%s' takes two masks or two bools, not one of each", sign);
    if (!qb_pixelwise_agree(c))
        return false;
    c->out->kind = QB_MASK;
    c->out->pix = QB_U8;
    c->out->nan_free = true;
    return true;
}

bool qb_pixelwise_check_real(QbCheck *c, bool takes_negative)
{
    if (qb_pixelwise_is_scalar(c, QB_NUMBER))
        return true;
    if (!qb_pixelwise_wants_image(c, 0, c->op->name) || !qb_pixelwise_agree(c))
        return false;
    c->out->kind = QB_IMAGE;
    c->out->pix = qb_pixelwise_real(c->in[0]);
    c->out->nan_free =
        qb_pixelwise_is_nan_free(c->in[0]) && (takes_negative || is_unsigned(c->in[0]));
    return true;
}
