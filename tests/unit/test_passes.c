/* Each pass on a graph of a few nodes: what it changes, and what it must leave alone. */
#include "compiler/opinfo.h"
#include "compiler/passes.h"
#include "core/prog.h"
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
