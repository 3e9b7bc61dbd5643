/* From raw tokens to laid-out ones: which line ends end statements, which bracket closes which. A bracket that
 * is missing is reported here, with its partner's place, and put in, so that the mistake stays in its own
 * statement. Knows brackets, line starts and which words begin statements, no grammar. */
#include "lang/parser.h"

#include "lang/grammar.h"

#include <string.h>

typedef struct Bracket {
    int kind; /* of the opening one */
    uint32_t lo, hi;
    uint32_t indent; /* of the statement that it stands in */
    bool closed;     /* '{': a '}' of its own follows */
} Bracket;

typedef struct Layout {
    QbParser *p;
    const QbToken *raw;
    int n, at;
    const bool *closed; /* by raw token, for '{' */
    Bracket open[QB_MAX_NESTING];
    int depth;
    uint32_t indent; /* of the statement at hand */
    bool is_save;    /* the statement at hand */
} Layout;

static bool ends_operand(int kind)
{
    switch (kind) {
    case QB_T_NAME:
    case QB_T_NUMBER:
    case QB_T_STRING:
    case QB_T_TRUE:
    case QB_T_FALSE:
    case QB_T_RPAREN:
    case QB_T_RBRACKET:
        return true;
    default:
        return false;
    }
}

bool qb_line_goes_on(int kind)
{
    static const int kinds[] = {
        QB_T_ASSIGN, QB_T_COMMA, QB_T_PLUS,     QB_T_MINUS,   QB_T_STAR, QB_T_SLASH,
        QB_T_POWER,  QB_T_LT,    QB_T_FLOORDIV, QB_T_PERCENT, QB_T_LE,   QB_T_GT,
        QB_T_GE,     QB_T_EQ,    QB_T_NE,       QB_T_AND,     QB_T_OR,   QB_T_NOT,
        QB_T_IF,     QB_T_THEN,  QB_T_ELSE,     QB_T_TO,      QB_T_WITH, QB_T_PIPE,
    };
    for (int i = 0; i < QB_COUNT(kinds); i++) {
        if (kinds[i] == kind)
            return true;
    }
    return false;
}

static bool begins_statement(int kind)
{
    return kind == QB_T_PARAM || kind == QB_T_SAVE || kind == QB_T_PRINT || kind == QB_T_DEF ||
           kind == QB_T_USE;
}

static int closing_of(int kind)
{
    return kind == QB_T_LPAREN ? QB_T_RPAREN : kind == QB_T_LBRACKET ? QB_T_RBRACKET : QB_T_RBRACE;
}

static const char *sign_of(int kind)
{
    switch (kind) {
    case QB_T_LPAREN:
        return "(";
    case QB_T_RPAREN:
        return ")";
    case QB_T_LBRACKET:
        return "[";
    case QB_T_RBRACKET:
        return "]";
    case QB_T_LBRACE:
        return "{";
    default:
        return "}";
    }
}

static QbToken *last_token(const Layout *l)
{
    return &l->p->tokens[l->p->n_tokens - 1];
}

static void put(Layout *l, QbToken t)
{
    QbParser *p = l->p;
    QB_PUSH(p->arena, p->tokens, p->n_tokens, p->cap_tokens, t);
}

/* A token that the source does not have, at the end of the last one. */
static void put_made(Layout *l, int kind, bool bad)
{
    uint32_t at = last_token(l)->hi;
    put(l, (QbToken){.kind = kind, .lo = at, .hi = at, .bad = bad});
}

static bool at_line_end(const Layout *l)
{
    int kind = last_token(l)->kind;
    return kind == QB_T_NEWLINE || kind == QB_T_LBRACE || kind == QB_T_START_FILE ||
           kind == QB_T_START_EXPR;
}

static bool top_is(const Layout *l, int kind)
{
    return l->depth > 0 && l->open[l->depth - 1].kind == kind;
}

static bool in_brackets(const Layout *l)
{
    return l->depth > 0 && !top_is(l, QB_T_LBRACE);
}

static QbDiag *point_at_opening(Layout *l, QbDiag *d)
{
    const Bracket *b = &l->open[l->depth - 1];
    d->other = (QbSpan){l->p->source, b->lo, b->hi};
    d->other_text = qb_arena_printf(l->p->arena, "'%s' opened here", sign_of(b->kind));
    return d;
}

static void pop(Layout *l)
{
    l->depth--;
    l->indent = l->open[l->depth].indent;
}

/* Puts in what is missing until `depth` brackets are open. */
static void close_quietly(Layout *l, int depth)
{
    while (l->depth > depth) {
        if (top_is(l, QB_T_LBRACE) && !at_line_end(l))
            put_made(l, QB_T_NEWLINE, true);
        put_made(l, closing_of(l->open[l->depth - 1].kind), true);
        pop(l);
    }
}

/* A string without its closing quote, which holds the rest of its line. */
static bool is_cut_string(const QbParser *p, const QbToken *t)
{
    if (t->kind != QB_T_STRING || !t->bad || p->source->text[t->lo] != '"')
        return false;
    return t->hi - t->lo < 2 || p->source->text[t->hi - 1] != '"';
}

/* The same; one report tells of the innermost. */
static void close_down_to(Layout *l, int depth)
{
    if (l->depth <= depth)
        return;
    const QbToken *last = last_token(l);
    if (is_cut_string(l->p, last)) { /* the bracket may be in it */
        close_quietly(l, depth);
        return;
    }
    const char *sign = sign_of(closing_of(l->open[l->depth - 1].kind));
    QbDiag *d = qb_diag_add(l->p->diags, QB_ERROR, "QB0121",
                            (QbSpan){l->p->source, last->hi, last->hi}, "missing '%s'", sign);
    point_at_opening(l, d);
    d->fix = sign;
    if (in_brackets(l)) /* what they hold is not known: no later phase shall judge it */
        put_made(l, QB_T_QBI, true);
    close_quietly(l, depth);
}

static int bracket_floor(const Layout *l)
{
    int depth = l->depth;
    while (depth > 0 && l->open[depth - 1].kind != QB_T_LBRACE)
        depth--;
    return depth;
}

/* ---- line ends ----------------------------------------------------------------------------------- */

static const QbToken *next_line(const Layout *l)
{
    int i = l->at;
    while (l->raw[i].kind == QB_T_NEWLINE)
        i++;
    return &l->raw[i];
}

static bool begins_definition(const Layout *l, const QbToken *t)
{
    return t->kind == QB_T_NAME && t - l->raw + 1 < l->n && t[1].kind == QB_T_ASSIGN;
}

/* Whether the brackets that are open at this line end cannot be meant to go on to the line that starts with
 * `u`: it begins a statement, or a definition where no operand can stand. */
static bool brackets_forgotten(Layout *l, const QbToken *u)
{
    if (u->kind == QB_T_END || begins_statement(u->kind))
        return true;
    return begins_definition(l, u) && u->indent <= l->indent && ends_operand(last_token(l)->kind);
}

static bool line_goes_on(Layout *l, const QbToken *u)
{
    if (u->kind == QB_T_PIPE || u->kind == QB_T_THEN || u->kind == QB_T_ELSE)
        return true;
    if (!qb_line_goes_on(last_token(l)->kind))
        return false;
    return u->kind != QB_T_END && u->kind != QB_T_RBRACE && !begins_statement(u->kind) &&
           !begins_definition(l, u);
}

/* A '{' whose '}' was forgotten: the file ends, or a statement begins at the level of its 'def', and no '}' is left for it. */
static bool brace_forgotten(const Layout *l, const QbToken *u)
{
    if (!top_is(l, QB_T_LBRACE) || l->open[l->depth - 1].closed)
        return u->kind == QB_T_END && top_is(l, QB_T_LBRACE);
    return u->kind == QB_T_END ||
           (begins_statement(u->kind) && u->indent <= l->open[l->depth - 1].indent);
}

/* Which '{' have a '}' of their own, by the braces alone. */
static const bool *find_closed(QbParser *p, const QbToken *raw, int n)
{
    bool *closed = QB_NEW_N(p->arena, bool, n + 1);
    int *open = NULL, depth = 0, cap = 0;
    for (int i = 0; i < n; i++) {
        if (raw[i].kind == QB_T_LBRACE)
            QB_PUSH(p->arena, open, depth, cap, i);
        else if (raw[i].kind == QB_T_RBRACE && depth > 0)
            closed[open[--depth]] = true;
    }
    return closed;
}

static void end_line(Layout *l)
{
    const QbToken *u = next_line(l);
    if (in_brackets(l)) {
        if (!brackets_forgotten(l, u))
            return;
        close_down_to(l, bracket_floor(l));
    } else if (!at_line_end(l) && line_goes_on(l, u)) {
        return;
    }
    if (!at_line_end(l))
        put_made(l, QB_T_NEWLINE, false);
    if (brace_forgotten(l, u)) {
        close_down_to(l, 0);
        put_made(l, QB_T_NEWLINE, false);
    }
}

/* ---- brackets ------------------------------------------------------------------------------------ */

/* False where brackets nest too deep to go on. */
static bool open_bracket(Layout *l, const QbToken *t)
{
    if (l->depth == QB_MAX_NESTING) {
        qb_diag_add(l->p->diags, QB_ERROR, "QB0124", qb_token_span(l->p, t),
                    "brackets nest deeper than %d levels here", QB_MAX_NESTING);
        return false;
    }
    l->open[l->depth++] = (Bracket){t->kind, t->lo, t->hi, l->indent, l->closed[t - l->raw]};
    put(l, *t);
    return true;
}

/* The depth below the bracket that `t` closes, or -1: only '}' reaches over a '{'. */
static int find_opening(const Layout *l, const QbToken *t)
{
    for (int depth = l->depth; depth > 0; depth--) {
        int kind = l->open[depth - 1].kind;
        if (closing_of(kind) == t->kind)
            return depth - 1;
        if (kind == QB_T_LBRACE)
            return -1;
    }
    return -1;
}

static void drop_stray(Layout *l, const QbToken *t)
{
    const char *sign = sign_of(t->kind);
    QbDiag *d = qb_diag_add(l->p->diags, QB_ERROR, "QB0123", qb_token_span(l->p, t),
                            "unexpected '%s': no '%s' is open here", sign,
                            t->kind == QB_T_RPAREN     ? "("
                            : t->kind == QB_T_RBRACKET ? "["
                                                       : "{");
    d->hint = "remove it, or open one before it";
    d->fix = "";
    last_token(l)->bad = true;
}

static void close_bracket(Layout *l, QbToken t)
{
    int depth = find_opening(l, &t);
    if (depth < 0 && !in_brackets(l)) {
        drop_stray(l, &t);
        return;
    }
    if (depth < 0) { /* the wrong sign: taken for the right one */
        int expected = closing_of(l->open[l->depth - 1].kind);
        QbDiag *d = qb_diag_add(l->p->diags, QB_ERROR, "QB0122", qb_token_span(l->p, &t),
                                "expected '%s', found '%s'", sign_of(expected), sign_of(t.kind));
        point_at_opening(l, d);
        d->fix = sign_of(expected);
        d->hint = qb_arena_printf(l->p->arena, "write '%s'", d->fix);
        t.kind = expected;
        t.bad = true;
        depth = l->depth - 1;
    }
    close_down_to(l, depth + 1);
    if (t.kind == QB_T_RBRACE && !at_line_end(l))
        put_made(l, QB_T_NEWLINE, false);
    put(l, t);
    pop(l);
}

/* 'qbi' as the first word of a file is the version; before a number it is meant to be, wherever it stands. */
static bool is_version(const Layout *l, const QbToken *t)
{
    if (!l->p->whole_file || t->hi - t->lo != 3 ||
        memcmp(l->p->source->text + t->lo, "qbi", 3) != 0)
        return false;
    return l->p->n_tokens == 1 || (at_line_end(l) && t[1].kind == QB_T_NUMBER);
}

static void put_word(Layout *l, const QbToken *t)
{
    QbToken word = *t;
    if (is_version(l, t))
        word.kind = QB_T_QBI;
    put(l, word);
}

/* Puts one raw token; false where brackets nest too deep to go on. */
static bool lay_out(Layout *l, const QbToken *t)
{
    if (at_line_end(l)) {
        l->indent = t->indent;
        l->is_save = t->kind == QB_T_SAVE;
    }
    switch (t->kind) {
    case QB_T_NEWLINE:
        end_line(l);
        return true;
    case QB_T_LPAREN:
    case QB_T_LBRACKET:
    case QB_T_LBRACE:
        return open_bracket(l, t);
    case QB_T_RPAREN:
    case QB_T_RBRACKET:
    case QB_T_RBRACE:
        close_bracket(l, *t);
        return true;
    case QB_T_NAME:
        put_word(l, t);
        return true;
    case QB_T_TO:
        if (l->is_save && in_brackets(l)) /* save f(x to "a.tif" */
            close_down_to(l, bracket_floor(l));
        put(l, *t);
        return true;
    default:
        put(l, *t);
        return true;
    }
}

void qb_layout(QbParser *p, const QbToken *raw, int n)
{
    Layout l = {.p = p, .raw = raw, .n = n, .closed = find_closed(p, raw, n)};
    put(&l, (QbToken){.kind = p->whole_file ? QB_T_START_FILE : QB_T_START_EXPR});
    bool more = true;
    while (more) {
        const QbToken *t = &raw[l.at++];
        if (t->bad && (t->kind == QB_T_NEWLINE || t->kind == QB_T_END))
            last_token(&l)->bad = true; /* line ends are made anew, without the mark */
        more = t->kind != QB_T_END && lay_out(&l, t);
        if (!more && t->kind != QB_T_END) {
            put_made(&l, QB_T_NUMBER, true); /* makes an error of the innermost bracket */
            close_quietly(&l, 0);
        }
    }
    l.at = n - 1;
    end_line(&l);
    int last = last_token(&l)->kind;
    if (last != QB_T_NEWLINE && last != QB_T_START_FILE) /* a file may hold no statement */
        put_made(&l, QB_T_NEWLINE, false);
    put_made(&l, QB_T_END, false);
}
