/* What the files of `qbic batch` share: the pipeline as the engine asks for it, image by image. */
#ifndef QB_CLI_BATCH_H
#define QB_CLI_BATCH_H

#include <pthread.h>

#include "cli/cli.h"
#include "cli/engine.h"
#include "runtime/batch.h"

/* A file that the pipeline reads beside the image, and the hash of its bytes. */
typedef struct QbFileHash {
    const char *path;
    char sha256[65];
} QbFileHash;

typedef struct QbFrontState {
    QbPipeline *p;
    const QbCliOptions *o;
    QbLowerOptions lower;
    const QbBatchList *list;
    const QbNamePattern *pattern; /* of no columns: none was given */
    const char *verb;             /* "batch", "sweep", "watch" */
    char sha256[65];              /* of the pipeline */
    const char *input;            /* the parameter that is the image; NULL: none */
    bool binds_image;             /* each image of the list is the first that the pipeline gets */
    const struct QbSweep *sweep;  /* of whose points the images are; NULL: of a batch */
    int n_points;                 /* of each image: image k of the list is at point k % n_points */
    const QbBatchUnit *units;     /* NULL: each image by itself */
    int n_units;
    bool in_turn;
    int sound;            /* an image that can be lowered, as the sweep found; -1: none */
    QbBatchCounts counts; /* after qb_front_run */
    size_t base;
    pthread_mutex_t lock; /* of the hashes */
    QbFileHash *hashes;
    int n_hashes, cap_hashes;
} QbFrontState;

/* Fills the list from the command's words, and reads what the names say: 0, or the exit status after an error that was printed. */
int qb_batch_images(const QbCliOptions *o, QbBatchList *l, QbNamePattern *pattern);

/* 0, or the exit status after errors that were printed: those that are none of a single image. */
int qb_front_open(QbFrontState *f, QbPipeline *p, const QbCliOptions *o, const QbBatchList *list);
/* The same without a look at the pipeline. */
void qb_front_begin(QbFrontState *f, QbPipeline *p, const QbCliOptions *o, const QbBatchList *list);
/* The parameter that is the image, NULL: none. */
const char *qb_front_image(const QbFile *file);
void qb_front_close(QbFrontState *f);
bool qb_front_lower(void *ctx, QbBatchJob *job);
bool qb_front_plan(void *ctx, QbBatchJob *job, int threads, size_t memory);

/* Runs the images, all in the folder of the results; returns the exit status. */
int qb_front_run(QbFrontState *f, const QbKernels *kernels);
/* The results have a column of that name. */
bool qb_batch_takes_column(const char *name);

/* What `watch` has in common with `batch`, cli/batch.c. */
void qb_batch_catch_signals(void);
/* What is the same for all images. False: none of the list can be read, so no table is known. */
bool qb_batch_describe(QbFrontState *f, QbResultRun *run);
/* 0, or the exit status after an error that was printed: names that tables or columns cannot have. */
int qb_batch_check_names(const QbResultRun *run);
/* Fills in what the command line says. */
void qb_batch_options(QbBatchOptions *bo, const QbCliOptions *o, QbFrontState *f,
                      const QbResultRun *run, const QbBatchFront *front);
/* Gives the database its list. */
bool qb_batch_begin(const QbBatchOptions *bo, QbArena *arena, QbResults *r, QbErr *err);

/* What is said of a batch while it runs: lines and a bar on standard error, or events on standard output. */
typedef struct QbTalk {
    const QbCliOptions *o;
    const QbBatchList *list;
    const char *what; /* "images" */
    double started, rated;
    bool bar;    /* a line that is written over is on the terminal */
    bool broken; /* standard output takes no more */
} QbTalk;

/* `done`: images of an earlier batch that may still be right. */
void qb_talk_begin(QbTalk *t, int done);
/* As QbBatchOptions has them. */
void qb_talk_told(void *ctx, int image, QbBatchState state, const QbFailure *failure);
bool qb_talk_printed(void *ctx, const char *name, const char *text);
void qb_talk_progress(void *ctx, const QbBatchCounts *c);
/* The summary, or the error; returns the exit status, which is another one where standard output could not be written. */
int qb_talk_end(QbTalk *t, const QbBatchCounts *c, int status, const char *error);

/* What differs between two canonical texts, a line each: "median size [1, 5, 5] → [1, 7, 7]". */
void qb_batch_difference(const char *before, const char *now, QbText *out);
/* --why and --dry-run: exit status. */
int qb_batch_why(QbFrontState *f, const char *image);
int qb_batch_dry_run(QbFrontState *f);

#endif
