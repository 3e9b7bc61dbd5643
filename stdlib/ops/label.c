/* label: numbers the objects of a mask. The work is in stdlib/label_*.c; this file says what label is. */
#include "stdlib/label_state.h"

typedef struct Params {
    int64_t connectivity; /* 0 until the check sets the rank's default */
} Params;

static const QbParam params[] = {
    {.name = "mask",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_MASK) | QB_ACCEPT(QB_IMAGE) | QB_ACCEPT(QB_LABELS),
     .help = "the objects"},
    {.name = "connectivity",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, connectivity),
     .def = "",
     .help = "4 or 8 in 2D, 6, 18 or 26 in 3D; the largest unless given"},
};

static bool check(QbCheck *c)
{
    Params *p = c->params;
    const QbType *in = c->in[0];
    if (in->kind == QB_IMAGE)
        return c->fail(c, 0, "|> threshold(…)", "'label' needs a mask, found an image");
    if (in->kind == QB_LABELS)
        return c->fail(c, 0, "!= 0", "'label' needs a mask, found labels");
    if (p->connectivity == 0)
        p->connectivity = in->rank == 3 ? 26 : 8;
    int64_t k = p->connectivity;
    if (in->rank == 3 && k != 6 && k != 18 && k != 26)
        return c->fail(c, 1, "6, 18 or 26", "connectivity of a 3D image is 6, 18 or 26, found %lld",
                       (long long)k);
    if (in->rank == 2 && k != 4 && k != 8)
        return c->fail(c, 1, "4 or 8", "connectivity of a 2D image is 4 or 8, found %lld",
                       (long long)k);
    *c->out = *in;
    c->out->kind = QB_LABELS;
    c->out->pix = QB_U32;
    return true;
}

/* Of a mask with as many edges as that of a foam. What counts is how many runs it has, which nobody knows before it is there:
 * large smooth objects take two thirds of that, noise two to six times as much. */
static double cost(const void *p, const QbType *const *in)
{
    return in[0]->rank == 2 ? 0.24 : ((const Params *)p)->connectivity == 26 ? 0.32 : 0.7;
}

static QbBeams beams(const QbFoldCtx *c)
{
    return qb_label_beams(c->in_type[0]->rank, (int)((const Params *)c->params)->connectivity);
}

static int64_t grain(const QbFoldCtx *c)
{
    return beams(c).bz;
}

static size_t state_bytes(const QbFoldCtx *c)
{
    QbBeams b = beams(c);
    return qb_label_state_bytes(c, &b);
}

static size_t partial_bytes(const QbFoldCtx *c, int64_t ni, int64_t ny, int64_t nx)
{
    QbBeams b = beams(c);
    return qb_label_partial_bytes(&b, ni, ny, nx);
}

static bool open_state(const QbFoldCtx *c, void **state, QbErr *err)
{
    QbBeams b = beams(c);
    return qb_label_open(c, &b, (QbLabelState **)state, err);
}

static bool add(const QbTask *t, void *state, void *partial, QbErr *err)
{
    (void)err;
    const QbLabelState *s = state;
    const QbBox *b = &t->out.box;
    int64_t ni = b->hi[0] - b->lo[0], ny = b->hi[1] - b->lo[1];
    QbLabelTile tile = qb_label_tile_map(&s->beams, partial, ni, ny, b->hi[2] - b->lo[2]);
    const uint8_t **row = t->scratch;
    for (int64_t i = 0; i < ni; i++) {
        for (int64_t y = 0; y < ny; y++)
            row[i * ny + y] = (const uint8_t *)qb_row(&t->in[0], b->lo[0] + i, b->lo[1] + y) +
                              (b->lo[2] - t->in[0].x0);
    }
    t->cpu->label->tile(&tile, row);
    return true;
}

static size_t scratch(const void *p, const QbType *const *in, int64_t ni, int64_t ny, int64_t nx)
{
    (void)p, (void)in, (void)nx;
    return (size_t)(ni * ny) * sizeof(void *);
}

static bool merge(const QbFoldCtx *c, void *state, void *const *partials, const QbBox *boxes, int n,
                  QbErr *err)
{
    (void)c;
    return qb_label_merge(state, partials, boxes, n, err);
}

static bool finish(const QbFoldCtx *c, void *state, QbValue *out, QbErr *err)
{
    (void)c;
    out->state = state;
    return qb_label_finish(state, err);
}

static bool fill(void *state, const QbTile *out, QbErr *err)
{
    return qb_label_fill(state, out, err);
}

static void close_state(void *state)
{
    qb_label_close(state);
}

static bool keep(const QbFoldCtx *c, void *state, QbKeep *k, QbErr *err)
{
    (void)c;
    return qb_label_keep(state, k, err);
}

static const QbFoldOps fold = {
    .order = QB_FOLD_ORDERED,
    .state_bytes = state_bytes,
    .partial_bytes = partial_bytes,
    .open = open_state,
    .add = add,
    .merge = merge,
    .finish = finish,
    .fill = fill,
    .close = close_state,
    .keep = keep,
    .grain = grain,
};

const QbOp qb_op_label = {
    .name = "label",
    .class = QB_OP_FOLD,
    .group = "labels",
    .help = "numbers the objects of a mask 1..n, in the raster order of their first voxels",
    .follows = "scipy.ndimage.label",
    .examples = (const char *const[]){"label(mask)",
                                      "image |> threshold(otsu) |> label(connectivity=4)", NULL},
    .version = 2,
    .params = params,
    .n_params = QB_COUNT(params),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .scratch = scratch,
    .fold = &fold,
};
