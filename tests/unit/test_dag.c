/* The graph: equal nodes are one, type rules point at their arguments, fixed numbers are folded, compositions expand, and
 * rebuilding changes what outputs reach. */
#include "compiler/name_map.h"
#include "compiler/opinfo.h"
#include "tests/unit/support_graph.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

Test(name_map, thousands)
{
    QbArena *a = qb_arena_new();
    QbNameMap *m = qb_name_map_new(a);
    cr_expect_eq(qb_name_map_get(m, "name0"), -1);
    for (int k = 0; k < 5000; k++)
        qb_name_map_put(m, qb_arena_printf(a, "name%d", k), k);
    for (int k = 0; k < 5000; k++)
        cr_assert_eq(qb_name_map_get(m, qb_arena_printf(a, "name%d", k)), k);
    cr_expect_eq(qb_name_map_get(m, "name5000"), -1);
    qb_name_map_put(m, "name7", 70);
    cr_expect_eq(qb_name_map_get(m, "name7"), 70, "the last one stays");
    const char *first = qb_name_map_intern(m, "a path");
    char again[] = "a path";
    cr_expect_eq(qb_name_map_intern(m, again), first);
    cr_expect_null(qb_name_map_intern(m, NULL));
    qb_arena_free(a);
}

Test(dag, equal_nodes_are_one)
{
    GraphBench b = graph_bench();
    QbNodeId x = graph_ramp(&b, 3, 10, 11, 12);
    cr_expect_eq(graph_ramp(&b, 3, 10, 11, 12), x);
    cr_expect_neq(graph_ramp(&b, 3, 10, 11, 13), x);
    cr_expect_eq(graph_look(&b, x, 2), graph_look(&b, x, 2));
    cr_expect_neq(graph_look(&b, x, 2), graph_look(&b, x, 3));
    cr_expect_eq(graph_number(&b, 0.84), graph_number(&b, 0.84));
    cr_expect_eq(graph_number(&b, NAN), graph_number(&b, NAN));
    cr_expect_neq(graph_number(&b, 0.0), graph_number(&b, -0.0));
    cr_expect_neq(qb_dag_bool(b.g, true, (QbSpan){0}), graph_number(&b, 1));
    cr_expect_neq(graph_binary(&b, "subtract", x, graph_number(&b, 1)),
                  graph_binary(&b, "subtract", graph_number(&b, 1), x));
    graph_free(&b);
}

/* The table of nodes grows, and still finds each. */
Test(dag, many_nodes)
{
    GraphBench b = graph_bench();
    QbNodeId x = graph_ramp(&b, 2, 4, 1, 4), id[2000];
    for (int k = 0; k < 2000; k++)
        id[k] = graph_binary(&b, "add", x, graph_number(&b, k));
    int n = b.g->n_nodes;
    for (int k = 0; k < 2000; k++)
        cr_assert_eq(graph_binary(&b, "add", x, graph_number(&b, k)), id[k]);
    cr_expect_eq(b.g->n_nodes, n);
    graph_free(&b);
}

Test(dag, errors_point_at_arguments)
{
    GraphBench b = graph_bench();
    graph_ramp(&b, 2, 4, 1, 4);
    QbSource s = {.name = "t.qbi", .text = "a = ramp([0, 4])", .length = 16};
    QbSpan call = {&s, 4, 16}, args[1] = {{&s, 9, 15}};
    const QbOp *ramp = qb_op_find(graph_ops, graph_n_ops, "ramp");
    QbShape shape = {2, {0, 1, 4}};
    cr_expect_eq(qb_dag_node(b.g, ramp, &shape, NULL, 0, call, args), -1);
    cr_assert_eq(b.diags.n_errors, 1);
    cr_expect_str_eq(b.diags.v[0].message, "a ramp of 0");
    cr_expect_str_eq(b.diags.v[0].hint, "sizes start at 1");
    cr_expect_eq(b.diags.v[0].span.lo, 9);
    cr_expect_eq(qb_dag_node(b.g, ramp, &shape, NULL, 0, call, NULL), -1);
    cr_assert_eq(b.diags.n_errors, 2);
    cr_expect_eq(b.diags.v[1].span.lo, 4, "without places of arguments it is the call");
    graph_free(&b);
}

Test(dag, numbers_are_folded)
{
    GraphBench b = graph_bench();
    QbNodeId two = graph_number(&b, 2), sum = graph_binary(&b, "add", two, graph_number(&b, 0.5));
    cr_expect_null(qb_dag_at(b.g, sum)->op);
    cr_expect_eq(qb_dag_at(b.g, sum)->number, 2.5);
    cr_expect_eq(b.g->n_folded, 1);
    QbNodeId truth = graph_binary(&b, "gt", sum, two);
    cr_expect_eq(qb_dag_at(b.g, truth)->type.kind, QB_BOOL);
    cr_expect_eq(qb_dag_at(b.g, truth)->number, 1);
    QbNodeId measured = graph_unary(&b, "total", graph_ramp(&b, 2, 4, 1, 4));
    cr_expect(qb_dag_at(b.g, measured)->type.measured);
    QbNodeId later = graph_binary(&b, "add", measured, two);
    cr_expect_not_null(qb_dag_at(b.g, later)->op, "what is measured is not known yet");
    cr_expect(qb_node_is_scalar(b.g, qb_dag_at(b.g, later)));
    graph_free(&b);
}

Test(dag, composed_operators_expand)
{
    GraphBench b = graph_bench();
    QbNodeId x = graph_ramp(&b, 2, 9, 1, 9), made = graph_unary(&b, "twice", x);
    cr_expect_eq(made, graph_look(&b, graph_look(&b, x, 1), 1));
    QbNodeId kept = graph_unary(&b, "both", x);
    cr_expect_str_eq(graph_text(&b, kept), "both(ramp())");
    cr_expect_str_eq(graph_text(&b, qb_dag_compose(b.g, kept)), "negate(look(ramp()))");
    graph_free(&b);
}

Test(dag, live_nodes_and_users)
{
    GraphBench b = graph_bench();
    QbNodeId x = graph_ramp(&b, 2, 9, 1, 9), dead = graph_look(&b, x, 3);
    QbNodeId y = graph_look(&b, x, 1), z = graph_binary(&b, "add", y, x);
    graph_save(&b, z, "z.npy");
    unsigned char live[16];
    qb_dag_mark_live(b.g, live);
    cr_expect(live[x] && live[y] && live[z] && !live[dead]);
    QbUsers u = qb_dag_users(b.g);
    cr_expect_eq(u.start[x + 1] - u.start[x], 2, "look and add; the dead one does not count");
    cr_expect(u.by_output[z] && !u.by_output[y]);
    graph_free(&b);
}

Test(dag, replacing)
{
    GraphBench b = graph_bench();
    QbNodeId x = graph_ramp(&b, 2, 9, 1, 9), y = graph_look(&b, x, 1),
             z = graph_binary(&b, "add", y, x);
    QbNodeId other = graph_look(&b, y, 2); /* uses what it replaces: there the old one is meant */
    graph_save(&b, z, "z.npy");
    QbDefinition def = {.name = "y", .root = y};
    QB_PUSH(b.arena, b.g->definitions, b.g->n_definitions, b.g->cap_definitions, def);
    int n = b.g->n_nodes;
    QbNodeId to[16];
    for (int k = 0; k < n; k++)
        to[k] = k;
    to[y] = other;
    qb_dag_replace(b.g, to, n);
    cr_expect_str_eq(graph_text(&b, b.g->outputs[0].node), "add(look(look(ramp())), ramp())");
    cr_expect_str_eq(graph_text(&b, b.g->definitions[0].root), "look(look(ramp()))");
    graph_free(&b);
}

/* Comparisons of an image of u8 as ranges: of the number on either side, with fractions, beyond the type, and never. */
Test(dag, masks_that_are_ranges)
{
    static const struct {
        const char *op;
        double number;
        bool turned; /* number OP image */
        double low, high;
    } rows[] = {
        {"gt", 60, false, 61, 255},  {"gt", 60.5, false, 61, 255}, {"gt", 60, true, 0, 59},
        {"ge", 60, false, 60, 255},  {"ge", 60.5, false, 61, 255}, {"ge", 60.5, true, 0, 60},
        {"lt", 60, false, 0, 59},    {"lt", 60.5, false, 0, 60},   {"lt", 60.5, true, 61, 255},
        {"le", 60, false, 0, 60},    {"le", -1, true, 0, 255},     {"eq", 60, false, 60, 60},
        {"gt", -1e9, false, 0, 255}, {"le", 1e9, false, 0, 255},   {"gt", 255, false, 1, 0},
        {"eq", 60.5, false, 1, 0},   {"lt", 0, false, 1, 0},       {"gt", NAN, false, 1, 0},
        {"ne", 60, false, 1, 0},
    };
    for (int k = 0; k < QB_COUNT(rows); k++) {
        GraphBench b = graph_bench();
        QbNodeId x = graph_ramp(&b, 2, 9, 1, 9), t = graph_number(&b, rows[k].number);
        qb_dag_at(b.g, x)->type.pix = QB_U8;
        QbNodeId mask = rows[k].turned ? graph_binary(&b, rows[k].op, t, x)
                                       : graph_binary(&b, rows[k].op, x, t);
        QbNodeId image = -1;
        double low = 1, high = 0;
        bool some = qb_dag_within(b.g, mask, &image, &low, &high);
        cr_expect_eq(some, rows[k].low <= rows[k].high, "row %d", k);
        if (some)
            cr_expect(image == x && low == rows[k].low && high == rows[k].high,
                      "row %d: from %g to %g", k, low, high);
        graph_free(&b);
    }
}

Test(dag, bands_are_ranges_of_one_image)
{
    GraphBench b = graph_bench();
    QbNodeId x = graph_ramp(&b, 2, 9, 1, 9), y = graph_look(&b, x, 1), image;
    QbNodeId above = graph_binary(&b, "gt", x, graph_number(&b, 10)),
             below = graph_binary(&b, "lt", x, graph_number(&b, 20)),
             other = graph_binary(&b, "lt", y, graph_number(&b, 20)),
             less = graph_binary(&b, "lt", x, graph_number(&b, 5));
    double low, high;
    cr_assert(
        qb_dag_within(b.g, graph_binary(&b, "logical_and", above, below), &image, &low, &high));
    cr_expect(image == x && low == 11 && high == 19);
    cr_expect_not(
        qb_dag_within(b.g, graph_binary(&b, "logical_and", above, other), &image, &low, &high));
    cr_expect_not(
        qb_dag_within(b.g, graph_binary(&b, "logical_and", above, less), &image, &low, &high));
    cr_expect_not(qb_dag_within(b.g, x, &image, &low, &high));
    graph_free(&b);
}
