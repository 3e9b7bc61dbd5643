/* How far a loop, a function or a branch of another language reaches, and which names it would have defined: so that
 * one mistake is told once, and later lines do not miss those names. Knows raw tokens, braces and indentation. */
#include "lang/foreign.h"

#include "lang/grammar.h"

#include <string.h>

/* How far an end is looked for: bounds the cost of a file that has very many beginnings. */
enum { MOST_LINES = 500, MOST_TOKENS = 5000 };

static bool is_one_of(const QbParser *p, const QbToken *t, const char *const *words, int n)
{
    for (int i = 0; i < n; i++) {
        if (qb_token_is(p, t, words[i]))
            return true;
    }
    return false;
}

static bool ends_line(const QbToken *t)
{
    return t->kind == QB_T_NEWLINE || t->kind == QB_T_END;
}

int qb_foreign_line_end(const QbParser *p, int at)
{
    while (!ends_line(&p->raw.v[at]))
        at++;
    return at;
}

int qb_foreign_logical_end(const QbParser *p, int at)
{
    int depth = 0, first = qb_foreign_line_end(p, at), last = at + MOST_TOKENS;
    for (; p->raw.v[at].kind != QB_T_END && at < last; at++) {
        int kind = p->raw.v[at].kind;
        depth += (kind == QB_T_LPAREN || kind == QB_T_LBRACKET) -
                 (kind == QB_T_RPAREN || kind == QB_T_RBRACKET);
        if (kind == QB_T_NEWLINE && depth <= 0)
            return at;
    }
    return depth <= 0 && at < last ? at : first; /* a bracket that is never closed */
}

bool qb_foreign_closes(const QbParser *p, const QbToken *t)
{
    static const char *const words[] = {"done", "fi", "esac", "wend", "next", "until"};
    if (t->kind != QB_T_NAME)
        return false;
    bool ends = t->hi - t->lo >= 3 && memcmp(p->source->text + t->lo, "end", 3) == 0;
    if (!ends && !is_one_of(p, t, words, QB_COUNT(words)))
        return false;
    return ends_line(t + 1) || t[1].kind == QB_X_SEMICOLON;
}

static bool goes_on(const QbParser *p, const QbToken *t)
{
    static const char *const words[] = {"elif", "elseif",    "except",  "finally", "catch",
                                        "case", "otherwise", "default", "rescue",  "ensure"};
    return t->kind == QB_T_ELSE || is_one_of(p, t, words, QB_COUNT(words));
}

static bool opens(const QbParser *p, const QbToken *t)
{
    static const char *const words[] = {"for",   "while", "function", "switch", "try",
                                        "begin", "do",    "parfor",   "macro",  "repeat"};
    return t->kind == QB_T_IF || is_one_of(p, t, words, QB_COUNT(words));
}

static int next_line(const QbParser *p, int at)
{
    while (p->raw.v[at].kind == QB_T_NEWLINE)
        at++;
    return at;
}

/* The token behind the '}' that belongs to the '{' at `at`. */
static int braces_end(const QbParser *p, int at)
{
    int depth = 0;
    for (; p->raw.v[at].kind != QB_T_END; at++) {
        int kind = p->raw.v[at].kind;
        depth += (kind == QB_T_LBRACE) - (kind == QB_T_RBRACE);
        if (depth == 0)
            return at + 1;
    }
    return at;
}

static int find_brace(const QbParser *p, int at, int end)
{
    for (; at < end; at++) {
        if (p->raw.v[at].kind == QB_T_LBRACE)
            return at;
    }
    int below = next_line(p, end);
    return p->raw.v[below].kind == QB_T_LBRACE ? below : -1;
}

/* The first line from `at` on that is not indented more than `indent`. */
static int indented_end(const QbParser *p, int at, uint32_t indent)
{
    int end = at;
    for (;;) {
        int start = next_line(p, end);
        const QbToken *t = &p->raw.v[start];
        if (t->kind == QB_T_END || t->indent <= indent)
            return end;
        end = qb_foreign_line_end(p, start);
    }
}

/* The line of the 'end' that closes a block whose lines are not indented; -1: there is none. */
static int find_closer(const QbParser *p, int at)
{
    int depth = 1, lines = 0;
    for (int i = next_line(p, at); p->raw.v[i].kind != QB_T_END && lines++ < MOST_LINES;
         i = next_line(p, qb_foreign_line_end(p, i))) {
        const QbToken *t = &p->raw.v[i];
        depth += opens(p, t) - qb_foreign_closes(p, t);
        if (depth == 0)
            return i;
    }
    return -1;
}

/* One part of a block: its head line from `at` on, and its body. */
static int part_end(const QbParser *p, int at, uint32_t indent)
{
    int end = qb_foreign_logical_end(p, at);
    int brace = find_brace(p, at, end);
    if (brace >= 0)
        return braces_end(p, brace);
    return indented_end(p, end, indent);
}

int qb_foreign_block_end(const QbParser *p, int at)
{
    const QbToken *head = &p->raw.v[at];
    int line = qb_foreign_logical_end(p, at), end = part_end(p, at, head->indent);
    bool colon = line > at && p->raw.v[line - 1].kind == QB_T_COLON;
    for (;;) {
        int next = next_line(p, end);
        const QbToken *t = &p->raw.v[next];
        if (goes_on(p, t))
            end = part_end(p, next, head->indent);
        else if (qb_foreign_closes(p, t))
            return qb_foreign_line_end(p, next);
        else
            break;
    }
    int closer = colon || end != line ? -1 : find_closer(p, line);
    return closer >= 0 ? qb_foreign_line_end(p, closer) : end;
}

void qb_foreign_put_unknown(QbParser *p, const QbToken *name, QbTokens *out)
{
    QbToken t = *name;
    t.bad = true;
    qb_tokens_put(p, out, t);
    static const int kinds[] = {QB_T_ASSIGN, QB_T_NUMBER, QB_T_NEWLINE};
    for (int k = 0; k < QB_COUNT(kinds); k++)
        qb_tokens_put(p, out,
                      (QbToken){.kind = kinds[k], .lo = name->hi, .hi = name->hi, .bad = true});
}

static bool is_assigned(const QbToken *t)
{
    return t[1].kind == QB_T_ASSIGN || t[1].kind == QB_X_UPDATE || t[1].kind == QB_X_DEFINE ||
           (t[1].kind == QB_T_LT && t[2].kind == QB_T_MINUS && t[1].hi == t[2].lo);
}

void qb_foreign_put_names(QbParser *p, int lo, int hi, QbTokens *out)
{
    int depth = 0;
    for (int i = lo; i < hi; i++) {
        const QbToken *t = &p->raw.v[i];
        depth += (t->kind == QB_T_LPAREN || t->kind == QB_T_LBRACKET) -
                 (t->kind == QB_T_RPAREN || t->kind == QB_T_RBRACKET);
        if (t->kind == QB_T_NAME && depth <= 0 && is_assigned(t))
            qb_foreign_put_unknown(p, t, out);
    }
}
