/* tally: counts the voxels of an image by value, or by the next 16 bits of their sort keys. Made by percentile, histogram
 * and otsu: the operators on narrow whole numbers share one tally of an image. */
#include "stdlib/tally.h"

typedef QbTallyParams Params;

static const QbParam params[] = {
    {.name = "image",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_IMAGE),
     .help = "what to count"},
    {.name = "before",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_BLOB),
     .def = "",
     .help = "the level before"},
    {.name = "p",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(Params, p),
     .def = "0",
     .help = "which percentile is sought"},
    {.name = "level",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, level),
     .def = "0",
     .help = "digits known before"},
};

static bool check(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_BLOB, .pix = c->in[0]->pix};
    return true;
}

static double cost(const void *p, const QbType *const *in)
{
    static const double ns[] = {0, 0.32, 0.55, 0, 1.3, 0, 0, 0, 1.3};
    (void)p;
    return ns[qb_pix_bytes(in[0]->pix)];
}

static size_t state_bytes(const QbFoldCtx *c)
{
    int tables = ((const Params *)c->params)->level > 0 ? 2 : 1;
    return sizeof(QbTally) +
           (size_t)tables * (size_t)qb_tally_bins(c->in_type[0]->pix) * sizeof(uint64_t);
}

static size_t partial_bytes(const QbFoldCtx *c, int64_t ni, int64_t ny, int64_t nx)
{
    (void)ni, (void)ny, (void)nx;
    return qb_tally_part_bytes(c->in_type[0]->pix);
}

static bool open_state(const QbFoldCtx *c, void **state, QbErr *err)
{
    const QbTally *before = c->n_in > 1 && c->value[1] ? c->value[1]->state : NULL;
    QbSeek seek = {0};
    (void)err;
    if (before)
        seek = qb_tally_seek(before, ((const Params *)c->params)->p);
    QbTally *t = qb_tally_new(c->in_type[0]->pix, &seek);
    t->n = before ? before->n : 0;
    *state = t;
    return true;
}

static void init(const QbFoldCtx *c, void *partial)
{
    qb_tally_part_open(c->in_type[0]->pix, partial);
}

static bool add(const QbTask *t, void *state, void *partial, QbErr *err)
{
    const QbBox *b = &t->out.box;
    size_t skip = (size_t)(b->lo[2] - t->in[0].x0) * qb_pix_bytes(t->in_type[0]->pix);
    (void)err;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++)
            qb_tally_add(t->cpu->label, state, partial,
                         (const char *)qb_row(&t->in[0], i, y) + skip, b->hi[2] - b->lo[2]);
    return true;
}

static bool merge(const QbFoldCtx *c, void *state, void *const *partials, const QbBox *boxes, int n,
                  QbErr *err)
{
    (void)c, (void)boxes, (void)err;
    for (int j = 0; j < n; j++)
        qb_tally_flush(state, partials[j]);
    return true;
}

static bool finish(const QbFoldCtx *c, void *state, QbValue *out, QbErr *err)
{
    QbTally *t = state;
    (void)c, (void)err;
    for (int64_t k = 0; t->seek.level == 0 && k < t->n_bins; k++)
        t->n += t->count[0][k];
    out->state = t;
    return true;
}

static void close_state(void *state)
{
    qb_tally_free(state);
}

static bool keep(const QbFoldCtx *c, void *state, QbKeep *k, QbErr *err)
{
    QbTally *t = state;
    size_t bytes = (size_t)t->n_bins * sizeof(uint64_t);
    (void)c;
    return qb_keep_bytes(k, &t->n_nan, sizeof(t->n_nan), err) &&
           qb_keep_bytes(k, t->count[0], bytes, err) &&
           (!t->count[1] || qb_keep_bytes(k, t->count[1], bytes, err));
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

const QbOp qb_op_tally = {
    .name = "tally",
    .class = QB_OP_FOLD,
    .hidden = true,
    .group = "measures",
    .help = "counts voxels by value, or by a part of it",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .fold = &fold,
};
