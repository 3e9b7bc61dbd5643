/* Spellings from other languages and keyboards: what each is called, the mend that is offered, and the token
 * that parsing goes on with. */
#include "lang/parser.h"

#include "core/text.h"

#include "lang/grammar.h"

typedef struct Mend {
    int mistake;
    int kind; /* what the grammar gets in its place */
    const char *code;
    const char *message; /* may hold one %s: the text */
    const char *hint;
} Mend;

static const Mend mends[] = {
    {QB_X_SINGLE_QUOTED, QB_T_STRING, "QB0107", "strings are written in double quotes", NULL},
    {QB_X_LEADING_DOT, QB_T_NUMBER, "QB0108", "a number starts and ends with a digit", NULL},
    {QB_X_TRAILING_DOT, QB_T_NUMBER, "QB0108", "a number starts and ends with a digit", NULL},
    {QB_X_ELLIPSIS, QB_X_DROPPED, "QB0105", "unexpected '...'",
     "an axis that is kept whole is written ':', a range 0..255"},
    {QB_X_AND, QB_T_AND, "QB0105", "unknown operator '%s'", "write 'and'"},
    {QB_X_OR, QB_T_OR, "QB0105", "unknown operator '%s'", "write 'or'"},
    {QB_X_NOT, QB_T_NOT, "QB0105", "unknown operator '%s'", "write 'not'"},
    {QB_X_POWER, QB_T_POWER, "QB0105", "unknown operator '^'", "a power is written '**'"},
    {QB_X_EQUAL, QB_T_EQ, "QB0105", "unknown operator '%s'", "write '=='"},
    {QB_X_NOT_EQUAL, QB_T_NE, "QB0105", "unknown operator '%s'", "write '!='"},
    {QB_X_LESS_EQUAL, QB_T_LE, "QB0105", "unknown operator '%s'", "write '<='"},
    {QB_X_GREATER_EQUAL, QB_T_GE, "QB0105", "unknown operator '%s'", "write '>='"},
    {QB_X_DEFINE, QB_T_ASSIGN, "QB0105", "unknown operator ':='",
     "a definition is written NAME = ..."},
    {QB_X_UPDATE, QB_T_ASSIGN, "QB0105", "unknown operator '%s'",
     "a name is defined once: give the result a name of its own"},
    {QB_X_ARROW, QB_T_PIPE, "QB0105", "unknown operator '->'",
     "a pipe is written '|>'; the type of a result is not written"},
    {QB_X_BAR, QB_T_PIPE, "QB0105", "unknown operator '|'",
     "write '|>' for a pipe, 'or' between masks"},
    {QB_X_SEMICOLON, QB_T_NEWLINE, "QB0105", "unexpected ';'",
     "a statement ends where its line ends"},
    {QB_X_QUESTION, QB_X_DROPPED, "QB0105", "unexpected '?'", "write 'if C then A else B'"},
    {QB_X_BACKSLASH, QB_X_DROPPED, "QB0105", "unexpected '\\'",
     "a line goes on after an operator or a comma, and inside brackets"},
    {QB_X_COMMENT, QB_X_DROPPED, "QB0105", "unexpected '/*'", "a comment starts with '#'"},
    {QB_X_AT, QB_X_DROPPED, "QB0105", "unexpected '@'", "a matrix product is written matmul(a, b)"},
    {QB_X_DOLLAR, QB_X_DROPPED, "QB0105", "unexpected '$'",
     "a name stands by itself, and as {name} in a string"},
    {QB_X_CARRIAGE_RETURN, QB_T_NEWLINE, "QB0105", "a carriage return alone does not end a line",
     "save the file with LF or CRLF line ends"},
};

/* Signs that keyboards and word processors put where ASCII is meant. */
typedef struct Sign {
    uint32_t code;
    const char *hint;
} Sign;

static const Sign signs[] = {
    {0x00A0, "this is a no-break space: write a plain one"},
    {0x200B, "this is an invisible space: remove it"},
    {0xFEFF, "this is an invisible byte order mark: remove it"},
    {0x00D7, "write '*'"},
    {0x00F7, "write '/'"},
    {0x00B7, "write '*'"},
    {0x2212, "write '-'"},
    {0x2013, "write '-'"},
    {0x2014, "write '-'"},
    {0x2264, "write '<='"},
    {0x2265, "write '>='"},
    {0x2260, "write '!='"},
    {0x2026, "write '..' for a range"},
    {0x2192, "write '|>'"},
    {0x2018, "strings are written in plain double quotes"},
    {0x2019, "strings are written in plain double quotes"},
    {0x201C, "strings are written in plain double quotes"},
    {0x201D, "strings are written in plain double quotes"},
    {0x201E, "strings are written in plain double quotes"},
};

static QbDiag *report(QbParser *p, const QbToken *t, const char *code, const char *message)
{
    return qb_diag_add(p->diags, QB_ERROR, code, qb_token_span(p, t), "%s", message);
}

/* A word with a character that no name has: points at the first such character. */
static void mend_name(QbParser *p, QbToken *t)
{
    const char *text = p->source->text;
    QbToken at = *t;
    while ((unsigned char)text[at.lo] < 0x80)
        at.lo++;
    uint32_t code = 0;
    at.hi = at.lo + (uint32_t)qb_utf8_decode(text + at.lo, t->hi - at.lo, &code);
    const char *shown =
        code == 0xA0 || code == 0x200B || code == 0xFEFF ? "" : qb_token_text(p, &at);
    QbDiag *d = report(
        p, &at, "QB0104",
        qb_arena_printf(p->arena,
                        *shown ? "unexpected character '%s'" : "unexpected invisible character%s",
                        shown));
    d->hint = "names are ASCII letters, digits and '_'";
    for (int i = 0; i < QB_COUNT(signs); i++) {
        if (signs[i].code == code)
            d->hint = signs[i].hint;
    }
    t->kind = QB_T_NAME;
}

static void mend_unterminated(QbParser *p, QbToken *t)
{
    QbToken quote = *t;
    quote.hi = quote.lo + 1;
    report(p, &quote, "QB0106", "this string has no closing '\"' on its line");
    t->kind = QB_T_STRING;
}

static void mend_character(QbParser *p, QbToken *t)
{
    unsigned char c = (unsigned char)p->source->text[t->lo];
    if (c < 0x20 || c == 0x7F)
        report(p, t, "QB0104", qb_arena_printf(p->arena, "unexpected control character 0x%02x", c));
    else if (c == '\'')
        report(p, t, "QB0107", "strings are written in double quotes");
    else
        report(p, t, "QB0104", qb_arena_printf(p->arena, "unexpected character '%c'", c));
    t->kind = QB_X_DROPPED;
}

/* The mend of a number without its first or last digit: .5 → 0.5, 5. → 5.0 */
static const char *whole_number(QbParser *p, const QbToken *t, int mistake)
{
    const char *text = qb_token_text(p, t);
    if (mistake == QB_X_LEADING_DOT)
        return qb_arena_printf(p->arena, "write 0%s", text);
    int digits = 0;
    while (text[digits] != '.')
        digits++;
    return qb_arena_printf(p->arena, "write %.*s.0%s", digits, text, text + digits + 1);
}

static void mend_listed(QbParser *p, QbToken *t)
{
    for (int i = 0; i < QB_COUNT(mends); i++) {
        const Mend *m = &mends[i];
        if (m->mistake != t->kind)
            continue;
        QbDiag *d = qb_diag_add(p->diags, QB_ERROR, m->code, qb_token_span(p, t), m->message,
                                qb_token_text(p, t));
        d->hint = m->hint ? m->hint
                  : m->mistake == QB_X_SINGLE_QUOTED
                      ? qb_arena_printf(p->arena, "write \"%.*s\"", (int)(t->hi - t->lo - 2),
                                        p->source->text + t->lo + 1)
                      : whole_number(p, t, m->mistake);
        t->kind = m->kind;
        return;
    }
    QB_BUG("no mend for mistake %d", t->kind);
}

void qb_mistake_mend(QbParser *p, QbToken *t)
{
    t->bad = true;
    if (t->kind == QB_X_NAME)
        mend_name(p, t);
    else if (t->kind == QB_X_UNTERMINATED)
        mend_unterminated(p, t);
    else if (t->kind == QB_X_CHARACTER)
        mend_character(p, t);
    else
        mend_listed(p, t);
}
