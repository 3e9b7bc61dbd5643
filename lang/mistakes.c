/* Spellings from other languages and keyboards: what each is called, the mend that is offered, and the token
 * that parsing goes on with. */
#include "lang/parser.h"

#include "core/text.h"

#include "lang/grammar.h"

#include <string.h>

/* A token that the grammar takes nowhere inside a statement: what was meant is not sure enough to go on. */
enum { UNREADABLE = QB_T_QBI };

typedef struct Mend {
    int mistake;
    int kind; /* what the grammar gets in its place */
    const char *code;
    const char *message; /* may hold one %s: the text */
    const char *hint;
    const char *fix; /* what to write in its place, where that is sure */
} Mend;

static const Mend mends[] = {
    {QB_X_ELLIPSIS, QB_X_DROPPED, "QB0105", "unexpected '...'",
     "an axis that is kept whole is written ':', a range 0..255", NULL},
    {QB_X_AND, QB_T_AND, "QB0105", "unknown operator '%s'", "write 'and'", "and"},
    {QB_X_OR, QB_T_OR, "QB0105", "unknown operator '%s'", "write 'or'", "or"},
    {QB_X_NOT, QB_T_NOT, "QB0105", "unknown operator '%s'", "write 'not'", "not "},
    {QB_X_POWER, QB_T_POWER, "QB0105", "unknown operator '^'", "a power is written '**'", "**"},
    {QB_X_EQUAL, QB_T_EQ, "QB0105", "unknown operator '%s'", "write '=='", "=="},
    {QB_X_NOT_EQUAL, QB_T_NE, "QB0105", "unknown operator '%s'", "write '!='", "!="},
    {QB_X_LESS_EQUAL, QB_T_LE, "QB0105", "unknown operator '%s'", "write '<='", "<="},
    {QB_X_GREATER_EQUAL, UNREADABLE, "QB0105", "unknown operator '%s'",
     "to compare, write '>=', for a pipe '|>'", NULL},
    {QB_X_DEFINE, QB_T_ASSIGN, "QB0105", "unknown operator ':='",
     "a definition is written NAME = ...", "="},
    {QB_X_FOREIGN_PIPE, QB_T_PIPE, "QB0105", "unknown operator '%s'", "a pipe is written '|>'",
     "|>"},
    {QB_X_UPDATE, QB_T_ASSIGN, "QB0105", "unknown operator '%s'",
     "a name is defined once: give the result a name of its own", NULL},
    {QB_X_ARROW, UNREADABLE, "QB0105", "unknown operator '->'",
     "a pipe is written '|>'; the type of a result is not written", NULL},
    {QB_X_BAR, UNREADABLE, "QB0105", "unknown operator '|'",
     "write '|>' for a pipe, 'or' between masks", NULL},
    {QB_X_QUESTION, UNREADABLE, "QB0105", "unexpected '?'", "write 'if C then A else B'", NULL},
    {QB_X_BACKSLASH, QB_X_DROPPED, "QB0105", "unexpected '\\'",
     "a line goes on after an operator or a comma, and inside brackets", NULL},
    {QB_X_AT, UNREADABLE, "QB0105", "unexpected '@'", "a matrix product is written matmul(a, b)",
     NULL},
    {QB_X_DOLLAR, QB_X_DROPPED, "QB0105", "unexpected '$'",
     "a name stands by itself, and as {name} in a string", NULL},
    {QB_X_CARRIAGE_RETURN, QB_T_NEWLINE, "QB0105", "a carriage return alone does not end a line",
     "save the file with LF or CRLF line ends", NULL},
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

/* Whether this bad name was reported where it stood before. */
static bool is_known_word(QbParser *p, const QbToken *t)
{
    enum { MOST = 50 };
    for (int i = 0; i < p->words.n; i++) {
        if (qb_token_is(p, t, qb_token_text(p, &p->words.v[i])))
            return true;
    }
    if (p->words.n < MOST)
        qb_tokens_put(p, &p->words, *t);
    return false;
}

/* “a.tif” */
static bool mend_curly_quoted(QbParser *p, QbToken *t)
{
    static const char *const open[] = {"\xE2\x80\x9C", "\xE2\x80\x9E", "\xE2\x80\x98"};
    const char *text = p->source->text + t->lo, *end = NULL;
    for (int i = 0; i < QB_COUNT(open); i++) {
        if (strncmp(text, open[i], 3) == 0)
            end = strstr(text + 3, i == 2 ? "\xE2\x80\x99" : "\xE2\x80\x9D");
    }
    if (!end || memchr(text, '\n', (size_t)(end - text)))
        return false;
    t->hi = t->lo + (uint32_t)(end + 3 - text);
    QbDiag *d = report(p, t, "QB0104", "strings are written in plain double quotes");
    d->fix = qb_arena_printf(p->arena, "\"%.*s\"", (int)(end - text - 3), text + 3);
    d->hint = qb_arena_printf(p->arena, "write %s", d->fix);
    p->skipped = t->hi;
    t->kind = QB_T_STRING;
    return true;
}

/* A word with a character that no name has: points at the first such character. */
static void mend_name(QbParser *p, QbToken *t)
{
    const char *text = p->source->text;
    if (mend_curly_quoted(p, t))
        return;
    bool known = is_known_word(p, t);
    QbToken at = *t;
    while ((unsigned char)text[at.lo] < 0x80)
        at.lo++;
    uint32_t code = 0;
    at.hi = at.lo + (uint32_t)qb_utf8_decode(text + at.lo, t->hi - at.lo, &code);
    t->kind = QB_T_NAME;
    if (known)
        return;
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
}

static void mend_unterminated(QbParser *p, QbToken *t)
{
    QbToken quote = *t;
    quote.hi = quote.lo + 1;
    report(p, &quote, "QB0106", "this string has no closing '\"' on its line")->hint =
        "strings end on the line they start on";
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

/* A mend that is the whole of what is to be written. */
static void offer(QbParser *p, QbDiag *d, const char *fix)
{
    d->fix = fix;
    d->hint = qb_arena_printf(p->arena, "write %s", fix);
}

/* .5 → 0.5, 5. → 5.0 */
static void mend_dot(QbParser *p, QbToken *t)
{
    QbDiag *d = report(p, t, "QB0108", "a number starts and ends with a digit");
    const char *text = qb_token_text(p, t);
    int digits = 0;
    while (text[digits] != '.')
        digits++;
    offer(p, d,
          digits == 0 ? qb_arena_printf(p->arena, "0%s", text)
                      : qb_arena_printf(p->arena, "%.*s.0%s", digits, text, text + digits + 1));
    t->kind = QB_T_NUMBER;
}

/* 2d = 3 */
static void mend_digit_name(QbParser *p, QbToken *t, bool defined)
{
    if (defined && !is_known_word(p, t))
        report(p, t, "QB0104",
               qb_arena_printf(p->arena, "a name starts with a letter or '_', found '%s'",
                               qb_token_text(p, t)))
            ->hint = "such as a letter before it";
    t->kind = QB_T_NAME;
}

/* A number may not run into letters: 5cm, 0x1F, 1_000, 5e. */
static void mend_run_on(QbParser *p, QbToken *t)
{
    const QbToken *before = p->at > 0 ? &p->raw.v[p->at - 1] : NULL;
    bool names = before && (before->kind == QB_T_DEF || before->kind == QB_T_PARAM);
    names = p->whole_file && (names || t->first);
    if (names || (p->words.n && is_known_word(p, t))) {
        mend_digit_name(p, t, names);
        return;
    }
    const char *text = p->source->text + t->lo;
    int n = (int)(t->hi - t->lo), digits = 0;
    while (digits < n && ((text[digits] >= '0' && text[digits] <= '9') || text[digits] == '.'))
        digits++;
    const char *number = qb_arena_strndup(p->arena, text, (size_t)digits);
    char c = text[digits];
    QbToken word = *t;
    word.lo += (uint32_t)digits;
    QbDiag *d;
    if (digits == 1 && *text == '0' && (c | 0x20) == 'x') {
        d = report(p, &word, "QB0109", "numbers are decimal");
        d->hint = "write the number without '0x'";
    } else if (c == '_') {
        d = report(p, &word, "QB0109", "'_' in a number");
        d->hint = "digits are written without separators";
    } else if ((c | 0x20) == 'e' && digits + 1 == n) {
        d = report(p, &word, "QB0109",
                   qb_arena_printf(p->arena, "the exponent of '%s%c' has no digits", number, c));
        d->hint = "such as 1e-3";
    } else {
        d = report(p, &word, "QB0110",
                   qb_arena_printf(p->arena, "unknown unit '%s' after %s", qb_token_text(p, &word),
                                   number));
        d->hint = "units are px, nm, um, mm, ms, s and min";
    }
    t->kind = QB_T_NUMBER;
}

/* ---- strings ----------------------------------------------------------------------------------------- */

static void mend_single_quoted(QbParser *p, QbToken *t)
{
    QbDiag *d = report(p, t, "QB0107", "strings are written in double quotes");
    offer(p, d,
          qb_arena_printf(p->arena, "\"%.*s\"", (int)(t->hi - t->lo - 2),
                          p->source->text + t->lo + 1));
    t->kind = QB_T_STRING;
}

/* f"…" */
static void mend_prefixed(QbParser *p, QbToken *t)
{
    const char *text = p->source->text + t->lo;
    int n = 0;
    while (text[n] != '"' && text[n] != '\'')
        n++;
    QbDiag *d = report(p, t, "QB0107", "");
    d->message =
        qb_arena_printf(p->arena, "a string has no letter before it, found '%.*s'", n, text);
    offer(p, d, qb_arena_printf(p->arena, "\"%.*s\"", (int)(t->hi - t->lo) - n - 2, text + n + 1));
    if ((*text | 0x20) == 'f')
        d->hint =
            qb_arena_printf(p->arena, "%s: {NAME} stands for a parameter in every string", d->hint);
    t->kind = QB_T_STRING;
}

/* A quoted text over several lines: the whole of it is passed over. At the start of a line it is a comment. */
static void mend_triple_quoted(QbParser *p, QbToken *t)
{
    const char *text = p->source->text, *sign = text[t->lo] == '"' ? "\"\"\"" : "'''";
    const char *end = strstr(text + t->hi, sign);
    QbDiag *d = report(p, t, "QB0107", "a string is no longer than its line");
    d->hint = t->first ? "a comment starts with '#' on each of its lines"
                       : "strings are written in plain double quotes";
    p->skipped = end ? (uint32_t)(end - text) + 3 : t->hi + (uint32_t)strcspn(text + t->hi, "\n");
    t->kind = t->first ? QB_X_DROPPED : QB_T_STRING;
}

/* ---- signs ------------------------------------------------------------------------------------------- */

static void mend_block_comment(QbParser *p, QbToken *t)
{
    const char *text = p->source->text, *end = strstr(text + t->hi, "*/");
    if (!(p->told & QB_TOLD_COMMENT))
        report(p, t, "QB0105", "unexpected '/*'")->hint =
            "a comment starts with '#' on each of its lines";
    p->told |= QB_TOLD_COMMENT;
    p->skipped = end ? (uint32_t)(end - text) + 2 : (uint32_t)p->source->length;
    t->kind = QB_X_DROPPED;
}

/* Told once in a file: who writes one writes them all. */
static void mend_semicolon(QbParser *p, QbToken *t)
{
    t->kind = p->whole_file ? QB_T_NEWLINE : UNREADABLE;
    if (p->told & QB_TOLD_SEMICOLON)
        return;
    p->told |= QB_TOLD_SEMICOLON;
    int n = 0;
    for (int i = 0; i < p->raw.n; i++)
        n += p->raw.v[i].kind == QB_X_SEMICOLON;
    QbDiag *d = report(p, t, "QB0105", "unexpected ';'");
    d->hint = n == 1
                  ? "a statement ends where its line ends"
                  : qb_arena_printf(p->arena,
                                    "a statement ends where its line ends: the file has %d ';'", n);
    d->fix = p->source->text[t->hi] == '\n' || p->source->text[t->hi] == '\r' ? "" : "\n";
}

/* .* and the like */
static void mend_dotted(QbParser *p, QbToken *t)
{
    static const int kinds[] = {QB_T_STAR, QB_T_SLASH, QB_T_POWER, QB_T_PLUS, QB_T_MINUS};
    static const char *const signs_of[] = {"*", "/", "**", "+", "-"};
    const char *text = qb_token_text(p, t);
    bool power = text[1] == '^' || text[2] == '*';
    int k = power ? 2 : text[1] == '*' ? 0 : text[1] == '/' ? 1 : text[1] == '+' ? 3 : 4;
    QbDiag *d = report(p, t, "QB0105", qb_arena_printf(p->arena, "unknown operator '%s'", text));
    d->hint = qb_arena_printf(p->arena, "arithmetic is voxel by voxel: write '%s'", signs_of[k]);
    d->fix = signs_of[k];
    t->kind = kinds[k];
}

static void mend_listed(QbParser *p, QbToken *t)
{
    for (int i = 0; i < QB_COUNT(mends); i++) {
        const Mend *m = &mends[i];
        if (m->mistake != t->kind)
            continue;
        QbDiag *d = qb_diag_add(p->diags, QB_ERROR, m->code, qb_token_span(p, t), m->message,
                                qb_token_text(p, t));
        d->hint = m->hint;
        d->fix = m->fix;
        t->kind = m->kind;
        return;
    }
    QB_BUG("no mend for mistake %d", t->kind);
}

void qb_mistake_mend(QbParser *p, QbToken *t)
{
    static const struct {
        int mistake;
        void (*mend)(QbParser *, QbToken *);
    } own[] = {
        {QB_X_NAME, mend_name},
        {QB_X_UNTERMINATED, mend_unterminated},
        {QB_X_CHARACTER, mend_character},
        {QB_X_LEADING_DOT, mend_dot},
        {QB_X_TRAILING_DOT, mend_dot},
        {QB_X_RUN_ON, mend_run_on},
        {QB_X_SINGLE_QUOTED, mend_single_quoted},
        {QB_X_TRIPLE_QUOTED, mend_triple_quoted},
        {QB_X_PREFIXED, mend_prefixed},
        {QB_X_COMMENT, mend_block_comment},
        {QB_X_SEMICOLON, mend_semicolon},
        {QB_X_DOTTED, mend_dotted},
    };
    t->bad = true;
    for (int i = 0; i < QB_COUNT(own); i++) {
        if (own[i].mistake == t->kind) {
            own[i].mend(p, t);
            return;
        }
    }
    mend_listed(p, t);
}
