/* The descriptors' words against the language: each example compiles; each parameter's smallest, largest and default
 * value is taken and runs; one step beyond is refused with a message. The front end alone is asked, then the laboratory. */
#include "tests/ops/support_case.h"

#include "compiler/lower.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

/* What the examples may name. */
static const char *const preludes[] = {
    "image = noise([23, 31], type=u8)\nvolume = noise([7, 11, 13], type=u8)\nmask = image > "
    "100\nobjects = label(mask)\n",
    "image = noise([7, 11, 13], type=u8)\nvolume = image\nmask = volume > 100\nobjects = "
    "label(mask)\n",
    "image = noise([23, 31], type=f32)\nvolume = noise([7, 11, 13], type=f32)\nmask = volume > "
    "0\nobjects = label(mask)\n",
};

typedef struct Compiled {
    QbArena *arena;
    QbDiags diags;
    QbDag *dag;
} Compiled;

static Compiled compile(const char *prelude, const char *expression)
{
    Compiled c = {.arena = qb_arena_new()};
    qb_diags_init(&c.diags, c.arena);
    QbSource *source = QB_NEW(c.arena, QbSource);
    source->name = "example.qbi";
    source->text = qb_arena_printf(c.arena, "%sprint %s\n", prelude, expression);
    source->length = strlen(source->text);
    QbFile *file = qb_parse_file(c.arena, source, &c.diags);
    if (c.diags.n_errors == 0)
        c.dag = qb_lower(c.arena, file, &(QbLowerOptions){.check_only = true}, qb_ops, qb_n_ops,
                         &c.diags);
    return c;
}

static const char *first_message(const Compiled *c)
{
    for (int k = 0; k < c->diags.n; k++)
        if (c->diags.v[k].severity == QB_ERROR)
            return c->diags.v[k].message;
    return "";
}

/* Every live node of the graph is rebuilt in the laboratory and evaluated. "" or what went wrong. */
static const char *run_in_lab(const Compiled *c)
{
    const QbDag *g = c->dag;
    QbLab *lab = qb_lab_new();
    int *to = QB_NEW_N(c->arena, int, g->n_nodes + 1);
    unsigned char *live = QB_NEW_N(c->arena, unsigned char, g->n_nodes + 1);
    qb_dag_mark_live(g, live);
    QbLabCut cut = {.seed = 7, .cpu = qb_kernels(NULL), .poison = 0xA5};
    const char *wrong = "";
    for (int k = 0; k < g->n_nodes && !wrong[0]; k++) {
        const QbNode *n = g->nodes[k];
        int in[QB_MAX_INPUTS];
        if (!live[k])
            continue;
        for (int j = 0; j < n->n_in; j++)
            in[j] = n->in[j] < 0 ? -1 : to[n->in[j]];
        to[k] = n->op ? qb_lab_node(lab, n->op, n->params, in, n->n_in)
                      : qb_lab_number(lab, n->number, false);
        if (to[k] < 0 || !qb_lab_eval(lab, to[k], &cut))
            wrong = qb_arena_printf(c->arena, "%s%s", lab->message, lab->fault);
    }
    qb_lab_free(lab);
    return wrong;
}

static void must_run(const QbOp *op, const char *expression)
{
    char message[512] = "";
    for (int k = 0; k < QB_COUNT(preludes); k++) {
        Compiled c = compile(preludes[k], expression);
        if (c.diags.n_errors == 0) {
            const char *wrong = run_in_lab(&c);
            cr_assert(wrong[0] == 0, "'%s': '%s' compiles but does not run: %s", op->name,
                      expression, wrong);
            qb_arena_free(c.arena);
            return;
        }
        if (!message[0])
            snprintf(message, sizeof(message), "%s", first_message(&c));
        qb_arena_free(c.arena);
    }
    cr_assert_fail("'%s': '%s' is refused: %s", op->name, expression, message);
}

static void must_fail(const QbOp *op, const char *expression)
{
    for (int k = 0; k < QB_COUNT(preludes); k++) {
        Compiled c = compile(preludes[k], expression);
        cr_assert(c.diags.n_errors > 0, "'%s': '%s' is accepted, out of its range", op->name,
                  expression);
        cr_assert(strlen(first_message(&c)) > 5, "'%s': '%s' is refused without a word", op->name,
                  expression);
        qb_arena_free(c.arena);
    }
}

/* Files that examples name are not there: the front end notes it, and there is nothing to run. */
static void must_compile(const QbOp *op, const char *expression)
{
    Compiled c = compile(preludes[0], expression);
    cr_assert(c.diags.n_errors == 0, "'%s': '%s' is refused: %s", op->name, expression,
              first_message(&c));
    qb_arena_free(c.arena);
}

static bool takes_path(const QbOp *op)
{
    for (int k = 0; k < op->n_params; k++)
        if (op->params[k].slot == QB_SLOT_PATH)
            return true;
    return false;
}

/* ---- calls made from the rows -------------------------------------------------------------------------- */

static bool is_bounded(const QbParam *p)
{
    bool is_numeric = p->slot == QB_SLOT_NUMBER || p->slot == QB_SLOT_WHOLE ||
                      p->slot == QB_SLOT_SIZES || p->slot == QB_SLOT_SIGMAS;
    return is_numeric && (p->min != 0 || p->max != 0);
}

static const char *plain_number(QbArena *a, const QbParam *p)
{
    return qb_arena_printf(a, "%g",
                           p->min > 0                                   ? p->min
                           : p->min < 1 && (p->max == 0 || p->max >= 1) ? 1
                                                                        : p->max);
}

/* A legal argument for a row; "" when the row may be left out, NULL when this program cannot know one. */
static const char *plain(QbArena *a, const QbParam *p)
{
    if (p->def)
        return "";
    switch (p->slot) {
    case QB_SLOT_INPUT:
        return p->accepts & QB_ACCEPT(QB_IMAGE)    ? "volume"
               : p->accepts & QB_ACCEPT(QB_MASK)   ? "mask"
               : p->accepts & QB_ACCEPT(QB_LABELS) ? "objects"
               : p->accepts & QB_ACCEPT(QB_TABLE)  ? "count(objects)"
                                                   : "3";
    case QB_SLOT_WHOLE:
        return is_bounded(p) ? plain_number(a, p)
                             : "0"; /* a place or an index: the first is always there */
    case QB_SLOT_NUMBER:
    case QB_SLOT_SIZES:
    case QB_SLOT_SIGMAS:
        return plain_number(a, p);
    case QB_SLOT_BOOL:
        return "true";
    case QB_SLOT_CHOICE:
        return p->choices[0];
    case QB_SLOT_PIX:
    case QB_SLOT_KIND:
        return "u8";
    case QB_SLOT_SHAPE:
        return "[4, 5, 6]";
    case QB_SLOT_ELEMENT:
        return "disk(1)";
    case QB_SLOT_NUMBERS:
    case QB_SLOT_STRING:
    case QB_SLOT_PATH:
        return NULL;
    }
    return NULL;
}

/* OP(…) with row `at` set to `value` (NULL: as the others). NULL when no call can be made. */
static const char *call(QbArena *a, const QbOp *op, int at, const char *value)
{
    const char *text = qb_arena_printf(a, "%s(", op->name), *comma = "";
    for (int k = 0; k < op->n_params; k++) {
        const char *v = k == at && value ? value : plain(a, &op->params[k]);
        if (!v)
            return NULL;
        if (!v[0])
            continue;
        text = k == 0 ? qb_arena_printf(a, "%s%s", text, v)
                      : qb_arena_printf(a, "%s%s%s=%s", text, comma, op->params[k].name, v);
        comma = ", ";
    }
    return qb_arena_printf(a, "%s)", text);
}

static void check_range(QbArena *a, const QbOp *op, int k)
{
    const QbParam *p = &op->params[k];
    bool is_whole = p->slot == QB_SLOT_WHOLE || p->slot == QB_SLOT_SIZES;
    double step = p->odd ? 2 : 1;
    const char *base = call(a, op, k, NULL);
    if (!base)
        return;
    if (isfinite(p->min)) {
        must_run(op, call(a, op, k, qb_arena_printf(a, "%.17g", p->min)));
        must_fail(op, call(a, op, k, qb_arena_printf(a, "%.17g", p->min - step)));
        if (!is_whole && p->min == 0)
            must_fail(op, call(a, op, k, "-1e-9"));
    }
    if (isfinite(p->max) && p->max < 1e9) {
        if (p->max <= 16)
            must_run(op, call(a, op, k, qb_arena_printf(a, "%.17g", p->max)));
        must_fail(op, call(a, op, k, qb_arena_printf(a, "%.17g", p->max + step)));
    }
    if (p->odd)
        must_fail(op, call(a, op, k, "4"));
    if (is_whole)
        must_fail(op, call(a, op, k, qb_arena_printf(a, "%.17g", p->min + 0.5)));
    must_fail(op, call(a, op, k, "nowhere"));
    must_fail(op, call(a, op, k, "\"three\""));
}

/* Operators of expressions have no call: their names are the compiler's own. */
static bool is_callable(const QbOp *op)
{
    return !op->hidden;
}

ParameterizedTestParameters(limits, hold)
{
    int *index = cr_malloc(sizeof(int) * (size_t)(qb_n_ops + 1));
    for (int k = 0; k < qb_n_ops; k++)
        index[k] = k;
    return cr_make_param_array(int, index, (size_t)qb_n_ops, NULL);
}

ParameterizedTest(const int *index, limits, hold, .timeout = 120)
{
    const QbOp *op = qb_ops[*index];
    const char *only = getenv("QB_LAWS_OP");
    if (!is_callable(op) || (only && strcmp(only, op->name) != 0))
        return;
    cr_assert(op->examples && op->examples[0], "'%s' has no example", op->name);
    cr_assert(op->help && op->help[0] && op->group, "'%s' has no help or group", op->name);
    for (int k = 0; op->examples[k]; k++)
        (takes_path(op) ? must_compile : must_run)(op, op->examples[k]);
    QbArena *a = qb_arena_new();
    for (int k = 0; k < op->n_params; k++)
        if (is_bounded(&op->params[k]))
            check_range(a, op, k);
    qb_arena_free(a);
}
