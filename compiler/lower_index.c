/* v[50], v[10:20, :, ::2], v[::-1]: numpy's basic indexing, slowest axis first. Slices are clipped; what is left is an image of 2
 * or 3 axes, or one voxel, which is a number. Bounds are fixed: they come from parameters and headers alone. */
#include "compiler/lower_state.h"

#include "compiler/opinfo.h"

#include <math.h>

/* What an index keeps of one axis of the user. */
typedef struct Part {
    int64_t start, step, count;
    bool drop;
} Part;

typedef struct Index {
    QbLower *L;
    const QbScope *scope;
    const QbExpr *e;
    const QbType *type;
    Part part[3]; /* by user axis */
} Index;

/* ---- bounds ------------------------------------------------------------------------------------------ */

static bool report_bound(QbLower *L, const QbVal *v)
{
    if (v->kind == QB_NUMBER && v->node >= 0) {
        QbDiag *d = qb_lower_error(
            L, "QB0312", v->span, "an index must be known before the run, found a measured number");
        qb_lower_hint(L, d, "this one is measured from pixels");
        return false;
    }
    QbDiag *d = qb_lower_error(L, "QB0316", v->span, "an index is a whole number, found %s",
                               qb_val_found(v));
    if (v->kind == QB_MASK)
        qb_lower_hint(L, d, "'where(mask, a, b)' chooses voxel by voxel");
    else if (v->kind == QB_LIST)
        qb_lower_hint(
            L, d, "a slice is written a:b or a:b:step; 'where(mask, a, b)' chooses voxel by voxel");
    return false;
}

/* A bound that was written, as a whole number far within 64 bits. */
static bool bound(const Index *x, const QbExpr *e, int64_t *out)
{
    QbVal v = qb_lower_expr(x->L, x->scope, e);
    if (qb_val_is_poison(&v))
        return false;
    if (!qb_val_is_fixed(&v, QB_NUMBER))
        return report_bound(x->L, &v);
    if (v.number != floor(v.number)) {
        char found[32];
        qb_lower_error(x->L, "QB0402", v.span, "an index is a whole number, found %s",
                       qb_number_text(v.number, found));
        return false;
    }
    const double most = 1e15;
    *out = (int64_t)(v.number > most ? most : v.number < -most ? -most : v.number);
    return true;
}

static int64_t extent(const Index *x, int u)
{
    return x->type->n[qb_axis(x->type->rank, u)];
}

static bool plain_index(Index *x, int u, const QbIndex *index)
{
    int64_t n = extent(x, u), at;
    if (!bound(x, index->at, &at))
        return false;
    if (at < -n || at >= n) {
        QbDiag *d = qb_lower_error(x->L, "QB0407", index->span,
                                   "index %lld is outside: axis %d has %lld voxel%s", (long long)at,
                                   u, (long long)n, n == 1 ? "" : "s");
        qb_lower_hint(x->L, d, "0 to %lld, or -%lld to -1 from the end", (long long)(n - 1),
                      (long long)n);
        return false;
    }
    x->part[u] = (Part){at < 0 ? at + n : at, 1, 1, true};
    return true;
}

/* A bound counts from the end where it is negative, and is clipped; without one the slice goes to the axis's end. */
static bool clipped(const Index *x, const QbExpr *e, int64_t n, const int64_t range[2],
                    int64_t *out)
{
    if (!e)
        return true;
    if (!bound(x, e, out))
        return false;
    *out = qb_clamp64(*out < 0 ? *out + n : *out, range[0], range[1]);
    return true;
}

static bool report_empty(const Index *x, int u, const QbIndex *index)
{
    const QbVal text = {.span = index->span};
    qb_lower_error(x->L, "QB0408", index->span, "the slice '%s' is empty: axis %d has %lld voxel%s",
                   qb_val_source(x->L->arena, &text), u, (long long)extent(x, u),
                   extent(x, u) == 1 ? "" : "s");
    return false;
}

static bool slice(Index *x, int u, const QbIndex *index)
{
    int64_t n = extent(x, u), step = 1;
    if (index->step && !bound(x, index->step, &step))
        return false;
    if (step == 0) {
        qb_lower_error(x->L, "QB0409", index->step->span, "the step of a slice cannot be 0");
        return false;
    }
    bool up = step > 0;
    const int64_t range[2] = {up ? 0 : -1, up ? n : n - 1};
    int64_t from = up ? 0 : n - 1, to = up ? n : -1;
    bool ok = clipped(x, index->start, n, range, &from);
    if (!clipped(x, index->stop, n, range, &to) || !ok)
        return false;
    int64_t count = up ? (to - from + step - 1) / step : (from - to - step - 1) / -step;
    if (up ? from >= to : from <= to)
        return report_empty(x, u, index);
    x->part[u] = (Part){from, count == 1 ? 1 : step, count, false};
    return true;
}

static bool find_parts(Index *x)
{
    int rank = x->type->rank;
    bool ok = true;
    if (x->e->n_indices > rank) {
        qb_lower_error(x->L, "QB0317", x->e->indices[rank].span,
                       "%d indices for an image of %d axes", x->e->n_indices, rank);
        return false;
    }
    for (int u = 0; u < rank; u++)
        x->part[u] = (Part){0, 1, extent(x, u), false};
    for (int u = 0; u < x->e->n_indices; u++) {
        const QbIndex *index = &x->e->indices[u];
        ok = (index->is_slice ? slice(x, u, index) : plain_index(x, u, index)) && ok;
    }
    return ok;
}

/* ---- nodes ------------------------------------------------------------------------------------------- */

static QbVal make_node(const Index *x, const char *name, const QbVal *v,
                       void (*fill)(const Index *, const QbOp *, void *))
{
    QbLower *L = x->L;
    const QbOp *op = qb_op_find(L->ops, L->n_ops, name);
    if (!op) {
        qb_lower_error(L, "QB0201", x->e->span, "there is no operator '%s' behind an index", name);
        return qb_val_poison(x->e->span);
    }
    void *params = qb_arena_alloc(L->arena, op->param_size + 1);
    fill(x, op, params);
    QbNodeId in = v->node;
    return qb_val_node(L, qb_dag_node(L->g, op, params, &in, 1, x->e->span, NULL), x->e->span);
}

static void fill_voxel(const Index *x, const QbOp *op, void *params)
{
    int64_t *at = qb_op_field(op, params, "at");
    for (int u = 0; u < x->type->rank; u++)
        at[qb_axis(x->type->rank, u)] = x->part[u].start;
}

static void fill_slice(const Index *x, const QbOp *op, void *params)
{
    int64_t *start = qb_op_field(op, params, "start"), *step = qb_op_field(op, params, "step");
    int64_t *count = qb_op_field(op, params, "count"), *drop = qb_op_field(op, params, "drop");
    step[1] = count[1] = 1;
    for (int u = 0; u < x->type->rank; u++) {
        int axis = qb_axis(x->type->rank, u);
        start[axis] = x->part[u].start;
        step[axis] = x->part[u].step;
        count[axis] = x->part[u].count;
        drop[axis] = x->part[u].drop;
    }
}

static bool keeps_all(const Index *x)
{
    for (int u = 0; u < x->type->rank; u++) {
        const Part *p = &x->part[u];
        if (p->drop || p->count != extent(x, u) || (p->step != 1 && p->count > 1))
            return false;
    }
    return true;
}

static QbVal report_line(const Index *x)
{
    QbDiag *d = qb_lower_error(x->L, "QB0410", x->e->span,
                               "the index leaves 1 axis, and an image has 2 or 3");
    for (int u = 0; u < x->e->n_indices; u++) {
        int64_t at = x->part[u].start;
        if (x->part[u].drop) {
            qb_lower_hint(x->L, d, "'%lld:%lld' keeps axis %d", (long long)at, (long long)at + 1,
                          u);
            break;
        }
    }
    return qb_val_poison(x->e->span);
}

static QbVal report_subject(QbLower *L, const QbVal *v, const QbExpr *e)
{
    QbDiag *d = qb_lower_error(L, "QB0316", e->left->span, "an index goes into an image, found %s",
                               qb_val_found(v));
    if (v->kind == QB_TABLE)
        qb_lower_hint(L, d, "a table is saved or printed as a whole");
    if (v->kind == QB_STAGE)
        qb_lower_hint(L, d, "the stage is applied first: '(image |> %s)[…]'",
                      qb_val_source(L->arena, v));
    return qb_val_poison(e->span);
}

/* An operator that is given arguments: median[5] */
static bool is_operator(const QbLower *L, const QbScope *scope, const QbExpr *e)
{
    if (e->kind != QB_E_NAME)
        return false;
    QbName found = qb_lower_resolve(L, scope, e->name);
    if (found.kind != QB_NAME_OP)
        return false;
    return found.op->n_params > 1 ||
           (found.op->n_params && found.op->params[0].slot != QB_SLOT_INPUT);
}

QbVal qb_lower_index(QbLower *L, const QbScope *scope, const QbExpr *e)
{
    if (is_operator(L, scope, e->left)) {
        QbDiag *d =
            qb_lower_error(L, "QB0316", e->left->span,
                           "an index goes into an image, found the operator '%s'", e->left->name);
        qb_lower_hint(L, d, "arguments stand in round brackets: %s(…)", e->left->name);
        return qb_val_poison(e->span);
    }
    QbVal v = qb_lower_expr(L, scope, e->left);
    if (qb_val_is_poison(&v))
        return qb_val_poison(e->span);
    if (!qb_is_raster(v.kind))
        return report_subject(L, &v, e);
    Index x = {.L = L, .scope = scope, .e = e, .type = &qb_dag_at(L->g, v.node)->type};
    if (!find_parts(&x))
        return qb_val_poison(e->span);
    int left = 0;
    for (int u = 0; u < x.type->rank; u++)
        left += !x.part[u].drop;
    if (left == 0)
        return make_node(&x, "voxel", &v, fill_voxel);
    if (left == 1)
        return report_line(&x);
    return keeps_all(&x) ? v : make_node(&x, "slice", &v, fill_slice);
}
