/* A small canvas for plots and size bars: shapes and text on a page, as pixels or as SVG. Coordinates are in points from the top
 * left; letters come with the program, so that a page looks the same wherever it is drawn. */
#ifndef QB_RUNTIME_CANVAS_H
#define QB_RUNTIME_CANVAS_H

#include "core/text.h"

typedef struct QbCanvas QbCanvas;

typedef struct QbPoint {
    double x, y;
} QbPoint;

/* How a text stands at its point: 0 left, 0.5 centred, 1 right of it; its baseline goes through it, or `turned` upwards. */
typedef struct QbLetters {
    double size, align;
    bool turned;
} QbLetters;

/* `scale` pixels a point, nothing drawn; or a page of SVG. NULL: out of memory. */
QbCanvas *qb_canvas_pixels(double width, double height, double scale);
QbCanvas *qb_canvas_svg(double width, double height);
void qb_canvas_free(QbCanvas *c);

/* The colour of what is drawn from here on, 0xrrggbb, and how opaque it is: 0 to 1. */
void qb_canvas_colour(QbCanvas *c, uint32_t rgb, double opacity);
void qb_canvas_box(QbCanvas *c, QbPoint at, QbPoint size);
void qb_canvas_disc(QbCanvas *c, QbPoint centre, double radius);
/* A line through points. */
void qb_canvas_line(QbCanvas *c, const QbPoint *points, int64_t n, double width);
void qb_canvas_text(QbCanvas *c, QbPoint at, QbLetters look, const char *text);
/* The same as a line of `width` around the letters. */
void qb_canvas_text_outline(QbCanvas *c, QbPoint at, QbLetters look, const char *text,
                            double width);
double qb_canvas_text_width(QbCanvas *c, double size, const char *text);

/* What was drawn: 32-bit pixels, alpha in the highest byte, red below it, multiplied with alpha. Borrowed. */
const uint32_t *qb_canvas_view(QbCanvas *c, int64_t *height, int64_t *width);
/* Appends the page as a file; `title` and `about` are words in it for those that do not see it, or NULL. */
bool qb_canvas_png(QbCanvas *c, const char *about, QbText *out, QbErr *err);
bool qb_canvas_write_svg(QbCanvas *c, const char *title, const char *about, QbText *out,
                         QbErr *err);

#endif
