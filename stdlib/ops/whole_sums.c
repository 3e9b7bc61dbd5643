/* whole_sums: Σx and, where asked for, Σx² of whole numbers, exact, so in any order. Made by sum, mean and std. */
#include "stdlib/pixelwise.h"
#include "stdlib/sums.h"

#include <stdlib.h>

typedef struct Params {
    bool squares;
} Params;

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "whole numbers"},
    {.name = "squares",
     .slot = QB_SLOT_BOOL,
     .offset = offsetof(Params, squares),
     .def = "false",
     .help = "their squares too"},
};

static bool check(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_BLOB, .pix = c->in[0]->pix};
    return true;
}

static double cost(const void *p, const QbType *const *in)
{
    double bytes = (double)qb_pix_bytes(in[0]->pix);
    return ((const Params *)p)->squares ? 0.07 + 0.035 * bytes : 0.04 + 0.012 * bytes;
}

static size_t state_bytes(const QbFoldCtx *c)
{
    (void)c;
    return sizeof(QbSums);
}

static size_t partial_bytes(const QbFoldCtx *c, int64_t ni, int64_t ny, int64_t nx)
{
    (void)c, (void)ni, (void)ny, (void)nx;
    return sizeof(QbWholeSum);
}

static bool open_state(const QbFoldCtx *c, void **state, QbErr *err)
{
    QbSums *s = qb_xcalloc(1, sizeof(*s));
    const QbBox *d = &c->domain;
    (void)err;
    s->is_whole = true;
    s->n = (d->hi[0] - d->lo[0]) * (d->hi[1] - d->lo[1]) * (d->hi[2] - d->lo[2]);
    *state = s;
    return true;
}

static void init(const QbFoldCtx *c, void *partial)
{
    (void)c;
    *(QbWholeSum *)partial = (QbWholeSum){0};
}

static bool add(const QbTask *t, void *state, void *partial, QbErr *err)
{
    const QbBox *b = &t->out.box;
    QbPix pix = t->in_type[0]->pix;
    size_t skip = (size_t)(b->lo[2] - t->in[0].x0) * qb_pix_bytes(pix);
    bool squares = ((const Params *)t->params)->squares;
    (void)state, (void)err;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++)
            t->cpu->label->whole(pix, (const char *)qb_row(&t->in[0], i, y) + skip,
                                 b->hi[2] - b->lo[2], squares, partial);
    return true;
}

static bool merge(const QbFoldCtx *c, void *state, void *const *partials, const QbBox *boxes, int n,
                  QbErr *err)
{
    QbSums *s = state;
    (void)c, (void)boxes, (void)err;
    for (int j = 0; j < n; j++) {
        const QbWholeSum *p = partials[j];
        s->whole.sum += p->sum;
        s->whole.squares += p->squares;
    }
    return true;
}

static bool finish(const QbFoldCtx *c, void *state, QbValue *out, QbErr *err)
{
    (void)c, (void)err;
    out->state = state;
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

const QbOp qb_op_whole_sums = {
    .name = "whole_sums",
    .class = QB_OP_FOLD,
    .hidden = true,
    .group = "measures",
    .help = "exact sums of whole numbers",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .fold = &fold,
};
