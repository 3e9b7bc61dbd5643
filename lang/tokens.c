/* From bytes to the array of raw tokens: is it text at all, units after numbers, which tokens are first on
 * their line. Knows nothing of statements. */
#include "lang/parser.h"

#include "core/text.h"
#include "core/type.h"

#include "lang/foreign.h"
#include "lang/grammar.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_SOURCE = 64 << 20 };

static const char byte_order_mark[] = "\xEF\xBB\xBF";

QbSpan qb_token_span(const QbParser *p, const QbToken *t)
{
    return (QbSpan){p->source, t->lo, t->hi};
}

char *qb_token_text(const QbParser *p, const QbToken *t)
{
    return qb_arena_strndup(p->arena, p->source->text + t->lo, t->hi - t->lo);
}

bool qb_token_is(const QbParser *p, const QbToken *t, const char *word)
{
    size_t n = strlen(word);
    return t->hi - t->lo == n && memcmp(p->source->text + t->lo, word, n) == 0;
}

bool qb_token_names_type(const QbParser *p, const QbToken *t)
{
    for (int k = QB_NUMBER; t->kind == QB_T_NAME && k <= QB_STAGE; k++) {
        if (qb_token_is(p, t, qb_kind_name((QbKind)k)))
            return true;
    }
    return false;
}

static bool refuse_byte(QbParser *p, uint32_t at)
{
    const unsigned char *u = (const unsigned char *)p->source->text;
    QbSpan span = {p->source, at, at + 1};
    if (u[at] == 0) {
        qb_diag_add(p->diags, QB_ERROR, "QB0102", span, "a NUL byte: this is not a text file");
        return false;
    }
    QbDiag *d = qb_diag_add(p->diags, QB_ERROR, "QB0101", span,
                            "byte 0x%02x is not UTF-8 here, and a .qbi file is UTF-8 text", u[at]);
    if (at == 0 && p->source->length > 1 && (u[0] ^ u[1]) == 1 && (u[0] | u[1]) == 0xFF)
        d->hint = "this looks like UTF-16: save the file as UTF-8";
    return false;
}

bool qb_source_check(QbParser *p)
{
    const QbSource *s = p->source;
    if (s->length > LARGEST_SOURCE) {
        qb_diag_add(p->diags, QB_ERROR, "QB0103", (QbSpan){s, 0, 0},
                    "the file has %zu bytes, and a .qbi file has %d at most", s->length,
                    LARGEST_SOURCE);
        return false;
    }
    for (size_t i = 0; i < s->length;) {
        int length = qb_utf8_decode(s->text + i, s->length - i, NULL);
        if (length == 0 || s->text[i] == '\0')
            return refuse_byte(p, (uint32_t)i);
        i += (size_t)length;
    }
    return true;
}

/* ---- numbers and their units --------------------------------------------------------------------- */

typedef struct UnitName {
    const char *name;
    QbUnit unit;
} UnitName;

static const UnitName units[] = {
    {"px", QB_UNIT_PX},        {"nm", QB_UNIT_NM},        {"um", QB_UNIT_UM},
    {"\xC2\xB5m", QB_UNIT_UM}, {"\xCE\xBCm", QB_UNIT_UM}, {"mm", QB_UNIT_MM},
    {"ms", QB_UNIT_MS},        {"s", QB_UNIT_S},          {"min", QB_UNIT_MIN},
};

static bool is_word_byte(unsigned char c)
{
    return isalnum(c) || c == '_' || c >= 0x80;
}

static QbUnit find_unit(const unsigned char *word, size_t n)
{
    for (int i = 0; i < QB_COUNT(units); i++) {
        if (strlen(units[i].name) == n && memcmp(units[i].name, word, n) == 0)
            return units[i].unit;
    }
    return QB_UNIT_NONE;
}

static void take_unit(QbCursor *c, QbToken *number)
{
    const unsigned char *word = c->at, *end;
    while (*word == ' ' || *word == '\t')
        word++;
    for (end = word; is_word_byte(*end); end++)
        ;
    QbUnit unit = find_unit(word, (size_t)(end - word));
    bool run_on = end > word && word == c->at;
    if (unit == QB_UNIT_NONE && !run_on)
        return;
    if (unit == QB_UNIT_NONE)
        number->kind = QB_X_RUN_ON;
    number->unit = (uint8_t)unit;
    number->hi = (uint32_t)(end - c->text);
    c->at = end;
}

static void check_size(QbParser *p, QbToken *number)
{
    uint32_t n = number->hi - number->lo;
    if (n < 5 || !isinf(strtod(qb_token_text(p, number), NULL)))
        return;
    qb_diag_add(p->diags, QB_ERROR, "QB0111", qb_token_span(p, number),
                "this number is too large: numbers end near 1.8e308");
    number->bad = true;
}

/* ---- the array ----------------------------------------------------------------------------------- */

/* All tokens as they are spelt, mistakes included. */
static QbTokens lex(QbParser *p)
{
    const QbSource *s = p->source;
    QbCursor c = {.text = (const unsigned char *)s->text};
    c.at = c.text + (s->length >= 3 && memcmp(s->text, byte_order_mark, 3) == 0 ? 3 : 0);
    QbTokens raw = {0};
    uint32_t line = 0;
    bool first = true;
    for (;;) {
        QbToken t = qb_lexer_next(&c);
        if (t.kind == QB_T_NUMBER)
            take_unit(&c, &t);
        t.first = first;
        t.indent = t.lo - line;
        first = t.kind == QB_T_NEWLINE;
        if (first)
            line = t.hi;
        QB_PUSH(p->arena, raw.v, raw.n, raw.cap, t);
        if (t.kind == QB_T_END)
            return raw;
    }
}

void qb_tokens_put(QbParser *p, QbTokens *out, QbToken t)
{
    QB_PUSH(p->arena, out->v, out->n, out->cap, t);
}

/* Whether the line that starts at raw token `at` starts a statement, as far as brackets and the line before tell. */
static bool starts_statement(const QbToken *t, const QbTokens *out, int depth)
{
    if (!t->first || depth > 0 || t->kind == QB_T_NEWLINE || t->kind == QB_T_END)
        return false;
    int k = out->n - 1;
    while (k >= 0 && out->v[k].kind == QB_T_NEWLINE)
        k--;
    return k < 0 || !qb_line_goes_on(out->v[k].kind);
}

static int depth_after(int depth, const QbToken *t)
{
    if (t->kind == QB_T_LPAREN || t->kind == QB_T_LBRACKET)
        return depth + 1;
    if ((t->kind == QB_T_RPAREN || t->kind == QB_T_RBRACKET) && depth > 0)
        return depth - 1;
    return t->first && t->kind >= QB_T_PARAM && t->kind <= QB_T_SAVE ? 0 : depth;
}

QbToken *qb_tokens_read(QbParser *p, int *n)
{
    QbTokens raw = lex(p), out = {0};
    bool dropped = false;
    int depth = 0;
    p->raw = raw;
    for (int i = 0; i < raw.n; i++) {
        QbToken t = raw.v[i];
        if (t.lo < p->skipped && t.kind != QB_T_END)
            continue;
        int next = i;
        if (p->whole_file && starts_statement(&t, &out, depth) && qb_foreign_read(p, &next, &out)) {
            dropped = raw.v[next].kind != QB_T_NEWLINE; /* the rest of the statement */
            i = next - 1;
            continue;
        }
        if (p->whole_file && qb_foreign_comment(p, i))
            continue;
        p->at = i;
        if (t.kind >= QB_X_CHARACTER)
            qb_mistake_mend(p, &t);
        if (t.kind == QB_T_NUMBER && !t.bad)
            check_size(p, &t);
        if (t.kind == QB_X_DROPPED) { /* nothing stands for it, but its statement is marked */
            dropped = true;
            continue;
        }
        t.bad = t.bad || dropped;
        dropped = false;
        depth = depth_after(depth, &t);
        qb_tokens_put(p, &out, t);
    }
    *n = out.n;
    return out.v;
}
