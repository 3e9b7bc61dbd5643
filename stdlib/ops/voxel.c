/* voxel: the number behind v[1, 2, 3]. A fold whose demand is one voxel, so that no more of the image is computed. */
#include "core/op.h"

#include <stdlib.h>

typedef struct Params {
    int64_t at[3]; /* physical axes */
} Params;

static const QbParam rows[] = {
    {.name = "image",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_IMAGE) | QB_ACCEPT(QB_MASK) | QB_ACCEPT(QB_LABELS),
     .help = "image, mask or labels"},
    {.name = "at", .slot = QB_SLOT_SIZES, .offset = offsetof(Params, at), .help = "where"},
};

static bool check(QbCheck *c)
{
    const Params *p = c->params;
    for (int a = 0; a < 3; a++)
        if (p->at[a] < 0 || p->at[a] >= c->in[0]->n[a])
            return c->fail(c, -1, NULL, "voxel %lld is outside: axis %d has %lld",
                           (long long)p->at[a], a, (long long)c->in[0]->n[a]);
    *c->out = (QbType){.kind = QB_NUMBER, .measured = true};
    return true;
}

static void need(const void *params, const QbType *const *in, int input, const QbBox *out,
                 QbBox *box)
{
    const Params *p = params;
    (void)in;
    (void)input;
    (void)out;
    for (int a = 0; a < 3; a++) {
        box->lo[a] = p->at[a];
        box->hi[a] = p->at[a] + 1;
    }
}

static size_t state_bytes(const QbFoldCtx *c)
{
    (void)c;
    return sizeof(double);
}

static bool open_state(const QbFoldCtx *c, void **state, QbErr *err)
{
    (void)c;
    (void)err;
    *state = qb_xcalloc(1, sizeof(double));
    return true;
}

/* One task has the voxel, and it alone writes. */
static bool add(const QbTask *t, void *state, void *partial, QbErr *err)
{
    const Params *p = t->params;
    const QbBox *b = &t->out.box;
    (void)partial;
    (void)err;
    for (int a = 0; a < 3; a++)
        if (p->at[a] < b->lo[a] || p->at[a] >= b->hi[a])
            return true;
    const QbRows *r = &t->in[0];
    *(double *)state =
        qb_pix_get(t->in_type[0]->pix, qb_row(r, p->at[0], p->at[1]), p->at[2] - r->x0);
    return true;
}

static bool finish(const QbFoldCtx *c, void *state, QbValue *out, QbErr *err)
{
    (void)c;
    (void)err;
    out->number = *(const double *)state;
    return true;
}

static const QbFoldOps fold = {
    .order = QB_FOLD_ANY,
    .state_bytes = state_bytes,
    .open = open_state,
    .add = add,
    .finish = finish,
    .close = free,
    .is_flat = true,
};

const QbOp qb_op_voxel = {
    .name = "voxel",
    .class = QB_OP_FOLD,
    .hidden = true,
    .group = "geometry",
    .help = "the value of one voxel",
    .follows = "numpy's basic indexing",
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .need = need,
    .fold = &fold,
};
