/* Graphs of fake operators, whose results are known at every voxel: what tests of the compiler and of the runtime build. */
#ifndef QB_TESTS_SUPPORT_GRAPH_H
#define QB_TESTS_SUPPORT_GRAPH_H

#include "compiler/dag.h"
#include "compiler/plan.h"

/* ramp(shape) i32: 10000·i + 100·y + x.   look(image, r): in[i−r, y, x] + 3·in[i, y+r, x] + 5·in[i, y, x−r], mirrored.
 * half(image): image[::2].   flip(image): image[::-1], which must be stored.   total(image): a measured number.
 * twice(image, r), composed: look(look(image, r), r).   both(image, r), kept but composed of look and negate.
 * median, count_box, label, count, label_table: descriptors alone, for the passes that know them by name.
 * Beside them the true add, subtract, multiply, divide, negate, gt, ge, lt, le, eq, ne, logical_and, logical_or,
 * logical_not, where, erode, dilate, map, store. */
extern const QbOp *const graph_ops[];
extern const int graph_n_ops;

typedef struct GraphBench {
    QbArena *arena;
    QbDiags diags;
    QbDag *g;
} GraphBench;

GraphBench graph_bench(void);
void graph_free(GraphBench *b);

/* Nodes; each fails the test when it is refused. */
QbNodeId graph_ramp(GraphBench *b, int rank, int64_t n0, int64_t n1, int64_t n2);
QbNodeId graph_look(GraphBench *b, QbNodeId in, int64_t r);
QbNodeId graph_unary(GraphBench *b, const char *op, QbNodeId in);
QbNodeId graph_binary(GraphBench *b, const char *op, QbNodeId x, QbNodeId y);
QbNodeId graph_number(GraphBench *b, double v);
void graph_save(GraphBench *b, QbNodeId node, const char *path); /* .npy */
void graph_print(GraphBench *b, QbNodeId node);

/* "gt(median(ramp(), …), 10)": a node and all that it is made of; numbers as they are, inputs of one node in order. */
const char *graph_text(GraphBench *b, QbNodeId id);

/* What `look` gives at a voxel, from its input's rule. */
typedef int64_t GraphVoxel(void *ctx, int64_t i, int64_t y, int64_t x);
int64_t graph_ramp_at(int64_t i, int64_t y, int64_t x);
int64_t graph_look_at(const int64_t n[3], int64_t r, GraphVoxel *in, void *ctx, int64_t i,
                      int64_t y, int64_t x);

/* A plan within a budget; NULL (and err) where it does not do. */
QbPlan *graph_plan(GraphBench *b, int threads, size_t memory, QbErr *err);

#endif
