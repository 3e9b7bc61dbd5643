/* moments: mean and squared distances from it, of floats, in one fixed order: rows by 16 lanes, the rows of a slice by y, slices by z. Tasks
 * bring the moments of their rows, the merge alone joins them (Chan, Golub, LeVeque 1979). Made by std. */
#include "stdlib/sums.h"

#include <stdlib.h>

typedef struct State {
    QbSums sums; /* first: what others read */
    int64_t first, n;
    QbMoments slice[];
} State;

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_IMAGE), .help = "floats"},
};

static bool check(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_BLOB, .pix = c->in[0]->pix};
    return true;
}

static double cost(const void *p, const QbType *const *in)
{
    (void)p;
    (void)in;
    return 0.25;
}

static size_t state_bytes(const QbFoldCtx *c)
{
    return sizeof(State) + (size_t)(c->domain.hi[0] - c->domain.lo[0]) * sizeof(QbMoments);
}

static size_t partial_bytes(const QbFoldCtx *c, int64_t ni, int64_t ny, int64_t nx)
{
    (void)c, (void)nx;
    return (size_t)(ni * ny) * sizeof(QbMoments);
}

static bool open_state(const QbFoldCtx *c, void **state, QbErr *err)
{
    const QbBox *d = &c->domain;
    State *s = calloc(1, state_bytes(c));
    if (!s)
        return qb_err_set(err, "not enough memory: the moments of %lld slices",
                          (long long)(d->hi[0] - d->lo[0]));
    s->first = d->lo[0];
    s->n = d->hi[0] - d->lo[0];
    s->sums.n = s->n * (d->hi[1] - d->lo[1]) * (d->hi[2] - d->lo[2]);
    *state = s;
    return true;
}

static bool add(const QbTask *t, void *state, void *partial, QbErr *err)
{
    const QbBox *b = &t->out.box;
    QbPix pix = t->in_type[0]->pix;
    size_t skip = (size_t)(b->lo[2] - t->in[0].x0) * qb_pix_bytes(pix);
    QbMoments *m = partial;
    (void)state, (void)err;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++, m++) {
            m->n = b->hi[2] - b->lo[2];
            t->cpu->label->moments(pix, (const char *)qb_row(&t->in[0], i, y) + skip, m->n,
                                   (int)(b->lo[2] % 16), &m->mean, &m->m2);
        }
    return true;
}

static bool merge(const QbFoldCtx *c, void *state, void *const *partials, const QbBox *boxes, int n,
                  QbErr *err)
{
    State *s = state;
    (void)c, (void)err;
    for (int j = 0; j < n; j++) {
        const QbMoments *m = partials[j];
        for (int64_t i = boxes[j].lo[0]; i < boxes[j].hi[0]; i++)
            for (int64_t y = boxes[j].lo[1]; y < boxes[j].hi[1]; y++)
                qb_moments_join(&s->slice[i - s->first], m++);
    }
    return true;
}

static bool finish(const QbFoldCtx *c, void *state, QbValue *out, QbErr *err)
{
    State *s = state;
    (void)c, (void)err;
    for (int64_t k = 0; k < s->n; k++)
        qb_moments_join(&s->sums.moments, &s->slice[k]);
    out->state = s;
    return true;
}

static const QbFoldOps fold = {
    .order = QB_FOLD_ORDERED,
    .state_bytes = state_bytes,
    .partial_bytes = partial_bytes,
    .open = open_state,
    .add = add,
    .merge = merge,
    .finish = finish,
    .close = free,
    .is_flat = true,
};

const QbOp qb_op_moments = {
    .name = "moments",
    .class = QB_OP_FOLD,
    .hidden = true,
    .group = "measures",
    .help = "moments of floats in a fixed order",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = check,
    .cost = cost,
    .fold = &fold,
};
