/* Sums and moments of all voxels: exact for whole numbers, in one fixed order for floats. Shared by `sum mean std`, their
 * folds and `project`. Knows numbers alone. */
#ifndef QB_STDLIB_SUMS_H
#define QB_STDLIB_SUMS_H

#include "stdlib/kernels/label.h"

typedef enum QbSumsWhat { QB_SUMS_SUM, QB_SUMS_MEAN, QB_SUMS_STD } QbSumsWhat;

/* Mean of n numbers, and the sum of their squared distances from it. */
typedef struct QbMoments {
    int64_t n;
    double mean, m2;
} QbMoments;

/* What a finished fold hands to the operator that makes a number of it. */
typedef struct QbSums {
    bool is_whole;
    int64_t n;         /* voxels */
    QbWholeSum whole;  /* squares: only where they were asked for */
    double sum;        /* floats: of all slices in order */
    QbMoments moments; /* floats, where they were asked for */
} QbSums;

/* Rounded once. n > 0. */
double qb_whole_mean(__int128 sum, int64_t n);
double qb_whole_std(const QbWholeSum *s, int64_t n);
/* Takes in the moments of numbers that come after. */
void qb_moments_join(QbMoments *all, const QbMoments *more);
double qb_sums_number(const QbSums *s, QbSumsWhat what);

/* Whether the voxels of a raster are whole numbers. */
static inline bool qb_sums_is_whole(const QbType *t)
{
    return !qb_pix_info[t->pix].is_float;
}
/* The rule of `sum mean std min max`: a number, of an image or a mask. */
bool qb_sums_check(QbCheck *c);
/* Makes the fold over the input, and the operator that takes one number from it. */
QbNodeId qb_sums_compose(QbBuild *b, QbSumsWhat what);

#endif
