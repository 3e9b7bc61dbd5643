/* The oracles: for every operator a naive, obvious reference on whole images held as doubles, written from the language's
 * description and never from the operators' code. Slow on purpose: no tiling, no tricks, no shared kernels.
 * They know core/type.h (shapes and pixel types) and nothing of descriptors, kernels, compiler or runtime. */
#ifndef QB_TESTS_ORACLE_H
#define QB_TESTS_ORACLE_H

#include "core/arena.h"
#include "core/type.h"

/* A raster in physical order: v[(z * n[1] + y) * n[2] + x]. Every pixel type fits a double exactly. */
typedef struct QbOracleImage {
    QbType type;
    double *v;
} QbOracleImage;

typedef struct QbOracleTable {
    int n_columns;
    int64_t n_rows;
    double *v; /* v[row * n_columns + column] */
} QbOracleTable;

/* Offsets of a structuring element along the physical axes. */
typedef struct QbOracleOffsets {
    int64_t n;
    int64_t (*d)[3];
} QbOracleOffsets;

QbOracleImage qb_oracle_new(QbArena *a, QbType type);
/* Same shape, another kind or pixel type. */
QbOracleImage qb_oracle_like(QbArena *a, const QbOracleImage *image, QbKind kind, QbPix pix);
static inline double *qb_oracle_at(const QbOracleImage *m, int64_t z, int64_t y, int64_t x)
{
    return m->v + (z * m->type.n[1] + y) * m->type.n[2] + x;
}
/* The voxel seen at any coordinate, beyond the border too: mirrored, edge voxel repeated. */
double qb_oracle_mirrored(const QbOracleImage *m, int64_t z, int64_t y, int64_t x);
/* What a store of `v` as that pixel type keeps: f32 rounding, or half to even, saturated, NaN to 0. */
double qb_oracle_store(QbPix pix, double v);
/* f32, but f64 for f64: the result type of smoothing filters, roots and logs. */
QbPix qb_oracle_real(QbPix pix);

/* ---- filters.c --------------------------------------------------------------------------------------- */

/* The k-th smallest (from 0) of the mirrored window of odd sizes; NaN where the window holds one. */
QbOracleImage qb_oracle_rank(QbArena *a, const QbOracleImage *m, const int64_t size[3], int64_t k);
QbOracleImage qb_oracle_median(QbArena *a, const QbOracleImage *m, const int64_t size[3]);
QbOracleImage qb_oracle_uniform(QbArena *a, const QbOracleImage *m, const int64_t size[3]);
QbOracleImage qb_oracle_gaussian(QbArena *a, const QbOracleImage *m, const double sigma[3]);
/* How many voxels of the mirrored window are true: the commuted form of thresholded rank filters. */
QbOracleImage qb_oracle_window_count(QbArena *a, const QbOracleImage *mask, const int64_t size[3]);

/* ---- morphology.c ------------------------------------------------------------------------------------ */

/* Offsets (dz, dy, dx) of an element in an image of that rank, in raster order. */
QbOracleOffsets qb_oracle_offsets(QbArena *a, const QbElement *e, int rank);
/* Smallest or largest over the element; voxels outside the image count as `outside`. */
QbOracleImage qb_oracle_erode(QbArena *a, const QbOracleImage *m, const QbOracleOffsets *e,
                              double outside);
QbOracleImage qb_oracle_dilate(QbArena *a, const QbOracleImage *m, const QbOracleOffsets *e,
                               double outside);
/* The same with the image mirrored at its border, for grey values. */
QbOracleImage qb_oracle_extremum(QbArena *a, const QbOracleImage *m, const QbOracleOffsets *e,
                                 bool largest);
/* The same under `outside`, or mirrored where that is NaN. */
QbOracleImage qb_oracle_under(QbArena *a, const QbOracleImage *m, const QbOracleOffsets *e,
                              double outside, bool largest);
/* 0 where the mask is `target`, else `none`: squared distances to start from. */
QbOracleImage qb_oracle_marks(QbArena *a, const QbOracleImage *mask, bool target, double none);
/* The smallest of in(v + j) + j² along the axis, |j| ≤ r, at most `none`; in is `outside` beyond the border. */
QbOracleImage qb_oracle_nearest(QbArena *a, const QbOracleImage *m, int axis, double r,
                                const double none_and_outside[2]);
/* `target` where a squared distance is at most r². */
QbOracleImage qb_oracle_within(QbArena *a, const QbOracleImage *m, double r, bool target);

/* ---- objects.c --------------------------------------------------------------------------------------- */

/* Flood fill from each unlabelled voxel in raster order. connectivity: 4, 8 in 2D; 6, 18, 26 in 3D; 0: full. */
QbOracleImage qb_oracle_label(QbArena *a, const QbOracleImage *mask, int connectivity);
/* Columns label, voxels; ascending; never 0. */
QbOracleTable qb_oracle_count(QbArena *a, const QbOracleImage *labels);

/* ---- measures.c -------------------------------------------------------------------------------------- */

typedef enum QbOracleMeasure {
    QB_ORACLE_SUM,
    QB_ORACLE_MEAN,
    QB_ORACLE_STD,
    QB_ORACLE_MIN,
    QB_ORACLE_MAX
} QbOracleMeasure;

double qb_oracle_measure(const double *v, int64_t n, int64_t step, QbOracleMeasure what);
double qb_oracle_percentile(QbArena *a, const QbOracleImage *m, double percent);
/* Collapses the user's axis (0: the slowest). */
QbOracleImage qb_oracle_project(QbArena *a, const QbOracleImage *m, QbOracleMeasure what, int axis);
/* n_bins counts of equal bins over [lo, hi], the last one closed, as numpy.histogram; NaN left out. */
void qb_oracle_bins(const QbOracleImage *m, double lo, double hi, int64_t n_bins, int64_t *counts);
/* The bins that thresholds use: one per value for integers, 256 from min to max for floats and for wide u32 and i32.
 * Returns how many; *centres and *counts are in the arena; 0 where no voxel is a number. */
int64_t qb_oracle_histogram(QbArena *a, const QbOracleImage *m, double **centres, double **counts);
double qb_oracle_otsu(QbArena *a, const QbOracleImage *m);
double qb_oracle_li(QbArena *a, const QbOracleImage *m);
double qb_oracle_triangle(QbArena *a, const QbOracleImage *m);
double qb_oracle_isodata(QbArena *a, const QbOracleImage *m);

/* ---- pixels.c ---------------------------------------------------------------------------------------- */

typedef enum QbOracleBinary {
    QB_ORACLE_ADD,
    QB_ORACLE_SUB,
    QB_ORACLE_MUL,
    QB_ORACLE_DIV,
    QB_ORACLE_FLOORDIV,
    QB_ORACLE_MOD,
    QB_ORACLE_POW,
    QB_ORACLE_LT,
    QB_ORACLE_LE,
    QB_ORACLE_GT,
    QB_ORACLE_GE,
    QB_ORACLE_EQ,
    QB_ORACLE_NE,
    QB_ORACLE_AND,
    QB_ORACLE_OR,
} QbOracleBinary;

/* One side of an operation: an image, or a number spread over the other's shape. */
typedef struct QbOracleOperand {
    const QbOracleImage *image; /* NULL: the number */
    double number;
} QbOracleOperand;

/* The type that arithmetic with one image is done in: f64 for u32, i32 and f64. */
QbPix qb_oracle_arithmetic(const QbOracleImage *m);
QbOracleImage qb_oracle_binary(QbArena *a, QbOracleBinary op, QbOracleOperand x, QbOracleOperand y);
double qb_oracle_binary_number(QbOracleBinary op, double x, double y);

typedef enum QbOracleUnary {
    QB_ORACLE_NEG,
    QB_ORACLE_ABS,
    QB_ORACLE_SQRT,
    QB_ORACLE_EXP,
    QB_ORACLE_LOG,
    QB_ORACLE_INVERT,
    QB_ORACLE_NOT
} QbOracleUnary;

double qb_oracle_unary_number(QbOracleUnary op, double x);
/* `pix`: the pixel type of the result, unless that is a mask. */
QbOracleImage qb_oracle_unary(QbArena *a, QbOracleUnary op, const QbOracleImage *m, QbPix pix);
/* numpy's: the smaller of `hi` and the larger of `lo` and the voxel. */
QbOracleImage qb_oracle_clip(QbArena *a, const QbOracleImage *m, double lo, double hi);
QbOracleImage qb_oracle_as(QbArena *a, const QbOracleImage *m, QbKind kind, QbPix pix);
QbOracleImage qb_oracle_where(QbArena *a, const QbOracleImage *mask, QbOracleOperand x,
                              QbOracleOperand y);
/* Linear map of [lo, hi] onto [to_lo, to_hi]. */
QbOracleImage qb_oracle_rescale(QbArena *a, const QbOracleImage *m, const double from[2],
                                const double to[2]);

/* ---- geometry.c -------------------------------------------------------------------------------------- */

/* One physical axis of an index: `count` voxels from `start`, `step` apart. `drop`: a plain index, the axis goes. */
typedef struct QbOracleSlice {
    int64_t start, step, count;
    bool drop;
} QbOracleSlice;

QbOracleImage qb_oracle_index(QbArena *a, const QbOracleImage *m, const QbOracleSlice slice[3]);
/* Python's slice.indices on one axis; has_* false: left out. */
QbOracleSlice qb_oracle_slice(int64_t n, const int64_t *start, const int64_t *stop, int64_t step);
/* The slices of a volume side by side in `columns` columns, row by row; 0 where there is none. */
QbOracleImage qb_oracle_montage(QbArena *a, const QbOracleImage *m, int64_t columns);

/* ---- pictures.c -------------------------------------------------------------------------------------- */

/* Voxels of objects (thick: all voxels) with a voxel of another value across a face. */
QbOracleImage qb_oracle_boundaries(QbArena *a, const QbOracleImage *labels, bool thick);

typedef struct QbOracleOverlay {
    double low, high;               /* black and white */
    int width;                      /* of an outline */
    double (*colour)(double label); /* as a voxel of a picture */
} QbOracleOverlay;
/* Grey, and the colour of the label where one of another value lies at most `width` steps away in the plane. */
QbOracleImage qb_oracle_overlay(QbArena *a, const QbOracleImage *m, const QbOracleImage *labels,
                                const QbOracleOverlay *how);

typedef struct QbOracleOrtho {
    int64_t gap, down, across; /* rows and columns that axis 0 takes */
} QbOracleOrtho;
/* m[z], beside it m[:, :, x] with axis 1 down, below it m[:, y]. */
QbOracleImage qb_oracle_ortho(QbArena *a, const QbOracleImage *m, const int64_t at[3],
                              const QbOracleOrtho *how);

#endif
