/* The formatter: statements one after the other, each by the rule of its kind, and the comments between them. It works
 * on the parser's tokens, so that what it writes has the same tokens, hence the same tree. */
#include "lang/format.h"

#include "lang/ast.h"
#include "lang/format_parts.h"

#include "lang/grammar.h"

#include <string.h>

/* ---- statements of one kind ------------------------------------------------------------------------------ */

static int find_assign(const QbWriter *w, int lo, int hi)
{
    return qb_format_find(w, QB_T_ASSIGN, lo, hi);
}

/* NAME = EXPR, and no bare expression */
static bool defines(const QbWriter *w, int lo, int hi)
{
    return w->v[lo].kind == QB_T_NAME && lo + 1 < hi && w->v[lo + 1].kind == QB_T_ASSIGN;
}

/* Tokens lo..hi-1 in one line, or their widest bracket over several. */
static void put_head(QbWriter *w, int lo, int hi, int base)
{
    int open = qb_format_find(w, QB_T_LPAREN, lo, hi);
    if (open == hi || qb_format_fits(w, lo, hi)) {
        qb_format_put(w, lo, hi);
        return;
    }
    qb_format_put(w, lo, open);
    qb_format_brackets(w, open, base);
    w->cont = base + QB_FORMAT_INDENT;
    qb_format_put(w, w->v[open].close + 1, hi);
}

static bool is_long_pipe(const QbWriter *w, int lo, int hi)
{
    return w->v[lo].kind != QB_T_IF && qb_format_count(w, QB_T_PIPE, lo, hi) > QB_FORMAT_PIPES;
}

/* Every stage of a long pipe has a line. */
static void put_value(QbWriter *w, int lo, int hi, int base)
{
    if (!is_long_pipe(w, lo, hi)) {
        qb_format_range(w, lo, hi, base);
        return;
    }
    for (int from = lo; from < hi;) {
        int cut = qb_format_find(w, QB_T_PIPE, from + 1, hi);
        bool first = from == lo;
        qb_format_range(w, from, cut, first ? base : base + QB_FORMAT_INDENT);
        if (cut < hi)
            qb_format_newline(w, base + QB_FORMAT_INDENT, cut);
        from = cut;
    }
}

/* NAME = EXPR; param NAME: TYPE in DOMAIN = EXPR */
static void put_assigned(QbWriter *w, int lo, int hi, int base)
{
    int assign = find_assign(w, lo, hi);
    qb_format_put(w, lo, assign);
    w->head = w->width - w->indent;
    w->head_bytes = (int)w->at.n;
    qb_format_put(w, assign, assign + 1);
    put_value(w, assign + 1, hi, base);
}

/* def NAME(…) = EXPR */
static void put_def(QbWriter *w, int lo, int hi, int base)
{
    int assign = find_assign(w, lo, hi), inner = base + QB_FORMAT_INDENT;
    put_head(w, lo, assign + 1, base);
    bool fits = qb_format_fits(w, assign + 1, hi) && !is_long_pipe(w, assign + 1, hi);
    if (!fits) {
        qb_format_newline(w, inner, assign + 1);
        base = inner;
    }
    put_value(w, assign + 1, hi, base);
}

/* save EXPR to PATH with (…) */
static void put_save(QbWriter *w, int lo, int hi, int base)
{
    int to = qb_format_find(w, QB_T_TO, lo, hi), with = qb_format_find(w, QB_T_WITH, to, hi);
    bool is_long = is_long_pipe(w, lo + 1, to);
    if (with < hi && !is_long && qb_format_fits(w, lo, with + 2)) {
        qb_format_put(w, lo, with + 1);
        qb_format_brackets(w, with + 1, base);
        return;
    }
    qb_format_put(w, lo, lo + 1);
    bool value_fits = !is_long && qb_format_fits(w, lo + 1, to + 1);
    if (value_fits)
        qb_format_put(w, lo + 1, to);
    else
        put_value(w, lo + 1, to, base);
    qb_format_put(w, to, to + 1);
    if (value_fits && w->v[to + 1].n_notes == 0)
        qb_format_newline(w, base + QB_FORMAT_INDENT, to + 1);
    bool all_fits = qb_format_fits(w, to + 1, hi);
    if (with < hi && !all_fits && qb_format_fits(w, to + 1, with + 2)) {
        qb_format_put(w, to + 1, with + 1);
        qb_format_brackets(w, with + 1, w->indent);
        return;
    }
    qb_format_range(w, to + 1, hi, base);
}

/* print EXPR, … */
static void put_print(QbWriter *w, int lo, int hi, int base)
{
    qb_format_put(w, lo, lo + 1);
    for (int from = lo + 1; from < hi;) {
        int comma = qb_format_find(w, QB_T_COMMA, from, hi);
        int cut = comma < hi ? comma + 1 : hi;
        bool first = from == lo + 1;
        put_value(w, from, cut, first ? base : base + QB_FORMAT_INDENT);
        w->cont = base + QB_FORMAT_INDENT;
        if (cut < hi)
            qb_format_newline(w, base + QB_FORMAT_INDENT, cut);
        from = cut;
    }
}

/* A parameter with comments inside stays as it was written: they may be its help, by the line they stand on. */
static void put_verbatim(QbWriter *w, int lo, int hi)
{
    const char *text = w->source->text, *at = text + w->v[lo].lo, *end = text + w->v[hi - 1].hi;
    while (at < end) {
        size_t n = strcspn(at, "\n"), left = (size_t)(end - at);
        const char *next = at + (n < left ? n : left);
        const char *stop = next;
        while (stop > at && (stop[-1] == ' ' || stop[-1] == '\t' || stop[-1] == '\r'))
            stop--;
        qb_text_addn(&w->at, at, (size_t)(stop - at));
        at = next < end ? next + 1 : end;
        if (at < end && w->at.n > 0)
            qb_format_flush(w);
    }
    w->done = hi - 1;
}

static void put_statement(QbWriter *w, int lo, int hi, int base)
{
    int kind = w->v[lo].kind;
    bool notes = w->v[hi - 1].notes_before > w->v[lo].notes_before;
    int from = kind == QB_T_SAVE || kind == QB_T_PRINT ? lo + 1 : find_assign(w, lo, hi) + 1;
    int to = kind == QB_T_SAVE ? qb_format_find(w, QB_T_TO, lo, hi) : hi;
    bool is_long = from < to && is_long_pipe(w, from, to);
    if (kind == QB_T_PARAM && notes)
        put_verbatim(w, lo, hi);
    else if (kind == QB_T_PARAM || defines(w, lo, hi))
        put_assigned(w, lo, hi, base);
    else if (qb_format_fits(w, lo, hi) && !is_long)
        qb_format_put(w, lo, hi);
    else if (kind == QB_T_DEF)
        put_def(w, lo, hi, base);
    else if (kind == QB_T_SAVE)
        put_save(w, lo, hi, base);
    else if (kind == QB_T_PRINT)
        put_print(w, lo, hi, base);
    else
        put_value(w, lo, hi, base);
}

/* ---- one after the other --------------------------------------------------------------------------------- */

static QbLineRole role_of(const QbWriter *w, int lo, int hi)
{
    if (w->v[lo].kind == QB_T_PARAM)
        return qb_format_find(w, QB_T_IN, lo, hi) < find_assign(w, lo, hi) ? QB_LINE_NEUTRAL
                                                                           : QB_LINE_PARAM;
    return defines(w, lo, hi) ? QB_LINE_DEFINE : QB_LINE_PLAIN;
}

/* The comments that stand before statement `k`: one at the end of the line before, others on lines of their own. */
static void put_notes(QbWriter *w, int k, int indent, bool first)
{
    const QbWritten *t = &w->v[k];
    for (int j = 0; j < t->n_notes; j++) {
        const QbNote *note = &t->notes[j];
        if (!note->own_line && w->n_lines > 0) {
            w->lines[w->n_lines - 1].comment = note->text;
            continue;
        }
        QbLine line = {
            .text = "", .comment = note->text, .indent = indent, .blank = note->blank && !first};
        QB_PUSH(w->arena, w->lines, w->n_lines, w->cap_lines, line);
        first = false;
    }
}

static int statement_end(const QbWriter *w, int lo)
{
    int k = lo + 1;
    while (!w->v[k].statement)
        k++;
    return k;
}

/* Whether a line was written since the brace or the start of the file. */
static bool is_first(const QbWriter *w, int k)
{
    return k == 0 || w->v[k - 1].kind == QB_T_LBRACE;
}

static void put_one(QbWriter *w, int lo, int hi, int base)
{
    bool first = is_first(w, lo), closing = w->v[lo].kind == QB_T_RBRACE;
    bool own = false;
    for (int j = 0; j < w->v[lo].n_notes; j++)
        own |= w->v[lo].notes[j].own_line;
    put_notes(w, lo, closing ? base + QB_FORMAT_INDENT : base, first);
    int from = w->n_lines;
    w->done = lo;
    w->cont = base + QB_FORMAT_INDENT;
    w->indent = w->width = base;
    QbLineRole role = role_of(w, lo, hi);
    bool body = w->v[hi - 1].kind == QB_T_LBRACE;
    if (body)
        put_head(w, lo, hi, base);
    else
        put_statement(w, lo, hi, base);
    qb_format_flush(w);
    QbLine *line = &w->lines[from];
    line->blank = w->v[lo].blank && !closing && (!first || own);
    line->role = role;
    line->whole = from == w->n_lines - 1 && !body && !closing;
    if (body || closing)
        line->role = QB_LINE_PLAIN;
    else if (line->head == 0 && role != QB_LINE_PLAIN)
        line->role = QB_LINE_NEUTRAL;
}

static void put_all(QbWriter *w)
{
    int base = 0;
    for (int lo = 0; w->v[lo].kind != QB_T_END;) {
        int hi = statement_end(w, lo);
        if (w->v[lo].kind == QB_T_RBRACE)
            base -= QB_FORMAT_INDENT;
        put_one(w, lo, hi, base);
        if (w->v[hi - 1].kind == QB_T_LBRACE)
            base += QB_FORMAT_INDENT;
        lo = hi;
    }
    put_notes(w, w->n - 1, 0, w->n == 1);
}

static bool read_tokens(QbParser *p)
{
    if (!qb_source_check(p))
        return false;
    int n;
    const QbToken *raw = qb_tokens_read(p, &n);
    qb_layout(p, raw, n);
    return true;
}

/* What is written reads as what was read. */
static bool means_the_same(QbArena *arena, const QbParser *before, const QbText *out)
{
    QbDiags diags;
    qb_diags_init(&diags, arena);
    QbSource source = {
        .name = before->source->name, .text = out->n ? out->s : "", .length = out->n};
    QbParser after = {.arena = arena, .source = &source, .diags = &diags, .whole_file = true};
    if (!read_tokens(&after) || diags.n > 0 || after.n_tokens != before->n_tokens)
        return false;
    for (int k = 0; k < after.n_tokens; k++) {
        const QbToken *a = &before->tokens[k], *b = &after.tokens[k];
        bool same = a->kind == b->kind && a->unit == b->unit;
        if (same && !a->unit)
            same = strcmp(qb_token_text(before, a), qb_token_text(&after, b)) == 0;
        if (!same)
            return false;
    }
    return true;
}

bool qb_format(QbArena *arena, const QbSource *source, QbDiags *diags, QbText *out)
{
    int errors = diags->n_errors;
    qb_parse_file(arena, source, diags);
    if (diags->n_errors > errors)
        return false;
    QbDiags told;
    qb_diags_init(&told, arena);
    QbParser p = {.arena = arena, .source = source, .diags = &told, .whole_file = true};
    QB_CHECK(read_tokens(&p));
    QbWriter w = {.arena = arena, .source = source};
    qb_format_tokens(&w, &p);
    put_all(&w);
    QbText text = {0};
    qb_format_align(&w, &text);
    QB_CHECK(means_the_same(arena, &p, &text));
    if (text.n)
        qb_text_addn(out, text.s, text.n);
    qb_text_free(&text);
    qb_text_free(&w.at);
    return true;
}
