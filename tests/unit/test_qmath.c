/* exp, log and pow: near the C library's, special cases as C99 has them, and the same bits on every machine. */
#include "core/qmath.h"

#include "core/base.h"

#include <criterion/criterion.h>

static uint64_t next(uint64_t *s)
{
    uint64_t z = *s += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static double between(uint64_t *s, double lo, double hi)
{
    return lo + (hi - lo) * ((double)(next(s) >> 11) * 0x1p-53);
}

/* Distance in units of the last place of `want`, which is better than half of one itself. */
static double ulps(double got, long double want)
{
    if (got == (double)want || (isnan(got) && isnan((double)want)))
        return 0;
    int exponent;
    frexp((double)want, &exponent);
    exponent = exponent < -1021 ? -1021 : exponent;
    return (double)(fabsl((long double)got - want) / ldexpl(1, exponent - 53));
}

Test(qmath, exp_is_near)
{
    uint64_t s = 1;
    double worst = 0;
    for (int k = 0; k < 400000; k++) {
        double x = k % 2 ? between(&s, -745, 709.7) : between(&s, -1, 1);
        worst = fmax(worst, ulps(qb_exp(x), expl((long double)x)));
    }
    cr_expect_lt(worst, 1.0, "%g ulp", worst);
}

Test(qmath, log_is_near)
{
    uint64_t s = 2;
    double worst = 0;
    for (int k = 0; k < 400000; k++) {
        double x = qb_f64_of(next(&s) >> 1);
        x = k % 2 ? between(&s, 0.5, 2) : x;
        if (!isfinite(x) || x == 0)
            continue;
        worst = fmax(worst, ulps(qb_log(x), logl((long double)x)));
    }
    cr_expect_lt(worst, 1.0, "%g ulp", worst);
}

Test(qmath, pow_is_near)
{
    uint64_t s = 3;
    double worst = 0;
    for (int k = 0; k < 300000; k++) {
        double x = k % 2 ? between(&s, 0, 300) : exp(between(&s, -30, 30)),
               y = between(&s, -20, 20);
        y = k % 5 == 0 ? floor(y) : y;
        x = k % 10 == 0 ? -x : x;
        long double want = powl((long double)x, (long double)y);
        if (fabsl(want) < 1e-300L || fabsl(want) > 1e300L)
            continue;
        worst = fmax(worst, ulps(qb_pow(x, y), want));
    }
    cr_expect_lt(worst, 1.0, "%g ulp", worst);
}

Test(qmath, powf_is_rounded_once)
{
    uint64_t s = 4;
    for (int k = 0; k < 200000; k++) {
        float x = (float)between(&s, 0, 100), y = (float)between(&s, -8, 8);
        float want = (float)powl((long double)x, (long double)y), got = qb_powf(x, y);
        cr_assert(got == want || fabsf(got - want) <= 0x1p-23f * fabsf(want),
                  "%a ** %a is %a, not %a", (double)x, (double)y, (double)got, (double)want);
    }
}

/* Equal to the C library's where C99 leaves no choice. */
Test(qmath, special_cases)
{
    static const double v[] = {0,           -0.0,      1,   -1,     2,      -2,
                               3,           -3,        0.5, -0.5,   1e308,  -1e308,
                               INFINITY,    -INFINITY, NAN, 5e-324, 0x1p53, 0x1p53 + 2,
                               1 + 0x1p-52, 1e-320,    4,   7.5};
    for (int i = 0; i < QB_COUNT(v); i++) {
        double e = qb_exp(v[i]), l = qb_log(v[i]);
        if (!isfinite(v[i]) || v[i] == 0)
            cr_expect(e == exp(v[i]) || isnan(v[i]), "exp(%g) is %g", v[i], e);
        if (!(v[i] > 0) || isinf(v[i]))
            cr_expect(l == log(v[i]) || (isnan(l) && isnan(log(v[i]))), "log(%g) is %g", v[i], l);
        for (int j = 0; j < QB_COUNT(v); j++) {
            double got = qb_pow(v[i], v[j]), want = pow(v[i], v[j]);
            bool same =
                (isnan(got) && isnan(want)) || (got == want && signbit(got) == signbit(want));
            bool near =
                isfinite(want) && want != 0 && fabs(got - want) <= 0x1p-51 * fabs(want) + 5e-324;
            cr_expect(same || near, "%g ** %g is %g, not %g", v[i], v[j], got, want);
        }
    }
    cr_expect_eq(qb_exp(1000), (double)INFINITY);
    cr_expect_eq(qb_exp(-1000), 0);
    cr_expect_eq(qb_log(1), 0);
    cr_expect_eq(qb_pow(7, 2), 49);
    cr_expect_eq(qb_pow(2, 0.5), sqrt(2));
}

/* Each processor, each compiler: these bits. */
Test(qmath, bits)
{
    static const struct {
        double x;
        uint64_t exp, log; /* of x and of |x| */
    } cases[] = {
        {1.0, 0x4005bf0a8b145769u, 0},
        {0.1, 0x3ff1aec7b35a00d4u, 0xc0026bb1bbb55515u},
        {-3.7, 0x3f99511fc6871044u, 0x3ff4eeee650ae550u},
        {123.456, 0x4b11428e1cbc0143u, 0x401343774f3e2362u},
        {0x1p-1030, 0x3ff0000000000000u, 0xc0864f886378b146u},
        {700.25, 0x7f12fd8e4cbfa413u, 0x401a34ac026e1799u},
    };
    for (int k = 0; k < QB_COUNT(cases); k++) {
        uint64_t e = qb_f64_bits(qb_exp(cases[k].x)), l = qb_f64_bits(qb_log(fabs(cases[k].x)));
        cr_expect(e == cases[k].exp, "exp(%g) has the bits %llx", cases[k].x,
                  (unsigned long long)e);
        cr_expect(l == cases[k].log, "log(%g) has the bits %llx", cases[k].x,
                  (unsigned long long)l);
    }
    cr_expect_eq(qb_f64_bits(qb_pow(1.1, 10.3)), 0x40055a100d65c866u);
    cr_expect_eq(qb_f64_bits(qb_pow(0.3, -7.25)), 0x40b82253c23b0916u);
}
