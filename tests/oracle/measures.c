/* Oracles of the numbers: sums over all voxels, percentiles by sorting, histograms by looking, Otsu's threshold by trying
 * every bin. The references are numpy and skimage.filters.threshold_otsu. */
#include "tests/oracle/oracle.h"

#include <math.h>
#include <stdlib.h>

double qb_oracle_measure(const double *v, int64_t n, int64_t step, QbOracleMeasure what)
{
    long double sum = 0, squares = 0;
    double lo = v[0], hi = v[0];
    for (int64_t k = 0; k < n; k++) {
        double x = v[k * step];
        sum += x;
        lo = isnan(x) || isnan(lo) ? NAN : x < lo ? x : lo;
        hi = isnan(x) || isnan(hi) ? NAN : x > hi ? x : hi;
    }
    for (int64_t k = 0; k < n; k++)
        squares += (v[k * step] - sum / n) * (v[k * step] - sum / n);
    switch (what) {
    case QB_ORACLE_SUM:
        return (double)sum;
    case QB_ORACLE_MEAN:
        return (double)(sum / n);
    case QB_ORACLE_STD:
        return (double)sqrtl(squares / n);
    case QB_ORACLE_MIN:
        return lo;
    case QB_ORACLE_MAX:
        return hi;
    }
    return NAN;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double qb_oracle_percentile(QbArena *a, const QbOracleImage *m, double percent)
{
    int64_t n = qb_voxels(&m->type);
    for (int64_t k = 0; k < n; k++)
        if (isnan(m->v[k]))
            return NAN;
    double *sorted = qb_arena_memdup(a, m->v, sizeof(double) * (size_t)n);
    qsort(sorted, (size_t)n, sizeof(double), ascending);
    double place = percent / 100 * (double)(n - 1);
    int64_t below = (int64_t)floor(place);
    double part = place - (double)below;
    if (part == 0 || sorted[below] == sorted[below + 1])
        return sorted[below];
    return sorted[below] + (sorted[below + 1] - sorted[below]) * part;
}

QbOracleImage qb_oracle_project(QbArena *a, const QbOracleImage *m, QbOracleMeasure what, int axis)
{
    /* a volume loses an axis; rank 2 comes back in its physical order (rows, 1, columns) */
    const int64_t *n = m->type.n;
    QbType type = m->type;
    int gone = qb_axis(m->type.rank, axis);
    int first = gone == 0 ? 1 : 0, second = gone == 2 ? 1 : 2;
    type.rank = 2;
    type.n[0] = n[first];
    type.n[1] = 1;
    type.n[2] = n[second];
    bool keeps = what == QB_ORACLE_MIN || what == QB_ORACLE_MAX;
    type.kind = keeps ? m->type.kind : QB_IMAGE;
    type.pix = keeps ? m->type.pix : QB_F64;
    QbOracleImage out = qb_oracle_new(a, type);
    const int64_t step[3] = {n[1] * n[2], n[2], 1};
    for (int64_t i = 0; i < n[first]; i++)
        for (int64_t j = 0; j < n[second]; j++) {
            const double *line = m->v + i * step[first] + j * step[second];
            *qb_oracle_at(&out, i, 0, j) = qb_oracle_measure(line, n[gone], step[gone], what);
        }
    return out;
}

void qb_oracle_bins(const QbOracleImage *m, double lo, double hi, int64_t n_bins, int64_t *counts)
{
    for (int64_t b = 0; b < n_bins; b++)
        counts[b] = 0;
    double width = (hi - lo) / (double)n_bins;
    for (int64_t k = 0; k < qb_voxels(&m->type); k++) {
        double v = m->v[k];
        if (!(v >= lo && v <= hi))
            continue;
        int64_t b = width > 0 ? (int64_t)((v - lo) / width) : 0;
        b = qb_clamp64(b, 0, n_bins - 1);
        while (b > 0 &&
               v < lo + (double)b * width) /* the division may have been rounded across an edge */
            b--;
        while (b + 1 < n_bins && v >= lo + (double)(b + 1) * width)
            b++;
        counts[b]++;
    }
}

int64_t qb_oracle_histogram(QbArena *a, const QbOracleImage *m, double **centres, double **counts)
{
    double lo = INFINITY, hi = -INFINITY;
    for (int64_t k = 0; k < qb_voxels(&m->type); k++) {
        if (isnan(m->v[k]))
            continue;
        lo = fmin(lo, m->v[k]);
        hi = fmax(hi, m->v[k]);
    }
    if (lo > hi)
        return 0;
    bool is_real = m->type.pix == QB_F32 || m->type.pix == QB_F64;
    bool is_wide = m->type.pix == QB_U32 || m->type.pix == QB_I32;
    bool binned = is_real || (is_wide && hi - lo > 65536);
    int64_t n = binned ? 256 : (int64_t)(hi - lo) + 1;
    *centres = QB_NEW_N(a, double, n);
    *counts = QB_NEW_N(a, double, n);
    int64_t *whole = QB_NEW_N(a, int64_t, n);
    if (binned)
        qb_oracle_bins(m, lo, hi, n, whole);
    for (int64_t k = 0; !binned && k < qb_voxels(&m->type); k++)
        whole[(int64_t)(m->v[k] - lo)]++;
    for (int64_t b = 0; b < n; b++) {
        (*centres)[b] = binned ? lo + ((double)b + 0.5) * (hi - lo) / (double)n : lo + (double)b;
        (*counts)[b] = (double)whole[b];
    }
    return n;
}

double qb_oracle_otsu(QbArena *a, const QbOracleImage *m)
{
    double *x, *h, best = -1, at = NAN;
    int64_t n = qb_oracle_histogram(a, m, &x, &h);
    if (n == 0)
        return NAN;
    for (int64_t t = 0; t + 1 < n; t++) {
        if (t > 0 && h[t] == 0) /* the classes are those of the bin before: the first one is kept */
            continue;
        long double w0 = 0, w1 = 0, s0 = 0, s1 = 0;
        for (int64_t b = 0; b < n; b++) {
            *(b <= t ? &w0 : &w1) += h[b];
            *(b <= t ? &s0 : &s1) += h[b] * x[b];
        }
        double between =
            w0 > 0 && w1 > 0 ? (double)(w0 * w1 * (s0 / w0 - s1 / w1) * (s0 / w0 - s1 / w1)) : 0;
        if (between > best) {
            best = between;
            at = x[t];
        }
    }
    return n == 1 ? x[0] : at;
}
