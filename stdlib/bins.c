/* Bins of histograms as numpy makes them, and Otsu's threshold between them. */
#include "stdlib/bins.h"

#include <math.h>
#include <stdlib.h>

/* Edges as numpy.linspace; where high − low itself overflows, from both ends. */
static void set_edges(QbBins *s)
{
    double lo = s->b.lo, hi = s->b.hi, n = (double)s->b.n, width = (hi - lo) / n;
    for (int64_t k = 0; k <= s->b.n; k++) {
        double at = (double)k;
        s->edge[k] = isfinite(width) ? at * width + lo : lo / n * (n - at) + hi / n * at;
    }
    s->edge[s->b.n] = hi;
    s->b.edge = s->edge;
    s->b.scale = n / (hi - lo);
}

/* The range in numbers: what was asked for, else the image's. */
static bool find_range(const QbBinsAsk *ask, const double extent[2], double range[2], QbErr *err)
{
    const double *given[2] = {ask->low, ask->high};
    for (int k = 0; k < 2; k++) {
        range[k] = given[k] ? *given[k] : extent[k];
        if (given[k] && !isfinite(range[k]))
            return qb_err_set(err, "'histogram' needs a finite %s, found %g", k ? "high" : "low",
                              range[k]);
    }
    if (ask->low && ask->high && range[0] > range[1])
        return qb_err_set(err, "'histogram' needs a low of at most high, found low %g and high %g",
                          range[0], range[1]);
    return true;
}

static bool get_memory(QbBins *s, QbErr *err)
{
    s->count = calloc((size_t)s->b.n + 1, sizeof(*s->count));
    s->edge = s->b.by_value ? NULL : calloc((size_t)s->b.n + 1, sizeof(*s->edge));
    if (s->count && (s->edge || s->b.by_value))
        return true;
    qb_bins_close(s);
    return qb_err_set(err, "not enough memory: %lld bins of a histogram", (long long)s->b.n);
}

bool qb_bins_open(QbBins *s, const QbBinsAsk *ask, const double extent[2], QbErr *err)
{
    double range[2] = {0, 0};
    *s = (QbBins){0};
    if (!find_range(ask, extent, range, err))
        return false;
    bool is_whole = !qb_pix_info[ask->pix].is_float;
    if (is_whole && ask->n == 0) {
        range[0] = ceil(range[0]);
        range[1] = floor(range[1]);
    }
    if (!(range[0] <= range[1]))
        return get_memory(s, err);
    s->b.by_value =
        is_whole && ask->n == 0 && range[1] - range[0] <= QB_BINS_MOST && fabs(range[0]) < 1e15;
    if (s->b.by_value) {
        s->b.first = (int64_t)range[0];
        s->b.n = (int64_t)(range[1] - range[0]) + 1;
        return get_memory(s, err);
    }
    s->is_point = range[0] == range[1]; /* numpy: half a unit to either side */
    s->point = range[0];
    s->b.n = ask->n ? ask->n : QB_BINS_DEFAULT;
    s->b.lo = s->is_point ? range[0] - 0.5 : range[0];
    s->b.hi = s->is_point ? range[1] + 0.5 : range[1];
    if (!get_memory(s, err))
        return false;
    set_edges(s);
    return true;
}

void qb_bins_close(QbBins *s)
{
    free(s->edge);
    free(s->count);
    s->edge = NULL;
    s->count = NULL;
}

int64_t qb_bins_most(QbPix pix, int64_t n)
{
    return n ? n : qb_pix_info[pix].is_float ? QB_BINS_DEFAULT : QB_BINS_MOST + 1;
}

bool qb_bins_of_tally(QbBins *s, const QbTally *t, const QbBinsAsk *ask, QbErr *err)
{
    int64_t first = 0, last = t->n_bins - 1;
    while (first < last && t->count[0][first] == 0)
        first++;
    while (last > first && t->count[0][last] == 0)
        last--;
    double extent[2] = {(double)qb_tally_value(t->pix, first),
                        (double)qb_tally_value(t->pix, last)};
    if (!qb_bins_open(s, ask, extent, err))
        return false;
    for (int64_t k = first; k <= last && s->b.n > 0; k++) {
        int64_t v = qb_tally_value(t->pix, k), at = v - s->b.first;
        if (s->b.by_value && at >= 0 && at < s->b.n)
            s->count[at] += t->count[0][k];
        else if (!s->b.by_value && (double)v >= s->b.lo && (double)v <= s->b.hi)
            s->count[qb_binning_find(&s->b, (double)v)] += t->count[0][k];
    }
    return true;
}

double qb_bins_centre(const QbBins *s, int64_t k)
{
    if (s->b.by_value)
        return (double)(s->b.first + k);
    double middle = (s->edge[k] + s->edge[k + 1]) / 2;
    return isfinite(middle) ? middle : s->edge[k] / 2 + s->edge[k + 1] / 2;
}

/* The threshold with the largest variance between the classes; the first of several. Sums run from both ends, so that empty
 * bins change nothing and a threshold inside a gap has the very variance of the one before it. */
static double best_threshold(const QbBins *s, double *weight2, double *mean2)
{
    double w = 0, m = 0, best = -1, at = qb_bins_centre(s, 0);
    for (int64_t k = s->b.n - 1; k >= 0; k--) {
        double n = (double)s->count[k];
        weight2[k] = w += n;
        mean2[k] = (m += n * qb_bins_centre(s, k)) / w;
    }
    w = m = 0;
    for (int64_t k = 0; k + 1 < s->b.n; k++) {
        double n = (double)s->count[k];
        w += n;
        m += n * qb_bins_centre(s, k);
        double apart = m / w - mean2[k + 1], between = w * weight2[k + 1] * (apart * apart);
        if (between > best) {
            best = between;
            at = qb_bins_centre(s, k);
        }
    }
    return at;
}

double qb_bins_otsu(const QbBins *s, QbErr *err)
{
    if (s->b.n == 0)
        return NAN;
    if (s->is_point)
        return s->point;
    double *sums = calloc(2 * (size_t)s->b.n, sizeof(*sums));
    if (!sums) {
        qb_err_set(err, "not enough memory: %lld bins of a histogram", (long long)s->b.n);
        return NAN;
    }
    double at = best_threshold(s, sums, sums + s->b.n);
    free(sums);
    return at;
}

QbNodeId qb_bins_compose(QbBuild *b, int64_t n, QbNodeId low, QbNodeId high)
{
    QbTallyParams none = {0};
    if (qb_bins_is_narrow(b->check->in[0]->pix))
        return b->node(b, "tally", &none, (QbNodeId[]){b->in[0], -1}, 2);
    QbNodeId extent = b->node(b, "extent", NULL, b->in, 1);
    return extent < 0 ? -1 : b->node(b, "bins", &n, (QbNodeId[]){b->in[0], extent, low, high}, 4);
}
