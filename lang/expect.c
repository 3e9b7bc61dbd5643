/* Syntax errors as people read them: what could have stood here, in as few words as say it, what was found,
 * and the likely mend (lang/hints.c). */
#include "lang/parser.h"

#include "core/text.h"

#include "lang/grammar.h"
#include "lang/hints.h"

#include <string.h>

static bool allows(uint64_t expected, int kind)
{
    return kind >= QB_T_FIRST && (expected >> (kind - QB_T_FIRST) & 1);
}

static bool is_one_of(int kind, const int *kinds, int n)
{
    for (int i = 0; i < n; i++) {
        if (kinds[i] == kind)
            return true;
    }
    return false;
}

/* What an expression can start with. */
static bool starts_operand(int kind)
{
    static const int kinds[] = {QB_T_NAME, QB_T_NUMBER, QB_T_STRING, QB_T_IF,       QB_T_NOT,
                                QB_T_TRUE, QB_T_FALSE,  QB_T_LPAREN, QB_T_LBRACKET, QB_T_MINUS};
    return is_one_of(kind, kinds, QB_COUNT(kinds));
}

/* What an expression can go on with. */
static bool goes_on(int kind)
{
    return (kind >= QB_T_EQ && kind <= QB_T_LPAREN) || kind == QB_T_PIPE || kind == QB_T_LBRACKET ||
           kind == QB_T_DOT || kind == QB_T_AND || kind == QB_T_OR;
}

typedef struct Wanted {
    const char *v[6];
    int n;
} Wanted;

static void want(Wanted *w, const char *what)
{
    if (w->n < QB_COUNT(w->v))
        w->v[w->n++] = what;
}

static const char *name_of(QbParser *p, int kind)
{
    const char *name = qb_grammar_token_name(kind);
    if (kind == QB_T_NEWLINE && !p->whole_file)
        return "the end of the value";
    if (kind == QB_T_NAME || kind == QB_T_NUMBER || kind == QB_T_STRING || kind == QB_T_NEWLINE)
        return name;
    return qb_arena_printf(p->arena, "'%s'", name);
}

static Wanted summarise(QbParser *p, uint64_t expected, const QbExpectation *e)
{
    Wanted w = {0};
    if (allows(expected, QB_T_PARAM)) {
        want(&w, "a statement");
        return w;
    }
    if (e->operand)
        want(&w, allows(expected, QB_T_RBRACE) ? "a definition or an expression" : "an expression");
    for (int kind = QB_T_FIRST; kind <= QB_T_DOTDOT; kind++) {
        bool implied = (e->operand && starts_operand(kind)) || (e->operator_ && goes_on(kind)) ||
                       (e->definition && kind == QB_T_NEWLINE) ||
                       (e->operand && kind == QB_T_RBRACE);
        if (allows(expected, kind) && !implied)
            want(&w, name_of(p, kind));
    }
    bool only_end = w.n == 1 && allows(expected, QB_T_NEWLINE);
    if (e->operator_ && (w.n == 0 || only_end)) {
        w.v[w.n++] = w.v[0];
        w.v[0] = "an operator";
        w.n = only_end ? 2 : 1;
    }
    return w;
}

static const char *join(QbParser *p, const Wanted *w)
{
    const char *text = w->n ? w->v[0] : p->whole_file ? "something else" : "the end of the value";
    for (int i = 1; i < w->n; i++)
        text = qb_arena_printf(p->arena, "%s%s%s", text, i == w->n - 1 ? " or " : ", ", w->v[i]);
    return text;
}

static const char *describe(QbParser *p, const QbToken *t)
{
    enum { LONGEST = 40 };
    if (t->kind == QB_T_NEWLINE || t->kind == QB_T_END)
        return p->whole_file ? qb_grammar_token_name(t->kind) : "the end of the value";
    const char *text = qb_token_text(p, t);
    if (t->kind == QB_T_STRING)
        return strlen(text) > LONGEST ? "a string"
                                      : qb_arena_printf(p->arena, "the string %s", text);
    if (strlen(text) > LONGEST)
        return t->kind == QB_T_NAME ? "a name" : "a number";
    return qb_arena_printf(p->arena, "'%s'", text);
}

/* The bracket that is open at token `at`, or NULL. */
static const QbToken *open_bracket_at(const QbParser *p, int at)
{
    int closed = 0;
    for (int i = at - 1; i >= p->first; i--) {
        int kind = p->tokens[i].kind;
        if (kind == QB_T_RPAREN || kind == QB_T_RBRACKET)
            closed++;
        else if ((kind == QB_T_LPAREN || kind == QB_T_LBRACKET) && closed-- == 0)
            return &p->tokens[i];
    }
    return NULL;
}

/* Where a bracket was to be closed and its partner stands on another line, that place is shown too. */
static void show_partner(QbParser *p, QbDiag *d, const QbExpectation *e)
{
    const QbToken *open = open_bracket_at(p, e->at);
    if (!open || !(e->close_paren || e->close_bracket))
        return;
    if (!memchr(p->source->text + open->lo, '\n', e->found->lo - open->lo))
        return;
    d->other = qb_token_span(p, open);
    d->other_text = open->kind == QB_T_LPAREN ? "'(' opened here" : "'[' opened here";
}

/* Whether the statement was broken before a word that ought to stand on its line: 'to' or 'with' of a save, the '{' of a
 * def. Then the next line belongs to it. */
static bool broken_early(const QbParser *p, const QbExpectation *e)
{
    int first = p->tokens[p->first].kind;
    if (e->found->kind != QB_T_NEWLINE)
        return false;
    int next = e->found[1].kind; /* QB_T_END is behind every line end */
    return first == QB_T_SAVE ? next == QB_T_TO || next == QB_T_WITH
                              : first == QB_T_DEF && next == QB_T_LBRACE;
}

/* Lets the grammar go on at the end of the statement: the next line end that is not inside braces opened since. */
static void skip_statement(QbParser *p, const QbExpectation *e)
{
    bool broken = broken_early(p, e);
    int level = 0, i = p->next - 1 + broken, last = p->n_tokens - 2;
    if (!p->whole_file)
        i = last;
    for (; i < last; i++) {
        int kind = p->tokens[i].kind;
        level += (kind == QB_T_LBRACE) - (kind == QB_T_RBRACE);
        if (kind == QB_T_NEWLINE && level <= 0)
            break;
    }
    if (i > p->next - 1)
        p->next = i + broken; /* the line end at which it was broken already ends it */
}

static const char *hint_of_break(const QbParser *p)
{
    return p->tokens[p->first].kind == QB_T_SAVE
               ? "a save may be broken after 'to' and 'with', not before them"
               : "the '{' stands on the line of its 'def'";
}

/* A reserved word that the file takes for a name: told where that name is given. */
static bool is_taken(QbParser *p, const QbToken *found)
{
    if (found->kind < QB_T_AND || found->kind > QB_T_WITH)
        return false;
    uint64_t bit = UINT64_C(1) << (found->kind - QB_T_FIRST);
    bool taken = p->taken & bit;
    int before = found[-1].kind;
    if (before == QB_T_PARAM || before == QB_T_DEF)
        p->taken |= bit;
    return taken;
}

void qb_expect_report(QbParser *p, uint64_t expected)
{
    int at = p->next - 1;
    QbExpectation e = {
        .at = at,
        .found = &p->tokens[at],
        .statement = allows(expected, QB_T_PARAM),
        .operand = allows(expected, QB_T_NUMBER) && allows(expected, QB_T_LBRACKET),
        .operator_ = allows(expected, QB_T_STAR),
        .name = allows(expected, QB_T_NAME),
        .body = allows(expected, QB_T_RBRACE) && allows(expected, QB_T_NUMBER),
        .definition = allows(expected, QB_T_ASSIGN) && at == p->first + 1,
        .else_ = allows(expected, QB_T_ELSE),
        .close_paren = allows(expected, QB_T_RPAREN),
        .close_bracket = allows(expected, QB_T_RBRACKET),
        .comma = allows(expected, QB_T_COMMA),
        .colon = allows(expected, QB_T_COLON),
        .to = allows(expected, QB_T_TO),
        .then = allows(expected, QB_T_THEN),
        .dots = allows(expected, QB_T_DOTDOT),
    };
    if (is_taken(p, e.found))
        p->quiet = true;
    if (!p->quiet) {
        Wanted w = summarise(p, expected, &e);
        QbDiag *d = qb_parser_error(p, "QB0120", qb_token_span(p, e.found), "expected %s, found %s",
                                    join(p, &w), describe(p, e.found));
        d->hint = broken_early(p, &e) ? hint_of_break(p) : qb_hint_for(p, &e);
        show_partner(p, d, &e);
    }
    skip_statement(p, &e);
}
