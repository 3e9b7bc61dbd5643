/* Evaluates parameters, definitions and outputs in the order of their needs, without recursion along chains of
 * definitions. What only a branch of an `if` mentions is left to the evaluation of that branch. Also finds cycles,
 * and defs that call themselves. */
#include "compiler/lower_state.h"

#include <string.h>

/* The path from `symbol`, which is open, to what is evaluated now. */
static void report_cycle(QbLower *L, int symbol)
{
    int from = L->n_open - 1;
    while (from > 0 && L->open[from] != symbol)
        from--;
    int n = L->n_open - from;
    const char **path = QB_NEW_N(L->arena, const char *, n);
    bool defs_only = true;
    for (int k = 0; k < n; k++) {
        path[k] = L->symbols[L->open[from + k]].name;
        defs_only = defs_only && L->symbols[L->open[from + k]].kind == QB_SYM_FUNC;
    }
    if (defs_only)
        return; /* recursion: reported before */
    const QbSymbol *s = &L->symbols[symbol];
    bool also_op = n == 1 && qb_name_map_get(L->op_names, s->name) >= 0;
    const char *hint = qb_arena_printf(
        L->arena, "here '%s' is this definition, not the operator: give it another name", s->name);
    qb_lower_cycle(L, path, n, s->stmt->name_span, also_op ? hint : NULL);
}

static void open_symbol(QbLower *L, int symbol)
{
    QbSymbol *s = &L->symbols[symbol];
    s->state = QB_SYM_OPEN;
    s->reached = L->reaching;
    QB_PUSH(L->arena, L->open, L->n_open, L->cap_open, symbol);
}

static void evaluate(QbLower *L, QbSymbol *s)
{
    QbScope scope = {.kind = QB_SCOPE_FILE, .module = s->module};
    if (s->kind == QB_SYM_PARAM) {
        s->val = qb_lower_param_value(L, s);
    } else if (s->kind == QB_SYM_OUTPUT) {
        s->val = qb_lower_output(L, s->stmt);
    } else if (s->kind == QB_SYM_DEFINITION) {
        s->val = qb_lower_expr(L, &scope, s->stmt->value);
        if (s->val.node >= 0 && !qb_dag_at(L->g, s->val.node)->name)
            qb_dag_at(L->g, s->val.node)->name = s->name;
    }
}

typedef struct Frame {
    int symbol, next;
} Frame;

/* Visits what `symbol` needs, then the symbol. With `evaluating` off nothing is computed: cycles alone are found. */
static void visit(QbLower *L, int symbol, bool evaluating)
{
    Frame *stack = NULL;
    int n = 0, cap = 0;
    Frame first = {symbol, 0};
    QB_PUSH(L->arena, stack, n, cap, first);
    open_symbol(L, symbol);
    while (n) {
        Frame *f = &stack[n - 1];
        QbSymbol *s = &L->symbols[f->symbol];
        if (f->next == s->n_mentions) {
            if (evaluating)
                evaluate(L, s);
            s->state = QB_SYM_DONE;
            L->n_open--;
            n--;
            continue;
        }
        QbMention m = s->mentions[f->next++];
        QbSymbolState state = L->symbols[m.symbol].state;
        if (!m.strict || state == QB_SYM_DONE)
            continue;
        if (state == QB_SYM_OPEN) {
            report_cycle(L, m.symbol);
            continue;
        }
        open_symbol(L, m.symbol);
        Frame next = {m.symbol, 0};
        QB_PUSH(L->arena, stack, n, cap, next);
    }
}

QbVal qb_lower_demand(QbLower *L, int symbol)
{
    QbSymbol *s = &L->symbols[symbol];
    if (s->state == QB_SYM_NEW)
        visit(L, symbol, true);
    return L->symbols[symbol].val;
}

QbVal qb_lower_ask(QbLower *L, int symbol, QbSpan span)
{
    if (L->symbols[symbol].state == QB_SYM_OPEN) {
        report_cycle(L, symbol);
        return qb_val_poison(span);
    }
    QbVal v = qb_lower_demand(L, symbol);
    v.span = span;
    return v;
}

void qb_lower_find_dead_cycles(QbLower *L)
{
    for (int i = 0; i < L->n_symbols; i++)
        if (L->symbols[i].state == QB_SYM_NEW)
            visit(L, i, false);
}

/* ---- recursion -------------------------------------------------------------------------------------- */

/* Depth-first among the defs that `f` mentions, in branches too. `path` holds those on the way. */
static void find_recursion(QbLower *L, int f, char *state, int *path, int n_path)
{
    const QbSymbol *s = &L->symbols[f];
    state[f] = QB_SYM_OPEN;
    path[n_path++] = f;
    for (int k = 0; k < s->n_mentions; k++) {
        int to = s->mentions[k].symbol;
        if (L->symbols[to].kind != QB_SYM_FUNC || state[to] == QB_SYM_DONE)
            continue;
        if (state[to] == QB_SYM_NEW) {
            if (n_path < 500) /* deeper ones are refused when they are expanded */
                find_recursion(L, to, state, path, n_path);
            continue;
        }
        int from = n_path - 1;
        while (from > 0 && path[from] != to)
            from--;
        const char **names = QB_NEW_N(L->arena, const char *, n_path);
        for (int i = from; i < n_path; i++)
            names[i - from] = L->symbols[path[i]].name;
        qb_lower_cycle(L, names, n_path - from, L->symbols[to].stmt->name_span,
                       "a def must not call itself");
        for (int i = from; i < n_path; i++)
            L->symbols[path[i]].func->recursive = true;
    }
    state[f] = QB_SYM_DONE;
}

void qb_lower_find_recursion(QbLower *L)
{
    char *state = QB_NEW_N(L->arena, char, L->n_symbols + 1);
    int path[501];
    for (int i = 0; i < L->n_symbols; i++)
        if (L->symbols[i].kind == QB_SYM_FUNC && state[i] == QB_SYM_NEW)
            find_recursion(L, i, state, path, 0);
}
