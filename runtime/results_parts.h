/* What the files of the results' database share; nobody else includes it. */
#ifndef QB_RUNTIME_RESULTS_PARTS_H
#define QB_RUNTIME_RESULTS_PARTS_H

#include "runtime/db.h"
#include "runtime/results.h"

#include <inttypes.h>
#include <stdlib.h>

struct QbResults {
    QbDb *db;
    const QbResultRun *run;
    const QbResultImage *images;
    QbDbStatement **insert, **select; /* per table */
    bool in_transaction, wrote;
    bool has_pictures; /* the table is there */
};

void qb_results_drop(QbResults *r); /* the statements of the run's tables */

static inline bool exec(QbResults *r, const char *sql, QbErr *err)
{
    return qb_db_exec(r->db, sql, err);
}

static inline bool exec_take(QbResults *r, QbText *sql, QbErr *err)
{
    bool ok = exec(r, sql->s, err);
    qb_text_free(sql);
    return ok;
}

/* A key is a number in the database: its digits, read as one. */
static inline int64_t key_number(const char *key)
{
    return (int64_t)strtoull(key, NULL, 16);
}

static inline QbDbStatement *prepare(QbResults *r, const char *sql, QbErr *err)
{
    return qb_db_prepare(r->db, sql, err);
}

#endif
