/* The nodes of a graph: type rules are run, composed operators are expanded, fixed numbers are folded, and
 * what is left is hash-consed. Knows no single operator and no syntax. Strings in parameter structs are interned,
 * so that equal parameters are equal bytes (floats too: NaN equals NaN). */
#include "compiler/dag.h"

#include "compiler/name_map.h"
#include "core/prog.h"

#include <glob.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct QbNodeMap {
    QbNodeId *slot; /* -1: empty */
    size_t cap;
    size_t n;
    QbNameMap *strings;
};

QbDag *qb_dag_new(QbArena *arena, QbDiags *diags, const QbOp *const *ops, int n_ops)
{
    QbDag *g = QB_NEW(arena, QbDag);
    g->arena = arena;
    g->diags = diags;
    g->ops = ops;
    g->n_ops = n_ops;
    g->map = QB_NEW(arena, struct QbNodeMap);
    g->map->cap = 256;
    g->map->slot = QB_NEW_N(arena, QbNodeId, g->map->cap);
    memset(g->map->slot, -1, g->map->cap * sizeof(QbNodeId));
    g->map->strings = qb_name_map_new(arena);
    return g;
}

/* ---- hash-consing ----------------------------------------------------------------------------------- */

static uint64_t hash_bytes(uint64_t h, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 1099511628211u;
    return h;
}

static uint64_t hash_node(const QbNode *x)
{
    uint64_t h = hash_bytes(1469598103934665603u, &x->op, sizeof(x->op));
    if (!x->op) {
        h = hash_bytes(h, &x->number, sizeof(x->number));
        return hash_bytes(h, &x->type.kind, sizeof(x->type.kind));
    }
    h = hash_bytes(h, x->params, x->op->param_size);
    h = hash_bytes(h, x->in, sizeof(x->in[0]) * (size_t)x->n_in);
    return h ^ (h >> 31);
}

static bool nodes_equal(const QbNode *a, const QbNode *b)
{
    if (a->op != b->op || a->n_in != b->n_in)
        return false;
    if (!a->op)
        return a->type.kind == b->type.kind && !memcmp(&a->number, &b->number, sizeof(a->number));
    return !memcmp(a->in, b->in, sizeof(a->in[0]) * (size_t)a->n_in) &&
           (!a->op->param_size || !memcmp(a->params, b->params, a->op->param_size));
}

static size_t slot_of(const QbDag *g, const QbNode *x)
{
    const struct QbNodeMap *m = g->map;
    size_t i = hash_node(x) & (m->cap - 1);
    while (m->slot[i] >= 0 && !nodes_equal(g->nodes[m->slot[i]], x))
        i = (i + 1) & (m->cap - 1);
    return i;
}

static void grow_map(QbDag *g)
{
    struct QbNodeMap *m = g->map;
    m->cap *= 2;
    m->slot = QB_NEW_N(g->arena, QbNodeId, m->cap);
    memset(m->slot, -1, m->cap * sizeof(QbNodeId));
    for (int id = 0; id < g->n_nodes; id++)
        m->slot[slot_of(g, g->nodes[id])] = id;
}

/* The node equal to `x`, or a copy of it with the next id. */
static QbNodeId intern_node(QbDag *g, const QbNode *x)
{
    if (2 * (g->map->n + 1) > g->map->cap)
        grow_map(g);
    size_t i = slot_of(g, x);
    if (g->map->slot[i] >= 0 && !(g->no_sharing && x->op)) {
        g->n_shared += x->op != NULL;
        return g->map->slot[i];
    }
    QbNode *node = qb_arena_memdup(g->arena, x, sizeof(*x));
    node->id = g->n_nodes;
    node->origin = g->origin;
    QB_PUSH(g->arena, g->nodes, g->n_nodes, g->cap_nodes, node);
    g->map->n += g->map->slot[i] < 0;
    g->map->slot[i] = node->id;
    return node->id;
}

static QbNodeId intern_constant(QbDag *g, QbKind kind, double v, QbSpan span)
{
    QbNode x = {.number = v, .span = span, .type = {.kind = kind}};
    return intern_node(g, &x);
}

QbNodeId qb_dag_number(QbDag *g, double v, QbSpan span)
{
    return intern_constant(g, QB_NUMBER, v, span);
}

QbNodeId qb_dag_bool(QbDag *g, bool v, QbSpan span)
{
    return intern_constant(g, QB_BOOL, v ? 1 : 0, span);
}

/* ---- type rules ------------------------------------------------------------------------------------- */

typedef struct CheckCtx {
    QbDag *g;
    QbSpan span;
    const QbSpan *arg_spans;
} CheckCtx;

static QbSpan place_of(const CheckCtx *x, const QbOp *op, int param)
{
    if (param >= 0 && param < op->n_params && x->arg_spans && x->arg_spans[param].source)
        return x->arg_spans[param];
    return x->span;
}

static bool check_fail(QbCheck *c, int param, const char *hint, const char *fmt, ...)
{
    CheckCtx *x = c->ctx;
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    QB_CHECK(n >= 0);
    char *text = qb_arena_alloc(c->arena, (size_t)n + 1);
    va_start(args, fmt);
    vsnprintf(text, (size_t)n + 1, fmt, args);
    va_end(args);
    QbDiag *d = qb_diag_add(x->g->diags, QB_ERROR, "QB0310", place_of(x, c->op, param), "%s", text);
    if (hint && !d->hint)
        d->hint = qb_arena_strdup(c->arena, hint);
    return false;
}

static bool is_absent(const char *path)
{
    if (!strpbrk(path, "*?"))
        return access(path, F_OK) != 0;
    glob_t found = {0};
    bool none = glob(path, 0, NULL, &found) == GLOB_NOMATCH;
    globfree(&found);
    return none;
}

static bool check_fail_file(QbCheck *c, int param, const QbErr *err)
{
    CheckCtx *x = c->ctx;
    QbSpan span = place_of(x, c->op, param);
    const char *path = qb_op_path(c->op, c->params);
    QbDiag *d;
    if (x->g->check_only && path && is_absent(path))
        d = qb_diag_add(x->g->diags, QB_NOTE, "QB0502", span,
                        "input '%s' is not there; what depends on it is not checked", path);
    else
        d = qb_diag_add(x->g->diags, QB_ERROR, "QB0501", span, "%s", err->text);
    d->input_missing = true;
    d->input = path;
    return false;
}

/* What a type rule sees of its inputs. */
typedef struct Inputs {
    const QbType *type[QB_MAX_INPUTS];
    double number[QB_MAX_INPUTS];
    bool fixed; /* all that are given */
} Inputs;

static Inputs inputs_of(const QbDag *g, const QbNodeId *in, int n_in)
{
    Inputs x = {.fixed = n_in > 0};
    for (int k = 0; k < n_in; k++) {
        x.number[k] = NAN;
        if (in[k] < 0)
            continue;
        const QbNode *node = g->nodes[in[k]];
        x.type[k] = &node->type;
        x.fixed = x.fixed && !node->op;
        if (!node->op)
            x.number[k] = node->number;
    }
    return x;
}

static QbCheck make_check(CheckCtx *x, const QbOp *op, void *params, const Inputs *in, int n_in)
{
    return (QbCheck){.op = op,
                     .params = params,
                     .in = in->type,
                     .n_in = n_in,
                     .number = in->number,
                     .arena = x->g->arena,
                     .fail = check_fail,
                     .fail_file = check_fail_file,
                     .ctx = x};
}

bool qb_dag_check(QbDag *g, const QbOp *op, void *params, const QbNodeId *in, int n_in, QbSpan span,
                  const QbSpan *arg_spans, QbType *out)
{
    Inputs inputs = inputs_of(g, in, n_in);
    CheckCtx x = {g, span, arg_spans};
    QbCheck c = make_check(&x, op, params, &inputs, n_in);
    memset(out, 0, sizeof(*out));
    c.out = out;
    if (op->check)
        return op->check(&c);
    if (n_in > 0 && inputs.type[0])
        *out = *inputs.type[0];
    return true;
}

/* ---- composing -------------------------------------------------------------------------------------- */

typedef struct BuildCtx {
    QbDag *g;
    QbSpan span;
} BuildCtx;

static QbNodeId build_node(QbBuild *b, const char *op, const void *params, const QbNodeId *in,
                           int n_in)
{
    BuildCtx *x = b->ctx;
    for (int k = 0; k < n_in; k++)
        if (in[k] < -1)
            return -1;
    return qb_dag_named(x->g, op, params, in, n_in, x->span);
}

static QbNodeId build_number(QbBuild *b, double v)
{
    BuildCtx *x = b->ctx;
    return qb_dag_number(x->g, v, x->span);
}

static const QbType *build_type(QbBuild *b, QbNodeId id)
{
    BuildCtx *x = b->ctx;
    QB_CHECK(id >= 0 && id < x->g->n_nodes);
    return &x->g->nodes[id]->type;
}

static bool build_within(QbBuild *b, QbNodeId mask, QbNodeId *image, double *low, double *high)
{
    BuildCtx *x = b->ctx;
    return qb_dag_within(x->g, mask, image, low, high);
}

static QbNodeId compose(QbDag *g, const QbNode *node, const QbSpan *arg_spans)
{
    Inputs inputs = inputs_of(g, node->in, node->n_in);
    CheckCtx x = {g, node->span, arg_spans};
    QbType out = node->type;
    QbCheck c = make_check(&x, node->op, node->params, &inputs, node->n_in);
    c.out = &out;
    BuildCtx bx = {g, node->span};
    QbBuild b = {.check = &c,
                 .in = node->in,
                 .node = build_node,
                 .number = build_number,
                 .type = build_type,
                 .within = build_within,
                 .ctx = &bx};
    const char *before = g->origin;
    if (!before)
        g->origin = node->origin ? node->origin : node->op->name;
    QbNodeId made = node->op->compose(&b);
    g->origin = before;
    return made;
}

QbNodeId qb_dag_compose(QbDag *g, QbNodeId id)
{
    const QbNode *node = g->nodes[id];
    QB_CHECK(node->op && node->op->compose);
    return compose(g, node, NULL);
}

/* ---- folding ---------------------------------------------------------------------------------------- */

static double fold_map(const QbDag *g, const QbNode *node, const Inputs *inputs)
{
    static const bool all[QB_MAX_INPUTS] = {true, true, true, true, true, true, true, true};
    QbEmit e = {.arena = g->arena,
                .prog = QB_NEW(g->arena, QbProg),
                .in_type = inputs->type,
                .out_type = &node->type,
                .fixed = all,
                .number = inputs->number};
    int in[QB_MAX_INPUTS];
    for (int k = 0; k < node->n_in; k++)
        in[k] = qb_emit_const(&e, inputs->number[k], QB_REG_F64);
    QbType exact = {.kind = QB_IMAGE, .pix = QB_F64};
    qb_emit_store(&e, node->op->emit(&e, node->params, in), &exact);
    return qb_prog_apply(e.prog, NULL, NULL);
}

static bool fold_scalar(const QbNode *node, const Inputs *inputs, double *value)
{
    QbValue values[QB_MAX_INPUTS] = {{0}};
    const QbValue *value_of[QB_MAX_INPUTS] = {NULL};
    for (int k = 0; k < node->n_in; k++) {
        values[k].number = inputs->number[k];
        value_of[k] = inputs->type[k] ? &values[k] : NULL;
    }
    QbFoldCtx c = {.params = node->params,
                   .in_type = inputs->type,
                   .n_in = node->n_in,
                   .out_type = &node->type,
                   .value = value_of};
    QbValue out = {0};
    QbErr err = {0};
    if (!node->op->eval(&c, &out, &err))
        return false;
    *value = out.number;
    return true;
}

/* Kept for the case that the pass fold-constants is off. */
void qb_dag_remember_folded(QbDag *g, const char *op, double value, const double *in, int n_in)
{
    QbFolded f = {.op = op, .value = value, .n_in = n_in};
    for (int k = 0; k < n_in; k++)
        f.in[k] = in[k];
    g->n_folded++;
    QB_PUSH(g->arena, g->folded, g->n_folded_numbers, g->cap_folded_numbers, f);
}

static void remember(QbDag *g, const QbNode *node, double value)
{
    double in[2] = {0};
    bool numbers =
        node->type.kind == QB_NUMBER && node->n_in <= QB_COUNT(in) && !node->op->param_size;
    for (int k = 0; numbers && k < node->n_in; k++) {
        const QbNode *x = g->nodes[node->in[k]];
        numbers = x->type.kind == QB_NUMBER;
        in[k] = x->number;
    }
    if (numbers)
        qb_dag_remember_folded(g, node->op->name, value, in, node->n_in);
    else
        g->n_folded++;
}

/* An operator on fixed numbers alone has its value now. False: it must wait for the run. */
static bool fold(const QbDag *g, const QbNode *node, double *value)
{
    const QbOp *op = node->op;
    Inputs inputs = inputs_of(g, node->in, node->n_in);
    if ((node->type.kind != QB_NUMBER && node->type.kind != QB_BOOL) || !inputs.fixed)
        return false;
    if (op->class == QB_OP_MAP && op->emit) {
        *value = fold_map(g, node, &inputs);
        return true;
    }
    return (op->class == QB_OP_SCALAR || op->class == QB_OP_MAP) && op->eval &&
           fold_scalar(node, &inputs, value);
}

static void intern_strings(QbDag *g, const QbNode *node)
{
    for (int k = 0; k < node->op->n_params; k++) {
        const QbParam *p = &node->op->params[k];
        if (p->slot != QB_SLOT_STRING && p->slot != QB_SLOT_PATH)
            continue;
        const char **field = (const char **)((char *)node->params + p->offset);
        *field = qb_name_map_intern(g->map->strings, *field);
    }
}

QbNodeId qb_dag_node(QbDag *g, const QbOp *op, const void *params, const QbNodeId *in, int n_in,
                     QbSpan span, const QbSpan *arg_spans)
{
    QB_CHECK(n_in >= 0 && n_in <= QB_MAX_INPUTS);
    QbNode node = {.op = op, .n_in = n_in, .span = span};
    node.params = qb_arena_alloc(g->arena, op->param_size + 1);
    if (params && op->param_size)
        memcpy(node.params, params, op->param_size);
    for (int k = 0; k < n_in; k++)
        node.in[k] = in[k];
    if (!qb_dag_check(g, op, node.params, in, n_in, span, arg_spans, &node.type))
        return -1;
    if (op->class == QB_OP_COMPOSED)
        return compose(g, &node, arg_spans);
    double value;
    if (!g->no_folding && fold(g, &node, &value)) {
        remember(g, &node, value);
        return intern_constant(g, node.type.kind, value, span);
    }
    if (node.type.kind == QB_NUMBER || node.type.kind == QB_BOOL)
        node.type.measured = true;
    intern_strings(g, &node);
    return intern_node(g, &node);
}

QbNodeId qb_dag_named(QbDag *g, const char *op, const void *params, const QbNodeId *in, int n_in,
                      QbSpan span)
{
    const QbOp *found = qb_op_find(g->ops, g->n_ops, op);
    if (!found)
        QB_BUG("there is no operator '%s'", op);
    return qb_dag_node(g, found, params, in, n_in, span, NULL);
}
