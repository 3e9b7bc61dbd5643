/* What ortho and ortho_place share: where three slices through one voxel lie in one picture. */
#ifndef QB_STDLIB_ORTHO_H
#define QB_STDLIB_ORTHO_H

#include "core/type.h"

/* The plane of axes 1 and 2 is at the top left, what lies along axis 0 beside it (axis 1 down) and below it (axis 2 across); `gap`
 * voxels of 0 between them. Along axis 0 a voxel is drawn so often as makes it as long as it is: axis 0 takes deep[0] voxels below
 * and deep[1] beside. */
typedef struct QbOrtho {
    int64_t gap, deep[2];
} QbOrtho;

#endif
