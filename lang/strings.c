/* The inside of a string literal: escapes, doubled braces and interpolations become parts. */
#include "lang/build.h"

#include "core/text.h"

#include "lang/grammar.h"

#include <ctype.h>
#include <string.h>

typedef struct Reader {
    QbParser *p;
    const char *text;
    uint32_t at, end; /* between the quotes */
    uint32_t from;    /* where the literal text that is being gathered started */
    QbText literal;
    bool any_literal;
    QbStringPart *parts;
    int n, cap;
    bool bad, escaped; /* an unknown escape was reported */
} Reader;

static QbSpan span_of(const Reader *r, uint32_t lo, uint32_t hi)
{
    return (QbSpan){r->p->source, lo, hi};
}

static QbDiag *report(Reader *r, const char *code, QbSpan span, const char *message)
{
    r->bad = true;
    return qb_diag_add(r->p->diags, QB_ERROR, code, span, "%s", message);
}

static void add_byte(Reader *r, char c)
{
    if (!r->any_literal)
        r->from = r->at;
    r->any_literal = true;
    qb_text_addn(&r->literal, &c, 1);
}

static void flush_literal(Reader *r)
{
    if (!r->any_literal)
        return;
    QbStringPart part = {.text = qb_arena_strdup(r->p->arena, r->literal.s),
                         .span = span_of(r, r->from, r->at)};
    QB_PUSH(r->p->arena, r->parts, r->n, r->cap, part);
    r->literal.n = 0;
    r->any_literal = false;
}

static void read_escape(Reader *r)
{
    static const char names[] = "nt\"\\", values[] = "\n\t\"\\";
    char c = r->text[r->at + 1];
    const char *found = c ? strchr(names, c) : NULL;
    if (found) {
        add_byte(r, values[found - names]);
        r->at += 2;
        return;
    }
    if (r->escaped) { /* told once a string */
        r->at++;
        return;
    }
    r->escaped = true;
    int length = qb_utf8_decode(r->text + r->at + 1, r->end - r->at - 1, NULL);
    QbSpan span = span_of(r, r->at, r->at + 1 + (uint32_t)length);
    QbDiag *d = report(
        r, "QB0112", span,
        qb_arena_printf(r->p->arena, "unknown escape '\\%.*s'", length, r->text + r->at + 1));
    d->hint = isalpha((unsigned char)c) ? "paths are written with '/', a backslash is '\\\\'"
                                        : "escapes are \\n, \\t, \\\" and \\\\";
    r->at = span.hi;
}

/* A name at `at`; returns where it ends. */
static uint32_t skip_name(const Reader *r, uint32_t at)
{
    if (at < r->end && isdigit((unsigned char)r->text[at]))
        return at;
    while (at < r->end && (isalnum((unsigned char)r->text[at]) || r->text[at] == '_'))
        at++;
    return at;
}

static void check_member(Reader *r, uint32_t lo, uint32_t hi)
{
    static const char *const members[] = {"stem", "name", "dir"};
    const char *member = qb_arena_strndup(r->p->arena, r->text + lo, hi - lo);
    for (int i = 0; i < QB_COUNT(members); i++) {
        if (strcmp(members[i], member) == 0)
            return;
    }
    QbDiag *d = report(r, "QB0115", span_of(r, lo, hi),
                       qb_arena_printf(r->p->arena, "a path has no '%s'", member));
    const char *nearest = qb_nearest(member, members, QB_COUNT(members));
    d->fix = nearest;
    d->hint = nearest ? qb_arena_printf(r->p->arena, "did you mean '%s'?", nearest)
                      : "a path has stem, name and dir";
}

static void refuse_interpolation(Reader *r, uint32_t close)
{
    const char *inside = qb_arena_strndup(r->p->arena, r->text + r->at + 1, close - r->at - 1);
    QbDiag *d =
        report(r, "QB0114", span_of(r, r->at, close + 1),
               *inside ? qb_arena_printf(r->p->arena, "'%s' cannot stand in a string", inside)
                       : "'{}' names no parameter");
    d->hint = "only a parameter's name, or its .stem, .name or .dir; a brace is written '{{'";
}

static void read_interpolation(Reader *r)
{
    const char *brace = memchr(r->text + r->at, '}', r->end - r->at);
    if (!brace) {
        report(r, "QB0113", span_of(r, r->at, r->at + 1), "this '{' has no '}' in its string")
            ->hint = "a brace is written '{{'";
        r->at = r->end;
        return;
    }
    uint32_t close = (uint32_t)(brace - r->text);
    uint32_t name = r->at + 1, name_end = skip_name(r, name), end = name_end;
    if (end < close && r->text[end] == '.')
        end = skip_name(r, end + 1);
    if (end != close || name_end == name || end == name_end + 1) {
        refuse_interpolation(r, close);
    } else {
        if (end > name_end)
            check_member(r, name_end + 1, end);
        QbArena *arena = r->p->arena;
        QbStringPart part = {
            .name = qb_arena_strndup(arena, r->text + name, name_end - name),
            .member = end > name_end
                          ? qb_arena_strndup(arena, r->text + name_end + 1, end - name_end - 1)
                          : NULL,
            .span = span_of(r, r->at, close + 1)};
        QB_PUSH(arena, r->parts, r->n, r->cap, part);
    }
    r->at = close + 1;
}

static void read_character(Reader *r)
{
    char c = r->text[r->at];
    bool doubled = r->at + 1 < r->end && r->text[r->at + 1] == c;
    if (c == '\\') {
        read_escape(r);
    } else if ((c == '{' || c == '}') && doubled) {
        add_byte(r, c);
        r->at += 2;
    } else if (c == '{') {
        flush_literal(r);
        read_interpolation(r);
    } else if (c == '}') {
        report(r, "QB0113", span_of(r, r->at, r->at + 1), "a lone '}' in a string")->hint =
            "a brace is written '}}'";
        r->at++;
    } else {
        add_byte(r, c);
        r->at++;
    }
}

QbExpr *qb_build_string(QbParser *p, const QbToken *t)
{
    QbExpr *e = qb_build_node(p, t->bad ? QB_E_ERROR : QB_E_STRING, qb_token_span(p, t));
    if (t->bad)
        return e;
    Reader r = {.p = p, .text = p->source->text, .at = t->lo + 1, .end = t->hi - 1};
    while (r.at < r.end)
        read_character(&r);
    flush_literal(&r);
    qb_text_free(&r.literal);
    if (r.bad)
        e->kind = QB_E_ERROR;
    e->parts = r.parts;
    e->n_parts = r.n;
    return e;
}
