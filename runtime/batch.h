/* Many images, one pipeline: which images there are, and the engine that runs them side by side. What a pipeline is for an
 * image is asked of the caller; what comes of it goes into the results of a folder. */
#ifndef QB_RUNTIME_BATCH_H
#define QB_RUNTIME_BATCH_H

#include "runtime/name_pattern.h"
#include "runtime/results.h"
#include "runtime/run.h"

/* ---- the images, batch_list.c ------------------------------------------------------------------------ */

typedef struct QbBatchImage {
    const char *path;   /* of slices: a pattern */
    const char *folder; /* of slices; NULL: the image is one file */
    const char *name;   /* its stem; where stems repeat, its path below the folder common to all */
    int64_t bytes;      /* −1: it cannot be told */
    const char *const *tags; /* what its name says, a text per tag; NULL: nothing */
    const char *fault;       /* why it cannot run at all; NULL: it can */
} QbBatchImage;

typedef struct QbBatchList {
    QbArena *arena;
    QbBatchImage *v;
    int n, cap;
    bool recursive; /* folders in folders too */
    bool volumes;   /* a folder is one volume of numbered slices, and those in it are others */
} QbBatchList;

/* Adds what a word stands for: a folder's images, the files that match a pattern, or one file. False where that is none. */
bool qb_batch_add(QbBatchList *l, const char *word, QbErr *err);
/* Sorts in natural order, drops repeated paths, gives names. */
void qb_batch_name(QbBatchList *l);
/* Gives every image the columns that its name fills; one that does not match gets a fault. Number of those that match. */
int qb_batch_tag(QbBatchList *l, const QbNamePattern *p);

/* ---- the engine, batch.c ----------------------------------------------------------------------------- */

/* One image on its way. The arena holds all that the front made for it. */
typedef struct QbBatchJob {
    int image;
    const char *path; /* NULL: the pipeline needs none */
    QbArena *arena;
    QbDag *dag; /* that of an image made with this one, to be lowered into; NULL: none yet */
    QbOutput *outputs;
    int n_outputs;
    char key[17];
    const char *canonical;
    QbType type;
    QbResultTable *tables; /* of the pipeline for this image */
    int n_tables;
    int picture; /* the output that a small picture is kept of; -1: none */
    QbPlan *plan;
    QbFailure failure;
    bool too_big; /* the plan failed for want of memory alone */
} QbBatchJob;

/* Called from many threads at a time, each with jobs of its own. False: the job's failure tells why. What is planned is what
 * the outputs of the job's graph need: those of all images that are made together. Outputs have their paths below the
 * folder of the results, and what is to be written into them. */
typedef struct QbBatchFront {
    void *ctx;
    bool (*lower)(void *ctx, QbBatchJob *job);
    bool (*plan)(void *ctx, QbBatchJob *job, int threads, size_t memory);
} QbBatchFront;

typedef enum QbBatchState { QB_BATCH_DONE, QB_BATCH_KEPT, QB_BATCH_FAILED } QbBatchState;

/* Steps and the time that they are expected to take: together, and if each image had a plan of its own. */
typedef struct QbSharing {
    int64_t steps, steps_apart;
    double ns, ns_apart;
} QbSharing;

typedef struct QbBatchCounts {
    int n, done, kept, failed; /* `done` holds those that were kept */
    bool stopped;              /* by qb_batch_stop, or by failures */
    QbSharing sharing;
} QbBatchCounts;

/* Images that one plan makes, by their numbers: points of a sweep. */
typedef struct QbBatchUnit {
    const int *images;
    int n;
} QbBatchUnit;

typedef struct QbBatchOptions {
    const QbBatchImage *images;
    int n;
    const QbBatchUnit *units; /* each image is in one of them */
    int n_units;
    bool in_turn; /* one unit after the other, with all threads */
    const char *folder, *tmp_dir;
    const QbResultRun *run;
    const QbKernels *kernels;
    int threads;
    size_t memory, base;
    int retries, max_failures; /* 0: any number */
    /* Images that come while it runs: `feed` puts them behind those in `images`, which has room for `most`, and says how many
     * there are by now; called a few times a second. False: no more come, or the error is set. NULL: there are n. */
    bool (*feed)(void *ctx, const QbBatchCounts *c, int *n, QbErr *err);
    void *feed_ctx;
    int most;
    bool keep_gone; /* an image whose file is gone stays done, if it was */
    const QbBatchFront *front;
    void *ctx; /* of these, which the thread of the caller calls: */
    void (*told)(void *ctx, int image, QbBatchState state,
                 const QbFailure *failure);                         /* in the order of finishing */
    bool (*printed)(void *ctx, const char *name, const char *text); /* in the order of the images */
    void (*progress)(void *ctx, const QbBatchCounts *c);
} QbBatchOptions;

bool qb_batch_run(const QbBatchOptions *o, QbResults *results, QbBatchCounts *counts, QbErr *err);
/* Whether what an earlier batch made of the image is still right; fills sha256. */
bool qb_batch_is_done(const QbBatchJob *job, const QbResultOld *old, const char *folder,
                      const char sha256[65]);
bool qb_batch_hash(const char *path, char hex[65], QbErr *err);
/* Puts the outputs of some jobs of one graph into it, for the plan; first[k] is where those of job k start. */
void qb_batch_join(QbBatchJob *const *jobs, int n, int *first);
/* Adds what a plan of such jobs shares. */
void qb_batch_sharing(const QbPlan *plan, QbBatchJob *const *jobs, const int *first, int n,
                      QbSharing *sum);

/* Async-signal-safe: no more images are begun. */
void qb_batch_stop(void);
bool qb_batch_stopped(void);

#endif
