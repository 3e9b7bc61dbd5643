/* Statements of other languages (loops, imports, functions, branches, updates, comments), seen at the raw tokens of
 * a line's start: each is told once, at its own word, with the way in which qbi says it. Knows no grammar. */
#include "lang/foreign.h"

#include "core/text.h"

#include "lang/grammar.h"

typedef enum Shape {
    BLOCK,  /* a head and a body */
    ALONE,  /* the same, and the word may be alone on its line */
    IMPORT, /* one line that brings in names */
    PREFIX, /* the rest of the line is a statement of qbi */
    TYPE,   /* a type before the name of a definition */
} Shape;

typedef struct Word {
    const char *word;
    Shape shape;
    const char *hint;
} Word;

static const char loops[] =
    "there are no loops: operators take whole images, qbic batch and sweep run many";
static const char functions[] = "a function is written def NAME(a) = ...";
static const char imports[] =
    "operators are there without it; another file is brought in by use \"file.qbi\"";
static const char blocks[] = "a statement is a definition, a param, a def, a save or a print";

static const Word words[] = {
    {"for", BLOCK, loops},
    {"foreach", BLOCK, loops},
    {"while", BLOCK, loops},
    {"parfor", BLOCK, loops},
    {"do", ALONE, loops},
    {"repeat", ALONE, loops},
    {"loop", ALONE, loops},
    {"function", BLOCK, functions},
    {"func", BLOCK, functions},
    {"fn", BLOCK, functions},
    {"fun", BLOCK, functions},
    {"proc", BLOCK, functions},
    {"lambda", BLOCK, functions},
    {"macro", BLOCK, functions},
    {"class", BLOCK, blocks},
    {"struct", BLOCK, blocks},
    {"try", ALONE, blocks},
    {"begin", ALONE, blocks},
    {"switch", BLOCK, "write NAME = if C then A else B"},
    {"match", BLOCK, "write NAME = if C then A else B"},
    {"import", IMPORT, imports},
    {"from", IMPORT, imports},
    {"using", IMPORT, imports},
    {"include", IMPORT, imports},
    {"require", IMPORT, imports},
    {"library", IMPORT, imports},
    {"pragma", IMPORT, imports},
    {"let", PREFIX, NULL},
    {"var", PREFIX, NULL},
    {"const", PREFIX, NULL},
    {"set", PREFIX, NULL},
    {"val", PREFIX, NULL},
    {"auto", PREFIX, NULL},
    {"local", PREFIX, NULL},
    {"global", PREFIX, NULL},
    {"number", TYPE, NULL},
    {"int", TYPE, NULL},
    {"float", TYPE, NULL},
    {"double", TYPE, NULL},
    {"string", TYPE, NULL},
    {"bool", TYPE, NULL},
    {"image", TYPE, NULL},
    {"mask", TYPE, NULL},
    {"labels", TYPE, NULL},
    {"path", TYPE, NULL},
    {"table", TYPE, NULL},
    {"list", TYPE, NULL},
    {"length", TYPE, NULL},
    {"stage", TYPE, NULL},
    {"Image", TYPE, NULL},
    {"char", TYPE, NULL},
    {"str", TYPE, NULL},
};

typedef struct Line {
    QbParser *p;
    const QbToken *t; /* raw tokens from the line's first on; a NEWLINE or END is among them */
    int *at;
    QbTokens *out;
} Line;

static const char *text_of(const Line *l, const QbToken *t)
{
    return qb_token_text(l->p, t);
}

static QbDiag *report(const Line *l, const QbToken *lo, const QbToken *hi, const char *code,
                      const char *message)
{
    QbSpan at = qb_span_join(qb_token_span(l->p, lo), qb_token_span(l->p, hi));
    return qb_diag_add(l->p->diags, QB_ERROR, code, at, "%s", message);
}

static QbDiag *report_word(const Line *l, const QbToken *t, const char *hint)
{
    QbDiag *d =
        report(l, t, t, "QB0126", qb_arena_printf(l->p->arena, "qbi has no '%s'", text_of(l, t)));
    d->hint = hint;
    return d;
}

/* Passes over the raw tokens up to `end`, whose names stay known. */
static bool leave_out(const Line *l, int end)
{
    qb_foreign_put_names(l->p, *l->at, end, l->out);
    *l->at = end;
    return true;
}

static bool adjacent(const QbToken *t, int kind)
{
    return t[0].kind == kind && t[1].kind == kind && t[0].hi == t[1].lo;
}

/* ---- words ------------------------------------------------------------------------------------------- */

/* The names after 'import' or 'as': what the program would go on to use. */
static bool read_import(const Line *l, const Word *w)
{
    int kind = l->t[1].kind;
    bool call = kind == QB_T_LPAREN &&
                (qb_token_is(l->p, l->t, "library") || qb_token_is(l->p, l->t, "require"));
    if (kind != QB_T_NAME && kind != QB_T_STRING && !call)
        return false;
    report_word(l, l->t, w->hint);
    int end = qb_foreign_line_end(l->p, *l->at);
    for (int i = *l->at + 1; i < end; i++) {
        const QbToken *t = &l->p->raw.v[i];
        if (t->kind == QB_T_NAME && !qb_token_is(l->p, t, "as") && !qb_token_is(l->p, t, "import"))
            qb_foreign_put_unknown(l->p, t, l->out);
    }
    *l->at = end;
    return true;
}

/* function f(x), function y = f(x): the name of what would be defined. */
static const QbToken *name_of_function(const QbToken *t)
{
    if (t[1].kind != QB_T_NAME)
        return NULL;
    return t[2].kind == QB_T_ASSIGN && t[3].kind == QB_T_NAME ? &t[3] : &t[1];
}

static bool read_block(const Line *l, const Word *w)
{
    int kind = l->t[1].kind;
    bool alone = w->shape == ALONE && (kind == QB_T_NEWLINE || kind == QB_T_COLON ||
                                       kind == QB_T_LBRACE || kind == QB_T_END);
    if (kind != QB_T_NAME && kind != QB_T_LPAREN && kind != QB_T_NUMBER && kind != QB_T_TRUE &&
        kind != QB_T_NOT && kind != QB_T_LBRACKET && !alone)
        return false;
    if (kind == QB_T_LPAREN && w->shape == ALONE)
        return false;
    report_word(l, l->t, w->hint);
    const QbToken *name = w->hint == functions ? name_of_function(l->t) : NULL;
    if (name)
        qb_foreign_put_unknown(l->p, name, l->out);
    return leave_out(l, qb_foreign_block_end(l->p, *l->at));
}

/* let x = 3, number x = 3: goes on as x = 3. */
static bool read_prefix(const Line *l, const Word *w)
{
    const QbToken *name = &l->t[1];
    if (name->kind != QB_T_NAME || name[1].kind != QB_T_ASSIGN)
        return false;
    const char *type = text_of(l, l->t), *of = text_of(l, name);
    if (w->shape == PREFIX)
        report_word(l, l->t, qb_arena_printf(l->p->arena, "a definition is written %s = ...", of));
    else
        report(l, l->t, l->t, "QB0126",
               qb_arena_printf(l->p->arena, "unexpected type '%s' before a name", type))
            ->hint =
            qb_arena_printf(l->p->arena, "write %s = ..., or param %s: TYPE = ...", of, of);
    QbToken t = *name;
    t.bad = t.first = true;
    t.indent = l->t->indent;
    qb_tokens_put(l->p, l->out, t);
    *l->at += 2;
    return true;
}

static bool read_word(const Line *l)
{
    if (l->t->kind != QB_T_NAME || l->t[1].kind == QB_T_ASSIGN)
        return false;
    for (int i = 0; i < QB_COUNT(words); i++) {
        if (!qb_token_is(l->p, l->t, words[i].word))
            continue;
        Shape shape = words[i].shape;
        return shape == IMPORT                    ? read_import(l, &words[i])
               : shape == PREFIX || shape == TYPE ? read_prefix(l, &words[i])
                                                  : read_block(l, &words[i]);
    }
    if (qb_token_is(l->p, l->t, "return") && l->t[1].kind != QB_T_NEWLINE) {
        report_word(l, l->t, "a body ends in an expression, without 'return'");
        *l->at += 1;
        return true;
    }
    if (!qb_foreign_closes(l->p, l->t))
        return false;
    report_word(l, l->t, "only the body of a def has an end, and that is '}'");
    return leave_out(l, qb_foreign_line_end(l->p, *l->at));
}

/* ---- assignments ------------------------------------------------------------------------------------- */

static bool read_reserved(const Line *l)
{
    int kind = l->t->kind;
    if (kind < QB_T_AND || kind > QB_T_WITH || l->t[1].kind != QB_T_ASSIGN)
        return false;
    const char *word = text_of(l, l->t);
    report(l, l->t, l->t, "QB0127",
           qb_arena_printf(l->p->arena, "'%s' is a reserved word: it cannot be a name", word))
        ->hint = qb_arena_printf(l->p->arena, "choose another, such as %s_", word);
    l->p->taken |= UINT64_C(1) << (kind - QB_T_FIRST);
    *l->at = qb_foreign_logical_end(l->p, *l->at);
    return true;
}

/* x += 1, x++: the name was defined before, or would be now. */
static bool read_update(const Line *l)
{
    const QbToken *t = l->t, *sign = t->kind == QB_T_NAME ? t + 1 : t;
    bool doubled = adjacent(sign, QB_T_PLUS) || adjacent(sign, QB_T_MINUS);
    const QbToken *after = sign + 2, *name = t->kind == QB_T_NAME ? t : after;
    bool step =
        doubled && name->kind == QB_T_NAME && (name == t ? after : after + 1)->kind == QB_T_NEWLINE;
    if (!step && (t->kind != QB_T_NAME || sign->kind != QB_X_UPDATE))
        return false;
    const QbToken *last = step ? sign + 1 : sign;
    report(l, sign, last, "QB0105",
           qb_arena_printf(l->p->arena, "unknown operator '%.*s'", (int)(last->hi - sign->lo),
                           l->p->source->text + sign->lo))
        ->hint = "a name is defined once: give the result a name of its own";
    qb_foreign_put_unknown(l->p, name, l->out);
    *l->at = qb_foreign_logical_end(l->p, *l->at);
    return true;
}

/* Whether the parameter, or the first of them, is used behind the arrow. */
static bool uses(const Line *l, const QbToken *name, const QbToken *from)
{
    const char *word = text_of(l, name);
    for (; from->kind != QB_T_NEWLINE && from->kind != QB_T_END; from++) {
        if (from->kind == QB_T_NAME && qb_token_is(l->p, from, word))
            return true;
    }
    return false;
}

static const QbToken *closing(const QbToken *open)
{
    int depth = 0;
    for (; open->kind != QB_T_NEWLINE && open->kind != QB_T_END; open++) {
        depth += (open->kind == QB_T_LPAREN) - (open->kind == QB_T_RPAREN);
        if (depth == 0)
            return open;
    }
    return NULL;
}

/* The sign or word by which a value is a function of another language; NULL: it is none. */
static const QbToken *find_lambda(const Line *l, const QbToken *t)
{
    const QbToken *close = t->kind == QB_T_LPAREN ? closing(t) : NULL;
    const QbToken *name = close ? t + 1 : t, *arrow = close ? close + 1 : t + 1;
    if (name->kind == QB_T_NAME && (arrow->kind == QB_X_ARROW || arrow->kind == QB_X_GREATER_EQUAL))
        return uses(l, name, arrow + 1) ? arrow : NULL;
    if (t->kind == QB_X_AT && t[1].kind == QB_T_LPAREN)
        return t;
    if (t->kind != QB_T_NAME)
        return NULL;
    if (qb_token_is(l->p, t, "lambda"))
        return t[1].kind == QB_T_NAME || t[1].kind == QB_T_COLON ? t : NULL;
    close = t[1].kind == QB_T_LPAREN ? closing(t + 1) : NULL;
    int after = close ? close[1].kind : QB_T_NEWLINE;
    bool function = qb_token_is(l->p, t, "function") || qb_token_is(l->p, t, "func") ||
                    qb_token_is(l->p, t, "fn");
    bool body = after == QB_T_NAME || after == QB_T_LBRACE || after == QB_T_NUMBER ||
                after == QB_T_LPAREN || after == QB_T_MINUS;
    return function && body ? t : NULL;
}

/* x <- 3, f = function(x) x + 1 */
static bool read_assignment(const Line *l)
{
    const QbToken *t = l->t;
    if (t->kind != QB_T_NAME)
        return false;
    bool arrow = t[1].kind == QB_T_LT && t[2].kind == QB_T_MINUS && t[1].hi == t[2].lo;
    if (!arrow && t[1].kind != QB_T_ASSIGN)
        return false;
    const QbToken *lambda = find_lambda(l, arrow ? t + 3 : t + 2);
    const char *name = text_of(l, t);
    if (lambda) {
        report(l, lambda, lambda, "QB0126",
               qb_arena_printf(l->p->arena, "qbi has no '%s'", text_of(l, lambda)))
            ->hint = qb_arena_printf(l->p->arena, "a function is written def %s(x) = ...", name);
        qb_foreign_put_unknown(l->p, t, l->out);
        *l->at = qb_foreign_block_end(l->p, *l->at);
        return true;
    }
    if (!arrow)
        return false;
    QbDiag *d = report(l, t + 1, t + 2, "QB0105", "unknown operator '<-'");
    d->hint = qb_arena_printf(l->p->arena, "a definition is written %s = ...", name);
    d->fix = "=";
    qb_tokens_put(l->p, l->out, *t);
    qb_tokens_put(l->p, l->out,
                  (QbToken){.kind = QB_T_ASSIGN, .lo = t[1].lo, .hi = t[2].hi, .bad = true});
    *l->at += 3;
    return true;
}

/* ---- def, if ----------------------------------------------------------------------------------------- */

static const char *shown(const Line *l, const QbToken *t)
{
    if (t->kind == QB_T_NEWLINE || t->kind == QB_T_END)
        return "the end of the line";
    return qb_arena_printf(l->p->arena, "'%s'", text_of(l, t));
}

static bool body_follows(const Line *l, const QbToken *end)
{
    const QbToken *t = end;
    while (t->kind == QB_T_NEWLINE)
        t++;
    return end->kind == QB_T_NEWLINE && t->kind != QB_T_END && t->kind != QB_T_LBRACE &&
           t->indent > l->t->indent;
}

/* def f(x): with its body on the lines below */
static bool read_def(const Line *l)
{
    const QbToken *t = l->t;
    if (t->kind != QB_T_DEF || t[1].kind != QB_T_NAME || t[2].kind != QB_T_LPAREN)
        return false;
    const QbToken *close = closing(t + 2), *after = close ? close + 1 : NULL;
    if (!close || (after->kind != QB_T_COLON && !body_follows(l, after)))
        return false;
    if (after->kind == QB_T_COLON && after[1].kind == QB_T_NAME && after[2].kind == QB_T_ASSIGN)
        return false; /* the type of a result */
    for (const QbToken *k = t; k <= close; k++) {
        if (k->kind >= QB_X_CHARACTER)
            return false;
    }
    report(l, after, after, "QB0120",
           qb_arena_printf(l->p->arena, "expected '=' or '{', found %s", shown(l, after)))
        ->hint = "a body of several lines stands in { }, one expression behind '='";
    if (after->kind == QB_T_NEWLINE) { /* the end of a line, not its line end */
        QbDiag *d = &l->p->diags->v[l->p->diags->n - 1];
        d->span.lo = d->span.hi = close->hi;
    }
    for (const QbToken *k = t; k <= close; k++)
        qb_tokens_put(l->p, l->out, *k);
    QbToken made = {.kind = QB_T_ASSIGN, .lo = close->hi, .hi = close->hi, .bad = true};
    qb_tokens_put(l->p, l->out, made);
    made.kind = QB_T_NUMBER;
    qb_tokens_put(l->p, l->out, made);
    *l->at = qb_foreign_block_end(l->p, *l->at);
    return true;
}

/* if C: with its branches on the lines below */
static bool read_if(const Line *l)
{
    if (l->t->kind != QB_T_IF)
        return false;
    const QbToken *raw = l->p->raw.v, *end = &raw[qb_foreign_logical_end(l->p, *l->at)], *t = l->t;
    const QbToken *next = end;
    while (next->kind == QB_T_NEWLINE)
        next++;
    if (next->kind == QB_T_THEN || end == l->t + 1 || qb_line_goes_on(end[-1].kind))
        return false;
    const QbToken *found = end;
    for (; t < end; t++) {
        if (t->kind == QB_T_THEN)
            return false;
        if ((t->kind == QB_T_COLON || t->kind == QB_T_LBRACE) && found == end)
            found = t;
    }
    int block = qb_foreign_block_end(l->p, *l->at);
    if (found == end && &raw[block] == end)
        return false;
    QbDiag *d = report(l, found, found, "QB0120",
                       qb_arena_printf(l->p->arena, "expected 'then', found %s", shown(l, found)));
    d->hint = "an if is a value: NAME = if C then A else B";
    if (found == end)
        d->span.lo = d->span.hi = end[-1].hi;
    return leave_out(l, block);
}

/* ---- comments ---------------------------------------------------------------------------------------- */

static void tell_comment(const Line *l, const QbToken *lo, const QbToken *hi, const char *fmt)
{
    if (l->p->told & QB_TOLD_COMMENT)
        return;
    l->p->told |= QB_TOLD_COMMENT;
    const char *sign = qb_arena_strndup(l->p->arena, l->p->source->text + lo->lo, hi->hi - lo->lo);
    QbDiag *d = report(l, lo, hi, "QB0105", qb_arena_printf(l->p->arena, fmt, sign));
    d->hint = "a comment starts with '#'";
    d->fix = "#";
}

static bool read_comment(const Line *l)
{
    const QbToken *t = l->t;
    int n = 0;
    if (t->kind == QB_T_FLOORDIV || t->kind == QB_T_PERCENT || t->kind == QB_X_SEMICOLON)
        n = 1;
    else if (adjacent(t, QB_T_MINUS))
        n = 2;
    else if (t->kind == QB_T_LT && t[1].kind == QB_X_NOT && adjacent(t + 2, QB_T_MINUS))
        n = 4;
    if (n == 0 || (n == 1 && t->kind == QB_X_SEMICOLON && t[1].kind == QB_T_NEWLINE))
        return false;
    tell_comment(l, t, t + n - 1, "expected a statement, found '%s'");
    *l->at = qb_foreign_line_end(l->p, *l->at);
    return true;
}

bool qb_foreign_comment(QbParser *p, int at)
{
    const QbToken *t = &p->raw.v[at];
    Line l = {.p = p, .t = t};
    bool sign = t->kind == QB_T_FLOORDIV || t->kind == QB_T_PERCENT;
    bool behind_end = at > 0 && t[-1].kind == QB_X_SEMICOLON;
    if (!sign || !(behind_end || (t[1].kind == QB_T_NAME && t[2].kind == QB_T_NAME)))
        return false;
    tell_comment(&l, t, t, "unexpected '%s'");
    p->skipped = p->raw.v[qb_foreign_line_end(p, at)].lo;
    return true;
}

bool qb_foreign_read(QbParser *p, int *at, QbTokens *out)
{
    static bool (*const readers[])(const Line *) = {
        read_word, read_reserved, read_update, read_assignment, read_def, read_if, read_comment};
    const Line l = {p, &p->raw.v[*at], at, out};
    for (int i = 0; i < QB_COUNT(readers); i++) {
        if (readers[i](&l))
            return true;
    }
    return qb_foreign_names(p, at, out);
}
