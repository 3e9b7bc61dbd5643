/* count(labels): a row for each label that is there, with its voxels. Tasks bring their labels gathered in a small cache, so that the
 * merge, which alone touches the spilling column, adds few numbers. count(label(m)) becomes label_table(label(m)). */
#include "core/op.h"

#include <stdlib.h>
#include <string.h>

enum { CACHE = 1024, MOST_OF_ENTRY = 1 << 30 };

/* So many voxels of a label. */
typedef struct Entry {
    uint32_t label, voxels;
} Entry;

/* Of one task: entries in any order, a label may come several times. */
typedef struct Part {
    int64_t n;
    Entry entry[];
} Part;

static const QbParam params[] = {
    {.name = "labels",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_LABELS) | QB_ACCEPT(QB_MASK) | QB_ACCEPT(QB_IMAGE),
     .help = "the objects"},
};

static bool check(QbCheck *c)
{
    QbKind kind = c->in[0]->kind;
    if (kind == QB_MASK)
        return c->fail(c, 0, "|> label counts its objects, sum(…) its voxels",
                       "'count' needs labels, found a mask");
    if (kind == QB_IMAGE)
        return c->fail(c, 0, "|> threshold(…) |> label", "'count' needs labels, found an image");
    *c->out = (QbType){.kind = QB_TABLE, .n_columns = 2};
    c->out->columns[0] = (QbColumnType){"label", true};
    c->out->columns[1] = (QbColumnType){"voxels", true};
    return true;
}

static size_t state_bytes(const QbFoldCtx *c)
{
    return c->env->spill_above;
}

/* Every voxel may be another label; what was in the cache comes on top, never more than was taken out of it. */
static size_t partial_bytes(const QbFoldCtx *c, int64_t ni, int64_t ny, int64_t nx)
{
    (void)c;
    return sizeof(Part) + (size_t)(ni * ny * nx) * sizeof(Entry);
}

static bool open_state(const QbFoldCtx *c, void **state, QbErr *err)
{
    (void)err;
    *state = qb_column_new(c->env);
    return true;
}

static void put(Part *part, Entry *cache, uint32_t label, int64_t voxels)
{
    Entry *e = &cache[(label * UINT32_C(2654435761)) >> 22];
    if (e->label == label && e->voxels < MOST_OF_ENTRY) {
        e->voxels += (uint32_t)voxels;
        return;
    }
    if (e->voxels)
        part->entry[part->n++] = *e;
    *e = (Entry){label, (uint32_t)voxels};
}

static void add_row(Part *part, Entry *cache, const uint32_t *row, int64_t n)
{
    for (int64_t x = 0, end; x < n; x = end) {
        for (end = x + 1; end < n && row[end] == row[x] && end - x < MOST_OF_ENTRY; end++)
            ;
        if (row[x])
            put(part, cache, row[x], end - x);
    }
}

static bool add(const QbTask *t, void *state, void *partial, QbErr *err)
{
    const QbBox *b = &t->out.box;
    Part *part = partial;
    Entry *cache = t->scratch;
    (void)state, (void)err;
    part->n = 0;
    memset(cache, 0, CACHE * sizeof(Entry));
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++)
            add_row(part, cache,
                    (const uint32_t *)qb_row(&t->in[0], i, y) + (b->lo[2] - t->in[0].x0),
                    b->hi[2] - b->lo[2]);
    for (int k = 0; k < CACHE; k++)
        if (cache[k].voxels)
            part->entry[part->n++] = cache[k];
    return true;
}

static size_t scratch(const void *p, const QbType *const *in, int64_t ni, int64_t ny, int64_t nx)
{
    (void)p, (void)in, (void)ni, (void)ny, (void)nx;
    return CACHE * sizeof(Entry);
}

static bool merge(const QbFoldCtx *c, void *state, void *const *partials, const QbBox *boxes, int n,
                  QbErr *err)
{
    (void)c, (void)boxes;
    for (int j = 0; j < n; j++) {
        const Part *part = partials[j];
        for (int64_t k = 0; k < part->n; k++)
            if (!qb_column_add(state, part->entry[k].label, part->entry[k].voxels, err))
                return false;
    }
    return true;
}

static bool finish(const QbFoldCtx *c, void *state, QbValue *out, QbErr *err)
{
    QbTable *t = out->table = qb_table_new(c->env, c->out_type);
    for (int64_t label = qb_column_next(state, 1), voxels; label >= 0;
         label = qb_column_next(state, label + 1)) {
        if (!qb_column_get(state, label, &voxels, err))
            return false;
        if (voxels == 0)
            continue;
        int64_t row = t->n_rows;
        if (!qb_table_put_whole(t, row, 0, label, err) ||
            !qb_table_put_whole(t, row, 1, voxels, err))
            return false;
    }
    return true;
}

static void close_state(void *state)
{
    qb_column_free(state);
}

static double cost(const void *p, const QbType *const *in)
{
    (void)p, (void)in;
    return 0.7;
}

static bool keep(const QbFoldCtx *c, void *state, QbKeep *k, QbErr *err)
{
    (void)c;
    return qb_keep_column(k, state, err);
}

static const QbFoldOps fold = {
    .order = QB_FOLD_ORDERED,
    .state_bytes = state_bytes,
    .partial_bytes = partial_bytes,
    .open = open_state,
    .add = add,
    .merge = merge,
    .finish = finish,
    .close = close_state,
    .keep = keep,
};

static const char *const examples[] = {"count(objects)", "mask |> label |> count", NULL};

const QbOp qb_op_count = {
    .name = "count",
    .class = QB_OP_FOLD,
    .group = "measures",
    .help = "a table of the labels that are there, with the voxels of each",
    .follows = "numpy.unique with return_counts, without the background",
    .examples = examples,
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .check = check,
    .cost = cost,
    .scratch = scratch,
    .fold = &fold,
};
