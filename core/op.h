/* The operator descriptor: all that the checker, the planner, the runtime, `qbic ops` and the tests know of an
 * operator. One `const QbOp` per file stdlib/ops/NAME.c, exported as qb_op_NAME; CMake makes the table from the
 * file names (a name that is a C keyword or macro is exported all the same: qb_op_NAME is never one).
 *
 * An operator never knows which threads, chunks, files or passes it serves: it fills an output tile from input
 * rows, or adds input rows to a mergeable summary. */
#ifndef QB_CORE_OP_H
#define QB_CORE_OP_H

#include "core/arena.h"
#include "core/diag.h"
#include "core/keep.h"
#include "core/table.h"
#include "core/type.h"

#define QB_MAX_INPUTS 8

typedef struct QbOp QbOp;
typedef struct QbKernels
    QbKernels;                /* stdlib/kernels/kernels.h: the kernel variants of one processor */
typedef struct QbEmit QbEmit; /* core/prog.h: builds a program over registers */

/* ---- parameters ------------------------------------------------------------------------------------- */

/* What the C field of a parameter is, and so what an argument may be. */
typedef enum QbSlot {
    QB_SLOT_INPUT, /* no field: an input of the node, in the order of the rows; kinds in `accepts` */
    QB_SLOT_NUMBER, /* double */
    QB_SLOT_WHOLE,  /* int64_t: a whole number */
    QB_SLOT_BOOL,   /* bool */
    QB_SLOT_CHOICE, /* int: index into `choices`; the argument is a name or a string: project(v, max) */
    QB_SLOT_STRING, /* const char * */
    QB_SLOT_PATH,   /* const char * */
    QB_SLOT_PIX, /* QbPix, QB_PIX_COUNT when not given; the argument is a pixel type's name: as(u8) */
    QB_SLOT_KIND, /* QbAsType: a pixel type's name, or mask or labels */
    QB_SLOT_SIZES, /* int64_t[3], physical axes: a scalar means every axis; a list has one entry per user axis;
                        axis 1 of a 2D image is 1 */
    QB_SLOT_SIGMAS,  /* double[3], physical axes, as SIZES; axis 1 of a 2D image is 0 */
    QB_SLOT_SHAPE,   /* QbShape: a list of 2 or 3 sizes, slowest first */
    QB_SLOT_ELEMENT, /* QbElement */
    QB_SLOT_NUMBERS, /* QbNumbers: a list of numbers */
} QbSlot;

typedef struct QbShape {
    int rank;
    int64_t n[3]; /* physical */
} QbShape;
typedef struct QbNumbers {
    int n;
    double v[16];
} QbNumbers;
typedef struct QbAsType {
    QbKind kind; /* QB_IMAGE, QB_MASK, QB_LABELS */
    QbPix pix;
} QbAsType;

#define QB_ACCEPT(kind) (1u << (kind))
/* All that has voxels: for operators that move them and never look at their values. */
#define QB_ACCEPT_VOXELS \
    (QB_ACCEPT(QB_IMAGE) | QB_ACCEPT(QB_MASK) | QB_ACCEPT(QB_LABELS) | QB_ACCEPT(QB_PICTURE))

typedef struct QbParam {
    const char *name;
    QbSlot slot;
    unsigned accepts; /* INPUT: bit set of kinds */
    size_t offset;    /* of the field in the operator's parameter struct */
    const char *
        def; /* the default as qbi text; NULL: the argument is required; "" : may be left out (field stays 0) */
    double min, max;            /* closed range of NUMBER, WHOLE, SIZES, SIGMAS; both 0: no bound */
    bool odd;                   /* SIZES: must be odd */
    bool length;                /* a length: a number with a unit is allowed (voxels otherwise) */
    const char *unit;           /* shown in the help: "voxels", "grey value" */
    const char *const *choices; /* CHOICE: NULL-terminated */
    const char *help;           /* one line, lower case */
} QbParam;

/* ---- checking --------------------------------------------------------------------------------------- */

/* Handed to an operator's type rule: argument types in, result type out. For every raster input the subject's rank
 * and shape are known. A rule that finds a mistake calls fail and returns false. */
typedef struct QbCheck {
    const QbOp *op;
    void *params; /* may be completed here (a default that depends on the rank, say) */
    const QbType *const
        *in; /* in[k] of input row k; NULL for an optional input that was not given */
    int n_in;
    const double *
        number; /* number[k]: the value of input k where that is a fixed number or bool; NULL: none is known */
    QbType *out; /* zeroed; the rule fills it */
    QbArena *arena;
    /* Adds an error at argument row `param` (or at the call, -1), with an optional hint (the mend). Returns false. */
    bool (*fail)(struct QbCheck *c, int param, const char *hint, const char *fmt, ...)
        QB_PRINTF(4, 5);
    /* The same for an input file that cannot be opened or decoded (exit status 1). */
    bool (*fail_file)(struct QbCheck *c, int param, const QbErr *err);
    void *ctx;
} QbCheck;

/* ---- running ---------------------------------------------------------------------------------------- */

/* The value of a fold or a scalar operator. */
typedef struct QbValue {
    double number;  /* number, bool (0 or 1) */
    QbTable *table; /* owned by the run */
    void *state;    /* QB_BLOB, or a fold whose result is an image or labels: its finished state */
} QbValue;

/* Rows of one raster input for one task: [i0, i0+ni) × [y0, y0+ny) of axes 0 and 1, halo included. Rows beyond the
 * domain along axes 0 and 1 are there too, as the operator's border rule says (they alias the mirrored row, or a
 * constant row). Along axis 2 the columns [x0, x1) are there: what was asked for, clipped to the domain [0, nx);
 * a kernel pads its own row buffers (kernels/pad.h). row[..] points at column x0. Rows need not be aligned. */
typedef struct QbRows {
    const void *const *row; /* row[(i - i0) * ny + (y - y0)] */
    int64_t i0, y0, ni, ny;
    int64_t x0, x1;
    int64_t nx; /* the domain's extent along axis 2 */
} QbRows;

static inline const void *qb_row(const QbRows *r, int64_t i, int64_t y)
{
    return r->row[(i - r->i0) * r->ny + (y - r->y0)];
}

/* Where a task writes: rows of `box`, row[(i - box.lo[0]) * (box.hi[1]-box.lo[1]) + (y - box.lo[1])] points at column
 * box.lo[2]. A task writes every voxel of its box and nothing else. */
typedef struct QbTile {
    QbBox box;
    void *const *row;
} QbTile;

static inline void *qb_tile_row(const QbTile *t, int64_t i, int64_t y)
{
    return t->row[(i - t->box.lo[0]) * (t->box.hi[1] - t->box.lo[1]) + (y - t->box.lo[1])];
}

typedef struct QbTask {
    const void *params;
    const QbType *out_type;
    const QbType *const *in_type;
    int n_in;
    const QbRows *in;            /* one per input (empty for inputs that are not rasters) */
    const QbValue *const *value; /* value[k] of an input that is not a raster; NULL for rasters */
    QbTile out;    /* kernels and sources: the tile to fill; folds: only box is set (of input 0) */
    void *scratch; /* this worker's, aligned to 64, as large as op->scratch asked for */
    const QbKernels *cpu;
    int worker; /* 0 … threads−1 */
} QbTask;

/* How the demand for a box of the output grows on its way to input k. */
typedef enum QbBorder { QB_BORDER_MIRROR, QB_BORDER_CONSTANT } QbBorder;
typedef struct QbHalo {
    int64_t before[3], after[3];
    QbBorder border;
    double fill; /* CONSTANT: the value of voxels outside */
} QbHalo;

typedef enum QbFoldOrder {
    QB_FOLD_ANY, /* integer-exact: one partial per worker, merged at the end in any order */
    QB_FOLD_ORDERED, /* one partial per task; merge is called once per quantum, in order along axis 0, with all its
                         partials, those of lower y first; one merge at a time */
    QB_FOLD_IN_PLACE, /* no partials: add writes to the state; tasks of one quantum touch different rows y, and a
                         quantum starts when the one before it is done */
} QbFoldOrder;

typedef struct QbFoldCtx {
    const void *params;
    const QbType *const *in_type;
    int n_in;
    const QbType *out_type;
    const QbValue *const *value; /* as in QbTask */
    const QbRunEnv *env;
    bool wants_image; /* label: somebody reads the image, not only the table */
    QbBox domain;     /* the box of input 0 that will be added (its demand) */
    const QbKernels *cpu;
} QbFoldCtx;

typedef struct QbFoldOps {
    QbFoldOrder order;
    size_t (*state_bytes)(
        const QbFoldCtx *c); /* resident bytes at their worst (growing logs: their share alone) */
    size_t (*partial_bytes)(const QbFoldCtx *c, int64_t ni, int64_t ny, int64_t nx); /* 0: none */
    bool (*open)(const QbFoldCtx *c, void **state, QbErr *err);
    void (*init)(const QbFoldCtx *c, void *partial); /* before the first add to a partial */
    bool (*add)(const QbTask *t, void *state, void *partial, QbErr *err); /* many at a time */
    /* ANY: called at the end with every worker's partial (boxes NULL). ORDERED: see above; boxes[j] belongs to partials[j]. */
    bool (*merge)(const QbFoldCtx *c, void *state, void *const *partials, const QbBox *boxes, int n,
                  QbErr *err);
    bool (*finish)(const QbFoldCtx *c, void *state, QbValue *out, QbErr *err);
    /* Folds whose result is a raster: copies any box of it, from any thread, after finish. */
    bool (*fill)(void *state, const QbTile *out, QbErr *err);
    void (*close)(void *state);
    /* Indices along axis 0 that cost less together: quanta hold a multiple, where memory allows. NULL: 1. */
    int64_t (*grain)(const QbFoldCtx *c);
    /* Names the parts of a state that is not finished, on its way into a checkpoint (partials of ANY were merged into it)
     * or back into one that was just opened. The layout may change with the operator's version alone. */
    bool (*keep)(const QbFoldCtx *c, void *state, QbKeep *k, QbErr *err);
    bool
        is_flat; /* in place of `keep`: the state is one block of state_bytes bytes without pointers */
} QbFoldOps;

typedef struct QbSourceOps {
    /* Rows along axis 1 (axis 0 for a 2D image) that are decoded together: tiles start at multiples of it. NULL: 1. */
    int64_t (*atom)(const void *params, const QbType *type);
    /* Bytes each worker needs beside the tile (a decoded strip, say). NULL: 0. */
    size_t (*worker_bytes)(const void *params, const QbType *type);
    bool (*open)(const void *params, const QbType *type, const QbRunEnv *env, void **state,
                 QbErr *err);                               /* NULL: no state */
    bool (*fill)(const QbTask *t, void *state, QbErr *err); /* any box, many at a time */
    void (*close)(void *state);
    /* What was read so far: pages (each page of the demand once) and bytes of the file. NULL: nothing. */
    void (*stats)(void *state, int64_t *pages, int64_t *bytes);
    /* True: one task at a time, in order (a single huge compressed strip). */
    bool (*sequential)(const void *params, const QbType *type);
} QbSourceOps;

/* ---- composing -------------------------------------------------------------------------------------- */

typedef int32_t QbNodeId; /* a node of the DAG; negative: an error was reported */

/* Lets a composed operator build nodes of other operators by name. */
typedef struct QbBuild {
    const QbCheck *check; /* of the composed operator: types, params, arena, fail */
    const QbNodeId *in;   /* its inputs */
    /* Makes (or finds) the node `op(in…)` with a parameter struct of that operator (copied). -1 on error. */
    QbNodeId (*node)(struct QbBuild *b, const char *op, const void *params, const QbNodeId *in,
                     int n_in);
    QbNodeId (*number)(struct QbBuild *b, double v);
    const QbType *(*type)(struct QbBuild *b, QbNodeId id);
    /* A mask that is low ≤ x ≤ high of an image of whole numbers: the image and the bounds, within its pixel type. */
    bool (*within)(struct QbBuild *b, QbNodeId mask, QbNodeId *image, double *low, double *high);
    void *ctx;
} QbBuild;

/* ---- the descriptor --------------------------------------------------------------------------------- */

typedef enum QbOpClass {
    QB_OP_SOURCE,   /* makes any region of its image on demand */
    QB_OP_MAP,      /* out(v) depends on in(v) alone: `emit` */
    QB_OP_KERNEL,   /* stencils and geometry: `halo` or `need`, `run` */
    QB_OP_FOLD,     /* a mergeable summary: `fold` */
    QB_OP_SCALAR,   /* numbers, blobs and tables in, number or table out, between passes: `eval` */
    QB_OP_COMPOSED, /* expressed by other operators: `compose` */
    QB_OP_VALUE,    /* a compile-time value (an element): `value` fills a QbElement */
} QbOpClass;

struct QbOp {
    const char *name;
    QbOpClass class;
    bool hidden;         /* made by passes only; not in the language */
    const char *group;   /* "filters" */
    const char *help;    /* one line */
    const char *follows; /* the reference it agrees with: "scipy.ndimage.median_filter" */
    const char *const *
        examples; /* NULL-terminated qbi expressions in which `image`, `volume`, `mask` and `objects` (labels) are defined */
    int version;  /* raised when results change */
    const QbParam *params;
    int n_params;
    size_t param_size;
    bool (*check)(QbCheck *c);
    double (*cost)(const void *params,
                   const QbType *const *in); /* ns a voxel on one core; NULL: 0.5 */

    int (*emit)(QbEmit *e, const void *params,
                const int *in); /* MAP: registers in, register out (core/prog.h) */

    void (*halo)(const void *params, const QbType *const *in, int input,
                 QbHalo *halo); /* NULL and need NULL: none */
    /* Geometry: the box of input k that the box of the output needs; along axis 0 it must not decrease as the
     * output's index grows, unless `random` says so. */
    void (*need)(const void *params, const QbType *const *in, int input, const QbBox *out,
                 QbBox *need);
    bool
        linear_need; /* `need` moves along axis 0 by a fixed number of indices for each of the output */
    bool (*random)(const void *params,
                   const QbType *const *in); /* true: inputs must be stored whole first */
    bool
        running; /* a task takes its window along axis 0 from one index to the next: one of many indices costs less */
    /* Indices along axis 0 and rows of a task that is not too small for what it prepares first. NULL: 1. */
    void (*tile)(const void *params, const QbType *const *in, int64_t n[2]);
    /* How `run` goes about it, where there are several ways: shown in plans. NULL: one way. */
    const char *(*method)(const void *params, const QbType *const *in);
    int64_t
        together; /* rows that `run` makes at a time: a task of whole groups of them costs less; 0: 1 */
    void (*run)(const QbTask *t);
    size_t (*scratch)(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                      int64_t nx);

    const QbFoldOps *fold;
    const QbSourceOps *source;
    bool (*eval)(const QbFoldCtx *c, QbValue *out,
                 QbErr *err); /* SCALAR: c->value holds the inputs */
    /* COMPOSED: expanded when the node is made. KERNEL and FOLD with `compose`: kept as one node for the rewriting
     * passes, then expanded by the pass pick-algorithms (gaussian → one node per axis); `run` may then be NULL. */
    QbNodeId (*compose)(QbBuild *b);
    /* COMPOSED, in place of `compose`: qbi text with one def of the operator's name and parameters. The rows check the
     * arguments and hold the defaults. */
    const QbSource *code;
    void (*value)(const void *params, QbElement *out);
};

/* The table that CMake makes: every operator, in the order of the file names. */
extern const QbOp *const qb_ops[];
extern const int qb_n_ops;
const QbOp *qb_op_find(const QbOp *const *ops, int n, const char *name);
/* The file that an operator opens: its first parameter that is a path; NULL where it has none. */
const char *qb_op_path(const QbOp *op, const void *params);

#endif
