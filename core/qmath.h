/* exp, log and pow that give the same bits on every processor: made of + - * / and integer operations alone, never
 * contracted. The inline bodies have no branches, so that loops over them become vector code; special cases follow
 * C99. Errors: exp and log below 1 ulp, pow below 1 ulp. Knows no images. */
#ifndef QB_CORE_QMATH_H
#define QB_CORE_QMATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

double qb_exp(double x);
double qb_log(double x);
double qb_pow(double x, double y);
/* In single precision: computed in double and rounded once. */
float qb_powf(float x, float y);

static inline uint64_t qb_f64_bits(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}
static inline double qb_f64_of(uint64_t u)
{
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* ln 2 as a part of 42 bits, whose products with an exponent are exact, and the rest. */
#define QB_LN2_HI 0x1.62e42fefa38p-1
#define QB_LN2_LO 0x1.ef35793c7673p-45
#define QB_SHIFT  0x1.8p52 /* adding it rounds to a whole number, half to even */

/* e^r − 1 − r over r², |r| ≤ 0.35: Taylor's series up to r^13/13!. */
static inline double qb_exp_tail(double r)
{
    double q = 1.0 / 6227020800.0;
    q = q * r + 1.0 / 479001600.0;
    q = q * r + 1.0 / 39916800.0;
    q = q * r + 1.0 / 3628800.0;
    q = q * r + 1.0 / 362880.0;
    q = q * r + 1.0 / 40320.0;
    q = q * r + 1.0 / 5040.0;
    q = q * r + 1.0 / 720.0;
    q = q * r + 1.0 / 120.0;
    q = q * r + 1.0 / 24.0;
    q = q * r + 1.0 / 6.0;
    return q * r + 0.5;
}

/* e^(x + low), |low| far below |x|. The exponent is applied in two halves: subnormal results and overflow come out
 * by themselves, and NaN runs through. */
static inline double qb_exp_sum(double x, double low)
{
    double c = x < -750.0 ? -750.0 : x;
    c = c > 710.0 ? 710.0 : c;
    double shifted = c * 0x1.71547652b82fep0 + QB_SHIFT;
    double k = shifted - QB_SHIFT;
    double hi = c - k * QB_LN2_HI, lo = k * QB_LN2_LO - low;
    double r = hi - lo, rest = (hi - r) - lo;
    double s = r + (r * r * qb_exp_tail(r) + (rest + rest * r));
    uint64_t biased = qb_f64_bits(shifted) - qb_f64_bits(QB_SHIFT) + 2048; /* k + 2048 */
    uint64_t half = biased >> 1, other = biased - half;
    double scale1 = qb_f64_of((half - 1) << 52), scale2 = qb_f64_of((other - 1) << 52);
    return (1.0 + s) * scale1 * scale2;
}

static inline double qb_exp_inline(double x)
{
    return qb_exp_sum(x, 0.0);
}

/* x = m·2^k with m in [√½, √2); x is positive, finite, perhaps subnormal. */
static inline double qb_log_split(double x, double *k)
{
    double big = x < 0x1p-1022 ? x * 0x1p54 : x;
    double less = x < 0x1p-1022 ? 54.0 : 0.0;
    uint64_t u = qb_f64_bits(big);
    uint64_t biased = (u - 0x3fe6a09e667f3bcdu + (1024ull << 52)) >> 52;
    *k = (qb_f64_of(0x4330000000000000u | biased) - (0x1p52 + 1024.0)) - less;
    return qb_f64_of(u - ((biased - 1024) << 52));
}

/* 2·atanh(s) = 2·s + s·z·(2/3 + z·(2/5 + …)) with z = s² ≤ 0.0295: what stands behind the 2/3, up to z^10·2/21. */
static inline double qb_atanh_rest(double z)
{
    double q = 2.0 / 21.0;
    q = q * z + 2.0 / 19.0;
    q = q * z + 2.0 / 17.0;
    q = q * z + 2.0 / 15.0;
    q = q * z + 2.0 / 13.0;
    q = q * z + 2.0 / 11.0;
    q = q * z + 2.0 / 9.0;
    q = q * z + 2.0 / 7.0;
    return q * z + 2.0 / 5.0;
}

static inline double qb_log_inline(double x)
{
    double k, m = qb_log_split(x, &k);
    double f = m - 1.0, s = f / (2.0 + f), half = 0.5 * f * f;
    double z = s * s;
    double r = s * (half + z * (qb_atanh_rest(z) * z + 2.0 / 3.0)) + k * QB_LN2_LO;
    double y = k * QB_LN2_HI - ((half - r) - f);
    y = x == (double)INFINITY ? x : y;
    y = x == 0.0 ? -(double)INFINITY : y;
    return x >= 0.0 ? y : (double)NAN;
}

static inline float qb_expf_inline(float x)
{
    return (float)qb_exp_inline((double)x);
}
static inline float qb_logf_inline(float x)
{
    return (float)qb_log_inline((double)x);
}

#endif
