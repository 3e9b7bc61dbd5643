/* The one file that knows SQLite. It knows nothing of what is in the database. */
#include "runtime/db.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct QbDb {
    sqlite3 *handle;
    char *path;
};

struct QbDbStatement {
    QbDb *db;
    sqlite3_stmt *handle;
    int rc; /* of the last step */
};

bool qb_db_fail(QbDb *db, QbErr *err)
{
    return qb_err_set(err, "cannot use '%s': %s", db->path, sqlite3_errmsg(db->handle));
}

bool qb_db_open(const char *path, bool read_only, QbDb **out, QbErr *err)
{
    int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    QbDb *db = qb_xcalloc(1, sizeof(*db));
    db->path = qb_xmalloc(strlen(path) + 1);
    memcpy(db->path, path, strlen(path) + 1);
    *out = NULL;
    int rc = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_busy_timeout(db->handle, 5000);
        *out = db;
        return true;
    }
    bool missing = rc == SQLITE_CANTOPEN && read_only;
    if (!missing)
        qb_db_fail(db, err);
    qb_db_close(db);
    return missing;
}

void qb_db_close(QbDb *db)
{
    if (!db)
        return;
    sqlite3_close(db->handle);
    free(db->path);
    free(db);
}

const char *qb_db_path(const QbDb *db)
{
    return db->path;
}

bool qb_db_exec(QbDb *db, const char *sql, QbErr *err)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK || qb_db_fail(db, err);
}

int64_t qb_db_ask(QbDb *db, const char *sql, int64_t none)
{
    QbDbStatement *s = qb_db_prepare(db, sql, NULL);
    int64_t v = qb_db_row(s) ? qb_db_whole(s, 0) : none;
    qb_db_end(s);
    return v;
}

QbDbStatement *qb_db_prepare(QbDb *db, const char *sql, QbErr *err)
{
    sqlite3_stmt *handle = NULL;
    if (sqlite3_prepare_v2(db->handle, sql, -1, &handle, NULL) != SQLITE_OK) {
        qb_db_fail(db, err);
        return NULL;
    }
    QbDbStatement *s = qb_xcalloc(1, sizeof(*s));
    s->db = db;
    s->handle = handle;
    return s;
}

void qb_db_end(QbDbStatement *s)
{
    if (!s)
        return;
    sqlite3_finalize(s->handle);
    free(s);
}

void qb_db_again(QbDbStatement *s)
{
    if (s)
        sqlite3_reset(s->handle);
}

void qb_db_put_text(QbDbStatement *s, int k, const char *text)
{
    if (s && text)
        sqlite3_bind_text(s->handle, k, text, -1, SQLITE_TRANSIENT);
    else if (s)
        sqlite3_bind_null(s->handle, k);
}

void qb_db_put_bytes(QbDbStatement *s, int k, const void *bytes, int n)
{
    if (s)
        sqlite3_bind_blob(s->handle, k, bytes, n, SQLITE_TRANSIENT);
}

void qb_db_put_whole(QbDbStatement *s, int k, int64_t v)
{
    if (s)
        sqlite3_bind_int64(s->handle, k, v);
}

void qb_db_put_number(QbDbStatement *s, int k, double v)
{
    if (s)
        sqlite3_bind_double(s->handle, k, v);
}

bool qb_db_row(QbDbStatement *s)
{
    if (!s)
        return false;
    s->rc = sqlite3_step(s->handle);
    return s->rc == SQLITE_ROW;
}

bool qb_db_ended(QbDbStatement *s, QbErr *err)
{
    return s && (s->rc == SQLITE_DONE || s->rc == SQLITE_ROW || qb_db_fail(s->db, err));
}

bool qb_db_run(QbDbStatement *s, QbErr *err)
{
    qb_db_row(s);
    return qb_db_ended(s, err);
}

bool qb_db_run_end(QbDbStatement *s, QbErr *err)
{
    bool ok = qb_db_run(s, err);
    qb_db_end(s);
    return ok;
}

int qb_db_columns(QbDbStatement *s)
{
    return s ? sqlite3_column_count(s->handle) : 0;
}

const char *qb_db_text(QbDbStatement *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s->handle, column);
    return text ? text : "";
}

int64_t qb_db_whole(QbDbStatement *s, int column)
{
    return sqlite3_column_int64(s->handle, column);
}

double qb_db_number(QbDbStatement *s, int column)
{
    bool null = sqlite3_column_type(s->handle, column) == SQLITE_NULL;
    return null ? (double)NAN : sqlite3_column_double(s->handle, column);
}

const void *qb_db_bytes(QbDbStatement *s, int column, size_t *n)
{
    const void *bytes = sqlite3_column_blob(s->handle, column);
    *n = (size_t)sqlite3_column_bytes(s->handle, column);
    return bytes;
}

void qb_db_name(QbText *t, const char *name)
{
    qb_text_add(t, "\"");
    for (; *name; name++) {
        if (*name == '"')
            qb_text_add(t, "\"");
        qb_text_addn(t, name, 1);
    }
    qb_text_add(t, "\"");
}
