/* Phantoms look as they promise: noise has its mean and deviation, blobs are as many as are counted, bubbles of a foam are
 * parted by bright walls. That any cut gives the same voxels is one of the laws (tests/ops). */
#include "stdlib/kernels/kernels.h"
#include "stdlib/phantom.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

extern const QbOp qb_op_noise, qb_op_blobs, qb_op_foam;

static QB_PRINTF(4, 5) bool refuse(QbCheck *c, int param, const char *hint, const char *fmt, ...)
{
    (void)param;
    (void)hint;
    *(const char **)c->ctx = fmt;
    return false;
}

/* Runs the checker: NULL, or its message. */
static const char *check(const QbOp *op, void *params, QbType *type)
{
    const char *message = NULL;
    QbCheck c = {.op = op, .params = params, .out = type, .fail = refuse, .ctx = &message};
    *type = (QbType){0};
    return op->check(&c) ? NULL : message;
}

/* The whole image, malloc'd. */
static void *made(const QbOp *op, void *params, QbType *type)
{
    const char *message = check(op, params, type);
    cr_assert_null(message, "%s", message);
    const int64_t *n = type->n;
    size_t row_bytes = (size_t)n[2] * qb_pix_bytes(type->pix), n_rows = (size_t)(n[0] * n[1]);
    unsigned char *v = malloc(n_rows * row_bytes);
    void **row = malloc(n_rows * sizeof(*row));
    void *scratch = op->scratch ? malloc(op->scratch(params, NULL, n[0], n[1], n[2])) : NULL;
    for (size_t k = 0; k < n_rows; k++)
        row[k] = v + k * row_bytes;
    QbTask t = {.params = params,
                .out_type = type,
                .out = {.box = {{0, 0, 0}, {n[0], n[1], n[2]}}, .row = row},
                .scratch = scratch,
                .cpu = qb_kernels(NULL)};
    QbErr err = {0};
    cr_assert(op->source->fill(&t, NULL, &err));
    free(row);
    free(scratch);
    return v;
}

/* ---- noise --------------------------------------------------------------------------------------------- */

typedef struct NoiseParams {
    QbShape shape;
    int64_t seed;
    QbPix type;
    int spread;
    double mean, deviation;
} NoiseParams;

typedef struct Moments {
    double mean, deviation, low, high;
} Moments;

static Moments moments(NoiseParams p)
{
    QbType type;
    void *v = made(&qb_op_noise, &p, &type);
    Moments m = {0, 0, INFINITY, -INFINITY};
    double sum = 0, squares = 0, n = (double)qb_voxels(&type);
    for (int64_t k = 0; k < qb_voxels(&type); k++) {
        double x = qb_pix_get(type.pix, v, k);
        sum += x;
        squares += x * x;
        m.low = fmin(m.low, x);
        m.high = fmax(m.high, x);
    }
    free(v);
    m.mean = sum / n;
    m.deviation = sqrt(squares / n - m.mean * m.mean);
    return m;
}

Test(noise, moments)
{
    const QbShape shape = {3, {20, 100, 100}};
    static const struct {
        QbPix type;
        int spread;
        double mean, deviation, want_mean, want_deviation, low, high;
    } cases[] = {
        {QB_F32, 0, 0, 0, 0, 1, -6, 6},          {QB_F64, 1, 0, 0, 0, 1, -1.7321, 1.7321},
        {QB_F32, 0, 100, 15, 100, 15, 10, 190},  {QB_U8, 0, 0, 0, 127.5, 31.9, 0, 255},
        {QB_U8, 1, 0, 0, 127.5, 73.6, 0, 255},   {QB_U16, 0, 100, 15, 100, 15, 10, 190},
        {QB_I16, 0, 0, 20, -0.5, 20, -120, 120},
    };
    for (int k = 0; k < QB_COUNT(cases); k++) {
        Moments m = moments((NoiseParams){shape, 3, cases[k].type, cases[k].spread, cases[k].mean,
                                          cases[k].deviation});
        double error = cases[k].want_deviation / sqrt(200000);
        cr_expect(fabs(m.mean - cases[k].want_mean) < 4 * error, "case %d: mean %g", k, m.mean);
        cr_expect(fabs(m.deviation / cases[k].want_deviation - 1) < 0.01, "case %d: deviation %g",
                  k, m.deviation);
        cr_expect(m.low >= cases[k].low && m.high <= cases[k].high, "case %d: %g..%g", k, m.low,
                  m.high);
    }
}

/* Neighbours and seeds have nothing to do with one another. */
Test(noise, independence)
{
    NoiseParams p = {{3, {20, 100, 100}}, 1, QB_F64, 0, 0, 0}, other = p;
    QbType type;
    other.seed = 2;
    double *v = made(&qb_op_noise, &p, &type), *w = made(&qb_op_noise, &other, &type);
    static const int64_t lag[] = {1, 2, 100, 10000, 10101};
    for (int k = 0; k <= QB_COUNT(lag); k++) {
        bool seeds = k == QB_COUNT(lag);
        int64_t step = seeds ? 0 : lag[k], n = 200000 - step;
        double sum = 0;
        for (int64_t at = 0; at < n; at++)
            sum += v[at] * (seeds ? w : v)[at + step];
        cr_expect(fabs(sum / sqrt((double)n)) < 4, "lag %lld: %g", (long long)step,
                  sum / sqrt((double)n));
    }
    free(v);
    free(w);
}

Test(noise, refuses)
{
    QbType type;
    NoiseParams p = {{2, {4, 1, 4}}, 0, QB_F32, 0, INFINITY, 1};
    cr_expect_str_eq(check(&qb_op_noise, &p, &type),
                     "the mean of noise is a finite number, not %g");
    p = (NoiseParams){{2, {4, 1, 4}}, 0, QB_F32, 0, 0, INFINITY};
    cr_expect_str_eq(check(&qb_op_noise, &p, &type),
                     "the deviation of noise is a finite number, not %g");
    p = (NoiseParams){{3, {INT64_C(1) << 40, INT64_C(1) << 40, 4}}, 0, QB_F32, 0, 0, 0};
    cr_expect_str_eq(check(&qb_op_noise, &p, &type),
                     "the shape has more voxels than can be counted");
    p = (NoiseParams){{2, {0, 1, 4}}, 0, QB_F32, 0, 0, 0};
    cr_expect_str_eq(check(&qb_op_noise, &p, &type), "a shape has sizes from 1, not %lld");
}

/* ---- counting ------------------------------------------------------------------------------------------ */

/* Median of a window of 5 along each axis, mirrored, above 60: half of the window's voxels and more are. */
static uint8_t *median_above_60(const uint8_t *v, const QbType *t)
{
    const int64_t *n = t->n;
    uint8_t *mask = malloc((size_t)qb_voxels(t));
    int ry = t->rank == 3 ? 2 : 0, need = t->rank == 3 ? 63 : 13;
    for (int64_t at = 0; at < qb_voxels(t); at++) {
        int64_t z = at / n[2] / n[1], y = at / n[2] % n[1], x = at % n[2];
        int above = 0;
        for (int i = -2; i <= 2; i++)
            for (int j = -ry; j <= ry; j++)
                for (int k = -2; k <= 2; k++)
                    above += v[(qb_mirror(z + i, n[0]) * n[1] + qb_mirror(y + j, n[1])) * n[2] +
                               qb_mirror(x + k, n[2])] > 60;
        mask[at] = above >= need;
    }
    return mask;
}

/* Objects of at least `least` voxels, all neighbours counted (`full`) or those with a common face. Clears the mask. */
static int64_t objects(uint8_t *mask, const QbType *t, bool full, int64_t least)
{
    const int64_t *n = t->n;
    int64_t count = 0, *stack = malloc((size_t)qb_voxels(t) * sizeof(*stack));
    for (int64_t at = 0; at < qb_voxels(t); at++) {
        int64_t top = 0, voxels = 0;
        if (mask[at])
            stack[top++] = at;
        mask[at] = 0;
        while (top > 0) {
            int64_t u = stack[--top], z = u / n[2] / n[1], y = u / n[2] % n[1], x = u % n[2];
            voxels++;
            for (int k = 0; k < 27; k++) {
                int64_t a = z + k / 9 - 1, b = y + k / 3 % 3 - 1, c = x + k % 3 - 1,
                        w = (a * n[1] + b) * n[2] + c;
                bool face = llabs(a - z) + llabs(b - y) + llabs(c - x) == 1;
                if ((!full && !face) || a < 0 || b < 0 || c < 0 || a >= n[0] || b >= n[1] ||
                    c >= n[2] || !mask[w])
                    continue;
                mask[w] = 0;
                stack[top++] = w;
            }
        }
        count += voxels > 0 && voxels >= least;
    }
    free(stack);
    return count;
}

/* ---- blobs --------------------------------------------------------------------------------------------- */

static void check_blobs(QbShape shape, int64_t seed, double fill)
{
    QbBlobs p = {.shape = shape, .seed = seed, .cell = 24, .radius = 7, .fill = fill, .noise = 8};
    QbType type;
    uint8_t *v = made(&qb_op_blobs, &p, &type), *mask = median_above_60(v, &type);
    int64_t found = objects(mask, &type, true, 1), there = qb_phantom_blob_count(&p);
    cr_expect_eq(found, there, "seed %lld, fill %g: %lld objects of %lld blobs", (long long)seed,
                 fill, (long long)found, (long long)there);
    free(v);
    free(mask);
}

Test(blobs, are_found)
{
    static const double fill[] = {0, 0.3, 0.75, 1};
    for (int64_t seed = 0; seed < 12; seed++)
        check_blobs((QbShape){2, {96, 1, 128}}, seed, fill[seed % 4]);
    for (int64_t seed = 0; seed < 4; seed++)
        check_blobs((QbShape){3, {50, 77, 96}}, seed, fill[seed]);
    check_blobs((QbShape){2, {23, 1, 500}}, 1, 1); /* no cell has room */
}

Test(blobs, of_the_samples)
{
    QbBlobs flat = {
        .shape = {2, {96, 1, 128}}, .seed = 1, .cell = 24, .radius = 7, .fill = 0.75, .noise = 8};
    QbBlobs deep = {
        .shape = {3, {24, 96, 128}}, .seed = 2, .cell = 24, .radius = 7, .fill = 0.75, .noise = 8};
    check_blobs(flat.shape, 1, 0.75);
    check_blobs(deep.shape, 2, 0.75);
    cr_expect_gt(qb_phantom_blob_count(&flat), 10);
    cr_expect_gt(qb_phantom_blob_count(&deep), 10);
}

/* A radius that the cell has no room for is cut, in the parameters too. */
Test(blobs, radius_fits)
{
    QbBlobs p = {
        .shape = {2, {96, 1, 96}}, .seed = 1, .cell = 12, .radius = 100, .fill = 1, .noise = 0};
    QbType type;
    cr_expect_null(check(&qb_op_blobs, &p, &type));
    cr_expect_eq(p.radius, 3.5);
    cr_expect_eq(type.pix, QB_U8);
    cr_expect_eq(qb_phantom_blob_count(&p), 64);
}

/* ---- foam ---------------------------------------------------------------------------------------------- */

typedef struct FoamParams {
    QbShape shape;
    int64_t seed, cell;
    double wall, noise;
} FoamParams;

/* Liquid is bright and closed: air, without what is near the walls, falls into as many bubbles as cells lie inside. */
Test(foam, bubbles)
{
    for (int64_t seed = 1; seed < 4; seed++) {
        FoamParams p = {{3, {64, 96, 96}}, seed, 24, 1.5, 0};
        QbType type;
        uint8_t *v = made(&qb_op_foam, &p, &type);
        int64_t air = 0, liquid = 0;
        for (int64_t k = 0; k < qb_voxels(&type); k++) {
            air += v[k] < 40;
            liquid += v[k] > 120;
            v[k] = v[k] < 80;
        }
        cr_expect(air > 0.5 * 64 * 96 * 96 && liquid > 0.03 * 64 * 96 * 96, "air %lld, liquid %lld",
                  (long long)air, (long long)liquid);
        int64_t bubbles = objects(v, &type, false, 200);
        cr_expect(bubbles >= 32 && bubbles <= 90,
                  "%lld bubbles of about 43 cells and those cut by the border", (long long)bubbles);
        free(v);
    }
}

/* A voxel's grey value is that of its three nearest seeds, wherever blocks are cut: a part made alone is the same. */
Test(foam, parts)
{
    FoamParams p = {{3, {40, 70, 90}}, 5, 8, 1.5, 6};
    QbType type;
    uint8_t *v = made(&qb_op_foam, &p, &type), part[7][11];
    void *row[7], *scratch = malloc(qb_op_foam.scratch(&p, NULL, 1, 7, 11));
    for (int k = 0; k < 7; k++)
        row[k] = part[k];
    for (int64_t z = 0; z < 40; z += 13) {
        QbTask t = {.params = &p,
                    .out_type = &type,
                    .out = {.box = {{z, 37, 61}, {z + 1, 44, 72}}, .row = row},
                    .scratch = scratch,
                    .cpu = qb_kernels("base")};
        QbErr err = {0};
        cr_assert(qb_op_foam.source->fill(&t, NULL, &err));
        for (int k = 0; k < 7; k++)
            cr_expect(memcmp(part[k], v + (z * 70 + 37 + k) * 90 + 61, 11) == 0,
                      "row %d of slice %lld", k, (long long)z);
    }
    free(v);
    free(scratch);
}
