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

/* Measured: voxels of a window, in all and for each row y, from which histograms of columns are cheaper than counting; and
 * columns of a window from which a moving histogram is. */
#define COLUMNS_8     400
#define COLUMNS_8_ROW 100
#define SLIDE_16      21

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

static QbRankMethod method_of(const QbRankParams *p, QbPix pix)
{
    size_t bytes = qb_pix_bytes(pix);
    int64_t n = qb_window_voxels(p->size);
    if (has_network(p, bytes))
        return QB_RANK_NETWORK;
    if (bytes == 1 && n >= COLUMNS_8 && n >= COLUMNS_8_ROW * p->size[1])
        return QB_RANK_COLUMNS;
    if (bytes == 2 && p->size[2] >= SLIDE_16)
        return QB_RANK_SLIDE;
    return QB_RANK_BISECT;
}

QbRankLayout qb_rank_layout(const QbRankParams *p, QbPix pix, int64_t ni, int64_t nx)
{
    (void)nx; /* whole strips: vectors run past the end of a row */
    QbRankLayout l = {.method = method_of(p, pix), .slots = p->size[1], .strip = QB_RANK_STRIP};
    size_t bytes = qb_pix_bytes(pix);
    int64_t columns = p->size[0] * p->size[1];
    if (l.method == QB_RANK_COLUMNS)
        l.strip = QB_RANK_NARROW;
    for (int a = 0; a < 3; a++)
        l.half[a] = p->size[a] / 2;
    l.rows = ni + 2 * l.half[0];
    l.pitch = qb_filter_pitch(l.strip + 2 * l.half[2], bytes);
    l.ring = (size_t)(l.slots * l.rows) * l.pitch;
    l.ranges = qb_round_up((size_t)(l.slots * l.rows) * 2 * sizeof(int64_t), 64);
    l.pointers = qb_round_up((size_t)columns * sizeof(void *), 64);
    l.result = qb_filter_pitch(l.strip, bytes);
    if (l.method == QB_RANK_SLIDE)
        l.counts = sizeof(uint16_t) * (65536 + 4096 + 256);
    if (l.method == QB_RANK_COLUMNS)
        l.counts = sizeof(uint16_t) * QB_RANK_BINS * (size_t)(l.strip + 2 * l.half[2]);
    if (l.method == QB_RANK_NETWORK)
        l.sorted = (size_t)columns * l.pitch;
    return l;
}

/* Measured on one core with 32-byte vectors. */
double qb_rank_cost(const int64_t size[3], QbPix pix)
{
    QbRankParams p = {{size[0], size[1], size[2]}, qb_window_voxels(size) / 2};
    double n = (double)qb_window_voxels(size), bytes = (double)qb_pix_bytes(pix);
    switch (method_of(&p, pix)) {
    case QB_RANK_NETWORK:
        return (0.12 + 0.029 * n) * bytes;
    case QB_RANK_COLUMNS:
        return 24 + 6 * (double)size[1];
    case QB_RANK_SLIDE:
        return 60 + 3.5 * n / (double)size[2];
    case QB_RANK_BISECT:
        break;
    }
    return 0.07 * n * bytes * (bytes < 4 ? bytes : 4);
}

/* ---- scratch ---------------------------------------------------------------------------------------- */

size_t qb_rank_box_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                           int64_t nx)
{
    (void)ny;
    QbRankLayout l = qb_rank_layout(params, in[0]->pix, ni, nx);
    return l.ring + l.ranges + l.pointers + l.result + l.counts + l.sorted;
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
