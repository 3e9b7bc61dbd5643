/* The graph as dot text, to the byte. */
#include "compiler/graph.h"
#include "tests/unit/support_graph.h"
#include "tests/unit/support_lang.h"

#include <criterion/criterion.h>
#include <string.h>

static const char head[] =
    "digraph pipeline {\n"
    "  rankdir=TB;\n"
    "  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];\n"
    "  edge [fontname=\"sans-serif\", fontsize=9];\n";

static void define(GraphBench *b, QbDefinition def)
{
    QB_PUSH(b->arena, b->g->definitions, b->g->n_definitions, b->g->cap_definitions, def);
}

static void expect_dot(GraphBench *b, const char *body)
{
    QbText t = {0};
    qb_graph_dot(b->g, &t);
    lang_expect("dot", t.s, qb_arena_printf(b->arena, "%s%s}\n", head, body));
    qb_text_free(&t);
    graph_free(b);
}

Test(graph, names_types_and_outputs)
{
    GraphBench b = graph_bench();
    QbNodeId x = graph_ramp(&b, 3, 4, 5, 6),
             y = graph_binary(&b, "subtract", graph_number(&b, 1), x);
    graph_look(&b, x, 3); /* reached by nobody: not shown */
    QbNodeId m = graph_binary(&b, "gt", y, graph_number(&b, 0.84));
    define(&b, (QbDefinition){.name = "air", .root = y});
    define(&b, (QbDefinition){.name = "gas", .root = y});
    graph_save(&b, m, "out/a \"b\"\\c.npy");
    expect_dot(&b, "  n0 [label=\"ramp\\nimage i32 4×5×6\"];\n"
                   "  n2 [label=\"air = gas\\nsubtract with a = 1\\nimage f64 4×5×6\"];\n"
                   "  n0 -> n2;\n"
                   "  n5 [label=\"gt with b = 0.84\\nmask 4×5×6\"];\n"
                   "  n2 -> n5;\n"
                   "  output0 [label=\"save\\nout/a \\\"b\\\"\\\\c.npy\", style=filled, "
                   "fillcolor=\"#dce9f7\"];\n"
                   "  n5 -> output0;\n");
}

Test(graph, two_inputs_and_print)
{
    GraphBench b = graph_bench();
    QbNodeId x = graph_ramp(&b, 2, 4, 1, 6), y = graph_look(&b, x, 1);
    graph_print(&b, graph_unary(&b, "total", graph_binary(&b, "add", x, y)));
    QbPrintItem items[] = {{.text = "n\t= \377"},
                           {.node = graph_number(&b, 3), .low = -1, .high = -1},
                           {.node = x, .low = y, .high = -1}};
    QbOutput o = {
        .format = QB_FORMAT_PRINT, .node = -1, .low = -1, .high = -1, .items = items, .n_items = 3};
    QB_PUSH(b.arena, b.g->outputs, b.g->n_outputs, b.g->cap_outputs, o);
    expect_dot(
        &b,
        "  n0 [label=\"ramp\\nimage i32 4×6\"];\n"
        "  n1 [label=\"look\\nimage i32 4×6\"];\n"
        "  n0 -> n1;\n"
        "  n2 [label=\"add\\nimage f64 4×6\"];\n"
        "  n0 -> n2 [label=\"a\"];\n"
        "  n1 -> n2 [label=\"b\"];\n"
        "  n3 [label=\"total\\nnumber\"];\n"
        "  n2 -> n3;\n"
        "  output0 [label=\"print\", style=filled, fillcolor=\"#dce9f7\"];\n"
        "  n3 -> output0;\n"
        "  output1 [label=\"print\\nn = \357\277\275\\n3\", style=filled, fillcolor=\"#dce9f7\"];\n"
        "  n0 -> output1;\n"
        "  n1 -> output1 [style=dotted];\n");
}

/* Dead definitions are dashed, with what they would need; names of parameters are no nodes. */
Test(graph, dead_definitions)
{
    static const char *const needs_x[] = {"x", "level", "tomato", NULL}, *const needs_dead[] = {
                                                                             "tomato", "soup",
                                                                             NULL};
    static const char *const ops[] = {"gaussian", "median", NULL}, *const none[] = {NULL};
    GraphBench b = graph_bench();
    QbNodeId x = graph_ramp(&b, 2, 4, 1, 6);
    graph_save(&b, x, "x.npy");
    define(&b, (QbDefinition){.name = "x", .root = x});
    define(&b, (QbDefinition){.name = "tomato", .root = -1, .needs = needs_x, .ops = ops});
    define(&b, (QbDefinition){.name = "soup", .root = -1, .needs = needs_dead, .ops = none});
    expect_dot(&b,
               "  n0 [label=\"x\\nramp\\nimage i32 4×6\"];\n"
               "  output0 [label=\"save\\nx.npy\", style=filled, fillcolor=\"#dce9f7\"];\n"
               "  n0 -> output0;\n"
               "  dead1 [label=\"tomato\\ngaussian, median\\nnot needed\", "
               "style=\"rounded,dashed\", color=\"#888888\", "
               "fontcolor=\"#888888\"];\n"
               "  n0 -> dead1 [style=dashed, color=\"#888888\"];\n"
               "  dead2 [label=\"soup\\nnot needed\", style=\"rounded,dashed\", color=\"#888888\", "
               "fontcolor=\"#888888\"];\n"
               "  dead1 -> dead2 [style=dashed, color=\"#888888\"];\n");
}
