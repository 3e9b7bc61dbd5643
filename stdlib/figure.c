/* Tables made small enough to be drawn. */
#include "stdlib/figure.h"
#include "core/qmath.h"

#include <math.h>
#include <stdlib.h>

enum {
    MOST_POINTS = 20000, /* drawn one by one; more share the cells of a grid */
    CELLS_X = 620,
    CELLS_Y = 380,
    MOST_BARS = 620,
    FEWEST_BINS = 8,
    MOST_BINS = 60,
};

static double log10_of(double v)
{
    return qb_log(v) * 0.43429448190325182765;
}

static double place(double v, bool logs)
{
    return logs ? log10_of(v) : v;
}

static bool can_be_shown(double v, bool logs)
{
    return isfinite(v) && (!logs || v > 0);
}

/* ---- bins ------------------------------------------------------------------------------------------- */

/* The smallest and largest place that can be shown, and how many rows can. */
typedef struct Range {
    double lo, hi;
    int64_t n;
} Range;

static bool find_range(QbTable *t, int column, bool logs, Range *r, QbErr *err)
{
    *r = (Range){INFINITY, -INFINITY, 0};
    for (int64_t k = 0; k < t->n_rows; k++) {
        double v;
        if (!qb_table_get(t, k, column, &v, err))
            return false;
        if (!can_be_shown(v, logs))
            continue;
        r->lo = v < r->lo ? v : r->lo;
        r->hi = v > r->hi ? v : r->hi;
        r->n++;
    }
    if (r->n && logs)
        r->lo = log10_of(r->lo), r->hi = log10_of(r->hi);
    return true;
}

/* The nearest of 1, 2, 5, 10, 20 … and their tenths, by ratio. */
static double round_step(double v)
{
    static const double steps[] = {1, 2, 5, 10};
    double ten = qb_pow(10, floor(log10_of(v)));
    int k = 0;
    while (k < 3 && v * v > steps[k] * steps[k + 1] * ten * ten)
        k++;
    return steps[k] * ten;
}

static void bins_at_round_numbers(const Range *r, bool whole, QbRowBins *b)
{
    double rice = ceil(2 * qb_pow((double)r->n, 1 / 3.0));
    double n = fmin(fmax(rice, FEWEST_BINS), MOST_BINS);
    double width = r->hi > r->lo ? round_step((r->hi - r->lo) / n) : whole ? 1 : fabs(r->lo) / 10;
    if (whole || !(width > 0))
        width = fmax(width, 1);
    b->width = width;
    b->low = floor(r->lo / width) * width - (whole ? 0.5 : 0);
    if (r->hi == r->lo) /* one bin about one value */
        b->low = r->lo - width / 2;
    b->n = (int64_t)fmax(1, floor((r->hi - b->low) / width) + 1);
}

bool qb_figure_bins(QbTable *t, int column, int64_t want, QbRowBins *b, QbErr *err)
{
    Range r;
    if (!find_range(t, column, b->logs, &r, err))
        return false;
    b->n = 0;
    if (r.n == 0)
        return true;
    if (want == 0 && !b->logs) {
        bins_at_round_numbers(&r, t->type[column].whole, b);
        return true;
    }
    double rice = ceil(2 * qb_pow((double)r.n, 1 / 3.0));
    b->n = want > 0 ? want : (int64_t)fmin(fmax(rice, FEWEST_BINS), MOST_BINS);
    if (r.hi == r.lo)
        r.lo -= 0.5, r.hi += 0.5;
    b->low = r.lo;
    b->width = (r.hi - r.lo) / (double)b->n;
    return true;
}

double qb_figure_edge(const QbRowBins *b, int64_t k)
{
    double at = b->low + (double)k * b->width;
    return b->logs ? qb_pow(10, at) : at;
}

bool qb_figure_count(QbTable *t, int column, const QbRowBins *b, int64_t *count, QbErr *err)
{
    for (int64_t k = 0; k < t->n_rows; k++) {
        double v;
        if (!qb_table_get(t, k, column, &v, err))
            return false;
        if (!can_be_shown(v, b->logs))
            continue;
        double bin = floor((place(v, b->logs) - b->low) / b->width);
        count[bin < 0 ? 0 : bin >= (double)b->n ? b->n - 1 : (int64_t)bin]++;
    }
    return true;
}

static bool put_row(QbTable *out, const double *v, int n, QbErr *err)
{
    int64_t row = out->n_rows;
    for (int c = 0; c < n; c++) {
        bool ok = out->type[c].whole ? qb_table_put_whole(out, row, c, (int64_t)v[c], err)
                                     : qb_table_put(out, row, c, v[c], err);
        if (!ok)
            return false;
    }
    return true;
}

static bool fill_histogram(const QbFigureAsk *a, QbTable *out, QbErr *err)
{
    QbRowBins b = {.logs = a->figure->log_x};
    if (!qb_figure_bins(a->t, a->x, a->figure->bins, &b, err))
        return false;
    int64_t *count = qb_xcalloc((size_t)b.n + 1, sizeof(*count));
    bool ok = qb_figure_count(a->t, a->x, &b, count, err);
    for (int64_t k = 0; ok && k < b.n; k++)
        ok = put_row(out,
                     (double[]){qb_figure_edge(&b, k), qb_figure_edge(&b, k + 1), (double)count[k]},
                     3, err);
    free(count);
    return ok;
}

/* ---- bars ------------------------------------------------------------------------------------------- */

/* Where the bar of a row starts, and the one before it ends: halfway between the two; the first and the last bar are as wide on
 * both sides of their value. */
static bool bar_edge(const QbFigureAsk *a, int64_t row, double *edge, QbErr *err)
{
    int64_t n = a->t->n_rows, one = qb_clamp64(row - 1, 0, qb_max64(n - 2, 0)),
            two = qb_min64(one + 1, n - 1);
    double u, v;
    if (!qb_table_get(a->t, one, a->x, &u, err) || !qb_table_get(a->t, two, a->x, &v, err))
        return false;
    double half = n > 1 ? (v - u) / 2 : 0.5;
    *edge = row == 0 ? u - half : row == n ? v + half : u + half;
    return true;
}

/* Rows next to each other share a bar where there are more than a page can show. */
static bool fill_bars(const QbFigureAsk *a, QbTable *out, QbErr *err)
{
    int64_t n = a->t->n_rows, share = (n + MOST_BARS - 1) / MOST_BARS;
    for (int64_t k = 0; k < n; k += share) {
        int64_t end = qb_min64(n, k + share);
        double bar[3] = {0, 0, 0}, v;
        if (!bar_edge(a, k, &bar[0], err) || !bar_edge(a, end, &bar[1], err))
            return false;
        for (int64_t row = k; row < end; row++) {
            if (!qb_table_get(a->t, row, a->y, &v, err))
                return false;
            bar[2] += isfinite(v) ? v : 0;
        }
        if (!put_row(out, bar, 3, err))
            return false;
    }
    return true;
}

/* ---- points ----------------------------------------------------------------------------------------- */

static bool get_point(const QbFigureAsk *a, int64_t row, double p[2], bool *shown, QbErr *err)
{
    if (!qb_table_get(a->t, row, a->x, &p[0], err) || !qb_table_get(a->t, row, a->y, &p[1], err))
        return false;
    *shown = can_be_shown(p[0], a->figure->log_x) && can_be_shown(p[1], a->figure->log_y);
    return true;
}

static bool fill_points(const QbFigureAsk *a, QbTable *out, QbErr *err)
{
    for (int64_t k = 0; k < a->t->n_rows; k++) {
        double p[3] = {0, 0, 1};
        bool shown;
        if (!get_point(a, k, p, &shown, err) || (shown && !put_row(out, p, out->n_columns, err)))
            return false;
    }
    return true;
}

typedef struct Grid {
    Range r[2];
    bool logs[2];
    uint32_t count[CELLS_Y][CELLS_X];
} Grid;

static int64_t cell_of(const Grid *g, int a, double v, int64_t cells)
{
    double range = g->r[a].hi - g->r[a].lo;
    double at = range > 0 ? (place(v, g->logs[a]) - g->r[a].lo) / range * (double)cells : 0;
    return qb_clamp64((int64_t)at, 0, cells - 1);
}

static double middle_of(const Grid *g, int a, int64_t cell, int64_t cells)
{
    double range = g->r[a].hi - g->r[a].lo;
    double at = g->r[a].lo + range * ((double)cell + 0.5) / (double)cells;
    return g->logs[a] ? qb_pow(10, at) : at;
}

static bool count_cells(const QbFigureAsk *a, Grid *g, QbErr *err)
{
    for (int64_t k = 0; k < a->t->n_rows; k++) {
        double p[2];
        bool shown;
        if (!get_point(a, k, p, &shown, err))
            return false;
        if (shown)
            g->count[cell_of(g, 1, p[1], CELLS_Y)][cell_of(g, 0, p[0], CELLS_X)]++;
    }
    return true;
}

/* Too many points: those of one cell of a fine grid are drawn as one. */
static bool fill_cells(const QbFigureAsk *a, QbTable *out, QbErr *err)
{
    Grid *g = qb_xcalloc(1, sizeof(*g));
    g->logs[0] = a->figure->log_x, g->logs[1] = a->figure->log_y;
    bool ok = find_range(a->t, a->x, g->logs[0], &g->r[0], err) &&
              find_range(a->t, a->y, g->logs[1], &g->r[1], err) && count_cells(a, g, err);
    for (int64_t y = 0; y < CELLS_Y; y++)
        for (int64_t x = 0; x < CELLS_X && ok; x++)
            if (g->count[y][x])
                ok = put_row(out,
                             (double[]){middle_of(g, 0, x, CELLS_X), middle_of(g, 1, y, CELLS_Y),
                                        g->count[y][x]},
                             3, err);
    free(g);
    return ok;
}

/* Of a line through too many rows the lowest and the highest of each few are kept, in their order. */
static bool fill_line(const QbFigureAsk *a, QbTable *out, QbErr *err)
{
    int64_t n = a->t->n_rows, share = n / (MOST_POINTS / 2);
    for (int64_t k = 0; k < n; k += share) {
        double low[2], high[2], p[2];
        int64_t at_low = -1, at_high = -1;
        for (int64_t row = k; row < qb_min64(n, k + share); row++) {
            bool shown;
            if (!get_point(a, row, p, &shown, err))
                return false;
            if (shown && (at_low < 0 || p[1] < low[1]))
                low[0] = p[0], low[1] = p[1], at_low = row;
            if (shown && (at_high < 0 || p[1] > high[1]))
                high[0] = p[0], high[1] = p[1], at_high = row;
        }
        if (at_low < 0)
            continue;
        if (!put_row(out, at_low < at_high ? low : high, 2, err) ||
            (at_low != at_high && !put_row(out, at_low < at_high ? high : low, 2, err)))
            return false;
    }
    return true;
}

bool qb_figure_fill(const QbFigureAsk *a, QbTable *out, QbErr *err)
{
    bool many = a->t->n_rows > MOST_POINTS;
    switch ((QbFigureKind)a->figure->kind) {
    case QB_FIGURE_AUTO:
    case QB_FIGURE_HISTOGRAM:
        return fill_histogram(a, out, err);
    case QB_FIGURE_BARS:
        return fill_bars(a, out, err);
    case QB_FIGURE_SCATTER:
        return many ? fill_cells(a, out, err) : fill_points(a, out, err);
    case QB_FIGURE_LINE:
        return many ? fill_line(a, out, err) : fill_points(a, out, err);
    }
    QB_BUG("figure %d", a->figure->kind);
}
