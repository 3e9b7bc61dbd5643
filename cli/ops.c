/* qbic ops: the operators, from their descriptors alone. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

static bool is_shown(const QbOp *op)
{
    return !op->hidden;
}

static void list_group(const char *group, QbText *t)
{
    qb_text_addf(t, "%s\n", group);
    for (int k = 0; k < qb_n_ops; k++) {
        if (is_shown(qb_ops[k]) && strcmp(qb_ops[k]->group, group) == 0)
            qb_text_addf(t, "  %-12s %s\n", qb_ops[k]->name, qb_ops[k]->help ? qb_ops[k]->help : "");
    }
}

static bool group_was_before(int k)
{
    for (int j = 0; j < k; j++) {
        if (is_shown(qb_ops[j]) && strcmp(qb_ops[j]->group, qb_ops[k]->group) == 0)
            return true;
    }
    return false;
}

static void add_kinds(unsigned accepts, QbText *t)
{
    bool first = true;
    for (int k = 0; k < QB_KIND_COUNT; k++) {
        if (accepts & QB_ACCEPT(k)) {
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

static void add_param(const QbParam *p, QbText *t)
{
    static const char *const slots[] = {
        [QB_SLOT_INPUT] = "",          [QB_SLOT_NUMBER] = "number",   [QB_SLOT_WHOLE] = "whole number",
        [QB_SLOT_BOOL] = "bool",       [QB_SLOT_CHOICE] = "one of",   [QB_SLOT_STRING] = "string",
        [QB_SLOT_PATH] = "path",       [QB_SLOT_PIX] = "pixel type",  [QB_SLOT_KIND] = "pixel type, mask or labels",
        [QB_SLOT_SIZES] = "size or list of sizes", [QB_SLOT_SIGMAS] = "number or list of numbers",
        [QB_SLOT_SHAPE] = "list of 2 or 3 sizes",  [QB_SLOT_ELEMENT] = "element",
        [QB_SLOT_NUMBERS] = "list of numbers",
    };
    qb_text_addf(t, "  %-12s ", p->name);
    if (p->slot == QB_SLOT_INPUT)
        add_kinds(p->accepts, t);
    else
        qb_text_add(t, slots[p->slot]);
    for (int k = 0; p->choices && p->choices[k]; k++)
        qb_text_addf(t, " %s", p->choices[k]);
    add_bounds(p, t);
    if (p->unit)
        qb_text_addf(t, ", %s", p->unit);
    if (p->length)
        qb_text_add(t, ", or a length as 3 um");
    if (!p->def)
        qb_text_add(t, "; required");
    else if (*p->def)
        qb_text_addf(t, "; default %s", p->def);
    qb_text_addf(t, "\n  %-12s %s\n", "", p->help ? p->help : "");
}

static void add_signature(const QbOp *op, QbText *t)
{
    qb_text_addf(t, "%s(", op->name);
    for (int k = 0; k < op->n_params; k++) {
        const QbParam *p = &op->params[k];
        qb_text_addf(t, "%s%s", k ? ", " : "", p->name);
        if (p->def)
            qb_text_addf(t, "=%s", *p->def ? p->def : "…");
    }
    qb_text_add(t, ")\n");
}

static void add_op(const QbOp *op, QbText *t)
{
    add_signature(op, t);
    qb_text_addf(t, "  %s\n", op->help ? op->help : "");
    if (op->n_params)
        qb_text_add(t, "\nparameters:\n");
    for (int k = 0; k < op->n_params; k++)
        add_param(&op->params[k], t);
    if (op->follows)
        qb_text_addf(t, "\nfollows %s\n", op->follows);
    if (op->examples && op->examples[0])
        qb_text_add(t, "\nexamples:\n");
    for (int k = 0; op->examples && op->examples[k]; k++)
        qb_text_addf(t, "  %s\n", op->examples[k]);
}

static int unknown_op(const char *name)
{
    const char **names = qb_xmalloc(sizeof(*names) * (size_t)(qb_n_ops + 1));
    int n = 0;
    for (int k = 0; k < qb_n_ops; k++) {
        if (is_shown(qb_ops[k]))
            names[n++] = qb_ops[k]->name;
    }
    const char *near = qb_nearest(name, names, n);
    if (near)
        qb_fail(0, "unknown operator '%s'; did you mean '%s'?", name, near);
    else
        qb_fail(0, "unknown operator '%s'; 'qbic ops' lists them", name);
    free(names);
    return QB_EXIT_USAGE;
}

int qb_cli_ops(const QbCliOptions *o)
{
    QbText t = {0};
    for (int k = 0; k < o->positional.n; k++) {
        const QbOp *op = qb_op_find(qb_ops, qb_n_ops, o->positional.v[k]);
        if (!op || !is_shown(op)) {
            qb_text_free(&t);
            return unknown_op(o->positional.v[k]);
        }
        qb_text_add(&t, k ? "\n" : "");
        add_op(op, &t);
    }
    for (int k = 0; o->positional.n == 0 && k < qb_n_ops; k++) {
        if (is_shown(qb_ops[k]) && !group_was_before(k)) {
            qb_text_add(&t, t.n ? "\n" : "");
            list_group(qb_ops[k]->group, &t);
        }
    }
    return qb_print(&t);
}
