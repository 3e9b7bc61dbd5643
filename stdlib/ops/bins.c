/* bins: counts the voxels of floats, or of 32-bit whole numbers, that lie in each bin of a histogram, whose range was measured
 * before. Made by histogram and otsu; narrower types are counted by tally. */
#include "stdlib/bins.h"

#include <stdlib.h>
#include <string.h>

typedef struct Params {
    int64_t n; /* 0: as the image's type has it */
} Params;

static const QbParam params[] = {
    {.name = "image",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_IMAGE),
     .help = "what to count"},
    {.name = "extent",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_BLOB),
     .help = "the range of its voxels"},
    {.name = "low",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_NUMBER),
     .def = "",
     .help = "the first edge"},
    {.name = "high",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_NUMBER),
     .def = "",
     .help = "the last edge"},
    {.name = "n",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, n),
     .def = "0",
     .help = "how many"},
};

static bool check(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_BLOB, .pix = c->in[0]->pix};
    return true;
}

static double cost(const void *p, const QbType *const *in)
{
    (void)p;
    return qb_pix_info[in[0]->pix].is_float ? 2.6 : 0.75;
}

static size_t counts_bytes(const QbFoldCtx *c)
{
    return (size_t)qb_bins_most(c->in_type[0]->pix, ((const Params *)c->params)->n) *
           sizeof(uint64_t);
}

static size_t state_bytes(const QbFoldCtx *c)
{
    return sizeof(QbBins) + 2 * counts_bytes(c) + 64;
}

static size_t partial_bytes(const QbFoldCtx *c, int64_t ni, int64_t ny, int64_t nx)
{
    (void)ni, (void)ny, (void)nx;
    return counts_bytes(c);
}

static bool open_state(const QbFoldCtx *c, void **state, QbErr *err)
{
    const QbExtent *e = c->value[1]->state;
    QbBinsAsk ask = {c->in_type[0]->pix, ((const Params *)c->params)->n, qb_bins_number(c, 2),
                     qb_bins_number(c, 3)};
    QbBins *s = qb_xcalloc(1, sizeof(*s));
    *state = s;
    return qb_bins_open(s, &ask, (const double[]){e->lo, e->hi}, err);
}

static void init(const QbFoldCtx *c, void *partial)
{
    memset(partial, 0, counts_bytes(c));
}

static bool add(const QbTask *t, void *state, void *partial, QbErr *err)
{
    const QbBins *s = state;
    const QbBox *b = &t->out.box;
    QbPix pix = t->in_type[0]->pix;
    size_t skip = (size_t)(b->lo[2] - t->in[0].x0) * qb_pix_bytes(pix);
    (void)err;
    if (s->b.n == 0)
        return true;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++)
            t->cpu->label->count_bins(pix, (const char *)qb_row(&t->in[0], i, y) + skip,
                                      b->hi[2] - b->lo[2], &s->b, partial);
    return true;
}

static bool merge(const QbFoldCtx *c, void *state, void *const *partials, const QbBox *boxes, int n,
                  QbErr *err)
{
    QbBins *s = state;
    (void)c, (void)boxes, (void)err;
    for (int j = 0; j < n; j++)
        for (int64_t k = 0; k < s->b.n; k++)
            s->count[k] += ((const uint64_t *)partials[j])[k];
    return true;
}

static bool finish(const QbFoldCtx *c, void *state, QbValue *out, QbErr *err)
{
    (void)c, (void)err;
    out->state = state;
    return true;
}

static void close_state(void *state)
{
    if (state)
        qb_bins_close(state);
    free(state);
}

/* Which bins there are is known once it is open. */
static bool keep(const QbFoldCtx *c, void *state, QbKeep *k, QbErr *err)
{
    QbBins *s = state;
    (void)c;
    return qb_keep_bytes(k, s->count, (size_t)s->b.n * sizeof(*s->count), err);
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
    .close = close_state,
    .keep = keep,
};

const QbOp qb_op_bins = {
    .name = "bins",
    .class = QB_OP_FOLD,
    .hidden = true,
    .group = "measures",
    .help = "counts voxels in the bins of a histogram",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .fold = &fold,
};
