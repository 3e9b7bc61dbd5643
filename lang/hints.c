/* The likely mend of a syntax error, from the token that was found and the words around it. The hints are
 * tried in turn, the most telling first; each is one small question about the tokens. */
#include "lang/hints.h"

#include "core/text.h"

#include "lang/grammar.h"

#include <string.h>

typedef struct WordHint {
    const char *word, *hint;
} WordHint;

/* Words that begin statements in other languages. */
static const WordHint foreign[] = {
    {"elif", "write else if"},
    {"elseif", "write else if"},
    {"output", "write save ... to \"FILE\""},
    {"write", "write save ... to \"FILE\""},
    {"export", "write save ... to \"FILE\""},
    {"load", "an image is read by NAME = read(\"FILE\")"},
    {"input", "write param NAME: path = \"FILE\""},
    {"parameter", "write param NAME = ..."},
};

static bool is_keyword(int kind)
{
    return kind >= QB_T_AND && kind <= QB_T_WITH;
}

/* Whether a token of that kind stands between the statement's start and what was found. */
static bool has_before(const QbParser *p, const QbExpectation *e, int kind)
{
    for (int i = p->first; i < e->at; i++) {
        if (p->tokens[i].kind == kind)
            return true;
    }
    return false;
}

static const char *first_word_hint(QbParser *p, const QbExpectation *e)
{
    static const char *const statements[] = {"param", "save", "print", "def", "use"};
    const QbToken *first = &p->tokens[p->first];
    if (first->kind != QB_T_NAME || e->at == p->first)
        return NULL;
    for (int i = 0; i < QB_COUNT(foreign); i++) {
        if (qb_token_is(p, first, foreign[i].word) && first[1].kind != QB_T_ASSIGN)
            return foreign[i].hint;
    }
    int kind = e->found->kind;
    if (e->definition && kind == QB_T_NAME && e->found[1].kind == QB_T_ASSIGN)
        return qb_arena_printf(p->arena, "a name is one word: %s_%s", qb_token_text(p, first),
                               qb_token_text(p, e->found));
    if (!e->definition || (kind != QB_T_NAME && kind != QB_T_STRING && kind != QB_T_NUMBER))
        return NULL;
    const char *nearest = qb_nearest(qb_token_text(p, first), statements, QB_COUNT(statements));
    return nearest ? qb_arena_printf(p->arena, "did you mean '%s'?", nearest)
                   : "a statement is a definition NAME = ..., a param, a def, a save or a print";
}

static const char *assign_hint(QbParser *p, const QbExpectation *e)
{
    if (e->found->kind != QB_T_ASSIGN || !e->operator_)
        return NULL;
    const QbToken *first = &p->tokens[p->first];
    bool defined = first[1].kind == QB_T_ASSIGN,
         is_literal = first->kind == QB_T_NUMBER || first->kind == QB_T_STRING;
    bool two_words =
        p->tokens[e->at - 1].kind == QB_T_NAME && p->tokens[e->at - 2].kind != QB_T_DOT;
    bool alone = (first->kind == QB_T_NAME || is_literal) && !defined && !two_words &&
                 !e->close_paren && !e->close_bracket;
    if (alone && first[1].kind == QB_T_LPAREN)
        return "a function is written def NAME(a) = ...";
    if (alone && first[1].kind == QB_T_LBRACKET)
        return "voxels are not set one by one: NAME = where(mask, value, image)";
    if (alone)
        return "only a plain name can be defined";
    if (e->close_paren && p->tokens[e->at - 1].kind == QB_T_STRING)
        return "an argument is named without quotes: NAME=...";
    if (defined && e->at == p->first + 3 && p->tokens[e->at - 1].kind == QB_T_NAME)
        return "a definition gives one name, each on a line of its own";
    return "to compare, write '=='";
}

static const char *keyword_hint(QbParser *p, const QbExpectation *e)
{
    int kind = e->found->kind;
    if (!is_keyword(kind))
        return NULL;
    if (!e->operand && !e->statement && e->operator_ && kind == QB_T_IF)
        return "write if C then A else B";
    if (e->operand && p->tokens[e->at - 1].kind == QB_T_PIPE &&
        (kind == QB_T_SAVE || kind == QB_T_PRINT))
        return kind == QB_T_SAVE ? "a save is a statement of its own: save NAME to \"FILE\""
                                 : "a print is a statement of its own: print NAME";
    if (kind == QB_T_TO && e->operator_ && p->tokens[p->first].kind != QB_T_SAVE)
        return "write save ... to \"FILE\"";
    if (e->operand && p->tokens[e->at - 1].kind == QB_T_PIPE && kind != QB_T_IF && kind != QB_T_NOT)
        return "an operator stands behind '|>', or it is left out";
    if (kind == QB_T_IN && e->operator_ && p->tokens[p->first].kind != QB_T_PARAM)
        return "values are compared one by one: x == 1 or x == 2";
    if (kind == QB_T_NOT && e->operator_)
        return "'not' stands before what it turns round: not (x == 1)";
    if (e->operand && kind == QB_T_IF)
        return "put it in brackets: (if C then A else B)";
    if (e->operand && kind == QB_T_NOT)
        return "put it in brackets: (not ...)";
    bool behind_save =
        e->at > 2 && p->stmts && p->n_stmts > 0 && p->stmts[p->n_stmts - 1]->kind == QB_S_SAVE;
    if (e->statement && behind_save && (kind == QB_T_WITH || kind == QB_T_TO))
        return "a save may be broken after 'to' and 'with', not before them";
    if (e->operand && (kind == QB_T_SAVE || kind == QB_T_PRINT) && has_before(p, e, QB_T_THEN))
        return "an if chooses between values: save if C then A else B to \"FILE\"";
    bool begins = kind == QB_T_PARAM || kind == QB_T_SAVE || kind == QB_T_PRINT ||
                  kind == QB_T_DEF || kind == QB_T_USE;
    if (begins && e->operator_ && !e->operand && !e->statement)
        return "a statement stands on a line of its own";
    if (e->body && begins)
        return "a body holds definitions and ends in an expression; other statements stand outside";
    if (e->name || e->operand || e->statement)
        return qb_arena_printf(p->arena, "'%s' is a reserved word", qb_token_text(p, e->found));
    return NULL;
}

static const char *colon_hint(QbParser *p, const QbExpectation *e)
{
    if (e->found->kind != QB_T_COLON)
        return NULL;
    if (e->operand && e->close_paren)
        return "an index stands in square brackets: NAME[:, 5]";
    if (e->then)
        return "write if C then A else B";
    if (e->dots)
        return "a range is written LO..HI";
    if (p->tokens[p->first].kind == QB_T_DEF && p->tokens[e->at - 1].kind == QB_T_RPAREN)
        return "the type of a result is not written";
    if (e->definition)
        return qb_arena_printf(p->arena, "a parameter is written param %s: TYPE = ...",
                               qb_token_text(p, &p->tokens[p->first]));
    if (e->close_paren && e->comma)
        return "a named argument is written NAME=...";
    if (p->tokens[p->first].kind == QB_T_IF)
        return "write if C then A else B";
    return NULL;
}

/* A statement cannot start with an operator: its line was meant to go on the one above. */
static const char *broken_line_hint(QbParser *p, const QbExpectation *e)
{
    int kind = e->found->kind;
    bool is_operator =
        (kind >= QB_T_EQ && kind <= QB_T_POWER) || kind == QB_T_AND || kind == QB_T_OR;
    if (!e->statement || !is_operator || e->at < 2 || kind == QB_T_FLOORDIV || kind == QB_T_PERCENT)
        return NULL;
    return qb_arena_printf(p->arena, "to go on with the line above, end that line with '%s'",
                           qb_token_text(p, e->found));
}

static const char *sign_hint(QbParser *p, const QbExpectation *e)
{
    switch (e->found->kind) {
    case QB_T_LBRACE:
        if (p->tokens[p->first].kind == QB_T_DEF)
            return e->operand ? "a body in braces has no '=' before it" : NULL;
        return e->operand ? "a list is written [1, 2]; braces hold the body of a def, without '='"
                          : NULL;
    case QB_T_COMMA:
        if (e->operand && e->close_paren)
            return "a value is missing before it";
        if (e->operand && e->colon)
            return "an axis that is kept whole is written ':'";
        if (e->close_paren && !e->comma && p->tokens[p->first].kind == QB_T_PARAM)
            return "a range is written LO..HI, a list of values [a, b]";
        return !e->comma && e->operator_ && !e->close_bracket ? "a list is written [a, b]" : NULL;
    case QB_T_FLOORDIV:
    case QB_T_PERCENT:
        return e->statement ? "a comment starts with '#'" : NULL;
    case QB_T_DOTDOT:
        return e->close_bracket ? "a slice is written [a:b]"
                                : "a range stands only after 'in' of a param";
    case QB_T_RPAREN:
    case QB_T_RBRACKET:
        if (e->operand && p->tokens[e->at - 1].kind == QB_T_PERCENT)
            return "a percentage is a plain number, without '%'";
        return (e->operand || e->name) && p->tokens[e->at - 1].kind == QB_T_COMMA
                   ? "remove the comma before it"
               : e->operand && p->tokens[e->at - 1].kind != QB_T_LPAREN &&
                       p->tokens[e->at - 1].kind != QB_T_LBRACKET
                   ? "a value is missing before it"
                   : NULL;
    case QB_T_LT:
    case QB_T_LE:
    case QB_T_GT:
    case QB_T_GE:
    case QB_T_EQ:
    case QB_T_NE:
        return e->operand ? "a comparison has two sides: image > 10" : NULL;
    case QB_T_PIPE:
        return e->operand || e->statement ? "an image stands before it: image |> median(5)" : NULL;
    case QB_T_STAR:
    case QB_T_SLASH:
    case QB_T_POWER:
        return e->operand ? "a value is missing before it" : NULL;
    case QB_T_PLUS:
        return e->operand ? "a number has no sign '+'" : NULL;
    case QB_T_DOT:
        return NULL;
    default:
        return NULL;
    }
}

/* img is 10, a AND b: words for operators elsewhere. */
static const char *word_operator_hint(QbParser *p, const QbExpectation *e)
{
    static const WordHint signs[] = {
        {"is", "write '=='"},   {"eq", "write '=='"},   {"equals", "write '=='"},
        {"ne", "write '!='"},   {"lt", "write '<'"},    {"gt", "write '>'"},
        {"le", "write '<='"},   {"ge", "write '>='"},   {"mod", "write '%'"},
        {"div", "write '//'"},  {"AND", "write 'and'"}, {"OR", "write 'or'"},
        {"NOT", "write 'not'"}, {"times", "write '*'"}, {"pow", "write '**'"},
    };
    for (int i = 0; e->found->kind == QB_T_NAME && e->operator_ && i < QB_COUNT(signs); i++) {
        if (qb_token_is(p, e->found, signs[i].word))
            return signs[i].hint;
    }
    return NULL;
}

/* def f(v image), def f v = v, def f(v) v + 1 */
static const char *def_hint(QbParser *p, const QbExpectation *e)
{
    const QbToken *first = &p->tokens[p->first];
    if (first->kind != QB_T_DEF || is_keyword(e->found->kind) || has_before(p, e, QB_T_ASSIGN) ||
        e->found->kind == QB_T_COLON || e->found->kind == QB_T_RPAREN ||
        e->found->kind == QB_T_LBRACE || e->body)
        return NULL;
    if (has_before(p, e, QB_T_RPAREN))
        return "the body stands behind '=', or in { }";
    if (e->found->kind == QB_T_NAME && e->colon)
        return qb_arena_printf(p->arena, "write %s: %s", qb_token_text(p, e->found - 1),
                               qb_token_text(p, e->found));
    return "def NAME(a: TYPE) = ...";
}

static const char *use_hint(QbParser *p, const QbExpectation *e)
{
    if (p->tokens[p->first].kind != QB_T_USE ||
        (e->found->kind != QB_T_DOT && e->found->kind != QB_T_SLASH))
        return NULL;
    return "a file is named in quotes: use \"FILE.qbi\"";
}

static const char *operand_hint(QbParser *p, const QbExpectation *e)
{
    const QbToken *before = &p->tokens[e->at - 1];
    if (e->found->kind == QB_T_NAME && e->else_ &&
        (qb_token_is(p, e->found, "elif") || qb_token_is(p, e->found, "elseif")))
        return "write else if";
    if (e->found->kind == QB_T_NAME && e->operator_ && before->kind == QB_T_NUMBER &&
        !e->found->first && !before->unit)
        return "units are px, nm, um, mm, ms, s and min";
    return NULL;
}

/* save img "o.tif", save "o.tif", img, save(img, "o.tif"), save img to "o.tif" with type=u32 */
static const char *save_hint(QbParser *p, const QbExpectation *e)
{
    const QbToken *first = &p->tokens[p->first], *found = e->found;
    if (first->kind != QB_T_SAVE || found->kind == QB_T_NEWLINE)
        return NULL;
    if (has_before(p, e, QB_T_WITH) || has_before(p, e, QB_T_TO))
        return has_before(p, e, QB_T_WITH) || found->kind == QB_T_COMMA
                   ? "settings stand in brackets: save ... to \"FILE\" with (type=u32)"
                   : NULL;
    bool swapped = first[1].kind == QB_T_STRING || first[2].kind == QB_T_STRING;
    if (found->kind == QB_T_COMMA && swapped && found[1].kind == QB_T_NAME)
        return qb_arena_printf(p->arena, "write save %s to \"FILE\"", qb_token_text(p, found + 1));
    bool value = first[1].kind == QB_T_NAME && found == first + 2;
    if (found->kind == QB_T_STRING && e->to)
        return qb_arena_printf(p->arena, "write save %s to %s",
                               value ? qb_token_text(p, first + 1) : "...",
                               qb_token_text(p, found));
    bool listed = found->kind == QB_T_COMMA && first[1].kind == QB_T_LPAREN;
    return e->to || listed ? "write save ... to \"FILE\"" : NULL;
}

/* param level number = 3, param number level = 3, param: level = 3 */
static const char *param_hint(QbParser *p, const QbExpectation *e)
{
    const QbToken *first = &p->tokens[p->first], *found = e->found;
    if (first->kind != QB_T_PARAM || found == first || is_keyword(first[1].kind))
        return NULL;
    if (has_before(p, e, QB_T_ASSIGN))
        return found->kind == QB_T_IN
                   ? "the domain stands before '=': param NAME in LO..HI = DEFAULT"
                   : NULL;
    if (found == first + 2 && found->kind == QB_T_NAME) {
        const QbToken *type = qb_token_names_type(p, first + 1) ? first + 1 : found;
        return qb_arena_printf(p->arena, "write param %s: %s = ...",
                               qb_token_text(p, type == found ? first + 1 : found),
                               qb_token_text(p, type));
    }
    return has_before(p, e, QB_T_IN) ? "param NAME: TYPE in LO..HI = DEFAULT"
                                     : "param NAME: TYPE = DEFAULT";
}

static bool begins_operand(int kind)
{
    return kind == QB_T_NAME || kind == QB_T_NUMBER || kind == QB_T_STRING || kind == QB_T_TRUE ||
           kind == QB_T_FALSE;
}

/* median img 5, [1 2 3] */
static const char *side_by_side_hint(QbParser *p, const QbExpectation *e)
{
    const QbToken *before = &p->tokens[e->at - 1];
    int kind = e->found->kind;
    if (!e->operator_ || e->at == p->first || (!begins_operand(kind) && kind != QB_T_LBRACE))
        return NULL;
    if (e->comma && (e->close_paren || e->close_bracket) && kind != QB_T_LBRACE)
        return "a comma is missing before it";
    if (before->kind == QB_T_NAME && !e->definition && e->at > p->first + 1)
        return qb_arena_printf(p->arena, "arguments stand in brackets: %s(...)",
                               qb_token_text(p, before));
    return e->comma ? "a comma is missing before it" : NULL;
}

/* A line that ends where a value is due. */
static const char *early_end_hint(QbParser *p, const QbExpectation *e)
{
    const QbToken *before = &p->tokens[e->at - 1];
    if (e->found->kind != QB_T_NEWLINE || !e->operand || before->lo == before->hi)
        return NULL;
    if (before->kind == QB_T_ASSIGN)
        return "a value stands behind '='";
    if (before->kind == QB_T_PIPE)
        return "an operator stands behind '|>', or it is left out";
    return qb_arena_printf(p->arena, "a value stands behind '%s', or it is left out",
                           qb_token_text(p, before));
}

/* The form of the statement that broke off, where its line ends too early. */
static const char *form_hint(QbParser *p, const QbExpectation *e)
{
    int first = p->tokens[p->first].kind;
    if (first == QB_T_QBI)
        return "as a file's first word 'qbi' gives the language version: qbi 1";
    if (e->found->kind != QB_T_NEWLINE || e->at == p->first)
        return NULL;
    if (e->then)
        return "an if is a value: NAME = if C then A else B";
    if (e->else_)
        return "every if has an else";
    if (e->operand)
        return NULL;
    switch (first) {
    case QB_T_PARAM:
        return "param NAME: TYPE = DEFAULT";
    case QB_T_SAVE:
        return "save ... to \"FILE\"";
    case QB_T_DEF:
        return "def NAME(a: TYPE) = ...";
    case QB_T_USE:
        return "use NAME or use \"file.qbi\"";
    default:
        return NULL;
    }
}

const char *qb_hint_for(QbParser *p, const QbExpectation *e)
{
    static const char *(*const hints[])(QbParser *, const QbExpectation *) = {
        first_word_hint, word_operator_hint, def_hint,          use_hint,         save_hint,
        param_hint,      assign_hint,        colon_hint,        broken_line_hint, keyword_hint,
        sign_hint,       operand_hint,       side_by_side_hint, early_end_hint,   form_hint,
    };
    for (int i = 0; i < QB_COUNT(hints); i++) {
        const char *hint = hints[i](p, e);
        if (hint)
            return hint;
    }
    return NULL;
}
