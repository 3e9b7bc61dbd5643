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

    pthread_rwlock_t machine; /* of images that come: read beside others, written alone */

    pthread_mutex_t lock; /* of all below; `n` changes in the caller's thread alone */
    pthread_cond_t arrived, left, came;
    int n;     /* images by now */
    bool over; /* no more come */
    int next, active, failures;
    bool *waits; /* images that need the machine to themselves */
    bool stop;   /* no more are begun */
    QbDone *first, **last;
    int queued;
} QbBatch;

/* What an image may take. */
typedef struct QbBatchRoom {
    int threads;
    size_t memory;
    bool may_wait;        /* for more memory */
    QbSpareMemory *spare; /* from image to image; NULL: none */
} QbBatchRoom;

/* One image, all the way. NULL: it must wait for more memory. */
QbDone *qb_batch_image(const QbBatch *b, int image, const QbBatchRoom *room);
void qb_done_free(QbDone *d);
/* An image that is finished, to the caller's thread. */
void qb_batch_hand_over(QbBatch *b, QbDone *d);

/* batch_feed.c: the caller's thread takes images that came; a worker of such a batch. */
bool qb_batch_feed(QbBatch *b, QbErr *err);
void *qb_batch_work_fed(void *ctx);
void qb_batch_open_machine(QbBatch *b);

#endif
