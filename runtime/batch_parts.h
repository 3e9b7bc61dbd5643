/* What the two files of the batch's engine share; nobody else includes it. */
#ifndef QB_RUNTIME_BATCH_PARTS_H
#define QB_RUNTIME_BATCH_PARTS_H

#include "core/sha256.h"
#include "runtime/batch.h"

#include <pthread.h>

/* An image that left its worker, on its way to the results. */
typedef struct QbDone {
    struct QbDone *next;
    QbBatchJob job;
    QbBatchState state;
    char sha256[65];
    QbRunResult result;
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
    int side;        /* images side by side */
    size_t share;    /* memory of each */
    int64_t *weight; /* bytes of each image's voxels, as far as that is known */
    int64_t weights; /* of all */

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t arrived, left;
    int next, active, failures;
    bool *waits; /* images that need the machine to themselves */
    bool stop;   /* no more are begun */
    QbDone *first, **last;
    int queued;
} QbBatch;

/* One image, all the way. NULL: it must wait for more memory (`may_wait`). */
QbDone *qb_batch_image(const QbBatch *b, int image, int threads, size_t memory, bool may_wait);
void qb_done_free(QbDone *d);

#endif
