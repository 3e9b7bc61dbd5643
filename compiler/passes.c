/* The ordered list of passes, readable from top to bottom. What each does stands in its own file. */
#include "compiler/passes.h"

#include "compiler/opinfo.h"

#include <string.h>

const char *const qb_pass_names[] = {"fold-constants",  "eliminate-dead", "commute-thresholds", "fuse-labels",
                                     "pick-algorithms", "fuse-maps",      "push-slices",        NULL};

bool qb_pass_is_off(const QbPassOptions *o, const char *name)
{
    for (int i = 0; o && i < o->n_off; i++)
        if (!strcmp(o->off[i], name))
            return true;
    return false;
}

static void note(QbDag *g, const char *name, int changed, const char *why)
{
    QbPassNote n = {name, changed, changed ? why : ""};
    QB_PUSH(g->arena, g->passes, g->n_passes, g->cap_passes, n);
}

/* A definition that no output needs was never lowered; a pass may leave more nodes behind that nobody needs. */
static int count_dead(const QbDag *g)
{
    int dead = 0;
    for (int i = 0; i < g->n_definitions; i++)
        dead += g->definitions[i].root < 0;
    return dead;
}

static const char *off_note(const QbPassOptions *o, const char *name)
{
    return qb_pass_is_off(o, name) ? "off" : NULL;
}

void qb_passes_run(QbDag *g, const QbPassOptions *o)
{
    const char *why = "";
    int n;
    note(g, "fold-constants", g->n_folded, "expressions of parameters and literals have one value: computed once, while compiling");
    note(g, "eliminate-dead", count_dead(g), "no output needs these definitions: nothing of them is read or computed");

    n = off_note(o, "commute-thresholds") ? 0 : qb_pass_commute(g, &why);
    note(g, "commute-thresholds", n, why);
    n = off_note(o, "fuse-labels") ? 0 : qb_pass_fuse_labels(g, &why);
    note(g, "fuse-labels", n, why);
    n = qb_pass_pick(g, &why); /* what has no kernel of its own must be composed, so this one is never off */
    note(g, "pick-algorithms", n, why);
    n = qb_pass_maps(g, !off_note(o, "fuse-maps"), &why);
    note(g, "fuse-maps", n, why);
    note(g, "push-slices", off_note(o, "push-slices") ? 0 : 1,
         "only the indices that an output needs, grown by the halos, are read and computed");
}
