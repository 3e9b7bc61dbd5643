/* What the verb info knows of the voxels of an image: read by a pipeline of its own, within the threads and memory of the options. */
#ifndef QB_CLI_INFO_H
#define QB_CLI_INFO_H

#include "cli/cli.h"

enum { QB_INFO_BARS = 16 };

typedef struct QbVoxelFacts {
    double low, high, mean; /* NaN where a voxel is */
    int64_t counted;        /* voxels that are finite */
    /* Bar k holds the voxels of edge[k] to edge[k + 1], of whole numbers without the latter. */
    double edge[QB_INFO_BARS + 1];
    int64_t count[QB_INFO_BARS];
    int n_bars;
} QbVoxelFacts;

/* Reads all voxels. Returns 0, or the exit status after what went wrong was printed. */
int qb_info_voxels(const QbCliOptions *o, const char *path, const QbType *type,
                   QbVoxelFacts *facts);
/* Writes a preview to a PNG file: no more voxels are read than it shows, but for what is decoded with them. */
int qb_info_preview(const QbCliOptions *o, const char *path, const QbType *type);

#endif
