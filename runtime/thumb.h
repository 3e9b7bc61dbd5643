/* Small pictures of what is written, for the page of a report. */
#ifndef QB_RUNTIME_THUMB_H
#define QB_RUNTIME_THUMB_H

#include "core/op.h"
#include "runtime/run.h"

typedef struct QbThumb QbThumb;

/* For a raster of this type, in about `room` bytes; NULL where there is no memory. Freed by free(). */
QbThumb *qb_thumb_new(const QbType *type, size_t room);
/* The rows of one box of the image; from many threads, each box once. */
void qb_thumb_rows(QbThumb *t, const QbBox *box, const QbRows *rows);
/* The picture, once all rows were given; out->png is freed by the caller. */
bool qb_thumb_take(const QbThumb *t, QbSmall *out, QbErr *err);

#endif
