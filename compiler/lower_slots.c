/* One argument into its field of an operator's parameter struct, by the slot of its row; the names that rows take of their
 * own; defaults. Numbers per axis stand in lower_sizes.c. Knows no single operator. */
#include "compiler/lower_state.h"

#include <string.h>

const char *const *qb_lower_choices(const QbParam *p)
{
    static const char *const kinds[] = {"u8",  "u16", "u32",  "i8",     "i16", "i32",
                                        "f32", "f64", "mask", "labels", NULL};
    static const char *const pixels[] = {"u8",  "u16", "u32", "i8", "i16",
                                         "i32", "f32", "f64", NULL};
    if (p->slot == QB_SLOT_CHOICE)
        return p->choices;
    if (p->slot == QB_SLOT_PIX)
        return pixels;
    return p->slot == QB_SLOT_KIND ? kinds : NULL;
}

/* ---- what an argument must be ------------------------------------------------------------------------ */

static const char *slot_phrase(QbSlot slot)
{
    static const char *const phrases[] = {
        [QB_SLOT_INPUT] = "an image",
        [QB_SLOT_NUMBER] = "a number",
        [QB_SLOT_WHOLE] = "a whole number",
        [QB_SLOT_BOOL] = "true or false",
        [QB_SLOT_CHOICE] = "a name",
        [QB_SLOT_STRING] = "a string",
        [QB_SLOT_PATH] = "a path",
        [QB_SLOT_PIX] = "a pixel type",
        [QB_SLOT_KIND] = "a pixel type",
        [QB_SLOT_SIZES] = "a number or a list",
        [QB_SLOT_SIGMAS] = "a number or a list",
        [QB_SLOT_SHAPE] = "a list of 2 or 3 sizes",
        [QB_SLOT_ELEMENT] = "an element",
        [QB_SLOT_NUMBERS] = "a list of numbers",
    };
    return phrases[slot];
}

static unsigned kinds_of(const QbParam *p)
{
    switch (p->slot) {
    case QB_SLOT_NUMBER:
    case QB_SLOT_WHOLE:
    case QB_SLOT_SIZES:
    case QB_SLOT_SIGMAS:
    case QB_SLOT_NUMBERS:
        return QB_ACCEPT(QB_NUMBER) | (p->length ? QB_ACCEPT(QB_LENGTH) : 0);
    case QB_SLOT_BOOL:
        return QB_ACCEPT(QB_BOOL);
    case QB_SLOT_STRING:
    case QB_SLOT_PATH:
        return QB_ACCEPT(QB_STRING);
    case QB_SLOT_INPUT:
    case QB_SLOT_CHOICE:
    case QB_SLOT_PIX:
    case QB_SLOT_KIND:
    case QB_SLOT_SHAPE:
    case QB_SLOT_ELEMENT:
        return 0;
    }
    return 0;
}

bool qb_lower_wrong_kind(const QbSlotCtx *c, int row, const QbVal *v)
{
    QbLower *L = c->L;
    const QbOp *op = c->step->op;
    const QbParam *p = &op->params[row];
    bool measured = v->node >= 0 && (v->kind == QB_NUMBER || v->kind == QB_BOOL);
    bool numeric =
        p->slot != QB_SLOT_STRING && p->slot != QB_SLOT_PATH && p->slot != QB_SLOT_ELEMENT;
    if (measured || (v->kind == QB_STAGE && numeric)) {
        QbDiag *d = qb_lower_error(L, "QB0312", v->span,
                                   "'%s' of '%s' must be known before the run, found %s", p->name,
                                   op->name, qb_val_found(v));
        qb_lower_hint(
            L, d, measured ? "this one is measured from pixels" : "a stage waits for its image");
        return false;
    }
    QbDiag *d = qb_lower_error(L, "QB0314", v->span, "'%s' of '%s' takes %s, found %s", p->name,
                               op->name, slot_phrase(p->slot), qb_val_found(v));
    if (p->slot == QB_SLOT_ELEMENT)
        qb_lower_hint(L, d, "such as 'ball(3)', 'disk(3)', 'box(3)' or 'cross(3)'");
    if (p->slot == QB_SLOT_SHAPE)
        qb_lower_hint(L, d, "such as [64, 64], or [10, 64, 64] for a volume");
    qb_lower_hint_kind(L, d, kinds_of(p), v);
    return false;
}

/* ---- slots ------------------------------------------------------------------------------------------- */

static bool store_choice(const QbSlotCtx *c, int row, const QbVal *v)
{
    const QbParam *p = &c->step->op->params[row];
    const char *const *choices = qb_lower_choices(p);
    void *field = c->params + p->offset;
    if (v->kind != QB_STRING && v->kind != QB_PATH)
        return qb_lower_wrong_kind(c, row, v);
    int k = 0;
    while (choices[k] && strcmp(choices[k], v->text) != 0)
        k++;
    if (!choices[k]) {
        qb_lower_unknown_choice(c->L, c->step->op, row, v->text, v->span);
        return false;
    }
    if (p->slot == QB_SLOT_CHOICE)
        *(int *)field = k;
    else if (p->slot == QB_SLOT_PIX)
        *(QbPix *)field = qb_pix_named(v->text);
    else if (qb_pix_named(v->text) != QB_PIX_COUNT)
        *(QbAsType *)field = (QbAsType){QB_IMAGE, qb_pix_named(v->text)};
    else
        *(QbAsType *)field =
            !strcmp(v->text, "mask") ? (QbAsType){QB_MASK, QB_U8} : (QbAsType){QB_LABELS, QB_U32};
    return true;
}

static bool store_text(const QbSlotCtx *c, int row, const QbVal *v)
{
    if (v->kind != QB_STRING && v->kind != QB_PATH)
        return qb_lower_wrong_kind(c, row, v);
    *(const char **)(c->params + c->step->op->params[row].offset) = v->text;
    return true;
}

static bool store_bool(const QbSlotCtx *c, int row, const QbVal *v)
{
    if (!qb_val_is_fixed(v, QB_BOOL))
        return qb_lower_wrong_kind(c, row, v);
    *(bool *)(c->params + c->step->op->params[row].offset) = v->number != 0;
    return true;
}

/* ---- what lengths became ------------------------------------------------------------------------------ */

/* Once what is the same along every axis. */
static void write_list(const double *v, int n, QbText *out)
{
    bool same = true;
    for (int u = 1; u < n; u++)
        same = same && v[u] == v[0];
    for (int u = 0; u < (same ? 1 : n); u++) {
        qb_text_add(out, u ? " × " : "");
        qb_text_add_number(out, v[u]);
    }
}

/* What a field holds, in the order of the user's axes. */
static void write_voxels(const QbSlotCtx *c, int row, QbText *out)
{
    const QbParam *p = &c->step->op->params[row];
    const void *field = c->params + p->offset;
    int n = p->slot == QB_SLOT_NUMBERS ? ((const QbNumbers *)field)->n : c->subject->rank;
    double v[QB_COUNT(((QbNumbers *)0)->v)] = {0};
    for (int u = 0; u < n; u++) {
        int axis = qb_axis(c->subject->rank, u < c->subject->rank ? u : 0);
        v[u] = p->slot == QB_SLOT_SIZES     ? (double)((const int64_t *)field)[axis]
               : p->slot == QB_SLOT_SIGMAS  ? ((const double *)field)[axis]
               : p->slot == QB_SLOT_NUMBERS ? ((const QbNumbers *)field)->v[u]
               : p->slot == QB_SLOT_WHOLE   ? (double)*(const int64_t *)field
                                            : *(const double *)field;
    }
    write_list(v, n, out);
}

static void add_note(QbDag *g, QbLengthNote note)
{
    for (int k = 0; k < g->n_lengths; k++) {
        const QbLengthNote *o = &g->lengths[k];
        if (o->span.source == note.span.source && o->span.lo == note.span.lo && o->op == note.op &&
            !strcmp(o->voxels, note.voxels))
            return;
    }
    QB_PUSH(g->arena, g->lengths, g->n_lengths, g->cap_lengths, note);
}

/* For the plan: what a length in a physical unit became. */
static void note_length(const QbSlotCtx *c, int row, const QbVal *v)
{
    QbDag *g = c->L->g;
    QbText t = {0};
    write_voxels(c, row, &t);
    QbLengthNote note = {.span = v->span, .op = c->step->op->name};
    note.argument = c->step->op->params[row].name;
    note.voxels = qb_arena_strdup(g->arena, t.s);
    t.n = 0;
    qb_val_write(c->L, v, &t);
    note.length = qb_arena_strdup(g->arena, t.s);
    qb_text_free(&t);
    add_note(g, note);
}

/* ---- elements ------------------------------------------------------------------------------------------ */

/* The element that a step with lengths in physical units makes for an image of this type. */
static bool element_of(const QbSlotCtx *c, const QbStep *s, const QbType *subject, QbElement *out)
{
    QbLower *L = c->L;
    QbSlotCtx own = {.L = L, .step = s, .subject = subject};
    own.params = qb_arena_alloc(L->arena, s->op->param_size + 1);
    QbSpan *spans = QB_NEW_N(L->arena, QbSpan, s->op->n_params + 1);
    QbType type;
    for (int k = 0; k < s->op->n_params; k++) {
        QbVal v = s->args[k].val;
        if (s->args[k].given)
            spans[k] = v.span;
        else if (!qb_lower_default(L, &s->op->params[k], &v))
            continue;
        if (!qb_lower_store(&own, k, &v))
            return false;
    }
    if (!qb_dag_check(L->g, s->op, own.params, NULL, 0, s->span, spans, &type))
        return false;
    s->op->value(own.params, out);
    return true;
}

static bool has_cubes(const QbType *t)
{
    double first = t->spacing[0];
    for (int u = 1; u < t->rank; u++)
        if (t->spacing[qb_axis(t->rank, u)] != first)
            return false;
    return true;
}

static bool has_voxel_size(const QbType *t)
{
    for (int u = 0; u < t->rank; u++)
        if (!(t->spacing[qb_axis(t->rank, u)] > 0))
            return false;
    return true;
}

static void note_radii(QbDag *g, QbLengthNote note, const double *r, int n)
{
    QbText t = {0};
    write_list(r, n, &t);
    note.voxels = qb_arena_strdup(g->arena, t.s);
    qb_text_free(&t);
    add_note(g, note);
}

/* Boxes take a width for each axis. The radius of the others is another number of voxels along each axis, unless these are cubes:
 * it is found for images of cubes with the edge of each axis in turn. */
static bool element_for(const QbSlotCtx *c, const QbStep *s, QbElement *out)
{
    const QbType *t = c->subject;
    bool by_axis = s->op->n_params && s->op->params[0].slot == QB_SLOT_NUMBERS;
    if (by_axis || has_cubes(t) || !has_voxel_size(t))
        return element_of(c, s, t, out);
    QbDag *g = c->L->g;
    double along[3] = {0}, r[3];
    int before = g->n_lengths;
    QbLengthNote note = {0};
    for (int u = 0; u < t->rank; u++) {
        QbType cubes = *t;
        for (int a = 0; a < 3; a++)
            cubes.spacing[a] = t->spacing[qb_axis(t->rank, u)];
        if (!element_of(c, s, &cubes, out))
            return false;
        r[u] = along[qb_axis(t->rank, u)] = out->r;
        note = g->n_lengths > before ? g->lengths[before] : note;
        g->n_lengths = before;
    }
    memcpy(out->along, along, sizeof(along));
    if (note.op)
        note_radii(g, note, r, t->rank);
    return true;
}

static bool store_element(const QbSlotCtx *c, int row, const QbVal *v)
{
    QbElement *field = (QbElement *)(c->params + c->step->op->params[row].offset);
    if (v->kind != QB_ELEMENT)
        return qb_lower_wrong_kind(c, row, v);
    if (v->waits)
        return !c->subject || element_for(c, v->waits, field);
    *field = *v->element;
    return true;
}

static bool store_number(const QbSlotCtx *c, int row, const QbVal *v)
{
    const QbParam *p = &c->step->op->params[row];
    double number;
    if (!qb_lower_store_number(c, row, v, -1, &number))
        return false;
    if (p->slot == QB_SLOT_WHOLE)
        *(int64_t *)(c->params + p->offset) = (int64_t)number;
    else
        *(double *)(c->params + p->offset) = number;
    return true;
}

static bool store(const QbSlotCtx *c, int row, const QbVal *v)
{
    switch (c->step->op->params[row].slot) {
    case QB_SLOT_INPUT:
        return true; /* no field */
    case QB_SLOT_NUMBER:
    case QB_SLOT_WHOLE:
        return store_number(c, row, v);
    case QB_SLOT_BOOL:
        return store_bool(c, row, v);
    case QB_SLOT_CHOICE:
    case QB_SLOT_PIX:
    case QB_SLOT_KIND:
        return store_choice(c, row, v);
    case QB_SLOT_STRING:
    case QB_SLOT_PATH:
        return store_text(c, row, v);
    case QB_SLOT_SIZES:
    case QB_SLOT_SIGMAS:
        return qb_lower_store_sizes(c, row, v);
    case QB_SLOT_SHAPE:
        return qb_lower_store_shape(c, row, v);
    case QB_SLOT_ELEMENT:
        return store_element(c, row, v);
    case QB_SLOT_NUMBERS:
        return qb_lower_store_numbers(c, row, v);
    }
    return false;
}

bool qb_lower_store(const QbSlotCtx *c, int row, const QbVal *v)
{
    if (!store(c, row, v))
        return false;
    if (c->subject && qb_val_has_unit(v))
        note_length(c, row, v);
    return true;
}

/* ---- defaults ---------------------------------------------------------------------------------------- */

/* A default is qbi text of the descriptor's: parsed once, and never wrong. */
static QbVal evaluate_default(QbLower *L, const QbParam *p)
{
    QbSource *source = QB_NEW(L->arena, QbSource);
    *source = (QbSource){.name = "default", .text = p->def, .length = strlen(p->def)};
    QbSpan span = {source, 0, (uint32_t)source->length};
    if (qb_lower_is_choice(p, p->def))
        return qb_val_text(QB_STRING, p->def, span);
    QbScope scope = {.kind = QB_SCOPE_OPS};
    QbVal v = qb_lower_expr(L, &scope, qb_parse_expr(L->arena, source, L->diags));
    if (qb_val_is_poison(&v))
        QB_BUG("the default '%s' of '%s' does not check", p->def, p->name);
    return v;
}

bool qb_lower_default(QbLower *L, const QbParam *p, QbVal *out)
{
    if (!p->def || !p->def[0])
        return false;
    /* Where a row has names of its own, the same text may mean something else. */
    bool choice = qb_lower_choices(p) != NULL;
    int known = choice ? -1 : qb_name_map_get(L->default_texts, p->def);
    if (known >= 0) {
        *out = L->defaults[known];
        return true;
    }
    *out = evaluate_default(L, p);
    if (choice)
        return true;
    qb_name_map_put(L->default_texts, p->def, L->n_defaults);
    QB_PUSH(L->arena, L->defaults, L->n_defaults, L->cap_defaults, *out);
    return true;
}
