/* One node as a line of text: its operator, its inputs by number, its parameters by name, as a pipeline would write them. */
#include "compiler/explain.h"

#include <string.h>

typedef void AddField(const QbParam *p, const void *field, QbText *out);

static void add_number(const QbParam *p, const void *field, QbText *out)
{
    (void)p;
    qb_text_add_number(out, *(const double *)field);
}

static void add_whole(const QbParam *p, const void *field, QbText *out)
{
    (void)p;
    qb_text_addf(out, "%lld", (long long)*(const int64_t *)field);
}

static void add_bool(const QbParam *p, const void *field, QbText *out)
{
    (void)p;
    qb_text_add(out, *(const bool *)field ? "true" : "false");
}

static void add_choice(const QbParam *p, const void *field, QbText *out)
{
    int wanted = *(const int *)field;
    for (int k = 0; p->choices && p->choices[k]; k++)
        if (k == wanted)
            qb_text_add(out, p->choices[k]);
}

static void add_string(const QbParam *p, const void *field, QbText *out)
{
    (void)p;
    const char *s = *(const char *const *)field;
    qb_text_addf(out, "\"%s\"", s ? s : "");
}

static void add_pix(const QbParam *p, const void *field, QbText *out)
{
    (void)p;
    QbPix pix = *(const QbPix *)field;
    qb_text_add(out, pix < QB_PIX_COUNT ? qb_pix_info[pix].name : "any");
}

static void add_kind(const QbParam *p, const void *field, QbText *out)
{
    (void)p;
    const QbAsType *t = field;
    qb_text_add(out, t->kind == QB_IMAGE ? qb_pix_info[t->pix].name : qb_kind_name(t->kind));
}

static void add_wholes(const int64_t *v, int n, QbText *out)
{
    for (int k = 0; k < n; k++)
        qb_text_addf(out, "%s%lld", k ? ", " : "[", (long long)v[k]);
    qb_text_add(out, "]");
}

static void add_sizes(const QbParam *p, const void *field, QbText *out)
{
    (void)p;
    add_wholes(field, 3, out);
}

static void add_numbers(const double *v, int n, QbText *out)
{
    for (int k = 0; k < n; k++) {
        qb_text_add(out, k ? ", " : "[");
        qb_text_add_number(out, v[k]);
    }
    qb_text_add(out, n ? "]" : "[]");
}

static void add_sigmas(const QbParam *p, const void *field, QbText *out)
{
    (void)p;
    add_numbers(field, 3, out);
}

static void add_list(const QbParam *p, const void *field, QbText *out)
{
    (void)p;
    const QbNumbers *list = field;
    add_numbers(list->v, list->n, out);
}

static void add_shape(const QbParam *p, const void *field, QbText *out)
{
    (void)p;
    const QbShape *s = field;
    int64_t n[3];
    for (int u = 0; u < s->rank; u++)
        n[u] = s->n[qb_axis(s->rank, u)];
    add_wholes(n, s->rank, out);
}

/* A flat image has no middle axis. */
static void add_radii(const QbElement *e, QbText *out)
{
    const char *between = "";
    for (int a = 0; a < 3; a++) {
        if (e->along[a] == 0)
            continue;
        qb_text_add(out, between);
        qb_text_add_number(out, e->along[a]);
        between = " × ";
    }
}

static void add_element(const QbParam *p, const void *field, QbText *out)
{
    (void)p;
    static const char *const shapes[] = {
        [QB_BALL] = "ball", [QB_DISK] = "disk", [QB_BOX] = "box", [QB_CROSS] = "cross"};
    const QbElement *e = field;
    qb_text_addf(out, "%s(", shapes[e->shape]);
    if (qb_element_is_stretched(e))
        add_radii(e, out);
    else if (e->shape != QB_BOX)
        qb_text_add_number(out, e->r);
    else if (e->axes)
        add_wholes(e->size, e->axes, out);
    else
        qb_text_addf(out, "%lld", (long long)e->size[0]);
    qb_text_add(out, ")");
}

static AddField *const add_field[] = {
    [QB_SLOT_INPUT] = NULL,          [QB_SLOT_NUMBER] = add_number, [QB_SLOT_WHOLE] = add_whole,
    [QB_SLOT_BOOL] = add_bool,       [QB_SLOT_CHOICE] = add_choice, [QB_SLOT_STRING] = add_string,
    [QB_SLOT_PATH] = add_string,     [QB_SLOT_PIX] = add_pix,       [QB_SLOT_KIND] = add_kind,
    [QB_SLOT_SIZES] = add_sizes,     [QB_SLOT_SIGMAS] = add_sigmas, [QB_SLOT_SHAPE] = add_shape,
    [QB_SLOT_ELEMENT] = add_element, [QB_SLOT_NUMBERS] = add_list,
};

static void add_input(const QbDag *g, QbNodeId id, const int *number, QbText *out)
{
    const QbNode *n = qb_dag_at(g, id);
    if (n->op)
        qb_text_addf(out, "#%d", number[id]);
    else if (n->type.kind == QB_BOOL)
        qb_text_add(out, n->number != 0 ? "true" : "false");
    else
        qb_text_add_number(out, n->number);
}

/* What a field holds when it was left out says nothing. */
static bool is_default(const QbParam *p, const char *text)
{
    if (!p->def)
        return false;
    return *p->def ? !strcmp(p->def, text)
                   : !*text || !strcmp(text, "-1") || !strcmp(text, "\"\"") || !strcmp(text, "any");
}

static void add_param(const QbParam *p, const void *field, const char *sep, QbText *out)
{
    QbText t = {0};
    add_field[p->slot](p, field, &t);
    if (!is_default(p, t.n ? t.s : ""))
        qb_text_addf(out, "%s%s=%s", sep, p->name, t.n ? t.s : "");
    qb_text_free(&t);
}

void qb_explain_node(const QbDag *g, const QbNode *n, const int *number, QbText *out)
{
    const char *sep = "";
    bool is_program = !strcmp(n->op->name, "map") && n->origin;
    qb_text_addf(out, is_program ? "map[%s](" : "%s(", is_program ? n->origin : n->op->name);
    for (int k = 0; k < n->n_in; k++) {
        if (n->in[k] < 0)
            continue;
        qb_text_add(out, sep);
        add_input(g, n->in[k], number, out);
        sep = ", ";
    }
    for (int k = 0; k < n->op->n_params; k++) {
        const QbParam *p = &n->op->params[k];
        size_t before = out->n;
        if (add_field[p->slot])
            add_param(p, (const char *)n->params + p->offset, sep, out);
        sep = out->n > before ? ", " : sep;
    }
    qb_text_add(out, ")");
}
