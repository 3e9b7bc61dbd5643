/* A database file by SQLite, as little of it as results need: statements, values, rows. One thread alone uses one. */
#ifndef QB_RUNTIME_DB_H
#define QB_RUNTIME_DB_H

#include "core/text.h"

typedef struct QbDb QbDb;
typedef struct QbDbStatement QbDbStatement;

/* With `read_only` a file that is not there gives *db NULL and no error. */
bool qb_db_open(const char *path, bool read_only, QbDb **db, QbErr *err);
void qb_db_close(QbDb *db);
const char *qb_db_path(const QbDb *db);
bool qb_db_fail(QbDb *db, QbErr *err); /* what the database says is wrong; false */
bool qb_db_exec(QbDb *db, const char *sql, QbErr *err);
/* The first column of the first row as a number; `none` where there is no row. */
int64_t qb_db_ask(QbDb *db, const char *sql, int64_t none);

/* NULL after an error. All that follow take NULL, and do nothing. */
QbDbStatement *qb_db_prepare(QbDb *db, const char *sql, QbErr *err);
void qb_db_end(QbDbStatement *s);
void qb_db_again(QbDbStatement *s);
/* Values of parameters, counted from 1; a parameter that was never given is NULL. */
void qb_db_put_text(QbDbStatement *s, int k, const char *text); /* NULL: NULL */
void qb_db_put_bytes(QbDbStatement *s, int k, const void *bytes, int n);
void qb_db_put_whole(QbDbStatement *s, int k, int64_t v);
void qb_db_put_number(QbDbStatement *s, int k, double v); /* NaN: NULL */
/* True: there is a row. Columns are counted from 0. */
bool qb_db_row(QbDbStatement *s);
/* Runs a statement that gives no rows. */
bool qb_db_run(QbDbStatement *s, QbErr *err);
/* After the last row: false where an error ended them. */
bool qb_db_ended(QbDbStatement *s, QbErr *err);
/* qb_db_run, then qb_db_end; false for NULL. */
bool qb_db_run_end(QbDbStatement *s, QbErr *err);
int qb_db_columns(QbDbStatement *s);
const char *qb_db_text(QbDbStatement *s, int column); /* "" for NULL */
int64_t qb_db_whole(QbDbStatement *s, int column);
double qb_db_number(QbDbStatement *s, int column); /* NaN for NULL */
const void *qb_db_bytes(QbDbStatement *s, int column, size_t *n);

void qb_db_name(QbText *t, const char *name); /* a name in quotes, for SQL */

#endif
