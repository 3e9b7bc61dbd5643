/* What is said of definitions once the outputs are lowered: a note for each that no output needs, and the list of them
 * with what they mention, for the graph. */
#include "compiler/lower_state.h"

static const char *const *texts_of(const QbLower *L, const char **v, int n)
{
    const char **all = QB_NEW_N(L->arena, const char *, n + 1);
    for (int k = 0; k < n; k++)
        all[k] = v[k];
    return all;
}

static const char *const *needs_of(const QbLower *L, const QbSymbol *s)
{
    const char **names = QB_NEW_N(L->arena, const char *, s->n_mentions + 1);
    for (int k = 0; k < s->n_mentions; k++)
        names[k] = L->symbols[s->mentions[k].symbol].name;
    return names;
}

static void record(QbLower *L, const QbSymbol *s)
{
    QbDefinition d = {
        .name = s->name, .span = s->stmt->name_span, .root = s->reached ? s->val.node : -1};
    d.needs = needs_of(L, s);
    d.ops = texts_of(L, s->ops, s->n_ops);
    QB_PUSH(L->arena, L->g->definitions, L->g->n_definitions, L->g->cap_definitions, d);
}

static bool has_outputs(const QbLower *L)
{
    for (int i = 0; i < L->n_symbols; i++)
        if (L->symbols[i].kind == QB_SYM_OUTPUT)
            return true;
    return false;
}

/* Marks what outputs mention, on whatever way: after an error not all of it was evaluated. */
static bool *find_mentioned(const QbLower *L)
{
    bool *seen = QB_NEW_N(L->arena, bool, L->n_symbols + 1);
    int *stack = QB_NEW_N(L->arena, int, L->n_symbols + 1), n = 0;
    for (int i = 0; i < L->n_symbols; i++) {
        seen[i] = L->symbols[i].kind == QB_SYM_OUTPUT;
        if (seen[i])
            stack[n++] = i;
    }
    while (n) {
        const QbSymbol *s = &L->symbols[stack[--n]];
        for (int k = 0; k < s->n_mentions; k++) {
            int to = s->mentions[k].symbol;
            if (!seen[to])
                stack[n++] = to;
            seen[to] = true;
        }
    }
    return seen;
}

void qb_lower_record_definitions(QbLower *L)
{
    bool knows_needs = has_outputs(L) && !L->unread && !L->root->is_partial;
    const bool *mentioned = L->diags->n_errors ? find_mentioned(L) : NULL;
    for (int i = 0; i < L->n_symbols; i++) {
        const QbSymbol *s = &L->symbols[i];
        bool is_first = qb_name_map_get(s->module->names, s->name) == i;
        bool is_dead_elsewhere =
            !s->reached && s->module != L->root; /* serves defs that are not called */
        if (s->kind != QB_SYM_DEFINITION || !is_first || is_dead_elsewhere)
            continue;
        bool has_node = s->reached && s->val.node >= 0;
        if (has_node || !s->reached) /* a fixed value or a stage is part of what uses it */
            record(L, s);
        if (!s->reached && knows_needs && !(mentioned && mentioned[i]))
            qb_diag_add(L->diags, QB_NOTE, "QB0211", s->stmt->name_span,
                        "'%s' is not needed by any output", s->name);
    }
}
