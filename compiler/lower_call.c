/* Calls: which argument belongs to which row of an operator or def, and whether the call has its subject (row 0) or is a
 * stage. Positional arguments start at the subject if the first of them has the subject's type, else after it. */
#include "compiler/lower_state.h"

#include <string.h>

typedef struct Call {
    QbLower *L;
    const QbScope *scope;
    const QbExpr *e; /* QB_E_CALL, or QB_E_NAME for a bare name */
    const QbVal *piped;
    QbStep *step;
    int n_rows;
    QbVal first; /* the first positional argument, where it had to be evaluated to place it */
    bool has_first;
    bool bad; /* a mistake was reported */
} Call;

static const char *callee_name(const QbStep *s)
{
    return s->op ? s->op->name : s->func->name;
}

static const char *row_name(const QbStep *s, int row)
{
    return s->op ? s->op->params[row].name : s->func->stmt->params[row].name;
}

static int row_named(const Call *c, const char *name)
{
    for (int k = 0; k < c->n_rows; k++)
        if (!strcmp(row_name(c->step, k), name))
            return k;
    return -1;
}

static bool is_required(const QbStep *s, int row)
{
    return s->op ? !s->op->params[row].def : !s->func->stmt->params[row].value;
}

/* Row 0 is what a stage waits for: an input of an operator, the first parameter of a def. */
static bool has_subject(const Call *c)
{
    if (!c->n_rows)
        return false;
    return c->step->func || c->step->op->params[0].slot == QB_SLOT_INPUT;
}

/* ---- where positional arguments start --------------------------------------------------------------- */

static bool fits_op_subject(const QbOp *op, const QbVal *v)
{
    if (op->params[0].accepts & QB_ACCEPT(v->kind))
        return true;
    if (!qb_is_raster(v->kind) && v->kind != QB_TABLE)
        return op->n_params == 1 && v->kind != QB_STAGE;
    /* An image where labels are meant is the subject all the same, unless the next row asks for it. */
    return op->n_params == 1 || op->params[1].slot != QB_SLOT_INPUT ||
           !(op->params[1].accepts & QB_ACCEPT(v->kind));
}

static bool fits_func_subject(const QbFunc *f, const QbVal *v)
{
    const char *type = f->stmt->params[0].type;
    if (!type)
        return v->kind != QB_STAGE;
    QbKind kind = qb_kind_named(type);
    if (kind == QB_NONE ? v->kind != QB_STAGE
                        : qb_lower_fits(v, kind)) /* an unknown type was reported */
        return true;
    bool next = f->n_params > 1 && f->stmt->params[1].type &&
                qb_lower_fits(v, qb_kind_named(f->stmt->params[1].type));
    return (qb_is_raster(v->kind) || v->kind == QB_TABLE) && !next;
}

/* A bare name that is no value is an operator, a choice or a mistake: never a subject. */
static bool names_a_value(const Call *c, const QbExpr *e)
{
    if (e->kind != QB_E_NAME)
        return true;
    QbName found = qb_lower_resolve(c->L, c->scope, e->name);
    if (found.kind == QB_NAME_SYMBOL)
        return c->L->symbols[found.index].kind != QB_SYM_FUNC;
    return found.kind == QB_NAME_LOCAL;
}

static int first_row(Call *c)
{
    if (c->piped)
        return 1;
    if (!has_subject(c) || c->e->kind != QB_E_CALL)
        return 0;
    const QbArg *arg = NULL;
    for (int k = 0; k < c->e->n_args && !arg; k++)
        arg = c->e->args[k].name ? NULL : &c->e->args[k];
    if (!arg)
        return 0;
    if (!names_a_value(c, arg->value))
        return c->n_rows > 1 ? 1 : 0;
    c->first = qb_lower_expr(c->L, c->scope, arg->value);
    c->has_first = true;
    if (c->first.kind == QB_NONE) {
        c->bad = true; /* what it is, and so where the others stand, is not known */
        return 0;
    }
    return c->step->op ? !fits_op_subject(c->step->op, &c->first)
                       : !fits_func_subject(c->step->func, &c->first);
}

/* ---- arguments -------------------------------------------------------------------------------------- */

/* median(image, "size", 5): the name of a row in quotes, before `arg`. */
static const char *name_in_quotes(const Call *c, const QbArg *arg)
{
    for (const QbArg *a = c->e->args; a < arg; a++) {
        const QbExpr *e = a->value;
        bool text = e->kind == QB_E_STRING && e->n_parts == 1 && e->parts[0].text;
        if (text && row_named(c, e->parts[0].text) >= 0)
            return e->parts[0].text;
    }
    return NULL;
}

/* More arguments than a stage takes: then the first one was meant as the subject, and is of the wrong kind. */
static bool report_subject(Call *c)
{
    QbStep *s = c->step;
    const char *type = s->func ? s->func->stmt->params[0].type : NULL;
    if (s->func && !type)
        return false;
    const char *kinds = s->func ? qb_kind_phrase(qb_kind_named(type))
                                : qb_kinds_phrase(c->L->arena, s->op->params[0].accepts);
    QbDiag *d = qb_lower_error(c->L, "QB0314", c->first.span, "'%s' of '%s' takes %s, found %s",
                               row_name(s, 0), callee_name(s), kinds, qb_val_found(&c->first));
    qb_lower_hint_kind(c->L, d, s->func ? QB_ACCEPT(qb_kind_named(type)) : s->op->params[0].accepts,
                       &c->first);
    return true;
}

static void report_extra(Call *c, const QbArg *arg, int first)
{
    int takes = c->n_rows - first;
    QbStep *s = c->step;
    QbDiag *d;
    c->bad = true;
    if (first && c->has_first && !c->piped && report_subject(c))
        return;
    if (takes <= 0)
        d = qb_lower_error(c->L, "QB0303", arg->value->span, "'%s' takes no argument%s",
                           callee_name(s), first ? " besides its subject" : "");
    else
        d = qb_lower_error(c->L, "QB0303", arg->value->span,
                           "too many arguments for '%s': it takes %d%s", callee_name(s), takes,
                           first ? " besides its subject" : "");
    const char *name = name_in_quotes(c, arg);
    if (name)
        qb_lower_hint(c->L, d, "an argument is named without quotes: %s=...", name);
    const char *list = "";
    for (int k = first; k < c->n_rows; k++)
        list =
            qb_arena_printf(c->L->arena, "%s%s'%s'", list, k > first ? ", " : "", row_name(s, k));
    if (takes > 0 && !(c->piped && s->func))
        qb_lower_hint(c->L, d, takes == 1 ? "it is %s" : "they are %s", list);
    if (c->piped && s->func)
        qb_lower_hint(c->L, d, "a stage that a def returns is applied in brackets: '|> (%s(…))'",
                      callee_name(s));
    c->bad = true;
}

/* The value of an argument. Where the row takes a name of its own (a pixel type, a kind of projection) it is that. */
static QbVal argument(Call *c, int row, const QbArg *arg)
{
    const QbExpr *e = arg->value;
    const QbOp *op = c->step->op;
    if (op && e->kind == QB_E_NAME && qb_lower_choices(&op->params[row])) {
        QbName found = qb_lower_resolve(c->L, c->scope, e->name);
        bool value =
            found.kind == QB_NAME_LOCAL ||
            (found.kind == QB_NAME_SYMBOL && c->L->symbols[found.index].kind != QB_SYM_FUNC);
        if (qb_lower_is_choice(&op->params[row], e->name) ||
            (!value && found.kind != QB_NAME_UNKNOWN))
            return qb_val_text(QB_STRING, e->name, e->span);
        if (found.kind == QB_NAME_UNKNOWN) {
            qb_lower_unknown_bare(c->L, c->scope, op, arg->name ? row : -1, arg);
            return qb_val_poison(e->span);
        }
    }
    return qb_lower_expr(c->L, c->scope, e);
}

static void put(Call *c, int row, const QbArg *arg, QbVal v)
{
    QbBound *b = &c->step->args[row];
    if (b->given) {
        QbDiag *d = qb_lower_error(c->L, "QB0304", arg->name ? arg->name_span : arg->value->span,
                                   "'%s' of '%s' is given twice", row_name(c->step, row),
                                   callee_name(c->step));
        qb_lower_hint(c->L, d, "an argument is given once, by its place or by its name");
        c->bad = true;
        return;
    }
    *b = (QbBound){true, v};
}

static void bind_positional(Call *c, const QbArg *arg, int row, int first)
{
    bool evaluated = c->has_first && row == first;
    if (row >= c->n_rows) {
        report_extra(c, arg, first);
        if (!evaluated && arg->value->kind != QB_E_NAME)
            qb_lower_expr(c->L, c->scope, arg->value);
        return;
    }
    bool choice = c->step->op && qb_lower_choices(&c->step->op->params[row]);
    put(c, row, arg, evaluated && !choice ? c->first : argument(c, row, arg));
}

static void bind_arguments(Call *c)
{
    int first = first_row(c), row = first;
    if (c->piped) {
        QbVal v = *c->piped;
        c->step->args[0] = (QbBound){true, v};
    }
    for (int k = 0; c->e->kind == QB_E_CALL && k < c->e->n_args; k++) {
        const QbArg *arg = &c->e->args[k];
        int named = arg->name ? row_named(c, arg->name) : -1;
        if (named >= 0) {
            put(c, named, arg, argument(c, named, arg));
        } else if (!arg->name) {
            bind_positional(c, arg, row++, first);
        } else {
            qb_lower_unknown_argument(c->L, c->step->op, c->step->func, arg);
            c->bad = true;
        }
    }
}

static void report_missing(Call *c, int row)
{
    const QbStep *s = c->step;
    QbDiag *d = qb_lower_error(c->L, "QB0302", s->name_span, "'%s' needs its argument '%s'",
                               callee_name(s), row_name(s, row));
    if (s->op && s->op->params[row].help && s->op->params[row].help[0])
        qb_lower_hint(c->L, d, "%s", s->op->params[row].help);
    if (s->func) {
        d->other = s->func->stmt->params[row].span;
        d->other_text = "declared here";
    }
    c->bad = true;
}

static void check_missing(Call *c)
{
    for (int k = has_subject(c); k < c->n_rows && !c->bad; k++)
        if (!c->step->args[k].given && is_required(c->step, k))
            report_missing(c, k);
}

/* ---- calls ------------------------------------------------------------------------------------------ */

static QbVal call_step(Call *c)
{
    QbStep *s = c->step;
    c->n_rows = s->op ? s->op->n_params : s->func->n_params;
    s->args = QB_NEW_N(c->L->arena, QbBound, c->n_rows + 1);
    if (s->func && s->func->recursive)
        return qb_val_poison(c->e->span);
    if (c->piped && !c->n_rows) {
        qb_lower_error(c->L, "QB0303", s->name_span,
                       "'%s' takes no argument, so nothing can be piped into it", callee_name(s));
        return qb_val_poison(c->e->span);
    }
    bind_arguments(c);
    check_missing(c);
    if (c->bad)
        return qb_val_poison(c->e->span);
    bool waits =
        has_subject(c) && !s->args[0].given && (is_required(s, 0) || c->e->kind == QB_E_NAME);
    if (!waits)
        return qb_lower_apply(c->L, s);
    return qb_lower_check_step(c->L, s) ? qb_lower_stage_of(c->L, s, c->e->span)
                                        : qb_val_poison(c->e->span);
}

/* What a name that is no operator or def stands for; a poison where it is being evaluated. */
static QbVal value_of(const QbLower *L, const QbScope *scope, const QbName *found)
{
    if (found->kind == QB_NAME_LOCAL)
        return scope->locals[found->index].val;
    return L->symbols[found->index].val;
}

/* Whether the name that a chain of members starts with means something. */
static bool is_known(const QbLower *L, const QbScope *scope, const QbExpr *e)
{
    while (e->kind == QB_E_MEMBER)
        e = e->left;
    if (e->kind != QB_E_NAME)
        return true;
    QbName found = qb_lower_resolve(L, scope, e->name);
    const QbStmt *s = found.kind == QB_NAME_SYMBOL ? L->symbols[found.index].stmt : NULL;
    return found.kind != QB_NAME_UNKNOWN && !(s && s->value && s->value->kind == QB_E_ERROR);
}

static QbVal report_not_callable(QbLower *L, const QbScope *scope, const QbName *found,
                                 const QbExpr *callee, bool piped)
{
    if (callee->kind == QB_E_ERROR)
        return qb_val_poison(callee->span);
    if (callee->kind == QB_E_MEMBER && !is_known(L, scope, callee))
        return qb_val_poison(callee->span); /* np.mean(v): reported as an unknown name */
    if (callee->kind != QB_E_NAME) {
        QbDiag *d = qb_lower_error(L, "QB0311", callee->span,
                                   "only operators and defs are called, by their names");
        if (callee->kind == QB_E_CALL)
            qb_lower_hint(L, d, "a stage is applied with |>: 'image |> median(5)'");
        if (callee->kind == QB_E_MEMBER)
            qb_lower_hint(L, d, "an operator is applied with |>: 'image |> %s(…)'", callee->name);
        return qb_val_poison(callee->span);
    }
    const QbSymbol *s = found->kind == QB_NAME_SYMBOL ? &L->symbols[found->index] : NULL;
    const QbFunc *f =
        found->kind == QB_NAME_LOCAL && found->index >= scope->func->n_params ? scope->func : NULL;
    const QbStmt *stmt = s ? s->stmt : f ? f->stmt->body[found->index - f->n_params] : NULL;
    bool unread = stmt && stmt->value && stmt->value->kind == QB_E_ERROR;
    if (unread || (s && s->state == QB_SYM_OPEN)) /* a cycle, which is reported as one */
        return qb_val_poison(callee->span);
    QbVal v = value_of(L, scope, found);
    QbDiag *d = qb_lower_error(L, "QB0311", callee->span,
                               "'%s' is no operator or def: it cannot be called", callee->name);
    if (qb_name_map_get(L->op_names, callee->name) >= 0)
        qb_lower_hint(L, d, "here '%s' is this file's own, not the operator", callee->name);
    else if (v.kind == QB_STAGE)
        qb_lower_hint(L, d, "a stage is applied with |>: 'image |> %s'", callee->name);
    else if (qb_is_raster(v.kind) && !piped)
        qb_lower_hint(L, d, "voxels are picked in square brackets: '%s[…]', counted from 0",
                      callee->name);
    return qb_val_poison(callee->span);
}

QbVal qb_lower_call(QbLower *L, const QbScope *scope, const QbExpr *e, const QbVal *piped)
{
    const QbExpr *callee = e->left;
    if (callee->kind != QB_E_NAME)
        return report_not_callable(L, scope, NULL, callee, piped);
    QbName found = qb_lower_resolve(L, scope, callee->name);
    Call c = {.L = L, .scope = scope, .e = e, .piped = piped, .step = QB_NEW(L->arena, QbStep)};
    c.step->name_span = callee->span;
    c.step->span = e->span;
    if (found.kind == QB_NAME_UNKNOWN) {
        qb_lower_unknown_name(L, scope, callee->name, callee->span, true);
        return qb_val_poison(e->span);
    }
    if (found.kind == QB_NAME_OP)
        c.step->op = found.op;
    else if (found.kind == QB_NAME_SYMBOL && L->symbols[found.index].kind == QB_SYM_FUNC)
        c.step->func = L->symbols[found.index].func;
    else
        return report_not_callable(L, scope, &found, callee, piped);
    return call_step(&c);
}

QbVal qb_lower_bare(QbLower *L, const QbScope *scope, const QbExpr *e, const QbVal *piped)
{
    QbName found = qb_lower_resolve(L, scope, e->name);
    Call c = {.L = L, .scope = scope, .e = e, .piped = piped, .step = QB_NEW(L->arena, QbStep)};
    c.step->name_span = c.step->span = e->span;
    c.step->op = found.op;
    c.step->func = found.op ? NULL : L->symbols[found.index].func;
    return call_step(&c);
}

QbVal qb_lower_apply_op(QbLower *L, const char *op, const QbVal *subject, QbSpan span)
{
    QbStep *s = QB_NEW(L->arena, QbStep);
    s->op = qb_op_find(L->ops, L->n_ops, op);
    s->name_span = s->span = span;
    if (!s->op || !s->op->n_params)
        return qb_val_poison(span);
    s->args = QB_NEW_N(L->arena, QbBound, s->op->n_params);
    s->args[0] = (QbBound){true, *subject};
    return qb_lower_apply(L, s);
}
