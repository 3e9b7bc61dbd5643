/* Mistakes that several parts of the lowering report, each in one wording, with the likely mend. */
#include "compiler/elsewhere.h"
#include "compiler/lower_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HINTS_AT_MOST = 100 }; /* errors that get a "did you mean": nobody reads the thousandth */

QbDiag *qb_lower_error(QbLower *L, const char *code, QbSpan span, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    return qb_diag_add(L->diags, QB_ERROR, code, span, "%s", text);
}

void qb_lower_hint(const QbLower *L, QbDiag *d, const char *fmt, ...)
{
    char text[512];
    if (d->hint)
        return;
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    d->hint = qb_arena_strdup(L->arena, text);
}

void qb_lower_nearest(const QbLower *L, QbDiag *d, const char *word, const char *const *candidates,
                      int n)
{
    if (d->hint || L->diags->n_errors > HINTS_AT_MOST)
        return;
    const char *near = qb_nearest(word, candidates, n);
    if (!near)
        return;
    qb_lower_hint(L, d, "did you mean '%s'?", near);
    if (d->span.source &&
        d->span.hi - d->span.lo == strlen(word)) /* the word alone is underlined */
        d->fix = near;
}

/* ---- kinds ------------------------------------------------------------------------------------------ */

/* A number, with a unit perhaps: written in quotes by mistake. */
static bool is_numeric(const char *text)
{
    static const char *const units[] = {"", "px", "nm", "um", "mm", "ms", "s", "min"};
    char *end;
    strtod(text, &end);
    if (end == text)
        return false;
    end += strspn(end, " ");
    for (int k = 0; k < QB_COUNT(units); k++)
        if (!strcmp(end, units[k]))
            return true;
    return false;
}

void qb_lower_hint_kind(const QbLower *L, QbDiag *d, unsigned wanted, const QbVal *v)
{
    bool number = wanted & QB_ACCEPT(QB_NUMBER), image = wanted & QB_ACCEPT(QB_IMAGE);
    bool text = wanted & (QB_ACCEPT(QB_STRING) | QB_ACCEPT(QB_PATH));
    bool is_text = v->kind == QB_STRING || v->kind == QB_PATH;
    if (is_text && number && is_numeric(v->text)) {
        qb_lower_hint(L, d, "write %s, without quotes", v->text);
        d->fix = v->text;
    } else if (is_text && image) {
        qb_lower_hint(L, d, "an image is read by 'read(\"FILE\")'");
    } else if (v->kind == QB_LENGTH && number) {
        qb_lower_hint(L, d, "a number without a unit stands here");
    } else if (v->kind == QB_TIME && (wanted & QB_ACCEPT(QB_LENGTH))) {
        qb_lower_hint(L, d, "lengths are written in px, nm, um or mm");
    } else if (v->kind == QB_NUMBER && v->node < 0 && text) {
        qb_lower_hint(L, d, "a string is written in double quotes");
    } else if (v->kind == QB_NUMBER && (wanted & QB_ACCEPT(QB_BOOL)) && !number) {
        qb_lower_hint(L, d, "write true or false");
    } else if (v->kind == QB_NUMBER && (wanted & QB_ACCEPT(QB_STAGE))) {
        qb_lower_hint(L, d, "such as median(3)");
    } else if (v->kind == QB_TABLE) {
        qb_lower_hint(L, d, "a table is saved or printed");
    } else if (qb_is_raster(v->kind) && number && !image) {
        qb_lower_hint(L, d, "mean(…), otsu(…) and others make a number of an image");
    }
}

/* ---- names ------------------------------------------------------------------------------------------ */

typedef struct Words {
    const char **v;
    int n, cap;
} Words;

static void add_locals(const QbLower *L, const QbFunc *f, Words *w)
{
    for (int k = 0; k < f->n_params; k++)
        QB_PUSH(L->arena, w->v, w->n, w->cap, f->stmt->params[k].name);
    for (int k = 0; k < f->stmt->n_body; k++)
        QB_PUSH(L->arena, w->v, w->n, w->cap, f->stmt->body[k]->name);
}

/* Every name that could stand here: those near by first, as of two equally near the first is offered. */
static Words visible_names(const QbLower *L, const QbScope *scope)
{
    Words w = {0};
    if (scope->func)
        add_locals(L, scope->func, &w);
    for (int i = 0; i < L->n_symbols && scope->module; i++) {
        const QbSymbol *s = &L->symbols[i];
        bool hidden = s->kind == QB_SYM_OUTPUT ||
                      (s->kind == QB_SYM_DEFINITION && scope->kind == QB_SCOPE_PARAM);
        if (!hidden && qb_name_map_get(scope->module->names, s->name) == i)
            QB_PUSH(L->arena, w.v, w.n, w.cap, s->name);
    }
    for (int i = 0; i < L->n_ops; i++)
        if (!L->ops[i]->hidden)
            QB_PUSH(L->arena, w.v, w.n, w.cap, L->ops[i]->name);
    return w;
}

/* True, None, nan */
static void hint_value(const QbLower *L, QbDiag *d, const char *name)
{
    const char *fix, *hint = qb_elsewhere_value(name, &fix);
    if (!hint || d->hint)
        return;
    qb_lower_hint(L, d, "%s", hint);
    d->fix = fix;
}

/* The name that another tool has for what an operator does; or an operator of the language that is not made yet. */
static void hint_elsewhere(const QbLower *L, QbDiag *d, const char *name, bool called)
{
    const char *here = qb_elsewhere_operator(name), *hint = qb_elsewhere_hint(name);
    if (hint && (called || !strcmp(name, "end")))
        qb_lower_hint(L, d, "%s", hint);
    if (!here)
        return;
    bool made = qb_name_map_get(L->op_names, here) >= 0;
    if (made)
        qb_lower_hint(L, d, "the operator is called '%s' here: 'qbic ops %s'", here, here);
    else if (!strcmp(here, name))
        qb_lower_hint(L, d, "'%s' is planned, this qbic has it not: 'qbic ops' lists what it has",
                      here);
    else
        qb_lower_hint(
            L, d, "it is to be called '%s' here, and is planned: 'qbic ops' lists what there is",
            here);
}

void qb_lower_unknown_name(QbLower *L, const QbScope *scope, const char *name, QbSpan span,
                           bool called)
{
    int symbol = scope->kind == QB_SCOPE_PARAM ? qb_name_map_get(scope->module->names, name) : -1;
    if (symbol >= 0) {
        QbDiag *d = qb_lower_error(L, "QB0208", span, "'%s' is a definition", name);
        qb_lower_hint(L, d,
                      "a parameter's value uses literals, operators, defs and other parameters");
        return;
    }
    if (scope->module && scope->module->is_partial)
        return;
    QbDiag *d = qb_lower_error(L, called ? "QB0201" : "QB0202", span,
                               called ? "unknown operator '%s'" : "undefined name '%s'", name);
    if (d->hint || L->diags->n_errors > HINTS_AT_MOST)
        return;
    if (!called)
        hint_value(L, d, name);
    if (called || !strcmp(name, "end"))
        hint_elsewhere(L, d, name, called);
    Words w = visible_names(L, scope);
    if (!called) {
        QB_PUSH(L->arena, w.v, w.n, w.cap, "true");
        QB_PUSH(L->arena, w.v, w.n, w.cap, "false");
    }
    qb_lower_nearest(L, d, name, w.v, w.n);
    hint_elsewhere(L, d, name, called);
}

void qb_lower_unknown_argument(QbLower *L, const QbOp *op, const QbFunc *func, const QbArg *arg)
{
    QbDiag *d = qb_lower_error(L, "QB0205", arg->name_span, "'%s' has no argument '%s'",
                               op ? op->name : func->name, arg->name);
    if (d->hint)
        return;
    Words w = {0};
    if (func)
        for (int k = 0; k < func->n_params; k++)
            QB_PUSH(L->arena, w.v, w.n, w.cap, func->stmt->params[k].name);
    for (int k = 0; op && k < op->n_params; k++)
        QB_PUSH(L->arena, w.v, w.n, w.cap, op->params[k].name);
    qb_lower_nearest(L, d, arg->name, w.v, w.n);
    const char *list = "";
    for (int k = 0; k < w.n; k++)
        list = qb_arena_printf(L->arena, "%s%s'%s'", list, k ? ", " : "", w.v[k]);
    if (w.n)
        qb_lower_hint(L, d, "its arguments are %s", list);
}

void qb_lower_unknown_choice(QbLower *L, const QbOp *op, int row, const char *word, QbSpan span)
{
    const QbParam *p = &op->params[row];
    const char *const *choices = qb_lower_choices(p);
    const char *list = "";
    int n = 0;
    for (; choices[n]; n++)
        list = qb_arena_printf(L->arena, "%s%s'%s'", list, n ? choices[n + 1] ? ", " : " or " : "",
                               choices[n]);
    QbDiag *d = qb_lower_error(L, "QB0405", span, "'%s' of '%s' must be %s, found '%s'", p->name,
                               op->name, list, word);
    const char *here = qb_elsewhere_pixels(word);
    for (int k = 0; here && k < n; k++) {
        if (strcmp(choices[k], here) != 0)
            continue;
        qb_lower_hint(L, d, "write %s", here);
        d->fix = here;
    }
    qb_lower_nearest(L, d, word, choices, n);
}

/* A misspelt choice, or a misspelt value? Whichever has something near; for a named argument always the choice. */
void qb_lower_unknown_bare(QbLower *L, const QbScope *scope, const QbOp *op, int row,
                           const QbArg *arg)
{
    const char *name = arg->value->name;
    for (int k = 0; k < op->n_params; k++) {
        const char *const *choices = qb_lower_choices(&op->params[k]);
        if (!choices || (row >= 0 && row != k))
            continue;
        int n = 0;
        while (choices[n])
            n++;
        const char *here = qb_elsewhere_pixels(name);
        bool other = here && qb_lower_is_choice(&op->params[k], here);
        if (row == k || other || qb_nearest(name, choices, n)) {
            qb_lower_unknown_choice(L, op, k, name, arg->value->span);
            return;
        }
    }
    for (int k = 0; k < op->n_params; k++) {
        if (strcmp(op->params[k].name, name) != 0)
            continue;
        QbDiag *d = qb_lower_error(L, "QB0202", arg->value->span, "undefined name '%s'", name);
        qb_lower_hint(L, d, "an argument is named with its value: %s=...", name);
        return;
    }
    qb_lower_unknown_name(L, scope, name, arg->value->span, false);
}

void qb_lower_cycle(QbLower *L, const char *const *path, int n, QbSpan span, const char *hint)
{
    QbText t = {0};
    for (int k = 0; k < n; k++) {
        if (n > 8 && k == 4) {
            qb_text_addf(&t, "… → ");
            k = n - 3;
        }
        qb_text_addf(&t, "%s → ", path[k]);
    }
    QbDiag *d =
        qb_lower_error(L, "QB0204", span, "'%s' depends on itself: %s%s", path[0], t.s, path[0]);
    qb_text_free(&t);
    if (!hint)
        hint = n == 1 ? "a name is defined once: give the result a name of its own"
                      : "one of them has to do without the others";
    qb_lower_hint(L, d, "%s", hint);
}
