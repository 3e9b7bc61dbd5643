/* exp, log and pow out of line, and pow itself: log x in twice the precision of a double, times y, through exp. */
#include "core/qmath.h"

#include <stdbool.h>

double qb_exp(double x)
{
    return qb_exp_inline(x);
}

double qb_log(double x)
{
    return qb_log_inline(x);
}

/* An unevaluated sum of two doubles, the second far below the first. */
typedef struct Pair {
    double hi, lo;
} Pair;

static Pair sum(double a, double b)
{
    double s = a + b, t = s - a;
    return (Pair){s, (a - (s - t)) + (b - t)};
}

/* a·b exactly, after Dekker: each factor is cut into halves of 26 bits. */
static Pair product(double a, double b)
{
    double ca = a * 134217729.0, cb = b * 134217729.0;
    double ah = ca - (ca - a), bh = cb - (cb - b);
    double al = a - ah, bl = b - bh, p = a * b;
    return (Pair){p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
}

static Pair times(Pair a, Pair b)
{
    Pair p = product(a.hi, b.hi);
    return sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

/* ln x for positive finite x, to about 2^-66 of it. */
static Pair log_pair(double x)
{
    double k, m = qb_log_split(x, &k);
    double f = m - 1.0; /* exact */
    Pair den = sum(2.0, f);
    double s = f / den.hi;
    Pair back = product(s, den.hi);
    double rest = (((f - back.hi) - back.lo) - s * den.lo) / den.hi;
    Pair sp = sum(s, rest);
    Pair z = times(sp, sp);
    double tail = qb_atanh_rest(z.hi) * (z.hi * z.hi) * s;
    Pair cube = times(times(sp, z), (Pair){0x1.5555555555555p-1, 0x1.5555555555555p-55});
    Pair top = sum(k * QB_LN2_HI, 2.0 * sp.hi);
    Pair low = sum(cube.hi, tail + cube.lo + 2.0 * sp.lo + k * QB_LN2_LO);
    Pair all = sum(top.hi, low.hi);
    return sum(all.hi, all.lo + (top.lo + low.lo));
}

static bool is_odd(double y)
{
    double half = fabs(y) * 0.5;
    return fabs(y) < 0x1p53 && fabs(y) == floor(fabs(y)) && half != floor(half);
}

/* |x|^y for x other than 0, 1, ±inf and NaN, y finite and not 0. */
static double pow_positive(double x, double y)
{
    Pair l = log_pair(x);
    double c = y > 0x1p65 ? 0x1p65 : y < -0x1p65 ? -0x1p65 : y;
    Pair p = product(c, l.hi);
    Pair e = sum(p.hi, p.lo + c * l.lo);
    return qb_exp_sum(e.hi, fabs(e.hi) < 800.0 ? e.lo : 0.0);
}

/* The results that C99 fixes (annex F.9.4.4); false where x^y must be computed. */
static bool pow_special(double x, double y, double *result)
{
    double a = fabs(x);
    if (y == 0.0 || x == 1.0)
        return *result = 1.0, true;
    if (x != x || y != y)
        return *result = x + y, true;
    if (isinf(y)) {
        bool grows = (a > 1.0) == (y > 0.0);
        return *result = a == 1.0 ? 1.0 : grows ? (double)INFINITY : 0.0, true;
    }
    if (a == 0.0 || isinf(a)) {
        double r = (a == 0.0) == (y > 0.0) ? 0.0 : (double)INFINITY;
        return *result = is_odd(y) ? copysign(r, x) : r, true;
    }
    if (x < 0.0 && y != floor(y))
        return *result = (double)NAN, true;
    return false;
}

double qb_pow(double x, double y)
{
    double r;
    if (pow_special(x, y, &r))
        return r;
    if (y == 1.0)
        return x;
    if (y == 2.0)
        return x * x;
    if (y == 0.5)
        return sqrt(x);
    if (y == -1.0)
        return 1.0 / x;
    r = pow_positive(fabs(x), y);
    return x < 0.0 && is_odd(y) ? -r : r;
}

float qb_powf(float x, float y)
{
    double r, a = fabs((double)x);
    if (pow_special((double)x, (double)y, &r))
        return (float)r;
    if (y == 2.0f)
        return x * x;
    if (y == 0.5f)
        return (float)sqrt(a);
    r = qb_exp_inline((double)y * qb_log_inline(a));
    return (float)(x < 0.0f && is_odd((double)y) ? -r : r);
}
