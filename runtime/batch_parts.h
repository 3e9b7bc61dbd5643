/* What the files of the batch's engine share; nobody else includes it. */
#ifndef QB_RUNTIME_BATCH_PARTS_H
#define QB_RUNTIME_BATCH_PARTS_H

#include "core/sha256.h"
#include "runtime/batch.h"

#include <pthread.h>

typedef struct QbDoneRun {
    struct QbDoneRun *next;
    QbRunResult result;
} QbDoneRun;

typedef struct QbDoneImage {
    QbBatchJob job;
    QbBatchState state;
    char sha256[65];
    const QbRunResult *result; /* of the run that made it */
    int first;                 /* of its outputs among those of the run */
    const char *printed;
} QbDoneImage;

/* A unit that left its worker, on its way to the results. */
typedef struct QbDone {
    struct QbDone *next;
    QbArena *arena; /* all that belongs to it, but for its runs */
    QbDoneImage *v;
    int n;
    QbDoneRun *runs;
    QbSharing sharing;
    double start, seconds;
} QbDone;

/* What is to be told of an image once its rows are safe. */
typedef struct QbNews {
    struct QbNews *next;
    int image;
    QbBatchState state;
    QbFailure failure;
} QbNews;

typedef struct QbBatch {
    const QbBatchOptions *o;
    QbResults *results; /* the caller's thread alone */
    QbResultFiles *files;
    QbResultOld *olds;
    unsigned char *state; /* 1 + QbBatchState of what is written; 0: not yet */
    int exported;
    QbNews *news, **last_news;
    QbBatchCounts *counts;
    int side;      /* units side by side */
    size_t share;  /* memory of each */
    int64_t bytes; /* of all images */

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t arrived, left;
    int next, active, failures;
    bool *waits; /* units that need the machine to themselves */
    bool stop;   /* no more are begun */
    QbDone *first, **last;
    int queued;
} QbBatch;

/* What a unit may take. */
typedef struct QbMeans {
    int threads;
    size_t memory;
    bool may_wait; /* for more memory */
} QbMeans;

/* batch_unit.c: one unit, all the way. NULL: it must wait. */
QbDone *qb_batch_unit(const QbBatch *b, int unit, const QbMeans *means);
void qb_done_free(QbDone *d);

/* batch_image.c: an image up to its outputs. False: it is kept, or it failed. */
bool qb_batch_lower(const QbBatch *b, QbDoneImage *image);
void qb_batch_read_ahead(const char *path);
/* Temporary files of a killed batch, in the folders of the graph's outputs. */
void qb_batch_clear(const QbDag *g, const char *folder);
void qb_failure_set(QbFailure *f, const char *code, const char *fmt, ...) QB_PRINTF(3, 4);
void qb_failure_place(QbFailure *f, const QbPlan *plan, int step);

/* batch_sharing.c: whether an image's outputs need a step of the plan. */
bool qb_batch_needs(const QbPlan *plan, const QbBatchJob *job, int first, int step);

#endif
