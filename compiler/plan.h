/* The plan: plain data, the contract between the compiler and the runtime. A plan is a list of steps in topological
 * order, each in one pass (a sweep along the clock, axis 0); within a pass, results live in rings of the last few indices. */
#ifndef QB_COMPILER_PLAN_H
#define QB_COMPILER_PLAN_H

#include "compiler/dag.h"
#include "compiler/passes.h"
#include "core/text.h"

typedef enum QbStepKind {
    QB_STEP_CONST,  /* a fixed number */
    QB_STEP_SCALAR, /* evaluated between passes */
    QB_STEP_SOURCE, /* fills its ring from nothing */
    QB_STEP_REFILL, /* fills its ring from the finished state of a fold (in[0]) */
    QB_STEP_KERNEL, /* fills its ring from its inputs' rings */
    QB_STEP_FOLD,   /* adds its input to a state */
    QB_STEP_SINK,   /* a fold that writes a file */
} QbStepKind;

/* Indices of axis 0 that are computed, and where in the sequence of all computed indices ("ticks") they start. */
typedef struct QbInterval {
    int64_t lo, hi, tick;
} QbInterval;

#define QB_MAX_FLIGHTS 64 /* quanta of a step that are in flight at a time, at most */

typedef struct QbStep {
    int id; /* index in the plan */
    QbStepKind kind;
    const QbOp *op;
    const void *params;
    QbNodeId node;     /* of the DAG; -1 for steps the planner added */
    const char *label; /* what the report calls it */
    QbSpan span;
    QbType type;
    double number;         /* CONST */
    int in[QB_MAX_INPUTS]; /* steps; -1: not given */
    const QbType *in_type[QB_MAX_INPUTS];
    bool in_random
        [QB_MAX_INPUTS]; /* read by `fill` from the stored state of in[k] instead of a ring */
    int n_in;
    int output; /* SINK: index of the output; else -1 */

    int pass; /* -1: CONST and SCALAR run between passes, when their inputs are there */
    /* Rasters and folds: the part of the domain that is computed (of input 0, for folds and sinks). */
    QbBox box; /* hull; axis 0 as the hull of the intervals */
    QbInterval *interval;
    int n_intervals;
    int64_t ticks;    /* indices in all */
    bool wants_image; /* FOLD: somebody reads its state as an image */

    int64_t quantum;        /* indices that are published together; cut at multiples of it */
    int64_t tile_i, tile_y; /* a task's extent; cut at multiples of it */
    int depth;              /* quanta in flight */
    bool serial;            /* SOURCE: one task at a time, in order */
    int64_t ring;           /* indices that the ring holds */
    size_t pitch, plane;    /* bytes between rows, and between indices */
    size_t ring_bytes, scratch_bytes, rows_bytes, partial_bytes, state_bytes, worker_bytes;
    int64_t max_tiles; /* tiles of a quantum at most */
    double cost;       /* ns a voxel */
    double recompute;  /* 1.0: every voxel once; 2.0: in two passes … */
} QbStep;

typedef struct QbPlanOptions {
    int threads;
    size_t memory;            /* budget in bytes, of the whole process */
    size_t base;              /* what the process takes before the run */
    int64_t chunk_i, chunk_y; /* hidden: forces quantum and tile height; 0: chosen */
    const QbPassOptions *passes;
    /* What the file writers need to know (runtime/imgio.h): rows of a block, bytes of a packed block at most. */
    int64_t (*sink_atom)(const QbType *type, QbPix store);
    size_t (*sink_bound)(const QbType *type, QbPix store, int64_t ni, int64_t ny, int64_t nx);
} QbPlanOptions;

typedef struct QbPlan {
    QbDag *dag;
    QbStep *steps;
    int n_steps;
    int n_passes;
    int threads;
    size_t budget, predicted; /* predicted: peak resident bytes, with `base` */
    size_t spill_above;       /* share of memory of each growing log */
    int *step_of_node;        /* first step that computes a node, or -1 */
} QbPlan;

/* Makes the plan; false when the budget cannot do (the error says what would), or on overflow. */
bool qb_plan_make(QbArena *arena, QbDag *g, const QbPlanOptions *o, QbPlan **plan, QbErr *err);
/* The smallest budget, in whole MiB, that a refusal names; what the options ask for where that cannot be told. */
size_t qb_plan_least(QbArena *arena, QbDag *g, const QbPlanOptions *o);
/* Shape, type and unit of every node, pages and bytes read, passes, chunks, predicted peak memory. */
void qb_plan_text(const QbPlan *p, QbText *out);

/* Voxels that are read or computed, over those that would be if each node made each of its voxels once: 1.0, or more where a
 * later pass makes an image again rather than reading it back. */
double qb_plan_recompute(const QbPlan *p);

/* Work of a pass on one thread, in nanoseconds. */
double qb_plan_pass_ns(const QbPlan *p, int pass);

/* The box of input k that a box of the step's output needs, clipped to the input's domain; `halo` (may be NULL) gets the
 * halo where the operator has one. */
void qb_step_need(const QbStep *s, int k, const QbBox *out, QbBox *need, QbHalo *halo);
/* The quantum that starts at or contains index i, inside interval v: [i, end). */
int64_t qb_step_quantum_end(const QbStep *s, const QbInterval *v, int64_t i);
/* Tick of an index that is computed (index may be one past an interval's end: the tick there). */
int64_t qb_step_tick(const QbStep *s, int64_t i);
/* Tiles of a quantum [a, b), and the box of the t-th (ordered by axis 0, then 1). */
int64_t qb_step_tiles(const QbStep *s, int64_t a, int64_t b);
QbBox qb_step_tile(const QbStep *s, int64_t a, int64_t b, int64_t t);

/* Less than its whole image is read or computed. */
bool qb_step_is_narrowed(const QbStep *s);

static inline bool qb_step_has_ring(const QbStep *s)
{
    return s->kind == QB_STEP_SOURCE || s->kind == QB_STEP_REFILL || s->kind == QB_STEP_KERNEL;
}
static inline bool qb_step_runs(const QbStep *s) /* has tasks */
{
    return s->kind != QB_STEP_CONST && s->kind != QB_STEP_SCALAR;
}

#endif
