/* fuse-labels:  count(label(m))  →  label_table(label(m)):  the table comes from the state of the label fold itself; if nobody
 * else reads the label image, it is never made. */
#include "compiler/opinfo.h"
#include "compiler/passes.h"

int qb_pass_fuse_labels(QbDag *g, const char **why)
{
    int n = g->n_nodes, changed = 0;
    const QbOp *table = qb_op_find(g->ops, g->n_ops, "label_table");
    QbUsers u = qb_dag_users(g);
    QbNodeId *to = QB_NEW_N(g->arena, QbNodeId, n);
    for (int i = 0; i < n; i++) {
        const QbNode *c = g->nodes[i];
        to[i] = i;
        if (!table || !u.live[i] || !qb_op_is(c, "count") ||
            !qb_op_is(qb_dag_at(g, c->in[0]), "label"))
            continue;
        void *params = qb_arena_alloc(g->arena, table->param_size + 1);
        QbNodeId by = qb_dag_node(g, table, params, c->in, 1, c->span, NULL);
        if (by >= 0) {
            to[i] = by;
            changed++;
        }
    }
    if (changed)
        qb_dag_replace(g, to, n);
    *why = "objects are counted while they are found: no label image is made for the table";
    return changed;
}
