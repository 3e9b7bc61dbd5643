/* commute-thresholds:
 *     median(x, s) > t        →   count_box(x > t, s, need = n − k)     likewise >=, <, <=, and rank, minimum, maximum
 *     erode(x, e) > t         →   erode(x > t, e)                       grey values; dilate, and so open and close, too
 *     median(x, s) == t       →   two counts, at least t and at most t  also a < median(x, s) < b, as two comparisons
 *     median(x, s)[50] > t    →   (median(x, s) > t)[50]
 * The k-th smallest (from 0) of n values is above t exactly when at least n − k of them are, and below t exactly when at
 * least k + 1 of them are. The mirrored border repeats voxels, and a comparison of a repeated voxel is the repeated
 * comparison, so the border is exact too. An element that reaches a mirrored voxel reaches the voxel itself, which lies nearer,
 * so under the smallest (largest) of a mirrored border a mask sees foreground (background) outside. NaN would break all of it
 * (it makes every window it touches NaN), so floats are commuted only where no NaN can be. The number may be measured, as
 * long as the filtered image itself is not needed to measure it. Chains commute one filter at a time, until nothing changes. */
#include "compiler/opinfo.h"
#include "compiler/passes.h"
#include "core/text.h"

#include <string.h>

typedef struct Comparison {
    const char *op, *sign, *turned; /* turned: the sign with its sides exchanged */
    bool above, splits;             /* splits: into two comparisons, since it has two sides */
} Comparison;

static const Comparison comparisons[] = {
    {"gt", ">", "<", true, false},   {"ge", ">=", "<=", true, false},
    {"lt", "<", ">", false, false},  {"le", "<=", ">=", false, false},
    {"eq", "==", "==", false, true}, {"ne", "!=", "!=", false, true}};

static const Comparison *comparison_of(const QbNode *n)
{
    for (int k = 0; k < QB_COUNT(comparisons); k++)
        if (qb_op_is(n, comparisons[k].op))
            return &comparisons[k];
    return NULL;
}

static bool is_one_of(const QbNode *n, const char *const *names)
{
    for (; *names; names++)
        if (qb_op_is(n, *names))
            return true;
    return false;
}

static bool is_rank_filter(const QbNode *n)
{
    static const char *const names[] = {"median", "rank", "minimum", "maximum", NULL};
    return is_one_of(n, names);
}

static bool is_grey_step(const QbNode *n)
{
    static const char *const names[] = {"erode", "dilate", NULL};
    return is_one_of(n, names);
}

/* Two counts are no cheaper than one running extreme. */
static bool is_extreme(const QbNode *n)
{
    return qb_op_is(n, "minimum") || qb_op_is(n, "maximum");
}

/* A filter of grey values that commutes, itself or below slices of it. */
static bool commutes(const QbDag *g, const QbUsers *u, const QbNode *f)
{
    while (qb_op_is(f, "slice")) {
        QbNodeId in = f->in[0];
        if (u->by_output[in] || u->start[in + 1] - u->start[in] != 1)
            return false;
        f = qb_dag_at(g, in);
    }
    if (f->type.kind != QB_IMAGE || (!is_rank_filter(f) && !is_grey_step(f)))
        return false;
    const QbType *x = &qb_dag_at(g, f->in[0])->type;
    return !qb_pix_info[x->pix].is_float || x->nan_free;
}

/* The side of a comparison that a filter stands on, or -1. The other side is a number. */
static int filter_side(const QbDag *g, const QbUsers *u, const QbNode *c)
{
    const Comparison *comparison = comparison_of(c);
    if (!comparison)
        return -1;
    for (int k = 0; k < 2; k++) {
        const QbNode *f = qb_dag_at(g, c->in[k]), *t = qb_dag_at(g, c->in[1 - k]);
        if (comparison->splits && is_extreme(f))
            continue;
        if (t->type.kind == QB_NUMBER && f->type.kind == QB_IMAGE && commutes(g, u, f))
            return k;
    }
    return -1;
}

/* Worth it only when the filtered image itself is not needed by anybody else. */
static bool only_compared(const QbDag *g, const QbUsers *u, QbNodeId filter)
{
    if (u->by_output[filter])
        return false;
    for (int i = u->start[filter]; i < u->start[filter + 1]; i++) {
        const QbNode *c = qb_dag_at(g, u->user[i]);
        int side = filter_side(g, u, c);
        if (side < 0 || c->in[side] != filter)
            return false;
    }
    return true;
}

/* ---- what takes its place ----------------------------------------------------------------------------- */

typedef struct Commute {
    QbDag *g;
    const QbNode *c, *f; /* the comparison; the filter on one side of it */
    int side;
    bool above;
} Commute;

static Commute commute_of(QbDag *g, const QbNode *c, int side)
{
    const Comparison *k = comparison_of(c);
    return (Commute){.g = g,
                     .c = c,
                     .f = qb_dag_at(g, c->in[side]),
                     .side = side,
                     .above = k->above == (side == 0)};
}

/* "median > 10": what the steps that take its place are shown as. */
static const char *shown(const Commute *x)
{
    const Comparison *k = comparison_of(x->c);
    const QbNode *t = qb_dag_at(x->g, x->c->in[1 - x->side]);
    char number[32] = "t";
    if (!t->op)
        qb_number_text(t->number, number);
    return qb_arena_printf(x->g->arena, "%s %s %s", x->f->op->name, x->side ? k->turned : k->sign,
                           number);
}

/* The same comparison (or another) of the filter's input. */
static QbNodeId compare_below(const Commute *x)
{
    QbNodeId in[2];
    in[x->side] = x->f->in[0];
    in[1 - x->side] = x->c->in[1 - x->side];
    return qb_dag_node(x->g, x->c->op, x->c->params, in, 2, x->c->span, NULL);
}

/* Position of the chosen value among the n sorted ones, from 0. */
static int64_t rank_of(const QbNode *f, int64_t n)
{
    if (qb_op_is(f, "minimum"))
        return 0;
    if (qb_op_is(f, "maximum"))
        return n - 1;
    if (qb_op_is(f, "median"))
        return n / 2;
    int64_t k = *(int64_t *)qb_op_field(f->op, f->params, "rank");
    return k < 0 ? k + n : k;
}

static QbNodeId count(const Commute *x, QbNodeId mask)
{
    const QbOp *op = qb_op_find(x->g->ops, x->g->n_ops, "count_box");
    if (!op)
        return -1;
    const int64_t *size = qb_op_field(x->f->op, x->f->params, "size");
    int64_t n = size[0] * size[1] * size[2], k = rank_of(x->f, n);
    void *params = qb_arena_alloc(x->g->arena, op->param_size);
    memcpy(qb_op_field(op, params, "size"), size, 3 * sizeof(*size));
    *(int64_t *)qb_op_field(op, params, "need") = x->above ? n - k : k + 1;
    return qb_dag_node(x->g, op, params, &mask, 1, x->c->span, NULL);
}

/* The smallest is above t where all are, below t where any is; the largest the other way round. */
static QbNodeId step(const Commute *x, QbNodeId mask)
{
    bool all = qb_op_is(x->f, "erode") == x->above;
    const QbOp *op = qb_op_find(x->g->ops, x->g->n_ops, all ? "erode" : "dilate");
    if (!op)
        return -1;
    void *params = qb_arena_memdup(x->g->arena, x->f->params, op->param_size);
    *(bool *)qb_op_field(op, params, "outside") = all;
    return qb_dag_node(x->g, op, params, &mask, 1, x->c->span, NULL);
}

static QbNodeId commute(const Commute *x)
{
    QbNodeId mask = compare_below(x), made;
    if (mask < 0)
        return -1;
    x->g->origin = shown(x);
    if (qb_op_is(x->f, "slice"))
        made = qb_dag_node(x->g, x->f->op, x->f->params, &mask, 1, x->c->span, NULL);
    else
        made = is_rank_filter(x->f) ? count(x, mask) : step(x, mask);
    x->g->origin = NULL;
    return made;
}

/* x == t → x >= t and x <= t, x != t → not that: right for a t that is NaN, too. */
static QbNodeId split(QbDag *g, const QbNode *c)
{
    const QbNodeId in[2] = {qb_dag_named(g, "ge", NULL, c->in, 2, c->span),
                            qb_dag_named(g, "le", NULL, c->in, 2, c->span)};
    if (in[0] < 0 || in[1] < 0)
        return -1;
    QbNodeId both = qb_dag_named(g, "logical_and", NULL, in, 2, c->span);
    return both < 0 || qb_op_is(c, "eq") ? both
                                         : qb_dag_named(g, "logical_not", NULL, &both, 1, c->span);
}

static QbNodeId rewrite(QbDag *g, const QbNode *c, int side)
{
    if (comparison_of(c)->splits)
        return split(g, c);
    Commute x = commute_of(g, c, side);
    return commute(&x);
}

static int once(QbDag *g)
{
    int n = g->n_nodes, changed = 0;
    QbUsers u = qb_dag_users(g);
    QbNodeId *to = QB_NEW_N(g->arena, QbNodeId, n);
    for (int i = 0; i < n; i++) {
        to[i] = i;
        if (!u.live[i] || !g->nodes[i]->op)
            continue;
        int side = filter_side(g, &u, g->nodes[i]);
        if (side < 0 || !only_compared(g, &u, g->nodes[i]->in[side]))
            continue;
        QbNodeId by = rewrite(g, g->nodes[i], side);
        if (by >= 0) {
            to[i] = by;
            changed++;
        }
    }
    if (changed)
        qb_dag_replace(g, to, n);
    return changed;
}

int qb_pass_commute(QbDag *g, const char **why)
{
    int total = 0, changed;
    while ((changed = once(g)) > 0)
        total += changed;
    *why = "a median above a number is a majority count of the voxels above it, and so is every "
           "filter that picks one of the "
           "voxels it sees: exact, and far cheaper";
    return total;
}
