/* The parameters of slice, for the operators that are made of slices. */
#ifndef QB_STDLIB_SLICE_H
#define QB_STDLIB_SLICE_H

#include <stdint.h>

/* Per physical axis the first voxel, the step to the next (it may be negative), and how many. */
typedef struct QbSlice {
    int64_t start[3], step[3], count[3];
    int64_t drop[3]; /* 1: the axis holds one voxel and goes */
} QbSlice;

#endif
