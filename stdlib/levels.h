/* Thresholds that are read from a histogram, as skimage.filters has them. Knows bins alone, no images. */
#ifndef QB_STDLIB_LEVELS_H
#define QB_STDLIB_LEVELS_H

#include "stdlib/bins.h"

typedef enum QbLevelWhat { QB_LEVEL_LI, QB_LEVEL_TRIANGLE, QB_LEVEL_ISODATA } QbLevelWhat;

/* Bins from the smallest to the largest value, so that the first and the last hold something. NaN where nothing was counted,
 * the value itself where there is one alone. */
double qb_level_of_bins(const QbBins *bins, QbLevelWhat what);

/* The rule of thresholds: a measured number, of an image. */
bool qb_level_check(QbCheck *c);
/* Counts the image, and takes one threshold from the counts. */
QbNodeId qb_level_compose(QbBuild *b, QbLevelWhat what);

#endif
