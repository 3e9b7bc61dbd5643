/* Plots, drawn: where the page is divided, and the marks of each kind of plot. Blue and grey on white, told apart by everyone and in
 * print. Knows no operators and no files. */
#include "runtime/plot.h"
#include "runtime/axis.h"
#include "runtime/canvas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In points. */
#define WIDTH  640.0
#define HEIGHT 400.0
#define LEFT   46.0 /* without the numbers along the axis */
#define RIGHT  24.0
#define TOP    62.0
#define BOTTOM 54.0
#define SCALE  2.0 /* pixels a point */

#define INK   0x1f2933
#define FAINT 0x66717d
#define GRID  0xe4e8ec
#define RULE  0x9aa5b1
#define MARK  0x0072b2 /* Okabe and Ito's blue */

typedef struct Page {
    QbCanvas *c;
    const QbPlotSpec *s;
    QbAxis x, y;
    double left; /* where the plot starts */
    QbErr *err;
} Page;

static QbPoint at(const Page *p, double x, double y)
{
    return (QbPoint){p->left + qb_axis_place(&p->x, x) * (WIDTH - p->left - RIGHT),
                     HEIGHT - BOTTOM - qb_axis_place(&p->y, y) * (HEIGHT - TOP - BOTTOM)};
}

/* ---- ranges ----------------------------------------------------------------------------------------- */

static bool get(const Page *p, int64_t row, double v[3])
{
    for (int c = 0; c < p->s->table->n_columns; c++)
        if (!qb_table_get(p->s->table, row, c, &v[c], p->err))
            return false;
    return true;
}

static bool is_bars(const Page *p)
{
    return p->s->figure->kind == QB_FIGURE_HISTOGRAM || p->s->figure->kind == QB_FIGURE_BARS;
}

typedef struct Span {
    double lo, hi;
} Span;

static void widen(Span *s, double v, bool logs)
{
    if (!isfinite(v) || (logs && v <= 0))
        return;
    s->lo = fmin(s->lo, v);
    s->hi = fmax(s->hi, v);
}

static void or_else(Span *s)
{
    if (!(s->lo <= s->hi))
        *s = (Span){1, 2};
}

/* Room beside the outermost points; 0 is shown where it is near. */
static Span loosened(Span s, bool logs)
{
    if (logs)
        return (Span){s.lo / 1.15, s.hi * 1.15};
    double by = (s.hi - s.lo) * 0.04;
    Span loose = {s.lo - by, s.hi + by};
    if (s.lo >= 0 && s.lo <= 0.3 * s.hi)
        loose.lo = 0;
    return loose;
}

/* So few ticks that counts do not stand at halves. */
static int few_counts(const Span *y)
{
    return y->lo >= 0 && y->hi >= 1 && y->hi < 5 ? (int)y->hi : 5;
}

static bool set_axes(Page *p)
{
    const QbFigure *f = p->s->figure;
    Span x = {INFINITY, -INFINITY}, y = x;
    for (int64_t row = 0; row < p->s->table->n_rows; row++) {
        double v[3];
        if (!get(p, row, v))
            return false;
        widen(&x, v[0], f->log_x);
        widen(&x, is_bars(p) ? v[1] : v[0], f->log_x);
        widen(&y, is_bars(p) ? v[2] : v[1], f->log_y);
    }
    or_else(&x);
    or_else(&y);
    if (is_bars(p)) {
        p->x = qb_axis_over(x.lo, x.hi, f->log_x, 8);
        p->y = f->log_y ? qb_axis_over(y.lo / 1.6, y.hi * 1.3, true, 8) /* the lowest bar is seen */
                        : qb_axis_around(fmin(y.lo, 0), fmax(y.hi, 0), false, few_counts(&y));
        return true;
    }
    x = loosened(x, f->log_x);
    y = loosened(y, f->log_y);
    p->x = qb_axis_over(x.lo, x.hi, f->log_x, 8);
    p->y = qb_axis_over(y.lo, y.hi, f->log_y, f->log_y ? 8 : 5);
    return true;
}

/* ---- the page --------------------------------------------------------------------------------------- */

static void draw_line(const Page *p, QbPoint a, QbPoint b)
{
    qb_canvas_line(p->c, (QbPoint[]){a, b}, 2, 1);
}

static void draw_ticks_x(const Page *p)
{
    double low = HEIGHT - BOTTOM;
    for (int k = 0; k < p->x.n_ticks; k++) {
        double x = at(p, p->x.tick[k], p->y.lo).x;
        QbText t = {0};
        qb_axis_number(&p->x, p->x.tick[k], &t);
        if (!is_bars(p)) {
            qb_canvas_colour(p->c, GRID, 1);
            draw_line(p, (QbPoint){x, TOP}, (QbPoint){x, low});
        }
        qb_canvas_colour(p->c, RULE, 1);
        draw_line(p, (QbPoint){x, low}, (QbPoint){x, low + 4});
        qb_canvas_colour(p->c, FAINT, 1);
        qb_canvas_text(p->c, (QbPoint){x, low + 17}, (QbLetters){11, 0.5, false}, t.s);
        qb_text_free(&t);
    }
}

/* The numbers along the vertical axis need room. */
static double numbers_width(const Page *p)
{
    double most = 0;
    for (int k = 0; k < p->y.n_ticks; k++) {
        QbText t = {0};
        qb_axis_number(&p->y, p->y.tick[k], &t);
        most = fmax(most, qb_canvas_text_width(p->c, 11, t.s));
        qb_text_free(&t);
    }
    return most;
}

static void draw_ticks_y(const Page *p)
{
    for (int k = 0; k < p->y.n_ticks; k++) {
        double y = at(p, p->x.lo, p->y.tick[k]).y;
        QbText t = {0};
        qb_axis_number(&p->y, p->y.tick[k], &t);
        qb_canvas_colour(p->c, GRID, 1);
        draw_line(p, (QbPoint){p->left, y}, (QbPoint){WIDTH - RIGHT, y});
        qb_canvas_colour(p->c, FAINT, 1);
        qb_canvas_text(p->c, (QbPoint){p->left - 7, y + 4}, (QbLetters){11, 1, false}, t.s);
        qb_text_free(&t);
    }
}

/* The table of a histogram of voxels has columns of its own names. */
static const char *column_name(const Page *p, bool y)
{
    const QbType *t = p->s->type;
    const char *name = t->columns[is_bars(p) && y ? 2 : y].name;
    bool voxels =
        is_bars(p) && !strcmp(t->columns[0].name, "value") && !strcmp(t->columns[2].name, "count");
    return !voxels ? name : y ? "voxels" : "grey value";
}

static void draw_labels(const Page *p)
{
    QbText x = {0}, y = {0};
    qb_axis_label(&p->x, column_name(p, false), &x);
    qb_axis_label(&p->y, column_name(p, true), &y);
    qb_canvas_colour(p->c, INK, 1);
    qb_canvas_text(p->c, (QbPoint){(p->left + WIDTH - RIGHT) / 2, HEIGHT - 15},
                   (QbLetters){12.5, 0.5, false}, x.s);
    qb_canvas_text(p->c, (QbPoint){20, (TOP + HEIGHT - BOTTOM) / 2}, (QbLetters){12.5, 0.5, true},
                   y.s);
    qb_text_free(&x);
    qb_text_free(&y);
}

/* A line that fits: smaller, then cut at the end of a letter. */
static void draw_fitting(const Page *p, QbPoint where, double size, const char *text)
{
    double room = WIDTH - RIGHT - where.x;
    double wide = qb_canvas_text_width(p->c, size, text);
    if (wide > room)
        size = fmax(size * room / wide, size * 0.72);
    QbText t = {0};
    qb_text_add(&t, text);
    while (t.n && qb_canvas_text_width(p->c, size, t.s) > room) {
        size_t n = strlen(text) < t.n ? t.n - strlen("…") : t.n;
        do
            n--;
        while (n && ((unsigned char)t.s[n] & 0xc0) == 0x80);
        QbText shorter = {0};
        qb_text_addn(&shorter, t.s, n);
        qb_text_add(&shorter, "…");
        qb_text_free(&t);
        t = shorter;
        text = "";
        if (n == 0)
            break;
    }
    qb_canvas_text(p->c, where, (QbLetters){size, 0, false}, t.s ? t.s : "");
    qb_text_free(&t);
}

static void draw_frame(const Page *p)
{
    qb_canvas_colour(p->c, 0xffffff, 1);
    qb_canvas_box(p->c, (QbPoint){0, 0}, (QbPoint){WIDTH, HEIGHT});
    draw_ticks_y(p);
    draw_ticks_x(p);
    draw_labels(p);
    qb_canvas_colour(p->c, INK, 1);
    draw_fitting(p, (QbPoint){p->left, 28}, 16, p->s->title);
    qb_canvas_colour(p->c, FAINT, 1);
    draw_fitting(p, (QbPoint){p->left, 46}, 11, p->s->subtitle);
}

/* ---- marks ------------------------------------------------------------------------------------------ */

static bool draw_bars(const Page *p)
{
    bool logs = p->s->figure->log_y;
    double foot = logs ? p->y.lo : 0;
    for (int64_t row = 0; row < p->s->table->n_rows; row++) {
        double v[3];
        if (!get(p, row, v))
            return false;
        if (!isfinite(v[2]) || (logs && v[2] <= 0))
            continue;
        QbPoint a = at(p, v[0], fmax(v[2], foot)), b = at(p, v[1], fmin(v[2], foot));
        double gap = b.x - a.x > 4 ? 0.75 : b.x - a.x > 2 ? 0.25 : 0;
        qb_canvas_box(p->c, (QbPoint){a.x + gap, a.y}, (QbPoint){b.x - a.x - 2 * gap, b.y - a.y});
    }
    return true;
}

/* Points that share a place are as dark as if they were drawn one over the other. */
static bool draw_points(const Page *p)
{
    int64_t n = p->s->table->n_rows;
    double opacity = n < 100 ? 0.8 : n < 2000 ? 0.5 : 0.25, radius = n < 2000 ? 3 : 2;
    for (int64_t row = 0; row < n; row++) {
        double v[3], clear = 1;
        if (!get(p, row, v))
            return false;
        for (int k = 0; k < v[2] && k < 64; k++)
            clear *= 1 - opacity;
        qb_canvas_colour(p->c, MARK, 1 - clear);
        qb_canvas_disc(p->c, at(p, v[0], v[1]), radius);
    }
    return true;
}

static bool draw_curve(const Page *p)
{
    int64_t n = p->s->table->n_rows;
    QbPoint *points = qb_xcalloc((size_t)n + 1, sizeof(*points));
    bool ok = true;
    for (int64_t row = 0; row < n && ok; row++) {
        double v[3];
        ok = get(p, row, v);
        if (ok)
            points[row] = at(p, v[0], v[1]);
    }
    if (ok)
        qb_canvas_line(p->c, points, n, 1.6);
    for (int64_t row = 0; ok && n <= 60 && row < n; row++)
        qb_canvas_disc(p->c, points[row], 2.6);
    free(points);
    return ok;
}

static bool draw_marks(const Page *p)
{
    qb_canvas_colour(p->c, MARK, 1);
    if (is_bars(p))
        return draw_bars(p);
    return p->s->figure->kind == QB_FIGURE_LINE ? draw_curve(p) : draw_points(p);
}

static void draw_axes(const Page *p)
{
    qb_canvas_colour(p->c, RULE, 1);
    double foot = HEIGHT - BOTTOM;
    if (is_bars(p) && !p->y.logs)
        foot = at(p, p->x.lo, 0).y;
    draw_line(p, (QbPoint){p->left, foot}, (QbPoint){WIDTH - RIGHT, foot});
    if (!is_bars(p))
        draw_line(p, (QbPoint){p->left, TOP}, (QbPoint){p->left, HEIGHT - BOTTOM});
    if (p->s->table->n_rows > 0)
        return;
    qb_canvas_colour(p->c, FAINT, 1);
    qb_canvas_text(p->c, (QbPoint){(p->left + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2},
                   (QbLetters){13, 0.5, false}, "nothing to draw: no row has a number here");
}

void qb_plot_add_number(int64_t n, QbText *out)
{
    qb_axis_grouped(n, out);
}

bool qb_plot_draw(const QbPlotSpec *spec, bool svg, QbText *out, QbErr *err)
{
    Page p = {.s = spec, .err = err};
    double scale = spec->width > 0 ? (double)spec->width / WIDTH : SCALE;
    p.c = svg ? qb_canvas_svg(WIDTH, HEIGHT) : qb_canvas_pixels(WIDTH, HEIGHT, scale);
    if (!p.c)
        return qb_err_set(err, "out of memory for a plot");
    bool ok = set_axes(&p);
    if (ok) {
        p.left = LEFT + ceil(numbers_width(&p));
        draw_frame(&p);
        ok = draw_marks(&p);
        draw_axes(&p);
    }
    if (ok)
        ok = svg ? qb_canvas_write_svg(p.c, spec->title, spec->about, out, err)
                 : qb_canvas_png(p.c, spec->about, out, err);
    qb_canvas_free(p.c);
    return ok;
}
