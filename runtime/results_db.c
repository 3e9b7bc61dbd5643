/* The database of a batch, by SQLite: the one file that knows SQLite. Row numbers of results are the image's number and the
 * row's within it, so that the tables are the same whatever order the images were finished in. A number in `images.pipeline`
 * says what an image's results were made with: together with the hash of its bytes that is the journal. */
#include "core/sha256.h"
#include "runtime/results.h"

#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION     1          /* of the tables below: PRAGMA user_version */
#define APPLICATION 0x71626963 /* "qbic" */
#define ROW_BITS    36         /* rows of one image */

struct QbResults {
    sqlite3 *db;
    char *path;
    const QbResultRun *run;
    sqlite3_stmt **insert, **select; /* per table */
    bool in_transaction;
};

static const char schema[] =
    "CREATE TABLE runs(run_id INTEGER PRIMARY KEY, pipeline TEXT NOT NULL, sha256 TEXT NOT NULL, "
    "params_sha256 TEXT NOT NULL,"
    " version TEXT NOT NULL);"
    "CREATE TABLE params(run_id INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, "
    "\"from\" TEXT NOT NULL);"
    "CREATE TABLE images(image_id INTEGER PRIMARY KEY, name TEXT NOT NULL, path TEXT NOT NULL, "
    "sha256 TEXT,"
    " status TEXT NOT NULL, type TEXT, shape TEXT, voxel_z_um REAL, voxel_y_um REAL, voxel_x_um "
    "REAL, objects INTEGER,"
    " pipeline TEXT);"
    "CREATE TABLE failures(run_id INTEGER NOT NULL, image_id INTEGER NOT NULL, node TEXT, line "
    "INTEGER, \"column\" INTEGER,"
    " code TEXT, message TEXT NOT NULL);"
    "CREATE TABLE timings(run_id INTEGER NOT NULL, image_id INTEGER, command TEXT, host TEXT, "
    "start REAL, seconds REAL);"
    "CREATE TABLE printed(image_id INTEGER PRIMARY KEY, text TEXT NOT NULL);"
    "CREATE TABLE pipelines(key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE saved(table_id INTEGER PRIMARY KEY, name TEXT NOT NULL, columns TEXT NOT NULL);";

/* ---- statements -------------------------------------------------------------------------------------- */

static bool fail(QbResults *r, QbErr *err)
{
    return qb_err_set(err, "cannot write '%s': %s", r->path, sqlite3_errmsg(r->db));
}

static bool exec(QbResults *r, const char *sql, QbErr *err)
{
    return sqlite3_exec(r->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(r, err);
}

static bool exec_take(QbResults *r, QbText *sql, QbErr *err)
{
    bool ok = exec(r, sql->s, err);
    qb_text_free(sql);
    return ok;
}

static sqlite3_stmt *prepare(QbResults *r, const char *sql, QbErr *err)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(r->db, sql, -1, &s, NULL) != SQLITE_OK)
        fail(r, err);
    return s;
}

static void bind_text(sqlite3_stmt *s, int k, const char *text)
{
    if (text)
        sqlite3_bind_text(s, k, text, -1, SQLITE_TRANSIENT);
    else
        sqlite3_bind_null(s, k);
}

/* A number that is not known is NULL. */
static void bind_positive(sqlite3_stmt *s, int k, double v)
{
    if (v > 0)
        sqlite3_bind_double(s, k, v);
    else
        sqlite3_bind_null(s, k);
}

/* Runs a statement that gives no rows, and ends it. */
static bool finish(QbResults *r, sqlite3_stmt *s, QbErr *err)
{
    if (!s)
        return false;
    bool ok = sqlite3_step(s) == SQLITE_DONE || fail(r, err);
    sqlite3_finalize(s);
    return ok;
}

static void add_name(QbText *t, const char *name)
{
    qb_text_add(t, "\"");
    for (; *name; name++) {
        if (*name == '"')
            qb_text_add(t, "\"");
        qb_text_addn(t, name, 1);
    }
    qb_text_add(t, "\"");
}

/* The first column of the first row as a number; `none` where there is no row. */
static int64_t number(QbResults *r, const char *sql, int64_t none)
{
    sqlite3_stmt *s = prepare(r, sql, NULL);
    int64_t v = s && sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : none;
    sqlite3_finalize(s);
    return v;
}

/* Adds every row's texts, a space and line breaks between. */
static bool lines(QbResults *r, sqlite3_stmt *s, const char *between, QbText *out, QbErr *err)
{
    int rc = SQLITE_DONE;
    while (s && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        for (int c = 0; c < sqlite3_column_count(s); c++) {
            const char *text = (const char *)sqlite3_column_text(s, c);
            qb_text_addf(out, "%s%s", c ? between : "", text ? text : "");
        }
        qb_text_add(out, "\n");
    }
    sqlite3_finalize(s);
    return s && (rc == SQLITE_DONE || fail(r, err));
}

/* ---- opening ----------------------------------------------------------------------------------------- */

static bool check_version(QbResults *r, bool read_only, QbErr *err)
{
    int64_t tables = number(r, "SELECT count(*) FROM sqlite_master", -1);
    if (tables < 0)
        return qb_err_set(err, "cannot open '%s': %s", r->path, sqlite3_errmsg(r->db));
    if (tables == 0 && !read_only)
        return exec(r, "BEGIN IMMEDIATE", err) && exec(r, schema, err) &&
               exec(r, "PRAGMA user_version = 1; PRAGMA application_id = 1902274915; COMMIT", err);
    if (number(r, "PRAGMA application_id", 0) != APPLICATION)
        return qb_err_set(err, "'%s' is no database of qbic's: choose another folder", r->path);
    int64_t version = number(r, "PRAGMA user_version", 0);
    if (version != VERSION)
        return qb_err_set(
            err, "'%s' has version %" PRId64 ", this qbic writes version %d: choose another folder",
            r->path, version, VERSION);
    return true;
}

bool qb_results_open(const char *folder, bool read_only, QbResults **out, QbErr *err)
{
    QbText path = {0};
    qb_text_addf(&path, "%s/results.db", folder);
    QbResults *r = qb_xcalloc(1, sizeof(*r));
    r->path = path.s;
    int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    *out = NULL;
    int rc = sqlite3_open_v2(r->path, &r->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_CANTOPEN && read_only) {
        qb_results_close(r);
        return true;
    }
    bool ok = rc == SQLITE_OK || fail(r, err);
    if (ok)
        sqlite3_busy_timeout(r->db, 5000);
    if (ok && !read_only)
        ok = exec(r,
                  "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192",
                  err);
    if (!ok || !check_version(r, read_only, err)) {
        qb_results_close(r);
        return false;
    }
    *out = r;
    return true;
}

static void drop_statements(QbResults *r)
{
    for (int t = 0; r->run && r->insert && t < r->run->n_tables; t++) {
        sqlite3_finalize(r->insert[t]);
        sqlite3_finalize(r->select[t]);
    }
    free(r->insert);
    free(r->select);
    r->insert = r->select = NULL;
}

void qb_results_close(QbResults *r)
{
    if (!r)
        return;
    drop_statements(r);
    sqlite3_close(r->db);
    free(r->path);
    free(r);
}

/* ---- beginning --------------------------------------------------------------------------------------- */

static void add_columns(QbText *sql, const QbResultTable *t, bool types)
{
    for (int c = 0; c < t->n_columns; c++) {
        qb_text_add(sql, ", ");
        add_name(sql, t->columns[c].name);
        if (types)
            qb_text_add(sql, t->columns[c].whole ? " INTEGER" : " REAL");
    }
}

/* What the tables of the run are, as text. */
static void describe(const QbResultRun *run, QbText *out)
{
    for (int t = 0; t < run->n_tables; t++) {
        qb_text_addf(out, "%s ", run->tables[t].name);
        add_columns(out, &run->tables[t], true);
        qb_text_add(out, "\n");
    }
}

static bool drop_tables(QbResults *r, QbErr *err)
{
    QbText sql = {0};
    sqlite3_stmt *s = prepare(r, "SELECT name FROM saved", err);
    while (s && sqlite3_step(s) == SQLITE_ROW) {
        QbText view = {0};
        qb_text_addf(&view, "%s_named", (const char *)sqlite3_column_text(s, 0));
        qb_text_add(&sql, "DROP VIEW IF EXISTS ");
        add_name(&sql, view.s);
        qb_text_add(&sql, "; DROP TABLE IF EXISTS ");
        add_name(&sql, (const char *)sqlite3_column_text(s, 0));
        qb_text_add(&sql, ";");
        qb_text_free(&view);
    }
    sqlite3_finalize(s);
    qb_text_add(&sql, "DELETE FROM saved; DELETE FROM pipelines; DELETE FROM printed; DELETE FROM "
                      "failures; DELETE FROM images;");
    return s && exec_take(r, &sql, err);
}

static bool make_table(QbResults *r, const QbResultTable *t, int id, QbErr *err)
{
    QbText sql = {0}, view = {0}, columns = {0};
    add_columns(&columns, t, true);
    qb_text_add(&sql, "CREATE TABLE ");
    add_name(&sql, t->name);
    qb_text_addf(&sql, "(run_id INTEGER NOT NULL, image_id INTEGER NOT NULL%s); CREATE VIEW ",
                 columns.s ? columns.s : "");
    qb_text_addf(&view, "%s_named", t->name);
    add_name(&sql, view.s);
    qb_text_add(&sql, " AS SELECT i.name AS image, t.* FROM ");
    add_name(&sql, t->name);
    qb_text_add(&sql, " AS t JOIN images AS i ON i.image_id = t.image_id");
    bool ok = exec_take(r, &sql, err);
    sqlite3_stmt *s = ok ? prepare(r, "INSERT INTO saved VALUES(?, ?, ?)", err) : NULL;
    if (s) {
        sqlite3_bind_int(s, 1, id);
        bind_text(s, 2, t->name);
        bind_text(s, 3, columns.s);
    }
    ok = finish(r, s, err);
    qb_text_free(&view);
    qb_text_free(&columns);
    return ok;
}

/* Tables of the same shape stay; others go, and all results with them. */
static bool match_tables(QbResults *r, QbErr *err)
{
    QbText now = {0}, before = {0};
    describe(r->run, &now);
    bool ok = lines(r, prepare(r, "SELECT name, columns FROM saved ORDER BY table_id", err), " ",
                    &before, err);
    bool same = ok && !strcmp(now.s ? now.s : "", before.s ? before.s : "");
    qb_text_free(&now);
    qb_text_free(&before);
    if (!ok || same)
        return ok;
    ok = drop_tables(r, err);
    for (int t = 0; ok && t < r->run->n_tables; t++)
        ok = make_table(r, &r->run->tables[t], t + 1, err);
    return ok;
}

static bool put_list(QbResults *r, const QbResultImage *images, int n, QbErr *err)
{
    if (!exec(r,
              "CREATE TEMP TABLE list(image_id INTEGER PRIMARY KEY, name TEXT UNIQUE, path TEXT)",
              err))
        return false;
    sqlite3_stmt *s = prepare(r, "INSERT INTO list VALUES(?, ?, ?)", err);
    bool ok = s != NULL;
    for (int k = 0; ok && k < n; k++) {
        sqlite3_bind_int(s, 1, k + 1);
        bind_text(s, 2, images[k].name);
        bind_text(s, 3, images[k].path);
        ok = sqlite3_step(s) == SQLITE_DONE || fail(r, err);
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    return ok;
}

/* Images are known by their names. Moved numbers are negative until all have moved, so that none is met twice. */
static bool renumber(QbResults *r, QbErr *err)
{
    QbText sql = {0};
    qb_text_add(&sql, "CREATE TEMP TABLE moved AS SELECT i.image_id AS old, l.image_id AS new FROM "
                      "images i JOIN list l USING(name);"
                      "CREATE UNIQUE INDEX temp.moved_old ON moved(old);"
                      "DELETE FROM images WHERE image_id NOT IN (SELECT old FROM moved);"
                      "UPDATE images SET image_id = -(SELECT new FROM moved WHERE old = image_id);"
                      "UPDATE images SET image_id = -image_id;"
                      "DELETE FROM printed WHERE image_id NOT IN (SELECT old FROM moved);"
                      "UPDATE printed SET image_id = -(SELECT new FROM moved WHERE old = image_id);"
                      "UPDATE printed SET image_id = -image_id; DELETE FROM timings;");
    for (int t = 0; t < r->run->n_tables; t++) {
        QbText name = {0};
        add_name(&name, r->run->tables[t].name);
        qb_text_addf(&sql,
                     "DELETE FROM %s WHERE image_id NOT IN (SELECT old FROM moved);"
                     "UPDATE %s SET rowid = -((SELECT new FROM moved WHERE old = image_id) << %d | "
                     "(rowid & %" PRId64 ")),"
                     " image_id = (SELECT new FROM moved WHERE old = image_id);"
                     "UPDATE %s SET rowid = -rowid;",
                     name.s, name.s, ROW_BITS, ((int64_t)1 << ROW_BITS) - 1, name.s);
        qb_text_free(&name);
    }
    qb_text_add(&sql, "DROP TABLE moved;");
    return exec_take(r, &sql, err);
}

static bool match_images(QbResults *r, const QbResultImage *images, int n, QbErr *err)
{
    if (!put_list(r, images, n, err))
        return false;
    bool same = number(r, "SELECT count(*) FROM list", -1) ==
                    number(r, "SELECT count(*) FROM images", -2) &&
                number(r,
                       "SELECT count(*) FROM list l LEFT JOIN images i USING(image_id) WHERE "
                       "l.name IS NOT i.name",
                       -1) == 0;
    if (!same && !renumber(r, err))
        return false;
    return exec(
        r,
        "UPDATE images SET path = (SELECT path FROM list l WHERE l.image_id = images.image_id);"
        "UPDATE images SET status = 'pending' WHERE status <> 'done';"
        "INSERT OR IGNORE INTO images(image_id, name, path, status) SELECT image_id, name, path, "
        "'pending' FROM list;"
        "DELETE FROM failures; DROP TABLE list;",
        err);
}

static bool put_run(QbResults *r, const char *params_sha256, QbErr *err)
{
    if (!exec(r, "DELETE FROM runs; DELETE FROM params;", err))
        return false;
    sqlite3_stmt *s = prepare(r, "INSERT INTO runs VALUES(1, ?, ?, ?, '" QB_VERSION "')", err);
    if (s) {
        bind_text(s, 1, r->run->pipeline);
        bind_text(s, 2, r->run->sha256);
        bind_text(s, 3, params_sha256);
    }
    bool ok = finish(r, s, err);
    for (int k = 0; ok && k < r->run->n_params; k++) {
        s = prepare(r, "INSERT INTO params VALUES(1, ?, ?, ?)", err);
        if (s) {
            bind_text(s, 1, r->run->params[k].name);
            bind_text(s, 2, r->run->params[k].value);
            bind_text(s, 3, r->run->params[k].from);
        }
        ok = finish(r, s, err);
    }
    return ok;
}

static bool prepare_tables(QbResults *r, QbErr *err)
{
    size_t n = (size_t)r->run->n_tables + 1;
    r->insert = qb_xcalloc(n, sizeof(sqlite3_stmt *));
    r->select = qb_xcalloc(n, sizeof(sqlite3_stmt *));
    bool ok = true;
    for (int t = 0; ok && t < r->run->n_tables; t++) {
        const QbResultTable *table = &r->run->tables[t];
        QbText in = {0}, out = {0}, columns = {0};
        add_columns(&columns, table, false);
        qb_text_add(&in, "INSERT INTO ");
        add_name(&in, table->name);
        qb_text_addf(&in, "(rowid, run_id, image_id%s) VALUES(?, 1, ?", columns.s ? columns.s : "");
        for (int c = 0; c < table->n_columns; c++)
            qb_text_add(&in, ", ?");
        qb_text_add(&in, ")");
        qb_text_addf(&out, "SELECT rowid%s FROM ", columns.s ? columns.s : "");
        add_name(&out, table->name);
        qb_text_add(&out, " WHERE rowid BETWEEN ? AND ? ORDER BY rowid");
        r->insert[t] = prepare(r, in.s, err);
        r->select[t] = r->insert[t] ? prepare(r, out.s, err) : NULL;
        ok = r->select[t] != NULL;
        qb_text_free(&in);
        qb_text_free(&out);
        qb_text_free(&columns);
    }
    return ok;
}

static void hash_params(const QbResultRun *run, char hex[65])
{
    QbText t = {0};
    for (int k = 0; k < run->n_params; k++)
        qb_text_addf(&t, "%s = %s\n", run->params[k].name, run->params[k].value);
    qb_sha256_hex(t.s, t.n, hex);
    qb_text_free(&t);
}

bool qb_results_begin(QbResults *r, const QbResultRun *run, const QbResultImage *images, int n,
                      QbErr *err)
{
    char hex[65];
    r->run = run;
    hash_params(run, hex);
    return exec(r, "BEGIN IMMEDIATE", err) && match_tables(r, err) &&
           match_images(r, images, n, err) && put_run(r, hex, err) && exec(r, "COMMIT", err) &&
           prepare_tables(r, err);
}

/* ---- what was before --------------------------------------------------------------------------------- */

static void keep_text(char *to, size_t room, sqlite3_stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    snprintf(to, room, "%s", text ? text : "");
}

bool qb_results_old(QbResults *r, const char *name, QbResultOld *old, QbErr *err)
{
    *old = (QbResultOld){0};
    sqlite3_stmt *s =
        prepare(r, "SELECT status = 'done', sha256, pipeline FROM images WHERE name = ?", err);
    if (!s)
        return false;
    bind_text(s, 1, name);
    if (sqlite3_step(s) == SQLITE_ROW) {
        old->done = sqlite3_column_int(s, 0) != 0;
        keep_text(old->sha256, sizeof(old->sha256), s, 1);
        keep_text(old->key, sizeof(old->key), s, 2);
    }
    sqlite3_finalize(s);
    return true;
}

bool qb_results_olds(QbResults *r, QbResultOld *olds, int n, QbErr *err)
{
    sqlite3_stmt *s =
        prepare(r, "SELECT image_id, status = 'done', sha256, pipeline FROM images", err);
    while (s && sqlite3_step(s) == SQLITE_ROW) {
        int64_t k = sqlite3_column_int64(s, 0) - 1;
        if (k < 0 || k >= n)
            continue;
        olds[k].done = sqlite3_column_int(s, 1) != 0;
        keep_text(olds[k].sha256, sizeof(olds[k].sha256), s, 2);
        keep_text(olds[k].key, sizeof(olds[k].key), s, 3);
    }
    sqlite3_finalize(s);
    return s != NULL;
}

bool qb_results_canonical(QbResults *r, const char *key, QbText *out, QbErr *err)
{
    sqlite3_stmt *s = prepare(r, "SELECT text FROM pipelines WHERE key = ?", err);
    if (s)
        bind_text(s, 1, key);
    return lines(r, s, "", out, err);
}

bool qb_results_params(QbResults *r, QbText *out, QbErr *err)
{
    return lines(r, prepare(r, "SELECT name, value FROM params ORDER BY rowid", err), " = ", out,
                 err);
}

/* ---- rows -------------------------------------------------------------------------------------------- */

static int64_t first_row(int image)
{
    return (int64_t)(image + 1) << ROW_BITS;
}

static bool clear_image(QbResults *r, int image, QbErr *err)
{
    QbText sql = {0};
    int id = image + 1;
    qb_text_addf(&sql,
                 "DELETE FROM printed WHERE image_id = %d; DELETE FROM failures WHERE rowid = %d;",
                 id, id);
    for (int t = 0; t < r->run->n_tables; t++) {
        qb_text_add(&sql, "DELETE FROM ");
        add_name(&sql, r->run->tables[t].name);
        qb_text_addf(&sql, " WHERE rowid BETWEEN %" PRId64 " AND %" PRId64 ";", first_row(image),
                     first_row(image + 1) - 1);
    }
    return exec_take(r, &sql, err);
}

static bool put_cell(sqlite3_stmt *s, int k, QbTable *t, int64_t row, int c, QbErr *err)
{
    int64_t whole;
    double v;
    if (t->type[c].whole) {
        if (!qb_table_get_whole(t, row, c, &whole, err))
            return false;
        sqlite3_bind_int64(s, k, whole);
        return true;
    }
    if (!qb_table_get(t, row, c, &v, err))
        return false;
    sqlite3_bind_double(s, k, v); /* NaN becomes NULL */
    return true;
}

static bool put_table(QbResults *r, int t, int image, QbTable *table, QbErr *err)
{
    sqlite3_stmt *s = r->insert[t];
    if (table->n_rows >= (int64_t)1 << ROW_BITS)
        return qb_err_set(err, "the table '%s' has too many rows", r->run->tables[t].name);
    bool ok = true;
    for (int64_t row = 0; ok && row < table->n_rows; row++) {
        sqlite3_bind_int64(s, 1, first_row(image) + row);
        sqlite3_bind_int(s, 2, image + 1);
        for (int c = 0; ok && c < table->n_columns; c++)
            ok = put_cell(s, c + 3, table, row, c, err);
        ok = ok && (sqlite3_step(s) == SQLITE_DONE || fail(r, err));
        sqlite3_reset(s);
    }
    return ok;
}

/* The objects of an image: rows of the first table that has labels. */
static int64_t objects_of(const QbResults *r, const QbResultRow *row)
{
    for (int t = 0; !row->failure && t < r->run->n_tables; t++)
        for (int c = 0; c < r->run->tables[t].n_columns; c++)
            if (!strcmp(r->run->tables[t].columns[c].name, "label"))
                return row->tables[t]->n_rows;
    return -1;
}

static void bind_facts(sqlite3_stmt *s, const QbType *type)
{
    if (!qb_is_raster(type->kind))
        return;
    QbText shape = {0};
    for (int u = 0; u < type->rank; u++)
        qb_text_addf(&shape, "%s%" PRId64, u ? "x" : "", type->n[qb_axis(type->rank, u)]);
    bind_text(s, 4, qb_pix_info[type->pix].name);
    bind_text(s, 5, shape.s);
    qb_text_free(&shape);
    bind_positive(s, 6, type->rank == 3 ? type->spacing[0] : 0);
    bind_positive(s, 7, type->spacing[type->rank == 3 ? 1 : 0]);
    bind_positive(s, 8, type->spacing[2]);
}

static bool put_image(QbResults *r, int image, const QbResultRow *row, QbErr *err)
{
    sqlite3_stmt *s = prepare(
        r,
        "UPDATE images SET sha256 = ?2, status = ?3, type = ?4, shape = ?5, voxel_z_um = ?6,"
        " voxel_y_um = ?7, voxel_x_um = ?8, objects = ?9, pipeline = ?10 WHERE image_id = ?1",
        err);
    if (!s)
        return false;
    int64_t objects = objects_of(r, row);
    sqlite3_bind_int(s, 1, image + 1);
    bind_text(s, 2, row->sha256[0] ? row->sha256 : NULL);
    bind_text(s, 3, row->failure ? "failed" : "done");
    if (row->type)
        bind_facts(s, row->type);
    if (objects >= 0)
        sqlite3_bind_int64(s, 9, objects);
    bind_text(s, 10, row->key[0] ? row->key : NULL);
    return finish(r, s, err);
}

static bool put_failure(QbResults *r, int image, const QbFailure *f, QbErr *err)
{
    sqlite3_stmt *s = prepare(
        r,
        "INSERT INTO failures(rowid, run_id, image_id, node, line, \"column\", code, message)"
        " VALUES(?1, 1, ?1, ?2, ?3, ?4, ?5, ?6)",
        err);
    if (!s)
        return false;
    sqlite3_bind_int(s, 1, image + 1);
    bind_text(s, 2, f->node[0] ? f->node : NULL);
    if (f->line) {
        sqlite3_bind_int(s, 3, f->line);
        sqlite3_bind_int(s, 4, f->column);
    }
    bind_text(s, 5, f->code[0] ? f->code : NULL);
    bind_text(s, 6, f->message);
    return finish(r, s, err);
}

/* Two texts, or a text behind a number: small tables with a key. */
static bool put_text(QbResults *r, const char *sql, int image, const char *a, const char *b,
                     QbErr *err)
{
    sqlite3_stmt *s = prepare(r, sql, err);
    if (!s)
        return false;
    if (a)
        bind_text(s, 1, a);
    else
        sqlite3_bind_int(s, 1, image + 1);
    bind_text(s, 2, b);
    return finish(r, s, err);
}

static bool put_timing(QbResults *r, int64_t id, double start, double seconds, QbErr *err)
{
    sqlite3_stmt *s = prepare(
        r,
        "INSERT OR REPLACE INTO timings(rowid, run_id, image_id, command, host, start, seconds)"
        " VALUES(?1, 1, nullif(?1, 0), ?2, ?3, ?4, ?5)",
        err);
    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, id);
    bind_text(s, 2, id ? NULL : r->run->command);
    bind_text(s, 3, id ? NULL : r->run->host);
    sqlite3_bind_double(s, 4, start);
    sqlite3_bind_double(s, 5, seconds);
    return finish(r, s, err);
}

static bool begin(QbResults *r, QbErr *err)
{
    if (!r->in_transaction)
        r->in_transaction = exec(r, "BEGIN IMMEDIATE", err);
    return r->in_transaction;
}

bool qb_results_put(QbResults *r, int image, const QbResultRow *row, QbErr *err)
{
    bool ok = begin(r, err) && clear_image(r, image, err) && put_image(r, image, row, err) &&
              put_timing(r, image + 1, row->start, row->seconds, err);
    if (ok && row->failure)
        return put_failure(r, image, row->failure, err);
    for (int t = 0; ok && t < r->run->n_tables; t++)
        ok = put_table(r, t, image, row->tables[t], err);
    if (ok && row->printed && row->printed[0])
        ok = put_text(r, "INSERT INTO printed VALUES(?, ?)", image, NULL, row->printed, err);
    return ok && put_text(r, "INSERT OR IGNORE INTO pipelines VALUES(?, ?)", image, row->key,
                          row->canonical, err);
}

bool qb_results_commit(QbResults *r, QbErr *err)
{
    bool ok = !r->in_transaction || exec(r, "COMMIT", err);
    r->in_transaction = false;
    return ok;
}

bool qb_results_end(QbResults *r, double start, double seconds, QbErr *err)
{
    static const char prune[] = "DELETE FROM pipelines WHERE key NOT IN (SELECT pipeline FROM "
                                "images WHERE pipeline IS NOT NULL)";
    bool ok = begin(r, err) && put_timing(r, 0, start, seconds, err) && exec(r, prune, err) &&
              qb_results_commit(r, err);
    drop_statements(r);
    return ok && exec(r, "PRAGMA journal_mode = DELETE", err);
}

/* ---- export ------------------------------------------------------------------------------------------ */

static void add_cell(QbText *out, sqlite3_stmt *s, int c, bool whole)
{
    char digits[32];
    if (!whole) {
        bool null = sqlite3_column_type(s, c) == SQLITE_NULL;
        qb_text_add(out, qb_number_text(null ? (double)NAN : sqlite3_column_double(s, c), digits));
        return;
    }
    int n = snprintf(digits, sizeof(digits), "%" PRId64, (int64_t)sqlite3_column_int64(s, c));
    qb_text_addn(out, digits, (size_t)n);
}

bool qb_results_csv(QbResults *r, int t, int image, const char *name, QbText *out, QbErr *err)
{
    sqlite3_stmt *s = r->select[t];
    const QbResultTable *table = &r->run->tables[t];
    int rc;
    sqlite3_bind_int64(s, 1, first_row(image));
    sqlite3_bind_int64(s, 2, first_row(image + 1) - 1);
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        qb_result_name(out, name);
        for (int c = 0; c < table->n_columns; c++) {
            qb_text_addn(out, ",", 1);
            add_cell(out, s, c + 1, table->columns[c].whole);
        }
        qb_text_addn(out, "\n", 1);
    }
    sqlite3_reset(s);
    return rc == SQLITE_DONE || fail(r, err);
}

bool qb_results_printed(QbResults *r, int image, QbText *out, QbErr *err)
{
    sqlite3_stmt *s = prepare(r, "SELECT text FROM printed WHERE image_id = ?", err);
    if (!s)
        return false;
    sqlite3_bind_int(s, 1, image + 1);
    if (sqlite3_step(s) == SQLITE_ROW)
        qb_text_add(out, (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    return true;
}
