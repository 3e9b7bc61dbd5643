/* What the label engine and the reductions share with their kernels: the layout of a labelled tile and the table of kernel
 * variants. Kernels are total: they write what they are given and nothing else. */
#ifndef QB_STDLIB_LABEL_H
#define QB_STDLIB_LABEL_H

#include "stdlib/kernels/kernels.h"

/* Tiles are labelled in beams. With full connectivity (8, 26) a beam is two slices by two rows (two rows of a 2D image): voxels of
 * neighbouring columns of one beam always touch, so the runs of the OR of its rows are its connected components. With
 * any other connectivity a beam is one row, and its runs are solid. */
typedef struct QbBeams {
    int bz, by;  /* slices and rows of a beam: 2 or 1 */
    bool solid;  /* bz = by = 1: every column of a run is foreground */
    int reach_y; /* how far two runs of rows (z, y−1) and (z, y) may be apart along x: 0 or 1 */
    int reach_z; /* the same of (z−1, y) and (z, y) */
    int reach_diag; /* of (z−1, y±1) and (z, y); −1: such rows never touch */
} QbBeams;

/* A labelled tile, as it lies in the memory of a partial: a view, made by qb_label_tile_map from the shape alone. A run of a
 * beam is a stretch of columns that are set in one of its rows. Runs are known by their numbers alone, which go through
 * all beams of the tile: where they begin is a bit, so that whatever concerns them is found a word of columns at a time. */
typedef struct QbLabelTile {
    QbBeams beams;
    int64_t ni, ny, nx;
    int64_t nbz, nby; /* beams along axes 0 and 1 */
    int64_t pitch;    /* words of a row of bits: one of zeros comes after the row */
    uint32_t *n_runs, *n_comps;
    uint32_t *first;  /* ni + 1: first[i] components have their first voxel before slice i */
    uint64_t *bits;   /* a row for each (i, y) */
    uint64_t *heads;  /* a row for each beam: the first columns of its runs */
    uint32_t *start;  /* nbz·nby + 1: the number of a beam's first run */
    uint32_t *comp;   /* of runs: components, in the raster order of their first voxels */
    uint32_t *link;   /* of runs, while the tile is labelled: their parents */
    uint32_t *voxels; /* of components; takes the place of link */
} QbLabelTile;

QbBeams qb_label_beams(int rank, int connectivity);
size_t qb_label_tile_bytes(const QbBeams *b, int64_t ni, int64_t ny, int64_t nx);
QbLabelTile qb_label_tile_map(const QbBeams *b, void *memory, int64_t ni, int64_t ny, int64_t nx);

static inline int64_t qb_label_pitch(int64_t nx)
{
    return (nx + 63) / 64 + 1;
}
/* The bits of row (i, y); word 0 holds columns 0 to 63. */
static inline uint64_t *qb_label_bits(const QbLabelTile *t, int64_t i, int64_t y)
{
    return t->bits + (i * t->ny + y) * t->pitch;
}
static inline uint64_t *qb_label_heads(const QbLabelTile *t, int64_t beam)
{
    return t->heads + beam * t->pitch;
}

/* One side of a contact: where the runs of a beam begin, the rows of bits that face the other side (b may be a), and the
 * nodes of the runs: base + comp[k] of the beam's run k. */
typedef struct QbSide {
    const uint64_t *heads, *a, *b;
    const uint32_t *comp;
    uint32_t base;
} QbSide;

/* Rows of one beam to be painted, 64·words columns: a column is the label of its run where its bit is set, else 0. */
typedef struct QbPaint {
    uint32_t *out[4]; /* at column x0 */
    const uint64_t *bits[4];
    int n;
    const uint64_t *heads;
    const uint32_t *
        label; /* 16 more than there are runs: first that of the run which began before column 0, if any */
} QbPaint;

/* Σx and Σx² of whole numbers, exact. */
typedef struct QbWholeSum {
    __int128 sum;
    unsigned __int128 squares;
} QbWholeSum;

/* Smallest and largest value that is not NaN, and whether any was. The sign of a zero is left open. */
typedef struct QbRange {
    double lo, hi; /* lo > hi: no value yet */
    bool nan;
} QbRange;

/* Counts of 16 bits of the sort keys (kernels/sort_key.h) whose bits above those are a prefix. Equal prefixes: both tables count
 * for both, so that runs of one value do not wait for one another; different ones: each its own. */
typedef struct QbDigit {
    int shift; /* 48, 32, 16 or 0 */
    uint64_t prefix[2];
    uint32_t *count[2]; /* 65536 each */
} QbDigit;

/* Bins of a histogram: one for each whole number from `first` on, or n between ascending edges, the last one closed. */
typedef struct QbBinning {
    bool by_value;
    int64_t n, first;
    double lo, hi, scale; /* scale: about n / (hi − lo) */
    const double *edge;   /* n + 1 */
} QbBinning;

/* The bin of a number in [lo, hi]: a guess, then the edges have the last word. */
static inline int64_t qb_binning_find(const QbBinning *b, double v)
{
    double guess = (v - b->lo) * b->scale;
    int64_t k = guess < (double)b->n ? (int64_t)guess : b->n - 1;
    while (k > 0 && v < b->edge[k])
        k--;
    while (k + 1 < b->n && v >= b->edge[k + 1])
        k++;
    return k;
}

/* What becomes of the voxels of a line along an axis; the order is that of the choices of `project`. */
typedef enum QbStackHow {
    QB_STACK_SUM,
    QB_STACK_MEAN,
    QB_STACK_STD,
    QB_STACK_MIN,
    QB_STACK_MAX
} QbStackHow;

/* nx lines side by side, whose voxels come row by row, index 0 first; sums are made in blocks of 64 rows, joined in order. */
typedef struct QbStack {
    QbStackHow how;
    QbPix pix;
    int64_t nx, n; /* lines, and voxels of a line */
    void *line;    /* qb_stack_bytes(how, pix, nx), aligned to 8; needs no first value */
} QbStack;

static inline size_t qb_stack_bytes(QbStackHow how, QbPix pix, int64_t nx)
{
    size_t each = how == QB_STACK_STD  ? 4 * sizeof(double)
                  : how < QB_STACK_STD ? 2 * sizeof(double)
                                       : qb_pix_bytes(pix);
    return qb_round_up((size_t)nx * each, 64);
}

struct QbLabelKernels {
    /* Labels the rows of one tile: row[i·ny + y] points at its first mask byte (0 or 1). */
    void (*tile)(const QbLabelTile *t, const uint8_t *const *row);
    /* Unites the nodes of runs that touch; the root of a set is its smallest node. */
    void (*join)(uint32_t *parent, const QbSide *p, const QbSide *q, int reach, int64_t words);
    /* Columns [x0, x1). */
    void (*paint)(const QbPaint *p, int64_t x0, int64_t x1);

    /* Row reductions. `lane` is the absolute column of the first voxel modulo 16. */
    double (*sum)(QbPix pix, const void *row, int64_t n, int lane);
    void (*moments)(QbPix pix, const void *row, int64_t n, int lane, double *mean, double *m2);
    void (*whole)(QbPix pix, const void *row, int64_t n, bool squares, QbWholeSum *s);
    void (*range)(QbPix pix, const void *row, int64_t n, QbRange *r);

    /* Counts of the bits of 8-bit and 16-bit voxels, spread over tables that are added up in the end. */
    void (*count8)(const void *row, int64_t n, uint32_t (*count)[256]);
    void (*count16)(const void *row, int64_t n, uint32_t *const count[2]);
    /* Of 32-bit and 64-bit voxels; returns how many are NaN, which have no key. */
    int64_t (*count_digit)(QbPix pix, const void *row, int64_t n, const QbDigit *d);
    void (*count_bins)(QbPix pix, const void *row, int64_t n, const QbBinning *b, uint64_t *count);

    void (*stack)(const QbStack *s, const void *row, int64_t index);
    /* Writes the nx results, of s->pix for the smallest and largest, else f64, once all rows were stacked. */
    void (*unstack)(const QbStack *s, void *out);
};

enum { QB_COUNT8_TABLES = 8 };

#ifdef QB_CPU
/* The functions behind one variant's table. */
void QB_CPU_NAME(qb_label_tile)(const QbLabelTile *t, const uint8_t *const *row);
void QB_CPU_NAME(qb_label_join)(uint32_t *parent, const QbSide *p, const QbSide *q, int reach,
                                int64_t words);
void QB_CPU_NAME(qb_label_paint)(const QbPaint *p, int64_t x0, int64_t x1);
double QB_CPU_NAME(qb_row_sum)(QbPix pix, const void *row, int64_t n, int lane);
void QB_CPU_NAME(qb_row_moments)(QbPix pix, const void *row, int64_t n, int lane, double *mean,
                                 double *m2);
void QB_CPU_NAME(qb_row_whole)(QbPix pix, const void *row, int64_t n, bool squares, QbWholeSum *s);
void QB_CPU_NAME(qb_row_range)(QbPix pix, const void *row, int64_t n, QbRange *r);
void QB_CPU_NAME(qb_row_count8)(const void *row, int64_t n, uint32_t (*count)[256]);
void QB_CPU_NAME(qb_row_count16)(const void *row, int64_t n, uint32_t *const count[2]);
int64_t QB_CPU_NAME(qb_row_count_digit)(QbPix pix, const void *row, int64_t n, const QbDigit *d);
void QB_CPU_NAME(qb_row_count_bins)(QbPix pix, const void *row, int64_t n, const QbBinning *b,
                                    uint64_t *count);
void QB_CPU_NAME(qb_row_stack)(const QbStack *s, const void *row, int64_t index);
void QB_CPU_NAME(qb_row_unstack)(const QbStack *s, void *out);
#endif

extern const QbLabelKernels qb_label_kernels_base, qb_label_kernels_avx2, qb_label_kernels_avx512;

#endif
