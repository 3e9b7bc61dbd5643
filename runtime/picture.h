/* Rasters as people look at them: rows of 8-bit grey or RGB, and such rows as PNG bytes in memory. */
#ifndef QB_RUNTIME_PICTURE_H
#define QB_RUNTIME_PICTURE_H

#include "core/text.h"
#include "core/type.h"

/* How the voxels of a type become 8 bits: u8 as it is, masks 0 and 255, labels and pictures as colours, other images from
 * low..high. */
typedef struct QbTones {
    const QbType *type;
    double low, high;
} QbTones;

int qb_picture_samples(const QbType *type); /* bytes of a pixel: 1 grey, 3 RGB */
/* n voxels of a row; `to` has room for n pixels. */
void qb_picture_row(const QbTones *tones, const void *row, int64_t n, uint8_t *to);

/* Pixels in memory: rows from the top, without gaps. */
typedef struct QbPixels {
    const uint8_t *pixel;
    int64_t height, width;
    int samples;       /* 1 or 3 */
    const char *about; /* a text in the file, or NULL */
} QbPixels;

/* Appends the bytes of a PNG file to `out`, which may hold zeros then. The same pixels give the same bytes. */
bool qb_png_encode(const QbPixels *pixels, QbText *out, QbErr *err);

#endif
