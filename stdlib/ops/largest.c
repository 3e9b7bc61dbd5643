/* largest: the largest label of a label image; decides whether it is saved as u16 or as u32. Made by the compiler only. */
#include "core/op.h"

#include <stdlib.h>

static bool check(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_NUMBER, .measured = true};
    return true;
}

static size_t partial_bytes(const QbFoldCtx *c, int64_t ni, int64_t ny, int64_t nx)
{
    (void)c;
    (void)ni;
    (void)ny;
    (void)nx;
    return sizeof(uint32_t);
}

static size_t state_bytes(const QbFoldCtx *c)
{
    (void)c;
    return sizeof(uint32_t);
}

static bool open_state(const QbFoldCtx *c, void **state, QbErr *err)
{
    (void)c;
    (void)err;
    *state = qb_xcalloc(1, sizeof(uint32_t));
    return true;
}

static void init(const QbFoldCtx *c, void *partial)
{
    (void)c;
    *(uint32_t *)partial = 0;
}

static bool add(const QbTask *t, void *state, void *partial, QbErr *err)
{
    const QbBox *b = &t->out.box;
    uint32_t most = *(uint32_t *)partial;
    (void)state;
    (void)err;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++) {
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++) {
            const uint32_t *row = qb_row(&t->in[0], i, y);
            for (int64_t x = 0; x < b->hi[2] - b->lo[2]; x++)
                most = row[x] > most ? row[x] : most;
        }
    }
    *(uint32_t *)partial = most;
    return true;
}

static bool merge(const QbFoldCtx *c, void *state, void *const *partials, const QbBox *boxes, int n,
                  QbErr *err)
{
    uint32_t *most = state;
    (void)c;
    (void)boxes;
    (void)err;
    for (int j = 0; j < n; j++)
        if (*(const uint32_t *)partials[j] > *most)
            *most = *(const uint32_t *)partials[j];
    return true;
}

static bool finish(const QbFoldCtx *c, void *state, QbValue *out, QbErr *err)
{
    (void)c;
    (void)err;
    out->number = *(const uint32_t *)state;
    return true;
}

static const QbFoldOps fold = {
    .order = QB_FOLD_ANY,
    .partial_bytes = partial_bytes,
    .state_bytes = state_bytes,
    .open = open_state,
    .init = init,
    .add = add,
    .merge = merge,
    .finish = finish,
    .close = free,
    .is_flat = true,
};

static const QbParam params[] = {
    {.name = "labels",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_LABELS),
     .help = "the label image"},
};

const QbOp qb_op_largest = {
    .name = "largest",
    .class = QB_OP_FOLD,
    .hidden = true,
    .group = "planner",
    .help = "the largest label",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = check,
    .fold = &fold,
};
