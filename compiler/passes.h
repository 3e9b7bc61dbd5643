/* The passes over the DAG, in their order. Each is one file, a function DAG → DAG that notes what it changed and why. */
#ifndef QB_COMPILER_PASSES_H
#define QB_COMPILER_PASSES_H

#include "compiler/dag.h"
#include "core/prog.h"

typedef struct QbPassOptions {
    const char *const *off; /* names given by --no-pass */
    int n_off;
    /* Sees the graph as it was written (`note` NULL), then as each pass left it; NULL: nobody looks. */
    void (*watch)(void *ctx, const QbDag *g, const QbPassNote *note);
    void *ctx;
} QbPassOptions;

/* The names in order; NULL-terminated. */
extern const char *const qb_pass_names[];

/* Runs every pass that is not off, and adds a QbPassNote for each. */
void qb_passes_run(QbDag *g, const QbPassOptions *o);
bool qb_pass_is_off(const QbPassOptions *o, const char *name);

/* One function per pass; each returns how many nodes it changed, and one line that says what and why. */
int qb_pass_unfold(QbDag *g,
                   const char **why); /* fold-constants, where it is off: 6 → multiply(2, 3) */
int qb_pass_tabulate(
    QbDag *g, const char **why); /* tabulate: gt(subtract(1, divide(x, 255)), t) → lt(x, n) */
int qb_pass_commute(
    QbDag *g,
    const char **why); /* commute-thresholds: compare(median(x), t) → count_box(compare(x, t)) */
int qb_pass_fuse_labels(
    QbDag *g,
    const char **why); /* fuse-labels: count(label(m)) → label_table(label(m)), no label image */
/* pick-algorithms: gaussian(x) → fir_plane(fir_axis0(x)): every node that can be composed of others. */
int qb_pass_pick(QbDag *g, const char **why);
/* fuse-maps: maps become programs; with `fuse` chains of them become one. */
int qb_pass_maps(QbDag *g, bool fuse, const char **why);

/* push-slices: slice(project_slices(v)) → project_slices(slice(v)); the rest of it is the planner's. */
int qb_pass_slices(QbDag *g, const char **why);

/* The program of map `id` and of all maps marked in `chain` that it is made of, over the one input `leaf`. `reg` is an
 * array of n_nodes that holds −1, before and after. */
const QbProg *qb_maps_program(QbDag *g, QbNodeId id, QbNodeId leaf, unsigned char *chain, int *reg);

#endif
