/* The graph in Graphviz's language. Time runs downwards: sources on top, outputs at the bottom. Knows no operator by name
 * and writes no file. */
#include "compiler/graph.h"

#include "compiler/name_map.h"

#include <string.h>

typedef struct Dot {
    const QbDag *g;
    QbText *out;
    unsigned char *live;
    int *first;       /* of each node: a definition whose value it is, or -1 */
    int *next;        /* of each definition: another one with the same value, or -1 */
    QbNameMap *names; /* definitions */
} Dot;

/* Inside double quotes: quotes and backslashes are escaped, bytes that are no text become the replacement character. */
static void add_escaped(QbText *out, const char *s)
{
    size_t n = strlen(s);
    while (n > 0) {
        int length = qb_utf8_decode(s, n, NULL);
        size_t taken = length ? (size_t)length : 1;
        if (!length)
            qb_text_add(out, "\xEF\xBF\xBD");
        else if (*s == '"' || *s == '\\')
            qb_text_addf(out, "\\%c", *s);
        else if (*s == '\n')
            qb_text_add(out, "\\n");
        else if ((unsigned char)*s < 0x20 || *s == 0x7F)
            qb_text_add(out, " ");
        else
            qb_text_addn(out, s, taken);
        s += taken;
        n -= taken;
    }
}

static void add_edge(Dot *d, const char *from_kind, int from, const char *to_kind, int to,
                     const char *look)
{
    qb_text_addf(d->out, "  %s%d -> %s%d%s;\n", from_kind, from, to_kind, to, look);
}

/* ---- nodes ------------------------------------------------------------------------------------------- */

/* Names of one value, as they were defined: "a = b = ". */
static void add_names(Dot *d, QbNodeId id)
{
    const char *sep = "";
    for (int k = d->first[id]; k >= 0; k = d->next[k], sep = " = ") {
        qb_text_add(d->out, sep);
        add_escaped(d->out, d->g->definitions[k].name);
    }
    if (d->first[id] < 0 && d->g->nodes[id]->name) {
        add_escaped(d->out, d->g->nodes[id]->name);
        sep = " = ";
    }
    if (*sep)
        qb_text_add(d->out, "\\n");
}

/* The name of an input's row; "" where there is one input alone. */
static const char *row_of_input(const QbNode *n, int input)
{
    if (n->n_in < 2)
        return "";
    for (int k = 0, at = 0; k < n->op->n_params; k++) {
        if (n->op->params[k].slot != QB_SLOT_INPUT)
            continue;
        if (at++ == input)
            return n->op->params[k].name;
    }
    return "";
}

static void add_constant(QbText *out, const QbNode *n)
{
    if (n->type.kind == QB_BOOL)
        qb_text_add(out, n->number != 0 ? "true" : "false");
    else
        qb_text_add_number(out, n->number);
}

/* Fixed inputs stand in the label, so that a number used in many places does not tie them together. */
static void add_fixed_inputs(Dot *d, const QbNode *n)
{
    const char *sep = " with ";
    for (int k = 0; k < n->n_in; k++) {
        const QbNode *in = n->in[k] < 0 ? NULL : d->g->nodes[n->in[k]];
        if (!in || in->op)
            continue;
        qb_text_addf(d->out, "%s%s = ", sep, row_of_input(n, k));
        add_constant(d->out, in);
        sep = ", ";
    }
}

/* Edges say which input they are where there is more than one of them. */
static void add_inputs(Dot *d, const QbNode *n)
{
    int edges = 0;
    for (int k = 0; k < n->n_in; k++)
        edges += n->in[k] >= 0 && d->g->nodes[n->in[k]]->op;
    for (int k = 0; k < n->n_in; k++) {
        if (n->in[k] < 0 || !d->g->nodes[n->in[k]]->op)
            continue;
        qb_text_addf(d->out, "  n%d -> n%d", n->in[k], n->id);
        if (edges > 1)
            qb_text_addf(d->out, " [label=\"%s\"]", row_of_input(n, k));
        qb_text_add(d->out, ";\n");
    }
}

static void add_node(Dot *d, const QbNode *n)
{
    char type[96];
    qb_text_addf(d->out, "  n%d [label=\"", n->id);
    add_names(d, n->id);
    add_escaped(d->out, n->op->name);
    add_fixed_inputs(d, n);
    qb_text_add(d->out, "\\n");
    add_escaped(d->out, qb_type_text(&n->type, type));
    qb_text_add(d->out, "\"];\n");
    add_inputs(d, n);
}

/* ---- outputs ----------------------------------------------------------------------------------------- */

static void add_taken(Dot *d, QbNodeId id, int output, const char *look)
{
    if (id >= 0 && d->g->nodes[id]->op)
        add_edge(d, "n", id, "output", output, look);
}

/* What an output says of itself: its path, or the fixed texts and numbers that it prints. */
static void add_words(Dot *d, const QbOutput *o)
{
    if (o->format != QB_FORMAT_PRINT) {
        qb_text_add(d->out, "save\\n");
        add_escaped(d->out, o->path ? o->path : "");
        return;
    }
    qb_text_add(d->out, "print");
    for (int k = 0; k < o->n_items; k++) {
        const QbPrintItem *item = &o->items[k];
        const QbNode *n = item->text || item->node < 0 ? NULL : d->g->nodes[item->node];
        qb_text_add(d->out, item->text || (n && !n->op) ? "\\n" : "");
        if (item->text)
            add_escaped(d->out, item->text);
        else if (n && !n->op)
            add_constant(d->out, n);
    }
}

static void add_printed(Dot *d, const QbOutput *o, int output)
{
    for (int k = 0; k < o->n_items; k++) {
        const QbPrintItem *item = &o->items[k];
        if (item->text)
            continue;
        add_taken(d, item->node, output, "");
        add_taken(d, item->low, output, " [style=dotted]");
        add_taken(d, item->high, output, " [style=dotted]");
    }
}

static void add_output(Dot *d, int k)
{
    const QbOutput *o = &d->g->outputs[k];
    bool prints = o->format == QB_FORMAT_PRINT;
    qb_text_addf(d->out, "  output%d [label=\"", k);
    add_words(d, o);
    qb_text_add(d->out, "\", style=filled, fillcolor=\"#dce9f7\"];\n");
    if (prints) {
        add_printed(d, o, k);
        return;
    }
    add_taken(d, o->node, k, "");
    add_taken(d, o->low, k, " [style=dotted]");
    add_taken(d, o->high, k, " [style=dotted]");
}

/* ---- definitions that no output needs ---------------------------------------------------------------- */

static void add_needs(Dot *d, int k)
{
    const QbDefinition *def = &d->g->definitions[k];
    const char *look = " [style=dashed, color=\"#888888\"]";
    for (const char *const *need = def->needs; need && *need; need++) {
        int other = qb_name_map_get(d->names, *need);
        if (other < 0 || other == k)
            continue;
        QbNodeId root = d->g->definitions[other].root;
        if (root < 0)
            add_edge(d, "dead", other, "dead", k, look);
        else if (d->live[root] && d->g->nodes[root]->op)
            add_edge(d, "n", root, "dead", k, look);
    }
}

static void add_dead(Dot *d, int k)
{
    const QbDefinition *def = &d->g->definitions[k];
    qb_text_addf(d->out, "  dead%d [label=\"", k);
    add_escaped(d->out, def->name);
    const char *sep = "\\n";
    for (const char *const *op = def->ops; op && *op; op++, sep = ", ") {
        qb_text_add(d->out, sep);
        add_escaped(d->out, *op);
    }
    qb_text_add(
        d->out,
        "\\nnot needed\", style=\"rounded,dashed\", color=\"#888888\", fontcolor=\"#888888\"];\n");
    add_needs(d, k);
}

/* ---- the whole --------------------------------------------------------------------------------------- */

static Dot dot_of(const QbDag *g, QbText *out)
{
    Dot d = {.g = g, .out = out};
    d.live = QB_NEW_N(g->arena, unsigned char, g->n_nodes + 1);
    d.first = QB_NEW_N(g->arena, int, g->n_nodes + 1);
    d.next = QB_NEW_N(g->arena, int, g->n_definitions + 1);
    d.names = qb_name_map_new(g->arena);
    qb_dag_mark_live(g, d.live);
    for (int i = 0; i < g->n_nodes; i++)
        d.first[i] = -1;
    for (int k = g->n_definitions - 1; k >= 0; k--) {
        const QbDefinition *def = &g->definitions[k];
        qb_name_map_put(d.names, def->name, k);
        if (def->root < 0)
            continue;
        d.next[k] = d.first[def->root];
        d.first[def->root] = k;
    }
    return d;
}

void qb_graph_dot(const QbDag *g, QbText *out)
{
    Dot d = dot_of(g, out);
    qb_text_add(out, "digraph pipeline {\n"
                     "  rankdir=TB;\n"
                     "  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];\n"
                     "  edge [fontname=\"sans-serif\", fontsize=9];\n");
    for (int i = 0; i < g->n_nodes; i++)
        if (d.live[i] && g->nodes[i]->op)
            add_node(&d, g->nodes[i]);
    for (int k = 0; k < g->n_outputs; k++)
        add_output(&d, k);
    for (int k = 0; k < g->n_definitions; k++)
        if (g->definitions[k].root < 0)
            add_dead(&d, k);
    qb_text_add(out, "}\n");
}
