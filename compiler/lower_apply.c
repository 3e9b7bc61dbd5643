/* A step with its subject becomes nodes: inputs are checked by kind, the other arguments go into the operator's parameter
 * struct; a def is expanded, its body evaluated in a scope of its own. Where arguments stand was settled before. */
#include "compiler/lower_state.h"

#include <string.h>

enum { MOST_EXPANSIONS = 100000 };

bool qb_lower_fits(const QbVal *v, QbKind kind)
{
    if (kind == QB_STRING || kind == QB_PATH)
        return v->kind == QB_STRING || v->kind == QB_PATH;
    if (kind == QB_LENGTH && qb_val_is_fixed(v, QB_NUMBER))
        return true;
    return v->kind == kind;
}

static const char *step_name(const QbStep *s)
{
    return s->op ? s->op->name : s->func->name;
}

/* ---- a stage where a number is asked for ------------------------------------------------------------- */

/* threshold(otsu): the stage applied to the subject of the call that it is an argument of. */
static QbVal measured_by(QbLower *L, const QbStep *s, const char *row_name, const QbVal *stage)
{
    QbVal v = qb_lower_apply_stage(L, stage->stage, s->args[0].val, stage->span);
    if (qb_val_is_poison(&v) || v.kind == QB_NUMBER)
        return v;
    qb_lower_error(L, "QB0315", stage->span, "'%s' of '%s' takes a number, and this stage gives %s",
                   row_name, step_name(s), qb_val_found(&v));
    return qb_val_poison(stage->span);
}

/* ---- inputs ------------------------------------------------------------------------------------------ */

static bool takes(const QbParam *p, QbKind kind)
{
    return p->accepts & QB_ACCEPT(kind);
}

static void hint_kind(QbLower *L, const QbParam *p, const QbVal *v, QbDiag *d)
{
    if (v->kind == QB_MASK && takes(p, QB_IMAGE))
        qb_lower_hint(L, d, "'as(u8)' makes an image of a mask");
    else if (v->kind == QB_MASK && takes(p, QB_LABELS))
        qb_lower_hint(L, d, "'label' makes labels of a mask");
    else if (v->kind == QB_LABELS && takes(p, QB_IMAGE))
        qb_lower_hint(L, d, "'as(f32)' makes an image of labels");
    else if (v->kind == QB_IMAGE && takes(p, QB_MASK))
        qb_lower_hint(L, d, "a comparison makes a mask of an image: 'image > 0'");
    else if (v->kind == QB_PICTURE)
        qb_lower_hint(L, d, "a picture is there to be looked at: compute with what it was made of");
    else if (v->kind == QB_STAGE)
        qb_lower_hint(L, d, "a stage is applied with |>: 'image |> %s'",
                      qb_val_source(L->arena, v));
    else if (v->kind == QB_STRING && takes(p, QB_IMAGE))
        qb_lower_hint(L, d, "an image is read by 'read(\"FILE\")'");
    else if (v->kind == QB_IMAGE && !strcmp(p->name, "level"))
        qb_lower_hint(L, d, "two images are compared voxel by voxel: 'a > b'");
    qb_lower_hint_kind(L, d, p->accepts, v);
}

static bool input_fits(QbLower *L, const QbStep *s, int row, const QbVal *v)
{
    const QbParam *p = &s->op->params[row];
    if (takes(p, v->kind))
        return true;
    const char *kinds = qb_kinds_phrase(L->arena, p->accepts);
    QbDiag *d;
    if (row == 0)
        d = qb_lower_error(L, "QB0314", v->span, "'%s' takes %s, found %s", s->op->name, kinds,
                           qb_val_found(v));
    else
        d = qb_lower_error(L, "QB0314", v->span, "'%s' of '%s' takes %s, found %s", p->name,
                           s->op->name, kinds, qb_val_found(v));
    hint_kind(L, p, v, d);
    return false;
}

typedef struct Apply {
    QbLower *L;
    const QbStep *step;
    QbNodeId in[QB_MAX_INPUTS];
    int n_in;
    const QbType *subject; /* the first raster input */
    void *params;
    QbSpan *spans; /* of the arguments, by row */
    bool bad;
} Apply;

static void add_input(Apply *a, int row)
{
    const QbParam *p = &a->step->op->params[row];
    const QbBound *b = &a->step->args[row];
    QbNodeId *in = &a->in[a->n_in++];
    QB_CHECK(a->n_in <= QB_MAX_INPUTS);
    *in = -1;
    QbVal v = b->val;
    if (!b->given && !qb_lower_default(a->L, p, &v))
        return;
    if (row > 0 && v.kind == QB_STAGE && takes(p, QB_NUMBER))
        v = measured_by(a->L, a->step, p->name, &v);
    if (qb_val_is_poison(&v) || !input_fits(a->L, a->step, row, &v)) {
        a->bad = true;
        return;
    }
    *in = qb_val_to_node(a->L, &v);
    a->spans[row] = v.span;
    if (!a->subject && *in >= 0 && qb_is_raster(v.kind))
        a->subject = &qb_dag_at(a->L->g, *in)->type;
}

static void add_params(Apply *a)
{
    const QbOp *op = a->step->op;
    QbSlotCtx c = {.L = a->L, .step = a->step, .subject = a->subject, .params = a->params};
    for (int k = 0; k < op->n_params; k++) {
        const QbParam *p = &op->params[k];
        QbVal v = a->step->args[k].val;
        if (p->slot == QB_SLOT_INPUT)
            continue;
        if (a->step->args[k].given)
            a->spans[k] = v.span;
        else if (!qb_lower_default(a->L, p, &v)) {
            if (p->slot == QB_SLOT_PIX)
                *(QbPix *)(c.params + p->offset) = QB_PIX_COUNT;
            continue;
        }
        a->bad = !qb_lower_store(&c, k, &v) || a->bad;
        if (a->bad && p->slot == QB_SLOT_SHAPE && v.kind != QB_LIST)
            return; /* zeros(5, 5): the other numbers were meant for the list */
    }
}

/* ---- operators --------------------------------------------------------------------------------------- */

static bool has_poison(const QbStep *s)
{
    int n = s->op ? s->op->n_params : s->func->n_params;
    for (int k = 0; k < n; k++)
        if (s->args[k].given && qb_val_is_poison(&s->args[k].val))
            return true;
    return false;
}

static bool opens_a_file(const QbOp *op)
{
    for (int k = 0; k < op->n_params; k++)
        if (op->params[k].slot == QB_SLOT_PATH)
            return true;
    return false;
}

/* What stands for an image that cannot be known. */
static QbVal unknown(const QbOp *op, QbSpan span)
{
    QbVal v = qb_val_poison(span);
    if (op->class == QB_OP_SOURCE)
        v.kind = QB_IMAGE;
    return v;
}

static QbVal make_element(const Apply *a)
{
    const QbStep *s = a->step;
    QbType type;
    QbVal v = {.kind = QB_ELEMENT, .node = -1, .span = s->span};
    for (int k = 0; k < s->op->n_params; k++)
        if (s->args[k].given && qb_val_has_unit(&s->args[k].val))
            v.waits = s;
    if (v.waits)
        return v;
    if (!qb_dag_check(a->L->g, s->op, a->params, a->in, a->n_in, s->span, a->spans, &type))
        return qb_val_poison(s->span);
    QbElement *e = QB_NEW(a->L->arena, QbElement);
    s->op->value(a->params, e);
    v.element = e;
    return v;
}

static QbVal apply_op(QbLower *L, const QbStep *s)
{
    if (has_poison(s)) {
        qb_lower_check_step(L, s);
        return unknown(s->op, s->span);
    }
    Apply a = {.L = L, .step = s};
    a.params = qb_arena_alloc(L->arena, s->op->param_size + 1);
    a.spans = QB_NEW_N(L->arena, QbSpan, s->op->n_params + 1);
    for (int k = 0; k < s->op->n_params; k++)
        if (s->op->params[k].slot == QB_SLOT_INPUT)
            add_input(&a, k);
    if (!a.bad)
        add_params(&a);
    else
        qb_lower_check_step(L, s);
    if (a.bad || (!L->reaching && opens_a_file(s->op)))
        return unknown(s->op, s->span);
    if (s->op->class == QB_OP_VALUE)
        return make_element(&a);
    QbType type;
    if (s->op->code && !qb_dag_check(L->g, s->op, a.params, a.in, a.n_in, s->span, a.spans, &type))
        return unknown(s->op, s->span);
    if (s->op->code)
        return qb_lower_code(L, s);
    QbVal v =
        qb_val_node(L, qb_dag_node(L->g, s->op, a.params, a.in, a.n_in, s->span, a.spans), s->span);
    return qb_val_is_poison(&v) ? unknown(s->op, s->span) : v;
}

/* ---- defs -------------------------------------------------------------------------------------------- */

static QbVal convert(QbLower *L, const QbStep *s, int k, QbVal v)
{
    const QbDefParam *p = &s->func->stmt->params[k];
    QbKind kind = p->type ? qb_kind_named(p->type) : QB_NONE;
    if (qb_val_is_poison(&v))
        return v;
    if (k == 0 && v.kind == QB_STAGE) {
        qb_lower_error(L, "QB0307", v.span, "the subject of '%s' cannot be a stage", s->func->name);
        return qb_val_poison(v.span);
    }
    if (kind == QB_NONE)
        return p->type ? qb_val_poison(v.span) : v; /* an unknown type was reported */
    if (kind == QB_NUMBER && v.kind == QB_STAGE && s->args[0].given)
        return measured_by(L, s, p->name, &v);
    if (!qb_lower_fits(&v, kind)) {
        QbDiag *d = qb_lower_error(L, "QB0314", v.span, "'%s' of '%s' takes %s, found %s", p->name,
                                   s->func->name, qb_kind_phrase(kind), qb_val_found(&v));
        qb_lower_hint_kind(L, d, QB_ACCEPT(kind), &v);
        d->other = p->span;
        d->other_text = "declared here";
        return qb_val_poison(v.span);
    }
    if (kind == QB_LENGTH && v.kind == QB_NUMBER)
        v = (QbVal){.kind = QB_LENGTH, .node = -1, .voxels = v.number, .span = v.span};
    if (kind == QB_PATH || kind == QB_STRING)
        v.kind = kind;
    return v;
}

static bool may_expand(QbLower *L, const QbStep *s)
{
    if (L->expansions++ < MOST_EXPANSIONS)
        return true;
    if (!L->too_far)
        qb_lower_error(L, "QB0412", s->span, "the defs expand to more than %d calls",
                       MOST_EXPANSIONS);
    L->too_far = true;
    return false;
}

static const char in_call[] = "in this call";

/* Errors in the body of a def, from number `from` on, also show the outermost call that led there. */
static void point_at_call(QbLower *L, const QbStep *s, int from)
{
    for (int k = from; k < L->diags->n; k++) {
        QbDiag *d = &L->diags->v[k];
        if (d->severity != QB_ERROR || (d->other.source && d->other_text != in_call))
            continue;
        d->other = s->span;
        d->other_text = in_call;
    }
}

static QbVal apply_func(QbLower *L, const QbStep *s)
{
    int errors = L->diags->n;
    const QbFunc *f = s->func;
    if (f->recursive || !may_expand(L, s))
        return qb_val_poison(s->span);
    QbScope file = {.kind = QB_SCOPE_FILE, .module = f->module}, scope = file;
    scope.func = f;
    scope.locals = QB_NEW_N(L->arena, QbLocal, f->n_locals + 1);
    for (int k = 0; k < f->n_params; k++) {
        QbVal v =
            s->args[k].given ? s->args[k].val : qb_lower_expr(L, &file, f->stmt->params[k].value);
        scope.locals[k] = (QbLocal){.state = QB_SYM_DONE, .val = convert(L, s, k, v)};
    }
    QbVal v = qb_lower_expr(L, &scope, f->stmt->value);
    point_at_call(L, s, errors);
    v.span = s->span;
    return v;
}

QbVal qb_lower_apply(QbLower *L, const QbStep *step)
{
    return step->op ? apply_op(L, step) : apply_func(L, step);
}

/* ---- before the subject is known --------------------------------------------------------------------- */

static bool check_func_argument(QbLower *L, const QbStep *s, int k)
{
    const char *type = s->func->stmt->params[k].type;
    const QbVal *v = &s->args[k].val;
    if (v->kind == QB_STAGE && type && qb_kind_named(type) == QB_NUMBER)
        return true;
    QbVal converted = convert(L, s, k, *v);
    return !qb_val_is_poison(&converted);
}

static bool check_op_argument(const QbSlotCtx *c, int k)
{
    const QbParam *p = &c->step->op->params[k];
    const QbVal *v = &c->step->args[k].val;
    if (p->slot != QB_SLOT_INPUT)
        return qb_lower_store(c, k, v);
    return (v->kind == QB_STAGE && takes(p, QB_NUMBER)) || input_fits(c->L, c->step, k, v);
}

bool qb_lower_check_step(QbLower *L, const QbStep *step)
{
    int n = step->op ? step->op->n_params : step->func->n_params;
    bool subject_waits = step->func || (n && step->op->params[0].slot == QB_SLOT_INPUT), ok = true;
    QbSlotCtx c = {.L = L, .step = step};
    c.params = step->op ? qb_arena_alloc(L->arena, step->op->param_size + 1) : NULL;
    for (int k = subject_waits; k < n; k++) {
        if (!step->args[k].given)
            continue;
        if (qb_val_is_poison(&step->args[k].val))
            ok = false;
        else
            ok = (step->op ? check_op_argument(&c, k) : check_func_argument(L, step, k)) && ok;
    }
    return ok;
}
