/* What a name means, and one walk over every expression that was written, needed or not: it reports the names that mean
 * nothing and notes what each definition mentions. Nothing is evaluated here. */
#include "compiler/elsewhere.h"
#include "compiler/lower_state.h"

#include <string.h>
#include <strings.h>

QbName qb_lower_resolve(const QbLower *L, const QbScope *scope, const char *name)
{
    QbName found = {QB_NAME_UNKNOWN, -1, NULL};
    if (scope->func && (found.index = qb_name_map_get(scope->func->locals, name)) >= 0) {
        found.kind = QB_NAME_LOCAL;
        return found;
    }
    if (scope->module && (found.index = qb_name_map_get(scope->module->names, name)) >= 0) {
        bool hidden =
            scope->kind == QB_SCOPE_PARAM && L->symbols[found.index].kind == QB_SYM_DEFINITION;
        found.kind = hidden ? QB_NAME_UNKNOWN : QB_NAME_SYMBOL;
        if (!hidden)
            return found;
    }
    int op = qb_name_map_get(L->op_names, name);
    if (op >= 0) {
        found.kind = QB_NAME_OP;
        found.op = L->ops[op];
    }
    return found;
}

bool qb_lower_is_choice(const QbParam *p, const char *name)
{
    const char *const *choices = qb_lower_choices(p);
    for (int k = 0; choices && choices[k]; k++)
        if (!strcmp(choices[k], name))
            return true;
    return false;
}

/* ---- the walk --------------------------------------------------------------------------------------- */

typedef struct Item {
    const QbExpr *e;
    bool strict;
} Item;

typedef struct Walk {
    QbLower *L;
    int symbol; /* what is written here belongs to it; -1: names are checked alone */
    QbScope scope;
    Item *stack;
    int n, cap;
} Walk;

static void push(Walk *w, const QbExpr *e, bool strict)
{
    Item item = {e, strict};
    if (e)
        QB_PUSH(w->L->arena, w->stack, w->n, w->cap, item);
}

static void mention_symbol(Walk *w, int target, bool strict)
{
    if (w->symbol < 0)
        return;
    QbSymbol *t = &w->L->symbols[target], *s = &w->L->symbols[w->symbol];
    if (t->walk == w->symbol + 1) {
        s->mentions[t->walk_at].strict |= strict;
        return;
    }
    QbMention m = {target, strict};
    t->walk = w->symbol + 1;
    t->walk_at = s->n_mentions;
    QB_PUSH(w->L->arena, s->mentions, s->n_mentions, s->cap_mentions, m);
}

static void mention_name(Walk *w, const char *name, QbSpan span, bool strict, bool called)
{
    QbName found = qb_lower_resolve(w->L, &w->scope, name);
    if (found.kind == QB_NAME_SYMBOL)
        mention_symbol(w, found.index, strict);
    if (found.kind == QB_NAME_UNKNOWN)
        qb_lower_unknown_name(w->L, &w->scope, name, span, called);
    if (found.kind == QB_NAME_OP && w->symbol >= 0) {
        QbSymbol *s = &w->L->symbols[w->symbol];
        QB_PUSH(w->L->arena, s->ops, s->n_ops, s->cap_ops, found.op->name);
    }
}

static void hint_declare(Walk *w, const QbStringPart *part)
{
    if (w->scope.module->is_partial)
        return;
    QbDiag *d = qb_lower_error(w->L, "QB0202", part->span, "undefined name '%s'", part->name);
    qb_lower_hint(w->L, d, "a string takes a parameter: param %s: path = \"FILE\"", part->name);
}

static void walk_string(Walk *w, const QbExpr *e, bool strict)
{
    for (int k = 0; k < e->n_parts; k++) {
        const QbStringPart *part = &e->parts[k];
        if (part->text)
            continue;
        QbName found = qb_lower_resolve(w->L, &w->scope, part->name);
        if (found.kind == QB_NAME_LOCAL && found.index < w->scope.func->n_params)
            continue;
        if (found.kind == QB_NAME_SYMBOL && w->L->symbols[found.index].kind == QB_SYM_PARAM) {
            mention_symbol(w, found.index, strict);
            continue;
        }
        if (found.kind == QB_NAME_UNKNOWN &&
            qb_name_map_get(w->scope.module->names, part->name) < 0) {
            qb_lower_unknown_name(w->L, &w->scope, part->name, part->span, false);
            hint_declare(w, part);
            continue;
        }
        QbDiag *d = qb_lower_error(w->L, "QB0213", part->span, "'%s' is no parameter", part->name);
        qb_lower_hint(w->L, d, "between { and } stands a parameter, or a path's stem, name or dir");
    }
}

/* An argument that is a bare name may be a choice: project(v, max), as(u8). */
static void walk_bare_argument(Walk *w, const QbOp *op, int row, const QbArg *arg, Item item)
{
    const QbExpr *e = item.e;
    QbName found = qb_lower_resolve(w->L, &w->scope, e->name);
    for (int k = 0; k < op->n_params; k++) {
        if ((row >= 0 && row != k) || !qb_lower_is_choice(&op->params[k], e->name))
            continue;
        if (found.kind == QB_NAME_SYMBOL && row < 0)
            mention_symbol(w, found.index, item.strict);
        return;
    }
    if (found.kind == QB_NAME_UNKNOWN)
        qb_lower_unknown_bare(w->L, &w->scope, op, row, arg);
    else
        push(w, e, item.strict);
}

static int row_of(const QbOp *op, const char *name)
{
    for (int k = 0; k < op->n_params; k++)
        if (!strcmp(op->params[k].name, name))
            return k;
    return -1;
}

/* median(image, size == 5): a comparison where an argument was meant. */
static bool is_double_assignment(const Walk *w, const QbOp *op, const QbExpr *e)
{
    if (e->kind != QB_E_COMPARE || e->n_operands != 2 || e->cmp_ops[0] != QB_EQ ||
        e->operands[0]->kind != QB_E_NAME)
        return false;
    const char *name = e->operands[0]->name;
    if (row_of(op, name) < 0 || qb_lower_resolve(w->L, &w->scope, name).kind != QB_NAME_UNKNOWN)
        return false;
    QbDiag *d = qb_lower_error(w->L, "QB0202", e->operands[0]->span, "undefined name '%s'", name);
    qb_lower_hint(w->L, d, "a named argument has one '=': %s=...", name);
    return true;
}

static void walk_op_args(Walk *w, const QbOp *op, const QbExpr *e, bool strict)
{
    for (int k = e->n_args - 1; k >= 0; k--) {
        const QbArg *arg = &e->args[k];
        int row = arg->name ? row_of(op, arg->name) : -1;
        if (arg->name && row < 0)
            qb_lower_unknown_argument(w->L, op, NULL, arg);
        else if (is_double_assignment(w, op, arg->value))
            push(w, arg->value->operands[1], strict);
        else if (arg->value->kind == QB_E_NAME)
            walk_bare_argument(w, op, row, arg, (Item){arg->value, strict});
        else
            push(w, arg->value, strict);
    }
}

/* Of a call that is not known: what its bare names mean is not known either, they may be choices. */
static void walk_unknown_args(Walk *w, const QbExpr *e, bool strict)
{
    for (int k = e->n_args - 1; k >= 0; k--) {
        const QbExpr *arg = e->args[k].value;
        if (arg->kind != QB_E_NAME ||
            qb_lower_resolve(w->L, &w->scope, arg->name).kind == QB_NAME_SYMBOL)
            push(w, arg, strict);
    }
}

/* np.mean(v), skimage.io.imread(…): a module where operators stand by themselves. */
static bool is_foreign_module(Walk *w, const QbExpr *callee)
{
    const QbExpr *root = callee->left;
    while (root->kind == QB_E_MEMBER)
        root = root->left;
    if (root->kind != QB_E_NAME ||
        qb_lower_resolve(w->L, &w->scope, root->name).kind != QB_NAME_UNKNOWN)
        return false;
    const char *here = qb_elsewhere_operator(callee->name);
    QbDiag *d = qb_lower_error(w->L, "QB0202", root->span, "undefined name '%s'", root->name);
    qb_lower_hint(w->L, d, "an operator stands by itself: %s(…)", here ? here : callee->name);
    return true;
}

static void walk_call(Walk *w, const QbExpr *e, bool strict)
{
    const QbExpr *callee = e->left;
    if (callee->kind == QB_E_MEMBER) { /* image.median(5), which is told where it is evaluated */
        if (!is_foreign_module(w, callee))
            push(w, callee->left, strict);
        walk_unknown_args(w, e, strict);
        return;
    }
    if (callee->kind != QB_E_NAME) {
        push(w, callee, strict);
    } else {
        mention_name(w, callee->name, callee->span, strict, true);
        QbName found = qb_lower_resolve(w->L, &w->scope, callee->name);
        if (found.kind == QB_NAME_OP) {
            walk_op_args(w, found.op, e, strict);
            return;
        }
        if (found.kind == QB_NAME_UNKNOWN) {
            walk_unknown_args(w, e, strict);
            return;
        }
        if (found.kind == QB_NAME_SYMBOL && w->L->symbols[found.index].kind == QB_SYM_FUNC) {
            const QbFunc *f = w->L->symbols[found.index].func;
            for (int k = 0; k < e->n_args; k++) {
                int row = e->args[k].name ? qb_name_map_get(f->locals, e->args[k].name) : 0;
                if (row < 0 || (e->args[k].name && row >= f->n_params))
                    qb_lower_unknown_argument(w->L, NULL, f, &e->args[k]);
            }
        }
    }
    for (int k = e->n_args - 1; k >= 0; k--)
        push(w, e->args[k].value, strict);
}

static void walk_index(Walk *w, const QbExpr *e, bool strict)
{
    for (int k = e->n_indices - 1; k >= 0; k--) {
        push(w, e->indices[k].at, strict);
        push(w, e->indices[k].start, strict);
        push(w, e->indices[k].stop, strict);
        push(w, e->indices[k].step, strict);
    }
    push(w, e->left, strict);
}

static void walk_right_of_pipe(Walk *w, const QbExpr *e, bool strict)
{
    if (e && e->kind == QB_E_NAME)
        mention_name(w, e->name, e->span, strict, true);
    else
        push(w, e, strict);
}

static bool is_file_ending(const char *name)
{
    static const char *const endings[] = {"tif", "tiff", "png", "npy", "csv", "tsv", "json", "jpg"};
    for (int k = 0; k < QB_COUNT(endings); k++)
        if (!strcasecmp(name, endings[k]))
            return true;
    return false;
}

/* save x to a.tif, read(a.tif): a path without its quotes. */
static void hint_quotes(Walk *w, const QbExpr *path)
{
    const QbExpr *name = path->left;
    if (path->kind != QB_E_MEMBER || name->kind != QB_E_NAME ||
        qb_lower_resolve(w->L, &w->scope, name->name).kind != QB_NAME_UNKNOWN)
        return;
    QbDiag *d = qb_lower_error(w->L, "QB0202", name->span, "undefined name '%s'", name->name);
    qb_lower_hint(w->L, d, "a path is written in quotes: \"%s.%s\"", name->name, path->name);
}

static void walk_one(Walk *w, const QbExpr *e, bool strict)
{
    switch (e->kind) {
    case QB_E_ERROR:
    case QB_E_NUMBER:
    case QB_E_BOOL:
        return;
    case QB_E_STRING:
        walk_string(w, e, strict);
        return;
    case QB_E_NAME:
        mention_name(w, e->name, e->span, strict, false);
        return;
    case QB_E_CALL:
        walk_call(w, e, strict);
        return;
    case QB_E_LIST:
        for (int k = e->n_args - 1; k >= 0; k--)
            push(w, e->args[k].value, strict);
        return;
    case QB_E_PIPE:
        push(w, e->left, strict);
        walk_right_of_pipe(w, e->right, strict);
        return;
    case QB_E_COMPARE:
        for (int k = e->n_operands - 1; k >= 0; k--)
            push(w, e->operands[k], strict);
        return;
    case QB_E_IF:
        push(w, e->else_, false);
        push(w, e->then_, false);
        push(w, e->cond, strict);
        return;
    case QB_E_INDEX:
        walk_index(w, e, strict);
        return;
    case QB_E_MEMBER:
        if (is_file_ending(e->name))
            hint_quotes(w, e);
        push(w, e->left, strict);
        return;
    case QB_E_UNARY:
    case QB_E_BINARY:
    case QB_E_GROUP:
        push(w, e->right, strict);
        push(w, e->left, strict);
        return;
    }
}

static void walk_expr(Walk *w, const QbExpr *e)
{
    push(w, e, true);
    while (w->n) {
        Item item = w->stack[--w->n];
        walk_one(w, item.e, item.strict);
    }
}

static void walk_save(Walk *w, const QbStmt *s)
{
    walk_expr(w, s->value);
    hint_quotes(w, s->path);
    walk_expr(w, s->path);
    for (int k = 0; k < s->n_with; k++)
        if (s->with[k].value->kind != QB_E_NAME) /* a pixel type */
            walk_expr(w, s->with[k].value);
}

static void walk_param(Walk *w, const QbSymbol *s)
{
    bool overridden = s->given || s->literal;
    int symbol = w->symbol;
    w->scope.kind = QB_SCOPE_PARAM;
    w->symbol = overridden ? -1 : symbol;
    walk_expr(w, s->stmt->value);
    w->symbol = symbol;
    w->scope.module = w->L->root; /* an override sees what the pipeline sees */
    walk_expr(w, s->given);
    w->scope.module = s->module;
    walk_expr(w, s->stmt->domain_lo);
    walk_expr(w, s->stmt->domain_hi);
    for (int k = 0; k < s->stmt->n_domain_values; k++)
        walk_expr(w, s->stmt->domain_values[k]);
}

static void walk_func(Walk *w, const QbSymbol *s)
{
    for (int k = 0; k < s->func->n_params; k++)
        walk_expr(w, s->stmt->params[k].value); /* a default sees the file, not its neighbours */
    w->scope.func = s->func;
    for (int k = 0; k < s->stmt->n_body; k++)
        walk_expr(w, s->stmt->body[k]->value);
    walk_expr(w, s->stmt->value);
}

bool qb_lower_names_known(QbLower *L, const QbExpr *e)
{
    Walk w = {.L = L, .symbol = -1, .scope = {.kind = QB_SCOPE_PARAM, .module = L->root}};
    QbDiags *diags = L->diags, quiet;
    qb_diags_init(&quiet, L->arena);
    L->diags = &quiet;
    walk_expr(&w, e);
    L->diags = diags;
    return quiet.n_errors == 0;
}

void qb_lower_walk_symbols(QbLower *L)
{
    Walk w = {.L = L};
    for (int i = 0; i < L->n_symbols; i++) {
        const QbSymbol *s = &L->symbols[i];
        w.symbol = i;
        w.scope = (QbScope){.kind = QB_SCOPE_FILE, .module = s->module};
        if (s->kind == QB_SYM_PARAM)
            walk_param(&w, s);
        else if (s->kind == QB_SYM_FUNC)
            walk_func(&w, s);
        else if (s->stmt->kind == QB_S_SAVE)
            walk_save(&w, s->stmt);
        else if (s->kind == QB_SYM_DEFINITION)
            walk_expr(&w, s->stmt->value);
        else
            for (int k = 0; k < s->stmt->n_values; k++)
                walk_expr(&w, s->stmt->values[k]);
    }
}
