/* The ordered list of passes, readable from top to bottom. What each does stands in its own file. */
#include "compiler/passes.h"

#include "compiler/opinfo.h"

#include <string.h>

const char *const qb_pass_names[] = {
    "fold-constants", "share-nodes",     "eliminate-dead", "tabulate",    "commute-thresholds",
    "fuse-labels",    "pick-algorithms", "fuse-maps",      "push-slices", NULL};

bool qb_pass_is_off(const QbPassOptions *o, const char *name)
{
    for (int i = 0; o && i < o->n_off; i++)
        if (!strcmp(o->off[i], name))
            return true;
    return false;
}

/* A definition that no output needs was never lowered: the language says so, hence this is never off. */
static int count_dead(const QbDag *g)
{
    int dead = 0;
    for (int i = 0; i < g->n_definitions; i++)
        dead += g->definitions[i].root < 0;
    return dead;
}

/* What lowering did, for the list of passes. */
static int fold_constants(QbDag *g, bool on, const char **why)
{
    if (!on)
        return qb_pass_unfold(g, why);
    *why = "expressions of parameters and literals have one value: computed once, while compiling";
    return g->n_folded;
}

static int share_nodes(QbDag *g, bool on, const char **why)
{
    *why = "the same operator on the same inputs is one node, computed once, however often it is "
           "written";
    return on ? g->n_shared : 0;
}

static int eliminate_dead(QbDag *g, bool on, const char **why)
{
    (void)on;
    *why = "no output needs these definitions: nothing of them is read or computed";
    return count_dead(g);
}

static int tabulate(QbDag *g, bool on, const char **why)
{
    return on ? qb_pass_tabulate(g, why) : 0;
}

static int commute(QbDag *g, bool on, const char **why)
{
    return on ? qb_pass_commute(g, why) : 0;
}

static int fuse_labels(QbDag *g, bool on, const char **why)
{
    return on ? qb_pass_fuse_labels(g, why) : 0;
}

/* What has no kernel of its own must be composed, so this one is never off. */
static int pick(QbDag *g, bool on, const char **why)
{
    (void)on;
    return qb_pass_pick(g, why);
}

/* The planner asks for less, too, and counts (plan.c). */
static int push_slices(QbDag *g, bool on, const char **why)
{
    return on ? qb_pass_slices(g, why) : 0;
}

typedef int Pass(QbDag *g, bool on, const char **why);

static Pass *const passes[] = {fold_constants, share_nodes, eliminate_dead, tabulate,   commute,
                               fuse_labels,    pick,        qb_pass_maps,   push_slices};

void qb_passes_run(QbDag *g, const QbPassOptions *o)
{
    if (o && o->watch)
        o->watch(o->ctx, g, NULL);
    for (int i = 0; i < QB_COUNT(passes); i++) {
        const char *why = "";
        bool off = qb_pass_is_off(o, qb_pass_names[i]);
        int changed = passes[i](g, !off, &why);
        QbPassNote n = {.name = qb_pass_names[i],
                        .changed = changed,
                        .nodes = changed,
                        .why = changed ? why : "",
                        .off = off};
        QB_PUSH(g->arena, g->passes, g->n_passes, g->cap_passes, n);
        if (o && o->watch)
            o->watch(o->ctx, g, &n);
    }
}
