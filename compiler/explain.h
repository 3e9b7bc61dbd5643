/* The story of a graph on its way through the passes: what it was, what each pass changed, why, and what that saves. Watches
 * qb_passes_run from outside; no pass knows of it. */
#ifndef QB_COMPILER_EXPLAIN_H
#define QB_COMPILER_EXPLAIN_H

#include "compiler/plan.h"

/* A node as it was at one time. Its number stays when a pass rebuilds it over other inputs, so that lines can be compared. */
typedef struct QbExplainLine {
    int number;
    char mark; /* ' ' as before, '+' new, '~' reads other nodes than before, '-' gone */
    QbNodeId node;
    const QbOp *op;
    const void *params;
    QbSpan span;
    const char *text, *type, *name,
        *origin; /* "median(1, size=5)", "image u8 24×96×128", the definition or NULL, … */
} QbExplainLine;

typedef struct QbExplainStage {
    QbPassNote note;      /* name NULL: the graph as it was written */
    QbExplainLine *lines; /* what outputs reach, inputs first */
    int n_lines;
    QbExplainLine *gone;
    int n_gone;
    double work;  /* seconds on one core, by the costs that operators declare */
    int images;   /* that are made on the way, sources included */
    double bytes; /* of these images, if they were stored */
} QbExplainStage;

typedef struct QbExplain {
    QbArena *arena;
    QbExplainStage *stages;
    int n_stages, cap_stages;
    int *number; /* of each node, 0: none yet */
    int n_numbers, next;
} QbExplain;

/* What QbPassOptions.watch calls; `explain` points to a QbExplain whose arena alone is set. */
void qb_explain_watch(void *explain, const QbDag *g, const QbPassNote *note);
/* `plan` may be NULL (no budget suffices): then nothing is said of the indices that are read. */
void qb_explain_text(const QbExplain *e, const QbDag *g, const QbPlan *plan, QbText *out);
/* One pass a line. */
void qb_explain_json(const QbExplain *e, const QbDag *g, const QbPlan *plan, QbText *out);

/* "median(1, size=5)": an operator with what it is given, other nodes by their numbers (explain_node.c). */
void qb_explain_node(const QbDag *g, const QbNode *n, const int *number, QbText *out);

#endif
