/* What the files of the runtime share while a plan runs; nobody else includes it. */
#ifndef QB_RUNTIME_PARTS_H
#define QB_RUNTIME_PARTS_H

#include "runtime/imgio.h"
#include "runtime/run.h"

#include <pthread.h>

/* A quantum that was started: its tiles are handed out one by one; done quanta leave in order. */
typedef struct Flight {
    int64_t a, b; /* indices of axis 0 */
    int64_t tiles, issued, done;
    unsigned char *partials;
} Flight;

/* A step while it runs. Everything below `lock`-guarded counters is written under the scheduler's lock; states and rings by the
 * tasks that own their part. */
typedef struct Live {
    const QbStep *step;
    void *state;           /* source, fold or sink */
    struct QbThumb *thumb; /* sink: of what it writes, or NULL */
    QbValue value;         /* CONST, SCALAR, FOLD */
    bool opened, finished;
    unsigned char *ring;
    unsigned char *partials; /* ORDERED and sinks: depth × max_tiles; ANY: one per worker */
    size_t partial_stride;
    bool *partial_used;                     /* ANY: per worker */
    unsigned char *constant[QB_MAX_INPUTS]; /* a row of the value outside, for constant borders */
    int64_t constant_x[QB_MAX_INPUTS];
    /* cursor: the next quantum */
    int interval;
    int64_t at;
    int64_t published; /* ticks */
    Flight flight[QB_MAX_FLIGHTS];
    int first, n_flights; /* ring of flights */
    bool merging;
    int running;                      /* tiles in work */
    int *users, *user_input, n_users; /* consumers of the ring in this pass */
    int64_t voxels;                   /* done so far, and the time that took in tasks */
    int64_t skipped;                  /* that a checkpoint had */
    double seconds;
} Live;

typedef struct Task {
    Live *l;
    Flight *f;
    int64_t tile; /* −1: merge */
} Task;

typedef struct Worker {
    unsigned char *memory; /* row pointers, then scratch */
    QbStepTime *time;      /* per step */
    QbThreadTime thread;   /* the tasks that were kept */
    int64_t cap_notes, most_notes;
    double shortest; /* shorter tasks are not kept: the buffer was full before */
    double waited;
    double
        cpu; /* of its thread at the end of its last task; < 0: it did something else since then */
} Worker;

typedef struct Run {
    const QbPlan *plan;
    const QbRunOptions *o;
    QbRunResult *r;
    QbRunEnv env;
    Live *live; /* per step */
    Worker *workers;
    int threads;
    size_t worker_bytes;
    double *serial; /* per step: seconds in which nothing else could run */
    double origin;  /* qb_now() at the start of the run */
    double began;   /* at the start of qb_run */
    double next_look, next_tell, sample_every, fraction; /* watch.c */
    QbErr *err;
} Run;

/* exec.c: one tile of one step, in worker w. */
bool qb_exec_tile(Run *run, Live *l, const QbBox *box, unsigned char *partial, int w, QbErr *err);
/* exec.c: merges a whole quantum of an ordered fold or sink; ANY folds at the end. */
bool qb_exec_merge(Run *run, Live *l, const Flight *f, QbErr *err);
/* The context that fold callbacks get. `values` has room for QB_MAX_INPUTS. */
QbFoldCtx qb_exec_ctx(const Run *run, const Live *l, const QbValue **values);

/* ready.c: which task of a pass is next. Called with the scheduler's lock held. */
typedef struct Ready {
    Run *run;
    Live **order; /* steps of this pass, topological */
    int n, n_finished;
    bool hold; /* no quantum is started */
} Ready;
void qb_ready_open(Ready *c, Run *run, int pass);
void qb_ready_close(Ready *c);
bool qb_ready_pick(Ready *c, bool commit, Task *t); /* with `commit` it is taken */
void qb_ready_complete(Ready *c, const Task *t);
bool qb_ready_needs_merge(const QbStep *s);
void qb_ready_rewind(Live *l); /* a step to its first quantum */
/* A step to the quantum that begins at a tick; before the pass is opened. */
void qb_ready_seek(Live *l, int64_t tick);
/* First tick of the ring that a consumer still needs. */
int64_t qb_ready_released(const Run *run, const Live *l);

/* spread.c: workers on processors of their own. All but `move` are called with the scheduler's lock held. */
typedef struct Spread {
    int *cpu; /* per worker: where it works; -1: it does not */
    int workers;
    bool on; /* there are as many processors as workers */
} Spread;

void qb_spread_open(Spread *s, int workers);
void qb_spread_close(Spread *s);
/* Worker w, the caller, runs here now. */
void qb_spread_see(Spread *s, int w);
/* Worker w has no work. */
void qb_spread_rest(Spread *s, int w);
/* The processor to which the caller, worker w, ought to move; -1: it may stay. */
int qb_spread_claim(Spread *s, int w);
void qb_spread_move(int cpu);

/* sched.c: all tasks of one pass. */
bool qb_sched_pass(Run *run, int pass, QbErr *err);
/* How many of the threads that are wanted a pass gets: a little one is done before they have started. */
int qb_sched_threads(const Run *run, int pass, int wanted);
/* replay.c: serial time of a run on one thread, from the times of its steps. */
void qb_replay(Run *run);
/* run.c: the consumers of each ring of a pass. */
void qb_users_link(Run *run, int pass);
void qb_users_unlink(Run *run, int pass);

/* watch.c. A task is kept by its own worker; `snapshot` is called with the scheduler's lock held, `tell`
 * without, by one thread at a time. */
void qb_watch_open(Run *run);
void qb_watch_keep(const Run *run, Worker *w, const QbTaskNote *n);
void qb_watch_snapshot(Run *run, int pass, double now, QbProgress *p);
double qb_watch_tell(Run *run, double now, QbProgress *p); /* when to look again */
/* ready.c: the first quantum that is not done: false at the end. */
bool qb_live_next(const Live *l, QbBox *box);

/* memory.c: zero pages from the system, with huge pages where that wastes little; false says how much was asked for. */
bool qb_memory_map(size_t bytes, unsigned char **out, QbErr *err);
/* Memory of a mapping that will be used here and there: small pages. */
void qb_memory_sparse(unsigned char *p, size_t bytes);
void qb_memory_unmap(unsigned char *p, size_t bytes);
/* The same from memory that was kept (`kept` NULL: none is): of that the first `bytes`, with whatever is in them, where it is so
 * large; the rest is given back. And the way back. */
bool qb_memory_take(QbKeptMemory *kept, size_t bytes, unsigned char **out, QbErr *err);
void qb_memory_keep(QbKeptMemory *kept, unsigned char *take_p, size_t bytes);
size_t qb_memory_peak(void); /* highest resident size of the process so far, bytes */
size_t qb_memory_resident(void);

/* sinks.c */
bool qb_sink_open(Run *run, Live *l, QbErr *err);
bool qb_sink_pack(Run *run, Live *l, const QbTask *t, unsigned char *partial, QbErr *err);
bool qb_sink_append(Live *l, const Flight *f, QbErr *err);
/* All files of the run appear, or none: rasters that were written, and tables that are written now. */
bool qb_outputs_commit(Run *run, QbErr *err);
void qb_outputs_abort(Run *run);

/* checkpoint.c. `save` is called when no task is at work and no quantum is begun; unless it must be it may put itself off, where it
 * would cost too much by now. `settle` makes what was saved count; others may be at work. */
double qb_checkpoint_next(const Run *run, int pass); /* when the next one is due */
bool qb_checkpoint_save(Run *run, int pass, bool anyhow, QbErr *err);
bool qb_checkpoint_settle(Run *run, QbErr *err);
/* Takes the states of a pass, whose steps are open, where there are any. */
bool qb_checkpoint_load(Run *run, int pass, QbErr *err);
/* Where a sink writes; NULL: beside its final name. *resume: what is there. */
const char *qb_checkpoint_out(const Run *run, const QbStep *s, char path[QB_MAX_PATH],
                              const QbKept **resume);

/* plot_sink.c: draws an output that is a plot: its file is whole, and still has to be committed or aborted. */
bool qb_plot_sink(const Run *run, int output, const char *path, QbAtomicFile **file, QbErr *err);

/* values.c: scalar steps whose inputs are there. */
bool qb_values_ready(Run *run, QbErr *err);
/* printing.c */
bool qb_print_outputs(Run *run, QbErr *err);
/* One cell of a table as `print` shows it. */
bool qb_print_cell(QbTable *t, int64_t row, int column, char buf[32], QbErr *err);

/* show.c. Once all tables are there. */
bool qb_show_sizes(Run *run, QbErr *err);
/* The first rows of a table; the caller frees *json in either case. */
bool qb_show_rows(QbTable *t, int64_t rows, char **json, QbErr *err);

/* The first rows of a table as right-aligned columns. */
bool qb_print_table(QbTable *t, int64_t rows, QbText *out, QbErr *err);

#endif
