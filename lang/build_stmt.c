/* Builders of statements, and the checks of what only a whole statement shows. */
#include "lang/build.h"

#include "core/text.h"

#include "lang/grammar.h"

#include <math.h>
#include <stdlib.h>

static QbStmt *new_stmt(QbParser *p, QbStmtKind kind, QbSpan at)
{
    QbStmt *s = QB_NEW(p->arena, QbStmt);
    s->kind = kind;
    s->span = at;
    return s;
}

static QbStmt *new_named(QbParser *p, QbStmtKind kind, QbSpan at, QbWord name)
{
    QbStmt *s = new_stmt(p, kind, at);
    s->name = name.name;
    s->name_span = name.span;
    return s;
}

/* ---- param --------------------------------------------------------------------------------------- */

QbStmt *qb_build_param_head(QbParser *p, QbWord name, QbWord type)
{
    QbStmt *s = new_named(p, QB_S_PARAM, name.span, name);
    s->type = type.name;
    s->type_span = type.span;
    return s;
}

QbDomain *qb_build_range(QbParser *p, QbExpr *lo, QbExpr *hi)
{
    QbDomain *domain = QB_NEW(p->arena, QbDomain);
    *domain = (QbDomain){.lo = lo, .hi = hi, .span = qb_span_join(lo->span, hi->span)};
    return domain;
}

QbDomain *qb_build_choice(QbParser *p, QbExpr *list)
{
    QbDomain *domain = QB_NEW(p->arena, QbDomain);
    *domain = (QbDomain){.list = list, .span = list->span};
    return domain;
}

static void set_choice(QbParser *p, QbStmt *s, const QbExpr *list)
{
    if (list->kind != QB_E_LIST) {
        if (list->kind == QB_E_ERROR)
            return;
        QbDiag *d = qb_diag_add(p->diags, QB_ERROR, "QB0134", list->span,
                                "the domain of '%s' is neither a range nor a list", s->name);
        d->hint = "such as 0..255 or [1, 3, 5]";
        return;
    }
    if (list->n_args == 0) {
        qb_diag_add(p->diags, QB_ERROR, "QB0134", list->span, "the domain of '%s' holds no value",
                    s->name);
        return;
    }
    s->has_domain = true;
    s->n_domain_values = list->n_args;
    s->domain_values = QB_NEW_N(p->arena, QbExpr *, list->n_args);
    for (int i = 0; i < list->n_args; i++)
        s->domain_values[i] = list->args[i].value;
}

QbStmt *qb_build_param(QbParser *p, QbSpan at, QbStmt *head, const QbDomain *domain, QbExpr *value)
{
    head->span = at;
    head->value = value;
    head->help = qb_help_find(p, at);
    if (domain && domain->list) {
        set_choice(p, head, domain->list);
    } else if (domain) {
        head->has_domain = true;
        head->domain_lo = domain->lo;
        head->domain_hi = domain->hi;
    }
    return head;
}

/* ---- definitions, def ---------------------------------------------------------------------------- */

QbStmt *qb_build_define(QbParser *p, QbSpan at, QbWord name, QbExpr *value)
{
    QbStmt *s = new_named(p, QB_S_DEFINE, at, name);
    s->value = value;
    return s;
}

QbStmt *qb_build_bare(QbParser *p, QbExpr *value)
{
    return qb_build_define(p, value->span, (QbWord){0}, value);
}

QbDefParams *qb_build_def_params(QbParser *p)
{
    return QB_NEW(p->arena, QbDefParams);
}

QbDefParams *qb_build_add_def_param(QbParser *p, QbDefParams *params, const QbDefParam *param)
{
    QB_PUSH(p->arena, params->v, params->n, params->cap, *param);
    return params;
}

QbDefParam *qb_build_def_param(QbParser *p, QbSpan at, QbWord name, QbWord type, QbExpr *value)
{
    QbDefParam *param = QB_NEW(p->arena, QbDefParam);
    *param = (QbDefParam){
        .name = name.name, .type = type.name, .span = at, .type_span = type.span, .value = value};
    return param;
}

QbStmt *qb_build_def_head(QbParser *p, QbWord name, const QbDefParams *params)
{
    QbStmt *s = new_named(p, QB_S_DEF, name.span, name);
    s->params = params->v;
    s->n_params = params->n;
    if (params->n == 0) {
        QbDiag *d = qb_diag_add(p->diags, QB_ERROR, "QB0138", name.span,
                                "the function '%s' has no parameter: the first one is its subject",
                                name.name);
        d->hint = qb_arena_printf(p->arena, "a definition is written %s = ...", name.name);
    }
    return s;
}

QbStmt *qb_build_def(QbSpan at, QbStmt *head, QbExpr *value)
{
    head->span = at;
    head->value = value;
    return head;
}

QbLines *qb_build_lines(QbParser *p)
{
    return QB_NEW(p->arena, QbLines);
}

QbLines *qb_build_add_line(QbParser *p, QbLines *lines, QbStmt *line)
{
    if (!line || !line->value) /* unreadable, or an output: an error stands for it */
        line = qb_build_bare(p, qb_build_node(p, QB_E_ERROR, (QbSpan){p->source, 0, 0}));
    QB_PUSH(p->arena, lines->v, lines->n, lines->cap, line);
    return lines;
}

static void report_no_result(QbParser *p, const QbStmt *def, const QbLines *lines)
{
    if (lines->n == 0) {
        qb_diag_add(p->diags, QB_ERROR, "QB0136", def->name_span, "the body of '%s' is empty",
                    def->name)
            ->hint = "its last line is an expression: the result";
        return;
    }
    QbStmt *last = lines->v[lines->n - 1];
    QbDiag *d =
        qb_diag_add(p->diags, QB_ERROR, "QB0136", last->span,
                    "the body of '%s' ends in a definition, not in an expression", def->name);
    d->hint = qb_arena_printf(p->arena, "add a line with the result: %s", last->name);
}

QbStmt *qb_build_def_body(QbParser *p, QbSpan at, QbStmt *head, const QbLines *lines)
{
    head->span = at;
    head->body = QB_NEW_N(p->arena, QbStmt *, lines->n);
    for (int i = 0; i < lines->n; i++) {
        QbStmt *line = lines->v[i];
        bool last = i == lines->n - 1;
        if (line->name)
            head->body[head->n_body++] = line;
        else if (last)
            head->value = line->value;
        else if (line->value->kind != QB_E_ERROR)
            qb_diag_add(p->diags, QB_ERROR, "QB0137", line->span,
                        "an expression ends a body, and this one is followed by another line")
                ->hint = "give it a name: NAME = ...";
    }
    if (!head->value) {
        report_no_result(p, head, lines);
        head->value = qb_build_node(p, QB_E_ERROR, head->name_span);
    }
    return head;
}

/* ---- outputs, use, version ----------------------------------------------------------------------- */

QbStmt *qb_build_save(QbParser *p, QbSpan at, QbExpr *value, QbExpr *path, const QbArgs *with)
{
    QbStmt *s = new_stmt(p, QB_S_SAVE, at);
    s->value = value;
    s->path = path;
    if (with) {
        s->with = with->v;
        s->n_with = with->n;
    }
    return s;
}

QbStmt *qb_build_print(QbParser *p, QbSpan at, const QbArgs *values)
{
    QbStmt *s = new_stmt(p, QB_S_PRINT, at);
    s->n_values = values->n;
    s->values = QB_NEW_N(p->arena, QbExpr *, values->n);
    for (int i = 0; i < values->n; i++)
        s->values[i] = values->v[i].value;
    return s;
}

QbStmt *qb_build_use(QbParser *p, QbSpan at, QbWord module)
{
    return new_named(p, QB_S_USE, at, module);
}

QbStmt *qb_build_use_file(QbParser *p, QbSpan at, QbExpr *path)
{
    QbStmt *s = new_stmt(p, QB_S_USE, at);
    s->use_file = true;
    s->name_span = path->span;
    if (path->kind == QB_E_ERROR)
        return s;
    if (path->n_parts != 1 || !path->parts[0].text) {
        qb_diag_add(p->diags, QB_ERROR, "QB0141", path->span,
                    path->n_parts
                        ? "the file of 'use' is a plain name: no parameter can stand in it"
                        : "'use' names no file");
        return s;
    }
    s->name = path->parts[0].text;
    return s;
}

QbStmt *qb_build_version(QbParser *p, QbSpan at, const QbToken *number)
{
    QbStmt *s = new_stmt(p, QB_S_VERSION, at);
    QbSpan span = qb_token_span(p, number);
    const char *text = qb_token_text(p, number);
    double v = strtod(text, NULL);
    s->name_span = span;
    if (number->bad)
        return NULL;
    if (p->any) {
        qb_diag_add(p->diags, QB_ERROR, "QB0139", at,
                    "the language version is a file's first statement")
            ->hint = qb_arena_printf(p->arena, "move 'qbi %s' to the top", text);
    } else if (v != trunc(v) || v < 1 || number->unit) {
        qb_diag_add(p->diags, QB_ERROR, "QB0140", span,
                    "a language version is a whole number from 1, found '%s'", text);
    } else if (v > QB_LANGUAGE) {
        qb_diag_add(p->diags, QB_ERROR, "QB0140", span,
                    "the file is written for qbi %s, and this qbic %s knows qbi %d", text,
                    QB_VERSION, QB_LANGUAGE)
            ->hint = "a newer qbic is needed";
    } else {
        s->version = (int)v;
    }
    return s;
}

/* ---- what could not be read ---------------------------------------------------------------------- */

static QbStmt *failed_definition(QbParser *p, const QbToken *name, QbExpr *error)
{
    QbWord word = {qb_token_text(p, name), qb_token_span(p, name)};
    return qb_build_define(p, word.span, word, error);
}

/* The name behind the arrow of x -> name. */
static const QbToken *right_assigned(const QbParser *p)
{
    const QbToken *t = &p->tokens[p->first];
    while (t[1].kind != QB_T_NEWLINE && t[1].kind != QB_T_END)
        t++;
    return t->kind == QB_T_NAME && t[-1].kind == QB_T_QBI && t[-1].bad ? t : NULL;
}

/* Whether a '=' outside brackets stands in the line: a.b = 3, v[0] = 3, f(x) = 3. */
static bool is_assigned(const QbParser *p)
{
    int depth = 0;
    for (const QbToken *t = &p->tokens[p->first]; t->kind != QB_T_NEWLINE && t->kind != QB_T_END;
         t++) {
        depth += (t->kind == QB_T_LPAREN || t->kind == QB_T_LBRACKET) -
                 (t->kind == QB_T_RPAREN || t->kind == QB_T_RBRACKET);
        if (t->kind == QB_T_ASSIGN && depth == 0)
            return true;
    }
    return false;
}

QbStmt *qb_build_failed(QbParser *p)
{
    const QbToken *t = &p->tokens[p->first]; /* NEWLINE and END follow: t[1] exists */
    QbSpan at = qb_token_span(p, t);
    QbExpr *error = qb_build_node(p, QB_E_ERROR, at);
    if (t->kind == QB_T_NAME && is_assigned(p)) /* let x = 3 means x */
        return failed_definition(p, t[1].kind == QB_T_NAME ? t + 1 : t, error);
    const QbToken *right = t->kind == QB_T_NAME ? right_assigned(p) : NULL;
    if (right)
        return failed_definition(p, right, error);
    if (t->kind == QB_T_DEF && t[1].kind == QB_T_NAME)
        return failed_definition(p, t + 1, error);
    bool second = t->kind == QB_T_PARAM && t[2].kind == QB_T_NAME && t[3].kind == QB_T_ASSIGN &&
                  (t[1].kind == QB_T_COLON || qb_token_names_type(p, t + 1));
    /* param number level = 3 and param: level = 3 mean level */
    if (t->kind == QB_T_PARAM && (second || t[1].kind == QB_T_NAME)) {
        QbStmt *s = failed_definition(p, t + 1 + second, error);
        s->kind = QB_S_PARAM;
        if (t[2].kind == QB_T_COLON && t[3].kind == QB_T_NAME) {
            s->type = qb_token_text(p, t + 3);
            s->type_span = qb_token_span(p, t + 3);
        }
        return s;
    }
    if (t->kind == QB_T_SAVE)
        return qb_build_save(p, at, error, error, NULL);
    if (t->kind == QB_T_USE)
        return new_stmt(p, QB_S_USE, at);
    if (t->kind == QB_T_PRINT)
        return qb_build_print(p, at, qb_build_add_arg(p, qb_build_args(p), (QbWord){0}, error));
    return NULL;
}

static void push_stmt(QbParser *p, QbStmt *stmt)
{
    QB_PUSH(p->arena, p->stmts, p->n_stmts, p->cap_stmts, stmt);
}

/* imwrite(image, "a.tif"): a call that is given a value and a string. */
static bool writes(const QbExpr *call)
{
    for (int i = 0; call->n_args > 1 && i < call->n_args; i++) {
        if (call->args[i].value->kind == QB_E_STRING)
            return true;
    }
    return false;
}

/* An expression on its own at the top of a file does nothing. */
static void refuse_bare(QbParser *p, const QbExpr *e)
{
    if (e->kind == QB_E_ERROR)
        return;
    bool equals =
        e->kind == QB_E_COMPARE && e->cmp_ops[0] == QB_EQ && e->operands[0]->kind == QB_E_NAME;
    if (equals) { /* the name is not missed */
        QbWord name = {e->operands[0]->name, e->operands[0]->span};
        push_stmt(p, qb_build_define(p, e->span, name, qb_build_node(p, QB_E_ERROR, e->span)));
    }
    QbDiag *d = qb_parser_error(p, "QB0135", e->span,
                                "this expression goes nowhere: no name is given to it, "
                                "and it is neither saved nor printed");
    if (!d)
        return;
    bool goes_on = e->kind == QB_E_UNARY && e->op == QB_NEG && p->n_stmts > 0;
    if (goes_on)
        d->hint = "to go on with the line above, end that line with '-'";
    else if (equals)
        d->hint =
            qb_arena_printf(p->arena, "a definition has one '=': %s = ...", e->operands[0]->name);
    else if (e->kind == QB_E_CALL && writes(e))
        d->hint = "write save ... to \"FILE\", NAME = ... or print ...";
    else
        d->hint = "write NAME = ... or print ...";
}

void qb_build_add_stmt(QbParser *p, QbStmt *stmt)
{
    p->any = true;
    if (!stmt)
        return;
    if (stmt->kind == QB_S_DEFINE && !stmt->name) {
        refuse_bare(p, stmt->value);
        return;
    }
    push_stmt(p, stmt);
}
