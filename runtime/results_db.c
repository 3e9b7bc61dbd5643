/* How the database of a batch comes to fit a pipeline and a list of images, and what of an earlier batch still holds. Rows of results
 * are known by their image's number and their place in it, so that the tables are the same whatever order the images were finished
 * in. A number in `images.pipeline` says what an image's results were made with: together with the hash of its bytes that is the
 * journal. */
#include "core/sha256.h"
#include "runtime/results_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- beginning --------------------------------------------------------------------------------------- */

static void add_tags(QbText *sql, const QbResultRun *run, bool types)
{
    static const char *const names[] = {" TEXT", " INTEGER", " REAL"};
    for (int k = 0; k < run->n_tags; k++) {
        qb_text_add(sql, ", ");
        qb_db_name(sql, run->tags[k].name);
        qb_text_add(sql, types ? names[run->tags[k].type] : "");
    }
}

static void add_columns(QbText *sql, const QbResultRun *run, const QbResultTable *t, bool types)
{
    if (run->by_point)
        add_tags(sql, run, types);
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
        add_columns(out, run, &run->tables[t], true);
        qb_text_add(out, "\n");
    }
}

/* "DROP …" of each saved table, or of its view. */
static bool drop_each(QbResults *r, const char *what, const char *suffix, QbErr *err)
{
    QbText sql = {0};
    QbDbStatement *s = prepare(r, "SELECT name FROM saved WHERE table_id > 0", err);
    while (s && qb_db_row(s)) {
        QbText name = {0};
        qb_text_addf(&name, "%s%s", qb_db_text(s, 0), suffix);
        qb_text_addf(&sql, "DROP %s IF EXISTS ", what);
        qb_db_name(&sql, name.s);
        qb_text_add(&sql, ";");
        qb_text_free(&name);
    }
    qb_db_end(s);
    qb_text_add(&sql, ";");
    return exec_take(r, &sql, err);
}

static bool drop_tables(QbResults *r, QbErr *err)
{
    return drop_each(r, "TABLE", "", err) &&
           exec(r,
                "DELETE FROM saved WHERE table_id > 0; DELETE FROM pipelines; DELETE FROM printed;"
                " DELETE FROM failures; DELETE FROM images",
                err);
}

static bool put_saved(QbResults *r, int id, const char *name, const char *columns, QbErr *err)
{
    QbDbStatement *s = prepare(r, "INSERT OR REPLACE INTO saved VALUES(?, ?, ?)", err);
    qb_db_put_whole(s, 1, id);
    qb_db_put_text(s, 2, name);
    qb_db_put_text(s, 3, columns ? columns : "");
    return qb_db_run_end(s, err);
}

/* The key is the image and the row in it: rows of an image lie together, and no other index is needed. */
static bool make_table(QbResults *r, const QbResultTable *t, int id, QbErr *err)
{
    QbText sql = {0}, columns = {0};
    add_columns(&columns, r->run, t, true);
    qb_text_add(&sql, "CREATE TABLE ");
    qb_db_name(&sql, t->name);
    qb_text_addf(&sql,
                 "(run_id INTEGER NOT NULL, image_id INTEGER NOT NULL, row_id INTEGER NOT NULL%s,"
                 " PRIMARY KEY(image_id, row_id)) WITHOUT ROWID",
                 columns.s ? columns.s : "");
    bool ok = exec_take(r, &sql, err) && put_saved(r, id, t->name, columns.s, err);
    qb_text_free(&columns);
    return ok;
}

/* A table with the names and the tags of its images. */
static bool make_view(QbResults *r, const QbResultTable *t, QbErr *err)
{
    QbText sql = {0}, view = {0};
    qb_text_addf(&view, "%s_named", t->name);
    qb_text_add(&sql, "CREATE VIEW ");
    qb_db_name(&sql, view.s);
    qb_text_addf(&sql, " AS SELECT i.name AS %s", r->run->by_point ? "point" : "image");
    for (int k = 0; k < r->run->n_tags && !r->run->by_point; k++) {
        qb_text_add(&sql, ", i.");
        qb_db_name(&sql, r->run->tags[k].name);
    }
    qb_text_add(&sql, ", t.* FROM ");
    qb_db_name(&sql, t->name);
    qb_text_add(&sql, " AS t JOIN images AS i USING(image_id)");
    qb_text_free(&view);
    return exec_take(r, &sql, err);
}

#define IMAGE_COLUMNS                                                                      \
    "image_id, name, path, hash, status, type, shape, voxel_z_um, voxel_y_um, voxel_x_um," \
    " objects, pipeline"

/* The table of images, with columns for the tags of this run; images that are known stay. */
static bool make_images(QbResults *r, const char *tags, QbErr *err)
{
    bool before =
        qb_db_ask(r->db, "SELECT count(*) FROM sqlite_master WHERE name = 'images'", 0) > 0;
    if (before && !exec(r,
                        "CREATE TEMP TABLE images_before AS SELECT " IMAGE_COLUMNS
                        " FROM images; DROP TABLE images",
                        err))
        return false;
    QbText sql = {0};
    qb_text_addf(&sql,
                 "CREATE TABLE images(image_id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                 " path TEXT NOT NULL, hash BLOB,"
                 " sha256 TEXT AS (nullif(lower(hex(hash)), '')) VIRTUAL, status TEXT NOT NULL,"
                 " type TEXT, shape TEXT, voxel_z_um REAL, voxel_y_um REAL, voxel_x_um REAL,"
                 " objects INTEGER, pipeline INTEGER%s);",
                 tags);
    if (before)
        qb_text_add(&sql, "INSERT INTO images(" IMAGE_COLUMNS ") SELECT * FROM images_before;"
                          " DROP TABLE images_before");
    return exec_take(r, &sql, err) && put_saved(r, 0, "images", tags, err);
}

static bool match_tags(QbResults *r, QbErr *err)
{
    QbText tags = {0}, before = {0};
    add_tags(&tags, r->run, true);
    bool ok =
        lines(prepare(r, "SELECT columns FROM saved WHERE table_id = 0", err), "", &before, err);
    qb_text_add(&tags, "\n");
    bool same = ok && before.n && !strcmp(tags.s, before.s);
    tags.s[--tags.n] = '\0';
    ok = ok && (same || make_images(r, tags.s, err));
    qb_text_free(&tags);
    qb_text_free(&before);
    return ok;
}

/* Tables of the same shape stay; others go, and all results with them. */
static bool match_saved(QbResults *r, QbErr *err)
{
    QbText now = {0}, before = {0};
    describe(r->run, &now);
    bool ok = lines(
        prepare(r, "SELECT name, columns FROM saved WHERE table_id > 0 ORDER BY table_id", err),
        " ", &before, err);
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

static bool match_tables(QbResults *r, QbErr *err)
{
    bool ok = drop_each(r, "VIEW", "_named", err) && match_tags(r, err) && match_saved(r, err);
    for (int t = 0; ok && t < r->run->n_tables; t++)
        ok = make_view(r, &r->run->tables[t], err);
    return ok && exec(r,
                      "DROP VIEW IF EXISTS failures_named; CREATE VIEW failures_named AS SELECT "
                      "i.name AS image, i.path, f.*"
                      " FROM failures AS f JOIN images AS i USING(image_id)",
                      err);
}

static bool put_list(QbResults *r, const QbResultImage *images, int n, QbErr *err)
{
    const int n_tags = r->run->n_tags;
    QbText sql = {0}, put = {0};
    qb_text_add(&sql,
                "CREATE TEMP TABLE list(image_id INTEGER PRIMARY KEY, name TEXT UNIQUE, path TEXT");
    add_tags(&sql, r->run, true);
    qb_text_add(&sql, ")");
    qb_text_add(&put, "INSERT INTO list VALUES(?, ?, ?");
    for (int k = 0; k < n_tags; k++)
        qb_text_add(&put, ", ?");
    qb_text_add(&put, ")");
    bool ok = exec_take(r, &sql, err);
    QbDbStatement *s = ok ? prepare(r, put.s, err) : NULL;
    qb_text_free(&put);
    ok = s != NULL;
    for (int k = 0; ok && k < n; k++) {
        qb_db_put_whole(s, 1, k + 1);
        qb_db_put_text(s, 2, images[k].name);
        qb_db_put_text(s, 3, images[k].path ? images[k].path : "");
        for (int c = 0; c < n_tags; c++)
            qb_db_put_text(s, 4 + c, images[k].tags ? images[k].tags[c] : NULL);
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
    if (r->has_pictures)
        qb_text_add(&sql, "DELETE FROM pictures WHERE image_id NOT IN (SELECT old FROM moved);"
                          "UPDATE pictures SET image_id = -(SELECT new FROM moved WHERE old = "
                          "image_id);"
                          "UPDATE pictures SET image_id = -image_id;");
    for (int t = 0; t < r->run->n_tables; t++) {
        QbText name = {0};
        qb_db_name(&name, r->run->tables[t].name);
        qb_text_addf(&sql,
                     "DELETE FROM %s WHERE image_id NOT IN (SELECT old FROM moved);"
                     "UPDATE %s SET image_id = -(SELECT new FROM moved WHERE old = image_id);"
                     "UPDATE %s SET image_id = -image_id;",
                     name.s, name.s, name.s);
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
    QbText sql = {0};
    qb_text_add(&sql, "INSERT OR IGNORE INTO images(image_id, name, path, status) SELECT image_id,"
                      " name, path, 'pending' FROM list;"
                      "UPDATE images SET status = 'pending' WHERE status <> 'done';"
                      "UPDATE images SET path = l.path");
    for (int k = 0; k < r->run->n_tags; k++) {
        qb_text_add(&sql, ", ");
        qb_db_name(&sql, r->run->tags[k].name);
        qb_text_add(&sql, " = l.");
        qb_db_name(&sql, r->run->tags[k].name);
    }
    qb_text_add(&sql, " FROM list AS l WHERE l.image_id = images.image_id;"
                      "DELETE FROM failures; DROP TABLE list");
    return exec_take(r, &sql, err);
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
        add_columns(&columns, r->run, table, false);
        qb_text_add(&in, "INSERT INTO ");
        qb_db_name(&in, table->name);
        qb_text_addf(&in, "(row_id, image_id, run_id%s) VALUES(?1, ?2, 1",
                     columns.s ? columns.s : "");
        for (int k = 0; r->run->by_point && k < r->run->n_tags; k++)
            qb_text_addf(&in, ", ?%d", table->n_columns + k + 3);
        for (int c = 0; c < table->n_columns; c++)
            qb_text_addf(&in, ", ?%d", c + 3);
        qb_text_add(&in, ")");
        columns.n = 0;
        add_columns(&columns, &(QbResultRun){0}, table, false);
        qb_text_addf(&out, "SELECT row_id%s FROM ", columns.n ? columns.s : "");
        qb_db_name(&out, table->name);
        qb_text_add(&out, " WHERE image_id = ? ORDER BY row_id");
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

/* They are kept where a report wants them, and go with their images from then on. */
static bool find_pictures(QbResults *r, QbErr *err)
{
    if (r->run->pictures &&
        !exec(r, "CREATE TABLE IF NOT EXISTS pictures(image_id INTEGER PRIMARY KEY, png BLOB)",
              err))
        return false;
    r->has_pictures =
        qb_db_ask(r->db, "SELECT count(*) FROM sqlite_master WHERE name = 'pictures'", 0) > 0;
    return true;
}

bool qb_results_begin(QbResults *r, const QbResultRun *run, const QbResultImage *images, int n,
                      QbErr *err)
{
    char hex[65];
    r->run = run;
    r->images = images;
    hash_params(run, hex);
    return exec(r, "BEGIN IMMEDIATE", err) && find_pictures(r, err) && match_tables(r, err) &&
           match_images(r, images, n, err) && put_run(r, hex, err) && exec(r, "COMMIT", err) &&
           prepare_tables(r, err);
}

/* ---- what was before --------------------------------------------------------------------------------- */

static void keep_text(char *to, size_t room, QbDbStatement *s, int column)
{
    const char *text = qb_db_text(s, column);
    snprintf(to, room, "%s", text ? text : "");
}

static void keep_key(char to[17], QbDbStatement *s, int column)
{
    int64_t key = qb_db_whole(s, column);
    to[0] = '\0';
    if (key != 0)
        snprintf(to, 17, "%016" PRIx64, (uint64_t)key);
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
        keep_key(old->key, s, 2);
    }
    qb_db_end(s);
    return true;
}

static bool find_pictured(QbResults *r, QbResultOld *olds, int n, QbErr *err)
{
    QbDbStatement *s = r->has_pictures ? prepare(r, "SELECT image_id FROM pictures", err) : NULL;
    while (s && qb_db_row(s)) {
        int64_t k = qb_db_whole(s, 0) - 1;
        if (k >= 0 && k < n)
            olds[k].pictured = true;
    }
    qb_db_end(s);
    return s || !r->has_pictures;
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
        keep_key(olds[k].key, s, 3);
    }
    qb_db_end(s);
    return s != NULL && find_pictured(r, olds, n, err);
}

bool qb_results_list(QbResults *r, void *ctx,
                     void (*call)(void *ctx, const char *name, const char *path), QbErr *err)
{
    if (qb_db_ask(r->db, "SELECT count(*) FROM sqlite_master WHERE name = 'images'", 0) == 0)
        return true;
    QbDbStatement *s = prepare(r, "SELECT name, path FROM images ORDER BY image_id", err);
    while (s && qb_db_row(s))
        call(ctx, qb_db_text(s, 0), qb_db_text(s, 1));
    bool ok = s && qb_db_ended(s, err);
    qb_db_end(s);
    return ok;
}

bool qb_results_canonical(QbResults *r, const char *key, QbText *out, QbErr *err)
{
    QbDbStatement *s = prepare(r, "SELECT text FROM pipelines WHERE key = ?", err);
    qb_db_put_whole(s, 1, key_number(key));
    if (qb_db_row(s))
        qb_text_add(out, qb_db_text(s, 0));
    bool ok = qb_db_ended(s, err);
    qb_db_end(s);
    return ok;
}
