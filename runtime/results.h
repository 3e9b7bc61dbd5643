/* The results of many images in one folder: the database, which is also the journal of what is done, and the CSV files that
 * are exported from it in the order of the images. One thread alone calls these. */
#ifndef QB_RUNTIME_RESULTS_H
#define QB_RUNTIME_RESULTS_H

#include "core/table.h"
#include "core/text.h"
#include "runtime/folder_lock.h"

/* A saved table of the pipeline. */
typedef struct QbResultTable {
    const char *name;
    int n_columns;
    QbColumnType columns[QB_MAX_COLUMNS];
} QbResultTable;

typedef struct QbResultParam {
    const char *name, *value, *from;
} QbResultParam;

typedef enum QbTagType { QB_TAG_TEXT, QB_TAG_WHOLE, QB_TAG_NUMBER } QbTagType;

/* A column that parts of the images' names fill. */
typedef struct QbTag {
    const char *name;
    QbTagType type;
} QbTag;

/* What is the same for all images. */
typedef struct QbResultRun {
    const char *pipeline, *sha256; /* its text, and the hash of all texts that it uses */
    const QbResultParam *params;
    int n_params;
    const QbResultTable *tables;
    int n_tables;
    const QbTag *tags;
    int n_tags;
    bool pictures; /* a small one of each image is kept */
    bool by_point; /* tags alone say what a row belongs to: they are columns of the tables too */
    const char *command, *host;
} QbResultRun;

typedef struct QbResultImage {
    const char *name, *path;
    const char *const *tags; /* a text per tag, as it stands in a CSV file; NULL: none fits */
} QbResultImage;

/* What an earlier batch left of an image. */
typedef struct QbResultOld {
    bool done, pictured;
    char sha256[65], key[17];
} QbResultOld;

typedef struct QbFailure {
    char node[64];
    int line, column; /* 0: no place */
    char code[8];
    char message[1024];
} QbFailure;

/* What one run made of one image. */
typedef struct QbResultRow {
    char sha256[65], key[17]; /* of its bytes; of all else that its results depend on */
    const char *canonical;    /* the text that `key` is a hash of */
    const QbType *type;       /* of the image as the pipeline reads it; kind QB_NONE: not known */
    const QbFailure *failure; /* NULL: it is done */
    QbTable *const *tables;   /* one per table of the run */
    const char *printed;
    const QbText *picture; /* the bytes of a PNG file; NULL: none */
    double start, seconds; /* seconds since 1970; seconds that it took */
} QbResultRow;

typedef struct QbResults QbResults;

/* Opens the database of a folder. A new file is made unless `read_only`: then *r is NULL where there is none. A database of
 * somebody else, or of another version, is refused, and stays as it is. */
bool qb_results_open(const char *folder, bool read_only, QbResults **r, QbErr *err);
void qb_results_close(QbResults *r);
/* Brings the database to this list of images: rows of images that are no more there go, those that stay get their new
 * numbers. Tables of another shape go with all rows. The run and the images are borrowed until the end. */
bool qb_results_begin(QbResults *r, const QbResultRun *run, const QbResultImage *images, int n,
                      QbErr *err);
/* Name and path of every image that is known, by its number; called before a list is given. */
bool qb_results_list(QbResults *r, void *ctx,
                     void (*call)(void *ctx, const char *name, const char *path), QbErr *err);
/* One more image, behind all others. */
bool qb_results_add(QbResults *r, int image, const QbResultImage *row, QbErr *err);
/* What is known of the image of a name. */
bool qb_results_old(QbResults *r, const char *name, QbResultOld *old, QbErr *err);
/* The same of all images of the batch, by their numbers. */
bool qb_results_olds(QbResults *r, QbResultOld *olds, int n, QbErr *err);
/* The canonical text under a key; caller frees it. */
bool qb_results_canonical(QbResults *r, const char *key, QbText *out, QbErr *err);
/* Puts the results of an image, counted from 0, in the place of earlier ones. */
bool qb_results_put(QbResults *r, int image, const QbResultRow *row, QbErr *err);
bool qb_results_commit(QbResults *r, QbErr *err);
/* After the last image: seconds of the whole, and everything in one file. */
bool qb_results_end(QbResults *r, double start, double seconds, QbErr *err);

/* The rows of an image in table `t` as lines of CSV behind the cells that say which it is; what it printed. */
bool qb_results_csv(QbResults *r, int t, int image, const char *cells, QbText *out, QbErr *err);
bool qb_results_printed(QbResults *r, int image, QbText *out, QbErr *err);

/* ---- CSV files, results_csv.c ------------------------------------------------------------------------ */

typedef struct QbResultFiles QbResultFiles;
/* Begins DIR/<table>.csv anew for every table. */
bool qb_result_files_open(const char *folder, const QbResultRun *run, QbResultFiles **f,
                          QbErr *err);
bool qb_result_files_add(QbResultFiles *f, QbResults *r, int image, const char *cells, QbErr *err);
bool qb_result_files_flush(QbResultFiles *f, QbErr *err);
/* Flushes, and forces what was written to the disk. */
bool qb_result_files_end(QbResultFiles *f, QbErr *err);
void qb_result_files_close(QbResultFiles *f);
void qb_result_name(QbText *t, const char *name); /* a cell of text, in quotes where it must */
/* The cells that say which image it is: its name, then its tags. */
void qb_result_cells(QbText *t, const QbResultRun *run, const QbResultImage *image);

#endif
