/* The database file of a batch: made, recognised, refused, closed. What is not qbic's, or of another version, is not written to. */
#include "runtime/results_parts.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VERSION     2          /* of the tables: PRAGMA user_version */
#define APPLICATION 0x71626963 /* "qbic" */

/* `images` is made for each list: its last columns come from the names. Hashes are bytes, keys and times whole numbers: with many
 * small images they are most of the file. `start` is in seconds since 1970; a timing without an image is the whole batch's. */
static const char schema[] =
    "CREATE TABLE runs(run_id INTEGER PRIMARY KEY, pipeline TEXT NOT NULL, sha256 TEXT NOT NULL,"
    " params_sha256 TEXT NOT NULL, version TEXT NOT NULL);"
    "CREATE TABLE params(run_id INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,"
    " \"from\" TEXT NOT NULL);"
    "CREATE TABLE failures(run_id INTEGER NOT NULL, image_id INTEGER NOT NULL, node TEXT,"
    " line INTEGER, \"column\" INTEGER, code TEXT, message TEXT NOT NULL);"
    "CREATE TABLE timings(timing_id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL,"
    " image_id INTEGER AS (nullif(timing_id, 0)) VIRTUAL, command TEXT, host TEXT,"
    " start_ms INTEGER, duration_us INTEGER, start REAL AS (start_ms / 1e3) VIRTUAL,"
    " seconds REAL AS (duration_us / 1e6) VIRTUAL);"
    "CREATE TABLE printed(image_id INTEGER PRIMARY KEY, text TEXT NOT NULL);"
    "CREATE TABLE pipelines(key INTEGER PRIMARY KEY, text TEXT NOT NULL);"
    "CREATE TABLE saved(table_id INTEGER PRIMARY KEY, name TEXT NOT NULL, columns TEXT NOT NULL);";

static bool refuse(const char *path, QbErr *err)
{
    return qb_err_set(err, "'%s' is no database of qbic's: choose another folder", path);
}

/* Looks at the file's own words before the library does, which may write to one that was not closed. */
static bool check_owner(const char *path, QbErr *err)
{
    static const char magic[16] = "SQLite format 3";
    unsigned char head[72];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd >= 0 ? pread(fd, head, sizeof(head), 0) : -1;
    if (fd >= 0)
        close(fd);
    if (n < (ssize_t)sizeof(head) || memcmp(head, magic, sizeof(magic)) != 0)
        return true;
    uint32_t id = (uint32_t)head[68] << 24 | (uint32_t)head[69] << 16 | (uint32_t)head[70] << 8 |
                  (uint32_t)head[71];
    return id == APPLICATION || refuse(path, err);
}

static bool check_version(QbResults *r, bool read_only, QbErr *err)
{
    int64_t tables = qb_db_ask(r->db, "SELECT count(*) FROM sqlite_master", -1);
    if (tables < 0)
        return qb_err_set(err, "cannot open '%s': %s", qb_db_path(r->db), "it is no database");
    if (tables == 0 && !read_only)
        return exec(r, "BEGIN IMMEDIATE", err) && exec(r, schema, err) &&
               exec(r, "PRAGMA user_version = 2; PRAGMA application_id = 1902274915; COMMIT", err);
    if (qb_db_ask(r->db, "PRAGMA application_id", 0) != APPLICATION)
        return refuse(qb_db_path(r->db), err);
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
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -2048";
    QbText path = {0};
    QbDb *db = NULL;
    qb_text_addf(&path, "%s/results.db", folder);
    *out = NULL;
    bool ok = check_owner(path.s, err) && qb_db_open(path.s, read_only, &db, err);
    qb_text_free(&path);
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
