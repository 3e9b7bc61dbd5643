/* Tables in a SQLite file: a new one is made under a temporary name and renamed; one that is there is changed by a transaction,
 * for other programs may have it open, and a journal of theirs must not meet another file. Knows no runs. */
#include "runtime/table_db.h"

#include "runtime/db.h"
#include "runtime/imgio.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct QbTableDb {
    QbDb *db;
    QbAtomicFile *file; /* NULL: the database was there */
    char *path;
    int64_t size;
};

static int64_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

/* SQLite takes an empty file for an empty database, which is what it is to us. */
static bool is_there(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

/* The application's mark of a batch's results: that journal is not written into. */
#define BATCH 0x71626963

static bool open_old(QbTableDb *t, QbErr *err)
{
    if (!qb_db_open(t->path, false, &t->db, err))
        return false;
    if (qb_db_ask(t->db, "SELECT count(*) FROM sqlite_master", -1) < 0)
        return qb_err_set(err, "cannot write '%s': it is there and no database", t->path);
    if (qb_db_ask(t->db, "PRAGMA application_id", 0) == BATCH)
        return qb_err_set(err, "cannot write '%s': it holds the results of a batch", t->path);
    return qb_db_exec(t->db, "BEGIN IMMEDIATE", err);
}

/* The temporary file needs no journal: nobody sees it before it is whole. */
static bool open_new(QbTableDb *t, QbErr *err)
{
    return qb_atomic_open(t->path, &t->file, err) &&
           qb_db_open(qb_atomic_name(t->file), false, &t->db, err) &&
           qb_db_exec(t->db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN", err);
}

bool qb_table_db_open(const char *path, QbTableDb **out, QbErr *err)
{
    QbTableDb *t = qb_xcalloc(1, sizeof(*t));
    t->path = qb_xmalloc(strlen(path) + 1);
    memcpy(t->path, path, strlen(path) + 1);
    bool ok = is_there(path) ? open_old(t, err) : open_new(t, err);
    if (!ok) {
        qb_table_db_abort(t);
        return false;
    }
    *out = t;
    return true;
}

static bool make(QbTableDb *d, const char *name, const QbTable *t, QbErr *err)
{
    QbText sql = {0};
    qb_text_add(&sql, "DROP TABLE IF EXISTS ");
    qb_db_name(&sql, name);
    qb_text_add(&sql, "; CREATE TABLE ");
    qb_db_name(&sql, name);
    for (int c = 0; c < t->n_columns; c++) {
        qb_text_add(&sql, c ? ", " : "(");
        qb_db_name(&sql, t->type[c].name);
        qb_text_add(&sql, t->type[c].whole ? " INTEGER" : " REAL");
    }
    qb_text_add(&sql, ")");
    bool ok = qb_db_exec(d->db, sql.s, err);
    qb_text_free(&sql);
    return ok;
}

static QbDbStatement *prepare_insert(QbTableDb *d, const char *name, int n_columns, QbErr *err)
{
    QbText sql = {0};
    qb_text_add(&sql, "INSERT INTO ");
    qb_db_name(&sql, name);
    for (int c = 0; c < n_columns; c++)
        qb_text_add(&sql, c ? ", ?" : " VALUES(?");
    qb_text_add(&sql, ")");
    QbDbStatement *s = qb_db_prepare(d->db, sql.s, err);
    qb_text_free(&sql);
    return s;
}

static bool bind_row(QbDbStatement *s, QbTable *t, int64_t row, QbErr *err)
{
    for (int c = 0; c < t->n_columns; c++) {
        int64_t whole;
        double v;
        if (t->type[c].whole ? !qb_table_get_whole(t, row, c, &whole, err)
                             : !qb_table_get(t, row, c, &v, err))
            return false;
        if (t->type[c].whole)
            qb_db_put_whole(s, c + 1, whole);
        else
            qb_db_put_number(s, c + 1, v);
    }
    return true;
}

bool qb_table_db_put(QbTableDb *d, const char *name, QbTable *t, QbErr *err)
{
    if (!make(d, name, t, err))
        return false;
    QbDbStatement *s = prepare_insert(d, name, t->n_columns, err);
    bool ok = s != NULL;
    for (int64_t row = 0; ok && row < t->n_rows; row++) {
        ok = bind_row(s, t, row, err) && qb_db_run(s, err);
        qb_db_again(s);
    }
    qb_db_end(s);
    return ok;
}

bool qb_table_db_settle(QbTableDb *d, QbErr *err)
{
    if (!d->file)
        return true;
    bool ok = qb_db_exec(d->db, "COMMIT", err);
    qb_db_close(d->db);
    d->db = NULL;
    d->size = size_of(qb_atomic_name(d->file));
    return ok && qb_atomic_settle(d->file, err);
}

int64_t qb_table_db_size(const QbTableDb *d)
{
    return d->file ? d->size : size_of(d->path);
}

static void drop(QbTableDb *d)
{
    qb_db_close(d->db); /* rolls back what is open */
    free(d->path);
    free(d);
}

bool qb_table_db_commit(QbTableDb *d, QbErr *err)
{
    bool ok = d->file ? qb_atomic_commit(d->file, err) : qb_db_exec(d->db, "COMMIT", err);
    drop(d);
    return ok;
}

void qb_table_db_abort(QbTableDb *d)
{
    if (!d)
        return;
    if (d->file)
        qb_atomic_abort(d->file);
    drop(d);
}
