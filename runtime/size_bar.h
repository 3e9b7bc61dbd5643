/* A size bar: a white line of a round length with its length above it, at the lower right of a picture, edged in black so that it is
 * seen on anything. */
#ifndef QB_RUNTIME_SIZE_BAR_H
#define QB_RUNTIME_SIZE_BAR_H

#include "core/type.h"

typedef struct QbSizeBar QbSizeBar;

/* For a 2D raster whose voxel size along axis 2 is known; NULL with err set where there is no memory. */
QbSizeBar *qb_size_bar_new(const QbType *type, QbErr *err);
/* Draws what lies in row y of the picture over its 8-bit pixels. From any thread. */
void qb_size_bar_draw(const QbSizeBar *bar, int64_t y, int samples, uint8_t *row);
void qb_size_bar_free(QbSizeBar *bar);

#endif
