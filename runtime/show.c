/* What a page shows of the results beside their times: how large the objects of a table are, the first rows of tables as
 * JSON. Looks at results, changes none. */
#include "runtime/parts.h"

#include "core/qmath.h"

#include <stdlib.h>
#include <string.h>

/* ---- sizes of objects ------------------------------------------------------------------------------- */

enum { FINE = 1024 };
#define MOST_SIZE 9e15 /* whole numbers that a double holds */

static int column_of(const QbTable *t, const char *name)
{
    for (int c = 0; c < t->n_columns; c++)
        if (!strcmp(t->type[c].name, name))
            return c;
    return -1;
}

/* Calls `see` with each size; false after an error. */
static bool for_sizes(QbTable *t, int column, void (*see)(void *ctx, int64_t size), void *ctx,
                      QbErr *err)
{
    for (int64_t row = 0; row < t->n_rows; row++) {
        double v;
        if (!qb_table_get(t, row, column, &v, err))
            return false;
        if (v >= 1 && v <= MOST_SIZE)
            see(ctx, (int64_t)v);
    }
    return true;
}

static void see_range(void *ctx, int64_t size)
{
    QbSizes *s = ctx;
    s->smallest = s->n && s->smallest < size ? s->smallest : size;
    s->largest = s->largest > size ? s->largest : size;
    s->mean += (double)size;
    s->n++;
}

/* Edges from the smallest to beyond the largest size, at most `most` bins. */
static int make_edges(const QbSizes *s, int most, int64_t *edge)
{
    double factor = qb_log((double)(s->largest + 1) / (double)s->smallest) / most;
    int n = 0;
    edge[0] = s->smallest;
    for (int k = 1; k <= most && edge[n] <= s->largest; k++) {
        int64_t next = (int64_t)nearbyint((double)s->smallest * qb_exp(k * factor));
        if (k == most)
            next = s->largest + 1;
        if (next > edge[n])
            edge[++n] = next;
    }
    return n;
}

static int bin_of(const int64_t *edge, int n, int64_t size)
{
    int lo = 0;
    for (int hi = n - 1; lo < hi;) {
        int middle = (lo + hi + 1) / 2;
        if (edge[middle] <= size)
            lo = middle;
        else
            hi = middle - 1;
    }
    return lo;
}

typedef struct Fine { /* bins from which the median is read */
    QbSizes *s;
    int64_t bin[FINE], edge[FINE + 1];
    int n;
} Fine;

static void see_bins(void *ctx, int64_t size)
{
    Fine *f = ctx;
    f->s->bin[bin_of(f->s->edge, f->s->n_bins, size)]++;
    f->bin[bin_of(f->edge, f->n, size)]++;
}

/* The start of the fine bin that holds the middle object: exact for small sizes, within a percent or so for others. */
static double median_of(const Fine *f)
{
    int64_t below = 0;
    int k = 0;
    while (k + 1 < f->n && 2 * (below + f->bin[k]) < f->s->n)
        below += f->bin[k++];
    return (double)f->edge[k];
}

static bool size_table(QbTable *t, int column, QbSizes *s, QbErr *err)
{
    *s = (QbSizes){0};
    if (!for_sizes(t, column, see_range, s, err))
        return false;
    if (!s->n)
        return true;
    Fine *f = qb_xcalloc(1, sizeof(*f));
    f->s = s;
    s->mean /= (double)s->n;
    s->n_bins = make_edges(s, QB_SIZE_BINS, s->edge);
    f->n = make_edges(s, FINE, f->edge);
    bool ok = for_sizes(t, column, see_bins, f, err);
    s->median = median_of(f);
    free(f);
    return ok;
}

/* What people know it by: the file that it is saved to, else its name, else its operator. */
static const char *name_of(const QbPlan *plan, const QbStep *step)
{
    const QbDag *g = plan->dag;
    for (int k = 0; k < g->n_outputs; k++)
        if (g->outputs[k].format != QB_FORMAT_PRINT && g->outputs[k].node == step->node)
            return g->outputs[k].path;
    const char *name = step->node >= 0 ? qb_dag_at(g, step->node)->name : NULL;
    return name ? name : step->label;
}

bool qb_show_sizes(Run *run, QbErr *err)
{
    QbRunResult *r = run->r;
    if (!run->o->show)
        return true;
    r->sizes = qb_xcalloc((size_t)run->plan->n_steps + 1, sizeof(*r->sizes));
    for (int i = 0; i < run->plan->n_steps; i++) {
        QbTable *table = run->live[i].value.table;
        int column = table ? column_of(table, "voxels") : -1;
        QbSizes *s = &r->sizes[r->n_sizes];
        if (column < 0)
            continue;
        if (!size_table(table, column, s, err))
            return false;
        s->name = name_of(run->plan, &run->plan->steps[i]);
        r->n_sizes += s->n > 0;
    }
    return true;
}

/* ---- rows of tables --------------------------------------------------------------------------------- */

static bool add_row(QbTable *t, int64_t row, QbText *out, QbErr *err)
{
    char buf[32];
    qb_text_add(out, row ? ", [" : "[");
    for (int c = 0; c < t->n_columns; c++) {
        if (!qb_print_cell(t, row, c, buf, err))
            return false;
        qb_text_add(out, c ? ", " : "");
        qb_text_add_json(out, buf);
    }
    qb_text_add(out, "]");
    return true;
}

bool qb_show_rows(QbTable *t, int64_t rows, char **json, QbErr *err)
{
    QbText out = {0};
    qb_text_add(&out, "{\"columns\": [");
    for (int c = 0; c < t->n_columns; c++) {
        qb_text_add(&out, c ? ", " : "");
        qb_text_add_json(&out, t->type[c].name);
    }
    qb_text_add(&out, "], \"rows\": [");
    bool ok = true;
    for (int64_t row = 0; ok && row < qb_min64(t->n_rows, rows); row++)
        ok = add_row(t, row, &out, err);
    qb_text_add(&out, "]}");
    *json = out.s;
    return ok;
}
