/* push-slices, in the graph:  slice(project_slices(v))  →  project_slices(slice(v)):  a projection along the slowest axis sees
 * each of its lines alone, so what is looked at decides what of the volume is read. A voxel of one likewise. Everything
 * else the planner does by demand, without a change of the graph (plan_demand.c): folds alone ask for whole images. */
#include "compiler/opinfo.h"
#include "compiler/passes.h"

/* The part [start, start + step, …] of axes y and x of the volume, all of its slices. */
typedef struct Part {
    int64_t start[2], step[2], count[2];
} Part;

static const int64_t *field(const QbNode *n, const char *name)
{
    return qb_op_field(n->op, n->params, name);
}

/* Axis 0 of a 2D image is the volume's axis 1. */
static Part part_of(const QbNode *n)
{
    static const int axis[2] = {0, 2};
    Part p;
    bool voxel = qb_op_is(n, "voxel");
    for (int k = 0; k < 2; k++) {
        p.start[k] = field(n, voxel ? "at" : "start")[axis[k]];
        p.step[k] = voxel ? 1 : field(n, "step")[axis[k]];
        p.count[k] = voxel ? 1 : field(n, "count")[axis[k]];
    }
    return p;
}

static QbNodeId cut_volume(QbDag *g, QbNodeId volume, const Part *p, const QbNode *from)
{
    const QbOp *op = qb_op_find(g->ops, g->n_ops, "slice");
    void *params = qb_arena_alloc(g->arena, op->param_size + 1);
    int64_t *start = qb_op_field(op, params, "start"), *step = qb_op_field(op, params, "step");
    int64_t *count = qb_op_field(op, params, "count");
    step[0] = 1;
    count[0] = qb_dag_at(g, volume)->type.n[0];
    for (int k = 0; k < 2; k++) {
        start[k + 1] = p->start[k];
        step[k + 1] = p->step[k];
        count[k + 1] = p->count[k];
    }
    return qb_dag_node(g, op, params, &volume, 1, from->span, NULL);
}

/* What takes the place of `n`, or -1. */
static QbNodeId push(QbDag *g, const QbNode *n)
{
    const QbNode *project = qb_dag_at(g, n->in[0]);
    Part p = part_of(n);
    const QbType *t = &project->type;
    if (p.count[0] == t->n[0] && p.count[1] == t->n[2])
        return -1; /* turned round, perhaps, but whole */
    QbNodeId cut = cut_volume(g, project->in[0], &p, n);
    if (cut < 0)
        return -1;
    QbNodeId of_it = qb_dag_node(g, project->op, project->params, &cut, 1, project->span, NULL);
    if (of_it < 0 || !qb_op_is(n, "voxel"))
        return of_it;
    void *first = qb_arena_alloc(g->arena, n->op->param_size + 1);
    return qb_dag_node(g, n->op, first, &of_it, 1, n->span, NULL);
}

int qb_pass_slices(QbDag *g, const char **why)
{
    int n = g->n_nodes, changed = 0;
    QbUsers u = qb_dag_users(g);
    QbNodeId *to = QB_NEW_N(g->arena, QbNodeId, n);
    for (int i = 0; i < n; i++) {
        const QbNode *s = g->nodes[i];
        to[i] = i;
        if (!u.live[i] || !(qb_op_is(s, "slice") || qb_op_is(s, "voxel")) ||
            !qb_op_is(qb_dag_at(g, s->in[0]), "project_slices"))
            continue;
        QbNodeId in = s->in[0];
        if (u.by_output[in] || u.start[in + 1] - u.start[in] != 1)
            continue; /* another looks at more of it: it is made once */
        QbNodeId by = push(g, s);
        if (by >= 0) {
            to[i] = by;
            changed++;
        }
    }
    if (changed)
        qb_dag_replace(g, to, n);
    *why = "only the part that an output needs, grown by the halos, is read and computed";
    return changed;
}
