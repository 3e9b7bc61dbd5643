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
    int side;        /* units side by side */
    size_t share;    /* memory of each */
    int64_t *weight; /* bytes of the voxels of each image, as far as that is known */
    int64_t weights; /* of all */

    pthread_rwlock_t machine; /* of images that come: read beside others, written alone */

    pthread_mutex_t lock; /* of all below; `n` changes in the caller's thread alone */
    pthread_cond_t arrived, left, came;
    int n;     /* images by now */
    bool over; /* no more come */
    int next, active, failures;
    bool *waits; /* units that need the machine to themselves */
    bool stop;   /* no more are begun */
    QbDone *first, **last;
    int queued;
} QbBatch;

/* What a unit may take. */
typedef struct QbBatchRoom {
    int threads;
    size_t memory;
    bool may_wait;        /* for more memory */
    QbSpareMemory *spare; /* from unit to unit; NULL: none */
} QbBatchRoom;

/* Units, by their numbers: where none are given, each image is one. */
static inline int qb_unit_count(const QbBatch *b)
{
    return b->o->units ? b->o->n_units : b->o->n;
}
static inline int qb_unit_first(const QbBatch *b, int unit)
{
    return b->o->units ? b->o->units[unit].images[0] : unit;
}

/* batch_unit.c: one unit, all the way. NULL: it must wait for more memory. */
QbDone *qb_batch_unit(const QbBatch *b, int unit, const QbBatchRoom *room);
void qb_done_free(QbDone *d);
/* A unit that is finished, to the caller's thread. */
void qb_batch_hand_over(QbBatch *b, QbDone *d);

/* batch_feed.c: the caller's thread takes images that came; a worker of such a batch. */
bool qb_batch_feed(QbBatch *b, QbErr *err);
void *qb_batch_work_fed(void *ctx);
void qb_batch_open_machine(QbBatch *b);

/* batch_image.c: an image up to its outputs. False: it is kept, or it failed. */
bool qb_batch_lower(const QbBatch *b, QbDoneImage *image);
void qb_batch_read_ahead(const QbBatchImage *image);
/* Files are on the disk under their names before the database says that the images are done. */
bool qb_batch_settle(const QbDag *g, const char *folder, QbErr *err);
/* Temporary files of a killed batch, in the folders of the graph's outputs. */
void qb_batch_clear(const QbDag *g, const char *folder);
void qb_failure_set(QbFailure *f, const char *code, const char *fmt, ...) QB_PRINTF(3, 4);
void qb_failure_place(QbFailure *f, const QbPlan *plan, int step);

/* batch_sharing.c: whether an image's outputs need a step of the plan. */
bool qb_batch_needs(const QbPlan *plan, const QbBatchJob *job, int first, int step);

#endif
