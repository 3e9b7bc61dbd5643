/* fuse-maps:  every map operator becomes a program over registers; a map whose only user is another map is inlined there, so that
 * a chain of them is one sweep that never stores what lies between. Each operation still rounds exactly as alone.
 * Runs last: it changes nodes in place (their ids and types stay). */
#include "compiler/opinfo.h"
#include "compiler/passes.h"
#include "core/prog.h"
#include "core/text.h"

#include <string.h>

#define MAX_DEPTH 64 /* of a chain in one program */
#define MAX_NAMES 24 /* bytes of names that one more name is added to */

typedef struct Fuse {
    QbDag *g;
    const QbUsers *users;
    unsigned char *inlined; /* by its only user */
    int *reg;               /* register of a node in the program that is being built, or -1 */
    QbNodeId touched[256];
    int n_touched;
    QbNodeId leaves[QB_MAX_INPUTS];
    int n_leaves;
    bool too_many;
} Fuse;

static bool is_map(const QbDag *g, const QbNode *n)
{
    return n->op && n->op->class == QB_OP_MAP && !qb_node_is_scalar(g, n);
}

/* Inputs of a program in the order in which a walk meets them. */
static int leaf_index(Fuse *f, QbNodeId id)
{
    for (int i = 0; i < f->n_leaves; i++)
        if (f->leaves[i] == id)
            return i;
    if (f->n_leaves == QB_MAX_INPUTS) {
        f->too_many = true;
        return 0;
    }
    f->leaves[f->n_leaves] = id;
    return f->n_leaves++;
}

/* An input named twice (x * x) is walked once: what is inlined has one user, so nothing else repeats. */
static bool named_before(const QbNode *n, int k)
{
    for (int j = 0; j < k; j++)
        if (n->in[j] == n->in[k])
            return true;
    return false;
}

static void gather_leaves(Fuse *f, QbNodeId id, int depth)
{
    const QbNode *n = qb_dag_at(f->g, id);
    for (int k = 0; k < n->n_in; k++) {
        const QbNode *in = qb_dag_at(f->g, n->in[k]);
        if (!in->op || named_before(n, k))
            continue; /* a constant, or done */
        if (depth >= MAX_DEPTH)
            f->inlined[n->in[k]] = 0;
        if (f->inlined[n->in[k]])
            gather_leaves(f, n->in[k], depth + 1);
        else
            leaf_index(f, n->in[k]);
    }
}

static int emit_node(Fuse *f, QbEmit *e, QbNodeId id, int depth);

static int emit_input(Fuse *f, QbEmit *e, QbNodeId id, int depth)
{
    const QbNode *n = qb_dag_at(f->g, id);
    if (!n->op)
        return qb_emit_const(e, n->number, QB_REG_F64);
    if (f->reg[id] >= 0)
        return f->reg[id];
    int r;
    if (f->inlined[id])
        r = emit_node(f, e, id, depth + 1);
    else if (qb_is_raster(n->type.kind))
        r = qb_emit_load(e, leaf_index(f, id), &n->type);
    else
        r = qb_emit_value(e, leaf_index(f, id));
    if (f->n_touched < QB_COUNT(f->touched)) {
        f->reg[id] = r;
        f->touched[f->n_touched++] = id;
    }
    return r;
}

static int emit_node(Fuse *f, QbEmit *e, QbNodeId id, int depth)
{
    const QbNode *n = qb_dag_at(f->g, id);
    int in[QB_MAX_INPUTS] = {0};
    bool fixed[QB_MAX_INPUTS] = {false};
    double number[QB_MAX_INPUTS] = {0};
    const QbType *type[QB_MAX_INPUTS] = {NULL};
    for (int k = 0; k < n->n_in; k++) {
        const QbNode *x = qb_dag_at(f->g, n->in[k]);
        in[k] = emit_input(f, e, n->in[k], depth);
        fixed[k] = !x->op;
        number[k] = x->number;
        type[k] = &x->type;
    }
    e->in_type = type;
    e->out_type = &n->type;
    e->fixed = fixed;
    e->number = number;
    return n->op->emit(e, n->params, in);
}

/* The operations of a program, first to last, for people: "divide, subtract, gt". */
static void add_names(const Fuse *f, QbNodeId id, QbText *names)
{
    const QbNode *n = qb_dag_at(f->g, id);
    for (int k = 0; k < n->n_in; k++)
        if (f->inlined[n->in[k]] && !named_before(n, k))
            add_names(f, n->in[k], names);
    if (names->n < MAX_NAMES)
        qb_text_addf(names, "%s%s", names->n ? ", " : "", n->op->name);
}

static void name_program(const Fuse *f, QbNode *n)
{
    QbText names = {0};
    add_names(f, n->id, &names);
    n->origin = qb_arena_strdup(f->g->arena, names.s);
    qb_text_free(&names);
}

static void build_program(Fuse *f, QbNodeId id)
{
    QbNode *n = qb_dag_at(f->g, id);
    QbEmit e = {.arena = f->g->arena, .prog = QB_NEW(f->g->arena, QbProg)};
    const QbOp *map = qb_op_find(f->g->ops, f->g->n_ops, "map");
    QB_CHECK(map != NULL);
    name_program(f, n);
    int r = emit_node(f, &e, id, 0);
    qb_emit_store(&e, r, &n->type);
    QbMapParams *p =
        qb_arena_alloc(f->g->arena, map->param_size > sizeof(*p) ? map->param_size : sizeof(*p));
    p->prog = e.prog;
    n->op = map;
    n->params = p;
    n->n_in = f->n_leaves;
    memcpy(n->in, f->leaves, sizeof(f->leaves));
    for (int i = 0; i < f->n_touched; i++)
        f->reg[f->touched[i]] = -1;
    f->n_touched = 0;
}

const QbProg *qb_maps_program(QbDag *g, QbNodeId id, QbNodeId leaf, unsigned char *chain, int *reg)
{
    Fuse f = {.g = g, .inlined = chain, .reg = reg};
    f.leaves[f.n_leaves++] = leaf;
    QbEmit e = {.arena = g->arena, .prog = QB_NEW(g->arena, QbProg)};
    int r = emit_node(&f, &e, id, 0);
    qb_emit_store(&e, r, &qb_dag_at(g, id)->type);
    for (int i = 0; i < f.n_touched; i++)
        reg[f.touched[i]] = -1;
    return f.n_leaves == 1 ? e.prog : NULL;
}

/* A map with one user, itself a map, whose result nobody else sees. */
static bool can_inline(const Fuse *f, QbNodeId id)
{
    const QbUsers *u = f->users;
    if (!u->live[id] || u->by_output[id] || !is_map(f->g, qb_dag_at(f->g, id)) ||
        u->start[id] == u->start[id + 1])
        return false;
    QbNodeId user = u->user[u->start[id]];
    for (int i = u->start[id]; i < u->start[id + 1]; i++)
        if (u->user[i] != user)
            return false;
    return is_map(f->g, qb_dag_at(f->g, user));
}

int qb_pass_maps(QbDag *g, bool fuse, const char **why)
{
    QbUsers users = qb_dag_users(g);
    int n = g->n_nodes, fused = 0;
    Fuse f = {.g = g, .users = &users};
    unsigned char *maps = QB_NEW_N(g->arena, unsigned char, n + 1);
    f.inlined = QB_NEW_N(g->arena, unsigned char, n + 1);
    f.reg = QB_NEW_N(g->arena, int, n + 1);
    for (int i = 0; i < n; i++) {
        f.reg[i] = -1;
        maps[i] = users.live[i] && is_map(g, g->nodes[i]);
        f.inlined[i] = fuse && can_inline(&f, i);
    }
    /* From the outputs up: a program with too many inputs gives its direct inputs back. */
    for (int i = n - 1; i >= 0; i--) {
        if (!maps[i] || f.inlined[i])
            continue;
        f.n_leaves = 0;
        f.too_many = false;
        gather_leaves(&f, i, 0);
        for (int k = 0; f.too_many && k < g->nodes[i]->n_in; k++)
            f.inlined[g->nodes[i]->in[k]] = 0;
    }
    for (int i = 0; i < n; i++) {
        if (!maps[i])
            continue;
        if (f.inlined[i]) {
            fused++;
            continue;
        }
        f.n_leaves = 0;
        f.too_many = false;
        build_program(&f, i);
        QB_CHECK(!f.too_many);
    }
    *why = "chains of voxel by voxel operations run as one sweep, without an image in between";
    return fused;
}
