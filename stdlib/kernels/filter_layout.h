/* How each neighbourhood kernel divides its scratch: computed from the same numbers when scratch is planned and when the
 * kernel runs. Sizes never depend on the processor variant. Also the names of the kernels of one variant. */
#ifndef QB_STDLIB_FILTER_LAYOUT_H
#define QB_STDLIB_FILTER_LAYOUT_H

#include "stdlib/kernels/filter.h"

#define QB_FILTER_SLACK 128 /* bytes that a vector may read or write beyond a row of scratch */

/* Bytes of a scratch row of n elements. */
static inline size_t qb_filter_pitch(int64_t n, size_t bytes)
{
    return qb_round_up((size_t)n * bytes, 64) + QB_FILTER_SLACK;
}

/* ---- counting --------------------------------------------------------------------------------------- */

/* Bytes of a lane that holds any sum over the window. */
static inline size_t qb_count_bytes(int64_t voxels)
{
    return voxels <= 255 ? 1 : voxels <= 65535 ? 2 : 4;
}

typedef struct QbCountLayout {
    size_t bytes; /* of a lane */
    size_t pitch; /* of each of three rows: running sums, doubled sums, result */
} QbCountLayout;

static inline QbCountLayout qb_count_layout(const QbCountParams *p, int64_t nx)
{
    QbCountLayout l;
    l.bytes = qb_count_bytes(qb_window_voxels(p->size));
    l.pitch = qb_filter_pitch(nx + p->size[2], l.bytes);
    return l;
}

/* count_within: outputs of a row, and indices along axis 0, that are made together, so that what they hold stays in the first
 * cache. */
#define QB_WITHIN_STRIP   512
#define QB_WITHIN_INDICES 8

typedef struct QbWithinLayout {
    int64_t indices; /* of a block */
    size_t
        pitch; /* of a row of sums: a vector that ends where another does has a place of its own */
    size_t sums;  /* bytes of the sums along axis 0: of each row y of a window and each index */
    size_t boxes; /* bytes of the sums along axes 0 and 1 of each index */
} QbWithinLayout;

static inline QbWithinLayout qb_within_layout(const QbWithinParams *p, int64_t ni)
{
    const int64_t *size = p->count.size;
    QbWithinLayout l = {.indices = qb_min64(ni, QB_WITHIN_INDICES)};
    l.pitch = qb_filter_pitch(QB_WITHIN_STRIP + size[2], 1);
    l.boxes = (size_t)l.indices * l.pitch;
    l.sums = (size_t)size[1] * l.boxes;
    return l;
}

/* ---- weighted sums ---------------------------------------------------------------------------------- */

#define QB_FIR_COLUMNS \
    512 /* that are filtered together along axis 0: their sums stay in the first cache */
#define QB_FIR_GROUP \
    6 /* pairs of rows that are read in one sweep: what prefetching keeps up with */

/* fir_plane: rows that are filtered together, columns that go through both axes at a time, and what a place in a row of doubles
 * may be beyond them: an odd number of cache lines from row to row. */
#define QB_FIR_ROWS  16
#define QB_FIR_CHUNK 64
#define QB_FIR_PITCH (QB_FIR_CHUNK + 8)

typedef struct QbFirLayout {
    size_t weights; /* bytes of the weights of one axis */
    size_t partial; /* fir_axis0: bytes of the sums of two rows between sweeps */
    size_t rows;    /* fir_plane: bytes of a chunk of the rows, and of those in reach, as doubles */
    size_t columns; /* … and of the columns that the second axis is filtered from */
} QbFirLayout;

/* Rows lie along `down`: axis 1, or 0 of a picture. */
static inline QbFirLayout qb_fir_layout(const QbFirParams *p, int down)
{
    QbFirLayout l = {0};
    int64_t r = qb_max64(qb_fir_radius(p, 0), qb_max64(qb_fir_radius(p, 1), qb_fir_radius(p, 2)));
    l.weights = qb_round_up(sizeof(double) * (size_t)(1 + r), 64);
    l.partial = 2 * QB_FIR_COLUMNS * sizeof(double);
    l.rows = (size_t)(QB_FIR_ROWS + 2 * qb_fir_radius(p, down)) * QB_FIR_PITCH * sizeof(double);
    l.columns =
        (size_t)(QB_FIR_CHUNK + 3 * qb_fir_radius(p, 2) + 3 * 8) * QB_FIR_ROWS * sizeof(double);
    return l;
}

/* The axis that rows of a plane lie along. */
static inline int qb_fir_down(const QbType *in)
{
    return in->rank == 2 ? 0 : 1;
}

/* ---- extremes --------------------------------------------------------------------------------------- */

#define QB_EXTREME_STRIP  2048 /* bytes of a row that are filtered together along axis 0 */
#define QB_EXTREME_DIRECT 9    /* windows up to this are compared voxel by voxel */

/* Rows of running extremes that a window of `size` needs over n outputs: suffixes, and one prefix. */
static inline int64_t qb_extreme_rows(int64_t size, int64_t n)
{
    return size <= QB_EXTREME_DIRECT ? 0 : qb_min64(size, n) + 1;
}

/* ---- elements --------------------------------------------------------------------------------------- */

#define QB_ELEMENT_STRIP 256 /* bytes of a row that are made together */

typedef struct QbElementLayout {
    int64_t reach[3];
    int64_t slots;  /* rows y that are held at a time */
    int64_t rows;   /* indices along axis 0 in each: the box's and its halo */
    int64_t levels; /* level k holds extremes over 2^k columns */
    int64_t strip;  /* voxels */
    size_t pitch;   /* of one level of one row */
    size_t ring;    /* bytes of all rows */
    size_t runs;    /* bytes of the table of half-widths */
    size_t pointers;
} QbElementLayout;

static inline QbElementLayout qb_element_layout(const QbElementParams *p, const QbType *in,
                                                int64_t ni)
{
    QbElementLayout l = {0};
    qb_element_reach(&p->element, in->rank, l.reach);
    l.slots = 2 * l.reach[1] + 1;
    l.rows = ni + 2 * l.reach[0];
    l.levels = 64 - __builtin_clzll((unsigned long long)(2 * l.reach[2] + 1));
    l.strip = QB_ELEMENT_STRIP / (int64_t)qb_pix_bytes(in->pix);
    l.pitch = qb_filter_pitch(l.strip + 2 * l.reach[2], qb_pix_bytes(in->pix));
    l.pitch += qb_round_up((size_t)l.reach[2] * qb_pix_bytes(in->pix),
                           64); /* doubling reads half a run further */
    l.ring = (size_t)(l.slots * l.rows * l.levels) * l.pitch;
    size_t runs = (size_t)(l.slots * (2 * l.reach[0] + 1));
    l.runs = qb_round_up(sizeof(int32_t) * runs, 64);
    l.pointers = qb_round_up(2 * sizeof(void *) * runs, 64);
    return l;
}

/* ---- distances -------------------------------------------------------------------------------------- */

/* Bytes of a lane for squared distances up to r², and one value beyond. */
static inline size_t qb_near_bytes(double r)
{
    int64_t square = qb_radius_squared(r);
    return square < 255 ? 1 : square < 65535 ? 2 : 4;
}

/* "None", by the bytes of a lane: larger than any square that counts; the widest lanes leave room for a sum. */
static inline int64_t qb_near_none(size_t bytes)
{
    return bytes == 1 ? UINT8_MAX : bytes == 2 ? UINT16_MAX : INT32_MAX / 2;
}

/* Rows of near_axis2, r columns beyond the output on both sides: of the mask, then of marks (lanes of a byte), or two of steps
 * with another r columns on both sides. */
typedef struct QbNearLayout {
    size_t mask, marks, steps; /* bytes of one */
} QbNearLayout;

static inline QbNearLayout qb_near_layout(const QbNearParams *p, int64_t nx)
{
    int64_t r = (int64_t)p->r;
    QbNearLayout l = {.mask = qb_filter_pitch(nx + 2 * r, 1)};
    if (qb_near_bytes(p->r) == 1)
        l.marks = l.mask;
    else
        l.steps = qb_filter_pitch(nx + 4 * r, sizeof(int16_t));
    return l;
}

/* ---- ranks ------------------------------------------------------------------------------------------ */

#define QB_RANK_STRIP 512 /* outputs of a row that are made together */

typedef enum QbRankMethod {
    QB_RANK_BISECT, /* counts of the voxels below a bound that closes in, bit by bit */
    QB_RANK_ORDER, /* blocks whose voxels are sorted once, and windows of one bit for each of them */
    QB_RANK_NETWORK, /* sorted columns, shared by neighbours: medians of small windows */
} QbRankMethod;

#define QB_ORDER_LANES 16 /* neighbours along axes 0 and 1 whose windows lie side by side */
#define QB_ORDER_WORD  32 /* bits of one lane */
#define QB_ORDER_GROUP 2  /* words of one lane that are counted together */

/* ORDER: how a task is cut into blocks. */
typedef struct QbRankBlock {
    int axis;       /* 0 or 1: the one that runs fastest in a block */
    int64_t lanes;  /* along it; the others along the other */
    int64_t out[3]; /* outputs of a block, at most */
    int64_t voxels; /* of a block and its halo */
    double cost;    /* ns an output */
} QbRankBlock;

#define QB_ORDER_COLUMNS 1024      /* of a block: a row of results for each lane is held */
#define QB_ORDER_VOXELS  (1 << 18) /* of a block and its halo, at most */

/* The cheapest blocks for a task of n outputs, of so many voxels at most; one window fits. */
QbRankBlock qb_rank_block(const QbRankParams *p, size_t bytes, const int64_t n[3], int64_t voxels);
/* Outputs of a task that blocks pay for. */
void qb_rank_tile(const QbType *in, int64_t n[3]);

typedef struct QbRankLayout {
    QbRankMethod method;
    int64_t half[3];
    int64_t slots;     /* rows y that are held at a time: the window's */
    int64_t rows;      /* indices along axis 0 in each: the box's and its halo */
    QbRankBlock block; /* ORDER */
    size_t pitch;
    size_t ring;     /* bytes of all rows */
    size_t ranges;   /* bytes of the rows' smallest and largest keys */
    size_t pointers; /* bytes of the list of rows of one window */
    size_t result;   /* bytes of one row of results; ORDER: of one for each lane */
    size_t sorted;   /* NETWORK: bytes of the sorted columns of one strip */
    size_t pairs;    /* ORDER: bytes of each of two lists of keys and places */
    size_t ranks;    /* ORDER: bytes of the ranks of all places */
    size_t wide;     /* ORDER: bytes of keys that a pair does not hold */
    size_t bits;     /* ORDER: bytes of the windows */
    size_t masks;    /* ORDER: bytes of the lanes of each place along axes 0 and 1 */
} QbRankLayout;

/* Of a task of n outputs. The method is the same for all tasks, and one of fewer outputs takes no more. */
QbRankLayout qb_rank_layout(const QbRankParams *p, const QbType *in, const int64_t n[3]);

/* ---- the kernels of one variant --------------------------------------------------------------------- */

#ifdef QB_CPU
void QB_CPU_NAME(qb_rank_box)(const QbTask *t);
void QB_CPU_NAME(qb_fir_axis0)(const QbTask *t);
void QB_CPU_NAME(qb_fir_plane)(const QbTask *t);
void QB_CPU_NAME(qb_extreme_axis0)(const QbTask *t);
void QB_CPU_NAME(qb_extreme_plane)(const QbTask *t);
void QB_CPU_NAME(qb_extreme_element)(const QbTask *t);
void QB_CPU_NAME(qb_sum_axis0)(const QbTask *t);
void QB_CPU_NAME(qb_count_plane)(const QbTask *t);
void QB_CPU_NAME(qb_count_within)(const QbTask *t);
void QB_CPU_NAME(qb_near_axis2)(const QbTask *t);
void QB_CPU_NAME(qb_near_axis1)(const QbTask *t);
void QB_CPU_NAME(qb_near_axis0)(const QbTask *t);
#endif

#endif
