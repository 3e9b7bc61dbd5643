/* What a plot is called: the part of the pipeline that it draws, as it is written there. */
#include "compiler/lower_state.h"

#include <string.h>

static bool is_plot(const QbExpr *e)
{
    return e->kind == QB_E_NAME && !strcmp(e->name, "plot");
}

/* `x |> plot(…)` and `plot(x, …)` draw x; brackets say nothing. NULL: no call of plot. */
static const QbExpr *drawn_by(const QbExpr *e)
{
    bool piped = e->kind == QB_E_PIPE;
    const QbExpr *call = piped ? e->right : e;
    const QbExpr *callee = call->kind == QB_E_CALL ? call->left : call;
    if (!is_plot(callee) || (!piped && call->kind != QB_E_CALL))
        return NULL;
    if (piped)
        return e->left;
    return call->n_args && !call->args[0].name ? call->args[0].value : NULL;
}

static const QbExpr *defined_as(const QbLower *L, const char *name)
{
    int k = qb_name_map_get(L->root->names, name);
    const QbSymbol *s = k >= 0 ? &L->symbols[k] : NULL;
    return s && s->kind == QB_SYM_DEFINITION ? s->stmt->value : NULL;
}

static const QbExpr *without_brackets(const QbExpr *e)
{
    while (e->kind == QB_E_GROUP)
        e = e->left;
    return e;
}

const char *qb_lower_title(QbLower *L, const QbExpr *e)
{
    e = without_brackets(e);
    const QbExpr *def = e->kind == QB_E_NAME ? defined_as(L, e->name) : NULL;
    const QbExpr *drawn = drawn_by(def ? without_brackets(def) : e);
    if (drawn)
        e = without_brackets(drawn);
    QbText t = {0};
    const char *text = e->span.source ? e->span.source->text : "";
    bool gap = false, comment = false;
    for (uint32_t k = e->span.lo; e->span.source && k < e->span.hi; k++) {
        comment = text[k] == '#' || (comment && text[k] != '\n');
        bool blank = comment || strchr(" \t\r\n", text[k]);
        if (!blank && gap && t.n)
            qb_text_add(&t, " ");
        if (!blank)
            qb_text_addn(&t, text + k, 1);
        gap = blank;
    }
    const char *title = qb_arena_strdup(L->arena, t.s ? t.s : "");
    qb_text_free(&t);
    return title;
}
