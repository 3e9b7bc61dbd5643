/* Neighbourhood operators: the parameter structs that compositions fill, what they have in common outside the kernels
 * (radii, weights, reaches of elements, type rules), and the table of kernels of one processor variant. A kernel runs a
 * whole task of the operator of the same name; it takes its scratch from the task. */
#ifndef QB_STDLIB_FILTER_H
#define QB_STDLIB_FILTER_H

#include "stdlib/kernels/kernels.h"

#define QB_FILTER_MAX_SIZE   1023  /* voxels along one axis */
#define QB_FILTER_MAX_WINDOW 65535 /* voxels of a rank filter's window: counts have 16 bits */
#define QB_FILTER_MAX_SIGMA  250.0
#define QB_FILTER_MAX_RADIUS 1024.0

/* ---- parameters ------------------------------------------------------------------------------------- */

/* median, minimum, maximum, uniform */
typedef struct QbSizeParams {
    int64_t size[3];
} QbSizeParams;

/* rank, rank_box: the voxel at place `rank` of the sorted window, from 0 (negative: from the end) */
typedef struct QbRankParams {
    int64_t size[3];
    int64_t rank;
} QbRankParams;

typedef struct QbGaussianParams {
    double sigma[3];
} QbGaussianParams;

/* fir_axis0 (axis 0 of a volume alone), fir_plane (axes 1 and 2, of a picture 0 and 2). An axis with size > 1 is averaged, else one with sigma > 0
 * gets the Gaussian, else it is left alone. */
typedef struct QbFirParams {
    double sigma[3];
    int64_t size[3];
} QbFirParams;

/* extreme_axis0 (size[0] alone), extreme_plane (size[1] and size[2]) */
typedef struct QbExtremeParams {
    int64_t size[3];
    double outside; /* CONSTANT: the value outside */
    QbBorder border;
    bool largest;
} QbExtremeParams;

/* count_box: true where at least `need` voxels of the box are, mirrored border. sum_axis0 looks at size[0], count_plane at all:
 * its input holds sums of size[0] voxels. */
typedef struct QbCountParams {
    int64_t size[3];
    int64_t need;
} QbCountParams;

/* count_within: the same of the voxels from low to high, whole numbers of at most two bytes. Of a mask: from 1 to 1. */
typedef struct QbWithinParams {
    QbCountParams count;
    int64_t low, high;
} QbWithinParams;

/* near_axis2, near_axis1, near_axis0: squared distances, capped, to the nearest voxel that is `target`. `last`: the result
 * is a mask: `target` where one is at most r away. */
typedef struct QbNearParams {
    double r;
    bool target, outside, last;
} QbNearParams;

/* erode, dilate */
typedef struct QbMorphParams {
    QbElement element;
    bool outside; /* masks: what lies beyond the border */
} QbMorphParams;

/* open, close */
typedef struct QbOpeningParams {
    QbElement element;
} QbOpeningParams;

/* extreme_element: the smallest or largest voxel under an element */
typedef struct QbElementParams {
    QbElement element;
    double outside;
    QbBorder border;
    bool largest;
} QbElementParams;

/* ---- windows and weights ---------------------------------------------------------------------------- */

/* Reach of a filter along an axis, and its weights: w[0] of the centre, w[j] of both voxels j away. Those of a mean are 1: its
 * sum is divided once, so that sums of whole numbers stay exact. */
int64_t qb_fir_radius(const QbFirParams *p, int axis);
void qb_fir_weights(const QbFirParams *p, int axis, double *w);
/* (size − 1) / 2 on every axis, both sides, mirrored border. */
void qb_halo_of_sizes(const int64_t size[3], QbHalo *halo);
int64_t qb_window_voxels(const int64_t size[3]);

/* ---- elements --------------------------------------------------------------------------------------- */

/* floor(r²), exactly: r is taken as the double that it is. */
int64_t qb_radius_squared(double r);
/* Offsets that an element reaches along the physical axes of an image of that rank. */
void qb_element_reach(const QbElement *e, int rank, int64_t reach[3]);
/* The element holds (dz, dy, −h … h); returns h, or −1 where it holds none. dz and dy are physical. */
int64_t qb_element_half(const QbElement *e, int rank, int64_t dz, int64_t dy);
/* Widths of a box along the physical axes. */
void qb_element_box(const QbElement *e, int rank, int64_t size[3]);

/* ---- type rules ------------------------------------------------------------------------------------- */

bool qb_filter_check_same(QbCheck *c);  /* the subject's type */
bool qb_filter_check_float(QbCheck *c); /* f32, f64 for f64 */
bool qb_filter_check_window(QbCheck *c, const int64_t size[3],
                            int param); /* same type, bounded window */
/* The subject's type; the element must fit its rank. Rows: subject, element[, outside]. */
bool qb_filter_check_element(QbCheck *c, const QbElement *e);

/* ---- compositions ----------------------------------------------------------------------------------- */

/* The smallest or largest voxel of a box, mirrored border: along axis 0, then in planes. */
QbNodeId qb_extreme_compose(QbBuild *b, const int64_t size[3], bool largest);
/* True where at least `need` voxels of a mask's box are: all at once, together with the comparison that made the mask, where
 * sums fit a byte; else sums along axis 0, then in planes. */
QbNodeId qb_count_compose(QbBuild *b, QbNodeId mask, const QbCountParams *p);
/* The voxel at place k of the sorted box, from 0. */
QbNodeId qb_rank_compose(QbBuild *b, const int64_t size[3], int64_t k);
/* ns a voxel of rank_box on one core. */
double qb_rank_cost(const QbRankParams *p, const QbType *in);
const char *qb_rank_box_method(const QbRankParams *p, const QbType *in);
/* Indices and rows of a task of rank_box at least: blocks of one are sorted together. */
void qb_rank_box_tile(const QbRankParams *p, const QbType *in, int64_t n[2]);

/* ---- kernels ---------------------------------------------------------------------------------------- */

typedef void (*QbFilterRun)(const QbTask *t);

struct QbFilterKernels {
    QbFilterRun rank_box;
    QbFilterRun fir_axis0, fir_plane;
    QbFilterRun extreme_axis0, extreme_plane, extreme_element;
    QbFilterRun sum_axis0, count_plane, count_within;
    QbFilterRun near_axis2, near_axis1, near_axis0;
};

/* Scratch that the kernels take, for an output box of that many voxels: the same in every variant. */
size_t qb_rank_box_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                           int64_t nx);
size_t qb_fir_axis0_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                            int64_t nx);
size_t qb_fir_plane_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                            int64_t nx);
size_t qb_extreme_axis0_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                                int64_t nx);
size_t qb_extreme_plane_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                                int64_t nx);
size_t qb_extreme_element_scratch(const void *params, const QbType *const *in, int64_t ni,
                                  int64_t ny, int64_t nx);
size_t qb_count_plane_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                              int64_t nx);
size_t qb_count_within_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                               int64_t nx);
size_t qb_near_axis2_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                             int64_t nx);

#endif
