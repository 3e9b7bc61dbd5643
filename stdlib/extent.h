/* The smallest and largest voxel, and the same of the finite ones alone. The finished state of the fold `extent`. */
#ifndef QB_STDLIB_EXTENT_H
#define QB_STDLIB_EXTENT_H

#include "stdlib/kernels/label.h"

typedef struct QbExtent {
    QbRange all;
    double lo, hi; /* of finite voxels; lo > hi: there is none */
} QbExtent;

/* The parameters of `extreme`. */
typedef struct QbExtreme {
    bool largest, finite; /* of all voxels, or of the finite ones alone */
} QbExtreme;

/* Makes the fold over the input, and the operator that takes its smallest or largest voxel. */
QbNodeId qb_extent_compose(QbBuild *b, QbExtreme which);

#endif
