/* Rank filters outside their kernels: how minimum, maximum, median, rank and counts of boxes are composed, which method finds
 * a rank, and how kernels of ranks, extremes and counts divide their scratch. Knows no voxels. */
#include "stdlib/kernels/filter_layout.h"

#include <string.h>

/* ---- compositions ----------------------------------------------------------------------------------- */

/* Each step holds what it looks at alone, so that equal steps of different filters are one node. */
static QbNodeId extreme_step(QbBuild *b, const char *op, QbNodeId in, const int64_t size[3],
                             bool largest)
{
    QbExtremeParams p;
    memset(&p, 0, sizeof(p));
    memcpy(p.size, size, sizeof(p.size));
    p.border = QB_BORDER_MIRROR;
    p.largest = largest;
    return b->node(b, op, &p, &in, 1);
}

QbNodeId qb_extreme_compose(QbBuild *b, const int64_t size[3], bool largest)
{
    const int64_t first[3] = {size[0], 1, 1}, plane[3] = {1, size[1], size[2]};
    QbNodeId id = b->in[0];
    if (size[0] > 1)
        id = extreme_step(b, "extreme_axis0", id, first, largest);
    if (id >= 0 && (size[0] == 1 || size[1] * size[2] > 1)) /* a window of one voxel is a copy */
        id = extreme_step(b, "extreme_plane", id, plane, largest);
    return id;
}

#define WITHIN_WIDEST 16 /* of a window whose voxels are counted all at once, along each axis */

/* Together with the comparison, where it is one of whole numbers of one or two bytes. */
static QbNodeId count_at_once(QbBuild *b, QbNodeId mask, const QbCountParams *p)
{
    QbWithinParams w;
    QbNodeId image;
    double low = 1, high = 1;
    if (!b->within(b, mask, &image, &low, &high) || qb_pix_bytes(b->type(b, image)->pix) > 2) {
        image = mask;
        low = high = 1;
    }
    memset(&w, 0, sizeof(w));
    w.count = *p;
    w.low = (int64_t)low;
    w.high = (int64_t)high;
    return b->node(b, "count_within", &w, &image, 1);
}

QbNodeId qb_count_compose(QbBuild *b, QbNodeId mask, const QbCountParams *p)
{
    int64_t widest = qb_max64(p->size[0], qb_max64(p->size[1], p->size[2]));
    if (widest <= WITHIN_WIDEST && qb_window_voxels(p->size) <= UINT8_MAX)
        return count_at_once(b, mask, p);
    QbCountParams sum;
    memset(&sum, 0, sizeof(sum));
    sum.size[0] = p->size[0];
    sum.size[1] = sum.size[2] = 1;
    QbNodeId id = p->size[0] > 1 ? b->node(b, "sum_axis0", &sum, &mask, 1) : mask;
    return id < 0 ? id : b->node(b, "count_plane", p, &id, 1);
}

/* At place k of n sorted zeros and ones is a one exactly when at least n − k of them are. */
static QbNodeId rank_of_mask(QbBuild *b, const int64_t size[3], int64_t need)
{
    QbCountParams p;
    memset(&p, 0, sizeof(p));
    memcpy(p.size, size, sizeof(p.size));
    p.need = need;
    return b->node(b, "count_box", &p, b->in, 1);
}

QbNodeId qb_rank_compose(QbBuild *b, const int64_t size[3], int64_t k)
{
    int64_t n = qb_window_voxels(size);
    if (b->check->in[0]->kind == QB_MASK)
        return rank_of_mask(b, size, n - k);
    if (k == 0 || k == n - 1)
        return qb_extreme_compose(b, size, k > 0);
    QbRankParams p;
    memset(&p, 0, sizeof(p));
    memcpy(p.size, size, sizeof(p.size));
    p.rank = k;
    return b->node(b, "rank_box", &p, b->in, 1);
}

/* ---- methods ---------------------------------------------------------------------------------------- */

/* Medians that cpu_filter_rank_network.c has: rows of the window, its columns, the longest keys. */
static bool has_network(const QbRankParams *p, size_t bytes)
{
    static const int64_t windows[][3] = {{3, 3, 8}, {5, 5, 8},   {7, 7, 8}, {9, 3, 8},
                                         {9, 9, 4}, {11, 11, 4}, {25, 5, 4}};
    int64_t rows = p->size[0] * p->size[1], n = rows * p->size[2];
    for (int k = 0; k < QB_COUNT(windows); k++)
        if (rows == windows[k][0] && p->size[2] == windows[k][1] && (int64_t)bytes <= windows[k][2])
            return p->rank == n / 2;
    return false;
}

/* ns on one core to bisect a window of one voxel, by the bytes of a key: 16-bit images seldom use all their bits. */
static const double bisect_ns[] = {[1] = 0.07, [2] = 0.18, [4] = 1.1, [8] = 4};

/* The method for an image, and its cost. ORDER: `block` is one of the largest. */
static QbRankMethod method_of(const QbRankParams *p, const QbType *in, QbRankBlock *block,
                              double *cost)
{
    size_t bytes = qb_pix_bytes(in->pix);
    int64_t n[3];
    if (has_network(p, bytes)) {
        double voxels = (double)qb_window_voxels(p->size);
        *cost = 0.12 + (0.1 + 0.014 * voxels + 0.00013 * voxels * voxels) * (double)bytes;
        return QB_RANK_NETWORK;
    }
    *cost = bisect_ns[bytes] * (double)(qb_window_voxels(p->size) + 3); /* and to begin and end */
    qb_rank_tile(in, n);
    *block = qb_rank_block(p, bytes, n, QB_ORDER_VOXELS);
    if (block->cost >= *cost)
        return QB_RANK_BISECT;
    *cost = block->cost;
    return QB_RANK_ORDER;
}

static void add_strips(QbRankLayout *l, const QbRankParams *p, size_t bytes, int64_t ni)
{
    int64_t columns = p->size[0] * p->size[1];
    l->slots = p->size[1];
    l->rows = ni + 2 * l->half[0];
    l->pitch = qb_filter_pitch(QB_RANK_STRIP + 2 * l->half[2], bytes);
    l->ring = (size_t)(l->slots * l->rows) * l->pitch;
    l->ranges = qb_round_up((size_t)(l->slots * l->rows) * 2 * sizeof(int64_t), 64);
    l->pointers = qb_round_up((size_t)columns * sizeof(void *), 64);
    l->result = qb_filter_pitch(QB_RANK_STRIP, bytes);
    if (l->method == QB_RANK_NETWORK)
        l->sorted = (size_t)columns * l->pitch;
}

/* Shares of a task of n outputs: no more for fewer of them, whatever its blocks are. */
static void add_blocks(QbRankLayout *l, const QbRankParams *p, size_t bytes, const int64_t n[3])
{
    int64_t most = l->block.voxels, all = 1;
    for (int a = 0; a < 3; a++)
        all *= n[a] + p->size[a] - 1;
    most = qb_min64(most, all);
    size_t voxels = (size_t)most, line = QB_ORDER_LANES * sizeof(uint32_t);
    l->block = qb_rank_block(p, bytes, n, most);
    l->pitch = qb_filter_pitch(qb_min64(n[2], QB_ORDER_COLUMNS) + 2 * l->half[2], bytes);
    l->ring = l->pitch;
    l->result = QB_ORDER_LANES * l->pitch;
    l->pairs = qb_round_up(voxels * sizeof(uint64_t), 64);
    l->ranks = qb_round_up(voxels * sizeof(uint32_t), 64);
    l->wide = bytes == 8 ? l->pairs : 0;
    l->bits = (voxels / QB_ORDER_WORD + QB_ORDER_GROUP) * line;
    l->masks = (size_t)(p->size[0] + p->size[1] + QB_ORDER_LANES) * line;
}

QbRankLayout qb_rank_layout(const QbRankParams *p, const QbType *in, const int64_t n[3])
{
    QbRankLayout l = {0};
    size_t bytes = qb_pix_bytes(in->pix);
    double cost;
    for (int a = 0; a < 3; a++)
        l.half[a] = p->size[a] / 2;
    l.method = method_of(p, in, &l.block, &cost);
    if (l.method == QB_RANK_ORDER)
        add_blocks(&l, p, bytes, n);
    else
        add_strips(&l, p, bytes, n[0]);
    return l;
}

double qb_rank_cost(const QbRankParams *p, const QbType *in)
{
    QbRankBlock block;
    double cost;
    method_of(p, in, &block, &cost);
    return cost;
}

const char *qb_rank_box_method(const QbRankParams *p, const QbType *in)
{
    static const char *const names[] = {[QB_RANK_BISECT] = "bisection",
                                        [QB_RANK_ORDER] = "sorted blocks",
                                        [QB_RANK_NETWORK] = "a sorting network"};
    QbRankBlock block;
    double cost;
    return names[method_of(p, in, &block, &cost)];
}

void qb_rank_box_tile(const QbRankParams *p, const QbType *in, int64_t n[2])
{
    QbRankBlock block;
    double cost;
    int64_t all[3] = {1, 1, 1};
    if (method_of(p, in, &block, &cost) == QB_RANK_ORDER)
        qb_rank_tile(in, all);
    n[0] = all[0];
    n[1] = all[1];
}

/* ---- scratch ---------------------------------------------------------------------------------------- */

size_t qb_rank_box_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                           int64_t nx)
{
    const int64_t n[3] = {ni, ny, nx};
    QbRankLayout l = qb_rank_layout(params, in[0], n);
    return l.ring + l.ranges + l.pointers + l.result + l.sorted + 2 * l.pairs + l.ranks + l.wide +
           l.bits + l.masks;
}

size_t qb_extreme_axis0_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                                int64_t nx)
{
    const QbExtremeParams *p = params;
    (void)in;
    (void)ny;
    (void)nx;
    return (size_t)qb_extreme_rows(p->size[0], ni) * QB_EXTREME_STRIP;
}

/* A padded row, and rows of running extremes. */
size_t qb_extreme_plane_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                                int64_t nx)
{
    const QbExtremeParams *p = params;
    (void)ni;
    size_t pitch = qb_filter_pitch(nx + p->size[2], qb_pix_bytes(in[0]->pix));
    return (size_t)(1 + qb_extreme_rows(p->size[1], ny)) * pitch;
}

size_t qb_count_plane_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                              int64_t nx)
{
    (void)in;
    (void)ni;
    (void)ny;
    return 3 * qb_count_layout(params, nx).pitch;
}
