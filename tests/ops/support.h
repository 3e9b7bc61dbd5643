/* A laboratory for operators: runs one descriptor over an image in arbitrary boxes, quanta and tiles, with a given kernel
 * variant, in memory that is guarded and poisoned, one task after the other. It stands beside the runtime and shares nothing
 * with it: what it relies on is core/op.h alone. */
#ifndef QB_TESTS_OPS_SUPPORT_H
#define QB_TESTS_OPS_SUPPORT_H

#include "core/op.h"
#include "stdlib/kernels/kernels.h"
#include "tests/oracle/oracle.h"

/* A deterministic generator (splitmix64). */
typedef struct QbRng {
    uint64_t s;
} QbRng;

uint64_t qb_rng_next(QbRng *r);
int64_t qb_rng_whole(QbRng *r, int64_t lo, int64_t hi); /* both ends in */
double qb_rng_real(QbRng *r, double lo, double hi);
bool qb_rng_chance(QbRng *r, int percent);

/* How an evaluation is cut into tasks. */
typedef struct QbLabCut {
    uint64_t seed; /* of cuts, order of tasks, offsets of rows; 0: one task, the whole image */
    const QbKernels *cpu;
    unsigned char poison; /* fills whatever an operator was not promised */
    bool expand;          /* nodes that can be composed of others are */
    bool wants_image;     /* label images that only their state is read of are made all the same */
} QbLabCut;

typedef enum QbLabState { QB_LAB_IDLE, QB_LAB_DONE } QbLabState;

typedef struct QbLabNode {
    const QbOp *op; /* NULL: given */
    void *params;
    int in[QB_MAX_INPUTS]; /* −1: not given */
    int n_in;
    QbType type;
    int expanded; /* the node that it is composed of; −1: not tried; −2: the operator declined */
    bool is_fixed; /* a number that the checker knows */
    QbLabState state;
    unsigned char *data; /* rasters: dense rows, physical order */
    QbValue value;
    void *fold; /* a fold's open state, while has_state */
    bool has_state;
    bool is_copy; /* of what it is composed of: owns its rows alone */
    bool wants_image;
} QbLabNode;

typedef struct QbLab {
    QbArena *arena;
    QbRunEnv env;
    QbLabNode **nodes;
    int n, cap;
    char message[1024]; /* the checker's, of the first node that it refused */
    char fault[1024];   /* the first law that was broken while running; "" while none is */
} QbLab;

QbLab *qb_lab_new(void);
void qb_lab_free(QbLab *lab);

/* Nodes; each returns an id. */
int qb_lab_image(QbLab *lab, const QbOracleImage *image);
int qb_lab_number(QbLab *lab, double v, bool measured);
/* Runs the checker; −1 when it refuses (message). The parameters are copied. */
int qb_lab_node(QbLab *lab, const QbOp *op, const void *params, const int *in, int n_in);

/* Evaluates a node anew. Rasters lie in its data, other results in its value. False: a fault. */
bool qb_lab_eval(QbLab *lab, int id, const QbLabCut *cut);
/* Forgets every result. */
void qb_lab_forget(QbLab *lab);
/* Evaluates a part of a raster node alone into `data` (dense, the box's own shape). */
bool qb_lab_eval_part(QbLab *lab, int id, const QbLabCut *cut, const QbBox *part,
                      unsigned char *data);

/* First breach wins. Returns false. */
bool qb_lab_fault(QbLab *lab, const char *fmt, ...) QB_PRINTF(2, 3);

/* ---- support_memory.c: guarded memory ------------------------------------------------------------------ */

/* Memory aligned to 64 with canaries on both sides, filled with the poison. */
typedef struct QbGuarded {
    unsigned char *base, *data;
    size_t n;
} QbGuarded;

QbGuarded qb_guarded_new(size_t n, unsigned char poison);
bool qb_guarded_is_intact(const QbGuarded *g);
void qb_guarded_free(QbGuarded *g);

/* Rows of a box at odd offsets, canaries or poison on both sides of each. */
typedef struct QbGuardedRows {
    QbGuarded memory;
    void **row;
    int64_t n_rows;
    size_t row_bytes, pitch, first;
} QbGuardedRows;

QbGuardedRows qb_guarded_rows_new(QbRng *rng, int64_t n_rows, int64_t n_voxels, size_t voxel_bytes,
                                  unsigned char poison);
bool qb_guarded_rows_are_intact(const QbGuardedRows *g, unsigned char poison);
void qb_guarded_rows_free(QbGuardedRows *g);

/* ---- support_fold.c, support_task.c: for support.c ------------------------------------------------------ */

/* What all tasks of one evaluation share. */
typedef struct QbLabRun {
    QbLab *lab;
    const QbOp *op;
    const void *params;
    const QbLabNode *node;
    const QbLabNode *in[QB_MAX_INPUTS];
    const QbType *in_type[QB_MAX_INPUTS];
    const QbValue *value[QB_MAX_INPUTS];
    int n_in;
    const QbLabCut *cut;
    QbRng rng;
} QbLabRun;

/* A task with its rows gathered, ready to run on `box`. */
typedef struct QbLabTask {
    QbTask task;
    QbRows rows[QB_MAX_INPUTS];
    QbGuardedRows memory[QB_MAX_INPUTS], outside[QB_MAX_INPUTS];
    const void **row[QB_MAX_INPUTS];
    QbGuarded scratch;
    QbGuardedRows out;
} QbLabTask;

/* with_out: guarded output rows are made for the box. */
void qb_lab_task_open(QbLabRun *r, const QbBox *box, bool with_out, QbLabTask *t);
/* Checks the guards and copies the output rows to `data`, dense rows of `whole`. */
bool qb_lab_task_close(QbLabRun *r, QbLabTask *t, const QbBox *whole, unsigned char *data);

typedef struct QbLabTiles {
    QbBox *box;
    int *quantum; /* of each tile */
    int n, n_quanta;
} QbLabTiles;

/* Cuts `whole` into quanta along axis 0 and tiles of whole rows, ordered by axis 0, then 1. */
QbLabTiles qb_lab_tiles(QbLabRun *r, const QbBox *whole, int64_t atom);
void qb_lab_shuffle(QbRng *rng, int *order, int n);

/* support_keep.c: bytes kept in memory, read back from the start by the second of the two. */
typedef struct QbLabKeep {
    QbKeep keep; /* first */
    unsigned char *v;
    size_t n, cap, at;
} QbLabKeep;

/* The state's parts are saved, and loaded into a new state that takes its place. */
bool qb_lab_keep(const QbFoldOps *ops, const QbFoldCtx *c, int64_t end, void **state, QbErr *err);

bool qb_lab_run_fold(QbLabRun *r, QbLabNode *node);
bool qb_lab_fill_fold(QbLabRun *r, const QbLabNode *node, const QbBox *part, unsigned char *data);
bool qb_lab_run_scalar(QbLabRun *r, QbLabNode *node);

#endif
