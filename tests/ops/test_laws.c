/* The laws, over every descriptor: random images, pixel types, ranks and legal parameters; each result equals its oracle,
 * and any cut into tasks, any kernel variant and any poison give the same bits. One forked test per operator. */
#include "tests/ops/support_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CASES = 48, CUTS = 5, TRIES = 60 };

static uint64_t seed_of_run(void)
{
    const char *text = getenv("QB_LAWS_SEED");
    return text ? strtoull(text, NULL, 10) : 20240607;
}

/* The bytes of a result, in the arena, so that results of several cuts can be compared. */
typedef struct Result {
    const unsigned char *data;
    size_t n;
} Result;

/* Sign and payload of a NaN say which operand came first, and that is the compiler's choice; writers make all NaN one. */
static void unify_nans(const QbType *t, unsigned char *data, int64_t n)
{
    if (!qb_is_raster(t->kind) || !qb_pix_info[t->pix].is_float)
        return;
    for (int64_t k = 0; k < n; k++)
        if (isnan(qb_pix_get(t->pix, data, k)))
            qb_pix_put(t->pix, data, k, NAN);
}

static Result keep(QbCase *c, const QbLabNode *node)
{
    Result r = {0};
    QbErr err = {0};
    if (node->data) {
        r.n = (size_t)qb_voxels(&node->type) * qb_pix_bytes(node->type.pix);
        unsigned char *data = qb_arena_memdup(c->arena, node->data, r.n + 1);
        unify_nans(&node->type, data, qb_voxels(&node->type));
        r.data = data;
    } else if (node->value.table) {
        QbTable *t = node->value.table;
        r.n = sizeof(double) * (size_t)(t->n_rows * t->n_columns);
        double *v = qb_arena_alloc(c->arena, r.n + 8);
        for (int64_t k = 0; k < t->n_rows * t->n_columns; k++)
            qb_table_get(t, k / t->n_columns, (int)(k % t->n_columns), &v[k], &err);
        r.data = (unsigned char *)v;
    } else {
        r.n = sizeof(double);
        double v = isnan(node->value.number) ? NAN : node->value.number;
        r.data = qb_arena_memdup(c->arena, &v, r.n);
    }
    return r;
}

static void check_fault(const QbCase *c, const char *how)
{
    cr_assert(c->lab->fault[0] == 0, "%s: %s: %s", qb_case_text(c), how, c->lab->fault);
}

static void check_same(const QbCase *c, const QbLabCut *cut, Result whole, Result other)
{
    bool same = whole.n == other.n && memcmp(whole.data, other.data, whole.n) == 0;
    size_t at = 0;
    while (!same && at < whole.n && at < other.n && whole.data[at] == other.data[at])
        at++;
    cr_assert(same,
              "%s: cut %llu on %s (poison %02x, expand %d) differs from the whole image at byte "
              "%zu of %zu",
              qb_case_text(c), (unsigned long long)cut->seed, cut->cpu->name, cut->poison,
              cut->expand, at, whole.n);
}

/* A random box of the output alone: what a slice pushed down asks for. */
static void check_part(QbCase *c, const QbLabCut *cut, Result whole)
{
    const QbType *t = &c->out;
    QbBox part;
    int64_t n[3];
    for (int a = 0; a < 3; a++) {
        part.lo[a] = qb_rng_whole(c->rng, 0, t->n[a] - 1);
        part.hi[a] = qb_rng_whole(c->rng, part.lo[a] + 1, t->n[a]);
        n[a] = part.hi[a] - part.lo[a];
    }
    size_t bytes = qb_pix_bytes(t->pix), row = (size_t)n[2] * bytes;
    unsigned char *data = qb_arena_alloc(c->arena, (size_t)(n[0] * n[1]) * row + 1);
    qb_lab_forget(c->lab);
    qb_lab_eval_part(c->lab, c->node, cut, &part, data);
    check_fault(c, "a part of the image");
    unify_nans(t, data, n[0] * n[1] * n[2]);
    for (int64_t k = 0; k < n[0] * n[1]; k++) {
        int64_t z = part.lo[0] + k / n[1], y = part.lo[1] + k % n[1];
        size_t from = (size_t)((z * t->n[1] + y) * t->n[2] + part.lo[2]) * bytes;
        cr_assert(memcmp(data + (size_t)k * row, whole.data + from, row) == 0,
                  "%s: cut %llu on %s: row (%lld, %lld) of the part from (%lld, %lld, %lld) to "
                  "(%lld, %lld, %lld) differs",
                  qb_case_text(c), (unsigned long long)cut->seed, cut->cpu->name, (long long)z,
                  (long long)y, (long long)part.lo[0], (long long)part.lo[1], (long long)part.lo[2],
                  (long long)part.hi[0], (long long)part.hi[1], (long long)part.hi[2]);
    }
}

static Result evaluate(QbCase *c, const QbLabCut *cut, const char *how)
{
    qb_lab_forget(c->lab);
    qb_lab_eval(c->lab, c->node, cut);
    check_fault(c, how);
    const QbLabNode *node = c->lab->nodes[c->node];
    const char *wrong = qb_case_compare(c, node);
    cr_assert(wrong[0] == 0, "%s: %s on %s (expand %d) against the oracle: %s", qb_case_text(c),
              how, cut->cpu->name, cut->expand, wrong);
    return keep(c, node);
}

/* What is composed of others has the same bits as its own kernel: a pass that is off changes no byte. */
static void check_case(QbCase *c)
{
    const QbKernels *cpu[3];
    int n_cpu = qb_kernels_all(cpu), n_ways = c->op->compose ? 2 : 1;
    QbLabCut cut = {.cpu = cpu[0], .poison = 0xA5, .wants_image = true};
    Result whole = evaluate(c, &cut, "whole");
    for (int k = 1; k < n_cpu * n_ways; k++) {
        cut.cpu = cpu[k % n_cpu];
        cut.expand = k >= n_cpu;
        check_same(c, &cut, whole, evaluate(c, &cut, "whole"));
    }
    for (int k = 0; k < CUTS; k++) {
        cut = (QbLabCut){.seed = qb_rng_next(c->rng) | 1,
                         .cpu = cpu[k % n_cpu],
                         .poison = k % 2 ? 0xFF : 0xA5,
                         .expand = n_ways > 1 && qb_rng_chance(c->rng, 50),
                         .wants_image = qb_rng_chance(c->rng, 50)};
        check_same(c, &cut, whole, evaluate(c, &cut, "cut"));
    }
    if (qb_is_raster(c->out.kind) && c->lab->nodes[c->node]->op)
        check_part(c, &cut, whole);
}

static bool is_tried(const QbOp *op)
{
    return op->class != QB_OP_VALUE; /* an element is a parameter of others */
}

static void try_operator(const QbOp *op)
{
    const QbLaw *law = qb_law_find(op->name);
    cr_assert(law != NULL,
              "'%s' has no oracle: add one to tests/oracle and a row to the table of laws",
              op->name);
    if (!law->expect)
        return; /* the row says where else it is tried */
    uint64_t seed = seed_of_run();
    int done = 0;
    char last[1024] = "";
    for (int k = 0; k < CASES * TRIES && done < CASES; k++) {
        QbRng rng = {seed + (uint64_t)k * 7919};
        QbCase c = {.lab = qb_lab_new(), .op = op, .rng = &rng};
        c.arena = c.lab->arena;
        if (qb_case_draw(&c, law,
                         k)) { /* a shape that is refused does not stand in the way of the next */
            check_fault(&c, "drawn");
            check_case(&c);
            done++;
        } else {
            check_fault(&c, "refused");
            snprintf(last, sizeof(last), "%s", c.lab->message);
        }
        if (c.file)
            unlink(c.file);
        qb_lab_free(c.lab);
    }
    cr_assert(done >= CASES,
              "'%s': only %d of %d cases were accepted; the last was refused with: %s", op->name,
              done, CASES, last);
}

ParameterizedTestParameters(laws, hold)
{
    int *index = cr_malloc(sizeof(int) * (size_t)(qb_n_ops + 1));
    for (int k = 0; k < qb_n_ops; k++)
        index[k] = k;
    return cr_make_param_array(int, index, (size_t)qb_n_ops, NULL);
}

ParameterizedTest(const int *index, laws, hold, .timeout = 300)
{
    const QbOp *op = qb_ops[*index];
    const char *only = getenv("QB_LAWS_OP");
    if (!is_tried(op) || (only && strcmp(only, op->name) != 0))
        return;
    try_operator(op);
}
