/* Oracles of the neighbourhood filters: every voxel gathers its own mirrored window and looks at all of it.
 * The reference is scipy.ndimage in mode "reflect". */
#include "tests/oracle/oracle.h"

#include <math.h>
#include <stdlib.h>

/* The mirrored window around a voxel, in raster order; true when it holds a NaN. */
static bool gather(const QbOracleImage *m, const int64_t at[3], const int64_t size[3],
                   double *window)
{
    int64_t k = 0;
    bool has_nan = false;
    for (int64_t dz = -(size[0] / 2); dz <= size[0] / 2; dz++)
        for (int64_t dy = -(size[1] / 2); dy <= size[1] / 2; dy++)
            for (int64_t dx = -(size[2] / 2); dx <= size[2] / 2; dx++) {
                double v = qb_oracle_mirrored(m, at[0] + dz, at[1] + dy, at[2] + dx);
                has_nan = has_nan || isnan(v);
                window[k++] = v;
            }
    return has_nan;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

QbOracleImage qb_oracle_rank(QbArena *a, const QbOracleImage *m, const int64_t size[3], int64_t k)
{
    QbOracleImage out = qb_oracle_like(a, m, m->type.kind, m->type.pix);
    int64_t n_window = size[0] * size[1] * size[2];
    double *window = QB_NEW_N(a, double, n_window);
    int64_t at[3];
    for (at[0] = 0; at[0] < m->type.n[0]; at[0]++)
        for (at[1] = 0; at[1] < m->type.n[1]; at[1]++)
            for (at[2] = 0; at[2] < m->type.n[2]; at[2]++) {
                bool has_nan = gather(m, at, size, window);
                qsort(window, (size_t)n_window, sizeof(double), ascending);
                *qb_oracle_at(&out, at[0], at[1], at[2]) = has_nan ? NAN : window[k];
            }
    return out;
}

QbOracleImage qb_oracle_median(QbArena *a, const QbOracleImage *m, const int64_t size[3])
{
    return qb_oracle_rank(a, m, size, size[0] * size[1] * size[2] / 2);
}

static QbOracleImage window_sum(QbArena *a, const QbOracleImage *m, const int64_t size[3],
                                double divisor)
{
    QbOracleImage out = qb_oracle_like(a, m, QB_IMAGE, qb_oracle_real(m->type.pix));
    int64_t n_window = size[0] * size[1] * size[2];
    double *window = QB_NEW_N(a, double, n_window);
    int64_t at[3];
    for (at[0] = 0; at[0] < m->type.n[0]; at[0]++)
        for (at[1] = 0; at[1] < m->type.n[1]; at[1]++)
            for (at[2] = 0; at[2] < m->type.n[2]; at[2]++) {
                gather(m, at, size, window);
                double sum = 0;
                for (int64_t k = 0; k < n_window; k++)
                    sum += window[k];
                *qb_oracle_at(&out, at[0], at[1], at[2]) = sum / divisor;
            }
    return out;
}

QbOracleImage qb_oracle_uniform(QbArena *a, const QbOracleImage *m, const int64_t size[3])
{
    return window_sum(a, m, size, (double)(size[0] * size[1] * size[2]));
}

QbOracleImage qb_oracle_window_count(QbArena *a, const QbOracleImage *mask, const int64_t size[3])
{
    return window_sum(a, mask, size, 1);
}

/* One axis: weights exp(-i² / 2σ²) for |i| up to int(4σ + 0.5), divided by their sum. */
static QbOracleImage gaussian_axis(QbArena *a, const QbOracleImage *m, int axis, double sigma)
{
    QbOracleImage out = qb_oracle_like(a, m, QB_IMAGE, qb_oracle_real(m->type.pix));
    int64_t radius = (int64_t)(4 * sigma + 0.5);
    double *w = QB_NEW_N(a, double, 2 * radius + 1);
    double total = 0;
    for (int64_t i = -radius; i <= radius; i++)
        total += w[i + radius] = radius ? exp(-0.5 * (double)(i * i) / (sigma * sigma)) : 1;
    int64_t at[3];
    for (at[0] = 0; at[0] < m->type.n[0]; at[0]++)
        for (at[1] = 0; at[1] < m->type.n[1]; at[1]++)
            for (at[2] = 0; at[2] < m->type.n[2]; at[2]++) {
                double sum = 0;
                for (int64_t i = -radius; i <= radius; i++) {
                    int64_t p[3] = {at[0], at[1], at[2]};
                    p[axis] += i;
                    sum += w[i + radius] / total * qb_oracle_mirrored(m, p[0], p[1], p[2]);
                }
                *qb_oracle_at(&out, at[0], at[1], at[2]) = sum;
            }
    return out;
}

QbOracleImage qb_oracle_gaussian(QbArena *a, const QbOracleImage *m, const double sigma[3])
{
    QbOracleImage out = gaussian_axis(a, m, 0, sigma[0]);
    out = gaussian_axis(a, &out, 1, m->type.rank == 3 ? sigma[1] : 0);
    return gaussian_axis(a, &out, 2, sigma[2]);
}
