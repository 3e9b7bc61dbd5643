/* commute-thresholds:
 *     median(x, s) > t   →   count_box(x > t, s, need = n − k)      and likewise for >=, <, <=, rank, minimum, maximum
 * The k-th smallest (from 0) of n values is above t exactly when at least n − k of them are, and below t exactly when at
 * least k + 1 of them are. The mirrored border repeats voxels, and a comparison of a repeated voxel is the repeated
 * comparison, so the border is exact too. NaN would break it (it makes every window it touches NaN), so floats
 * are commuted only where no NaN can be. Chains commute one filter at a time, until nothing changes. */
#include "compiler/opinfo.h"
#include "compiler/passes.h"
#include "core/text.h"

#include <string.h>

static const char *const rank_ops[] = {"median", "rank", "minimum", "maximum"};

static bool is_rank_filter(const QbNode *n)
{
    for (int i = 0; i < QB_COUNT(rank_ops); i++)
        if (qb_op_is(n, rank_ops[i]))
            return true;
    return false;
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

/* The side of a comparison that a rank filter stands on, or -1. The other side is a number. */
static int filter_side(const QbDag *g, const QbNode *c)
{
    if (!qb_op_is(c, "gt") && !qb_op_is(c, "ge") && !qb_op_is(c, "lt") && !qb_op_is(c, "le"))
        return -1;
    for (int k = 0; k < 2; k++) {
        const QbNode *f = qb_dag_at(g, c->in[k]), *t = qb_dag_at(g, c->in[1 - k]);
        if (!is_rank_filter(f) || t->type.kind != QB_NUMBER || f->type.kind != QB_IMAGE)
            continue;
        const QbType *x = &qb_dag_at(g, f->in[0])->type;
        if (!qb_pix_info[x->pix].is_float || x->nan_free)
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
        int side = filter_side(g, c);
        if (side < 0 || c->in[side] != filter)
            return false;
    }
    return true;
}

/* "median > 10": what the steps that take its place are shown as. */
static const char *shown(const QbDag *g, const QbNode *c, int side)
{
    static const char *const signs[][3] = {{"gt", ">", "<"}, {"ge", ">=", "<="}, {"lt", "<", ">"}, {"le", "<=", ">="}};
    const QbNode *t = qb_dag_at(g, c->in[1 - side]), *f = qb_dag_at(g, c->in[side]);
    char number[32] = "t";
    if (!t->op)
        qb_number_text(t->number, number);
    for (int k = 0; k < QB_COUNT(signs); k++)
        if (qb_op_is(c, signs[k][0]))
            return qb_arena_printf(g->arena, "%s %s %s", f->op->name, signs[k][1 + side], number);
    return f->op->name;
}

static QbNodeId commute(QbDag *g, const QbNode *c, int side)
{
    const QbNode *f = qb_dag_at(g, c->in[side]);
    const int64_t *size = qb_op_field(f->op, f->params, "size");
    int64_t n = size[0] * size[1] * size[2], k = rank_of(f, n);
    bool above = (qb_op_is(c, "gt") || qb_op_is(c, "ge")) == (side == 0);
    QbNodeId in[2];
    in[side] = f->in[0];
    in[1 - side] = c->in[1 - side];
    QbNodeId mask = qb_dag_node(g, c->op, c->params, in, 2, c->span, NULL);
    if (mask < 0)
        return -1;
    const QbOp *count = qb_op_find(g->ops, g->n_ops, "count_box");
    if (!count)
        return -1;
    void *params = qb_arena_alloc(g->arena, count->param_size);
    memcpy(qb_op_field(count, params, "size"), size, 3 * sizeof(*size));
    *(int64_t *)qb_op_field(count, params, "need") = above ? n - k : k + 1;
    g->origin = shown(g, c, side);
    QbNodeId made = qb_dag_node(g, count, params, &mask, 1, c->span, NULL);
    g->origin = NULL;
    return made;
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
        int side = filter_side(g, g->nodes[i]);
        if (side < 0 || !only_compared(g, &u, g->nodes[i]->in[side]))
            continue;
        QbNodeId by = commute(g, g->nodes[i], side);
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
    *why = "a rank filter compared with a number is a count of voxels that pass the comparison: exact, and far cheaper";
    return total;
}
