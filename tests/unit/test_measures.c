/* Measures where random cases do not reach: counters that overflow, sums beyond 64 bits, bins at the ends of their ranges, every
 * rank of awkward images, projections longer than a block, and what the checker says. */
#include "tests/unit/support_fold.h"

#include "compiler/lower.h"
#include "stdlib/bins.h"
#include "stdlib/project.h"
#include "stdlib/sums.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

extern const QbOp qb_op_tally, qb_op_quantile, qb_op_count, qb_op_project_slices, qb_op_row_sums,
    qb_op_moments;

static const QbRunEnv roomy = {.threads = 2, .spill_above = 64 << 20, .tmp_dir = "/tmp"};
static const QbRunEnv tiny = {.threads = 2, .spill_above = 1, .tmp_dir = "/tmp"};

/* ---- sums ---------------------------------------------------------------------------------------------- */

Test(sums, a_mean_is_rounded_once)
{
    cr_expect_eq(qb_whole_mean(0, 7), 0.0);
    cr_expect_eq(qb_whole_mean(1, 3), 1.0 / 3);
    cr_expect_eq(qb_whole_mean(-22, 7), -22.0 / 7);
    cr_expect_eq(qb_whole_mean(((__int128)1 << 80) + 1, 2), 0x1p79);
    /* halfway between two doubles by its integer part, above it by the remainder */
    __int128 odd = ((__int128)1 << 53) + 1;
    cr_expect_eq(qb_whole_mean(odd * 3, 3), 0x1p53);
    cr_expect_eq(qb_whole_mean(odd * 3 + 1, 3), 0x1p53 + 2);
    cr_expect_eq(qb_whole_mean(-odd * 3 - 1, 3), -0x1p53 - 2);
}

/* n voxels of `a`, then n of `b`: std is half their distance, whatever lies below them. */
static double std_of_two(int64_t a, int64_t b, int64_t n)
{
    QbWholeSum s = {.sum = (__int128)(a + b) * n,
                    .squares = (unsigned __int128)(((__int128)a * a + (__int128)b * b) * n)};
    return qb_whole_std(&s, 2 * n);
}

Test(sums, a_std_is_exact_far_from_zero)
{
    cr_expect_eq(std_of_two(0, 2, 1), 1.0);
    cr_expect_eq(std_of_two(UINT32_MAX, UINT32_MAX, 1000), 0.0);
    cr_expect_eq(std_of_two(UINT32_MAX - 1, UINT32_MAX, 1), 0.5);
    cr_expect_eq(std_of_two(UINT32_MAX - 1, UINT32_MAX, INT64_C(1) << 40), 0.5);
    cr_expect_eq(std_of_two(INT32_MIN, INT32_MIN + 2, INT64_C(1) << 33), 1.0);
    cr_expect_eq(std_of_two(INT32_MIN, INT32_MAX, INT64_C(1) << 46), 2147483647.5);
}

Test(sums, moments_join_as_one)
{
    QbMoments all = {0}, none = {3, 5, 2}, more = {1, 9, 0};
    qb_moments_join(&all, &none);
    qb_moments_join(&all, &more);
    cr_expect_eq(all.n, 4);
    cr_expect_eq(all.mean, 6.0);
    cr_expect_eq(all.m2, 14.0);
}

/* Rows of any length, NaN and infinities anywhere: the same in all variants. */
Test(sums, ranges_of_floats)
{
    QbKernels cpu[3];
    int n_cpu = fold_kernels(cpu);
    uint64_t rng = 5;
    for (int round = 0; round < 2000; round++) {
        float f[70];
        double d[70], lo = INFINITY, hi = -INFINITY;
        int64_t n = 1 + fold_pick(&rng, 70);
        bool nan = false;
        for (int64_t x = 0; x < n; x++) {
            int64_t v = fold_pick(&rng, 200);
            f[x] = v == 0 ? NAN : v == 1 ? -INFINITY : v == 2 ? INFINITY : (float)(v - 100);
            d[x] = (double)f[x];
            nan |= isnan(f[x]);
            lo = d[x] < lo ? d[x] : lo;
            hi = d[x] > hi ? d[x] : hi;
        }
        for (int k = 0; k < 2 * n_cpu; k++) {
            QbRange r = {INFINITY, -INFINITY, false};
            bool wide = k % 2;
            cpu[k / 2].label->range(wide ? QB_F64 : QB_F32, wide ? (void *)d : (void *)f, n, &r);
            cr_assert(r.lo == lo && r.hi == hi && r.nan == nan, "%s", cpu[k / 2].name);
        }
    }
}

/* ---- tallies ------------------------------------------------------------------------------------------- */

Test(tally, counters_are_emptied_before_they_overflow)
{
    QbKernels cpu[3];
    fold_kernels(cpu);
    static const QbPix pixes[] = {QB_I8, QB_U16, QB_F32};
    for (int k = 0; k < QB_COUNT(pixes); k++) {
        QbSeek none = {0};
        QbTally *t = qb_tally_new(pixes[k], &none);
        QbTallyPart *part = malloc(qb_tally_part_bytes(pixes[k]));
        char row[64] = {0};
        qb_tally_part_open(pixes[k], part);
        part->added = UINT32_MAX - 15; /* as after so many voxels of value 0 */
        int64_t bin = qb_pix_info[pixes[k]].is_signed ? t->n_bins / 2 : 0;
        part->count[pixes[k] == QB_I8 ? 0 : bin] = UINT32_MAX - 15;
        for (int j = 0; j < 3; j++)
            qb_tally_add(cpu[0].label, t, part, row, 10);
        qb_tally_flush(t, part);
        cr_expect_eq(t->count[0][bin], (uint64_t)UINT32_MAX + 15, "%s", qb_pix_info[pixes[k]].name);
        free(part);
        qb_tally_free(t);
    }
}

/* The finished state of a level; in[1] is the level before. */
static QbTally *run_tally(const QbType *type, const void *data, QbTallyParams p, QbTally *before,
                          uint64_t seed)
{
    QbKernels cpu[3];
    int n_cpu = fold_kernels(cpu);
    QbType blob = {.kind = QB_BLOB, .pix = type->pix};
    QbValue value = {.state = before}, out;
    FoldCase c = {.op = &qb_op_tally,
                  .params = &p,
                  .in = {{type, data, NULL}, {&blob, NULL, &value}},
                  .n_in = before ? 2 : 1,
                  .out_type = &blob,
                  .env = &roomy,
                  .cpu = &cpu[seed % (uint64_t)n_cpu],
                  .seed = seed};
    void *state;
    fold_run(&c, &out, &state);
    return out.state;
}

static double percentile_of(const QbType *type, const void *data, double p, uint64_t seed)
{
    QbTally *t = NULL;
    for (int level = 0; level < qb_tally_levels(type->pix); level++) {
        QbTally *next = run_tally(type, data, (QbTallyParams){p, level}, t, seed);
        if (t)
            qb_tally_free(t);
        t = next;
    }
    double v = qb_tally_percentile(t, p);
    qb_tally_free(t);
    return v;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Every rank: p = 100·k/(n−1), with n−1 a divisor of a power of two times 100. */
Test(tally, every_rank_of_every_type)
{
    uint64_t rng = 9;
    for (int round = 0; round < 48; round++) {
        QbPix pix = (QbPix)(round % QB_PIX_COUNT);
        int64_t n[3] = {5, 1, 5}, all = 25;
        double sorted[25], data[25];
        for (int64_t k = 0; k < all; k++) {
            double v = ldexp((double)(fold_pick(&rng, 2001) - 1000), (int)fold_pick(&rng, 60) - 30);
            v = round >= 40 && fold_pick(&rng, 4) == 0 ? (fold_pick(&rng, 2) ? INFINITY : -INFINITY)
                                                       : v;
            qb_pix_put(pix, data, k, fold_pick(&rng, 5) == 0 ? -0.0 : v);
            sorted[k] = qb_pix_get(pix, data, k);
        }
        qsort(sorted, (size_t)all, sizeof(double), ascending);
        QbType type = fold_type(QB_IMAGE, pix, 2, n);
        for (int64_t k = 0; k < all; k += 3) { /* 24 = 3 · 8 */
            double got = percentile_of(&type, data, 12.5 * (double)(k / 3), (uint64_t)round);
            cr_assert_eq(got, sorted[k], "%s rank %lld: %.17g, expected %.17g",
                         qb_pix_info[pix].name, (long long)k, got, sorted[k]);
        }
    }
}

Test(tally, ranks_of_different_prefixes)
{
    int64_t n[3] = {2, 1, 1};
    double wide[2] = {-DBL_MAX, 1};
    float narrow[2] = {-1, 3};
    int32_t whole[2] = {INT32_MIN, INT32_MAX};
    QbType t = fold_type(QB_IMAGE, QB_F64, 2, n);
    cr_expect_eq(percentile_of(&t, wide, 50, 1), -DBL_MAX / 2);
    t.pix = QB_F32;
    cr_expect_eq(percentile_of(&t, narrow, 25, 1), 0.0);
    t.pix = QB_I32;
    cr_expect_eq(percentile_of(&t, whole, 50, 1), -0.5);
    narrow[1] = NAN;
    t.pix = QB_F32;
    cr_expect(isnan(percentile_of(&t, narrow, 0, 1)));
}

/* ---- bins ---------------------------------------------------------------------------------------------- */

static QbBins bins_over(QbPix pix, int64_t n, double lo, double hi)
{
    QbBins s;
    QbErr err = {0};
    QbBinsAsk ask = {.pix = pix, .n = n};
    cr_assert(qb_bins_open(&s, &ask, (const double[]){lo, hi}, &err), "%s", err.text);
    return s;
}

Test(bins, one_per_value_up_to_65536_apart)
{
    QbBins s = bins_over(QB_U32, 0, 10, 65546);
    cr_expect(s.b.by_value);
    cr_expect_eq(s.b.n, 65537);
    cr_expect_eq(qb_bins_centre(&s, 65536), 65546.0);
    qb_bins_close(&s);
    s = bins_over(QB_U32, 0, 10, 65547);
    cr_expect_not(s.b.by_value);
    cr_expect_eq(s.b.n, 256);
    qb_bins_close(&s);
}

Test(bins, of_nothing_and_of_one_value)
{
    QbErr err = {0};
    QbBins s = bins_over(QB_F32, 0, INFINITY, -INFINITY);
    cr_expect_eq(s.b.n, 0);
    cr_expect(isnan(qb_bins_otsu(&s, &err)));
    qb_bins_close(&s);
    s = bins_over(QB_F64, 0, 3, 3);
    cr_expect_eq(s.b.lo, 2.5);
    cr_expect_eq(s.b.hi, 3.5);
    cr_expect_eq(qb_binning_find(&s.b, 3), 128);
    cr_expect_eq(qb_bins_otsu(&s, &err), 3.0);
    qb_bins_close(&s);
    s = bins_over(QB_F64, 0, 1e300, 1e300); /* half a unit is lost here */
    cr_expect_eq(qb_bins_otsu(&s, &err), 1e300);
    qb_bins_close(&s);
}

/* Every edge belongs to the bin above it, the last one to the last bin, also where widths overflow or vanish. */
Test(bins, edges)
{
    static const double ranges[][2] = {{0, 1},       {-1.7e308, 1.7e308}, {1e16, 1e16 + 512},
                                       {-3, 1e-300}, {0, 1e-310},         {-100, 90}};
    for (int k = 0; k < QB_COUNT(ranges); k++) {
        QbBins s = bins_over(QB_F64, 0, ranges[k][0], ranges[k][1]);
        cr_assert_eq(s.edge[0], ranges[k][0]);
        cr_assert_eq(s.edge[256], ranges[k][1]);
        for (int64_t b = 0; b < 256; b++) {
            cr_assert_leq(s.edge[b], s.edge[b + 1]);
            int64_t at = qb_binning_find(&s.b, s.edge[b]);
            cr_assert(at >= b && s.edge[at] == s.edge[b], "range %d edge %lld is in bin %lld", k,
                      (long long)b, (long long)at);
            cr_assert(isfinite(qb_bins_centre(&s, b)));
        }
        cr_assert_eq(qb_binning_find(&s.b, ranges[k][1]), 255);
        qb_bins_close(&s);
    }
}

Test(bins, a_range_that_is_none)
{
    const double low = 5, high = 3, none = NAN;
    QbBins s;
    QbErr err = {0};
    QbBinsAsk ask = {QB_F32, 0, &low, &high};
    cr_expect_not(qb_bins_open(&s, &ask, (const double[]){0, 1}, &err));
    cr_expect_str_eq(err.text, "'histogram' needs a low of at most high, found low 5 and high 3");
    err = (QbErr){0};
    ask = (QbBinsAsk){QB_U8, 0, NULL, &none};
    cr_expect_not(qb_bins_open(&s, &ask, (const double[]){0, 1}, &err));
    cr_expect_str_eq(err.text, "'histogram' needs a finite high, found nan");
    err = (QbErr){0};
    ask = (QbBinsAsk){QB_U8, 0, &low, NULL}; /* the image lies below it */
    cr_expect(qb_bins_open(&s, &ask, (const double[]){0, 1}, &err));
    cr_expect_eq(s.b.n, 0);
    qb_bins_close(&s);
}

Test(bins, otsu_takes_the_first_of_equals)
{
    QbErr err = {0};
    QbBins s = bins_over(QB_I16, 0, -7, 9);
    s.count[0] = s.count[8] = s.count[16] = 4;
    cr_expect_eq(qb_bins_otsu(&s, &err), -7.0);
    s.count[16] = 40; /* the gap from 1 to 9 starts with 1 */
    cr_expect_eq(qb_bins_otsu(&s, &err), 1.0);
    qb_bins_close(&s);
}

/* ---- count --------------------------------------------------------------------------------------------- */

Test(count, labels_far_apart_and_many)
{
    static const int64_t n[3] = {6, 20, 50};
    QbType in = fold_type(QB_LABELS, QB_U32, 3, n), out = {.kind = QB_TABLE, .n_columns = 2};
    out.columns[0] = (QbColumnType){"label", true};
    out.columns[1] = (QbColumnType){"voxels", true};
    uint32_t *label = malloc((size_t)qb_voxels(&in) * sizeof(*label));
    QbKernels cpu[3];
    fold_kernels(cpu);
    for (uint64_t seed = 0; seed < 20; seed++) {
        for (int64_t k = 0; k < qb_voxels(&in);
             k++) /* k, twice in a row, or the largest label of all */
            label[k] = k % 7 == 0 ? UINT32_MAX : k % 11 == 0 ? 0 : (uint32_t)(k / 2) + 1;
        FoldCase c = {.op = &qb_op_count,
                      .in = {{&in, label, NULL}},
                      .n_in = 1,
                      .out_type = &out,
                      .env = seed % 2 ? &tiny : &roomy,
                      .cpu = &cpu[0],
                      .seed = seed};
        QbValue v;
        void *state;
        fold_run(&c, &v, &state);
        c.op->fold->close(state);
        QbErr err = {0};
        int64_t before = 0, sum = 0, row[2] = {0};
        for (int64_t k = 0; k < v.table->n_rows; k++) {
            cr_assert(qb_table_get_whole(v.table, k, 0, &row[0], &err) &&
                      qb_table_get_whole(v.table, k, 1, &row[1], &err));
            cr_assert_gt(row[0], before);
            before = row[0];
            sum += row[1];
        }
        cr_expect_eq(row[0], (int64_t)UINT32_MAX);
        cr_expect_eq(row[1], (qb_voxels(&in) + 6) / 7);
        cr_expect_eq(sum, qb_voxels(&in) - (qb_voxels(&in) + 10) / 11 + (qb_voxels(&in) + 76) / 77);
        qb_table_free(v.table);
    }
    free(label);
}

/* ---- floats, in one order ------------------------------------------------------------------------------ */

static void fill_floats(float *v, int64_t n)
{
    uint64_t rng = 77;
    for (int64_t k = 0; k < n; k++)
        v[k] = ldexpf((float)(fold_pick(&rng, 20001) - 10000), (int)fold_pick(&rng, 20) - 10);
}

Test(order, sums_and_moments_of_any_cut)
{
    static const int64_t n[3] = {9, 23, 37};
    QbType in = fold_type(QB_IMAGE, QB_F32, 3, n), out = {.kind = QB_BLOB};
    float *v = malloc((size_t)qb_voxels(&in) * sizeof(*v));
    fill_floats(v, qb_voxels(&in));
    QbKernels cpu[3];
    int n_cpu = fold_kernels(cpu);
    const QbOp *const ops[] = {&qb_op_row_sums, &qb_op_moments};
    for (int k = 0; k < 2; k++) {
        double first = 0;
        for (uint64_t seed = 0; seed < 40; seed++) {
            FoldCase c = {.op = ops[k],
                          .in = {{&in, v, NULL}},
                          .n_in = 1,
                          .out_type = &out,
                          .env = &roomy,
                          .cpu = &cpu[seed % (uint64_t)n_cpu],
                          .seed = seed};
            QbValue value;
            void *state;
            fold_run(&c, &value, &state);
            double got = qb_sums_number(value.state, k ? QB_SUMS_STD : QB_SUMS_SUM);
            first = seed ? first : got;
            cr_assert_eq(got, first, "%s seed %d: %.17g, expected %.17g", ops[k]->name, (int)seed,
                         got, first);
            c.op->fold->close(state);
        }
    }
    free(v);
}

/* Longer than two blocks: equal bits in any cut, and blocks of 64 joined in order. */
Test(order, projections_longer_than_a_block)
{
    static const int64_t n[3] = {150, 4, 19};
    QbType in = fold_type(QB_IMAGE, QB_F32, 3, n);
    float *v = malloc((size_t)qb_voxels(&in) * sizeof(*v));
    fill_floats(v, qb_voxels(&in));
    QbKernels cpu[3];
    int n_cpu = fold_kernels(cpu);
    for (uint64_t seed = 0; seed < 25; seed++) {
        QbProject p = {seed % 2 ? QB_STACK_SUM : QB_STACK_MAX, 0};
        QbType out = qb_project_type(&in, &p);
        FoldCase c = {.op = &qb_op_project_slices,
                      .params = &p,
                      .in = {{&in, v, NULL}},
                      .n_in = 1,
                      .out_type = &out,
                      .env = &roomy,
                      .cpu = &cpu[seed % (uint64_t)n_cpu],
                      .seed = seed};
        QbValue value;
        void *state;
        fold_run(&c, &value, &state);
        void *image = fold_image(&c, state);
        for (int64_t k = 0; k < n[1] * n[2]; k++) {
            double sum = 0, most = -INFINITY, block = 0;
            for (int64_t z = 0; z < n[0]; z++) {
                double x = (double)v[z * n[1] * n[2] + k];
                most = fmax(most, x);
                block = z % 64 ? block + x : x;
                if (z % 64 == 63 || z == n[0] - 1)
                    sum = z < 64 ? block : sum + block;
            }
            cr_assert_eq(qb_pix_get(out.pix, image, k), seed % 2 ? sum : most);
        }
        free(image);
        c.op->fold->close(state);
    }
    free(v);
}

/* ---- what the checker says ----------------------------------------------------------------------------- */

static void says(const char *expression, const char *message, const char *hint)
{
    QbArena *a = qb_arena_new();
    QbDiags d;
    qb_diags_init(&d, a);
    QbSource *s = QB_NEW(a, QbSource);
    s->name = "a.qbi";
    s->text =
        qb_arena_printf(a, "v = zeros([4, 5, 6])\nm = v > 1\nl = label(m)\nprint %s\n", expression);
    s->length = strlen(s->text);
    QbFile *file = qb_parse_file(a, s, &d);
    qb_lower(a, file, &(QbLowerOptions){0}, qb_ops, qb_n_ops, &d);
    cr_assert_eq(d.n_errors, 1, "%s: %d errors", expression, d.n_errors);
    for (int k = 0; k < d.n; k++)
        if (d.v[k].severity == QB_ERROR) {
            cr_expect_str_eq(d.v[k].message, message);
            cr_expect_str_eq(d.v[k].hint ? d.v[k].hint : "", hint);
        }
    qb_arena_free(a);
}

Test(checker, refuses_with_the_mend)
{
    says("count(m)", "'count' needs labels, found a mask",
         "|> label counts its objects, sum(…) its voxels");
    says("count(v)", "'count' needs labels, found an image", "|> threshold(…) |> label");
    says("sum(l)", "'sum' needs an image or a mask, found labels", "|> as(f32)");
    says("max(l)", "'max' needs an image or a mask, found labels", "|> as(f32)");
    says("project(v[0], max)", "'project' needs a volume, found a 2D image",
         "sum, mean, std, min or max");
    says("project(l, mean)", "labels are projected with 'max' alone, found 'mean'",
         "max, or |> as(f32)");
    says("histogram(v, low=5, high=3)",
         "'histogram' needs a 'low' of at most 'high', found 5 and 3", "low=…, high=…");
}
