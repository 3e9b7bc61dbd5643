/* Small questions about descriptors and their parameter structs. Knows no single operator. */
#include "compiler/opinfo.h"

#include <string.h>

const QbParam *qb_op_param(const QbOp *op, const char *name)
{
    for (int i = 0; i < op->n_params; i++)
        if (!strcmp(op->params[i].name, name))
            return &op->params[i];
    return NULL;
}

void *qb_op_field(const QbOp *op, void *params, const char *name)
{
    const QbParam *p = qb_op_param(op, name);
    if (!p)
        QB_BUG("operator '%s' has no parameter '%s'", op->name, name);
    return (char *)params + p->offset;
}

bool qb_op_is(const QbNode *n, const char *name)
{
    return n->op && !strcmp(n->op->name, name);
}

bool qb_node_is_scalar(const QbDag *g, const QbNode *n)
{
    if (!n->op)
        return false;
    if (n->op->class == QB_OP_SCALAR)
        return true;
    if (n->op->class != QB_OP_MAP)
        return false;
    for (int k = 0; k < n->n_in; k++)
        if (n->in[k] >= 0 && qb_is_raster(qb_dag_at(g, n->in[k])->type.kind))
            return false;
    return true;
}

void qb_dag_each_output_node(const QbDag *g, void (*visit)(void *ctx, QbNodeId id), void *ctx)
{
    for (int i = 0; i < g->n_outputs; i++) {
        const QbOutput *o = &g->outputs[i];
        const QbNodeId ids[3] = {o->format == QB_FORMAT_PRINT ? -1 : o->node,
                                 o->format == QB_FORMAT_PRINT ? -1 : o->low,
                                 o->format == QB_FORMAT_PRINT ? -1 : o->high};
        for (int k = 0; k < 3; k++)
            if (ids[k] >= 0)
                visit(ctx, ids[k]);
        for (int k = 0; k < o->n_items; k++) {
            const QbPrintItem *it = &o->items[k];
            if (it->text)
                continue;
            if (it->node >= 0)
                visit(ctx, it->node);
            if (it->low >= 0)
                visit(ctx, it->low);
            if (it->high >= 0)
                visit(ctx, it->high);
        }
    }
}

static void mark_output(void *ctx, QbNodeId id)
{
    ((unsigned char *)ctx)[id] = 1;
}

QbUsers qb_dag_users(const QbDag *g)
{
    QbUsers u;
    int n = g->n_nodes;
    u.start = QB_NEW_N(g->arena, int, n + 2);
    u.by_output = QB_NEW_N(g->arena, unsigned char, n + 1);
    u.live = QB_NEW_N(g->arena, unsigned char, n + 1);
    qb_dag_mark_live(g, u.live);
    qb_dag_each_output_node(g, mark_output, u.by_output);
    for (int i = 0; i < n; i++)
        for (int k = 0; u.live[i] && k < g->nodes[i]->n_in; k++)
            if (g->nodes[i]->in[k] >= 0)
                u.start[g->nodes[i]->in[k] + 2]++;
    for (int i = 0; i < n; i++)
        u.start[i + 2] += u.start[i + 1];
    u.user = QB_NEW_N(g->arena, QbNodeId, u.start[n + 1] + 1);
    for (int i = 0; i < n; i++)
        for (int k = 0; u.live[i] && k < g->nodes[i]->n_in; k++)
            if (g->nodes[i]->in[k] >= 0)
                u.user[u.start[g->nodes[i]->in[k] + 1]++] = i;
    return u;
}
