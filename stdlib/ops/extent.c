/* extent: smallest and largest voxel of an image or mask, and of its finite voxels alone. Made by min, max, and the operators that need
 * a range before they count. */
#include "stdlib/extent.h"
#include "stdlib/pixelwise.h"

#include <math.h>
#include <stdlib.h>

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image or mask"},
};

static bool check(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_BLOB, .pix = c->in[0]->pix};
    return true;
}

static double cost(const void *p, const QbType *const *in)
{
    (void)p;
    return 0.105 + 0.0175 * (double)qb_pix_bytes(in[0]->pix);
}

static const QbExtent nothing = {{INFINITY, -INFINITY, false}, INFINITY, -INFINITY};

static size_t state_bytes(const QbFoldCtx *c)
{
    (void)c;
    return sizeof(QbExtent);
}

static size_t partial_bytes(const QbFoldCtx *c, int64_t ni, int64_t ny, int64_t nx)
{
    (void)c, (void)ni, (void)ny, (void)nx;
    return sizeof(QbExtent);
}

static bool open_state(const QbFoldCtx *c, void **state, QbErr *err)
{
    QbExtent *e = qb_xmalloc(sizeof(*e));
    (void)c, (void)err;
    *e = nothing;
    *state = e;
    return true;
}

static void init(const QbFoldCtx *c, void *partial)
{
    (void)c;
    *(QbExtent *)partial = nothing;
}

static void widen(QbExtent *e, const QbExtent *more)
{
    e->all.lo = fmin(e->all.lo, more->all.lo);
    e->all.hi = fmax(e->all.hi, more->all.hi);
    e->all.nan |= more->all.nan;
    e->lo = fmin(e->lo, more->lo);
    e->hi = fmax(e->hi, more->hi);
}

/* Rows that hold an infinite voxel are looked at again, voxel by voxel. */
static void add_row(const QbLabelKernels *cpu, QbPix pix, const void *row, int64_t n, QbExtent *e)
{
    QbExtent here = nothing;
    cpu->range(pix, row, n, &here.all);
    here.lo = here.all.lo;
    here.hi = here.all.hi;
    if (isinf(here.lo) || isinf(here.hi)) {
        here.lo = INFINITY;
        here.hi = -INFINITY;
        for (int64_t x = 0; x < n; x++) {
            double v = qb_pix_get(pix, row, x);
            here.lo = isfinite(v) && v < here.lo ? v : here.lo;
            here.hi = isfinite(v) && v > here.hi ? v : here.hi;
        }
    }
    widen(e, &here);
}

static bool add(const QbTask *t, void *state, void *partial, QbErr *err)
{
    const QbBox *b = &t->out.box;
    QbPix pix = t->in_type[0]->pix;
    size_t skip = (size_t)(b->lo[2] - t->in[0].x0) * qb_pix_bytes(pix);
    (void)state, (void)err;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++)
            add_row(t->cpu->label, pix, (const char *)qb_row(&t->in[0], i, y) + skip,
                    b->hi[2] - b->lo[2], partial);
    return true;
}

static bool merge(const QbFoldCtx *c, void *state, void *const *partials, const QbBox *boxes, int n,
                  QbErr *err)
{
    (void)c, (void)boxes, (void)err;
    for (int j = 0; j < n; j++)
        widen(state, partials[j]);
    return true;
}

/* The sign of a zero depends on which one came first: there is none. */
static bool finish(const QbFoldCtx *c, void *state, QbValue *out, QbErr *err)
{
    QbExtent *e = state;
    (void)c, (void)err;
    e->all.lo += 0.0;
    e->all.hi += 0.0;
    e->lo += 0.0;
    e->hi += 0.0;
    out->state = e;
    return true;
}

static const QbFoldOps fold = {
    .order = QB_FOLD_ANY,
    .state_bytes = state_bytes,
    .partial_bytes = partial_bytes,
    .open = open_state,
    .init = init,
    .add = add,
    .merge = merge,
    .finish = finish,
    .close = free,
    .is_flat = true,
};

QbNodeId qb_extent_compose(QbBuild *b, QbExtreme which)
{
    QbNodeId extent = b->node(b, "extent", NULL, b->in, 1);
    return extent < 0 ? -1 : b->node(b, "extreme", &which, &extent, 1);
}

const QbOp qb_op_extent = {
    .name = "extent",
    .class = QB_OP_FOLD,
    .hidden = true,
    .group = "measures",
    .help = "the smallest and the largest voxel",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = check,
    .cost = cost,
    .fold = &fold,
};
