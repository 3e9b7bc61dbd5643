/* The canonical text of a graph. It decides whether a result that is there can be kept: whatever changes a result must be
 * in it (operators, their versions, parameters, what outputs are), and nothing else. */
#include "compiler/canonical.h"

#include <inttypes.h>
#include <string.h>

typedef struct Canonical {
    const QbDag *g;
    const char *image, *stem;
    int *number; /* of each node in the text; 0: not yet */
    int n;
    QbText *out;
} Canonical;

/* A text with marks for the image's path and stem. */
static void add_text(Canonical *c, const char *s)
{
    size_t image = strlen(c->image), stem = strlen(c->stem);
    qb_text_add(c->out, "\"");
    while (*s) {
        if (image && !strncmp(s, c->image, image)) {
            qb_text_add(c->out, "\x01path\x01");
            s += image;
        } else if (stem && !strncmp(s, c->stem, stem)) {
            qb_text_add(c->out, "\x01stem\x01");
            s += stem;
        } else {
            qb_text_addn(c->out, *s == '\n' ? " " : s, 1);
            s++;
        }
    }
    qb_text_add(c->out, "\"");
}

static void add_numbers(QbText *t, const double *v, int n)
{
    qb_text_add(t, "[");
    for (int k = 0; k < n; k++) {
        qb_text_add(t, k ? ", " : "");
        qb_text_add_number(t, v[k]);
    }
    qb_text_add(t, "]");
}

static void add_wholes(QbText *t, const int64_t *v, int n)
{
    qb_text_add(t, "[");
    for (int k = 0; k < n; k++)
        qb_text_addf(t, "%s%" PRId64, k ? ", " : "", v[k]);
    qb_text_add(t, "]");
}

static void add_shape(QbText *t, const QbShape *s)
{
    qb_text_addf(t, "%d ", s->rank);
    add_wholes(t, s->n, 3);
}

static void add_element(QbText *t, const QbElement *e)
{
    static const char *const shapes[] = {"ball", "disk", "box", "cross"};
    qb_text_addf(t, "%s ", shapes[e->shape]);
    qb_text_add_number(t, e->r);
    qb_text_addf(t, " %d ", e->axes);
    add_wholes(t, e->size, 3);
    for (int a = 0; a < 3 && qb_element_is_stretched(e); a++) {
        qb_text_add(t, " ");
        qb_text_add_number(t, e->along[a]);
    }
}

static const char *pix_name(QbPix p)
{
    return p == QB_PIX_COUNT ? "none" : qb_pix_info[p].name;
}

static void add_as_type(QbText *t, const QbAsType *a)
{
    qb_text_addf(t, "%s %s", qb_kind_name(a->kind), pix_name(a->pix));
}

static void add_field(Canonical *c, const QbParam *p, const void *params)
{
    const void *f = (const char *)params + p->offset;
    const char *text;
    switch (p->slot) {
    case QB_SLOT_INPUT:
        break;
    case QB_SLOT_NUMBER:
        qb_text_add_number(c->out, *(const double *)f);
        break;
    case QB_SLOT_WHOLE:
        qb_text_addf(c->out, "%" PRId64, *(const int64_t *)f);
        break;
    case QB_SLOT_BOOL:
        qb_text_add(c->out, *(const bool *)f ? "true" : "false");
        break;
    case QB_SLOT_CHOICE:
        qb_text_add(c->out, p->choices[*(const int *)f]);
        break;
    case QB_SLOT_STRING:
    case QB_SLOT_PATH:
        text = *(const char *const *)f;
        add_text(c, text ? text : "");
        break;
    case QB_SLOT_PIX:
        qb_text_add(c->out, pix_name(*(const QbPix *)f));
        break;
    case QB_SLOT_KIND:
        add_as_type(c->out, f);
        break;
    case QB_SLOT_SIZES:
        add_wholes(c->out, f, 3);
        break;
    case QB_SLOT_SIGMAS:
        add_numbers(c->out, f, 3);
        break;
    case QB_SLOT_SHAPE:
        add_shape(c->out, f);
        break;
    case QB_SLOT_ELEMENT:
        add_element(c->out, f);
        break;
    case QB_SLOT_NUMBERS:
        add_numbers(c->out, ((const QbNumbers *)f)->v, ((const QbNumbers *)f)->n);
        break;
    }
}

/* A constant is told where it is used: a changed threshold is then a changed argument. */
static void add_input(Canonical *c, QbNodeId id)
{
    const QbNode *in = id >= 0 ? qb_dag_at(c->g, id) : NULL;
    if (!in)
        qb_text_add(c->out, "none");
    else if (in->op)
        qb_text_addf(c->out, "%%%d", c->number[id]);
    else if (in->type.kind == QB_BOOL)
        qb_text_add(c->out, in->number != 0 ? "true" : "false");
    else
        qb_text_add_number(c->out, in->number);
}

static void add_node(Canonical *c, QbNodeId id)
{
    const QbNode *x = id >= 0 ? qb_dag_at(c->g, id) : NULL;
    if (!x || !x->op || c->number[id])
        return;
    for (int k = 0; k < x->n_in; k++)
        add_node(c, x->in[k]);
    c->number[id] = ++c->n;
    qb_text_addf(c->out, "%%%d %s.%d", c->n, x->op->name, x->op->version);
    int input = 0;
    for (int k = 0; k < x->op->n_params; k++) {
        const QbParam *p = &x->op->params[k];
        qb_text_addf(c->out, " %s=", p->name);
        if (p->slot == QB_SLOT_INPUT)
            add_input(c, input < x->n_in ? x->in[input++] : -1);
        else
            add_field(c, p, x->params);
    }
    for (; input < x->n_in; input++) { /* of operators that name none of their inputs */
        qb_text_add(c->out, " ");
        add_input(c, x->in[input]);
    }
    qb_text_add(c->out, "\n");
}

static void add_print(Canonical *c, const QbOutput *o)
{
    for (int k = 0; k < o->n_items; k++) {
        const QbPrintItem *it = &o->items[k];
        if (it->text)
            continue;
        add_node(c, it->node);
        add_node(c, it->low);
        add_node(c, it->high);
    }
    qb_text_add(c->out, "print");
    for (int k = 0; k < o->n_items; k++) {
        qb_text_add(c->out, " ");
        if (o->items[k].text)
            add_text(c, o->items[k].text);
        else
            add_input(c, o->items[k].node);
    }
    qb_text_add(c->out, "\n");
}

static void add_save(Canonical *c, const QbOutput *o)
{
    static const char *const formats[] = {[QB_FORMAT_TIFF] = "tiff",
                                          [QB_FORMAT_PNG] = "png",
                                          [QB_FORMAT_NPY] = "npy",
                                          [QB_FORMAT_SVG] = "svg"};
    bool table = qb_dag_at(c->g, o->node)->type.kind == QB_TABLE;
    add_node(c, o->node);
    add_node(c, o->low);
    add_node(c, o->high);
    qb_text_add(c->out, "save ");
    add_input(c, o->node);
    if (table) {
        qb_text_addf(c->out, " table=%s\n", o->table ? o->table : "");
        return;
    }
    qb_text_addf(c->out, " %s type=%s path=", formats[o->format], pix_name(o->label_type));
    add_text(c, o->path);
    if (o->bar)
        qb_text_add(c->out, " bar");
    if (o->title) {
        qb_text_add(c->out, " title=");
        add_text(c, o->title);
    }
    qb_text_add(c->out, "\n");
}

void qb_canonical_text(const QbDag *g, const char *image, const char *stem, QbText *out)
{
    Canonical c = {.g = g, .image = image, .stem = stem, .out = out};
    c.number = QB_NEW_N(g->arena, int, g->n_nodes + 1);
    for (int i = 0; i < g->n_outputs; i++) {
        if (g->outputs[i].format == QB_FORMAT_PRINT)
            add_print(&c, &g->outputs[i]);
        else
            add_save(&c, &g->outputs[i]);
    }
}
