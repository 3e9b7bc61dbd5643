/* tabulate:  1 − x/255 > t  →  lt(x, n)  where x is an image of 8 or 16 bits. A chain of maps from one such image to a mask is a
 * table over the values that the image can hold, so it is run once for each of them (by the instructions that voxels see).
 * True from one value on, or up to one: a threshold, which may then commute with a rank filter. True between two, or
 * outside of them: a band. Else it is left as it is. */
#include "compiler/opinfo.h"
#include "compiler/passes.h"

#define MAX_CHAIN 48        /* maps of a chain */
#define MAX_REGS  256       /* that a program on numbers has */
#define MAX_WORK  (1 << 22) /* instructions run for all tables of a graph: some ten milliseconds */

typedef struct Tables {
    QbDag *g;
    QbUsers users;
    QbNodeId *leaf;       /* of each map: the one image that it depends on, or -1 */
    unsigned char *chain; /* of the chain that is looked at */
    QbNodeId member[MAX_CHAIN];
    int n_members;
    int *reg;
    unsigned char *done; /* has a table that was used */
    int64_t work;
} Tables;

static bool is_map(const QbDag *g, const QbNode *n)
{
    return n->op && n->op->class == QB_OP_MAP && !qb_node_is_scalar(g, n);
}

static bool is_small(const QbType *t)
{
    return t->kind == QB_IMAGE && !qb_pix_info[t->pix].is_float && qb_pix_bytes(t->pix) <= 2;
}

static QbNodeId leaf_of(const Tables *t, const QbNode *n)
{
    QbNodeId leaf = -1;
    for (int k = 0; k < n->n_in; k++) {
        if (n->in[k] < 0)
            return -1;
        const QbNode *x = qb_dag_at(t->g, n->in[k]);
        if (!x->op)
            continue;
        QbNodeId its = t->leaf[n->in[k]] >= 0 ? t->leaf[n->in[k]]
                       : is_small(&x->type)   ? n->in[k]
                                              : -1;
        if (its < 0 || (leaf >= 0 && its != leaf))
            return -1;
        leaf = its;
    }
    return leaf;
}

/* ---- the chain ---------------------------------------------------------------------------------------- */

static void forget_chain(Tables *t)
{
    for (int i = 0; i < t->n_members; i++)
        t->chain[t->member[i]] = 0;
    t->n_members = 0;
}

/* Marks the maps between `leaf` and `id`; false where they are too many. Inputs stand after their users in `member`. */
static bool mark_chain(Tables *t, QbNodeId id, QbNodeId leaf)
{
    t->member[t->n_members++] = id;
    t->chain[id] = 1;
    for (int i = 0; i < t->n_members; i++) {
        const QbNode *n = qb_dag_at(t->g, t->member[i]);
        for (int k = 0; k < n->n_in; k++) {
            if (n->in[k] == leaf || !qb_dag_at(t->g, n->in[k])->op || t->chain[n->in[k]])
                continue;
            if (t->n_members == MAX_CHAIN)
                return false;
            t->chain[n->in[k]] = 1;
            t->member[t->n_members++] = n->in[k];
        }
    }
    return true;
}

/* Comparisons of the image itself, tied by `and` and `or`: as plain as what would take their place. */
static bool is_plain(const Tables *t)
{
    static const char *const plain[] = {"gt", "ge", "lt", "le", "logical_and", "logical_or"};
    if (t->n_members > 3)
        return false;
    for (int i = 0; i < t->n_members; i++) {
        bool known = false;
        for (int k = 0; k < QB_COUNT(plain); k++)
            known = known || qb_op_is(qb_dag_at(t->g, t->member[i]), plain[k]);
        if (!known)
            return false;
    }
    return true;
}

/* ---- the table ---------------------------------------------------------------------------------------- */

typedef struct Steps {
    bool first;      /* at the smallest value */
    int n;           /* how often the mask changes, 3: more than a band does */
    double value[3]; /* the values at which it does */
    double lo;
} Steps;

static bool find_steps(Tables *t, const QbProg *prog, QbPix pix, Steps *s)
{
    double lo = qb_pix_info[pix].lo, hi = qb_pix_info[pix].hi;
    t->work += (int64_t)(hi - lo + 1) * prog->n;
    if (t->work > MAX_WORK || prog->n_regs > MAX_REGS)
        return false;
    *s = (Steps){.lo = lo};
    bool before = s->first = qb_prog_apply(prog, &lo, NULL) != 0;
    for (double v = lo + 1; v <= hi && s->n < 3; v++) {
        bool now = qb_prog_apply(prog, &v, NULL) != 0;
        if (now != before)
            s->value[s->n++] = v;
        before = now;
    }
    return s->n < 3;
}

static QbNodeId compare(QbDag *g, const char *op, QbNodeId image, double v, QbSpan span)
{
    const QbNodeId in[2] = {image, qb_dag_number(g, v, span)};
    return qb_dag_named(g, op, NULL, in, 2, span);
}

static QbNodeId build(QbDag *g, const Steps *s, QbNodeId image, QbSpan span)
{
    if (s->n == 0)
        return compare(g, s->first ? "ge" : "lt", image, s->lo, span);
    if (s->n == 1)
        return s->first ? compare(g, "lt", image, s->value[0], span)
                        : compare(g, "gt", image, s->value[0] - 1, span);
    const QbNodeId in[2] = {s->first ? compare(g, "lt", image, s->value[0], span)
                                     : compare(g, "gt", image, s->value[0] - 1, span),
                            s->first ? compare(g, "gt", image, s->value[1] - 1, span)
                                     : compare(g, "lt", image, s->value[1], span)};
    return qb_dag_named(g, s->first ? "logical_or" : "logical_and", NULL, in, 2, span);
}

static QbNodeId table_of(Tables *t, QbNodeId id)
{
    QbNodeId leaf = t->leaf[id];
    Steps s;
    if (!mark_chain(t, id, leaf) || is_plain(t))
        return -1;
    const QbProg *prog = qb_maps_program(t->g, id, leaf, t->chain, t->reg);
    if (!prog || !find_steps(t, prog, qb_dag_at(t->g, leaf)->type.pix, &s))
        return -1;
    if (t->n_members < (s.n == 2 ? 3 : 1))
        return -1; /* x != 5 is one comparison, not two */
    return build(t->g, &s, leaf, qb_dag_at(t->g, id)->span);
}

/* Everybody who uses it has a table of its own from the same image. */
static bool is_covered(const Tables *t, QbNodeId id)
{
    const QbUsers *u = &t->users;
    if (u->by_output[id] || u->start[id] == u->start[id + 1])
        return false;
    for (int i = u->start[id]; i < u->start[id + 1]; i++)
        if (!t->done[u->user[i]])
            return false;
    return true;
}

int qb_pass_tabulate(QbDag *g, const char **why)
{
    int n = g->n_nodes, changed = 0;
    Tables t = {.g = g, .users = qb_dag_users(g), .leaf = QB_NEW_N(g->arena, QbNodeId, n + 1)};
    t.chain = QB_NEW_N(g->arena, unsigned char, n + 1);
    t.done = QB_NEW_N(g->arena, unsigned char, n + 1);
    t.reg = QB_NEW_N(g->arena, int, n + 1);
    QbNodeId *to = QB_NEW_N(g->arena, QbNodeId, n + 1);
    for (int i = 0; i < n; i++) {
        to[i] = i;
        t.reg[i] = -1;
        t.leaf[i] = t.users.live[i] && is_map(g, g->nodes[i]) ? leaf_of(&t, g->nodes[i]) : -1;
    }
    for (int i = n - 1; i >= 0; i--) {
        if (t.leaf[i] < 0)
            continue;
        t.done[i] = is_covered(&t, i);
        if (t.done[i] || g->nodes[i]->type.kind != QB_MASK)
            continue;
        QbNodeId by = table_of(&t, i);
        forget_chain(&t);
        if (by < 0 || by == i)
            continue;
        to[i] = by;
        t.done[i] = 1;
        changed++;
    }
    if (changed)
        qb_dag_replace(g, to, n);
    *why = "one image of 8 or 16 bits decides the mask, so every value it can hold was tried: a "
           "threshold or a band does the same";
    return changed;
}
