/* The graph that a pipeline becomes: typed, hash-consed (equal subexpressions are one node from the start). Nodes are
 * only ever added; passes map old ids to new ones (qb_dag_replace) and dead nodes are those no output reaches. */
#ifndef QB_COMPILER_DAG_H
#define QB_COMPILER_DAG_H

#include "core/diag.h"
#include "core/op.h"

typedef struct QbNode {
    QbNodeId id;
    const QbOp *op;             /* NULL: a constant (a fixed number or bool in `number`) */
    void *params;               /* op->param_size bytes */
    QbNodeId in[QB_MAX_INPUTS]; /* -1 where an optional input was not given */
    int n_in;
    QbType type;
    double number;    /* of a constant */
    QbSpan span;      /* where it was written first */
    const char *name; /* the definition it is the value of, or NULL */
    const char *
        origin; /* what it was made for, where that is not its operator: "gaussian" of fir_plane; or NULL */
} QbNode;

typedef enum QbFormat {
    QB_FORMAT_TIFF,
    QB_FORMAT_PNG,
    QB_FORMAT_NPY,
    QB_FORMAT_CSV,
    QB_FORMAT_TSV,
    QB_FORMAT_JSON,
    QB_FORMAT_SVG,
    QB_FORMAT_DB,
    QB_FORMAT_PRINT
} QbFormat;

/* One item of a print line. */
typedef struct QbPrintItem {
    const char *text;   /* a fixed string; or NULL and: */
    QbNodeId node;      /* number, bool, table; a raster: its type is printed, with low and high */
    QbNodeId low, high; /* rasters: the nodes of their smallest and largest voxel; else -1 */
} QbPrintItem;

typedef struct QbOutput {
    QbFormat format;
    QbSpan span;
    const char *path; /* save: as written, interpolated; relative to -o */
    QbNodeId node;    /* save */
    QbNodeId low,
        high; /* save of an image that is no u8 as PNG: the range it is scaled from; else -1 */
    QbPix label_type;   /* save of labels: u16, u32, or QB_PIX_COUNT: as the largest needs */
    const char *table;  /* table name, for gathered results */
    const char *title;  /* of a plot: what is drawn, as the pipeline says it; else NULL */
    bool bar;           /* a picture gets a size bar */
    QbPrintItem *items; /* print */
    int n_items;
    const char *provenance; /* written into the file; NULL: as the run says */
} QbOutput;

/* A definition that was lowered (root >= 0) or that no output needs (root -1). For notes and the graph. */
typedef struct QbDefinition {
    const char *name;
    QbSpan span;
    QbNodeId root;
    const char *const
        *needs; /* names it mentions (NULL-terminated): the dashed edges of a dead one */
    const char *const *ops; /* operators it mentions, in order (NULL-terminated) */
} QbDefinition;

typedef struct QbParamValue {
    const char *name, *value; /* the value as qbi text */
    const char *from;         /* "default", "file", "command line" */
    QbKind kind;              /* of the value */
    double number;            /* of a fixed number or bool */
    QbSpan span;              /* its declaration */
} QbParamValue;

/* A length in a physical unit and what it became for one image. */
typedef struct QbLengthNote {
    QbSpan span;
    const char *op, *argument;
    const char *length; /* "1.5 um" */
    const char *voxels; /* "3", or one for each axis: "1 × 3 × 3" */
} QbLengthNote;

typedef struct QbPassNote {
    const char *name; /* "commute-thresholds" */
    int changed;      /* how many nodes */
    int nodes;        /* of those, in the graph: the planner adds to push-slices */
    const char *why;  /* one line for people; "" when nothing changed */
    bool off;         /* by --no-pass */
} QbPassNote;

/* An operator on fixed numbers, and its value. */
typedef struct QbFolded {
    const char *op;
    double value, in[2];
    int n_in;
} QbFolded;

typedef struct QbDag {
    QbArena *arena;
    QbDiags *diags;
    const QbOp *const *ops;
    int n_ops;
    QbNode **nodes;
    int n_nodes, cap_nodes;
    QbOutput *outputs;
    int n_outputs, cap_outputs;
    QbDefinition *definitions;
    int n_definitions, cap_definitions;
    QbParamValue *param_values;
    int n_param_values, cap_param_values;
    QbLengthNote *lengths;
    int n_lengths, cap_lengths;
    QbPassNote *passes;
    int n_passes, cap_passes;
    const QbSource *
        *sources; /* the texts it was made from: the pipeline's own, then what it uses, each once */
    int n_sources, cap_sources;
    const char **input_paths; /* files that `read`s of live nodes opened */
    int n_input_paths, cap_input_paths;
    bool check_only;       /* a missing input is a note, not an error */
    struct QbNodeMap *map; /* hash-consing */
    const char *origin;    /* of the nodes that are made now; NULL: they speak for themselves */
    int n_folded;          /* constant expressions evaluated while lowering */
    int n_shared;          /* nodes asked for again: found rather than made */
    bool no_sharing;       /* equal subexpressions stay apart */
    QbFolded *folded; /* of which expressions of numbers constants are the values; for unfolding */
    int n_folded_numbers, cap_folded_numbers;
    bool no_folding; /* a pass puts folded expressions back: numbers of nodes wait for the run */
} QbDag;

QbDag *qb_dag_new(QbArena *arena, QbDiags *diags, const QbOp *const *ops, int n_ops);

/* Finds the equal node, or checks the types (op->check) and adds one. `arg_spans[k]` is the place of descriptor row k's argument
 * (op->n_params of them; NULL: unknown); errors point there. Composed operators are expanded at once. -1 after an error. */
QbNodeId qb_dag_node(QbDag *g, const QbOp *op, const void *params, const QbNodeId *in, int n_in,
                     QbSpan span, const QbSpan *arg_spans);
/* Runs the type rule of `op` alone: completes `params`, fills `out`. false after an error. */
bool qb_dag_check(QbDag *g, const QbOp *op, void *params, const QbNodeId *in, int n_in, QbSpan span,
                  const QbSpan *arg_spans, QbType *out);
QbNodeId qb_dag_named(QbDag *g, const char *op, const void *params, const QbNodeId *in, int n_in,
                      QbSpan span);
QbNodeId qb_dag_number(QbDag *g, double v, QbSpan span);
QbNodeId qb_dag_bool(QbDag *g, bool v, QbSpan span);

/* An expression of one or two numbers was evaluated: `op` is the operator of the language's table that does it. */
void qb_dag_remember_folded(QbDag *g, const char *op, double value, const double *in, int n_in);

/* Expands a node whose operator has `compose` into nodes of other operators; -1 on error. */
QbNodeId qb_dag_compose(QbDag *g, QbNodeId id);

static inline QbNode *qb_dag_at(const QbDag *g, QbNodeId id)
{
    return g->nodes[id];
}

/* A mask that is low ≤ x ≤ high of an image of whole numbers, by comparisons with fixed numbers: fills the image, and the bounds
 * within its pixel type. false: it is no such mask, or no voxel can be in it. */
bool qb_dag_within(const QbDag *g, QbNodeId mask, QbNodeId *image, double *low, double *high);

/* live[id] = 1 for every node that an output reaches. Caller's array of n_nodes bytes. */
void qb_dag_mark_live(const QbDag *g, unsigned char *live);
/* Rebuilds what outputs reach with `to[id]` in place of id (to[id] == id: unchanged), bottom up; re-checks types. */
void qb_dag_replace(QbDag *g, QbNodeId *to, int n);

#endif
