/* pick-algorithms:  gaussian(x) → fir_plane(fir_axis0(x)),  erode(m, ball(12)) → three separable distance steps, …
 * Every operator knows its own composition (QbOp.compose); this pass applies them until none is left. */
#include "compiler/opinfo.h"
#include "compiler/passes.h"

static int once(QbDag *g)
{
    int n = g->n_nodes, changed = 0;
    unsigned char *live = QB_NEW_N(g->arena, unsigned char, n + 1);
    qb_dag_mark_live(g, live);
    QbNodeId *to = QB_NEW_N(g->arena, QbNodeId, n);
    for (int i = 0; i < n; i++) {
        const QbOp *op = g->nodes[i]->op;
        to[i] = i;
        if (!live[i] || !op || !op->compose || op->class == QB_OP_COMPOSED)
            continue;
        QbNodeId by = qb_dag_compose(g, i);
        if (by < 0 || by == i)
            continue;
        to[i] = by;
        changed++;
    }
    if (changed)
        qb_dag_replace(g, to, n);
    return changed;
}

int qb_pass_pick(QbDag *g, const char **why)
{
    int total = 0, changed;
    while ((changed = once(g)) > 0)
        total += changed;
    *why = "filters are split by axis or plane, and elements into exact distance tests: fewer "
           "operations a voxel, the same result";
    return total;
}
