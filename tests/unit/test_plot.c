/* Plots: what of a table is drawn, against counting by hand; ticks at round numbers; the same bytes each time; a size bar of the
 * right length. */
#include "core/figure.h"
#include "core/qmath.h"
#include "runtime/axis.h"
#include "runtime/canvas.h"
#include "runtime/plot.h"
#include "runtime/size_bar.h"
#include "stdlib/figure.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static QbErr err;
static const QbRunEnv env = {.threads = 1, .spill_above = 1 << 14, .tmp_dir = "/tmp"};

static double noise(uint64_t k)
{
    k = (k + 1) * 0x9e3779b97f4a7c15ull;
    k ^= k >> 31;
    k *= 0xbf58476d1ce4e5b9ull;
    return (double)(k >> 11) / 9007199254740992.0;
}

static QbTable *table_of(const char *x, bool whole, int64_t n, double (*value)(int64_t, int))
{
    QbType type = {.kind = QB_TABLE, .n_columns = 2, .columns = {{x, whole}, {"y", false}}};
    QbTable *t = qb_table_new(&env, &type);
    for (int64_t k = 0; k < n; k++) {
        if (whole)
            cr_assert(qb_table_put_whole(t, k, 0, (int64_t)value(k, 0), &err));
        else
            cr_assert(qb_table_put(t, k, 0, value(k, 0), &err));
        cr_assert(qb_table_put(t, k, 1, value(k, 1), &err));
    }
    return t;
}

static double sizes(int64_t k, int column)
{
    double u = noise((uint64_t)(2 * k + column));
    return column ? 100 * u - 50 : floor(1 + 30000 * u * u * u);
}

static double odd_values(int64_t k, int column)
{
    static const double odd[] = {NAN, INFINITY, -INFINITY, -1, 0, 3, 7, 1e9};
    return odd[(k + column) % QB_COUNT(odd)];
}

/* ---- bins ------------------------------------------------------------------------------------------------ */

static void check_bins(QbTable *t, int column, int64_t want, bool logs)
{
    QbRowBins b = {.logs = logs};
    cr_assert(qb_figure_bins(t, column, want, &b, &err));
    int64_t *count = calloc((size_t)b.n + 1, sizeof(*count)), shown = 0, counted = 0;
    cr_assert(qb_figure_count(t, column, &b, count, &err));
    for (int64_t k = 0; k < b.n; k++) {
        double lo = qb_figure_edge(&b, k), hi = qb_figure_edge(&b, k + 1);
        int64_t inside = 0, near = 0;
        for (int64_t row = 0; row < t->n_rows; row++) {
            double v;
            cr_assert(qb_table_get(t, row, column, &v, &err));
            if (!isfinite(v) || (logs && v <= 0))
                continue;
            bool last = k == b.n - 1;
            near += fabs(v - lo) <= 1e-9 * fabs(lo) || fabs(v - hi) <= 1e-9 * fabs(hi);
            inside += v >= lo && (v < hi || (last && v <= hi * (1 + 1e-9)));
        }
        cr_assert_leq(llabs(inside - count[k]), near, "bin %lld of %lld: %lld for %lld",
                      (long long)k, (long long)b.n, (long long)count[k], (long long)inside);
        counted += count[k];
    }
    for (int64_t row = 0; row < t->n_rows; row++) {
        double v;
        cr_assert(qb_table_get(t, row, column, &v, &err));
        shown += isfinite(v) && (!logs || v > 0);
    }
    cr_assert_eq(counted, shown);
    if (want && shown)
        cr_assert_eq(b.n, want);
    free(count);
}

Test(bins, count_every_row_once)
{
    for (int64_t n = 0; n < 3000; n = n * 3 + 1) {
        QbTable *whole = table_of("voxels", true, n, sizes),
                *odd = table_of("v", false, n, odd_values);
        for (int column = 0; column < 2; column++)
            for (int64_t want = 0; want < 30; want += 7) {
                check_bins(whole, column, want, false);
                check_bins(whole, column, want, true);
                check_bins(odd, column, want, false);
                check_bins(odd, column, want, true);
            }
        qb_table_free(whole);
        qb_table_free(odd);
    }
}

Test(bins, lie_at_round_numbers_and_whole_numbers_in_their_middle)
{
    QbTable *t = table_of("voxels", true, 261, sizes);
    QbRowBins b = {0};
    cr_assert(qb_figure_bins(t, 0, 0, &b, &err));
    cr_expect_eq(b.width, 2000);
    cr_expect_eq(b.low, -0.5);
    cr_expect_eq(b.n, 15);
    qb_table_free(t);
}

static double one_value(int64_t k, int column)
{
    (void)k;
    return column ? 0 : 42;
}

Test(bins, of_one_value)
{
    QbTable *t = table_of("voxels", true, 9, one_value);
    for (int column = 0; column < 2; column++) {
        QbRowBins b = {0};
        int64_t count = 0;
        cr_assert(qb_figure_bins(t, column, 0, &b, &err));
        cr_assert_eq(b.n, 1);
        cr_expect(qb_figure_edge(&b, 0) < (column ? 0 : 42) &&
                  qb_figure_edge(&b, 1) > (column ? 0 : 42));
        cr_assert(qb_figure_count(t, column, &b, &count, &err));
        cr_expect_eq(count, 9);
    }
    qb_table_free(t);
}

/* ---- points and bars ------------------------------------------------------------------------------------- */

static QbTable *filled(const QbFigure *f, QbTable *t)
{
    QbType out = {.kind = QB_PLOT, .n_columns = f->kind == QB_FIGURE_LINE ? 2 : 3};
    for (int k = 0; k < 3; k++)
        out.columns[k] = (QbColumnType){"c", false};
    QbTable *made = qb_table_new(&env, &out);
    const QbFigureAsk ask = {f, t, 0, 1};
    cr_assert(qb_figure_fill(&ask, made, &err), "%s", err.text);
    return made;
}

static double at(QbTable *t, int64_t row, int column)
{
    double v = NAN;
    cr_assert(qb_table_get(t, row, column, &v, &err));
    return v;
}

Test(points, few_are_drawn_as_they_are)
{
    QbFigure f = {.kind = QB_FIGURE_SCATTER, .x = "x", .y = "y"};
    QbTable *t = table_of("x", false, 500, sizes), *made = filled(&f, t);
    cr_assert_eq(made->n_rows, 500);
    for (int64_t k = 0; k < 500; k++)
        cr_assert(at(made, k, 0) == at(t, k, 0) && at(made, k, 1) == at(t, k, 1) &&
                  at(made, k, 2) == 1);
    qb_table_free(t);
    qb_table_free(made);
}

Test(points, many_share_cells_and_none_is_lost)
{
    QbFigure f = {.kind = QB_FIGURE_SCATTER, .x = "x", .y = "y"};
    QbTable *t = table_of("x", false, 60000, sizes), *made = filled(&f, t);
    double n = 0;
    for (int64_t k = 0; k < made->n_rows; k++)
        n += at(made, k, 2);
    cr_expect_eq(n, 60000);
    cr_expect_lt(made->n_rows, 60000);
    qb_table_free(t);
    qb_table_free(made);
}

Test(points, a_long_line_keeps_its_extremes)
{
    QbFigure f = {.kind = QB_FIGURE_LINE, .x = "x", .y = "y"};
    QbTable *t = table_of("x", false, 90000, sizes), *made = filled(&f, t);
    double lo = INFINITY, hi = -INFINITY, low = INFINITY, high = -INFINITY;
    for (int64_t k = 0; k < t->n_rows; k++)
        lo = fmin(lo, at(t, k, 1)), hi = fmax(hi, at(t, k, 1));
    for (int64_t k = 0; k < made->n_rows; k++)
        low = fmin(low, at(made, k, 1)), high = fmax(high, at(made, k, 1));
    cr_expect(low == lo && high == hi);
    cr_expect_leq(made->n_rows, 25000);
    qb_table_free(t);
    qb_table_free(made);
}

static double steps(int64_t k, int column)
{
    return column ? (double)(k % 7) : (double)(10 + 2 * k);
}

Test(bars, reach_halfway_to_the_next_row_and_share_where_there_are_many)
{
    QbFigure f = {.kind = QB_FIGURE_BARS, .x = "x", .y = "y"};
    for (int64_t n = 1; n < 3000; n = n * 5 + 1) {
        QbTable *t = table_of("x", false, n, steps), *made = filled(&f, t);
        double sum = 0, want = 0;
        for (int64_t k = 0; k < n; k++)
            want += at(t, k, 1);
        for (int64_t k = 0; k < made->n_rows; k++) {
            sum += at(made, k, 2);
            if (k > 0)
                cr_assert_eq(at(made, k, 0), at(made, k - 1, 1));
        }
        cr_expect_eq(sum, want);
        cr_expect_eq(at(made, 0, 0), n == 1 ? 9.5 : 9);
        cr_expect_leq(made->n_rows, 620);
        qb_table_free(t);
        qb_table_free(made);
    }
}

/* ---- axes ------------------------------------------------------------------------------------------------ */

static const char *ticks(const QbAxis *a, char *buf)
{
    QbText t = {0};
    for (int k = 0; k < a->n_ticks; k++) {
        qb_text_add(&t, k ? " " : "");
        qb_axis_number(a, a->tick[k], &t);
    }
    snprintf(buf, 512, "%s", t.s ? t.s : "");
    qb_text_free(&t);
    return buf;
}

Test(axis, numbers_are_round)
{
    static const struct {
        double lo, hi;
        bool logs, around;
        const char *want;
    } cases[] = {
        {0, 10, false, false, "0 2 4 6 8 10"},
        {-3, 17, false, true, "−5 0 5 10 15 20"},
        {0, 93, false, true, "0 20 40 60 80 100"},
        {0.12, 0.31, false, false, "0.15 0.20 0.25 0.30"},
        {0, 29768, false, false, "0 5000 10,000 15,000 20,000 25,000"},
        {0, 4.2e6, false, true, "0 1 2 3 4 5"},
        {1, 1000, true, false, "1 10 100 1000"},
        {0.02, 3e8, true, false, "10 10,000 10⁷"},
        {3, 40, true, false, "5 10 20"},
        {7, 7, false, false, "4 5 6 7 8 9 10"},
    };
    char buf[512];
    for (int k = 0; k < QB_COUNT(cases); k++) {
        QbAxis a = cases[k].around ? qb_axis_around(cases[k].lo, cases[k].hi, cases[k].logs, 5)
                                   : qb_axis_over(cases[k].lo, cases[k].hi, cases[k].logs, 5);
        cr_expect_str_eq(ticks(&a, buf), cases[k].want, "%g to %g: %s instead of %s", cases[k].lo,
                         cases[k].hi, buf, cases[k].want);
    }
}

Test(axis, always_has_ticks_inside)
{
    for (int64_t k = 0; k < 4000; k++) {
        double size = qb_pow(10, 24 * noise((uint64_t)k) - 12),
               lo = (noise((uint64_t)k + 9999) - 0.5) * size;
        double hi = lo + size * noise((uint64_t)k + 77777);
        QbAxis a = qb_axis_over(lo, hi, false, 6), b = qb_axis_around(lo, hi, false, 6);
        cr_assert(a.n_ticks >= 2 && a.n_ticks <= 16, "%g to %g: %d ticks", lo, hi, a.n_ticks);
        cr_assert(b.lo <= lo && b.hi >= hi && b.n_ticks >= 2 && b.n_ticks <= 18);
        for (int i = 0; i < a.n_ticks; i++)
            cr_assert(qb_axis_place(&a, a.tick[i]) > -1e-6 &&
                      qb_axis_place(&a, a.tick[i]) < 1 + 1e-6);
    }
}

Test(axis, columns_have_units)
{
    static const char *const cases[][2] = {{"voxels", "voxels"},
                                           {"volume_um3", "volume (µm³)"},
                                           {"mean_intensity", "mean intensity"},
                                           {"area_mm2", "area (mm²)"},
                                           {"_um", " um"}};
    QbAxis plain = qb_axis_over(0, 10, false, 5), large = qb_axis_over(0, 4e7, false, 5);
    for (int k = 0; k < QB_COUNT(cases); k++) {
        QbText t = {0};
        qb_axis_label(&plain, cases[k][0], &t);
        cr_expect_str_eq(t.s, cases[k][1]);
        qb_text_free(&t);
    }
    QbText t = {0};
    qb_axis_label(&large, "volume_um3", &t);
    cr_expect_str_eq(t.s, "volume (10⁷ µm³)");
    qb_text_free(&t);
}

/* ---- pages ----------------------------------------------------------------------------------------------- */

static void draw(const QbFigure *f, int64_t n, bool svg, QbText *out)
{
    QbType type = {.kind = QB_PLOT,
                   .n_columns = f->kind == QB_FIGURE_LINE ? 2 : 3,
                   .columns = {{"volume_um3", false}, {"y", false}, {"objects", false}}};
    QbTable *t = table_of("x", false, n, sizes), *made = filled(f, t);
    const QbPlotSpec spec = {
        .figure = f,
        .type = &type,
        .table = made,
        .title = "a < b & \"c\" of a very long pipeline |> that goes on |> and on |> and on "
                 "|> until nobody can read it any more |> because it is too long",
        .subtitle = "µ.qbi",
        .about = "made & known"};
    cr_assert(qb_plot_draw(&spec, svg, out, &err), "%s", err.text);
    qb_table_free(t);
    qb_table_free(made);
}

Test(page, is_the_same_each_time)
{
    for (int kind = QB_FIGURE_HISTOGRAM; kind <= QB_FIGURE_BARS; kind++)
        for (int way = 0; way < 8; way++) {
            QbFigure f = {.kind = kind, .x = "x", .y = "y", .log_x = way & 2, .log_y = way & 4};
            for (int64_t n = 0; n < 400; n = n * 11 + 1) {
                QbText one = {0}, two = {0};
                draw(&f, n, way & 1, &one);
                draw(&f, n, way & 1, &two);
                cr_assert(one.n == two.n && memcmp(one.s, two.s, one.n) == 0);
                cr_assert(way & 1 ? strstr(one.s, "<title>a &lt; b &amp; \"c\" of a very") != NULL
                                  : memcmp(one.s, "\x89PNG", 4) == 0);
                qb_text_free(&one);
                qb_text_free(&two);
            }
        }
}

Test(canvas, letters_are_as_wide_as_they_say)
{
    QbCanvas *c = qb_canvas_pixels(200, 40, 1);
    cr_assert(c);
    double width = qb_canvas_text_width(c, 20, "Hm");
    cr_expect_float_eq(qb_canvas_text_width(c, 40, "Hm"), 2 * width, 1e-9);
    cr_expect_gt(qb_canvas_text_width(c, 20, "\xff\xfe"), 0, "what is no letter is drawn as such");
    qb_canvas_colour(c, 0x000000, 1);
    qb_canvas_text(c, (QbPoint){20, 30}, (QbLetters){20, 0, false}, "Hm");
    int64_t h, w, first = 1000, last = -1;
    const uint32_t *pixel = qb_canvas_view(c, &h, &w);
    for (int64_t k = 0; k < h * w; k++)
        if (pixel[k] >> 24) {
            first = k % w < first ? k % w : first;
            last = k % w > last ? k % w : last;
        }
    cr_expect(first >= 20 && first <= 23 && last <= 20 + width && last >= 20 + width - 4);
    qb_canvas_free(c);
}

Test(size_bar, has_the_length_that_it_says)
{
    static const struct {
        double um;
        int64_t width, bar; /* pixels */
    } cases[] = {
        {0.65, 420, 77}, {1, 100, 20}, {0.013, 512, 77}, {250, 1000, 200}, {1.5, 2100, 333}};
    for (int k = 0; k < QB_COUNT(cases); k++) {
        QbType type = {.kind = QB_IMAGE,
                       .rank = 2,
                       .pix = QB_U8,
                       .n = {300, 1, cases[k].width},
                       .spacing = {1, 0, cases[k].um}};
        QbSizeBar *bar = qb_size_bar_new(&type, &err);
        uint8_t *row = malloc((size_t)cases[k].width);
        int64_t longest = 0;
        cr_assert(bar);
        for (int64_t y = 0; y < 300; y++) {
            int64_t run = 0;
            memset(row, 90, (size_t)cases[k].width);
            qb_size_bar_draw(bar, y, 1, row);
            for (int64_t x = 0; x < cases[k].width; x++) {
                run = row[x] == 255 ? run + 1 : 0;
                longest = run > longest ? run : longest;
            }
        }
        cr_expect_eq(longest, cases[k].bar, "%g µm: %lld pixels", cases[k].um, (long long)longest);
        free(row);
        qb_size_bar_free(bar);
    }
}
