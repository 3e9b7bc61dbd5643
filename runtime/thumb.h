/* A small picture of an image, taken from its rows while they pass to a file: a grid of voxels of the image, or of the middle
 * slice of a volume. It costs one copy of each of these voxels. */
#ifndef QB_RUNTIME_THUMB_H
#define QB_RUNTIME_THUMB_H

#include "core/keep.h"
#include "core/text.h"
#include "core/type.h"

typedef struct QbThumb QbThumb;

/* At most `side` pixels wide and high, never more than the image has; NULL: out of memory. */
QbThumb *qb_thumb_new(const QbType *type, int64_t side);
/* The rows of a box, over its whole width: rows[(i - lo0) * (hi1 - lo1) + y - lo1] as in QbTile. From any thread; each voxel of
 * the image is handed over once. */
void qb_thumb_take(QbThumb *t, const QbBox *box, const void *const *rows);
/* What it has so far, into a checkpoint or back; NULL keeps nothing. One that was not kept, or in another size, lacks what came
 * before. */
bool qb_thumb_keep(QbThumb *t, QbKeep *k, QbErr *err);
/* Appends it as a PNG file, once all rows were taken: what is no u8, mask, labels or picture is scaled from its own smallest to
 * its own largest voxel. */
bool qb_thumb_png(const QbThumb *t, QbText *png, QbErr *err);
void qb_thumb_free(QbThumb *t);

#endif
