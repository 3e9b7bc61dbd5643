/* What the laws of filters do not reach: weights and voxels as scipy gives them, radii that rounding blurs, sigmas far beyond the
 * image, elements against a count of their voxels, and the words of refusals. */
#include "stdlib/kernels/filter.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const QbOp qb_op_fir_axis0, qb_op_fir_plane, qb_op_gaussian, qb_op_erode, qb_op_open,
    qb_op_box;

/* ---- running one kernel on a whole image --------------------------------------------------------------- */

static QbType image_type(QbKind kind, QbPix pix, int64_t z, int64_t y, int64_t x)
{
    return (QbType){.kind = kind, .rank = 3, .pix = pix, .n = {z, y, x}};
}

static char refusal[512];

static QB_PRINTF(4, 5) bool refuse(QbCheck *c, int param, const char *hint, const char *fmt, ...)
{
    va_list args;
    (void)c;
    (void)param;
    va_start(args, fmt);
    int n = vsnprintf(refusal, sizeof(refusal), fmt, args);
    va_end(args);
    if (hint && n > 0 && (size_t)n < sizeof(refusal))
        snprintf(refusal + n, sizeof(refusal) - (size_t)n, " | %s", hint);
    return false;
}

static bool check(const QbOp *op, void *params, const QbType *in, QbType *out)
{
    QbArena *a = qb_arena_new();
    QbCheck c = {
        .op = op, .params = params, .in = &in, .n_in = 1, .out = out, .arena = a, .fail = refuse};
    memset(out, 0, sizeof(*out));
    refusal[0] = 0;
    bool ok = op->check(&c);
    qb_arena_free(a);
    return ok;
}

/* The result, malloc'd; rows beyond the border are mirrored. */
static void *run(const QbOp *op, void *params, const QbType *in, const void *data,
                 const QbKernels *cpu)
{
    QbType out;
    QbHalo h = {0};
    cr_assert(check(op, params, in, &out), "%s", refusal);
    op->halo(params, &in, 0, &h);
    int64_t ni = in->n[0] + 2 * h.before[0], ny = in->n[1] + 2 * h.before[1], nx = in->n[2];
    size_t bytes = qb_pix_bytes(in->pix), out_bytes = qb_pix_bytes(out.pix);
    const void **row = malloc(sizeof(*row) * (size_t)(ni * ny));
    void **to = malloc(sizeof(*to) * (size_t)(in->n[0] * in->n[1]));
    char *result = malloc((size_t)qb_voxels(&out) * out_bytes);
    for (int64_t k = 0; k < ni * ny; k++) {
        int64_t i = qb_mirror(k / ny - h.before[0], in->n[0]),
                y = qb_mirror(k % ny - h.before[1], in->n[1]);
        row[k] = (const char *)data + (size_t)((i * in->n[1] + y) * nx) * bytes;
    }
    for (int64_t k = 0; k < in->n[0] * in->n[1]; k++)
        to[k] = result + (size_t)(k * nx) * out_bytes;
    QbRows rows = {
        .row = row, .i0 = -h.before[0], .y0 = -h.before[1], .ni = ni, .ny = ny, .x1 = nx, .nx = nx};
    size_t scratch = op->scratch(params, &in, in->n[0], in->n[1], nx);
    QbTask t = {
        .params = params, .out_type = &out, .in_type = &in, .n_in = 1, .in = &rows, .cpu = cpu};
    t.out = (QbTile){.box = {{0, 0, 0}, {in->n[0], in->n[1], nx}}, .row = to};
    t.scratch = aligned_alloc(64, qb_round_up(scratch + 1, 64));
    op->run(&t);
    free(t.scratch);
    free(row);
    free(to);
    return result;
}

/* ---- weights ------------------------------------------------------------------------------------------- */

/* scipy.ndimage's own, from the centre out. */
static const double scipy_03[] = {0x1.fc125907ac9f7p-1, 0x1.f6d37c29b03fdp-9};
static const double scipy_17[] = {0x1.e09c9f68ddeebp-3,  0x1.9441a834fe23fp-3, 0x1.e124bbff172a3p-4,
                                  0x1.9526c2350be94p-5,  0x1.e2bdf93668747p-7, 0x1.96f27c01b3878p-9,
                                  0x1.e56b0ffd38c59p-12, 0x1.99a7e586392dfp-15};

static void check_weights(double sigma, const double *want, int64_t r)
{
    QbFirParams p = {.sigma = {0, 0, sigma}, .size = {1, 1, 1}};
    double w[64];
    cr_assert_eq(qb_fir_radius(&p, 2), r);
    qb_fir_weights(&p, 2, w);
    for (int64_t k = 0; k <= r; k++)
        cr_assert_eq(w[k], want[k], "sigma %g: weight %lld is %a instead of %a", sigma,
                     (long long)k, w[k], want[k]);
}

Test(filters, weights_are_those_of_scipy)
{
    check_weights(0.3, scipy_03, 1);
    check_weights(1.7, scipy_17, 7);
}

Test(filters, weights_add_up_to_one)
{
    for (double sigma = 0.125; sigma <= QB_FILTER_MAX_SIGMA; sigma *= 1.37) {
        QbFirParams p = {.sigma = {sigma, 0, 0}, .size = {1, 1, 1}};
        double w[1024], sum;
        int64_t r = qb_fir_radius(&p, 0);
        cr_assert_lt(r, 1024);
        qb_fir_weights(&p, 0, w);
        sum = w[0];
        for (int64_t k = r; k > 0; k--)
            sum += 2 * w[k];
        cr_assert_float_eq(sum, 1, 1e-14, "sigma %g: %.17g", sigma, sum);
    }
}

Test(filters, radius_is_that_of_scipy)
{
    static const struct {
        double sigma;
        int64_t r;
    } cases[] = {{0, 0}, {0.1, 0},  {0.1249, 0}, {0.125, 1}, {0.37, 1}, {0.375, 2},
                 {1, 4}, {1.12, 4}, {1.125, 5},  {2.3, 9},   {6, 24},   {250, 1000}};
    for (int k = 0; k < QB_COUNT(cases); k++) {
        QbFirParams p = {.sigma = {cases[k].sigma, 0, 0}, .size = {1, 1, 1}};
        cr_assert_eq(qb_fir_radius(&p, 0), cases[k].r, "sigma %g", cases[k].sigma);
    }
    QbFirParams mean = {.sigma = {9, 9, 9}, .size = {7, 1, 1023}};
    cr_assert_eq(qb_fir_radius(&mean, 0), 3);
    cr_assert_eq(qb_fir_radius(&mean, 2), 511);
}

/* ---- sums ---------------------------------------------------------------------------------------------- */

/* gaussian_filter(((3 y + 5 x²) mod 17).astype(u8), 1.7, output=float32) */
static const float scipy_image[5][7] = {
    {0x1.55a49cp+2, 0x1.82e232p+2, 0x1.c9596p+2, 0x1.085a6ep+3, 0x1.24a922p+3, 0x1.377966p+3,
     0x1.41103ap+3},
    {0x1.883acap+2, 0x1.a7d18ap+2, 0x1.d71de6p+2, 0x1.03b8a4p+3, 0x1.19942ap+3, 0x1.2b92dcp+3,
     0x1.365b0ep+3},
    {0x1.cff892p+2, 0x1.dbf9bp+2, 0x1.e9ce52p+2, 0x1.f6d3d8p+2, 0x1.051096p+3, 0x1.11e92p+3,
     0x1.1b8c62p+3},
    {0x1.05357ap+3, 0x1.0337a4p+3, 0x1.f8a702p+2, 0x1.e596a6p+2, 0x1.dc5eb8p+2, 0x1.e23532p+2,
     0x1.eb7e22p+2},
    {0x1.13b878p+3, 0x1.0dce6cp+3, 0x1.000edap+3, 0x1.db37bp+2, 0x1.be7828p+2, 0x1.b34044p+2,
     0x1.b27f9ap+2},
};

Test(filters, voxels_are_those_of_scipy)
{
    const QbKernels *cpu[3];
    int n_cpu = qb_kernels_all(cpu);
    uint8_t image[5][7];
    for (int y = 0; y < 5; y++)
        for (int x = 0; x < 7; x++)
            image[y][x] = (uint8_t)((3 * y + 5 * x * x) % 17);
    QbType in = image_type(QB_IMAGE, QB_U8, 5, 1, 7),
           between = image_type(QB_IMAGE, QB_F32, 5, 1, 7), picture = in;
    picture.rank = 2;
    for (int k = 0; k < n_cpu; k++) {
        QbFirParams p = {.sigma = {1.7, 0, 1.7}, .size = {1, 1, 1}};
        float *first = run(&qb_op_fir_axis0, &p, &in, image, cpu[k]);
        float *got = run(&qb_op_fir_plane, &p, &between, first, cpu[k]);
        float *at_once = run(&qb_op_fir_plane, &p, &picture, image, cpu[k]);
        cr_assert(memcmp(got, scipy_image, sizeof(scipy_image)) == 0, "%s differs from scipy",
                  cpu[k]->name);
        cr_assert(memcmp(at_once, scipy_image, sizeof(scipy_image)) == 0,
                  "%s: both axes of a picture differ from scipy", cpu[k]->name);
        free(first);
        free(got);
        free(at_once);
    }
}

/* A single 1 spreads to the weights themselves, and a mean divides once. */
Test(filters, an_impulse_gives_the_weights)
{
    const QbKernels *cpu[3];
    int n_cpu = qb_kernels_all(cpu);
    double image[601] = {0}, w[64];
    image[300] = 1;
    QbType in = image_type(QB_IMAGE, QB_F64, 1, 1, 601);
    for (int k = 0; k < n_cpu; k++) {
        QbFirParams p = {.sigma = {0, 0, 11}, .size = {1, 1, 1}}, mean = {.size = {1, 1, 49}};
        qb_fir_weights(&p, 2, w);
        double *smooth = run(&qb_op_fir_plane, &p, &in, image, cpu[k]);
        double *flat = run(&qb_op_fir_plane, &mean, &in, image, cpu[k]);
        for (int x = 0; x < 601; x++) {
            int far = abs(x - 300);
            cr_assert_eq(smooth[x], far <= 44 ? w[far] : 0, "%s: column %d", cpu[k]->name, x);
            cr_assert_eq(flat[x], far <= 24 ? 1.0 / 49 : 0, "%s: column %d", cpu[k]->name, x);
        }
        free(smooth);
        free(flat);
    }
}

/* The mirror repeats hundreds of times where a halo is that much wider than the image. */
Test(filters, a_huge_sigma_keeps_a_constant)
{
    const QbKernels *cpu[3];
    int n_cpu = qb_kernels_all(cpu);
    float image[3 * 5 * 7];
    for (int k = 0; k < QB_COUNT(image); k++)
        image[k] = 7.25f;
    QbType in = image_type(QB_IMAGE, QB_F32, 3, 5, 7);
    for (int k = 0; k < n_cpu; k++) {
        QbFirParams p = {.sigma = {250, 250, 250}, .size = {1, 1, 1}};
        float *first = run(&qb_op_fir_axis0, &p, &in, image, cpu[k]);
        float *got = run(&qb_op_fir_plane, &p, &in, first, cpu[k]);
        cr_assert(memcmp(got, image, sizeof(image)) == 0, "%s changes a constant image",
                  cpu[k]->name);
        free(first);
        free(got);
    }
}

/* ---- elements ------------------------------------------------------------------------------------------ */

/* Is n ≤ r², exactly? r = m · 2^e with a whole m. */
static bool is_within(int64_t n, double r)
{
    int e;
    double m = frexp(r, &e);
    unsigned __int128 whole = (unsigned __int128)ldexp(m, 53);
    int shift = 2 * (53 - e); /* r² = whole² / 2^shift */
    if (shift >= 127)
        return n == 0;
    return ((unsigned __int128)n << shift) <= whole * whole;
}

Test(filters, squares_of_radii_are_exact)
{
    for (int64_t n = 1; n <= 20000; n++) {
        double root = sqrt((double)n), tries[3] = {nextafter(root, 0), root, nextafter(root, 1e9)};
        for (int k = 0; k < 3; k++) {
            int64_t square = qb_radius_squared(tries[k]);
            cr_assert(is_within(square, tries[k]) && !is_within(square + 1, tries[k]), "%a: %lld",
                      tries[k], (long long)square);
        }
    }
    cr_assert_eq(qb_radius_squared(0), 0);
    cr_assert_eq(qb_radius_squared(5e-324), 0);
    cr_assert_eq(qb_radius_squared(nextafter(1, 0)), 0);
    cr_assert_eq(qb_radius_squared(QB_FILTER_MAX_RADIUS), 1 << 20);
}

static bool holds(const QbElement *e, int rank, const int64_t d[3])
{
    int64_t squares = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
    int away = (d[0] != 0) + (d[1] != 0) + (d[2] != 0);
    if (rank == 2 && d[1])
        return false;
    if (qb_element_is_stretched(e)) {
        double sum = 0;
        for (int a = 0; a < 3; a++)
            sum += d[a] ? (double)(d[a] * d[a]) / (e->along[a] * e->along[a]) : 0;
        return sum < 1 + 2e-9 && (e->shape != QB_CROSS || away < 2) &&
               (e->shape != QB_DISK || rank == 2 || !d[0]);
    }
    switch (e->shape) {
    case QB_BALL:
        return is_within(squares, e->r);
    case QB_DISK:
        return is_within(squares, e->r) && (rank == 2 || d[0] == 0);
    case QB_CROSS:
        return away < 2 && is_within(squares, e->r);
    case QB_BOX:
        for (int u = 0; u < rank; u++)
            if (llabs(d[qb_axis(rank, u)]) > (e->axes ? e->size[u] : e->size[0]) / 2)
                return false;
        return true;
    }
    return false;
}

static void check_halves(const QbElement *e, int rank)
{
    int64_t d[3], reach[3];
    qb_element_reach(e, rank, reach);
    for (d[0] = -reach[0] - 2; d[0] <= reach[0] + 2; d[0]++)
        for (d[1] = -reach[1] - 2; d[1] <= reach[1] + 2; d[1]++) {
            int64_t half = -1;
            for (d[2] = 0; holds(e, rank, d); d[2]++)
                half = d[2];
            cr_assert_eq(qb_element_half(e, rank, d[0], d[1]), half,
                         "shape %d, r %.17g, rank %d at (%lld, %lld)", e->shape, e->r, rank,
                         (long long)d[0], (long long)d[1]);
            cr_assert_leq(half, reach[2]);
        }
}

Test(filters, halves_of_elements_are_counted)
{
    static const double radii[] = {
        0, 0.5, 0.99, 1,      1.4142135623730949, 1.4142135623730951, 1.7320508075688772,
        2, 2.5, 5,    12.0001};
    for (int k = 0; k < QB_COUNT(radii); k++) {
        check_halves(&(QbElement){.shape = QB_BALL, .r = radii[k]}, 3);
        check_halves(&(QbElement){.shape = QB_DISK, .r = radii[k]}, 3);
        check_halves(&(QbElement){.shape = QB_DISK, .r = radii[k]}, 2);
        check_halves(&(QbElement){.shape = QB_CROSS, .r = floor(radii[k])}, 2 + k % 2);
    }
    static const double stretched[][3] = {
        {1.5, 6, 6}, {2, 10, 0.5}, {0, 4, 3.7}, {0.3, 0.2, 9}, {6, 6 * (1 - 1e-12), 8}, {1, 2, 4}};
    for (int k = 0; k < QB_COUNT(stretched); k++)
        for (QbElementShape shape = QB_BALL; shape <= QB_CROSS; shape++) {
            QbElement e = {.shape = shape};
            memcpy(e.along, stretched[k], sizeof(e.along));
            if (shape != QB_BOX)
                check_halves(&e, 3);
            e.along[1] = 0;
            if (shape != QB_BOX && shape != QB_BALL)
                check_halves(&e, 2);
        }
    check_halves(&(QbElement){.shape = QB_BOX, .size = {5}}, 2);
    check_halves(&(QbElement){.shape = QB_BOX, .size = {1, 7, 3}, .axes = 3}, 3);
    check_halves(&(QbElement){.shape = QB_BOX, .size = {9, 3}, .axes = 2}, 2);
}

/* ---- refusals ------------------------------------------------------------------------------------------ */

static const char *refused(const QbOp *op, void *params, const QbType *in)
{
    QbType out;
    return check(op, params, in, &out) ? "" : refusal;
}

Test(filters, elements_that_do_not_fit_are_refused)
{
    QbType flat = {.kind = QB_MASK, .rank = 2, .pix = QB_U8, .n = {40, 1, 50}};
    QbType deep = image_type(QB_MASK, QB_U8, 30, 40, 50),
           grey = image_type(QB_IMAGE, QB_F32, 30, 40, 50);
    QbMorphParams ball = {.element = {.shape = QB_BALL, .r = 2.5}},
                  large = {.element = {.shape = QB_BALL, .r = 900}};
    QbOpeningParams box = {.element = {.shape = QB_BOX, .size = {3, 5}, .axes = 2}};
    cr_assert_str_eq(refused(&qb_op_erode, &ball, &flat),
                     "'ball' is an element of volumes, the image has 2 axes | disk(2.5)");
    cr_assert_str_eq(refused(&qb_op_erode, &ball, &deep), "");
    cr_assert_str_eq(refused(&qb_op_erode, &large, &deep), "");
    cr_assert(strstr(refused(&qb_op_erode, &large, &grey), "too large for grey values"), "%s",
              refusal);
    cr_assert_str_eq(refused(&qb_op_open, &box, &flat), "");
    cr_assert_str_eq(refused(&qb_op_open, &box, &deep),
                     "'box' has 2 sizes, expected one for each of the 3 axes of the image");
}

Test(filters, boxes_are_odd)
{
    QbNumbers even = {.n = 1, .v = {4}}, part = {.n = 2, .v = {3, 2.5}},
              many = {.n = 4, .v = {3, 3, 3, 3}};
    cr_assert_str_eq(refused(&qb_op_box, &even, NULL),
                     "a size of 'box' is an odd whole number from 1 to 1023, found 4");
    cr_assert_str_eq(refused(&qb_op_box, &part, NULL),
                     "a size of 'box' is an odd whole number from 1 to 1023, found 2.5");
    cr_assert(refused(&qb_op_box, &many, NULL)[0]);
}

Test(filters, masks_are_not_smoothed)
{
    QbType mask = image_type(QB_MASK, QB_U8, 3, 4, 5),
           labels = image_type(QB_LABELS, QB_U32, 3, 4, 5);
    QbGaussianParams p = {.sigma = {1, 1, 1}};
    cr_assert_str_eq(refused(&qb_op_gaussian, &p, &mask),
                     "'gaussian' takes an image, found mask | |> as(u8)");
    cr_assert(strstr(refused(&qb_op_gaussian, &p, &labels), "labels"));
}
