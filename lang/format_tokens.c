/* Tokens with the comments and blank lines before them, and the blanks between tokens that share a line. Knows no
 * line breaks. */
#include "lang/format_parts.h"

#include "lang/grammar.h"
#include "lang/width.h"

#include <ctype.h>
#include <string.h>

static int width_of(const char *text)
{
    size_t n = strlen(text);
    int width = 0;
    for (size_t at = 0; at < n;) {
        uint32_t code;
        int length = qb_utf8_decode(text + at, n - at, &code);
        width += qb_width_of(code);
        at += (size_t)length;
    }
    return width;
}

/* ---- comments -------------------------------------------------------------------------------------------- */

static const char *comment_text(QbArena *arena, const char *text, size_t n)
{
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\r'))
        n--;
    return qb_arena_strndup(arena, text, n);
}

/* What stands between two tokens: blanks, line ends, comments. */
static void read_gap(QbWriter *w, QbWritten *t, uint32_t lo, uint32_t hi)
{
    const char *text = w->source->text;
    QbNote *notes = NULL;
    int n = 0, cap = 0, ends = lo == 0 ? 1 : 0; /* line ends since the last token or comment */
    for (uint32_t at = lo; at < hi; at++) {
        if (text[at] == '\n')
            ends++;
        if (text[at] != '#')
            continue;
        size_t length = strcspn(text + at, "\n");
        QbNote note = {.text = comment_text(w->arena, text + at, length),
                       .own_line = ends > 0 || n > 0,
                       .blank = ends > 1};
        QB_PUSH(w->arena, notes, n, cap, note);
        at += (uint32_t)length - 1;
        ends = 0;
    }
    t->notes = notes;
    t->n_notes = n;
    t->blank = ends > 1;
}

/* ---- texts ----------------------------------------------------------------------------------------------- */

/* A number's unit stands one blank behind it. */
static const char *number_text(QbArena *arena, const char *text, size_t n)
{
    size_t digits = n;
    while (digits > 0 && !isdigit((unsigned char)text[digits - 1]))
        digits--;
    size_t unit = digits;
    while (unit < n && (text[unit] == ' ' || text[unit] == '\t'))
        unit++;
    if (unit == n)
        return qb_arena_strndup(arena, text, digits);
    return qb_arena_printf(arena, "%.*s %.*s", (int)digits, text, (int)(n - unit), text + unit);
}

static QbWritten written(QbWriter *w, const QbToken *t)
{
    const char *text = w->source->text + t->lo;
    size_t n = t->hi - t->lo;
    QbWritten item = {.kind = t->kind, .lo = t->lo, .hi = t->hi};
    item.text = t->unit ? number_text(w->arena, text, n) : qb_arena_strndup(w->arena, text, n);
    item.width = width_of(item.text);
    return item;
}

/* ---- blanks ---------------------------------------------------------------------------------------------- */

static bool ends_operand(int kind)
{
    return kind == QB_T_NAME || kind == QB_T_NUMBER || kind == QB_T_STRING || kind == QB_T_TRUE ||
           kind == QB_T_FALSE || kind == QB_T_RPAREN || kind == QB_T_RBRACKET;
}

static bool opens(int kind)
{
    return kind == QB_T_LPAREN || kind == QB_T_LBRACKET || kind == QB_T_LBRACE;
}

static bool closes(int kind)
{
    return kind == QB_T_RPAREN || kind == QB_T_RBRACKET || kind == QB_T_RBRACE;
}

/* Where a token stands. */
typedef struct Place {
    int open[QB_MAX_NESTING]; /* the brackets around it that are open */
    int depth;
    int base; /* brackets that were open where its statement began */
    bool in_def;
} Place;

static bool in_index(const QbWriter *w, const Place *p)
{
    return p->depth > 0 && w->v[p->open[p->depth - 1]].kind == QB_T_LBRACKET;
}

/* '=' of a named argument stands close; that of a default and of a definition does not. */
static bool is_close(const Place *p)
{
    int depth = p->depth - p->base;
    return depth > (p->in_def ? 1 : 0);
}

static bool wants_space(const QbWriter *w, const Place *p, const QbWritten *before, int kind)
{
    int was = before->kind;
    if (was == QB_T_LPAREN || was == QB_T_LBRACKET || before->unary)
        return false;
    if (was == QB_T_DOT || was == QB_T_DOTDOT || kind == QB_T_DOT || kind == QB_T_DOTDOT)
        return false;
    if (kind == QB_T_RPAREN || kind == QB_T_RBRACKET || kind == QB_T_COMMA)
        return false;
    if (kind == QB_T_LPAREN || kind == QB_T_LBRACKET)
        if (ends_operand(was))
            return false;
    if (kind == QB_T_COLON)
        return was == QB_T_COMMA;
    if (was == QB_T_COLON)
        return !in_index(w, p);
    if (kind == QB_T_ASSIGN || was == QB_T_ASSIGN)
        return !is_close(p);
    return true;
}

static void begin_statement(Place *p, int kind)
{
    p->base = p->depth;
    p->in_def = kind == QB_T_DEF;
}

static void enter(QbWriter *w, Place *p, int k)
{
    int kind = w->v[k].kind;
    if (opens(kind)) {
        p->open[p->depth++] = k;
    } else if (closes(kind) && p->depth > 0) {
        w->v[p->open[--p->depth]].close = k;
    }
}

/* Blanks, columns, partners of brackets. */
static void measure(QbWriter *w)
{
    Place p = {0};
    int64_t column = 0;
    int notes = 0;
    for (int k = 0; k < w->n; k++) {
        QbWritten *t = &w->v[k], *before = k ? t - 1 : NULL;
        if (t->statement)
            begin_statement(&p, t->kind);
        t->unary =
            t->kind == QB_T_MINUS && !(before && !t->statement && ends_operand(before->kind));
        t->space = before && !t->statement && wants_space(w, &p, before, t->kind);
        notes += t->n_notes;
        t->notes_before = notes;
        t->start = column + t->space;
        column = t->start + t->width;
        enter(w, &p, k);
    }
}

void qb_format_tokens(QbWriter *w, const QbParser *p)
{
    uint32_t from = 0;
    bool begins = true;
    for (int k = 0; k < p->n_tokens; k++) {
        const QbToken *t = &p->tokens[k];
        if (t->kind == QB_T_NEWLINE || t->kind == QB_T_START_FILE) {
            begins = true;
            continue;
        }
        QbWritten item = written(w, t);
        uint32_t lo = t->kind == QB_T_END ? (uint32_t)w->source->length : t->lo;
        read_gap(w, &item, from, lo);
        item.statement = begins || t->kind == QB_T_END;
        begins = t->kind == QB_T_LBRACE;
        from = t->hi;
        QB_PUSH(w->arena, w->v, w->n, w->cap, item);
    }
    measure(w);
}
