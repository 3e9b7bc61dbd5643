/* What goes into the database for one image, and what comes out of it for the CSV files. Knows nothing of how a database is
 * begun. */
#include "core/sha256.h"
#include "runtime/results_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A database of so many pages of 4096 bytes is packed at the end: rows that grew left holes. Less is not worth it, more takes long. */
#define LEAST_PACKED 128
#define MOST_PACKED  16384

/* A number that is not known is NULL. */
static void bind_positive(QbDbStatement *s, int k, double v)
{
    if (v > 0)
        qb_db_put_number(s, k, v);
}

/* ---- rows -------------------------------------------------------------------------------------------- */

static bool clear_image(QbResults *r, int image, QbErr *err)
{
    QbText sql = {0};
    int id = image + 1;
    qb_text_addf(&sql,
                 "DELETE FROM printed WHERE image_id = %d; DELETE FROM failures WHERE rowid = %d;",
                 id, id);
    if (r->has_pictures)
        qb_text_addf(&sql, "DELETE FROM pictures WHERE image_id = %d;", id);
    for (int t = 0; t < r->run->n_tables; t++) {
        qb_text_add(&sql, "DELETE FROM ");
        qb_db_name(&sql, r->run->tables[t].name);
        qb_text_addf(&sql, " WHERE image_id = %d;", id);
    }
    return exec_take(r, &sql, err);
}

static bool put_cell(QbDbStatement *s, int k, QbTable *t, int64_t row, int c, QbErr *err)
{
    int64_t whole;
    double v;
    if (t->type[c].whole) {
        if (!qb_table_get_whole(t, row, c, &whole, err))
            return false;
        qb_db_put_whole(s, k, whole);
        return true;
    }
    if (!qb_table_get(t, row, c, &v, err))
        return false;
    qb_db_put_number(s, k, v); /* NaN becomes NULL */
    return true;
}

/* What says to which point of a sweep the rows that follow belong: values stay bound from row to row. */
static void bind_tags(const QbResults *r, int image, QbDbStatement *s, int first)
{
    const char *const *tags = r->images[image].tags;
    for (int k = 0; r->run->by_point && k < r->run->n_tags; k++) {
        if (r->run->tags[k].type == QB_TAG_TEXT || !tags[k])
            qb_db_put_text(s, first + k, tags[k]);
        else
            qb_db_put_number(s, first + k, strtod(tags[k], NULL));
    }
}

static bool put_table(QbResults *r, int t, int image, QbTable *table, QbErr *err)
{
    QbDbStatement *s = r->insert[t];
    bool ok = true;
    bind_tags(r, image, s, table->n_columns + 3);
    for (int64_t row = 0; ok && row < table->n_rows; row++) {
        qb_db_put_whole(s, 1, row);
        qb_db_put_whole(s, 2, image + 1);
        for (int c = 0; ok && c < table->n_columns; c++)
            ok = put_cell(s, c + 3, table, row, c, err);
        ok = ok && (qb_db_run(s, err));
        qb_db_again(s);
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

static void bind_facts(QbDbStatement *s, const QbType *type)
{
    if (!qb_is_raster(type->kind))
        return;
    QbText shape = {0};
    for (int u = 0; u < type->rank; u++)
        qb_text_addf(&shape, "%s%" PRId64, u ? "x" : "", type->n[qb_axis(type->rank, u)]);
    qb_db_put_text(s, 4, qb_pix_info[type->pix].name);
    qb_db_put_text(s, 5, shape.s);
    qb_text_free(&shape);
    bind_positive(s, 6, type->rank == 3 ? type->spacing[0] : 0);
    bind_positive(s, 7, type->spacing[type->rank == 3 ? 1 : 0]);
    bind_positive(s, 8, type->spacing[2]);
}

/* The digits of a hash as bytes. */
static void put_hash(QbDbStatement *s, int k, const char *hex)
{
    unsigned char bytes[32];
    if (!hex[0])
        return;
    for (int i = 0; i < 32; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], 0};
        bytes[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
    qb_db_put_bytes(s, k, bytes, 32);
}

static bool put_image(QbResults *r, int image, const QbResultRow *row, QbErr *err)
{
    QbDbStatement *s = prepare(
        r,
        "UPDATE images SET hash = ?2, status = ?3, type = ?4, shape = ?5, voxel_z_um = ?6,"
        " voxel_y_um = ?7, voxel_x_um = ?8, objects = ?9, pipeline = ?10 WHERE image_id = ?1",
        err);
    if (!s)
        return false;
    int64_t objects = objects_of(r, row);
    qb_db_put_whole(s, 1, image + 1);
    put_hash(s, 2, row->sha256);
    qb_db_put_text(s, 3, row->failure ? "failed" : "done");
    if (row->type)
        bind_facts(s, row->type);
    if (objects >= 0)
        qb_db_put_whole(s, 9, objects);
    if (row->key[0])
        qb_db_put_whole(s, 10, key_number(row->key));
    return qb_db_run_end(s, err);
}

static bool put_failure(QbResults *r, int image, const QbFailure *f, QbErr *err)
{
    QbDbStatement *s = prepare(
        r,
        "INSERT INTO failures(rowid, run_id, image_id, node, line, \"column\", code, message)"
        " VALUES(?1, 1, ?1, ?2, ?3, ?4, ?5, ?6)",
        err);
    if (!s)
        return false;
    qb_db_put_whole(s, 1, image + 1);
    qb_db_put_text(s, 2, f->node[0] ? f->node : NULL);
    if (f->line) {
        qb_db_put_whole(s, 3, f->line);
        qb_db_put_whole(s, 4, f->column);
    }
    qb_db_put_text(s, 5, f->code[0] ? f->code : NULL);
    qb_db_put_text(s, 6, f->message);
    return qb_db_run_end(s, err);
}

/* A text behind a number: small tables with a key. */
static bool put_text(QbResults *r, const char *sql, int64_t key, const char *text, QbErr *err)
{
    QbDbStatement *s = prepare(r, sql, err);
    qb_db_put_whole(s, 1, key);
    qb_db_put_text(s, 2, text);
    return qb_db_run_end(s, err);
}

static bool put_picture(QbResults *r, int image, const QbText *png, QbErr *err)
{
    QbDbStatement *s = prepare(r, "INSERT INTO pictures VALUES(?, ?)", err);
    qb_db_put_whole(s, 1, image + 1);
    qb_db_put_bytes(s, 2, png->s, (int)png->n);
    return qb_db_run_end(s, err);
}

static bool put_timing(QbResults *r, int64_t id, double start, double seconds, QbErr *err)
{
    QbDbStatement *s = prepare(
        r,
        "INSERT OR REPLACE INTO timings(timing_id, run_id, command, host, start_ms, duration_us)"
        " VALUES(?1, 1, ?2, ?3, ?4, ?5)",
        err);
    if (!s)
        return false;
    qb_db_put_whole(s, 1, id);
    qb_db_put_text(s, 2, id ? NULL : r->run->command);
    qb_db_put_text(s, 3, id ? NULL : r->run->host);
    qb_db_put_whole(s, 4, (int64_t)(1e3 * start));
    qb_db_put_whole(s, 5, (int64_t)(1e6 * seconds));
    return qb_db_run_end(s, err);
}

static bool begin(QbResults *r, QbErr *err)
{
    if (!r->in_transaction)
        r->in_transaction = exec(r, "BEGIN IMMEDIATE", err);
    return r->in_transaction;
}

bool qb_results_add(QbResults *r, int image, const QbResultImage *row, QbErr *err)
{
    if (!begin(r, err))
        return false;
    QbDbStatement *s = prepare(
        r, "INSERT INTO images(image_id, name, path, status) VALUES(?, ?, ?, 'pending')", err);
    qb_db_put_whole(s, 1, image + 1);
    qb_db_put_text(s, 2, row->name);
    qb_db_put_text(s, 3, row->path);
    return qb_db_run_end(s, err);
}

bool qb_results_put(QbResults *r, int image, const QbResultRow *row, QbErr *err)
{
    r->wrote = true;
    bool ok = begin(r, err) && clear_image(r, image, err) && put_image(r, image, row, err) &&
              put_timing(r, image + 1, row->start, row->seconds, err);
    if (ok && row->failure)
        return put_failure(r, image, row->failure, err);
    for (int t = 0; ok && t < r->run->n_tables; t++)
        ok = put_table(r, t, image, row->tables[t], err);
    if (ok && row->printed && row->printed[0])
        ok = put_text(r, "INSERT INTO printed VALUES(?, ?)", image + 1, row->printed, err);
    if (ok && r->run->pictures && row->picture)
        ok = put_picture(r, image, row->picture, err);
    return ok && put_text(r, "INSERT OR IGNORE INTO pipelines VALUES(?, ?)", key_number(row->key),
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
    qb_results_drop(r);
    if (!ok)
        return false;
    /* All is safe by now. Who reads the database at this moment keeps it from becoming one file, or from being packed: no error. */
    bool alone = exec(r, "PRAGMA journal_mode = DELETE", NULL);
    int64_t pages = qb_db_ask(r->db, "PRAGMA page_count", 0);
    if (alone && r->wrote && pages >= LEAST_PACKED && pages <= MOST_PACKED)
        exec(r, "VACUUM", NULL);
    return true;
}

/* ---- export ------------------------------------------------------------------------------------------ */

static void add_cell(QbText *out, QbDbStatement *s, int c, bool whole)
{
    char digits[32];
    if (!whole) {
        qb_text_add(out, qb_number_text(qb_db_number(s, c), digits));
        return;
    }
    int n = snprintf(digits, sizeof(digits), "%" PRId64, (int64_t)qb_db_whole(s, c));
    qb_text_addn(out, digits, (size_t)n);
}

bool qb_results_csv(QbResults *r, int t, int image, const char *cells, QbText *out, QbErr *err)
{
    QbDbStatement *s = r->select[t];
    const QbResultTable *table = &r->run->tables[t];
    qb_db_put_whole(s, 1, image + 1);
    while (qb_db_row(s)) {
        qb_text_add(out, cells);
        for (int c = 0; c < table->n_columns; c++) {
            qb_text_addn(out, ",", 1);
            add_cell(out, s, c + 1, table->columns[c].whole);
        }
        qb_text_addn(out, "\n", 1);
    }
    bool ok = qb_db_ended(s, err);
    qb_db_again(s);
    return ok;
}

bool qb_results_printed(QbResults *r, int image, QbText *out, QbErr *err)
{
    QbDbStatement *s = prepare(r, "SELECT text FROM printed WHERE image_id = ?", err);
    if (!s)
        return false;
    qb_db_put_whole(s, 1, image + 1);
    if (qb_db_row(s))
        qb_text_add(out, qb_db_text(s, 0));
    qb_db_end(s);
    return true;
}
