/* Compile-time values: making them, naming their kinds for people, writing them as qbi text. */
#include "compiler/lower_state.h"

#include <string.h>

QbVal qb_val_poison(QbSpan span)
{
    return (QbVal){.kind = QB_NONE, .node = -1, .span = span};
}

QbVal qb_val_number(double v, QbSpan span)
{
    return (QbVal){.kind = QB_NUMBER, .node = -1, .number = v, .span = span};
}

QbVal qb_val_bool(bool v, QbSpan span)
{
    return (QbVal){.kind = QB_BOOL, .node = -1, .number = v ? 1 : 0, .span = span};
}

QbVal qb_val_text(QbKind kind, const char *text, QbSpan span)
{
    return (QbVal){.kind = kind, .node = -1, .text = text, .span = span};
}

bool qb_val_has_unit(const QbVal *v)
{
    bool found = v->kind == QB_LENGTH && v->number != 0;
    for (int k = 0; v->kind == QB_LIST && k < v->n_items && !found; k++)
        found = qb_val_has_unit(&v->items[k]);
    return found;
}

QbVal qb_val_node(const QbLower *L, QbNodeId id, QbSpan span)
{
    if (id < 0)
        return qb_val_poison(span);
    const QbNode *node = qb_dag_at(L->g, id);
    QbVal v = {
        .kind = node->type.kind, .node = node->op ? id : -1, .number = node->number, .span = span};
    return v;
}

QbNodeId qb_val_to_node(QbLower *L, const QbVal *v)
{
    if (v->node >= 0)
        return v->node;
    if (v->kind == QB_NUMBER)
        return qb_dag_number(L->g, v->number, v->span);
    if (v->kind == QB_BOOL)
        return qb_dag_bool(L->g, v->number != 0, v->span);
    return -1;
}

/* ---- kinds ------------------------------------------------------------------------------------------ */

static const char *const phrases[QB_KIND_COUNT] = {
    [QB_NONE] = "nothing",      [QB_NUMBER] = "a number", [QB_BOOL] = "a bool",
    [QB_STRING] = "a string",   [QB_PATH] = "a path",     [QB_LENGTH] = "a length",
    [QB_TIME] = "a time",       [QB_LIST] = "a list",     [QB_IMAGE] = "an image",
    [QB_MASK] = "a mask",       [QB_LABELS] = "labels",   [QB_ELEMENT] = "an element",
    [QB_TABLE] = "a table",     [QB_STAGE] = "a stage",   [QB_BLOB] = "a summary",
    [QB_PICTURE] = "a picture", [QB_PLOT] = "a plot",
};

const char *qb_kind_phrase(QbKind kind)
{
    return phrases[kind];
}

const char *qb_val_found(const QbVal *v)
{
    if (v->kind == QB_NUMBER && v->node >= 0)
        return "a measured number";
    return phrases[v->kind];
}

const char *qb_kinds_phrase(QbArena *arena, unsigned accepts)
{
    static const QbKind order[] = {QB_IMAGE,  QB_MASK, QB_LABELS, QB_PICTURE,
                                   QB_NUMBER, QB_BOOL, QB_TABLE};
    const char *parts[QB_COUNT(order)];
    int n = 0;
    for (int i = 0; i < QB_COUNT(order); i++)
        if (accepts & QB_ACCEPT(order[i]))
            parts[n++] = phrases[order[i]];
    const char *text = n ? parts[0] : "nothing";
    for (int i = 1; i < n; i++)
        text = qb_arena_printf(arena, "%s%s%s", text, i + 1 < n ? ", " : " or ", parts[i]);
    return text;
}

QbKind qb_kind_named(const char *name)
{
    for (int k = QB_NUMBER; k <= QB_STAGE; k++)
        if (!strcmp(qb_kind_name((QbKind)k), name))
            return (QbKind)k;
    return QB_NONE;
}

/* ---- as qbi text ------------------------------------------------------------------------------------ */

static void write_string(const char *s, QbText *out)
{
    qb_text_add(out, "\"");
    for (; *s; s++) {
        if (*s == '\n')
            qb_text_add(out, "\\n");
        else if (*s == '\t')
            qb_text_add(out, "\\t");
        else if (*s == '"' || *s == '\\')
            qb_text_addf(out, "\\%c", *s);
        else if (*s == '{' || *s == '}')
            qb_text_addf(out, "%c%c", *s, *s);
        else
            qb_text_addn(out, s, 1);
    }
    qb_text_add(out, "\"");
}

static void write_element(const QbElement *e, QbText *out)
{
    static const char *const names[] = {
        [QB_BALL] = "ball", [QB_DISK] = "disk", [QB_BOX] = "box", [QB_CROSS] = "cross"};
    qb_text_addf(out, "%s(", names[e->shape]);
    if (e->shape != QB_BOX) {
        qb_text_add_number(out, e->r);
    } else if (!e->axes) {
        qb_text_add_number(out, (double)e->size[0]);
    } else {
        for (int k = 0; k < e->axes; k++) {
            qb_text_add(out, k ? ", " : "[");
            qb_text_add_number(out, (double)e->size[k]);
        }
        qb_text_add(out, "]");
    }
    qb_text_add(out, ")");
}

static void write_length(const QbVal *v, QbText *out)
{
    if (v->voxels != 0 || v->number == 0) {
        qb_text_add_number(out, v->voxels);
        qb_text_add(out, " px");
    }
    if (v->number != 0) {
        qb_text_add(out, v->voxels != 0 ? " + " : "");
        qb_text_add_number(out, v->number);
        qb_text_add(out, " um");
    }
}

static const char *row_name(const QbStep *s, int k)
{
    return s->op ? s->op->params[k].name : s->func->stmt->params[k].name;
}

static void write_argument(const QbLower *L, const QbStep *s, int k, QbText *out)
{
    const QbVal *v = &s->args[k].val;
    if (v->kind == QB_STRING && s->op && qb_lower_choices(&s->op->params[k]))
        qb_text_add(out, v->text);
    else
        qb_val_write(L, v, out);
}

/* The arguments from row `first` on: a stage has no subject. */
static void write_step(const QbLower *L, const QbStep *s, int first, QbText *out)
{
    int n = s->op ? s->op->n_params : s->func->n_params;
    bool any = false, gap = false;
    qb_text_add(out, s->op ? s->op->name : s->func->name);
    for (int k = first; k < n; k++) {
        if (!s->args[k].given) {
            gap = true;
            continue;
        }
        qb_text_add(out, any ? ", " : "(");
        any = true;
        if (gap)
            qb_text_addf(out, "%s=", row_name(s, k));
        write_argument(L, s, k, out);
    }
    if (any)
        qb_text_add(out, ")");
}

static void write_stage(const QbLower *L, const QbStage *stage, QbText *out)
{
    int n = stage->n;
    const QbStep **steps = QB_NEW_N(L->arena, const QbStep *, n);
    for (int k = n - 1; k >= 0; k--, stage = stage->before)
        steps[k] = stage->step;
    for (int k = 0; k < n; k++) {
        qb_text_add(out, k ? " |> " : "");
        write_step(L, steps[k], 1, out);
    }
}

const char *qb_val_source(QbArena *arena, const QbVal *v)
{
    if (!v->span.source)
        return "";
    return qb_arena_strndup(arena, v->span.source->text + v->span.lo, v->span.hi - v->span.lo);
}

const char *qb_val_operand(QbArena *arena, const QbVal *v)
{
    const char *text = qb_val_source(arena, v);
    return strstr(text, "|>") && text[0] != '(' ? qb_arena_printf(arena, "(%s)", text) : text;
}

void qb_val_write(const QbLower *L, const QbVal *v, QbText *out)
{
    if (v->node >= 0) {
        qb_text_add(out, qb_val_source(L->arena, v));
    } else if (v->kind == QB_NUMBER) {
        qb_text_add_number(out, v->number);
    } else if (v->kind == QB_BOOL) {
        qb_text_add(out, v->number != 0 ? "true" : "false");
    } else if (v->kind == QB_STRING || v->kind == QB_PATH) {
        write_string(v->text, out);
    } else if (v->kind == QB_LENGTH) {
        write_length(v, out);
    } else if (v->kind == QB_TIME) {
        qb_text_add_number(out, v->number);
        qb_text_add(out, " s");
    } else if (v->kind == QB_LIST) {
        qb_text_add(out, "[");
        for (int k = 0; k < v->n_items; k++) {
            qb_text_add(out, k ? ", " : "");
            qb_val_write(L, &v->items[k], out);
        }
        qb_text_add(out, "]");
    } else if (v->kind == QB_ELEMENT && v->waits) {
        write_step(L, v->waits, 0, out);
    } else if (v->kind == QB_ELEMENT) {
        write_element(v->element, out);
    } else if (v->kind == QB_STAGE) {
        write_stage(L, v->stage, out);
    } else {
        qb_text_add(out, qb_val_source(L->arena, v));
    }
}

bool qb_val_equal(const QbLower *L, const QbVal *a, const QbVal *b)
{
    bool texts = (a->kind == QB_STRING || a->kind == QB_PATH) &&
                 (b->kind == QB_STRING || b->kind == QB_PATH);
    if (texts)
        return !strcmp(a->text, b->text);
    if (a->kind != b->kind || a->node != b->node)
        return false;
    QbText ta = {0}, tb = {0};
    qb_val_write(L, a, &ta);
    qb_val_write(L, b, &tb);
    bool equal = ta.s && tb.s && !strcmp(ta.s, tb.s);
    qb_text_free(&ta);
    qb_text_free(&tb);
    return equal;
}
