/* Facts about operators that their pages tell: types of results and halos, asked of the type checker and of the
 * descriptor with the operator's own examples. Nothing is run. */
#include "cli/ops.h"

#include <string.h>

/* What the examples name: pictures first, then volumes. */
static const char *const preludes[] = {
    "image = noise([64, 64], type=u8)\nvolume = noise([8, 64, 64], type=u8)\n"
    "mask = image > 100\nobjects = label(mask)\n",
    "image = noise([8, 64, 64], type=u8)\nvolume = image\nmask = image > 100\nobjects = "
    "label(mask)\n",
};

/* ---- order ----------------------------------------------------------------------------------------------- */

static int group_order(const char *group)
{
    static const char *const order[] = {"sources",    "pixels", "filters",  "thresholds",
                                        "morphology", "labels", "measures", "geometry",
                                        "tables",     "control"};
    int k = 0;
    while (k < QB_COUNT(order) && strcmp(order[k], group) != 0)
        k++;
    return k;
}

static bool goes_before(const QbOp *a, const QbOp *b)
{
    int x = group_order(a->group), y = group_order(b->group);
    int by_group = x != y ? x - y : strcmp(a->group, b->group);
    return by_group ? by_group < 0 : strcmp(a->name, b->name) < 0;
}

int qb_ops_shown(QbArena *arena, const QbOp *const **ops)
{
    const QbOp **v = QB_NEW_N(arena, const QbOp *, qb_n_ops + 1);
    int n = 0;
    for (int k = 0; k < qb_n_ops; k++) {
        if (qb_ops[k]->hidden)
            continue;
        int at = n++;
        for (; at > 0 && goes_before(qb_ops[k], v[at - 1]); at--)
            v[at] = v[at - 1];
        v[at] = qb_ops[k];
    }
    *ops = v;
    return n;
}

/* ---- examples -------------------------------------------------------------------------------------------- */

typedef struct Example {
    const QbExpr *expr; /* NULL: it does not parse */
    QbDag *dag;         /* NULL: it does not check here (a file that is not there) */
    QbNodeId node;
} Example;

static Example compile_with(QbArena *arena, const char *prelude, const char *text)
{
    QbDiags diags;
    qb_diags_init(&diags, arena);
    QbSource *source = QB_NEW(arena, QbSource);
    source->name = "example";
    source->text = qb_arena_printf(arena, "%sprint %s\n", prelude, text);
    source->length = strlen(source->text);
    const QbFile *file = qb_parse_file(arena, source, &diags);
    Example e = {0};
    if (diags.n_errors > 0)
        return e;
    e.expr = file->stmts[file->n - 1]->values[0];
    const QbLowerOptions o = {.check_only = true};
    QbDag *g = qb_lower(arena, file, &o, qb_ops, qb_n_ops, &diags);
    if (diags.n_errors > 0 || g->n_outputs != 1 || g->outputs[0].n_items != 1)
        return e;
    e.node = g->outputs[0].items[0].node;
    if (e.node >= 0 && !g->outputs[0].items[0].text)
        e.dag = g;
    return e;
}

static Example compile(QbArena *arena, const char *text)
{
    Example e = compile_with(arena, preludes[0], text);
    return e.dag ? e : compile_with(arena, preludes[1], text);
}

static bool is_call_of(const QbExpr *e, const char *name)
{
    if (e->kind == QB_E_PIPE)
        e = e->right;
    if (e->kind == QB_E_CALL)
        e = e->left;
    return e->kind == QB_E_NAME && strcmp(e->name, name) == 0;
}

static void note_halo(QbOpFacts *f, const QbOp *op, const Example *e, const char *text)
{
    for (int k = 0; k < e->dag->n_nodes && !f->has_halo && op->halo; k++) {
        const QbNode *n = e->dag->nodes[k];
        if (n->op != op)
            continue;
        const QbType *in[QB_MAX_INPUTS] = {0};
        for (int j = 0; j < n->n_in; j++)
            in[j] = n->in[j] >= 0 ? &qb_dag_at(e->dag, n->in[j])->type : NULL;
        f->halo = (QbHalo){0};
        op->halo(n->params, in, 0, &f->halo);
        f->has_halo = true;
        f->halo_of = text;
        f->rank = in[0] ? in[0]->rank : 3;
    }
}

static bool is_given(const QbNode *n)
{
    return !n->op || n->op->class == QB_OP_SOURCE || n->name;
}

static bool was_named(const QbDag *g, const unsigned char *part, int k)
{
    for (int j = 0; j < k; j++) {
        if (part[j] && !is_given(g->nodes[j]) && g->nodes[j]->op == g->nodes[k]->op)
            return true;
    }
    return false;
}

/* The operators between the inputs and the result of a composed operator's call. */
static void note_parts(QbArena *arena, QbOpFacts *f, const Example *e)
{
    QbText t = {0};
    const QbDag *g = e->dag;
    unsigned char *part = QB_NEW_N(arena, unsigned char, g->n_nodes + 1);
    part[e->node] = 1;
    for (int k = e->node; k >= 0; k--) {
        const QbNode *n = g->nodes[k];
        for (int j = 0; part[k] && j < n->n_in; j++) {
            if (n->in[j] >= 0)
                part[n->in[j]] = 1;
        }
    }
    for (int k = 0; k <= e->node; k++) {
        if (part[k] && !is_given(g->nodes[k]) && !was_named(g, part, k))
            qb_text_addf(&t, "%s%s", t.n ? ", " : "", g->nodes[k]->op->name);
    }
    if (t.n)
        f->made_of = qb_arena_strdup(arena, t.s);
    qb_text_free(&t);
}

static const char *kind_text(QbArena *arena, const QbType *type)
{
    if (type->kind == QB_IMAGE)
        return qb_arena_printf(arena, "image %s", qb_pix_info[type->pix].name);
    char buf[96];
    return type->kind == QB_TABLE ? qb_arena_strdup(arena, qb_type_text(type, buf))
                                  : qb_kind_name(type->kind);
}

QbOpFacts qb_op_facts(QbArena *arena, const QbOp *op)
{
    QbOpFacts f = {0};
    int n = 0;
    while (op->examples && op->examples[n])
        n++;
    f.example_types = QB_NEW_N(arena, const char *, n + 1);
    for (int k = 0; k < n; k++) {
        Example e = compile(arena, op->examples[k]);
        f.example_types[k] = "";
        if (!e.dag)
            continue;
        const QbType *type = &qb_dag_at(e.dag, e.node)->type;
        f.example_types[k] = kind_text(arena, type);
        bool own = is_call_of(e.expr, op->name);
        if (own)
            f.gives |= QB_ACCEPT(type->kind);
        note_halo(&f, op, &e, op->examples[k]);
        if (own && op->class == QB_OP_COMPOSED && !f.made_of)
            note_parts(arena, &f, &e);
    }
    if (op->class == QB_OP_VALUE)
        f.gives = QB_ACCEPT(QB_ELEMENT);
    if (op->class == QB_OP_SOURCE)
        f.gives = QB_ACCEPT(QB_IMAGE);
    return f;
}

/* ---- words ----------------------------------------------------------------------------------------------- */

const char *qb_op_class_text(const QbOp *op)
{
    switch (op->class) {
    case QB_OP_SOURCE:
        return "source: makes any part of its image on demand";
    case QB_OP_MAP:
        return "voxel by voxel: no halo";
    case QB_OP_KERNEL:
        return op->halo ? "neighbourhood"
                        : "geometry: knows which part of its input each part of its result needs";
    case QB_OP_FOLD:
        return "summary, gathered in one sweep over its input";
    case QB_OP_SCALAR:
        return "computed once, from a summary";
    case QB_OP_COMPOSED:
        return "made of other operators";
    case QB_OP_VALUE:
        return "a value, known before anything runs";
    }
    return "";
}

void qb_add_kinds(unsigned kinds, QbText *t)
{
    bool first = true;
    for (int k = 0; k < QB_KIND_COUNT; k++) {
        if (kinds & QB_ACCEPT(k)) {
            qb_text_addf(t, "%s%s", first ? "" : " or ", qb_kind_name((QbKind)k));
            first = false;
        }
    }
}

static void add_bounds(const QbParam *p, QbText *t)
{
    if (p->min != 0 || p->max != 0) {
        qb_text_add(t, ", from ");
        qb_text_add_number(t, p->min);
        if (p->max < 1e300) {
            qb_text_add(t, " to ");
            qb_text_add_number(t, p->max);
        }
    }
    if (p->odd)
        qb_text_add(t, ", odd");
}

void qb_add_param_type(const QbParam *p, QbText *t)
{
    static const char *const slots[] = {
        [QB_SLOT_INPUT] = "input",
        [QB_SLOT_NUMBER] = "number",
        [QB_SLOT_WHOLE] = "whole number",
        [QB_SLOT_BOOL] = "bool",
        [QB_SLOT_CHOICE] = "one of",
        [QB_SLOT_STRING] = "string",
        [QB_SLOT_PATH] = "path",
        [QB_SLOT_PIX] = "pixel type",
        [QB_SLOT_KIND] = "pixel type, mask or labels",
        [QB_SLOT_SIZES] = "size or list of sizes",
        [QB_SLOT_SIGMAS] = "number or list of numbers",
        [QB_SLOT_SHAPE] = "list of 2 or 3 sizes",
        [QB_SLOT_ELEMENT] = "element",
        [QB_SLOT_NUMBERS] = "list of numbers",
    };
    qb_text_add(t, slots[p->slot]);
    for (int k = 0; p->choices && p->choices[k]; k++)
        qb_text_addf(t, " %s", p->choices[k]);
    add_bounds(p, t);
    if (p->unit)
        qb_text_addf(t, ", %s", p->unit);
    if (p->length)
        qb_text_add(t, ", or a length as 3 um");
}

void qb_add_signature(const QbOp *op, const QbOpFacts *f, QbText *t)
{
    qb_text_addf(t, "%s(", op->name);
    for (int k = 0; k < op->n_params; k++) {
        const QbParam *p = &op->params[k];
        qb_text_addf(t, "%s%s", k ? ", " : "", p->name);
        if (p->def)
            qb_text_addf(t, "=%s", *p->def ? p->def : "…");
    }
    qb_text_add(t, ")");
    if (f->gives) {
        qb_text_add(t, " → ");
        qb_add_kinds(f->gives, t);
    }
}

void qb_add_examples(const QbOp *op, const QbOpFacts *f, const char *indent, QbText *t)
{
    size_t width = 0;
    for (int k = 0; op->examples && op->examples[k]; k++) {
        size_t n = strlen(op->examples[k]);
        width = n > width ? n : width;
    }
    for (int k = 0; op->examples && op->examples[k]; k++) {
        bool known = *f->example_types[k];
        qb_text_addf(t, "%s%-*s", indent, known ? (int)width : 0, op->examples[k]);
        qb_text_addf(t, known ? "  # %s\n" : "\n", f->example_types[k]);
    }
}

void qb_add_code(const QbOp *op, const char *indent, QbText *t)
{
    const char *line = op->code ? op->code->text : "";
    while (*line) {
        int n = (int)strcspn(line, "\n");
        qb_text_addf(t, "%s%.*s\n", indent, n, line);
        line += n + (line[n] == '\n');
    }
}

void qb_add_halo(const QbOpFacts *f, QbText *t)
{
    bool even = true;
    const QbHalo *h = &f->halo;
    for (int u = 0; u < f->rank; u++) {
        int a = qb_axis(f->rank, u), b = qb_axis(f->rank, 0);
        even = even && h->before[a] == h->before[b] && h->after[a] == h->before[b];
    }
    if (even) {
        int64_t n = h->before[qb_axis(f->rank, 0)];
        qb_text_addf(t, "%lld voxel%s on each side along every axis", (long long)n,
                     n == 1 ? "" : "s");
    }
    for (int u = 0; u < f->rank && !even; u++) {
        int a = qb_axis(f->rank, u);
        qb_text_addf(t, "%s%lld+%lld", u ? " × " : "", (long long)h->before[a],
                     (long long)h->after[a]);
    }
    qb_text_addf(t, " for %s", f->halo_of);
}
