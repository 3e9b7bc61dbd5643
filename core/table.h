/* Columns of 8-byte cells that spill to an unlinked temporary file when they outgrow their share of memory,
 * and tables made of them. Not thread-safe: ordered work (stitches, sinks) alone touches them. */
#ifndef QB_CORE_TABLE_H
#define QB_CORE_TABLE_H

#include "core/type.h"

/* What an operator may know of the run that it is part of. */
typedef struct QbRunEnv {
    int threads;
    size_t
        spill_above; /* bytes that one growing log or column may keep in memory before it spills */
    const char *tmp_dir; /* where spill files go (unlinked at once) */
} QbRunEnv;

typedef struct QbColumn QbColumn;

/* A sparse array of int64 cells, all 0, indexed from 0 to 2^48; pages of cells that were never touched cost nothing.
 * Doubles are stored by their bits (qb_column_set_number). */
QbColumn *qb_column_new(const QbRunEnv *env);
void qb_column_free(QbColumn *c);
bool qb_column_get(QbColumn *c, int64_t index, int64_t *value, QbErr *err);
bool qb_column_set(QbColumn *c, int64_t index, int64_t value, QbErr *err);
bool qb_column_add(QbColumn *c, int64_t index, int64_t value, QbErr *err);
/* Next index >= `from` whose page was ever touched (pages skipped whole); -1 when there is none. */
int64_t qb_column_next(const QbColumn *c, int64_t from);
size_t qb_column_memory(const QbColumn *c); /* bytes resident now */

typedef struct QbTable {
    int n_columns;
    QbColumnType type[QB_MAX_COLUMNS];
    QbColumn *cells[QB_MAX_COLUMNS]; /* whole columns hold int64, the others a double's bits */
    int64_t n_rows;
} QbTable;

QbTable *qb_table_new(const QbRunEnv *env, const QbType *type);
void qb_table_free(QbTable *t);
bool qb_table_put(QbTable *t, int64_t row, int column, double v, QbErr *err);
bool qb_table_put_whole(QbTable *t, int64_t row, int column, int64_t v, QbErr *err);
bool qb_table_get(QbTable *t, int64_t row, int column, double *v,
                  QbErr *err); /* whole cells as doubles */
bool qb_table_get_whole(QbTable *t, int64_t row, int column, int64_t *v, QbErr *err);

/* An append-only log of bytes that spills: blobs are appended, and read back by offset from any thread once written. */
typedef struct QbLog QbLog;
QbLog *qb_log_new(const QbRunEnv *env);
void qb_log_free(QbLog *l);
/* Appends n bytes; *offset tells where. One thread at a time. */
bool qb_log_append(QbLog *l, const void *bytes, size_t n, int64_t *offset, QbErr *err);
/* Copies n bytes at offset into `to`. Many threads at a time, while nobody appends. */
bool qb_log_read(const QbLog *l, int64_t offset, void *to, size_t n, QbErr *err);
int64_t qb_log_size(const QbLog *l);

#endif
