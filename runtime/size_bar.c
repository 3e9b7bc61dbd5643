/* The size bar as a small picture with its own transparency, drawn once and laid over the rows that it touches. */
#include "runtime/size_bar.h"
#include "core/text.h"
#include "runtime/canvas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct QbSizeBar {
    int64_t y, x, height, width; /* where it lies in the picture */
    uint32_t pixel[];            /* as qb_canvas_view */
};

/* The largest of 1, 2, 5, 10 … µm that is at most a quarter of the picture. */
static double round_length(double um)
{
    double ten = 1e-6, best = ten;
    static const double steps[] = {1, 2, 5};
    for (int k = 0; k < 60; k++) {
        double length = steps[k % 3] * ten;
        if (length > um)
            break;
        best = length;
        if (k % 3 == 2)
            ten *= 10;
    }
    return best;
}

static void add_length(double um, QbText *t)
{
    double unit = um < 0.9999 ? 1e-3 : um > 999.9 ? 1e3 : 1;
    char number[32];
    qb_text_addf(t, "%s %s", qb_number_text(nearbyint(um / unit), number),
                 unit < 1   ? "nm"
                 : unit > 1 ? "mm"
                            : "µm");
}

/* In pixels. */
typedef struct Layout {
    double size, line, bar; /* of letters, of the line, its length */
    double width, height, edge;
    const char *text;
} Layout;

static void draw(QbCanvas *c, const Layout *l)
{
    double left = rint((l->width - l->bar) / 2), top = l->height - l->edge - l->line;
    QbPoint foot = {l->width / 2, top - l->size * 0.32};
    QbLetters look = {l->size, 0.5, false};
    qb_canvas_colour(c, 0x000000, 0.7);
    qb_canvas_text_outline(c, foot, look, l->text, 2 * l->edge);
    qb_canvas_box(c, (QbPoint){left - l->edge, top - l->edge},
                  (QbPoint){l->bar + 2 * l->edge, l->line + 2 * l->edge});
    qb_canvas_colour(c, 0xffffff, 1);
    qb_canvas_text(c, foot, look, l->text);
    qb_canvas_box(c, (QbPoint){left, top}, (QbPoint){l->bar, l->line});
}

static QbSizeBar *bar_of(QbCanvas *c, const QbType *type, double margin)
{
    int64_t height, width;
    const uint32_t *pixel = qb_canvas_view(c, &height, &width);
    QbSizeBar *b = malloc(sizeof(*b) + (size_t)(height * width) * sizeof(*pixel));
    if (!b)
        return NULL;
    *b = (QbSizeBar){.height = height, .width = width};
    b->y = type->n[0] - height - (int64_t)margin;
    b->x = type->n[2] - width - (int64_t)margin;
    memcpy(b->pixel, pixel, (size_t)(height * width) * sizeof(*pixel));
    return b;
}

QbSizeBar *qb_size_bar_new(const QbType *type, QbErr *err)
{
    double um = type->spacing[2], length = round_length(um * (double)type->n[2] / 4);
    QbText t = {0};
    add_length(length, &t);
    Layout l = {.text = t.s};
    l.size = rint(fmin(fmax((double)qb_min64(type->n[0], type->n[2]) / 26, 10), 72));
    l.line = rint(fmax(2, l.size / 4));
    l.edge = rint(fmax(1, l.size / 12));
    l.bar = fmax(1, rint(length / um));
    double margin = rint(l.size / 2);
    QbCanvas *c = qb_canvas_pixels(8, 8, 1);
    double letters = c ? qb_canvas_text_width(c, l.size, t.s) : 0;
    qb_canvas_free(c);
    l.width = ceil(fmax(letters, l.bar) + 4 * l.edge);
    l.height = ceil(l.size * 1.12 + l.line + 3 * l.edge);
    c = qb_canvas_pixels(l.width, l.height, 1);
    if (c)
        draw(c, &l);
    QbSizeBar *b = c ? bar_of(c, type, margin) : NULL;
    qb_canvas_free(c);
    qb_text_free(&t);
    if (!b)
        qb_err_set(err, "out of memory for a size bar");
    return b;
}

void qb_size_bar_draw(const QbSizeBar *b, int64_t y, int samples, uint8_t *row)
{
    if (!b || y < b->y || y >= b->y + b->height)
        return;
    const uint32_t *from = b->pixel + (y - b->y) * b->width;
    for (int64_t k = b->x < 0 ? -b->x : 0; k < b->width; k++) {
        uint32_t alpha = from[k] >> 24;
        uint8_t *to = row + (b->x + k) * samples;
        for (int s = 0; s < samples; s++) /* white, black and grey alone: red is as good as all */
            to[s] = (uint8_t)((from[k] & 255) + (to[s] * (255 - alpha) + 127) / 255);
    }
}

void qb_size_bar_free(QbSizeBar *b)
{
    free(b);
}
