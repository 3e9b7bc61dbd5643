/* A small picture of an image, gathered while its rows are written: of a volume the middle slice, each point the mean of a few
 * samples spread over what it covers. Every sampled row is written by the one task that has it, so that tasks need no lock
 * and the picture does not depend on them. Its memory is bounded, however large the image. */
#include "runtime/thumb.h"

#include "runtime/image_write.h"

#include <math.h>
#include <stdlib.h>

enum { SIDE = 256, LEAST_SIDE = 16, MOST_SAMPLES = 4 };

typedef union Point {
    float mean;
    uint32_t label;
} Point;

struct QbThumb {
    QbType type;
    int64_t slice; /* along axis 0 of a volume; −1: a picture */
    int64_t rows, columns;
    int width, height, sy, sx; /* points, and samples of one of them along each axis */
    Point value[];             /* height × sy × width */
};

/* The row (or column) of the image that sample k of n is taken from. */
static int64_t place(int64_t k, int64_t n, int64_t extent)
{
    return (2 * k + 1) * extent / (2 * n);
}

static int points_of(int64_t extent, int64_t longest, int side)
{
    int64_t n = longest <= side ? extent : (extent * side + longest / 2) / longest;
    return (int)qb_clamp64(n, 1, side);
}

static int samples_of(int64_t extent, int points, bool one, int most)
{
    return one ? 1 : (int)qb_clamp64(extent / points, 1, most);
}

/* The shape within `room` bytes: fewer samples first, then fewer points. */
static size_t fit(QbThumb *t, size_t room)
{
    int64_t longest = qb_max64(t->rows, t->columns);
    bool one = t->type.kind == QB_LABELS;
    size_t bytes = 0;
    for (int side = SIDE, most = MOST_SAMPLES;;) {
        t->height = points_of(t->rows, longest, side);
        t->width = points_of(t->columns, longest, side);
        t->sy = samples_of(t->rows, t->height, one, most);
        t->sx = samples_of(t->columns, t->width, one, most);
        bytes = sizeof(Point) * (size_t)t->width * (size_t)t->height * (size_t)t->sy;
        if (bytes <= room || (most == 1 && side <= LEAST_SIDE))
            return bytes;
        if (most > 1)
            most /= 2;
        else
            side /= 2;
    }
}

QbThumb *qb_thumb_new(const QbType *type, size_t room)
{
    QbThumb shape = {.type = *type,
                     .slice = type->rank == 3 ? type->n[0] / 2 : -1,
                     .rows = type->rank == 3 ? type->n[1] : type->n[0],
                     .columns = type->n[2]};
    size_t bytes = fit(&shape, room);
    QbThumb *t = calloc(1, sizeof(*t) + bytes);
    if (t)
        *t = shape;
    return t;
}

/* Labels are looked at once for each point: they have no mean. */
static Point sample(const QbThumb *t, const void *row, int64_t point)
{
    if (t->type.kind == QB_LABELS)
        return (Point){.label = ((const uint32_t *)row)[place(point, t->width, t->columns)]};
    double sum = 0;
    int64_t n = (int64_t)t->width * t->sx;
    for (int k = 0; k < t->sx; k++)
        sum += qb_pix_get(t->type.pix, row, place(point * t->sx + k, n, t->columns));
    return (Point){.mean = (float)(sum / t->sx)};
}

void qb_thumb_rows(QbThumb *t, const QbBox *box, const QbRows *rows)
{
    bool volume = t->slice >= 0;
    int64_t lo = volume ? box->lo[1] : box->lo[0], hi = volume ? box->hi[1] : box->hi[0];
    int64_t n = (int64_t)t->height * t->sy;
    if (volume && (t->slice < box->lo[0] || t->slice >= box->hi[0]))
        return;
    for (int64_t k = qb_max64(lo * n / t->rows - 1, 0); k < n; k++) {
        int64_t y = place(k, n, t->rows);
        if (y >= hi)
            return;
        if (y < lo)
            continue;
        const void *row = volume ? qb_row(rows, t->slice, y) : qb_row(rows, y, 0);
        for (int x = 0; x < t->width; x++)
            t->value[k * t->width + x] = sample(t, row, x);
    }
}

/* ---- the picture ------------------------------------------------------------------------------------ */

static float mean_of(const QbThumb *t, int y, int x)
{
    double sum = 0;
    for (int k = 0; k < t->sy; k++)
        sum += (double)t->value[((int64_t)y * t->sy + k) * t->width + x].mean;
    return (float)(sum / t->sy);
}

/* Masks have their own range; of an image it is what the picture holds. */
static void range_of(const QbThumb *t, double *low, double *high)
{
    *low = 0;
    *high = 1;
    if (t->type.kind != QB_IMAGE)
        return;
    double lo = INFINITY, hi = -INFINITY;
    for (int y = 0; y < t->height; y++)
        for (int x = 0; x < t->width; x++) {
            double v = (double)mean_of(t, y, x);
            lo = isfinite(v) && v < lo ? v : lo;
            hi = isfinite(v) && v > hi ? v : hi;
        }
    if (lo <= hi) {
        *low = lo;
        *high = hi;
    }
}

static void paint_grey(const QbThumb *t, double low, double high, uint8_t *to)
{
    double scale = high > low ? 255 / (high - low) : 0;
    for (int y = 0; y < t->height; y++)
        for (int x = 0; x < t->width; x++) {
            double g = nearbyint(((double)mean_of(t, y, x) - low) * scale);
            *to++ = g >= 255 ? 255 : g > 0 ? (uint8_t)g : 0;
        }
}

static void paint_labels(const QbThumb *t, uint8_t *to)
{
    for (int64_t k = 0; k < (int64_t)t->width * t->height; k++)
        qb_label_colour(t->value[k].label, to + 3 * k);
}

bool qb_thumb_take(const QbThumb *t, QbSmall *out, QbErr *err)
{
    bool rgb = t->type.kind == QB_LABELS;
    uint8_t *pixels = malloc((size_t)t->width * (size_t)t->height * (rgb ? 3 : 1));
    QbText png = {0};
    if (!pixels)
        return qb_err_set(err, "not enough memory for a small picture");
    *out = (QbSmall){.slice = t->slice, .width = t->width, .height = t->height};
    range_of(t, &out->low, &out->high);
    if (rgb)
        paint_labels(t, pixels);
    else
        paint_grey(t, out->low, out->high, pixels);
    bool ok = qb_png_memory(pixels, t->width, t->height, rgb, &png, err);
    free(pixels);
    out->png = (unsigned char *)png.s;
    out->n = png.n;
    return ok;
}
