/* Speed-up, efficiency, Karp and Flatt's serial fraction e = (1/S − 1/n) / (1 − 1/n) (CACM 33, 1990), and Amdahl's p by a
 * straight line through the wall times of all runs over 1/n. Knows nothing of how the times came about. */
#include "cli/speedup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double qb_median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof(*v), by_size);
    return n % 2 ? v[n / 2] : 0.5 * (v[n / 2 - 1] + v[n / 2]);
}

static double amdahl(double p, double n)
{
    return 1 / ((1 - p) + p / n);
}

/* T = a + b x with x = 1/n; p = b / (a + b), its error by the first derivatives. */
static void fit(QbSpeedup *m)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, squares = 0;
    for (int k = 0; k < m->n_rows; k++) {
        double x = 1.0 / m->row[k].threads;
        for (int r = 0; r < m->repeat; r++) {
            n++;
            sx += x;
            sy += m->row[k].wall[r];
            sxx += x * x;
            sxy += x * m->row[k].wall[r];
        }
    }
    double d = n * sxx - sx * sx;
    m->p = m->p_error = NAN;
    if (m->n_rows < 2 || d <= 0)
        return;
    double b = (n * sxy - sx * sy) / d, a = (sy - b * sx) / n, t = a + b;
    m->p = b / t;
    for (int k = 0; k < m->n_rows; k++)
        for (int r = 0; r < m->repeat; r++) {
            double e = m->row[k].wall[r] - a - b / m->row[k].threads;
            squares += e * e;
        }
    if (n < 3)
        return;
    double s2 = squares / (n - 2), vb = s2 * n / d, va = s2 * sxx / d, cov = -s2 * sx / d;
    double v = (a * a * vb + b * b * va - 2 * a * b * cov) / (t * t * t * t);
    m->p_error = sqrt(v > 0 ? v : 0);
}

void qb_speedup_solve(QbSpeedup *m)
{
    double *sorted = qb_xcalloc((size_t)m->repeat, sizeof(double));
    m->off = 0;
    for (int k = 0; k < m->n_rows; k++) {
        QbSpeedupRow *row = &m->row[k];
        double n = row->threads;
        memcpy(sorted, row->wall, sizeof(double) * (size_t)m->repeat);
        row->median = qb_median(sorted, m->repeat);
        row->speedup = m->row[0].median / row->median;
        row->efficiency = row->speedup / n;
        row->karp_flatt = n > 1 ? (1 / row->speedup - 1 / n) / (1 - 1 / n) : NAN;
        row->predicted = amdahl(m->predicted_p, n);
        m->off = fmax(m->off, fabs(row->predicted / row->speedup - 1));
    }
    free(sorted);
    m->agrees = m->off < QB_SPEEDUP_AGREES;
    fit(m);
}

void qb_speedup_table(const QbSpeedup *m, QbText *out)
{
    qb_text_addf(out, "%7s %10s %9s %11s %11s %10s\n", "threads", "median s", "speed-up",
                 "efficiency", "Karp-Flatt", "predicted");
    for (int k = 0; k < m->n_rows; k++) {
        const QbSpeedupRow *r = &m->row[k];
        qb_text_addf(out, "%7d %10.4f %8.2f× %9.0f %% ", r->threads, r->median, r->speedup,
                     100 * r->efficiency);
        if (r->threads > 1)
            qb_text_addf(out, "%11.3f %9.2f×\n", r->karp_flatt, r->predicted);
        else
            qb_text_addf(out, "%11s %10s\n", "", "");
    }
    if (m->n_rows < 2)
        return;
    qb_text_addf(out, "Amdahl's p, fitted: %.3f ± %.3f; ", m->p, m->p_error);
    qb_text_addf(
        out,
        "predicted by a run on one thread: %.3f; its speed-ups are off by %.0f %% at most: %s\n",
        m->predicted_p, 100 * m->off, m->agrees ? "they agree" : "they do not agree");
}

static void number(QbText *out, const char *name, double v, const char *after)
{
    qb_text_addf(out, "\"%s\": ", name);
    if (isfinite(v))
        qb_text_addf(out, "%.9g%s", v, after);
    else
        qb_text_addf(out, "null%s", after);
}

static void row_json(const QbSpeedup *m, const QbSpeedupRow *r, QbText *out)
{
    qb_text_addf(out, "    {\"threads\": %d, ", r->threads);
    number(out, "wall_s", r->median, ", ");
    number(out, "speedup", r->speedup, ", ");
    number(out, "efficiency", r->efficiency, ", ");
    number(out, "karp_flatt", r->karp_flatt, ", ");
    number(out, "predicted", r->predicted, ", \"walls_s\": [");
    for (int k = 0; k < m->repeat; k++)
        qb_text_addf(out, "%s%.9g", k ? ", " : "", r->wall[k]);
    qb_text_add(out, "]}");
}

void qb_speedup_json(const QbSpeedup *m, QbText *out)
{
    qb_text_addf(out, "{\n  \"schema\": 1,\n  \"repeat\": %d,\n  \"rows\": [\n", m->repeat);
    for (int k = 0; k < m->n_rows; k++) {
        row_json(m, &m->row[k], out);
        qb_text_add(out, k + 1 < m->n_rows ? ",\n" : "\n  ],\n  \"amdahl\": {");
    }
    number(out, "p", m->p, ", ");
    number(out, "p_error", m->p_error, "},\n  \"predicted\": {");
    number(out, "p", m->predicted_p, ", ");
    number(out, "off", m->off, ", ");
    qb_text_addf(out, "\"agrees\": %s}\n}\n", m->agrees ? "true" : "false");
}
