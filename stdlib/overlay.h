/* What overlay and overlay_draw share. */
#ifndef QB_STDLIB_OVERLAY_H
#define QB_STDLIB_OVERLAY_H

#include <stdint.h>

#define QB_OVERLAY_WIDEST 15

typedef struct QbOverlay {
    int64_t width; /* of an outline, voxels */
} QbOverlay;

#endif
