/* Axes of plots. Numbers and words alone: nothing is drawn here. */
#include "runtime/axis.h"
#include "core/qmath.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double log10_of(double v)
{
    return qb_log(v) * 0.43429448190325182765;
}

static double place(const QbAxis *a, double v)
{
    return a->logs ? log10_of(v) : v;
}

double qb_axis_place(const QbAxis *a, double v)
{
    double lo = place(a, a->lo), hi = place(a, a->hi);
    return (place(a, v) - lo) / (hi - lo);
}

/* ---- where the ticks are ---------------------------------------------------------------------------- */

/* 10^k, exact where a double holds it. */
static double ten_to(int k)
{
    double v = 1;
    for (int i = 0; i < (k < 0 ? -k : k); i++)
        v *= 10;
    return k < 0 ? 1 / v : v;
}

static int exponent_of(double v)
{
    int k = (int)floor(log10_of(v));
    while (ten_to(k + 1) <= v)
        k++;
    while (ten_to(k) > v)
        k--;
    return k;
}

/* 1, 2 or 5 times a power of ten that divides the range into about so many. */
static double step_of(double range, int want, int *decimals)
{
    static const int steps[] = {1, 2, 5, 10};
    double v = range / want;
    int k = exponent_of(v), best = 0;
    while (best < 3 && v * v > steps[best] * steps[best + 1] * ten_to(k) * ten_to(k))
        best++; /* the nearest, by ratio */
    *decimals = best == 3 ? -(k + 1) : -k;
    *decimals = *decimals > 0 ? *decimals : 0;
    return steps[best] * ten_to(k);
}

/* The n-th multiple of a step, without the error of adding it up. */
static double multiple(double step, int64_t n)
{
    return step < 1 ? (double)n / (1 / step) : (double)n * step;
}

static void add_tick(QbAxis *a, double v)
{
    if (a->n_ticks < QB_MOST_TICKS)
        a->tick[a->n_ticks++] = v;
}

static void linear_ticks(QbAxis *a, int want, bool around)
{
    double step = step_of(a->hi - a->lo, want, &a->decimals), slack = 1e-9;
    int64_t first = (int64_t)ceil(a->lo / step - slack),
            last = (int64_t)floor(a->hi / step + slack);
    if (around) {
        first = (int64_t)floor(a->lo / step + slack);
        last = (int64_t)ceil(a->hi / step - slack);
        a->lo = multiple(step, first);
        a->hi = multiple(step, last);
    }
    for (int64_t n = first; n <= last; n++)
        add_tick(a, multiple(step, n));
    double most = fmax(fabs(a->lo), fabs(a->hi));
    int k = exponent_of(most);
    if (k >= 6 || k <= -4) {
        a->power = k;
        a->decimals = a->decimals + k > 0 ? a->decimals + k : 0;
        if (k > 0) /* the step's own exponent tells how many decimals its parts have */
            a->decimals = exponent_of(step) < k ? k - exponent_of(step) : 0;
    }
}

static void log_ticks(QbAxis *a, int want, bool around)
{
    static const int few[] = {1, 2, 5};
    int first = exponent_of(a->lo),
        last = exponent_of(a->hi) + (ten_to(exponent_of(a->hi)) < a->hi);
    if (around)
        a->lo = ten_to(first), a->hi = ten_to(last);
    int decades = last - first, every = decades > want ? (decades + want - 1) / want : 1;
    for (int k = first; k <= last; k += every)
        for (int s = 0; s < (decades <= 2 ? 3 : 1); s++) {
            double v = few[s] * ten_to(k);
            if (v >= a->lo * (1 - 1e-9) && v <= a->hi * (1 + 1e-9))
                add_tick(a, v);
        }
}

static QbAxis axis(double lo, double hi, bool logs, int want, bool around)
{
    if (!(hi > lo)) {
        double by = logs ? 1 : lo == 0 ? 1 : fabs(lo) / 2;
        hi = logs ? lo * 2 : lo + by;
        lo = logs ? lo / 2 : lo - by;
    }
    QbAxis a = {.lo = lo, .hi = hi, .logs = logs};
    if (logs)
        log_ticks(&a, want, around);
    else
        linear_ticks(&a, want, around);
    return a;
}

QbAxis qb_axis_over(double lo, double hi, bool logs, int want)
{
    return axis(lo, hi, logs, want, false);
}

QbAxis qb_axis_around(double lo, double hi, bool logs, int want)
{
    return axis(lo, hi, logs, want, true);
}

/* ---- words ------------------------------------------------------------------------------------------ */

static void add_power(int power, QbText *out)
{
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char text[16];
    qb_text_add(out, "10");
    snprintf(text, sizeof(text), "%d", power);
    for (const char *p = text; *p; p++)
        qb_text_add(out, *p == '-' ? "⁻" : digits[*p - '0']);
}

/* Digits in threes where there are five and more before the point. */
static void add_in_threes(const char *digits, QbText *out)
{
    const char *p = *digits == '-' ? digits + 1 : digits;
    size_t n = strspn(p, "0123456789");
    if (p > digits)
        qb_text_add(out, "−");
    for (size_t k = 0; k < n; k++) {
        qb_text_addn(out, p + k, 1);
        if (n > 4 && k + 1 < n && (n - k - 1) % 3 == 0)
            qb_text_add(out, ",");
    }
    qb_text_add(out, p + n);
}

void qb_axis_grouped(int64_t n, QbText *out)
{
    char digits[32];
    snprintf(digits, sizeof(digits), "%lld", (long long)n);
    add_in_threes(digits, out);
}

void qb_axis_number(const QbAxis *a, double v, QbText *out)
{
    char digits[64];
    if (a->logs && (v < 0.001 * (1 - 1e-9) || v >= 1e6)) {
        int power = exponent_of(v * (1 + 1e-12)), part = (int)rint(v / ten_to(power));
        if (part != 1)
            qb_text_addf(out, "%d·", part);
        add_power(power, out);
        return;
    }
    if (a->logs) {
        int k = exponent_of(v * (1 + 1e-12));
        snprintf(digits, sizeof(digits), "%.*f", k < 0 ? -k : 0, v);
    } else {
        v = a->power > 0 ? v / ten_to(a->power) : v * ten_to(-a->power);
        snprintf(digits, sizeof(digits), "%.*f", a->decimals > 15 ? 15 : a->decimals,
                 v == 0 ? 0 : v);
    }
    add_in_threes(digits, out);
}

typedef struct UnitWord {
    const char *ending, *unit;
} UnitWord;

static const UnitWord units[] = {
    {"_um3", "µm³"}, {"_um2", "µm²"}, {"_um", "µm"},   {"_nm3", "nm³"}, {"_nm2", "nm²"},
    {"_nm", "nm"},   {"_mm3", "mm³"}, {"_mm2", "mm²"}, {"_mm", "mm"},   {"_px", "voxels"},
    {"_ms", "ms"},   {"_s", "s"},     {"_min", "min"},
};

void qb_axis_label(const QbAxis *a, const char *column, QbText *out)
{
    const char *unit = NULL;
    size_t n = strlen(column);
    for (int k = 0; k < QB_COUNT(units) && !unit; k++) {
        size_t m = strlen(units[k].ending);
        if (n > m && !strcmp(column + n - m, units[k].ending)) {
            unit = units[k].unit;
            n -= m;
        }
    }
    for (size_t k = 0; k < n; k++)
        qb_text_addn(out, column[k] == '_' ? " " : column + k, 1);
    if (!unit && !a->power)
        return;
    qb_text_add(out, " (");
    if (a->power)
        add_power(a->power, out);
    qb_text_addf(out, "%s%s)", unit && a->power ? " " : "", unit ? unit : "");
}
