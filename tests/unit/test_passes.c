/* Each pass on a graph of a few nodes: what it changes, and what it must leave alone. */
#include "compiler/opinfo.h"
#include "compiler/passes.h"
#include "core/prog.h"
#include "stdlib/kernels/filter.h"
#include "tests/unit/support_graph.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_output(GraphBench *b, int k, const char *want)
{
    cr_expect_str_eq(graph_text(b, b->g->outputs[k].node), want);
}

/* median of 27: the 14th smallest. Above t when 14 are above, below when 14 are below. */
Test(commute, comparisons)
{
    static const struct {
        const char *op;
        bool turned;
        const char *want;
    } cases[] = {
        {"gt", false, "count_box(gt(ramp(), 60), need=14)"},
        {"ge", false, "count_box(ge(ramp(), 60), need=14)"},
        {"lt", false, "count_box(lt(ramp(), 60), need=14)"},
        {"le", true, "count_box(le(60, ramp()), need=14)"},
    };
    for (int k = 0; k < QB_COUNT(cases); k++) {
        GraphBench b = graph_bench();
        const char *why = "";
        QbNodeId m = graph_unary(&b, "median", graph_ramp(&b, 3, 9, 9, 9)),
                 t = graph_number(&b, 60);
        graph_save(&b,
                   graph_binary(&b, cases[k].op, cases[k].turned ? t : m, cases[k].turned ? m : t),
                   "m.npy");
        cr_expect_eq(qb_pass_commute(b.g, &why), 1);
        expect_output(&b, 0, cases[k].want);
        cr_expect_gt(strlen(why), 10);
        graph_free(&b);
    }
}

Test(commute, chains_of_filters)
{
    GraphBench b = graph_bench();
    const char *why;
    QbNodeId m = graph_unary(&b, "median", graph_unary(&b, "median", graph_ramp(&b, 3, 9, 9, 9)));
    graph_save(&b, graph_binary(&b, "gt", m, graph_number(&b, 1)), "m.npy");
    cr_expect_eq(qb_pass_commute(b.g, &why), 2, "the outer one, then the inner one");
    expect_output(&b, 0, "count_box(count_box(gt(ramp(), 1), need=14), need=14)");
    graph_free(&b);
}

/* Somebody else looks at the filtered image: then it is made anyhow. */
Test(commute, leaves_what_others_need)
{
    GraphBench b = graph_bench();
    const char *why;
    QbNodeId m = graph_unary(&b, "median", graph_ramp(&b, 3, 9, 9, 9));
    graph_save(&b, graph_binary(&b, "gt", m, graph_number(&b, 1)), "m.npy");
    graph_save(&b, m, "v.npy");
    cr_expect_eq(qb_pass_commute(b.g, &why), 0);
    expect_output(&b, 0, "gt(median(ramp()), 1)");
    graph_free(&b);
}

/* NaN would break it: floats are left alone unless none can be there. */
Test(commute, floats_with_nan)
{
    for (int free_of_nan = 0; free_of_nan < 2; free_of_nan++) {
        GraphBench b = graph_bench();
        const char *why;
        QbNodeId x = graph_ramp(&b, 3, 9, 9, 9);
        qb_dag_at(b.g, x)->type.pix = QB_F32;
        qb_dag_at(b.g, x)->type.nan_free = free_of_nan;
        QbNodeId m = graph_unary(&b, "median", x);
        graph_save(&b, graph_binary(&b, "gt", m, graph_number(&b, 1)), "m.npy");
        cr_expect_eq(qb_pass_commute(b.g, &why), free_of_nan);
        graph_free(&b);
    }
}

Test(fuse_labels, tables_come_from_the_fold)
{
    GraphBench b = graph_bench();
    const char *why;
    QbNodeId m = graph_binary(&b, "gt", graph_ramp(&b, 3, 9, 9, 9), graph_number(&b, 1));
    graph_print(&b, graph_unary(&b, "count", graph_unary(&b, "label", m)));
    cr_expect_eq(qb_pass_fuse_labels(b.g, &why), 1);
    cr_expect_str_eq(graph_text(&b, b.g->outputs[0].items[0].node),
                     "label_table(label(gt(ramp(), 1)))");
    graph_free(&b);
}

Test(pick, compositions)
{
    GraphBench b = graph_bench();
    const char *why;
    QbNodeId x = graph_unary(&b, "both", graph_unary(&b, "both", graph_ramp(&b, 2, 9, 1, 9)));
    graph_save(&b, x, "x.npy");
    cr_expect_eq(qb_pass_pick(b.g, &why), 2);
    expect_output(&b, 0, "negate(look(negate(look(ramp()))))");
    graph_free(&b);
}

/* −(x + 1) · 2 > 5 is one program of one image; what two maps need, or an output, is not inlined. */
Test(fuse_maps, chains)
{
    GraphBench b = graph_bench();
    const char *why;
    QbNodeId x = graph_ramp(&b, 2, 9, 1, 9), y = graph_binary(&b, "add", x, graph_number(&b, 1));
    QbNodeId z = graph_binary(&b, "multiply", graph_unary(&b, "negate", y), graph_number(&b, 2));
    QbNodeId m = graph_binary(&b, "gt", z, graph_number(&b, 5));
    graph_save(&b, m, "m.npy");
    cr_expect_eq(qb_pass_maps(b.g, true, &why), 3);
    cr_expect_eq(b.g->outputs[0].node, m, "ids stay");
    expect_output(&b, 0, "map(ramp())");
    const QbMapParams *p = qb_dag_at(b.g, m)->params;
    for (int64_t v = -6; v < 6; v++)
        cr_expect_eq(qb_prog_apply(p->prog, (double[]){(double)v}, NULL), -(v + 1) * 2 > 5);
    graph_free(&b);
}

Test(fuse_maps, shared_and_saved)
{
    GraphBench b = graph_bench();
    const char *why;
    QbNodeId x = graph_ramp(&b, 2, 9, 1, 9), y = graph_binary(&b, "add", x, graph_number(&b, 1));
    QbNodeId square = graph_binary(&b, "multiply", y, y), neg = graph_unary(&b, "negate", square);
    graph_save(&b, neg, "n.npy");
    graph_save(&b, square, "s.npy");
    cr_expect_eq(qb_pass_maps(b.g, true, &why), 1, "y into its square, which is saved");
    expect_output(&b, 0, "map(map(ramp()))");
    expect_output(&b, 1, "map(ramp())");
    graph_free(&b);
}

Test(fuse_maps, off)
{
    GraphBench b = graph_bench();
    const char *why;
    QbNodeId x = graph_unary(&b, "negate", graph_unary(&b, "negate", graph_ramp(&b, 2, 9, 1, 9)));
    graph_save(&b, x, "x.npy");
    cr_expect_eq(qb_pass_maps(b.g, false, &why), 0);
    expect_output(&b, 0, "map(map(ramp()))");
    graph_free(&b);
}

Test(passes, list_and_notes)
{
    static const char *const off[] = {"commute-thresholds", "fuse-maps"};
    QbPassOptions o = {.off = off, .n_off = 2};
    GraphBench b = graph_bench();
    QbNodeId m = graph_unary(&b, "median", graph_ramp(&b, 3, 9, 9, 9));
    graph_save(&b, graph_binary(&b, "gt", m, graph_number(&b, 60)), "m.npy");
    cr_expect(qb_pass_is_off(&o, "fuse-maps"));
    cr_expect_not(qb_pass_is_off(&o, "fuse-labels"));
    cr_expect_not(qb_pass_is_off(NULL, "fuse-labels"));
    qb_passes_run(b.g, &o);
    for (int k = 0; qb_pass_names[k]; k++) {
        cr_assert_lt(k, b.g->n_passes);
        cr_expect_str_eq(b.g->passes[k].name, qb_pass_names[k]);
        cr_expect_eq(b.g->passes[k].changed > 0, b.g->passes[k].why[0] != 0, "'%s' says why",
                     qb_pass_names[k]);
    }
    cr_expect_str_eq(graph_text(&b, b.g->outputs[0].node), "map(median(ramp()))");
    graph_free(&b);
}

/* ---- tabulate ------------------------------------------------------------------------------------------ */

static QbNodeId small_image(GraphBench *b, QbPix pix)
{
    QbNodeId x = graph_ramp(b, 3, 9, 9, 9);
    qb_dag_at(b->g, x)->type.pix = pix;
    return x;
}

/* (x − at)² */
static QbNodeId squared(GraphBench *b, QbNodeId x, double at)
{
    QbNodeId d = graph_binary(b, "subtract", x, graph_number(b, at));
    return graph_binary(b, "multiply", d, d);
}

static void expect_table(GraphBench *b, QbNodeId mask, int changed, const char *want)
{
    const char *why = "";
    graph_save(b, mask, "m.npy");
    cr_expect_eq(qb_pass_tabulate(b->g, &why), changed);
    expect_output(b, b->g->n_outputs - 1, want);
    graph_free(b);
}

Test(tabulate, thresholds)
{
    GraphBench b = graph_bench();
    QbNodeId part = graph_binary(&b, "divide", small_image(&b, QB_U8), graph_number(&b, 255));
    QbNodeId rest = graph_binary(&b, "subtract", graph_number(&b, 1), part);
    expect_table(&b, graph_binary(&b, "gt", rest, graph_number(&b, 0.5)), 1, "lt(ramp(), 128)");
    b = graph_bench();
    QbNodeId twice = graph_binary(&b, "multiply", small_image(&b, QB_I16), graph_number(&b, 2));
    expect_table(&b, graph_binary(&b, "ge", twice, graph_number(&b, -7)), 1, "gt(ramp(), -4)");
}

Test(tabulate, bands)
{
    GraphBench b = graph_bench();
    QbNodeId near = squared(&b, small_image(&b, QB_U8), 60);
    expect_table(&b, graph_binary(&b, "lt", near, graph_number(&b, 100)), 1,
                 "logical_and(gt(ramp(), 50), lt(ramp(), 70))");
    b = graph_bench();
    near = squared(&b, small_image(&b, QB_U16), 1000);
    expect_table(&b, graph_binary(&b, "ge", near, graph_number(&b, 100)), 1,
                 "logical_or(lt(ramp(), 991), gt(ramp(), 1009))");
}

Test(tabulate, never_and_always)
{
    GraphBench b = graph_bench();
    QbNodeId square = squared(&b, small_image(&b, QB_U8), 0);
    expect_table(&b, graph_binary(&b, "lt", square, graph_number(&b, 0)), 1, "lt(ramp(), 0)");
    b = graph_bench();
    square = squared(&b, small_image(&b, QB_I8), 0);
    expect_table(&b, graph_binary(&b, "ge", square, graph_number(&b, 0)), 1, "ge(ramp(), -128)");
}

/* Two bands; images of more bits; a measured number; two images; what is plain already. */
Test(tabulate, what_it_leaves)
{
    GraphBench b = graph_bench();
    QbNodeId four = squared(&b, squared(&b, small_image(&b, QB_U8), 50), 400);
    QbNodeId mask = graph_binary(&b, "lt", four, graph_number(&b, 100));
    expect_table(&b, mask, 0, graph_text(&b, mask));
    b = graph_bench();
    mask = graph_binary(&b, "lt", squared(&b, graph_ramp(&b, 3, 9, 9, 9), 5), graph_number(&b, 9));
    expect_table(&b, mask, 0, graph_text(&b, mask));
    b = graph_bench();
    QbNodeId x = small_image(&b, QB_U8),
             d = graph_binary(&b, "subtract", x, graph_unary(&b, "total", x));
    mask = graph_binary(&b, "lt", d, graph_number(&b, 9));
    expect_table(&b, mask, 0, graph_text(&b, mask));
    b = graph_bench();
    x = small_image(&b, QB_U8);
    mask = graph_binary(&b, "logical_and", graph_binary(&b, "gt", x, graph_number(&b, 3)),
                        graph_binary(&b, "lt", x, graph_number(&b, 9)));
    expect_table(&b, mask, 0, graph_text(&b, mask));
}

/* ---- commuting: elements, equalities -------------------------------------------------------------------- */

static QbNodeId grey_step(GraphBench *b, const char *op, QbNodeId x)
{
    QbMorphParams p = {.element = {.shape = QB_BALL, .r = 2}};
    return qb_dag_named(b->g, op, &p, &x, 1, (QbSpan){0});
}

Test(commute, grey_steps)
{
    static const struct {
        const char *step, *compare, *want;
        bool outside;
    } cases[] = {
        {"erode", "gt", "erode(gt(ramp(), 60))", true},
        {"erode", "lt", "dilate(lt(ramp(), 60))", false},
        {"dilate", "ge", "dilate(ge(ramp(), 60))", false},
        {"dilate", "le", "erode(le(ramp(), 60))", true},
    };
    for (int k = 0; k < QB_COUNT(cases); k++) {
        GraphBench b = graph_bench();
        const char *why;
        QbNodeId m = grey_step(&b, cases[k].step, graph_ramp(&b, 3, 9, 9, 9));
        graph_save(&b, graph_binary(&b, cases[k].compare, m, graph_number(&b, 60)), "m.npy");
        cr_expect_eq(qb_pass_commute(b.g, &why), 1);
        expect_output(&b, 0, cases[k].want);
        const QbMorphParams *p = qb_dag_at(b.g, b.g->outputs[0].node)->params;
        cr_expect_eq(p->outside, cases[k].outside, "a mirror shows what lies inside");
        graph_free(&b);
    }
}

Test(commute, equalities_and_bands)
{
    static const struct {
        const char *op, *want;
    } cases[] = {
        {"eq",
         "logical_and(count_box(ge(ramp(), 60), need=14), count_box(le(ramp(), 60), need=14))"},
        {"ne", "logical_not(logical_and(count_box(ge(ramp(), 60), need=14), "
               "count_box(le(ramp(), 60), need=14)))"},
    };
    for (int k = 0; k < QB_COUNT(cases); k++) {
        GraphBench b = graph_bench();
        const char *why;
        QbNodeId m = graph_unary(&b, "median", graph_ramp(&b, 3, 9, 9, 9));
        graph_save(&b, graph_binary(&b, cases[k].op, m, graph_number(&b, 60)), "m.npy");
        cr_expect_eq(qb_pass_commute(b.g, &why), 3);
        expect_output(&b, 0, cases[k].want);
        graph_free(&b);
    }
}

/* A number measured from the image itself commutes; one measured from what the filter gives needs that. */
Test(commute, measured_numbers)
{
    GraphBench b = graph_bench();
    const char *why;
    QbNodeId x = graph_ramp(&b, 3, 9, 9, 9), m = graph_unary(&b, "median", x);
    graph_save(&b, graph_binary(&b, "gt", m, graph_unary(&b, "total", x)), "m.npy");
    cr_expect_eq(qb_pass_commute(b.g, &why), 1);
    expect_output(&b, 0, "count_box(gt(ramp(), total(ramp())), need=14)");
    graph_free(&b);
    b = graph_bench();
    m = graph_unary(&b, "median", graph_ramp(&b, 3, 9, 9, 9));
    graph_save(&b, graph_binary(&b, "gt", m, graph_unary(&b, "total", m)), "m.npy");
    cr_expect_eq(qb_pass_commute(b.g, &why), 0);
    graph_free(&b);
}

/* ---- constants and sharing ------------------------------------------------------------------------------ */

Test(constants, put_back)
{
    GraphBench b = graph_bench();
    const char *why;
    QbNodeId six = graph_binary(&b, "multiply", graph_number(&b, 2), graph_number(&b, 3));
    graph_save(&b, graph_binary(&b, "gt", graph_ramp(&b, 3, 9, 9, 9), six), "m.npy");
    expect_output(&b, 0, "gt(ramp(), 6)");
    cr_expect_eq(b.g->n_folded, 1);
    cr_expect_eq(qb_pass_unfold(b.g, &why), 1);
    expect_output(&b, 0, "gt(ramp(), multiply(2, 3))");
    graph_free(&b);
}

/* 4 = 2 · 2 and 2 = 4 / 2: one of them stays a number, else either would wait for the other. */
Test(constants, never_in_a_circle)
{
    GraphBench b = graph_bench();
    const char *why;
    QbNodeId two = graph_number(&b, 2), four = graph_binary(&b, "multiply", two, two);
    QbNodeId x = graph_ramp(&b, 3, 9, 9, 9);
    cr_expect_eq(graph_binary(&b, "divide", four, two), two);
    QbNodeId sum = graph_binary(&b, "add", graph_binary(&b, "multiply", x, two), four);
    graph_save(&b, graph_binary(&b, "gt", sum, graph_number(&b, 1)), "m.npy");
    cr_expect_eq(qb_pass_unfold(b.g, &why), 1);
    graph_free(&b);
}

Test(sharing, counted_and_off)
{
    GraphBench b = graph_bench();
    QbNodeId x = graph_ramp(&b, 3, 9, 9, 9), y = graph_unary(&b, "negate", x);
    cr_expect_eq(graph_unary(&b, "negate", x), y);
    cr_expect_eq(b.g->n_shared, 1);
    b.g->no_sharing = true;
    cr_expect_neq(graph_unary(&b, "negate", x), y);
    cr_expect_eq(b.g->n_shared, 1);
    graph_free(&b);
}

/* ---- who watches ---------------------------------------------------------------------------------------- */

static void count_calls(void *ctx, const QbDag *g, const QbPassNote *note)
{
    int *calls = ctx;
    cr_expect_eq(*calls, note ? g->n_passes : 0);
    ++*calls;
}

Test(passes, are_watched)
{
    int calls = 0;
    QbPassOptions o = {.watch = count_calls, .ctx = &calls};
    GraphBench b = graph_bench();
    graph_save(&b, graph_ramp(&b, 3, 9, 9, 9), "m.npy");
    qb_passes_run(b.g, &o);
    cr_expect_eq(calls, b.g->n_passes + 1);
    graph_free(&b);
}
