/* Blocks of the ranks that are found in sorted order: how large they are, which way their lanes run, and what an output of them
 * costs. Knows no voxels. */
#include "stdlib/kernels/filter_layout.h"

#define LEAST_VOXELS (1 << 12) /* of a block and its halo, where there are as many */

/* Measured, in ns on one core with vectors of 64 bytes: to sort a voxel, by the bytes of its key; to find an output's bit; to move
 * one voxel in and another out of a line of lanes; and what each voxel of a block adds to every output of it. */
static const double sort_ns[] = {[1] = 4, [2] = 5.5, [4] = 8.5, [8] = 18};
#define FIND_NS  11.0
#define MOVE_NS  3.9
#define BLOCK_NS 1.5e-4

typedef struct Limits {
    size_t bytes;
    const int64_t *n;
    int64_t voxels;
} Limits;

/* Equal parts of n, as few as parts of `most` would be. */
static int64_t part_of(int64_t n, int64_t most)
{
    int64_t parts = (n + most - 1) / most;
    return (n + parts - 1) / parts;
}

/* Voxels of a column of windows that move at a time, along axis a, for each output. */
static double places_of(const QbRankParams *p, const QbRankBlock *b, int a)
{
    int64_t lanes = a == b->axis ? b->lanes : QB_ORDER_LANES / b->lanes,
            moves = (b->out[a] + lanes - 1) / lanes;
    return (double)(moves * (p->size[a] - 1) + b->out[a]) / (double)b->out[a];
}

/* `places`: those that move for each output. */
static double block_cost(const QbRankParams *p, size_t bytes, const QbRankBlock *b, double places)
{
    double outputs = (double)(b->out[0] * b->out[1] * b->out[2]);
    double start = 1 + 0.5 * (double)p->size[2] / (double)b->out[2]; /* the row's first window */
    return sort_ns[bytes] * (double)b->voxels / outputs + FIND_NS + MOVE_NS * places * start +
           BLOCK_NS * (double)b->voxels;
}

/* Blocks of that many indices and rows: as many columns as voxels allow. */
static void try_columns(const QbRankParams *p, const Limits *l, QbRankBlock b, QbRankBlock *best)
{
    int64_t column = (b.out[0] + p->size[0] - 1) * (b.out[1] + p->size[1] - 1);
    double places = places_of(p, &b, 0) * places_of(p, &b, 1),
           sorted = (double)column / (double)(b.out[0] * b.out[1]);
    if (sort_ns[l->bytes] * sorted + FIND_NS + MOVE_NS * places >= best->cost)
        return; /* however many columns */
    for (int64_t most = LEAST_VOXELS;; most *= 2) {
        int64_t columns = qb_min64(most, l->voxels) / column - p->size[2] + 1;
        if (columns >= 1) {
            b.out[2] = part_of(l->n[2], qb_min64(columns, QB_ORDER_COLUMNS));
            b.voxels = column * (b.out[2] + p->size[2] - 1);
            b.cost = block_cost(p, l->bytes, &b, places);
            if (b.cost < best->cost)
                *best = b;
        }
        if (most >= l->voxels || b.out[2] == l->n[2])
            return;
    }
}

QbRankBlock qb_rank_block(const QbRankParams *p, size_t bytes, const int64_t n[3], int64_t voxels)
{
    static const int64_t sizes[] = {64, 32, 16, 8, 4, 2, 1, 128};
    static const QbRankBlock ways[] = {{.axis = 0, .lanes = 16},
                                       {.axis = 1, .lanes = 16},
                                       {.axis = 0, .lanes = 4},
                                       {.axis = 0, .lanes = 8},
                                       {.axis = 1, .lanes = 8}};
    const Limits l = {bytes, n, voxels};
    QbRankBlock best = {.cost = 1e30};
    for (int j = 0; j < QB_COUNT(sizes); j++)
        for (int k = 0; k < QB_COUNT(sizes); k++)
            for (int way = 0; way < QB_COUNT(ways); way++) {
                QbRankBlock b = ways[way];
                b.out[0] = part_of(n[0], sizes[j]);
                b.out[1] = part_of(n[1], sizes[k]);
                if (sizes[j] < 2 * n[0] && sizes[k] < 2 * n[1])
                    try_columns(p, &l, b, &best);
            }
    return best;
}

void qb_rank_tile(const QbType *in, int64_t n[3])
{
    const int64_t most[3] = {in->rank == 2 ? 64 : 16, 64, 2 * QB_ORDER_COLUMNS};
    for (int a = 0; a < 3; a++)
        n[a] = qb_clamp64(in->n[a], 1, most[a]);
}
