/* Diagnostics as text for people: the place, the message, the line with a caret under the whole range, the hint.
 * What a file holds is never sent to the terminal raw: characters that hide or move become U+FFFD. */
#include "lang/print.h"

#include "lang/width.h"

#include <string.h>

enum {
    MOST_ERRORS = 20,
    MOST_NOTES = 20,
    TAB = 4,
    LONG_LINE = 160,
    BEFORE_CARET = 50,
    SHOWN = 120
};

static const char bold[] = "\033[1m", gutter_colour[] = "\033[34m", off[] = "\033[0m";

typedef struct Style {
    const char *name, *colour;
} Style;

static const Style styles[] = {
    [QB_NOTE] = {"note", "\033[1;36m"},
    [QB_WARNING] = {"warning", "\033[1;35m"},
    [QB_ERROR] = {"error", "\033[1;31m"},
};

/* One line of a source as it is shown, and the columns of the range in it. */
typedef struct Shown {
    QbText text;
    int lo, hi; /* display columns in `text` */
} Shown;

static void paint(QbText *out, bool color, const char *escape)
{
    if (color)
        qb_text_add(out, escape);
}

/* The next character: its bytes, the columns it takes at `column`, and what is shown for it. */
static size_t measure(const char *s, size_t n, int column, int *width, const char **instead)
{
    uint32_t code = 0;
    int length = qb_utf8_decode(s, n, &code);
    *instead = NULL;
    *width = 1;
    if (length == 1 && code == '\t') {
        *width = TAB - column % TAB;
        *instead = "    ";
    } else if (length == 0 || qb_width_hides(code)) {
        *instead = "\xEF\xBF\xBD";
    } else {
        *width = qb_width_of(code);
    }
    return length ? (size_t)length : 1;
}

typedef struct Columns {
    int lo, hi, total;
} Columns;

static Columns find_columns(const char *line, size_t n, size_t lo, size_t hi)
{
    Columns c = {-1, -1, 0};
    for (size_t i = 0; i < n;) {
        int width;
        const char *instead;
        c.lo = c.lo < 0 && i >= lo ? c.total : c.lo;
        c.hi = c.hi < 0 && i >= hi ? c.total : c.hi;
        i += measure(line + i, n - i, c.total, &width, &instead);
        c.total += width;
    }
    c.lo = c.lo < 0 ? c.total : c.lo;
    c.hi = c.hi < 0 ? c.total : c.hi;
    return c;
}

/* A long line is shown around its caret only, with an ellipsis where it is cut. */
static Shown show_line(const char *line, size_t n, size_t lo, size_t hi)
{
    static const char ellipsis[] = "\xE2\x80\xA6";
    Columns c = find_columns(line, n, lo, hi);
    bool cut = c.total > LONG_LINE;
    int from = cut && c.lo > BEFORE_CARET ? c.lo - BEFORE_CARET : 0;
    int until = cut ? from + SHOWN : c.total;
    int column = 0, first = -1;
    Shown shown = {0};
    qb_text_add(&shown.text, from > 0 ? ellipsis : "");
    for (size_t i = 0; i < n && column < until;) {
        int width;
        const char *instead;
        size_t length = measure(line + i, n - i, column, &width, &instead);
        if (column >= from) {
            first = first < 0 ? column : first;
            size_t bytes = !instead ? length : *instead == ' ' ? (size_t)width : strlen(instead);
            qb_text_addn(&shown.text, instead ? instead : line + i, bytes);
        }
        column += width;
        i += length;
    }
    if (column < c.total)
        qb_text_add(&shown.text, ellipsis);
    int shift = (from > 0) - (first < 0 ? 0 : first);
    shown.lo = c.lo + shift;
    shown.hi = (c.hi < column ? c.hi : column) + shift;
    return shown;
}

static void add_gutter(QbText *out, bool color, int line)
{
    paint(out, color, gutter_colour);
    if (line)
        qb_text_addf(out, "%4d | ", line);
    else
        qb_text_add(out, "     | ");
    paint(out, color, off);
}

static int digits_beyond_four(int line)
{
    int more = 0;
    for (int v = line; v > 9999; v /= 10)
        more++;
    return more;
}

/* The line of the span's start, the caret range up to its end or the line's, and the hint after it. */
static void add_excerpt(QbText *out, bool color, QbSpan span, const char *hint, const char *colour)
{
    const QbSource *s = span.source;
    int line, column;
    qb_source_place(s, span.lo, &line, &column);
    size_t at = span.lo < s->length ? span.lo : s->length, start = at, end = at;
    while (start > 0 && s->text[start - 1] != '\n')
        start--;
    while (end < s->length && s->text[end] != '\n')
        end++;
    if (end > start && s->text[end - 1] == '\r')
        end--;
    if (start == 0 && end >= 3 && memcmp(s->text, "\xEF\xBB\xBF", 3) == 0)
        start = at < 3 ? 0 : 3;
    size_t stop = span.hi < end ? span.hi : end;
    Shown shown =
        show_line(s->text + start, end - start, at - start, stop > start ? stop - start : 0);
    add_gutter(out, color, line);
    qb_text_addf(out, "%s\n%*s", shown.text.s ? shown.text.s : "", digits_beyond_four(line), "");
    add_gutter(out, color, 0);
    qb_text_addf(out, "%*s", shown.lo, "");
    paint(out, color, colour);
    qb_text_add(out, "^");
    for (int i = shown.lo + 1; i < shown.hi; i++)
        qb_text_add(out, "~");
    paint(out, color, off);
    if (hint)
        qb_text_addf(out, " %s", hint);
    qb_text_add(out, "\n");
    qb_text_free(&shown.text);
}

static void add_heading(QbText *out, bool color, QbSpan span, const Style *style,
                        const char *message)
{
    paint(out, color, bold);
    if (span.source) {
        int line, column;
        qb_source_place(span.source, span.lo, &line, &column);
        qb_text_addf(out, "%s:%d:%d: ", span.source->name, line, column);
    }
    if (!span.source)
        qb_text_add(out, "qbic: "); /* no place but the command line */
    paint(out, color, style->colour);
    qb_text_addf(out, "%s: ", style->name);
    paint(out, color, off);
    paint(out, color, bold);
    qb_text_add(out, message);
    paint(out, color, off);
    qb_text_add(out, "\n");
}

static void add_diag(QbText *out, bool color, const QbDiag *d)
{
    const Style *style = &styles[d->severity];
    add_heading(out, color, d->span, style, d->message);
    if (d->span.source)
        add_excerpt(out, color, d->span, d->hint, style->colour);
    else if (d->hint)
        qb_text_addf(out, "  %s\n", d->hint);
    if (d->other.source) {
        const Style *note = &styles[QB_NOTE];
        add_heading(out, color, d->other, note, d->other_text ? d->other_text : "see here");
        add_excerpt(out, color, d->other, NULL, note->colour);
    }
}

void qb_diags_text(const QbDiags *d, bool color, QbText *out)
{
    int errors = 0;
    for (int i = 0; i < d->n; i++) {
        const QbDiag *diag = &d->v[i];
        errors += diag->severity == QB_ERROR;
        if (diag->severity == QB_WARNING || (diag->severity == QB_ERROR && errors <= MOST_ERRORS))
            add_diag(out, color, diag);
    }
    if (errors > MOST_ERRORS)
        qb_text_addf(out, "and %d more error%s\n", errors - MOST_ERRORS,
                     errors - MOST_ERRORS == 1 ? "" : "s");
    int notes = 0;
    for (int i = 0; i < d->n; i++) {
        if (d->v[i].severity == QB_NOTE && notes++ < MOST_NOTES)
            add_diag(out, color, &d->v[i]);
    }
    if (notes > MOST_NOTES)
        qb_text_addf(out, "and %d more note%s\n", notes - MOST_NOTES,
                     notes - MOST_NOTES == 1 ? "" : "s");
}
