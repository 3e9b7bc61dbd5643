/* qbic ops --json and --md: the operators for programs, and the manual's page of operators. */
#include "cli/ops.h"

#include <string.h>

/* ---- JSON ------------------------------------------------------------------------------------------------ */

static void key_text(QbText *t, const char *key, const char *s)
{
    qb_text_addf(t, ", \"%s\": ", key);
    if (s)
        qb_text_add_json(t, s);
    else
        qb_text_add(t, "null");
}

static void key_kinds(QbText *t, const char *key, unsigned kinds)
{
    bool first = true;
    qb_text_addf(t, ", \"%s\": [", key);
    for (int k = 0; k < QB_KIND_COUNT; k++) {
        if (!(kinds & QB_ACCEPT(k)))
            continue;
        qb_text_add(t, first ? "" : ", ");
        qb_text_add_json(t, qb_kind_name((QbKind)k));
        first = false;
    }
    qb_text_add(t, "]");
}

static void key_number(QbText *t, const char *key, double v, bool known)
{
    qb_text_addf(t, ", \"%s\": ", key);
    if (known)
        qb_text_add_number(t, v);
    else
        qb_text_add(t, "null");
}

static void param_json(const QbParam *p, QbText *t)
{
    QbText type = {0};
    bool bounded = p->min != 0 || p->max != 0;
    qb_add_param_type(p, &type);
    qb_text_add(t, "{\"name\": ");
    qb_text_add_json(t, p->name);
    key_text(t, "type", type.n ? type.s : "");
    key_kinds(t, "accepts", p->slot == QB_SLOT_INPUT ? p->accepts : 0);
    qb_text_addf(t, ", \"required\": %s", p->def ? "false" : "true");
    key_text(t, "default", p->def && *p->def ? p->def : NULL);
    key_number(t, "min", p->min, bounded);
    key_number(t, "max", p->max, bounded && p->max < 1e300);
    qb_text_addf(t, ", \"odd\": %s, \"length\": %s", p->odd ? "true" : "false",
                 p->length ? "true" : "false");
    key_text(t, "unit", p->unit);
    qb_text_add(t, ", \"choices\": [");
    for (int k = 0; p->choices && p->choices[k]; k++) {
        qb_text_add(t, k ? ", " : "");
        qb_text_add_json(t, p->choices[k]);
    }
    qb_text_add(t, "]");
    key_text(t, "help", p->help);
    qb_text_add(t, "}");
    qb_text_free(&type);
}

static void halo_json(const QbOpFacts *f, QbText *t)
{
    if (!f->has_halo) {
        qb_text_add(t, ", \"halo\": null");
        return;
    }
    qb_text_add(t, ", \"halo\": {\"of\": ");
    qb_text_add_json(t, f->halo_of);
    for (int side = 0; side < 2; side++) {
        qb_text_addf(t, ", \"%s\": [", side ? "after" : "before");
        for (int u = 0; u < f->rank; u++) {
            int a = qb_axis(f->rank, u);
            qb_text_addf(t, "%s%lld", u ? ", " : "",
                         (long long)(side ? f->halo.after[a] : f->halo.before[a]));
        }
        qb_text_add(t, "]");
    }
    qb_text_add(t, "}");
}

static void op_json(QbArena *arena, const QbOp *op, QbText *t)
{
    QbOpFacts f = qb_op_facts(arena, op);
    QbText signature = {0};
    qb_add_signature(op, &f, &signature);
    qb_text_add(t, "{\"name\": ");
    qb_text_add_json(t, op->name);
    key_text(t, "group", op->group);
    qb_text_addf(t, ", \"version\": %d", op->version);
    key_text(t, "help", op->help);
    key_text(t, "signature", signature.s);
    key_kinds(t, "gives", f.gives);
    key_text(t, "runs", qb_op_class_text(op));
    key_text(t, "made_of", f.made_of);
    halo_json(&f, t);
    key_text(t, "follows", op->follows);
    key_text(t, "code", op->code ? op->code->text : NULL);
    qb_text_add(t, ",\n  \"params\": [");
    for (int k = 0; k < op->n_params; k++) {
        qb_text_add(t, k ? ",\n    " : "\n    ");
        param_json(&op->params[k], t);
    }
    qb_text_add(t, "],\n  \"examples\": [");
    for (int k = 0; op->examples && op->examples[k]; k++) {
        qb_text_add(t, k ? ", {\"text\": " : "{\"text\": ");
        qb_text_add_json(t, op->examples[k]);
        key_text(t, "type", *f.example_types[k] ? f.example_types[k] : NULL);
        qb_text_add(t, "}");
    }
    qb_text_add(t, "]}");
    qb_text_free(&signature);
}

void qb_ops_json(QbArena *arena, const QbOp *const *ops, int n, QbText *t)
{
    qb_text_add(t, "[");
    for (int k = 0; k < n; k++) {
        qb_text_add(t, k ? ",\n" : "\n");
        op_json(arena, ops[k], t);
    }
    qb_text_add(t, "\n]\n");
}

/* ---- Markdown -------------------------------------------------------------------------------------------- */

/* Text of a table's cell. */
static void add_cell(QbText *t, const char *s)
{
    for (; *s; s++) {
        if (*s == '|' || *s == '*' || *s == '<')
            qb_text_add(t, "\\");
        qb_text_addn(t, s, 1);
    }
}

static void params_md(const QbOp *op, QbText *t)
{
    if (op->n_params == 0)
        return;
    qb_text_add(t, "| parameter | is | default | |\n|---|---|---|---|\n");
    for (int k = 0; k < op->n_params; k++) {
        const QbParam *p = &op->params[k];
        QbText type = {0};
        qb_add_param_type(p, &type);
        qb_text_addf(t, "| `%s` | ", p->name);
        add_cell(t, type.n ? type.s : "");
        if (p->def && *p->def)
            qb_text_addf(t, " | `%s` | ", p->def);
        else
            qb_text_addf(t, " | %s | ", p->def ? "none" : "required");
        add_cell(t, p->help ? p->help : "");
        qb_text_add(t, " |\n");
        qb_text_free(&type);
    }
    qb_text_add(t, "\n");
}

static void facts_md(const QbOp *op, const QbOpFacts *f, QbText *t)
{
    qb_text_addf(t, "Runs: %s", qb_op_class_text(op));
    if (f->made_of)
        qb_text_addf(t, " (%s)", f->made_of);
    if (f->has_halo) {
        qb_text_add(t, "; halo: ");
        qb_add_halo(f, t);
    }
    qb_text_add(t, ".");
    if (op->follows)
        qb_text_addf(t, " Follows %s.", op->follows);
    qb_text_add(t, "\n\n");
    if (!op->code)
        return;
    qb_text_addf(t, "Its code, %s:\n\n```\n", op->code->name);
    qb_add_code(op, "", t);
    qb_text_add(t, "```\n\n");
}

static void op_md(QbArena *arena, const QbOp *op, QbText *t)
{
    QbOpFacts f = qb_op_facts(arena, op);
    qb_text_addf(t, "### %s\n\n```\n", op->name);
    qb_add_signature(op, &f, t);
    qb_text_add(t, "\n```\n\n");
    add_cell(t, op->help ? op->help : "");
    qb_text_add(t, "\n\n");
    params_md(op, t);
    facts_md(op, &f, t);
    if (!op->examples || !op->examples[0])
        return;
    qb_text_add(t, "```\n");
    qb_add_examples(op, &f, "", t);
    qb_text_add(t, "```\n\n");
}

static void contents_md(const QbOp *const *ops, int n, QbText *t)
{
    qb_text_add(t, "# Operators\n\n"
                   "Made by `qbic ops --md` from the descriptors in `stdlib/ops/`; `qbic ops NAME` "
                   "shows the same.\n"
                   "In the examples `image` is a picture, `volume` a volume, `mask` a mask and "
                   "`objects` its labels;\n"
                   "behind the `#` stands what the example gives. The halo says how far beyond a "
                   "part of the result\n"
                   "its input must be known: nobody ever has to type it.\n\n");
    for (int k = 0; k < n; k++) {
        bool first = k == 0 || strcmp(ops[k]->group, ops[k - 1]->group) != 0;
        if (first)
            qb_text_addf(t, "%s- **%s**:", k ? "\n" : "", ops[k]->group);
        qb_text_addf(t, " [%s](#%s)", ops[k]->name, ops[k]->name);
    }
    qb_text_add(t, "\n\n");
}

void qb_ops_md(QbArena *arena, const QbOp *const *ops, int n, bool all, QbText *t)
{
    if (all)
        contents_md(ops, n, t);
    for (int k = 0; k < n; k++) {
        bool first = k == 0 || strcmp(ops[k]->group, ops[k - 1]->group) != 0;
        if (all && first)
            qb_text_addf(t, "## %s\n\n", ops[k]->group);
        op_md(arena, ops[k], t);
    }
    while (t->n > 1 && t->s[t->n - 2] == '\n')
        t->s[--t->n] = '\0';
}
