/* The database of a batch: its tables, and how they come to fit a list of images. Row numbers of results are the image's
 * number and the row's within it, so that the tables are the same whatever order the images were finished in. A number in `images.pipeline`
 * says what an image's results were made with: together with the hash of its bytes that is the journal. */
#include "core/sha256.h"
#include "runtime/results_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION     1          /* of the tables below: PRAGMA user_version */
#define APPLICATION 0x71626963 /* "qbic" */

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

/* Adds every row's texts, something between them, a line for each row. */
static bool lines(QbDbStatement *s, const char *between, QbText *out, QbErr *err)
{
    while (qb_db_row(s)) {
        for (int c = 0; c < qb_db_columns(s); c++)
            qb_text_addf(out, "%s%s", c ? between : "", qb_db_text(s, c));
        qb_text_add(out, "\n");
    }
    bool ok = qb_db_ended(s, err);
    qb_db_end(s);
    return ok;
}

/* ---- opening ----------------------------------------------------------------------------------------- */

static bool check_version(QbResults *r, bool read_only, QbErr *err)
{
    int64_t tables = qb_db_ask(r->db, "SELECT count(*) FROM sqlite_master", -1);
    if (tables < 0)
        return qb_err_set(err, "cannot open '%s': %s", qb_db_path(r->db), "it is no database");
    if (tables == 0 && !read_only)
        return exec(r, "BEGIN IMMEDIATE", err) && exec(r, schema, err) &&
               exec(r, "PRAGMA user_version = 1; PRAGMA application_id = 1902274915; COMMIT", err);
    if (qb_db_ask(r->db, "PRAGMA application_id", 0) != APPLICATION)
        return qb_err_set(err, "'%s' is no database of qbic's: choose another folder",
                          qb_db_path(r->db));
    int64_t version = qb_db_ask(r->db, "PRAGMA user_version", 0);
    if (version != VERSION)
        return qb_err_set(
            err, "'%s' has version %" PRId64 ", this qbic writes version %d: choose another folder",
            qb_db_path(r->db), version, VERSION);
    return true;
}

bool qb_results_open(const char *folder, bool read_only, QbResults **out, QbErr *err)
{
    static const char settings[] =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192";
    QbText path = {0};
    QbDb *db = NULL;
    qb_text_addf(&path, "%s/results.db", folder);
    bool ok = qb_db_open(path.s, read_only, &db, err);
    qb_text_free(&path);
    *out = NULL;
    if (!db)
        return ok;
    QbResults *r = qb_xcalloc(1, sizeof(*r));
    r->db = db;
    ok = check_version(r, read_only, err) && (read_only || exec(r, settings, err));
    if (ok)
        *out = r;
    else
        qb_results_close(r);
    return ok;
}

void qb_results_drop(QbResults *r)
{
    for (int t = 0; r->run && r->insert && t < r->run->n_tables; t++) {
        qb_db_end(r->insert[t]);
        qb_db_end(r->select[t]);
    }
    free(r->insert);
    free(r->select);
    r->insert = r->select = NULL;
}

void qb_results_close(QbResults *r)
{
    if (!r)
        return;
    qb_results_drop(r);
    qb_db_close(r->db);
    free(r);
}

/* ---- beginning --------------------------------------------------------------------------------------- */

static void add_columns(QbText *sql, const QbResultTable *t, bool types)
{
    for (int c = 0; c < t->n_columns; c++) {
        qb_text_add(sql, ", ");
        qb_db_name(sql, t->columns[c].name);
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
    QbDbStatement *s = prepare(r, "SELECT name FROM saved", err);
    while (s && qb_db_row(s)) {
        QbText view = {0};
        qb_text_addf(&view, "%s_named", qb_db_text(s, 0));
        qb_text_add(&sql, "DROP VIEW IF EXISTS ");
        qb_db_name(&sql, view.s);
        qb_text_add(&sql, "; DROP TABLE IF EXISTS ");
        qb_db_name(&sql, qb_db_text(s, 0));
        qb_text_add(&sql, ";");
        qb_text_free(&view);
    }
    qb_db_end(s);
    qb_text_add(&sql, "DELETE FROM saved; DELETE FROM pipelines; DELETE FROM printed; DELETE FROM "
                      "failures; DELETE FROM images;");
    return s && exec_take(r, &sql, err);
}

static bool make_table(QbResults *r, const QbResultTable *t, int id, QbErr *err)
{
    QbText sql = {0}, view = {0}, columns = {0};
    add_columns(&columns, t, true);
    qb_text_add(&sql, "CREATE TABLE ");
    qb_db_name(&sql, t->name);
    qb_text_addf(&sql, "(run_id INTEGER NOT NULL, image_id INTEGER NOT NULL%s); CREATE VIEW ",
                 columns.s ? columns.s : "");
    qb_text_addf(&view, "%s_named", t->name);
    qb_db_name(&sql, view.s);
    qb_text_add(&sql, " AS SELECT i.name AS image, t.* FROM ");
    qb_db_name(&sql, t->name);
    qb_text_add(&sql, " AS t JOIN images AS i ON i.image_id = t.image_id");
    bool ok = exec_take(r, &sql, err);
    QbDbStatement *s = ok ? prepare(r, "INSERT INTO saved VALUES(?, ?, ?)", err) : NULL;
    if (s) {
        qb_db_put_whole(s, 1, id);
        qb_db_put_text(s, 2, t->name);
        qb_db_put_text(s, 3, columns.s);
    }
    ok = qb_db_run_end(s, err);
    qb_text_free(&view);
    qb_text_free(&columns);
    return ok;
}

/* Tables of the same shape stay; others go, and all results with them. */
static bool match_tables(QbResults *r, QbErr *err)
{
    QbText now = {0}, before = {0};
    describe(r->run, &now);
    bool ok = lines(prepare(r, "SELECT name, columns FROM saved ORDER BY table_id", err), " ",
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
    QbDbStatement *s = prepare(r, "INSERT INTO list VALUES(?, ?, ?)", err);
    bool ok = s != NULL;
    for (int k = 0; ok && k < n; k++) {
        qb_db_put_whole(s, 1, k + 1);
        qb_db_put_text(s, 2, images[k].name);
        qb_db_put_text(s, 3, images[k].path);
        ok = qb_db_run(s, err);
        qb_db_again(s);
    }
    qb_db_end(s);
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
        qb_db_name(&name, r->run->tables[t].name);
        qb_text_addf(&sql,
                     "DELETE FROM %s WHERE image_id NOT IN (SELECT old FROM moved);"
                     "UPDATE %s SET rowid = -((SELECT new FROM moved WHERE old = image_id) << %d | "
                     "(rowid & %" PRId64 ")),"
                     " image_id = (SELECT new FROM moved WHERE old = image_id);"
                     "UPDATE %s SET rowid = -rowid;",
                     name.s, name.s, QB_ROW_BITS, ((int64_t)1 << QB_ROW_BITS) - 1, name.s);
        qb_text_free(&name);
    }
    qb_text_add(&sql, "DROP TABLE moved;");
    return exec_take(r, &sql, err);
}

static bool match_images(QbResults *r, const QbResultImage *images, int n, QbErr *err)
{
    if (!put_list(r, images, n, err))
        return false;
    bool same = qb_db_ask(r->db, "SELECT count(*) FROM list", -1) ==
                    qb_db_ask(r->db, "SELECT count(*) FROM images", -2) &&
                qb_db_ask(r->db,
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
    QbDbStatement *s = prepare(r, "INSERT INTO runs VALUES(1, ?, ?, ?, '" QB_VERSION "')", err);
    if (s) {
        qb_db_put_text(s, 1, r->run->pipeline);
        qb_db_put_text(s, 2, r->run->sha256);
        qb_db_put_text(s, 3, params_sha256);
    }
    bool ok = qb_db_run_end(s, err);
    for (int k = 0; ok && k < r->run->n_params; k++) {
        s = prepare(r, "INSERT INTO params VALUES(1, ?, ?, ?)", err);
        if (s) {
            qb_db_put_text(s, 1, r->run->params[k].name);
            qb_db_put_text(s, 2, r->run->params[k].value);
            qb_db_put_text(s, 3, r->run->params[k].from);
        }
        ok = qb_db_run_end(s, err);
    }
    return ok;
}

static bool prepare_tables(QbResults *r, QbErr *err)
{
    size_t n = (size_t)r->run->n_tables + 1;
    r->insert = qb_xcalloc(n, sizeof(QbDbStatement *));
    r->select = qb_xcalloc(n, sizeof(QbDbStatement *));
    bool ok = true;
    for (int t = 0; ok && t < r->run->n_tables; t++) {
        const QbResultTable *table = &r->run->tables[t];
        QbText in = {0}, out = {0}, columns = {0};
        add_columns(&columns, table, false);
        qb_text_add(&in, "INSERT INTO ");
        qb_db_name(&in, table->name);
        qb_text_addf(&in, "(rowid, run_id, image_id%s) VALUES(?, 1, ?", columns.s ? columns.s : "");
        for (int c = 0; c < table->n_columns; c++)
            qb_text_add(&in, ", ?");
        qb_text_add(&in, ")");
        qb_text_addf(&out, "SELECT rowid%s FROM ", columns.s ? columns.s : "");
        qb_db_name(&out, table->name);
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

static void keep_text(char *to, size_t room, QbDbStatement *s, int column)
{
    const char *text = qb_db_text(s, column);
    snprintf(to, room, "%s", text ? text : "");
}

bool qb_results_old(QbResults *r, const char *name, QbResultOld *old, QbErr *err)
{
    *old = (QbResultOld){0};
    QbDbStatement *s =
        prepare(r, "SELECT status = 'done', sha256, pipeline FROM images WHERE name = ?", err);
    if (!s)
        return false;
    qb_db_put_text(s, 1, name);
    if (qb_db_row(s)) {
        old->done = qb_db_whole(s, 0) != 0;
        keep_text(old->sha256, sizeof(old->sha256), s, 1);
        keep_text(old->key, sizeof(old->key), s, 2);
    }
    qb_db_end(s);
    return true;
}

bool qb_results_olds(QbResults *r, QbResultOld *olds, int n, QbErr *err)
{
    QbDbStatement *s =
        prepare(r, "SELECT image_id, status = 'done', sha256, pipeline FROM images", err);
    while (s && qb_db_row(s)) {
        int64_t k = qb_db_whole(s, 0) - 1;
        if (k < 0 || k >= n)
            continue;
        olds[k].done = qb_db_whole(s, 1) != 0;
        keep_text(olds[k].sha256, sizeof(olds[k].sha256), s, 2);
        keep_text(olds[k].key, sizeof(olds[k].key), s, 3);
    }
    qb_db_end(s);
    return s != NULL;
}

bool qb_results_canonical(QbResults *r, const char *key, QbText *out, QbErr *err)
{
    QbDbStatement *s = prepare(r, "SELECT text FROM pipelines WHERE key = ?", err);
    qb_db_put_text(s, 1, key);
    if (qb_db_row(s))
        qb_text_add(out, qb_db_text(s, 0));
    bool ok = qb_db_ended(s, err);
    qb_db_end(s);
    return ok;
}
