/* The page of a sweep: a number against each parameter, and the small pictures of the points, all read from the database of the
 * results, so that points of an earlier command are on it too. */
#include "cli/sweep.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/page.h"
#include "runtime/db.h"
#include "runtime/imgio.h"

#define MOST_PICTURES 1000 /* on a page */

static bool ends_with(const char *s, const char *ending)
{
    size_t n = strlen(s), k = strlen(ending);
    return n > k && strcmp(s + n - k, ending) == 0;
}

/* ---- what is plotted --------------------------------------------------------------------------------- */

/* "objects", or the mean of a column. */
typedef struct Plot {
    const char *name;
    const char *table, *column; /* NULL: the objects */
} Plot;

static bool has_column(const QbResultTable *t, const char *column)
{
    for (int c = 0; c < t->n_columns; c++)
        if (!strcmp(t->columns[c].name, column))
            return true;
    return false;
}

/* TABLE.COLUMN, or the COLUMN of the first table that has it. */
static bool find_plot(const QbCliOptions *o, const QbResultTable *tables, int n, Plot *plot)
{
    const char *name = o->plot ? o->plot : "objects", *dot = strchr(name, '.');
    *plot = (Plot){.name = name};
    if (!strcmp(name, "objects"))
        return true;
    for (int t = 0; t < n && !plot->column; t++) {
        size_t length = dot ? (size_t)(dot - name) : 0;
        bool is_named =
            !dot || (strlen(tables[t].name) == length && !strncmp(tables[t].name, name, length));
        if (!is_named || !has_column(&tables[t], dot ? dot + 1 : name))
            continue;
        plot->table = tables[t].name;
        plot->column = dot ? dot + 1 : name;
    }
    return plot->column != NULL;
}

static int refuse_plot(const QbCliOptions *o, const QbResultTable *tables, int n)
{
    QbText t = {0};
    for (int k = 0; k < n; k++)
        for (int c = 0; c < tables[k].n_columns; c++)
            qb_text_addf(&t, ", '%s.%s'", tables[k].name, tables[k].columns[c].name);
    qb_fail(0,
            "'--plot' expects 'objects' or the column of a table, found '%s': there is 'objects'%s",
            o->plot, t.s ? t.s : "");
    qb_text_free(&t);
    return QB_EXIT_USAGE;
}

static QbBatchJob lower_sound(QbFrontState *f)
{
    QbBatchJob job = {.image = f->sound, .path = f->list->v[f->sound].path, .picture = -1};
    job.arena = qb_arena_new();
    qb_front_lower(f, &job);
    return job;
}

int qb_sweep_report_fits(QbFrontState *f)
{
    Plot plot;
    int status = 0;
    for (int k = 0; k < f->o->reports.n; k++)
        if (!ends_with(f->o->reports.v[k], ".html"))
            return qb_fail(QB_EXIT_USAGE, "'--report' of a sweep expects FILE.html, found '%s'",
                           f->o->reports.v[k]);
    if (!f->o->plot || f->sound < 0)
        return 0;
    QbBatchJob job = lower_sound(f);
    if (!find_plot(f->o, job.tables, job.n_tables, &plot))
        status = refuse_plot(f->o, job.tables, job.n_tables);
    qb_arena_free(job.arena);
    return status;
}

/* ---- the data ---------------------------------------------------------------------------------------- */

typedef struct Page {
    const QbFrontState *f;
    const QbNamePattern *columns;
    const Plot *plot;
    QbDb *db;
    QbText *out;
    int pictures, left_out;
} Page;

static void add_key(QbText *t, const char *key, const char *value)
{
    qb_text_addf(t, "\"%s\": ", key);
    qb_text_add_json(t, value);
}

static bool is_swept(const Page *p, int tag)
{
    return tag >= p->columns->n - p->f->sweep->n_names;
}

static void add_head(Page *p)
{
    QbText *t = p->out;
    qb_text_add(t, "{\"pipeline\": {");
    add_key(t, "file", p->f->p->source.name);
    qb_text_add(t, ", ");
    add_key(t, "sha256", p->f->sha256);
    qb_text_add(t, "}, ");
    add_key(t, "plot",
            p->plot->column ? qb_arena_printf(p->f->p->arena, "mean %s", p->plot->name)
                            : p->plot->name);
    qb_text_add(t, ", \"parameters\": [");
    for (int k = 0; k < p->f->sweep->n_names; k++) {
        const QbTag *tag = &p->f->sweep->tags[k];
        qb_text_add(t, k ? ", {" : "{");
        add_key(t, "name", p->f->sweep->names[k]);
        qb_text_addf(t, ", \"numeric\": %s}", tag->type == QB_TAG_NUMBER ? "true" : "false");
    }
    qb_text_add(t, "], ");
}

/* Everything of a point in one row: name, status, the number, the picture, the tags. */
static void add_query(const Page *p, QbText *sql)
{
    bool pictures =
        qb_db_ask(p->db, "SELECT count(*) FROM sqlite_master WHERE name = 'pictures'", 0) > 0;
    qb_text_add(sql, "SELECT i.name, i.status, ");
    if (p->plot->column) {
        qb_text_add(sql, "(SELECT avg(");
        qb_db_name(sql, p->plot->column);
        qb_text_add(sql, ") FROM ");
        qb_db_name(sql, p->plot->table);
        qb_text_add(sql, " AS t WHERE t.image_id = i.image_id)");
    } else {
        qb_text_add(sql, "i.objects");
    }
    qb_text_add(sql, pictures ? ", p.png" : ", NULL");
    for (int k = 0; k < p->columns->n; k++) {
        qb_text_add(sql, ", i.");
        qb_db_name(sql, p->columns->tags[k].name);
    }
    qb_text_add(sql, " FROM images AS i");
    qb_text_add(sql, pictures ? " LEFT JOIN pictures AS p USING(image_id)" : "");
    qb_text_add(sql, " ORDER BY i.image_id");
}

static void add_number(QbText *t, const char *key, double v)
{
    qb_text_addf(t, ", \"%s\": ", key);
    if (v == v)
        qb_text_add_number(t, v);
    else
        qb_text_add(t, "null");
}

static void add_picture(Page *p, QbDbStatement *s)
{
    size_t n;
    const void *png = qb_db_bytes(s, 3, &n);
    if (n == 0)
        return;
    if (p->pictures == MOST_PICTURES) {
        p->left_out++;
        return;
    }
    p->pictures++;
    qb_text_add(p->out, ", \"picture\": \"");
    qb_text_add_base64(p->out, png, n);
    qb_text_add(p->out, "\"");
}

static void add_point(Page *p, QbDbStatement *s)
{
    QbText *t = p->out;
    char digits[32];
    int n = 0;
    qb_text_add(t, "{");
    add_key(t, "name", qb_db_text(s, 0));
    qb_text_add(t, ", ");
    add_key(t, "status", qb_db_text(s, 1));
    add_number(t, "y", qb_db_number(s, 2));
    if (!is_swept(p, 0) && !strcmp(p->columns->tags[0].name, "image")) {
        qb_text_add(t, ", ");
        add_key(t, "image", qb_db_text(s, 4));
    }
    qb_text_add(t, ", \"values\": [");
    for (int k = 0; k < p->columns->n; k++) {
        if (!is_swept(p, k))
            continue;
        bool number = p->columns->tags[k].type == QB_TAG_NUMBER;
        qb_text_add(t, n++ ? ", " : "");
        qb_text_add_json(t, number ? qb_number_text(qb_db_number(s, 4 + k), digits)
                                   : qb_db_text(s, 4 + k));
    }
    qb_text_add(t, "]");
    add_picture(p, s);
    qb_text_add(t, "}");
}

static bool add_rows(Page *p, const char *sql, void (*add)(Page *, QbDbStatement *), QbErr *err)
{
    QbDbStatement *s = qb_db_prepare(p->db, sql, err);
    for (int k = 0; s && qb_db_row(s); k++) {
        qb_text_add(p->out, k ? ",\n" : "");
        add(p, s);
    }
    bool ok = s && qb_db_ended(s, err);
    qb_db_end(s);
    return ok;
}

static void add_failure(Page *p, QbDbStatement *s)
{
    qb_text_add(p->out, "{");
    add_key(p->out, "point", qb_db_text(s, 0));
    qb_text_addf(p->out, ", \"line\": %lld, \"column\": %lld, ", (long long)qb_db_whole(s, 1),
                 (long long)qb_db_whole(s, 2));
    add_key(p->out, "message", qb_db_text(s, 3));
    qb_text_add(p->out, "}");
}

static void add_set(Page *p, QbDbStatement *s)
{
    qb_text_add(p->out, "{");
    add_key(p->out, "name", qb_db_text(s, 0));
    qb_text_add(p->out, ", ");
    add_key(p->out, "value", qb_db_text(s, 1));
    qb_text_add(p->out, "}");
}

static bool add_data(Page *p, QbErr *err)
{
    static const char failures[] =
        "SELECT i.name, f.line, f.\"column\", f.message FROM failures AS f JOIN images AS i"
        " USING(image_id) ORDER BY image_id LIMIT 1000";
    QbText sql = {0};
    add_head(p);
    add_query(p, &sql);
    qb_text_add(p->out, "\"points\": [");
    bool ok = add_rows(p, sql.s, add_point, err);
    qb_text_free(&sql);
    qb_text_addf(p->out, "], \"left_out\": %d, \"failures\": [", p->left_out);
    ok = ok && add_rows(p, failures, add_failure, err);
    qb_text_add(p->out, "], \"set\": [");
    ok = ok && add_rows(p, "SELECT name, value FROM params ORDER BY rowid", add_set, err);
    qb_text_add(p->out, "]}");
    return ok;
}

/* ---- the page ---------------------------------------------------------------------------------------- */

static bool write_page(const char *path, const char *data, QbErr *err)
{
    QbAtomicFile *file;
    if (!qb_atomic_open(path, &file, err))
        return false;
    FILE *f = fopen(qb_atomic_name(file), "wb");
    bool ok = f && qb_page_write_sweep(data, f);
    if (f && fclose(f) != 0)
        ok = false;
    if (ok)
        return qb_atomic_commit(file, err);
    qb_err_set(err, "cannot write '%s': %s", path, strerror(errno));
    qb_atomic_abort(file);
    return false;
}

int qb_sweep_report(QbFrontState *f, const QbNamePattern *columns)
{
    QbErr err = {0};
    QbText path = {0}, out = {0};
    Plot plot;
    QbBatchJob job = lower_sound(f);
    Page page = {.f = f, .columns = columns, .plot = &plot, .out = &out};
    find_plot(f->o, job.tables, job.n_tables, &plot);
    qb_text_addf(&path, "%s/results.db", f->o->output);
    bool ok = qb_db_open(path.s, true, &page.db, &err) && page.db && add_data(&page, &err);
    for (int k = 0; ok && k < f->o->reports.n; k++)
        ok = write_page(f->o->reports.v[k], out.s, &err);
    qb_db_close(page.db);
    qb_arena_free(job.arena);
    qb_text_free(&path);
    qb_text_free(&out);
    return ok ? 0 : qb_fail(QB_EXIT_FAILED, "%s", err.text);
}
