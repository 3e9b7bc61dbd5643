/* The canvas, by cairo, with the letters of DejaVu Sans that the build put into the program. The one file that knows cairo and
 * FreeType. Letters are drawn as the outlines that they are, without hinting and without cairo's own fonts: so they depend on no
 * setting of the machine, and nothing is kept between canvases. */
#include "runtime/canvas.h"
#include "runtime/picture.h"

#include <cairo-svg.h>
#include <cairo.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include <math.h>
#include <stdlib.h>
#include <string.h>

extern const unsigned char qb_font[], qb_font_end[];

struct QbCanvas {
    cairo_surface_t *surface;
    cairo_t *cr;
    FT_Library library;
    FT_Face letters;
    QbText svg;
};

static cairo_status_t on_bytes(void *closure, const unsigned char *bytes, unsigned n)
{
    qb_text_addn(closure, (const char *)bytes, n);
    return CAIRO_STATUS_SUCCESS;
}

static bool set_letters(QbCanvas *c)
{
    return FT_Init_FreeType(&c->library) == 0 &&
           FT_New_Memory_Face(c->library, qb_font, qb_font_end - qb_font, 0, &c->letters) == 0 &&
           cairo_status(c->cr) == CAIRO_STATUS_SUCCESS;
}

static QbCanvas *open_on(QbCanvas *c)
{
    c->cr = cairo_create(c->surface);
    if (set_letters(c))
        return c;
    qb_canvas_free(c);
    return NULL;
}

QbCanvas *qb_canvas_pixels(double width, double height, double scale)
{
    QbCanvas *c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    c->surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)ceil(width * scale),
                                            (int)ceil(height * scale));
    c = open_on(c);
    if (c)
        cairo_scale(c->cr, scale, scale);
    return c;
}

QbCanvas *qb_canvas_svg(double width, double height)
{
    QbCanvas *c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    c->surface = cairo_svg_surface_create_for_stream(on_bytes, &c->svg, width, height);
    return open_on(c);
}

void qb_canvas_free(QbCanvas *c)
{
    if (!c)
        return;
    cairo_destroy(c->cr);
    cairo_surface_destroy(c->surface);
    if (c->letters)
        FT_Done_Face(c->letters);
    if (c->library)
        FT_Done_FreeType(c->library);
    qb_text_free(&c->svg);
    free(c);
}

/* ---- drawing ---------------------------------------------------------------------------------------- */

void qb_canvas_colour(QbCanvas *c, uint32_t rgb, double opacity)
{
    cairo_set_source_rgba(c->cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                          (rgb & 255) / 255.0, opacity);
}

void qb_canvas_box(QbCanvas *c, QbPoint at, QbPoint size)
{
    cairo_rectangle(c->cr, at.x, at.y, size.x, size.y);
    cairo_fill(c->cr);
}

void qb_canvas_disc(QbCanvas *c, QbPoint centre, double radius)
{
    cairo_arc(c->cr, centre.x, centre.y, radius, 0, 2 * M_PI);
    cairo_fill(c->cr);
}

void qb_canvas_line(QbCanvas *c, const QbPoint *points, int64_t n, double width)
{
    for (int64_t k = 0; k < n; k++)
        cairo_line_to(c->cr, points[k].x, points[k].y);
    cairo_set_line_width(c->cr, width);
    cairo_set_line_join(c->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(c->cr);
}

/* ---- letters ---------------------------------------------------------------------------------------- */

/* Outlines are in units of the font, upwards; control points of a parabola become those of a cubic. */
typedef struct Pen {
    cairo_t *cr;
    double x, y; /* where it is */
} Pen;

static int move_to(const FT_Vector *to, void *pen)
{
    Pen *p = pen;
    p->x = (double)to->x, p->y = (double)to->y;
    cairo_close_path(p->cr);
    cairo_move_to(p->cr, p->x, p->y);
    return 0;
}

static int line_to(const FT_Vector *to, void *pen)
{
    Pen *p = pen;
    p->x = (double)to->x, p->y = (double)to->y;
    cairo_line_to(p->cr, p->x, p->y);
    return 0;
}

static int cubic_to(const FT_Vector *a, const FT_Vector *b, const FT_Vector *to, void *pen)
{
    Pen *p = pen;
    p->x = (double)to->x, p->y = (double)to->y;
    cairo_curve_to(p->cr, (double)a->x, (double)a->y, (double)b->x, (double)b->y, p->x, p->y);
    return 0;
}

static int conic_to(const FT_Vector *a, const FT_Vector *to, void *pen)
{
    Pen *p = pen;
    double x = (double)a->x, y = (double)a->y, end_x = (double)to->x, end_y = (double)to->y;
    cairo_curve_to(p->cr, p->x + (x - p->x) * 2 / 3, p->y + (y - p->y) * 2 / 3,
                   end_x + (x - end_x) * 2 / 3, end_y + (y - end_y) * 2 / 3, end_x, end_y);
    p->x = end_x, p->y = end_y;
    return 0;
}

/* The letter that `text` starts with, loaded; *text goes on to the next. False: there is none. */
static bool load_letter(QbCanvas *c, const char **text)
{
    uint32_t code = 0;
    if (!**text)
        return false;
    int n = qb_utf8_decode(*text, strlen(*text), &code);
    *text += n > 0 ? n : 1;
    FT_UInt glyph = FT_Get_Char_Index(c->letters, n > 0 ? code : 0xfffd);
    return FT_Load_Glyph(c->letters, glyph, FT_LOAD_NO_SCALE) == 0;
}

double qb_canvas_text_width(QbCanvas *c, double size, const char *text)
{
    double width = 0;
    while (load_letter(c, &text))
        width += (double)c->letters->glyph->metrics.horiAdvance;
    return width * size / c->letters->units_per_EM;
}

/* The path of the letters, in points. */
static void trace(QbCanvas *c, QbPoint at, QbLetters look, const char *text)
{
    static const FT_Outline_Funcs draw = {
        .move_to = move_to, .line_to = line_to, .conic_to = conic_to, .cubic_to = cubic_to};
    double back = look.align * qb_canvas_text_width(c, look.size, text);
    double unit = look.size / c->letters->units_per_EM;
    cairo_save(c->cr);
    cairo_translate(c->cr, at.x, at.y);
    if (look.turned)
        cairo_rotate(c->cr, -M_PI / 2);
    cairo_translate(c->cr, -back, 0);
    cairo_scale(c->cr, unit, -unit);
    while (load_letter(c, &text)) {
        Pen pen = {.cr = c->cr};
        FT_Outline_Decompose(&c->letters->glyph->outline, &draw, &pen);
        cairo_close_path(c->cr);
        cairo_translate(c->cr, (double)c->letters->glyph->metrics.horiAdvance, 0);
    }
    cairo_restore(c->cr);
}

void qb_canvas_text(QbCanvas *c, QbPoint at, QbLetters look, const char *text)
{
    trace(c, at, look, text);
    cairo_fill(c->cr);
}

void qb_canvas_text_outline(QbCanvas *c, QbPoint at, QbLetters look, const char *text, double width)
{
    trace(c, at, look, text);
    cairo_set_line_width(c->cr, width);
    cairo_set_line_join(c->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(c->cr);
}

/* ---- files ------------------------------------------------------------------------------------------ */

static bool is_whole(QbCanvas *c, QbErr *err)
{
    cairo_status_t status = cairo_status(c->cr);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(c->surface);
    return status == CAIRO_STATUS_SUCCESS ||
           qb_err_set(err, "cannot draw: %s", cairo_status_to_string(status));
}

const uint32_t *qb_canvas_view(QbCanvas *c, int64_t *height, int64_t *width)
{
    cairo_surface_flush(c->surface);
    *height = cairo_image_surface_get_height(c->surface);
    *width = cairo_image_surface_get_width(c->surface);
    QB_CHECK(cairo_image_surface_get_stride(c->surface) == *width * 4);
    return (const uint32_t *)(const void *)cairo_image_surface_get_data(c->surface);
}

bool qb_canvas_png(QbCanvas *c, const char *about, QbText *out, QbErr *err)
{
    if (!is_whole(c, err))
        return false;
    int64_t height, width;
    const uint32_t *from = qb_canvas_view(c, &height, &width);
    uint8_t *pixel = malloc((size_t)(height * width * 3));
    if (!pixel)
        return qb_err_set(err, "out of memory for a picture");
    for (int64_t k = 0; k < height * width; k++)
        for (int s = 0; s < 3; s++)
            pixel[3 * k + s] = (uint8_t)(from[k] >> (16 - 8 * s));
    const QbPixels pixels = {pixel, height, width, 3, about};
    bool ok = qb_png_encode(&pixels, out, err);
    free(pixel);
    return ok;
}

static void add_escaped(QbText *out, const char *name, const char *text)
{
    static const char *const words[256] = {['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;"};
    qb_text_addf(out, "<%s>", name);
    for (const char *p = text; *p; p++) {
        const char *word = words[(unsigned char)*p];
        bool control = (unsigned char)*p < 32 && *p != '\n' && *p != '\t'; /* no XML */
        if (word)
            qb_text_add(out, word);
        else
            qb_text_addn(out, control ? " " : p, 1);
    }
    qb_text_addf(out, "</%s>\n", name);
}

bool qb_canvas_write_svg(QbCanvas *c, const char *title, const char *about, QbText *out, QbErr *err)
{
    if (!is_whole(c, err))
        return false;
    cairo_surface_finish(c->surface);
    const char *svg = c->svg.s ? strstr(c->svg.s, "<svg") : NULL,
               *end = svg ? strchr(svg, '>') : NULL;
    if (cairo_surface_status(c->surface) != CAIRO_STATUS_SUCCESS || !end)
        return qb_err_set(err, "cannot draw: out of memory");
    size_t head = (size_t)(end - c->svg.s) + 1;
    qb_text_addn(out, c->svg.s, head);
    qb_text_add(out, "\n");
    if (title)
        add_escaped(out, "title", title);
    if (about)
        add_escaped(out, "desc", about);
    /* The one group is named by how many surfaces the process has made so far: it gets no name. */
    const char *group = strstr(end, "<g id=\"surface"), *shut = group ? strchr(group, '>') : NULL;
    if (shut) {
        qb_text_addn(out, end + 1, (size_t)(group + 2 - end - 1));
        end = shut - 1;
    }
    qb_text_add(out, end + 1);
    return true;
}
