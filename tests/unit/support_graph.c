/* Fake operators and short ways to build graphs of them. */
#include "tests/unit/support_graph.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

extern const QbOp qb_op_add, qb_op_subtract, qb_op_multiply, qb_op_negate, qb_op_gt, qb_op_ge,
    qb_op_lt, qb_op_le, qb_op_where, qb_op_map, qb_op_store, qb_op_divide, qb_op_eq, qb_op_ne,
    qb_op_logical_and, qb_op_logical_or, qb_op_logical_not, qb_op_erode, qb_op_dilate;

#define IMAGE_ROW                                                                               \
    {                                                                                           \
        .name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_IMAGE), .help = "image" \
    }

/* ---- ramp ---------------------------------------------------------------------------------------------- */

typedef struct RampParams {
    QbShape shape;
} RampParams;

static const QbParam ramp_rows[] = {{.name = "shape",
                                     .slot = QB_SLOT_SHAPE,
                                     .offset = offsetof(RampParams, shape),
                                     .help = "sizes"}};

int64_t graph_ramp_at(int64_t i, int64_t y, int64_t x)
{
    return 10000 * i + 100 * y + x;
}

static bool ramp_check(QbCheck *c)
{
    const RampParams *p = c->params;
    if (p->shape.n[0] < 1)
        return c->fail(c, 0, "sizes start at 1", "a ramp of %lld", (long long)p->shape.n[0]);
    *c->out = (QbType){.kind = QB_IMAGE, .rank = p->shape.rank, .pix = QB_I32, .nan_free = true};
    memcpy(c->out->n, p->shape.n, sizeof(c->out->n));
    return true;
}

static bool ramp_fill(const QbTask *t, void *state, QbErr *err)
{
    (void)state;
    (void)err;
    const QbBox *b = &t->out.box;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++)
            for (int64_t x = b->lo[2]; x < b->hi[2]; x++)
                ((int32_t *)qb_tile_row(&t->out, i, y))[x - b->lo[2]] =
                    (int32_t)graph_ramp_at(i, y, x);
    return true;
}

static const QbSourceOps ramp_source = {.fill = ramp_fill};
static const QbOp op_ramp = {.name = "ramp",
                             .class = QB_OP_SOURCE,
                             .params = ramp_rows,
                             .n_params = 1,
                             .param_size = sizeof(RampParams),
                             .check = ramp_check,
                             .source = &ramp_source};

/* ---- look ---------------------------------------------------------------------------------------------- */

typedef struct LookParams {
    int64_t r;
} LookParams;

static const QbParam look_rows[] = {IMAGE_ROW,
                                    {.name = "r",
                                     .slot = QB_SLOT_WHOLE,
                                     .offset = offsetof(LookParams, r),
                                     .def = "1",
                                     .min = 0,
                                     .max = 100,
                                     .help = "reach"}};

static void look_halo(const void *params, const QbType *const *in, int input, QbHalo *halo)
{
    (void)input;
    int64_t r = ((const LookParams *)params)->r;
    for (int a = 0; a < 3; a++)
        halo->before[a] = halo->after[a] = in[0]->rank == 2 && a == 1 ? 0 : r;
}

int64_t graph_look_at(const int64_t n[3], int64_t r, GraphVoxel *in, void *ctx, int64_t i,
                      int64_t y, int64_t x)
{
    return in(ctx, qb_mirror(i - r, n[0]), y, x) + 3 * in(ctx, i, qb_mirror(y + r, n[1]), x) +
           5 * in(ctx, i, y, qb_mirror(x - r, n[2]));
}

static void look_run(const QbTask *t)
{
    const QbRows *r = &t->in[0];
    const QbBox *b = &t->out.box;
    int64_t reach = ((const LookParams *)t->params)->r, flat = t->out_type->rank == 2;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++) {
            const int32_t *before = qb_row(r, i - reach, y),
                          *beside = qb_row(r, i, flat ? y : y + reach), *row = qb_row(r, i, y);
            int32_t *out = qb_tile_row(&t->out, i, y);
            for (int64_t x = b->lo[2]; x < b->hi[2]; x++)
                out[x - b->lo[2]] = before[x - r->x0] + 3 * beside[x - r->x0] +
                                    5 * row[qb_mirror(x - reach, r->nx) - r->x0];
        }
}

static double look_cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 5;
}

static const QbOp op_look = {.name = "look",
                             .class = QB_OP_KERNEL,
                             .params = look_rows,
                             .n_params = 2,
                             .param_size = sizeof(LookParams),
                             .halo = look_halo,
                             .run = look_run,
                             .cost = look_cost};

static QbNodeId twice_compose(QbBuild *b)
{
    QbNodeId first = b->node(b, "look", b->check->params, b->in, 1);
    return first < 0 ? -1 : b->node(b, "look", b->check->params, &first, 1);
}

static QbNodeId both_compose(QbBuild *b)
{
    QbNodeId first = b->node(b, "look", b->check->params, b->in, 1);
    return first < 0 ? -1 : b->node(b, "negate", NULL, &first, 1);
}

static const QbOp op_twice = {.name = "twice",
                              .class = QB_OP_COMPOSED,
                              .params = look_rows,
                              .n_params = 2,
                              .param_size = sizeof(LookParams),
                              .compose = twice_compose};
static const QbOp op_both = {.name = "both",
                             .class = QB_OP_KERNEL,
                             .params = look_rows,
                             .n_params = 2,
                             .param_size = sizeof(LookParams),
                             .compose = both_compose};

/* ---- geometry ------------------------------------------------------------------------------------------ */

static const QbParam image_row[] = {IMAGE_ROW};

static bool half_check(QbCheck *c)
{
    *c->out = *c->in[0];
    c->out->n[0] = (c->in[0]->n[0] + 1) / 2;
    return true;
}

static void half_need(const void *params, const QbType *const *in, int input, const QbBox *out,
                      QbBox *need)
{
    (void)params;
    (void)in;
    (void)input;
    *need = *out;
    need->lo[0] = 2 * out->lo[0];
    need->hi[0] = 2 * out->hi[0] - 1;
}

static void flip_need(const void *params, const QbType *const *in, int input, const QbBox *out,
                      QbBox *need)
{
    (void)params;
    (void)input;
    *need = *out;
    need->lo[0] = in[0]->n[0] - out->hi[0];
    need->hi[0] = in[0]->n[0] - out->lo[0];
}

static void copy_rows(const QbTask *t, int64_t step, int64_t first)
{
    const QbBox *b = &t->out.box;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++) {
            const int32_t *row = qb_row(&t->in[0], first + step * i, y);
            memcpy(qb_tile_row(&t->out, i, y), row + (b->lo[2] - t->in[0].x0),
                   (size_t)(b->hi[2] - b->lo[2]) * 4);
        }
}

static void half_run(const QbTask *t)
{
    copy_rows(t, 2, 0);
}

static void flip_run(const QbTask *t)
{
    copy_rows(t, -1, t->in_type[0]->n[0] - 1);
}

static bool always(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return true;
}

static const QbOp op_half = {.name = "half",
                             .class = QB_OP_KERNEL,
                             .params = image_row,
                             .n_params = 1,
                             .check = half_check,
                             .need = half_need,
                             .run = half_run};
static const QbOp op_flip = {.name = "flip",
                             .class = QB_OP_KERNEL,
                             .params = image_row,
                             .n_params = 1,
                             .need = flip_need,
                             .run = flip_run,
                             .random = always};

/* ---- total --------------------------------------------------------------------------------------------- */

static bool total_check(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_NUMBER};
    return true;
}

static size_t total_bytes(const QbFoldCtx *c)
{
    (void)c;
    return sizeof(int64_t);
}

static size_t total_partial(const QbFoldCtx *c, int64_t ni, int64_t ny, int64_t nx)
{
    (void)ni;
    (void)ny;
    (void)nx;
    return total_bytes(c);
}

static bool total_open(const QbFoldCtx *c, void **state, QbErr *err)
{
    (void)c;
    (void)err;
    *state = qb_xcalloc(1, sizeof(int64_t));
    return true;
}

static void total_init(const QbFoldCtx *c, void *partial)
{
    (void)c;
    memset(partial, 0, sizeof(int64_t));
}

static bool total_add(const QbTask *t, void *state, void *partial, QbErr *err)
{
    (void)state;
    (void)err;
    const QbBox *b = &t->out.box;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++)
            for (int64_t x = b->lo[2]; x < b->hi[2]; x++)
                *(int64_t *)partial += ((const int32_t *)qb_row(&t->in[0], i, y))[x - t->in[0].x0];
    return true;
}

static bool total_merge(const QbFoldCtx *c, void *state, void *const *partials, const QbBox *boxes,
                        int n, QbErr *err)
{
    (void)c;
    (void)boxes;
    (void)err;
    for (int k = 0; k < n; k++)
        *(int64_t *)state += *(const int64_t *)partials[k];
    return true;
}

static bool total_finish(const QbFoldCtx *c, void *state, QbValue *out, QbErr *err)
{
    (void)c;
    (void)err;
    out->number = (double)*(int64_t *)state;
    return true;
}

static const QbFoldOps total_fold = {.order = QB_FOLD_ANY,
                                     .state_bytes = total_bytes,
                                     .partial_bytes = total_partial,
                                     .open = total_open,
                                     .init = total_init,
                                     .add = total_add,
                                     .merge = total_merge,
                                     .finish = total_finish,
                                     .close = free};
static const QbOp op_total = {.name = "total",
                              .class = QB_OP_FOLD,
                              .params = image_row,
                              .n_params = 1,
                              .check = total_check,
                              .fold = &total_fold};

/* ---- what passes know by name --------------------------------------------------------------------------- */

typedef struct SizeParams {
    int64_t size[3], need;
} SizeParams;

static const QbParam size_rows[] = {IMAGE_ROW,
                                    {.name = "size",
                                     .slot = QB_SLOT_SIZES,
                                     .offset = offsetof(SizeParams, size),
                                     .def = "3",
                                     .help = "window"},
                                    {.name = "need",
                                     .slot = QB_SLOT_WHOLE,
                                     .offset = offsetof(SizeParams, need),
                                     .def = "1",
                                     .help = "voxels"}};
static const QbParam any_row[] = {
    {.name = "x",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_IMAGE) | QB_ACCEPT(QB_MASK) | QB_ACCEPT(QB_LABELS)}};

static bool label_check(QbCheck *c)
{
    *c->out = *c->in[0];
    c->out->kind = QB_LABELS;
    c->out->pix = QB_U32;
    return true;
}

static bool table_check(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_TABLE, .n_columns = 1, .columns = {{"label", true}}};
    return true;
}

static const QbOp op_median = {.name = "median",
                               .class = QB_OP_KERNEL,
                               .params = size_rows,
                               .n_params = 2,
                               .param_size = sizeof(SizeParams)};
static const QbOp op_count_box = {.name = "count_box",
                                  .class = QB_OP_KERNEL,
                                  .params = size_rows,
                                  .n_params = 3,
                                  .param_size = sizeof(SizeParams)};
static const QbOp op_label = {
    .name = "label", .class = QB_OP_FOLD, .params = any_row, .n_params = 1, .check = label_check};
static const QbOp op_count = {
    .name = "count", .class = QB_OP_FOLD, .params = any_row, .n_params = 1, .check = table_check};
static const QbOp op_label_table = {.name = "label_table",
                                    .class = QB_OP_SCALAR,
                                    .params = any_row,
                                    .n_params = 1,
                                    .check = table_check};

const QbOp *const graph_ops[] = {
    &op_ramp,      &op_look,           &op_twice,         &op_both,           &op_half,
    &op_flip,      &op_total,          &op_median,        &op_count_box,      &op_label,
    &op_count,     &op_label_table,    &qb_op_add,        &qb_op_subtract,    &qb_op_multiply,
    &qb_op_negate, &qb_op_gt,          &qb_op_ge,         &qb_op_lt,          &qb_op_le,
    &qb_op_where,  &qb_op_map,         &qb_op_store,      &qb_op_divide,      &qb_op_eq,
    &qb_op_ne,     &qb_op_logical_and, &qb_op_logical_or, &qb_op_logical_not, &qb_op_erode,
    &qb_op_dilate,
};
const int graph_n_ops = QB_COUNT(graph_ops);

/* ---- building ------------------------------------------------------------------------------------------ */

GraphBench graph_bench(void)
{
    GraphBench b = {.arena = qb_arena_new()};
    return b;
}

void graph_free(GraphBench *b)
{
    qb_arena_free(b->arena);
}

/* The diagnostics must not move once the graph knows them. */
static QbDag *dag_of(GraphBench *b)
{
    if (!b->g) {
        qb_diags_init(&b->diags, b->arena);
        b->g = qb_dag_new(b->arena, &b->diags, graph_ops, graph_n_ops);
    }
    return b->g;
}

static QbNodeId accepted(GraphBench *b, QbNodeId id)
{
    cr_assert_geq(id, 0, "refused: %s", b->diags.n ? b->diags.v[0].message : "without a word");
    return id;
}

QbNodeId graph_ramp(GraphBench *b, int rank, int64_t n0, int64_t n1, int64_t n2)
{
    RampParams p = {{rank, {n0, n1, n2}}};
    return accepted(b, qb_dag_named(dag_of(b), "ramp", &p, NULL, 0, (QbSpan){0}));
}

QbNodeId graph_look(GraphBench *b, QbNodeId in, int64_t r)
{
    return accepted(b, qb_dag_named(dag_of(b), "look", &(LookParams){r}, &in, 1, (QbSpan){0}));
}

/* Parameters: 3 wide, reach 1, whatever else 0. */
QbNodeId graph_unary(GraphBench *b, const char *op, QbNodeId in)
{
    SizeParams size = {{3, 3, 3}, 0};
    LookParams look = {1};
    const QbOp *found = qb_op_find(graph_ops, graph_n_ops, op);
    cr_assert_not_null(found, "no operator '%s'", op);
    const void *params = found->param_size == sizeof(size) ? (const void *)&size : &look;
    return accepted(b, qb_dag_named(dag_of(b), op, params, &in, 1, (QbSpan){0}));
}

QbNodeId graph_binary(GraphBench *b, const char *op, QbNodeId x, QbNodeId y)
{
    return accepted(b, qb_dag_named(dag_of(b), op, NULL, (QbNodeId[]){x, y}, 2, (QbSpan){0}));
}

QbNodeId graph_number(GraphBench *b, double v)
{
    return qb_dag_number(dag_of(b), v, (QbSpan){0});
}

void graph_save(GraphBench *b, QbNodeId node, const char *path)
{
    QbOutput o = {.format = QB_FORMAT_NPY,
                  .path = path,
                  .node = node,
                  .low = -1,
                  .high = -1,
                  .label_type = QB_PIX_COUNT};
    QB_PUSH(b->arena, b->g->outputs, b->g->n_outputs, b->g->cap_outputs, o);
}

void graph_print(GraphBench *b, QbNodeId node)
{
    QbPrintItem *item = QB_NEW(b->arena, QbPrintItem);
    *item = (QbPrintItem){.node = node, .low = -1, .high = -1};
    QbOutput o = {
        .format = QB_FORMAT_PRINT, .node = -1, .low = -1, .high = -1, .items = item, .n_items = 1};
    QB_PUSH(b->arena, b->g->outputs, b->g->n_outputs, b->g->cap_outputs, o);
}

static void add_node(QbText *t, const QbDag *g, QbNodeId id)
{
    const QbNode *n = qb_dag_at(g, id);
    if (!n->op) {
        qb_text_add_number(t, n->number);
        return;
    }
    qb_text_addf(t, "%s(", n->op->name);
    for (int k = 0; k < n->n_in; k++) {
        qb_text_add(t, k ? ", " : "");
        add_node(t, g, n->in[k]);
    }
    if (!strcmp(n->op->name, "count_box"))
        qb_text_addf(t, ", need=%lld", (long long)((const SizeParams *)n->params)->need);
    qb_text_add(t, ")");
}

const char *graph_text(GraphBench *b, QbNodeId id)
{
    QbText t = {0};
    add_node(&t, b->g, id);
    const char *text = qb_arena_strdup(b->arena, t.s);
    qb_text_free(&t);
    return text;
}

QbPlan *graph_plan(GraphBench *b, int threads, size_t memory, QbErr *err)
{
    static const QbPassOptions none;
    QbPlanOptions o = {.threads = threads, .memory = memory, .base = 4 << 20, .passes = &none};
    QbPlan *plan = NULL;
    return qb_plan_make(b->arena, b->g, &o, &plan, err) ? plan : NULL;
}
