/* How operands of voxel by voxel operators go together, and their instructions. The rules of result types are in
 * pixelwise_rules.c. */
#include "stdlib/pixelwise.h"

#include "core/arith.h"

#include <stdio.h>

#define OPERAND                                                                               \
    (QB_ACCEPT(QB_IMAGE) | QB_ACCEPT(QB_MASK) | QB_ACCEPT(QB_LABELS) | QB_ACCEPT(QB_NUMBER) | \
     QB_ACCEPT(QB_BOOL))

const QbParam qb_pixelwise_operands[2] = {
    {.name = "a", .slot = QB_SLOT_INPUT, .accepts = OPERAND, .help = "left operand"},
    {.name = "b", .slot = QB_SLOT_INPUT, .accepts = OPERAND, .help = "right operand"},
};

static const char *shape_text(const QbType *t, char buf[64])
{
    if (t->rank == 3)
        snprintf(buf, 64, "%lld×%lld×%lld", (long long)t->n[0], (long long)t->n[1],
                 (long long)t->n[2]);
    else
        snprintf(buf, 64, "%lld×%lld", (long long)t->n[0], (long long)t->n[2]);
    return buf;
}

static bool agrees_in_shape(QbCheck *c, int k, const QbType *first, const QbType *other)
{
    char a[64], b[64];
    shape_text(first, a);
    shape_text(other, b);
    if (first->rank != other->rank)
        return c->fail(c, k, "take a slice v[0], or project the volume",
                       "a 2D image does not spread over a volume: shapes %s and %s", a, b);
    for (int axis = 0; axis < 3; axis++)
        if (first->n[axis] != other->n[axis])
            return c->fail(c, k, "crop or slice the larger one", "shapes differ: %s and %s", a, b);
    return true;
}

static bool agrees_in_spacing(QbCheck *c, int k, const QbType *first, const QbType *other)
{
    for (int axis = 0; axis < 3; axis++) {
        double p = first->spacing[axis], q = other->spacing[axis];
        if (p > 0 && q > 0 && fabs(p - q) > 1e-4 * fmax(p, q)) /* files round their voxel sizes */
            return c->fail(c, k, "both have to be of one voxel size",
                           "voxel sizes differ: %g µm and %g µm along axis %d", p, q,
                           first->rank == 3 || axis == 0 ? axis : 1);
    }
    return true;
}

bool qb_pixelwise_agree(QbCheck *c)
{
    const QbType *first = NULL;
    for (int k = 0; k < c->n_in; k++) {
        const QbType *t = c->in[k];
        if (!t || !qb_is_raster(t->kind))
            continue;
        if (first && (!agrees_in_shape(c, k, first, t) || !agrees_in_spacing(c, k, c->out, t)))
            return false;
        if (!first) {
            first = t;
            c->out->rank = t->rank;
        }
        for (int axis = 0; axis < 3; axis++) {
            c->out->n[axis] = t->n[axis];
            if (!(c->out->spacing[axis] > 0))
                c->out->spacing[axis] = t->spacing[axis];
        }
    }
    return first != NULL;
}

bool qb_pixelwise_wants_image(QbCheck *c, int k, const char *what)
{
    if (c->in[k]->kind == QB_MASK)
        return c->fail(c, k, "as(u8) makes an image of it", "%s takes an image, not a mask", what);
    if (c->in[k]->kind == QB_LABELS)
        return c->fail(c, k, "as(f32) makes an image of them", "%s takes an image, not labels",
                       what);
    return true;
}

bool qb_pixelwise_is_scalar(QbCheck *c, QbKind kind)
{
    bool measured = false;
    for (int k = 0; k < c->n_in; k++) {
        if (qb_is_raster(c->in[k]->kind))
            return false;
        measured = measured || c->in[k]->measured;
    }
    c->out->kind = kind;
    c->out->measured = measured;
    return true;
}

bool qb_pixelwise_is_wide(const QbType *t)
{
    return t->kind == QB_IMAGE && (t->pix == QB_U32 || t->pix == QB_I32 || t->pix == QB_F64);
}

QbPix qb_pixelwise_real(const QbType *t)
{
    return t->kind == QB_IMAGE && t->pix == QB_F64 ? QB_F64 : QB_F32;
}

bool qb_pixelwise_is_nan_free(const QbType *t)
{
    return t->nan_free || t->kind != QB_IMAGE || !qb_pix_info[t->pix].is_float;
}

bool qb_pixelwise_fixed(const QbCheck *c, int k, double *v)
{
    if (!c->number || !c->in[k] || c->in[k]->kind != QB_NUMBER || c->in[k]->measured)
        return false;
    *v = c->number[k];
    return true;
}

bool qb_pixelwise_fits(QbCheck *c, int k, QbPix pix)
{
    const QbPixInfo *p = &qb_pix_info[pix];
    double v;
    if (p->is_float || !qb_pixelwise_fixed(c, k, &v))
        return true;
    if (!(v >= p->lo && v <= p->hi))
        return c->fail(c, k, "as(f32) makes room for it",
                       "%.17g does not fit %s, which holds %.0f to %.0f", v, p->name, p->lo, p->hi);
    if (v != floor(v))
        return c->fail(c, k, "as(f32) makes room for it",
                       "%g does not fit %s, which holds whole numbers", v, p->name);
    return true;
}

/* ---- instructions ------------------------------------------------------------------------------------ */

int qb_pixelwise_emit_arithmetic(QbEmit *e, QbInsn op, const int *in)
{
    QbRegType t = qb_reg_of(e->out_type);
    bool is_unary = op == QB_I_NEG || op == QB_I_ABS;
    return is_unary ? qb_emit1(e, op, t, in[0]) : qb_emit2(e, op, t, in[0], in[1]);
}

/* Both sides exactly: single precision where it holds both images. Numbers stay doubles. */
int qb_pixelwise_emit_compare(QbEmit *e, QbInsn op, const int *in)
{
    QbRegType t = QB_REG_F32;
    for (int k = 0; k < 2; k++) {
        const QbType *type = e->in_type[k];
        if (!qb_is_raster(type->kind) || qb_reg_of(type) == QB_REG_F64)
            t = QB_REG_F64;
    }
    return qb_emit_cmp(e, op, t, in[0], in[1]);
}

int qb_pixelwise_emit_real(QbEmit *e, QbInsn op, const int *in)
{
    return qb_emit_cvt(e, qb_emit1(e, op, qb_reg_of(e->in_type[0]), in[0]), qb_reg_of(e->out_type));
}

int qb_pixelwise_emit_number(QbEmit *e, int k, int reg, QbPix pix)
{
    const QbPixInfo *p = &qb_pix_info[pix];
    QbRegType t = qb_reg_of(&(QbType){.kind = QB_IMAGE, .pix = pix});
    if (e->fixed[k] && !p->is_float)
        return qb_emit_const(e, qb_saturate_f64(e->number[k], p->lo, p->hi), t);
    return p->is_float ? qb_emit_cvt(e, reg, t) : qb_emit_saturate(e, reg, pix);
}

bool qb_pixelwise_eval(const QbFoldCtx *c, QbInsn op, QbValue *out)
{
    double a = c->value[0]->number, b = c->n_in > 1 ? c->value[1]->number : 0;
    out->number = qb_scalar_apply(op, a, b);
    return true;
}
