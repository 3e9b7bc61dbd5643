/* Runs a plan: passes of chunk tasks, values between them, outputs that appear whole or not at all. */
#ifndef QB_RUNTIME_RUN_H
#define QB_RUNTIME_RUN_H

#include "compiler/plan.h"
#include "runtime/checkpoint.h"
#include "stdlib/kernels/kernels.h"

/* How far a run is. */
typedef struct QbProgress {
    int pass, n_passes;
    const char *node; /* the step that will take longest from here on */
    double fraction;  /* of the time, as planned and corrected by what was measured */
    double voxels_per_s, left_s;
    size_t memory; /* resident bytes now */
} QbProgress;

/* Memory that one run leaves to the next of the same caller, so that its pages need not be made again: of rings and partials
 * as much as the last pass had, of scratch that of one thread. Zeroed at first; given back by qb_spare_free. */
typedef struct QbKeptMemory {
    unsigned char *p;
    size_t bytes;
} QbKeptMemory;
typedef struct QbSpareMemory {
    QbKeptMemory rings, scratch;
} QbSpareMemory;

typedef struct QbRunOptions {
    const char *out_dir; /* where relative outputs go; NULL: the current directory */
    const char *tmp_dir; /* spill files */
    const QbKernels *kernels;
    const char *provenance; /* written into every output that can carry it */
    double started;         /* qb_now() at the start of the process, for the wall time of the run */
    bool gather;            /* tables are handed over in the result rather than written */
    QbSpareMemory
        *spare;          /* of runs one after the other; NULL: a run gives all of its memory back */
    bool untimed;        /* measure no task: to find out what measuring costs */
    bool trace;          /* keep the tasks of every thread, and samples of memory */
    int64_t trace_notes; /* tasks that a thread keeps at most */
    bool spare_threads;  /* a pass of less work than a thread's start costs is left to one */
    bool foresee;        /* a run on one thread finds out what a second one would have done */
    void (*progress)(
        void *ctx, const QbProgress *p); /* a few times a second, from any thread, one at a time */
    void *progress_ctx;
    QbCheckpoint *checkpoint; /* states are saved there, and taken from it; NULL: none */
    int head_rows;            /* of each table that is written, to be shown */
    bool show;                /* for a page: rows of tables as JSON, sizes of objects */
    int thumb_side; /* of the small picture that is made of each image and plot that is written, pixels; 0: none */
} QbRunOptions;

typedef struct QbStepTime {
    double first, last; /* seconds since the run's start; first < 0: never ran */
    double busy, cpu,
        serial; /* seconds inside tasks, processor seconds, seconds in which nothing else could run */
    double merge; /* of `busy`: joining what the tasks of a quantum gave, one at a time */
    int64_t merges, tasks, voxels, bytes;
} QbStepTime;

/* One task: what it did and when. A merge has no rows and no voxels. */
typedef struct QbTaskNote {
    double start, end; /* seconds since the run's start */
    int step;
    bool merge;
    int64_t i[2], y[2]; /* [first, end) of axis 0 and of axis 1 */
    int64_t voxels, bytes;
} QbTaskNote;

typedef struct QbThreadTime {
    double busy, cpu, waited; /* in tasks; waiting for one that was not ready */
    int64_t tasks;
    QbTaskNote *notes;         /* with options.trace, in order */
    int64_t n_notes, left_out; /* left out: the shortest ones of too many */
} QbThreadTime;

typedef struct QbMemorySample {
    double at;
    size_t bytes;
} QbMemorySample;

typedef struct QbPassTime {
    double start, end;
} QbPassTime;

enum { QB_SIZE_BINS = 24 };
/* How many objects of a table with a column `voxels` have which size: bin k counts edge[k] … edge[k + 1] − 1, and each bin is
 * wider than the one before by the same factor, as far as whole numbers allow. */
typedef struct QbSizes {
    const char *name; /* of what was measured */
    int64_t n, bin[QB_SIZE_BINS], edge[QB_SIZE_BINS + 1], smallest, largest;
    double mean, median;
    int n_bins;
} QbSizes;

typedef struct QbOutputDone {
    const char *path; /* as written, in out_dir; NULL for print */
    const char *kind; /* "image" "mask" "labels" "table" */
    int64_t bytes;
    QbTable *table; /* gathered; outputs of one node share it */
    char *head;     /* a table's first rows, as `print` shows them; or NULL */
    char *cells;    /* with options.show: the same rows as JSON, or NULL */
    int64_t rows;   /* of a table */
    size_t printed; /* print: where in the run's printed text it ends */
    QbText thumb;   /* of an image or plot, with options.thumb_side: the bytes of a PNG file */
} QbOutputDone;

typedef struct QbRunResult {
    QbText printed;        /* what `print` wrote */
    QbOutputDone *outputs; /* one per output of the DAG */
    int n_outputs;
    QbStepTime *steps; /* one per step of the plan */
    int n_steps;
    int failed_step; /* in which an error came up; -1: in none */
    QbThreadTime *threads;
    int n_threads;
    QbPassTime *passes;
    int n_passes;
    QbMemorySample *samples;
    int n_samples;
    QbSizes *sizes; /* with options.show */
    int n_sizes;
    double began;     /* seconds from options.started to the call of qb_run */
    double wall, cpu; /* of the process since options.started */
    double pass_wall; /* inside passes */
    int64_t pages_read, bytes_read, bytes_written, voxels;
    size_t peak; /* peak resident bytes of the process */
} QbRunResult;

/* False: nothing of the run's own is left behind. The result must be freed in either case. */
bool qb_run(const QbPlan *plan, const QbRunOptions *o, QbRunResult *r, QbErr *err);
void qb_run_result_free(QbRunResult *r);
void qb_spare_free(QbSpareMemory *s);

/* Async-signal-safe: asks every run of the process to stop (exit status 130). */
void qb_run_interrupt(void);
bool qb_run_interrupted(void);

double qb_now(void); /* monotonic seconds */

#endif
