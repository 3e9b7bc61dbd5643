/* What the files of the runtime share while a plan runs; nobody else includes it. */
#ifndef QB_RUNTIME_PARTS_H
#define QB_RUNTIME_PARTS_H

#include "runtime/imgio.h"
#include "runtime/run.h"

#include <pthread.h>

/* A quantum that was started: its tiles are handed out one by one; done quanta leave in order. */
typedef struct Flight {
    int64_t a, b;         /* indices of axis 0 */
    int64_t tiles, issued, done;
    unsigned char *partials;
} Flight;

#define MAX_DEPTH 80

/* A step while it runs. Everything below `lock`-guarded counters is written under the scheduler's lock; states and rings by the
 * tasks that own their part. */
typedef struct Live {
    const QbStep *step;
    void *state;          /* source, fold or sink */
    QbValue value;        /* CONST, SCALAR, FOLD */
    bool opened, finished;
    unsigned char *ring;
    unsigned char *partials;   /* ORDERED and sinks: depth × max_tiles; ANY: one per worker */
    size_t partial_stride;
    bool *partial_used;        /* ANY: per worker */
    unsigned char *constant[QB_MAX_INPUTS]; /* a row of the value outside, for constant borders */
    int64_t constant_x[QB_MAX_INPUTS];
    /* cursor: the next quantum */
    int interval;
    int64_t at;
    int64_t published;    /* ticks */
    Flight flight[MAX_DEPTH];
    int first, n_flights; /* ring of flights */
    bool merging;
    int running;          /* tiles in work */
    int *users, *user_input, n_users; /* consumers of the ring in this pass */
} Live;

typedef struct Worker {
    unsigned char *memory; /* row pointers, then scratch */
    QbStepTime *time;      /* per step */
} Worker;

typedef struct Run {
    const QbPlan *plan;
    const QbRunOptions *o;
    QbRunResult *r;
    QbRunEnv env;
    Live *live;            /* per step */
    Worker *workers;
    int threads;
    size_t worker_bytes;
    double *serial;        /* per step: seconds in which nothing else could run */
    double origin;         /* qb_now() at the start of the run */
    QbErr *err;
} Run;

/* exec.c: one tile of one step, in worker w. */
bool qb_exec_tile(Run *run, Live *l, const QbBox *box, unsigned char *partial, int w, QbErr *err);
/* exec.c: merges a whole quantum of an ordered fold or sink; ANY folds at the end. */
bool qb_exec_merge(Run *run, Live *l, const Flight *f, QbErr *err);
/* The context that fold callbacks get. `values` has room for QB_MAX_INPUTS. */
QbFoldCtx qb_exec_ctx(const Run *run, const Live *l, const QbValue **values);

/* sched.c: all tasks of one pass. */
bool qb_sched_pass(Run *run, int pass, QbErr *err);
/* The first quantum that is not done: false at the end. */
bool qb_live_next(const Live *l, QbBox *box);

/* memory.c: zero pages from the system, with huge pages where that wastes little; false says how much was asked for. */
bool qb_memory_map(size_t bytes, unsigned char **out, QbErr *err);
void qb_memory_unmap(unsigned char *p, size_t bytes);
size_t qb_memory_peak(void);    /* highest resident size of the process so far, bytes */
size_t qb_memory_resident(void);

/* sinks.c */
bool qb_sink_open(Run *run, Live *l, QbErr *err);
bool qb_sink_pack(Run *run, Live *l, const QbTask *t, unsigned char *partial, QbErr *err);
bool qb_sink_append(Live *l, const Flight *f, QbErr *err);
/* All files of the run appear, or none: rasters that were written, and tables that are written now. */
bool qb_outputs_commit(Run *run, QbErr *err);
void qb_outputs_abort(Run *run);

/* values.c: scalar steps whose inputs are there. */
bool qb_values_ready(Run *run, QbErr *err);
/* printing.c */
bool qb_print_outputs(Run *run, QbErr *err);

#endif
