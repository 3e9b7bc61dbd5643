/* Rasters as 8-bit grey and RGB, row by row. Knows voxels and colours, no files. */
#include "runtime/picture.h"
#include "core/colour.h"

#include <string.h>

int qb_picture_samples(const QbType *type)
{
    return type->kind == QB_LABELS || type->kind == QB_PICTURE ? 3 : 1;
}

static void put_colour(uint8_t *to, uint32_t colour)
{
    for (int c = 0; c < 3; c++)
        to[c] = (uint8_t)(colour >> 8 * c);
}

static void grey_row(const QbTones *tones, const void *row, int64_t n, uint8_t *to)
{
    double scale = qb_grey_scale(tones->low, tones->high);
    for (int64_t x = 0; x < n; x++)
        to[x] = qb_grey(qb_pix_get(tones->type->pix, row, x), tones->low, scale);
}

static void mask_row(const uint8_t *row, int64_t n, uint8_t *to)
{
    for (int64_t x = 0; x < n; x++)
        to[x] = row[x] ? 255 : 0;
}

static void label_row(const uint32_t *row, int64_t n, uint8_t *to)
{
    uint32_t last = 0, colour = 0;
    for (int64_t x = 0; x < n; x++) {
        if (row[x] != last)
            colour = qb_colour_of_label(last = row[x]);
        put_colour(to + 3 * x, colour);
    }
}

static void colour_row(const uint32_t *row, int64_t n, uint8_t *to)
{
    for (int64_t x = 0; x < n; x++)
        put_colour(to + 3 * x, row[x]);
}

void qb_picture_row(const QbTones *tones, const void *row, int64_t n, uint8_t *to)
{
    const QbType *type = tones->type;
    if (type->kind == QB_LABELS)
        label_row(row, n, to);
    else if (type->kind == QB_PICTURE)
        colour_row(row, n, to);
    else if (type->kind == QB_MASK)
        mask_row(row, n, to);
    else if (type->pix == QB_U8)
        memcpy(to, row, (size_t)n);
    else
        grey_row(tones, row, n, to);
}
