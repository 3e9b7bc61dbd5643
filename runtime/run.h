/* Runs a plan: passes of chunk tasks, values between them, outputs that appear whole or not at all. */
#ifndef QB_RUNTIME_RUN_H
#define QB_RUNTIME_RUN_H

#include "compiler/plan.h"
#include "stdlib/kernels/kernels.h"

typedef struct QbRunOptions {
    const char *out_dir;      /* where relative outputs go; NULL: the current directory */
    const char *tmp_dir;      /* spill files */
    const QbKernels *kernels;
    const char *provenance;   /* written into every output that can carry it */
    double started;           /* qb_now() at the start of the process, for the wall time of the run */
    bool trace;               /* keep every task (qb_trace) */
    bool gather;              /* tables are handed over in the result rather than written */
} QbRunOptions;

typedef struct QbStepTime {
    double first, last;       /* seconds since the run's start; first < 0: never ran */
    double busy, cpu, serial; /* seconds inside tasks, processor seconds, seconds in which nothing else could run */
    int64_t tasks, voxels, bytes;
} QbStepTime;

typedef struct QbOutputDone {
    const char *path; /* as written, in out_dir; NULL for print */
    const char *kind; /* "image" "mask" "labels" "table" */
    int64_t bytes;
    QbTable *table; /* gathered; outputs of one node share it */
} QbOutputDone;

typedef struct QbRunResult {
    QbText printed;           /* what `print` wrote */
    QbOutputDone *outputs;    /* one per output of the DAG */
    int n_outputs;
    QbStepTime *steps;        /* one per step of the plan */
    int n_steps;
    int failed_step;          /* in which an error came up; -1: in none */
    double wall, cpu;         /* of the process since options.started */
    double pass_wall;         /* inside passes */
    int64_t pages_read, bytes_read, bytes_written, voxels;
    size_t peak;              /* peak resident bytes of the process */
} QbRunResult;

/* False: nothing of the run's own is left behind. The result must be freed in either case. */
bool qb_run(const QbPlan *plan, const QbRunOptions *o, QbRunResult *r, QbErr *err);
void qb_run_result_free(QbRunResult *r);

/* Async-signal-safe: asks every run of the process to stop (exit status 130). */
void qb_run_interrupt(void);
bool qb_run_interrupted(void);

double qb_now(void); /* monotonic seconds */

#endif
