/* The planner: passes, what is stored and what is computed again, demands that shrink on their way up, rings that are wide
 * enough, and the budget. */
#include "tests/unit/support_graph.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB ((size_t)1 << 20)

static QbPlan *planned(GraphBench *b, int threads, size_t memory)
{
    QbErr err = {0};
    QbPlan *p = graph_plan(b, threads, memory, &err);
    cr_assert_not_null(p, "%s", err.text);
    return p;
}

/* "ramp@0 look@0 save@0": steps that run, with their passes. */
static const char *steps_text(GraphBench *b, const QbPlan *p)
{
    const char *text = "";
    for (int k = 0; k < p->n_steps; k++)
        if (p->steps[k].kind != QB_STEP_CONST)
            text = qb_arena_printf(b->arena, "%s%s%s@%d", text, *text ? " " : "", p->steps[k].label,
                                   p->steps[k].pass);
    return text;
}

static const QbStep *step_called(const QbPlan *p, const char *label)
{
    for (int k = 0; k < p->n_steps; k++)
        if (!strcmp(p->steps[k].label, label))
            return &p->steps[k];
    cr_assert_fail("no step '%s'", label);
    return NULL;
}

Test(plan, one_pass)
{
    GraphBench b = graph_bench();
    graph_save(&b, graph_look(&b, graph_ramp(&b, 3, 40, 50, 60), 2), "x.npy");
    const QbPlan *p = planned(&b, 2, 256 * MIB);
    cr_expect_str_eq(steps_text(&b, p), "ramp@0 look@0 save@0");
    cr_expect_eq(p->n_passes, 1);
    cr_expect_eq(step_called(p, "look")->recompute, 1);
    graph_free(&b);
}

/* What depends on a measured number comes in a later pass. A ramp is cheap: made twice rather than stored; what looks cost
 * a while to make is stored. */
Test(plan, measured_numbers_split)
{
    GraphBench b = graph_bench();
    QbNodeId x = graph_ramp(&b, 3, 40, 50, 60);
    graph_save(&b, graph_binary(&b, "subtract", x, graph_unary(&b, "total", x)), "x.npy");
    qb_passes_run(b.g, NULL);
    const QbPlan *p = planned(&b, 2, 256 * MIB);
    cr_expect_str_eq(steps_text(&b, p), "ramp@0 total@0 ramp@1 subtract: map@1 save@1");
    cr_expect_eq(step_called(p, "ramp")->recompute, 2);
    graph_free(&b);
    b = graph_bench();
    x = graph_look(&b, graph_look(&b, graph_ramp(&b, 3, 40, 50, 60), 1), 1);
    graph_save(&b, graph_binary(&b, "subtract", x, graph_unary(&b, "total", x)), "x.npy");
    qb_passes_run(b.g, NULL);
    p = planned(&b, 2, 256 * MIB);
    cr_expect_str_eq(steps_text(&b, p),
                     "ramp@0 look@0 look@0 store@0 total@0 read back@1 subtract: map@1 save@1");
    graph_free(&b);
}

Test(plan, random_inputs_are_stored)
{
    GraphBench b = graph_bench();
    graph_save(&b, graph_unary(&b, "flip", graph_ramp(&b, 3, 40, 50, 60)), "x.npy");
    const QbPlan *p = planned(&b, 2, 256 * MIB);
    cr_expect_str_eq(steps_text(&b, p), "ramp@0 store@0 flip@1 save@1");
    cr_expect(step_called(p, "flip")->in_random[0]);
    graph_free(&b);
}

/* Every second slice, and the halos around: only those are made. */
Test(plan, demand_is_pushed_up)
{
    GraphBench b = graph_bench();
    graph_save(&b, graph_unary(&b, "half", graph_ramp(&b, 3, 41, 50, 60)), "x.npy");
    const QbPlan *p = planned(&b, 2, 256 * MIB);
    const QbStep *ramp = step_called(p, "ramp");
    cr_expect_eq(ramp->ticks, 21);
    cr_expect_eq(ramp->n_intervals, 21);
    cr_expect_eq(ramp->interval[20].lo, 40);
    cr_expect_eq(ramp->interval[20].tick, 20);
    cr_expect_eq(qb_step_tick(ramp, 6), 3);
    graph_free(&b);
    b = graph_bench();
    graph_save(&b, graph_unary(&b, "half", graph_look(&b, graph_ramp(&b, 3, 41, 50, 60), 1)),
               "x.npy");
    ramp = step_called(planned(&b, 2, 256 * MIB), "ramp");
    cr_expect_eq(ramp->n_intervals, 1, "halos of every second slice touch");
    cr_expect_eq(ramp->ticks, 41);
    graph_free(&b);
}

/* Tiles of the quanta of any step cover its box once, whatever it is cut into. */
Test(plan, tiles_cover)
{
    GraphBench b = graph_bench();
    graph_save(&b, graph_look(&b, graph_ramp(&b, 3, 37, 53, 300), 2), "x.npy");
    const QbPlan *p = planned(&b, 3, 64 * MIB);
    const QbStep *s = step_called(p, "look");
    char seen[37][53] = {{0}};
    for (int64_t a = 0; a < 37;) {
        int64_t end = qb_step_quantum_end(s, &s->interval[0], a), tiles = qb_step_tiles(s, a, end);
        cr_assert_leq(tiles, s->max_tiles);
        for (int64_t t = 0; t < tiles; t++) {
            QbBox box = qb_step_tile(s, a, end, t);
            cr_assert(box.lo[2] == 0 && box.hi[2] == 300, "rows are whole");
            for (int64_t i = box.lo[0]; i < box.hi[0]; i++)
                for (int64_t y = box.lo[1]; y < box.hi[1]; y++)
                    cr_assert_eq(seen[i][y]++, 0);
        }
        a = end;
    }
    cr_expect_null(memchr(seen, 0, sizeof(seen)));
    graph_free(&b);
}

/* A ring holds a quantum and its halo at least, and never more than there is. */
Test(plan, rings)
{
    for (int64_t r = 0; r < 60; r += 7) {
        GraphBench b = graph_bench();
        graph_save(&b, graph_look(&b, graph_ramp(&b, 3, 100, 64, 300), r), "x.npy");
        const QbPlan *p = planned(&b, 2, 256 * MIB);
        const QbStep *ramp = step_called(p, "ramp"), *look = step_called(p, "look");
        cr_expect_geq(ramp->ring, qb_min64(100, 2 * r + 1), "a reach of %lld", (long long)r);
        cr_expect_leq(ramp->ring, 100);
        cr_expect_geq(ramp->ring, qb_min64(100, look->quantum + 2 * r), "a reach of %lld",
                      (long long)r);
        cr_expect_geq(ramp->ring_bytes, (size_t)ramp->ring * 64 * 300 * 4);
        graph_free(&b);
    }
}

/* A thousand million slices: a walk through each of their quanta would take minutes. The rings are those of a short image. */
Test(plan, rings_of_a_long_image, .timeout = 10)
{
    GraphBench b = graph_bench();
    const QbPlan *p[2];
    int64_t n[2] = {400, 1000000000};
    for (int k = 0; k < 2; k++) {
        QbNodeId x = graph_ramp(&b, 3, n[k], 40, 400);
        graph_save(&b, graph_look(&b, graph_look(&b, x, 3), 1), k ? "x.npy" : "a.npy");
        graph_save(&b, graph_unary(&b, "total", x), k ? "y.csv" : "b.csv");
        p[k] = planned(&b, 2, 256 * MIB);
        b.g->n_outputs = 0;
    }
    cr_assert_eq(p[0]->n_steps, p[1]->n_steps);
    for (int i = 0; i < p[0]->n_steps; i++)
        cr_expect_eq(p[0]->steps[i].ring, p[1]->steps[i].ring, "%s", p[0]->steps[i].label);
    graph_free(&b);
}

/* A short way and a long one from one source: the ring bridges the lag of the long one. */
Test(plan, rings_of_two_ways)
{
    GraphBench b = graph_bench();
    QbNodeId x = graph_ramp(&b, 3, 200, 16, 16), far = x;
    for (int k = 0; k < 5; k++)
        far = graph_look(&b, far, 7);
    graph_save(&b, graph_binary(&b, "add", x, far), "x.npy");
    qb_passes_run(b.g, NULL);
    const QbPlan *p = planned(&b, 2, 256 * MIB);
    cr_expect_geq(step_called(p, "ramp")->ring, 5 * 7 + 7 + 1, "found %lld",
                  (long long)step_called(p, "ramp")->ring);
    graph_free(&b);
}

static GraphBench long_chain(void)
{
    GraphBench b = graph_bench();
    QbNodeId x = graph_ramp(&b, 3, 300, 512, 512);
    for (int k = 0; k < 4; k++)
        x = graph_look(&b, x, 3);
    graph_save(&b, x, "x.npy");
    return b;
}

/* Predictions fall with the budget; too small a budget is refused with one that does, and not much less would. */
Test(plan, memory)
{
    QbErr err = {0};
    size_t before = SIZE_MAX;
    for (size_t budget = 1024 * MIB; budget >= 128 * MIB; budget /= 2) {
        GraphBench b = long_chain();
        const QbPlan *p = planned(&b, 2, budget);
        cr_expect_leq(p->predicted, budget);
        cr_expect_leq(p->predicted, before);
        before = p->predicted;
        graph_free(&b);
    }
    GraphBench b = long_chain();
    cr_assert_null(graph_plan(&b, 2, 6 * MIB, &err));
    graph_free(&b);
    static const char head[] =
        "a memory budget of 6 MiB is too small: this pipeline needs at least ";
    cr_assert(strncmp(err.text, head, strlen(head)) == 0, "%s", err.text);
    long least = strtol(err.text + strlen(head), NULL, 10);
    char tail[64];
    snprintf(tail, sizeof(tail), "%ld MiB (-m %ldM)", least, least);
    cr_expect_str_eq(err.text + strlen(head), tail);
    b = long_chain();
    planned(&b, 2, (size_t)least * MIB);
    graph_free(&b);
    b = long_chain();
    QbErr again = {0};
    cr_expect_null(graph_plan(&b, 2, (size_t)(least - 1) * MIB, &again), "a MiB less does as well");
    graph_free(&b);
}

/* More threads hold more scratch, so they may need more; a plan for one is never larger. */
Test(plan, threads)
{
    size_t predicted[2];
    for (int k = 0; k < 2; k++) {
        GraphBench b = long_chain();
        predicted[k] = planned(&b, k ? 64 : 1, 4096 * MIB)->predicted;
        graph_free(&b);
    }
    cr_expect_leq(predicted[0], predicted[1]);
}

Test(plan, text)
{
    GraphBench b = graph_bench();
    QbNodeId x = graph_ramp(&b, 3, 40, 50, 60);
    graph_save(&b, graph_binary(&b, "subtract", x, graph_unary(&b, "total", x)), "x.npy");
    qb_passes_run(b.g, NULL);
    QbText t = {0};
    qb_plan_text(planned(&b, 2, 256 * MIB), &t);
    static const char *const words[] = {"pass 1, about",
                                        "pass 2, about",
                                        "image i32 40×50×60",
                                        "computed 2 times",
                                        "budget 256.0 MiB, 2 threads",
                                        "reads 0 pages"};
    for (int k = 0; k < QB_COUNT(words); k++)
        cr_expect_not_null(strstr(t.s, words[k]), "'%s' is not in\n%s", words[k], t.s);
    qb_text_free(&t);
    graph_free(&b);
}
