/* Laws of the numbers, projections and geometry: which oracle says what a case must give. */
#include "tests/ops/support_case.h"

#include <math.h>
#include <string.h>

static bool has_nan(const QbOracleImage *m)
{
    for (int64_t k = 0; k < qb_voxels(&m->type); k++)
        if (isnan(m->v[k]))
            return true;
    return false;
}

static bool is_whole(const QbOracleImage *m)
{
    return !qb_pix_info[m->type.pix].is_float;
}

/* Sum of the magnitudes: what the rounding errors of a sum are relative to. */
static double magnitude(const QbOracleImage *m)
{
    double sum = 0;
    for (int64_t k = 0; k < qb_voxels(&m->type); k++)
        sum += isfinite(m->v[k]) ? fabs(m->v[k]) : 0;
    return sum;
}

static void wants_measure(QbCase *c, QbOracleMeasure what)
{
    const QbOracleImage *m = &c->image[0];
    c->want = QB_NUMBER;
    c->want_number = qb_oracle_measure(m->v, qb_voxels(&m->type), 1, what);
    bool is_exact =
        what == QB_ORACLE_MIN || what == QB_ORACLE_MAX || (is_whole(m) && what != QB_ORACLE_STD);
    c->tolerance = is_exact ? 0 : 1e-12;
    c->scale = what == QB_ORACLE_SUM ? magnitude(m) : magnitude(m) / (double)qb_voxels(&m->type);
    if (what == QB_ORACLE_STD)
        c->scale = fmax(c->scale, c->want_number);
}

static void expect_sum(QbCase *c)
{
    wants_measure(c, QB_ORACLE_SUM);
}

static void expect_mean(QbCase *c)
{
    wants_measure(c, QB_ORACLE_MEAN);
}

static void expect_std(QbCase *c)
{
    wants_measure(c, QB_ORACLE_STD);
}

static void expect_min(QbCase *c)
{
    wants_measure(c, QB_ORACLE_MIN);
}

static void expect_max(QbCase *c)
{
    wants_measure(c, QB_ORACLE_MAX);
}

static void expect_percentile(QbCase *c)
{
    c->want = QB_NUMBER;
    c->want_number = qb_oracle_percentile(c->arena, &c->image[0], *(double *)qb_case_field(c, "p"));
    c->tolerance = is_whole(&c->image[0]) ? 1e-15 : 1e-12;
}

static bool is_finite(const QbOracleImage *m)
{
    for (int64_t k = 0; k < qb_voxels(&m->type); k++)
        if (isinf(m->v[k]))
            return false;
    return true;
}

static void expect_otsu(QbCase *c)
{
    if (!is_finite(&c->image[0]))
        return;
    c->want = QB_NUMBER;
    c->want_number = qb_oracle_otsu(c->arena, &c->image[0]);
    c->tolerance = is_whole(&c->image[0]) ? 0 : 1e-12;
}

/* Bins of floats may round otherwise, and a step of these levels is a bin: whole numbers alone are asked for. */
static void expect_level(QbCase *c, double (*oracle)(QbArena *, const QbOracleImage *),
                         double tolerance)
{
    if (!is_whole(&c->image[0]))
        return;
    c->want = QB_NUMBER;
    c->want_number = oracle(c->arena, &c->image[0]);
    c->tolerance = tolerance;
}

static void expect_li(QbCase *c)
{
    expect_level(c, qb_oracle_li, 1e-9);
}

static void expect_triangle(QbCase *c)
{
    expect_level(c, qb_oracle_triangle, 0);
}

static void expect_isodata(QbCase *c)
{
    expect_level(c, qb_oracle_isodata, 0);
}

/* A range that is given is one. */
static void adjust_histogram(QbCase *c)
{
    int64_t *bins = qb_case_field(c, "bins");
    *bins = qb_rng_chance(c->rng, 50) ? 0 : qb_rng_whole(c->rng, 1, 70);
    if (c->kind[1] == QB_NUMBER && c->kind[2] == QB_NUMBER && c->number[1] > c->number[2]) {
        double low = c->number[2];
        c->number[2] = c->number[1];
        c->number[1] = low;
    }
}

/* Sets lo and hi to the range of the finite voxels, or what the case asks for instead. */
static void histogram_range(QbCase *c, const QbOracleImage *m, double *lo, double *hi)
{
    *lo = INFINITY;
    *hi = -INFINITY;
    for (int64_t k = 0; k < qb_voxels(&m->type); k++) {
        *lo = isfinite(m->v[k]) ? fmin(*lo, m->v[k]) : *lo;
        *hi = isfinite(m->v[k]) ? fmax(*hi, m->v[k]) : *hi;
    }
    *lo = c->kind[1] == QB_NUMBER ? c->number[1] : *lo;
    *hi = c->kind[2] == QB_NUMBER ? c->number[2] : *hi;
}

static void expect_histogram(QbCase *c)
{
    const QbOracleImage *m = &c->image[0];
    int64_t bins = *(int64_t *)qb_case_field(c, "bins");
    bool by_value = is_whole(m) && bins == 0;
    double lo, hi;
    histogram_range(c, m, &lo, &hi);
    lo = by_value ? ceil(lo) : lo;
    hi = by_value ? floor(hi) : hi;
    c->want = QB_TABLE;
    c->tolerance = 1e-9;
    c->want_table = (QbOracleTable){.n_columns = 2};
    if (!(lo <= hi))
        return;
    by_value = by_value && hi - lo <= 65536;
    bool is_point = lo == hi && !by_value;
    lo -= is_point ? 0.5 : 0;
    hi += is_point ? 0.5 : 0;
    int64_t n = by_value ? (int64_t)(hi - lo) + 1 : bins ? bins : 256;
    int64_t *counts = QB_NEW_N(c->arena, int64_t, n + 1);
    if (!by_value)
        qb_oracle_bins(m, lo, hi, n, counts);
    for (int64_t k = 0; by_value && k < qb_voxels(&m->type); k++)
        if (m->v[k] >= lo && m->v[k] <= hi)
            counts[(int64_t)(m->v[k] - lo)]++;
    c->want_table.n_rows = n;
    c->want_table.v = QB_NEW_N(c->arena, double, 2 * n);
    for (int64_t k = 0; k < n; k++) {
        c->want_table.v[2 * k] =
            by_value ? lo + (double)k : lo + ((double)k + 0.5) * ((hi - lo) / (double)n);
        c->want_table.v[2 * k + 1] = (double)counts[k];
    }
}

/* Labels are projected by their largest alone. */
static void adjust_project(QbCase *c)
{
    if (c->kind[0] == QB_LABELS)
        *(int *)qb_case_field(c, "how") = QB_ORACLE_MAX;
}

/* A volume's projection; NaN wins in each line. */
static void expect_project(QbCase *c)
{
    static const char *const names[] = {"sum", "mean", "std", "min", "max"};
    const char *how = qb_case_choice(c, "how");
    int axis = (int)*(int64_t *)qb_case_field(c, "axis");
    for (int k = 0; k < QB_COUNT(names); k++)
        if (!strcmp(names[k], how))
            c->want_image = qb_oracle_project(c->arena, &c->image[0], (QbOracleMeasure)k, axis);
    c->want = c->want_image.type.kind;
    c->tolerance = is_whole(&c->image[0]) && strcmp(how, "std") != 0 ? 0 : 1e-12;
    (void)has_nan;
}

static void expect_montage(QbCase *c)
{
    int64_t columns = *(int64_t *)qb_case_field(c, "columns");
    c->want_image = qb_oracle_montage(c->arena, &c->image[0], columns);
    c->want = c->want_image.type.kind;
}

const QbLaw qb_laws_measures[] = {
    {"sum", NULL, expect_sum},
    {"mean", NULL, expect_mean},
    {"std", NULL, expect_std},
    {"min", NULL, expect_min},
    {"max", NULL, expect_max},
    {"percentile", NULL, expect_percentile},
    {"otsu", NULL, expect_otsu},
    {"li", NULL, expect_li},
    {"triangle", NULL, expect_triangle},
    {"isodata", NULL, expect_isodata},
    {"histogram", adjust_histogram, expect_histogram},
    {"project", adjust_project, expect_project},
    {"montage", NULL, expect_montage},
    {"tally", NULL, NULL}, /* those below are made by those above, and tried with them */
    {"quantile", NULL, NULL},
    {"whole_sums", NULL, NULL},
    {"row_sums", NULL, NULL},
    {"moments", NULL, NULL},
    {"sums_number", NULL, NULL},
    {"extent", NULL, NULL},
    {"extreme", NULL, NULL},
    {"bins", NULL, NULL},
    {"otsu_level", NULL, NULL},
    {"bins_level", NULL, NULL},
    {"mean_level", NULL, NULL}, /* written in qbi: tests/cli/prelude.sh */
    {"histogram_table", NULL, NULL},
    {"project_slices", NULL, NULL},
    {"project_rows", NULL, NULL},
    {NULL, NULL, NULL},
};
