/* Histograms: which bins there are, and how many voxels lie in each. The finished state of the fold `bins`, and what a tally of
 * narrow whole numbers is turned into. Shared by `histogram`, `otsu` and their folds. Knows numbers alone. */
#ifndef QB_STDLIB_BINS_H
#define QB_STDLIB_BINS_H

#include "stdlib/extent.h"
#include "stdlib/tally.h"

enum { QB_BINS_MOST = 65536, QB_BINS_DEFAULT = 256 };

/* What was asked for. */
typedef struct QbBinsAsk {
    QbPix pix;
    int64_t n;                /* 0: one bin per value, or 256 where that is not possible */
    const double *low, *high; /* NULL: of the image */
} QbBinsAsk;

typedef struct QbBins {
    QbBinning b;
    double *edge; /* n + 1; NULL where bins are values */
    uint64_t *count;
    bool is_point; /* edges lie about one value, `point` */
    double point;
} QbBins;

/* Bins over what was asked for; `extent` is that of the finite voxels, lo > hi where there is none. All counts are 0; n is 0
 * where nothing can lie in a bin. False: the range that was asked for is none. */
bool qb_bins_open(QbBins *bins, const QbBinsAsk *ask, const double extent[2], QbErr *err);
void qb_bins_close(QbBins *bins);
/* Most bins that such an image can need. */
int64_t qb_bins_most(QbPix pix, int64_t n);
/* Whether voxels are counted by value first, and the bins made of these counts. */
static inline bool qb_bins_is_narrow(QbPix pix)
{
    return qb_pix_bytes(pix) <= 2;
}
/* Puts the counts of a tally of level 0 into bins. */
bool qb_bins_of_tally(QbBins *bins, const QbTally *t, const QbBinsAsk *ask, QbErr *err);
/* The middle of a bin, or its value. */
double qb_bins_centre(const QbBins *bins, int64_t k);
/* skimage.filters.threshold_otsu, operation by operation. NaN where nothing was counted. */
double qb_bins_otsu(const QbBins *bins, QbErr *err);

/* Input k of a context as an optional number. */
static inline const double *qb_bins_number(const QbFoldCtx *c, int k)
{
    return k < c->n_in && c->value[k] ? &c->value[k]->number : NULL;
}
/* Makes the fold that counts an image (rows image, low, high) into n bins or, for narrow types, by value. */
QbNodeId qb_bins_compose(QbBuild *b, int64_t n, QbNodeId low, QbNodeId high);

#endif
