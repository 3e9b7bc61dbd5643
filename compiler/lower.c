/* The lowering from one end to the other: the statements of the files become symbols, names are checked everywhere, and then
 * what the outputs need is evaluated, and nothing else. What a form of syntax means stands in the other lower_*.c. */
#include "compiler/elsewhere.h"
#include "compiler/lower_state.h"

#include <string.h>

/* ---- symbols ---------------------------------------------------------------------------------------- */

static QbNameMap *language_ops(const QbLower *L)
{
    QbNameMap *m = qb_name_map_new(L->arena);
    for (int i = 0; i < L->n_ops; i++)
        if (!L->ops[i]->hidden)
            qb_name_map_put(m, L->ops[i]->name, i);
    return m;
}

static void check_type(QbLower *L, const char *type, QbSpan span)
{
    if (!type || qb_kind_named(type) != QB_NONE)
        return;
    const char *names[QB_STAGE - QB_NUMBER + 1];
    for (int k = QB_NUMBER; k <= QB_STAGE; k++)
        names[k - QB_NUMBER] = qb_kind_name((QbKind)k);
    QbDiag *d = qb_lower_error(L, "QB0207", span, "unknown type '%s'", type);
    const char *fix, *hint = qb_elsewhere_type(type, &fix);
    if (hint) {
        qb_lower_hint(L, d, "%s", hint);
        d->fix = fix;
        return;
    }
    qb_lower_nearest(L, d, type, names, QB_COUNT(names));
    qb_lower_hint(L, d, "such as number, string, path, image or stage");
}

static void report_twice(QbLower *L, const char *name, QbSpan span, QbSpan first)
{
    QbDiag *d = qb_lower_error(L, "QB0203", span, "'%s' is defined twice", name);
    qb_lower_hint(L, d, "a name is defined once: give this one another");
    d->other = first;
    d->other_text = "first defined here";
}

/* A definition whose text has a mistake of its own: what it was meant to define is not known for sure. */
static bool is_unread(const QbStmt *s)
{
    return s->value && s->value->kind == QB_E_ERROR;
}

/* False where the name is taken; the first meaning holds. */
static bool name_symbol(QbLower *L, const QbModule *m, const QbStmt *s, int symbol)
{
    int first = qb_name_map_get(m->names, s->name);
    if (first >= 0) {
        if (!is_unread(s) && !is_unread(L->symbols[first].stmt))
            report_twice(L, s->name, s->name_span, L->symbols[first].stmt->name_span);
        return false;
    }
    qb_name_map_put(m->names, s->name, symbol);
    if (!m->is_library && qb_name_map_get(L->op_names, s->name) >= 0)
        qb_diag_add(L->diags, QB_NOTE, "QB0212", s->name_span,
                    "here '%s' is this file's own, not the operator", s->name);
    return true;
}

static void name_local(QbLower *L, const QbFunc *f, const char *name, QbSpan span, int local)
{
    int first = qb_name_map_get(f->locals, name);
    if (first < 0) {
        qb_name_map_put(f->locals, name, local);
        return;
    }
    if (local >= f->n_params && is_unread(f->stmt->body[local - f->n_params]))
        return;
    QbDiag *d = qb_lower_error(L, "QB0203", span, "'%s' is defined twice in '%s'", name, f->name);
    qb_lower_hint(L, d, "a name is defined once: give this one another");
    d->other = first < f->n_params ? f->stmt->params[first].span
                                   : f->stmt->body[first - f->n_params]->name_span;
    d->other_text = "first defined here";
}

QbFunc *qb_lower_make_func(QbLower *L, const QbModule *m, const QbStmt *s, int symbol)
{
    QbFunc *f = QB_NEW(L->arena, QbFunc);
    *f = (QbFunc){.name = s->name, .stmt = s, .module = m, .n_params = s->n_params};
    f->symbol = symbol;
    f->n_locals = s->n_params + s->n_body;
    f->locals = qb_name_map_new(L->arena);
    for (int k = 0; k < s->n_params; k++) {
        const QbDefParam *p = &s->params[k];
        name_local(L, f, p->name, p->span, k);
        check_type(L, p->type, p->type_span);
        if (k == 0 && p->type && qb_kind_named(p->type) == QB_STAGE)
            qb_lower_error(L, "QB0318", p->type_span, "the subject of '%s' cannot be a stage",
                           s->name);
    }
    for (int k = 0; k < s->n_body; k++)
        name_local(L, f, s->body[k]->name, s->body[k]->name_span, s->n_params + k);
    return f;
}

static void add_symbol(QbLower *L, const QbModule *m, QbSymbolKind kind, const QbStmt *s)
{
    QbSymbol symbol = {.kind = kind, .name = s->name ? s->name : "", .stmt = s, .module = m};
    symbol.val = qb_val_poison(s->span);
    QB_PUSH(L->arena, L->symbols, L->n_symbols, L->cap_symbols, symbol);
    int i = L->n_symbols - 1;
    if (kind != QB_SYM_OUTPUT)
        name_symbol(L, m, s, i);
    if (kind == QB_SYM_PARAM)
        check_type(L, s->type, s->type_span);
    if (kind == QB_SYM_FUNC)
        L->symbols[i].func = qb_lower_make_func(L, m, s, i);
}

void qb_lower_add_statements(QbLower *L, QbModule *m)
{
    m->first = L->n_symbols;
    for (int k = 0; k < m->file->n; k++) {
        const QbStmt *s = m->file->stmts[k];
        switch (s->kind) {
        case QB_S_PARAM:
            add_symbol(L, m, QB_SYM_PARAM, s);
            break;
        case QB_S_DEFINE:
            add_symbol(L, m, QB_SYM_DEFINITION, s);
            break;
        case QB_S_DEF:
            add_symbol(L, m, QB_SYM_FUNC, s);
            break;
        case QB_S_SAVE:
        case QB_S_PRINT:
            if (m == L->root) /* of other files the outputs are ignored */
                add_symbol(L, m, QB_SYM_OUTPUT, s);
            break;
        case QB_S_USE: /* lower_use.c */
        case QB_S_VERSION:
            break;
        }
    }
    m->n = L->n_symbols - m->first;
}

/* ---- evaluation ------------------------------------------------------------------------------------- */

static void demand_outputs(QbLower *L)
{
    int n = 0;
    L->reaching = true;
    for (int i = 0; i < L->n_symbols; i++) {
        if (L->symbols[i].kind != QB_SYM_OUTPUT)
            continue;
        qb_lower_demand(L, i);
        n++;
    }
    L->reaching = false;
    if (n || L->unread)
        return;
    QbDiag *d = qb_lower_error(L, "QB0601", (QbSpan){L->root->file->source, 0, 0},
                               "the file has no output, so nothing would be computed");
    qb_lower_hint(L, d, "add 'save … to \"FILE\"' or 'print …'");
}

/* Values that no output needs are still checked against their types and domains, and are reported; no file is opened. */
static void demand_params(QbLower *L)
{
    for (int i = 0; i < L->n_symbols; i++)
        if (L->symbols[i].kind == QB_SYM_PARAM)
            qb_lower_demand(L, i);
}

/* An earlier graph forgets what it was for, and keeps its nodes. */
static QbDag *begin_graph(QbArena *arena, const QbLowerOptions *o, const QbOp *const *ops,
                          int n_ops, QbDiags *diags)
{
    QbDag *g = o->into;
    if (!g)
        return qb_dag_new(arena, diags, ops, n_ops);
    QB_CHECK(g->arena == arena);
    g->diags = diags;
    g->outputs = NULL;
    g->definitions = NULL;
    g->param_values = NULL;
    g->lengths = NULL;
    g->sources = NULL;
    g->input_paths = NULL;
    g->n_outputs = g->n_definitions = g->n_param_values = 0;
    g->cap_outputs = g->cap_definitions = g->cap_param_values = 0;
    g->n_lengths = g->n_sources = g->n_input_paths = 0;
    g->cap_lengths = g->cap_sources = g->cap_input_paths = 0;
    return g;
}

QbDag *qb_lower(QbArena *arena, const QbFile *file, const QbLowerOptions *o, const QbOp *const *ops,
                int n_ops, QbDiags *diags)
{
    QbLower L = {.arena = arena, .diags = diags, .options = o, .ops = ops, .n_ops = n_ops};
    L.g = begin_graph(arena, o, ops, n_ops, diags);
    L.g->check_only = o->check_only;
    L.g->no_sharing = o->no_sharing;
    L.unread = diags->n_errors > 0;
    L.op_names = language_ops(&L);
    L.default_texts = qb_name_map_new(arena);
    L.code_names = qb_name_map_new(arena);
    qb_lower_load(&L, file);
    qb_lower_bind_overrides(&L);
    qb_lower_walk_symbols(&L);
    qb_lower_find_recursion(&L);
    if (!o->params_only)
        demand_outputs(&L);
    demand_params(&L);
    qb_lower_find_dead_cycles(&L);
    qb_lower_record_params(&L);
    if (!o->params_only) {
        qb_lower_record_definitions(&L);
        qb_lower_check_files(&L);
    }
    return L.g;
}
