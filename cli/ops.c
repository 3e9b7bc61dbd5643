/* qbic ops: the operators, from their descriptors alone: a list by group, or all about some, for people. */
#include "cli/ops.h"
#include "compiler/elsewhere.h"

#include <string.h>

static void list(const QbOp *const *ops, int n, QbText *t)
{
    for (int k = 0; k < n; k++) {
        if (k == 0 || strcmp(ops[k]->group, ops[k - 1]->group) != 0)
            qb_text_addf(t, "%s%s\n", k ? "\n" : "", ops[k]->group);
        qb_text_addf(t, "  %-12s %s\n", ops[k]->name, ops[k]->help ? ops[k]->help : "");
    }
}

static void add_param(const QbParam *p, QbText *t)
{
    qb_text_addf(t, "  %-12s ", p->name);
    qb_add_param_type(p, t);
    if (!p->def)
        qb_text_add(t, "; required");
    else if (*p->def)
        qb_text_addf(t, "; default %s", p->def);
    else
        qb_text_add(t, "; may be left out");
    qb_text_addf(t, "\n  %-12s %s\n", "", p->help ? p->help : "");
}

static void add_facts(const QbOp *op, const QbOpFacts *f, QbText *t)
{
    qb_text_addf(t, "\nruns     %s\n", qb_op_class_text(op));
    if (f->made_of)
        qb_text_addf(t, "made of  %s\n", f->made_of);
    if (f->has_halo) {
        qb_text_add(t, "halo     ");
        qb_add_halo(f, t);
        qb_text_add(t, "\n");
    }
    if (op->follows)
        qb_text_addf(t, "follows  %s\n", op->follows);
}

static void add_op(QbArena *arena, const QbOp *op, QbText *t)
{
    QbOpFacts f = qb_op_facts(arena, op);
    qb_add_signature(op, &f, t);
    qb_text_addf(t, "\n  %s\n", op->help ? op->help : "");
    if (op->n_params)
        qb_text_add(t, "\nparameters:\n");
    for (int k = 0; k < op->n_params; k++)
        add_param(&op->params[k], t);
    add_facts(op, &f, t);
    if (op->examples && op->examples[0])
        qb_text_add(t, "\nexamples:\n");
    qb_add_examples(op, &f, "  ", t);
    if (op->code)
        qb_text_addf(t, "\n%s:\n", op->code->name);
    qb_add_code(op, "  ", t);
}

static int unknown_op(QbArena *arena, const char *name)
{
    const QbOp *const *ops;
    int n = qb_ops_shown(arena, &ops);
    const char **names = QB_NEW_N(arena, const char *, n + 1);
    for (int k = 0; k < n; k++)
        names[k] = ops[k]->name;
    const char *here = qb_elsewhere_operator(name);
    const QbOp *op = here ? qb_op_find(qb_ops, qb_n_ops, here) : NULL;
    if (op && !op->hidden)
        return qb_fail(QB_EXIT_USAGE, "unknown operator '%s': it is called '%s' here", name, here);
    if (here)
        return qb_fail(QB_EXIT_USAGE,
                       "the operator '%s' is planned, this qbic has it not; "
                       "'qbic ops' lists what it has",
                       here);
    const char *near = qb_nearest(name, names, n);
    if (near)
        return qb_fail(QB_EXIT_USAGE, "unknown operator '%s'; did you mean '%s'?", name, near);
    return qb_fail(QB_EXIT_USAGE, "unknown operator '%s'; 'qbic ops' lists them", name);
}

/* The operators that are asked for; none: all. */
static int choose(QbArena *arena, const QbCliOptions *o, const QbOp *const **ops, int *n)
{
    *n = o->positional.n;
    if (*n == 0) {
        *n = qb_ops_shown(arena, ops);
        return QB_EXIT_DONE;
    }
    const QbOp **v = QB_NEW_N(arena, const QbOp *, *n);
    for (int k = 0; k < *n; k++) {
        v[k] = qb_op_find(qb_ops, qb_n_ops, o->positional.v[k]);
        if (!v[k] || v[k]->hidden)
            return unknown_op(arena, o->positional.v[k]);
    }
    *ops = v;
    return QB_EXIT_DONE;
}

int qb_cli_ops(const QbCliOptions *o)
{
    if (o->json && o->md)
        return qb_fail(QB_EXIT_USAGE, "'--json' and '--md' exclude each other");
    QbArena *arena = qb_arena_new();
    const QbOp *const *ops;
    int n;
    int status = choose(arena, o, &ops, &n);
    QbText t = {0};
    bool all = o->positional.n == 0;
    if (status == QB_EXIT_DONE && o->json)
        qb_ops_json(arena, ops, n, &t);
    else if (status == QB_EXIT_DONE && o->md)
        qb_ops_md(arena, ops, n, all, &t);
    else if (status == QB_EXIT_DONE && all)
        list(ops, n, &t);
    for (int k = 0; status == QB_EXIT_DONE && !all && !o->json && !o->md && k < n; k++) {
        qb_text_add(&t, k ? "\n" : "");
        add_op(arena, ops[k], &t);
    }
    qb_arena_free(arena);
    if (status == QB_EXIT_DONE)
        return qb_print(&t);
    qb_text_free(&t);
    return status;
}
