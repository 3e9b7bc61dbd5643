/* What a pass does to a whole graph: which nodes outputs reach, and the rebuilding of them with other nodes in place
 * of some. An input of a node always has a smaller id than the node. */
#include "compiler/dag.h"

#include <string.h>

static void each_output_node(QbDag *g, void (*visit)(void *ctx, QbNodeId *id), void *ctx)
{
    for (int i = 0; i < g->n_outputs; i++) {
        QbOutput *o = &g->outputs[i];
        if (o->format != QB_FORMAT_PRINT) {
            visit(ctx, &o->node);
            visit(ctx, &o->low);
            visit(ctx, &o->high);
        }
        for (int k = 0; k < o->n_items; k++) {
            if (o->items[k].text)
                continue;
            visit(ctx, &o->items[k].node);
            visit(ctx, &o->items[k].low);
            visit(ctx, &o->items[k].high);
        }
    }
}

static void mark(void *ctx, QbNodeId *id)
{
    if (*id >= 0)
        ((unsigned char *)ctx)[*id] = 1;
}

void qb_dag_mark_live(const QbDag *g, unsigned char *live)
{
    memset(live, 0, (size_t)g->n_nodes);
    each_output_node((QbDag *)g, mark, live);
    for (QbNodeId id = g->n_nodes - 1; id >= 0; id--) {
        const QbNode *node = g->nodes[id];
        for (int k = 0; live[id] && k < node->n_in; k++)
            if (node->in[k] >= 0)
                live[node->in[k]] = 1;
    }
}

/* Two answers for each node. `plain`: the node itself over replaced inputs. `final`: what stands in its place, that is
 * the plain one of to[id]. A replacement may use the node that it replaces; there the plain one is meant. */
enum { UNKNOWN = -1, OPEN = -2 };

typedef struct Task {
    QbNodeId id;
    bool final;
} Task;

typedef struct Rebuild {
    QbDag *g;
    const QbNodeId *to;
    int n; /* of `to` */
    QbNodeId *plain, *final;
    int size, cap; /* of both */
    Task *stack;
    int n_stack, cap_stack;
} Rebuild;

static void make_room(Rebuild *r)
{
    if (r->g->n_nodes <= r->cap)
        return;
    int cap = 2 * r->g->n_nodes + 64;
    QbNodeId *plain = QB_NEW_N(r->g->arena, QbNodeId, cap),
             *final = QB_NEW_N(r->g->arena, QbNodeId, cap);
    for (int i = 0; i < cap; i++) {
        plain[i] = i < r->cap ? r->plain[i] : UNKNOWN;
        final[i] = i < r->cap ? r->final[i] : UNKNOWN;
    }
    r->plain = plain;
    r->final = final;
    r->cap = cap;
}

static void push(Rebuild *r, QbNodeId id, bool final)
{
    Task t = {id, final};
    QB_PUSH(r->g->arena, r->stack, r->n_stack, r->cap_stack, t);
}

static QbNodeId target(const Rebuild *r, QbNodeId id)
{
    return id < r->n ? r->to[id] : id;
}

/* What input `id` becomes, or UNKNOWN after its task was pushed. */
static QbNodeId input(Rebuild *r, QbNodeId id)
{
    bool whole = r->final[id] != OPEN;
    QbNodeId have = whole ? r->final[id] : r->plain[id];
    if (have < 0)
        push(r, id, whole);
    return have;
}

static void finish_plain(Rebuild *r, QbNodeId id)
{
    const QbNode *old = r->g->nodes[id];
    QbNodeId in[QB_MAX_INPUTS];
    bool same = true;
    for (int k = 0; k < old->n_in; k++) {
        in[k] = old->in[k] < 0 ? -1 : input(r, old->in[k]);
        if (old->in[k] >= 0 && in[k] < 0)
            return; /* comes back when the input is known */
        same = same && in[k] == old->in[k];
    }
    QbNodeId now = id;
    if (!same) {
        r->g->origin = old->origin;
        now = qb_dag_node(r->g, old->op, old->params, in, old->n_in, old->span, NULL);
        r->g->origin = NULL;
        if (now < 0)
            QB_BUG("a pass changed the types under '%s'", old->op->name);
        make_room(r);
        if (!r->g->nodes[now]->name)
            r->g->nodes[now]->name = old->name;
    }
    r->plain[id] = now;
}

static void step(Rebuild *r, Task t)
{
    if (!t.final) {
        finish_plain(r, t.id);
        if (r->plain[t.id] >= 0)
            r->n_stack--;
        return;
    }
    QbNodeId to = target(r, t.id);
    r->final[t.id] = OPEN;
    if (r->plain[to] >= 0) {
        r->final[t.id] = r->plain[to];
        r->n_stack--;
        return;
    }
    push(r, to, false);
}

static void replace_at(void *ctx, QbNodeId *id)
{
    Rebuild *r = ctx;
    if (*id < 0)
        return;
    if (r->final[*id] < 0)
        push(r, *id, true);
    while (r->n_stack)
        step(r, r->stack[r->n_stack - 1]);
    *id = r->final[*id];
}

void qb_dag_replace(QbDag *g, QbNodeId *to, int n)
{
    Rebuild r = {.g = g, .to = to, .n = n};
    make_room(&r);
    each_output_node(g, replace_at, &r);
    for (int i = 0; i < g->n_definitions; i++) {
        QbNodeId root = g->definitions[i].root;
        if (root >= 0 && r.final[root] >= 0)
            g->definitions[i].root = r.final[root];
    }
}
