/* fold-constants, off:  gt(x, 6)  →  gt(x, multiply(2, 3))  where 6 came of an expression of fixed numbers. Folding itself happens
 * while the graph is made, since sizes, shapes, indices and paths must be known then; so being off means that numbers which meet
 * pixels, or are printed, are computed by the run. An expression is found by its value: any that gives it will do. */
#include "compiler/passes.h"

#include <string.h>

static const QbFolded *find(const QbDag *g, double value)
{
    for (int i = 0; i < g->n_folded_numbers; i++)
        if (!memcmp(&g->folded[i].value, &value, sizeof(value)))
            return &g->folded[i];
    return NULL;
}

/* A constant is an expression, or an operand of others, never both: so nothing can come to depend on itself. */
enum { OPEN, OPERAND, EXPRESSION };

/* `n`: the nodes that were there, and have roles. */
static QbNodeId expression(QbDag *g, const QbNode *constant, char *role, int n)
{
    const QbFolded *f = find(g, constant->number);
    const QbOp *op = f ? qb_op_find(g->ops, g->n_ops, f->op) : NULL;
    QbNodeId in[2];
    for (int k = 0; op && k < f->n_in; k++) {
        in[k] = qb_dag_number(g, f->in[k], constant->span);
        if (in[k] < n && role[in[k]] == EXPRESSION)
            return -1;
    }
    if (!op || (f->n_in > 0 && in[0] == constant->id) || (f->n_in > 1 && in[1] == constant->id))
        return -1;
    for (int k = 0; k < f->n_in; k++)
        if (in[k] < n)
            role[in[k]] = OPERAND;
    return qb_dag_node(g, op, NULL, in, f->n_in, constant->span, NULL);
}

int qb_pass_unfold(QbDag *g, const char **why)
{
    int n = g->n_nodes, changed = 0;
    unsigned char *live = QB_NEW_N(g->arena, unsigned char, n + 1);
    char *role = QB_NEW_N(g->arena, char, n + 1);
    QbNodeId *to = QB_NEW_N(g->arena, QbNodeId, n + 1);
    qb_dag_mark_live(g, live);
    g->no_folding = true;
    for (int i = 0; i < n; i++) {
        const QbNode *node = g->nodes[i];
        to[i] = i;
        if (!live[i] || node->op || node->type.kind != QB_NUMBER || role[i] == OPERAND)
            continue;
        QbNodeId by = expression(g, node, role, n);
        if (by < 0)
            continue;
        to[i] = by;
        role[i] = EXPRESSION;
        changed++;
    }
    if (changed)
        qb_dag_replace(g, to, n);
    *why = "put back: expressions of fixed numbers that meet pixels are evaluated by the run";
    return changed;
}
