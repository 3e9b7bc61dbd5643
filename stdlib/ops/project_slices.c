/* project_slices: collapses axis 0 of a volume. The state is one line of stacks for each row y; tasks of a quantum touch different rows,
 * slices come in order. Made by project. */
#include "stdlib/pixelwise.h"
#include "stdlib/project.h"

#include <stdlib.h>
#include <string.h>

typedef QbProject Params;

typedef struct State {
    QbBox domain;
    QbStack stack; /* without its line */
    const QbLabelKernels *cpu;
    size_t pitch; /* bytes of a row of stacks */
    char *lines;
} State;

static const QbParam params[] = {
    {.name = "volume", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "the volume"},
    {.name = "how",
     .slot = QB_SLOT_CHOICE,
     .offset = offsetof(Params, how),
     .choices = qb_project_choices,
     .help = "as in project"},
    {.name = "axis",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, axis),
     .def = "0",
     .help = "0"},
};

static bool check(QbCheck *c)
{
    *c->out = qb_project_type(c->in[0], c->params);
    return true;
}

static double cost(const void *p, const QbType *const *in)
{
    const Params *q = p;
    return q->how == QB_STACK_STD ? 1.2
           : qb_project_keeps(q)  ? 0.08 * (double)qb_pix_bytes(in[0]->pix)
                                  : 0.5;
}

static size_t row_bytes(const QbFoldCtx *c)
{
    return qb_stack_bytes((QbStackHow)((const Params *)c->params)->how, c->in_type[0]->pix,
                          c->domain.hi[2] - c->domain.lo[2]);
}

static size_t state_bytes(const QbFoldCtx *c)
{
    return sizeof(State) + row_bytes(c) * (size_t)(c->domain.hi[1] - c->domain.lo[1]);
}

static bool open_state(const QbFoldCtx *c, void **state, QbErr *err)
{
    const QbBox *d = &c->domain;
    State *s = qb_xcalloc(1, sizeof(*s));
    *state = s;
    s->domain = *d;
    s->cpu = c->cpu->label;
    s->stack = (QbStack){.how = (QbStackHow)((const Params *)c->params)->how,
                         .pix = c->in_type[0]->pix,
                         .nx = d->hi[2] - d->lo[2],
                         .n = d->hi[0] - d->lo[0]};
    s->pitch = row_bytes(c);
    s->lines = calloc((size_t)(d->hi[1] - d->lo[1]), s->pitch);
    if (!s->lines)
        return qb_err_set(err, "not enough memory: cannot get %zu MiB for a projection",
                          (state_bytes(c) >> 20) + 1);
    return true;
}

static QbStack stack_of(const State *s, int64_t y)
{
    QbStack k = s->stack;
    k.line = s->lines + (size_t)(y - s->domain.lo[1]) * s->pitch;
    return k;
}

static bool add(const QbTask *t, void *state, void *partial, QbErr *err)
{
    const State *s = state;
    const QbBox *b = &t->out.box;
    size_t skip = (size_t)(b->lo[2] - t->in[0].x0) * qb_pix_bytes(s->stack.pix);
    (void)partial, (void)err;
    for (int64_t y = b->lo[1]; y < b->hi[1]; y++) {
        QbStack k = stack_of(s, y);
        for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
            t->cpu->label->stack(&k, (const char *)qb_row(&t->in[0], i, y) + skip,
                                 i - s->domain.lo[0]);
    }
    return true;
}

static size_t result_bytes(const State *s)
{
    return s->stack.how == QB_STACK_MIN || s->stack.how == QB_STACK_MAX ? qb_pix_bytes(s->stack.pix)
                                                                        : sizeof(double);
}

/* Every line becomes its result, at its own start; what is written lies before what is still to be read. */
static bool finish(const QbFoldCtx *c, void *state, QbValue *out, QbErr *err)
{
    State *s = state;
    size_t bytes = (size_t)s->stack.nx * result_bytes(s);
    void *row = malloc(bytes);
    (void)c;
    if (!row)
        return qb_err_set(err, "not enough memory: a row of a projection");
    for (int64_t y = s->domain.lo[1]; y < s->domain.hi[1]; y++) {
        QbStack k = stack_of(s, y);
        s->cpu->unstack(&k, row);
        memcpy(k.line, row, bytes);
    }
    free(row);
    out->state = s;
    return true;
}

/* Rows of the result are indices of axis 0: the volume's rows y. */
static bool fill(void *state, const QbTile *out, QbErr *err)
{
    const State *s = state;
    const QbBox *b = &out->box;
    size_t size = result_bytes(s);
    (void)err;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++) {
        const char *line = s->lines + (size_t)(i - s->domain.lo[1]) * s->pitch;
        memcpy(qb_tile_row(out, i, 0), line + (size_t)(b->lo[2] - s->domain.lo[2]) * size,
               (size_t)(b->hi[2] - b->lo[2]) * size);
    }
    return true;
}

static void close_state(void *state)
{
    State *s = state;
    if (s)
        free(s->lines);
    free(s);
}

static bool keep(const QbFoldCtx *c, void *state, QbKeep *k, QbErr *err)
{
    State *s = state;
    return qb_keep_bytes(k, s->lines, s->pitch * (size_t)(c->domain.hi[1] - c->domain.lo[1]), err);
}

static const QbFoldOps fold = {
    .order = QB_FOLD_IN_PLACE,
    .state_bytes = state_bytes,
    .open = open_state,
    .add = add,
    .finish = finish,
    .fill = fill,
    .close = close_state,
    .keep = keep,
};

const QbOp qb_op_project_slices = {
    .name = "project_slices",
    .class = QB_OP_FOLD,
    .hidden = true,
    .group = "geometry",
    .help = "collapses the slowest axis of a volume",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .fold = &fold,
};
