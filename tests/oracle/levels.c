/* Thresholds of skimage.filters, written as their definitions say: every candidate is looked at afresh, sums are long. */
#include "tests/oracle/oracle.h"

#include <math.h>

/* Mean of the bins with x <= t (above false) or x > t, less `least`. */
static long double mean_of(const double *x, const double *h, int64_t n, long double t, bool above)
{
    long double w = 0, s = 0;
    for (int64_t k = 0; k < n; k++)
        if ((x[k] - x[0] > t) == above) {
            w += h[k];
            s += (long double)h[k] * (x[k] - x[0]);
        }
    return s / w;
}

double qb_oracle_li(QbArena *a, const QbOracleImage *m)
{
    double *x, *h;
    int64_t n = qb_oracle_histogram(a, m, &x, &h);
    if (n < 2)
        return n ? x[0] : NAN;
    bool binned = n == 256 && x[1] - x[0] != 1;
    long double half = (x[1] - x[0]) / 2, least = binned ? x[0] - half : x[0], shift = x[0] - least;
    long double next = mean_of(x, h, n, -1, true) + shift, now = -2 * half;
    while (fabsl(next - now) > half) {
        now = next;
        long double low = mean_of(x, h, n, now - shift, false) + shift;
        long double high = mean_of(x, h, n, now - shift, true) + shift;
        next = (low - high) / (logl(low) - logl(high));
    }
    return (double)(next + least);
}

double qb_oracle_triangle(QbArena *a, const QbOracleImage *m)
{
    double *x, *h;
    int64_t n = qb_oracle_histogram(a, m, &x, &h), peak = 0;
    if (n < 2)
        return n ? x[0] : NAN;
    for (int64_t k = 0; k < n; k++)
        peak = h[k] > h[peak] ? k : peak;
    bool flip = peak < n - 1 - peak;
    int64_t width = flip ? n - 1 - peak : peak, at = 0;
    double norm = sqrt(h[peak] * h[peak] + (double)width * (double)width), best = -INFINITY;
    for (int64_t k = 0; k < width; k++) {
        double d = h[peak] / norm * (double)k - (double)width / norm * h[flip ? n - 1 - k : k];
        at = d > best ? k : at;
        best = d > best ? d : best;
    }
    return x[flip ? n - 1 - at : at];
}

double qb_oracle_isodata(QbArena *a, const QbOracleImage *m)
{
    double *x, *h;
    int64_t n = qb_oracle_histogram(a, m, &x, &h);
    for (int64_t k = 0; k + 1 < n; k++) {
        double low = (double)mean_of(x, h, n, (long double)(x[k] - x[0]), false);
        double high = (double)mean_of(x, h, n, (long double)(x[k] - x[0]), true);
        double distance = (low + high) / 2 - (x[k] - x[0]);
        if (distance >= 0 && distance < x[1] - x[0])
            return x[k];
    }
    return n == 1 ? x[0] : NAN;
}
