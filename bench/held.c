/* The operators held, keep and drop, and how a text that uses them beside all others is run. */
#include "bench/held.h"

#include "lang/ast.h"
#include "lang/print.h"
#include "compiler/lower.h"
#include "runtime/imgio.h"
#include "stdlib/pixelwise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MEMORY ((size_t)4 << 30) /* more than any of the pipelines needs */

typedef struct Params {
    int64_t at;
} Params;

static Held *held_of(const void *params)
{
    return (Held *)(uintptr_t)((const Params *)params)->at;
}

unsigned char *held_row(const Held *h, int64_t i, int64_t y)
{
    return h->data + (size_t)((i * h->type.n[1] + y) * h->type.n[2]) * qb_pix_bytes(h->type.pix);
}

/* Touched, so that no page is missing when the clock runs. */
bool held_alloc(Held *h, const QbType *type)
{
    size_t bytes = (size_t)qb_voxels(type) * qb_pix_bytes(type->pix);
    h->type = *type;
    h->data = aligned_alloc((size_t)2 << 20, qb_round_up(bytes, (size_t)2 << 20));
    if (!h->data)
        return false;
    madvise(h->data, bytes, MADV_HUGEPAGE);
    memset(h->data, 0, bytes);
    return true;
}

static const QbParam held_rows[] = {
    {.name = "at",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, at),
     .help = "where the image is held"},
};

static bool held_check(QbCheck *c)
{
    *c->out = held_of(c->params)->type;
    return true;
}

static double held_cost(const void *params, const QbType *const *in)
{
    (void)params, (void)in;
    return 0.1;
}

static bool held_fill(const QbTask *t, void *state, QbErr *err)
{
    const Held *h = held_of(t->params);
    const QbBox *b = &t->out.box;
    size_t bytes = qb_pix_bytes(h->type.pix), n = (size_t)(b->hi[2] - b->lo[2]) * bytes;
    (void)state, (void)err;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++)
            memcpy(qb_tile_row(&t->out, i, y), held_row(h, i, y) + (size_t)b->lo[2] * bytes, n);
    return true;
}

static const QbSourceOps held_source = {.fill = held_fill};
static const QbOp held_op = {
    .name = "held",
    .class = QB_OP_SOURCE,
    .group = "bench",
    .help = "an image in memory",
    .version = 1,
    .params = held_rows,
    .n_params = QB_COUNT(held_rows),
    .param_size = sizeof(Params),
    .check = held_check,
    .cost = held_cost,
    .source = &held_source,
};

/* ---- keep and drop ----------------------------------------------------------------------------------- */

static const QbParam keep_rows[] = {
    {.name = "x", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER},
    {.name = "at", .slot = QB_SLOT_WHOLE, .offset = offsetof(Params, at), .def = "0"},
};

static bool keep_check(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_NUMBER, .measured = true};
    return true;
}

static bool keep_open(const QbFoldCtx *c, void **state, QbErr *err)
{
    Held *h = held_of(c->params);
    *state = h;
    if (!h || h->data)
        return true;
    return held_alloc(h, c->in_type[0]) || qb_err_set(err, "no memory to keep an image in");
}

static bool keep_add(const QbTask *t, void *state, void *partial, QbErr *err)
{
    const Held *h = state;
    const QbBox *b = &t->out.box;
    (void)partial, (void)err;
    if (!h)
        return true;
    size_t bytes = qb_pix_bytes(h->type.pix), n = (size_t)(b->hi[2] - b->lo[2]) * bytes;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++)
            memcpy(held_row(h, i, y) + (size_t)b->lo[2] * bytes, qb_row(&t->in[0], i, y), n);
    return true;
}

static bool keep_finish(const QbFoldCtx *c, void *state, QbValue *out, QbErr *err)
{
    (void)c, (void)err;
    out->number = state != NULL;
    return true;
}

static size_t keep_bytes(const QbFoldCtx *c)
{
    (void)c;
    return 0;
}

static const QbFoldOps keep_fold = {.order = QB_FOLD_ANY,
                                    .state_bytes = keep_bytes,
                                    .open = keep_open,
                                    .add = keep_add,
                                    .finish = keep_finish};
#define KEEP(called)                                                                              \
    {                                                                                             \
        .name = called, .class = QB_OP_FOLD, .group = "bench", .help = "puts an image in memory", \
        .version = 1, .params = keep_rows, .n_params = QB_COUNT(keep_rows),                       \
        .param_size = sizeof(Params), .check = keep_check, .cost = held_cost, .fold = &keep_fold, \
    }
static const QbOp keep_op = KEEP("keep"), drop_op = KEEP("drop");

void held_free(Held *h)
{
    free(h->data);
    *h = (Held){0};
}

/* ---- running ------------------------------------------------------------------------------------------ */

static const QbOp **all_ops(QbArena *arena, int *n)
{
    const QbOp **ops = QB_NEW_N(arena, const QbOp *, qb_n_ops + 3);
    memcpy(ops, qb_ops, (size_t)qb_n_ops * sizeof(*ops));
    *n = qb_n_ops;
    ops[(*n)++] = &held_op;
    ops[(*n)++] = &keep_op;
    ops[(*n)++] = &drop_op;
    return ops;
}

static QbDag *dag_of(QbArena *arena, const char *text)
{
    QbDiags diags;
    QbSource *source = QB_NEW(arena, QbSource);
    int n;
    qb_diags_init(&diags, arena);
    *source = (QbSource){.name = "bench.qbi", .text = text, .length = strlen(text)};
    const QbFile *file = qb_parse_file(arena, source, &diags);
    const QbOp **ops = all_ops(arena, &n);
    QbDag *g = qb_lower(arena, file, &(QbLowerOptions){0}, ops, n, &diags);
    if (diags.n_errors == 0)
        return g;
    QbText t = {0};
    qb_diags_text(&diags, false, &t);
    fputs(t.s, stderr);
    qb_text_free(&t);
    return NULL;
}

static bool is_ours(const QbStep *s)
{
    return s->op == &held_op || s->op == &keep_op || s->op == &drop_op;
}

static void sum_up(const QbPlan *plan, const QbRunResult *r, HeldTime *t)
{
    double busy = 0, kernel = 0;
    *t = (HeldTime){.wall = r->pass_wall};
    for (int k = 0; k < plan->n_steps; k++) {
        const QbStep *s = &plan->steps[k];
        busy += r->steps[k].busy;
        if (!is_ours(s)) {
            kernel += r->steps[k].busy;
            t->cpu += r->steps[k].cpu;
            t->planned += 1e-9 * s->cost * (double)r->steps[k].voxels;
        }
        if (s->kind == QB_STEP_SOURCE)
            t->voxels = qb_max64(t->voxels, qb_voxels(&s->type));
    }
    t->kernel = busy > 0 ? t->wall * kernel / busy : 0;
}

const Held *held_of_step(const QbStep *s)
{
    return s->op == &held_op ? held_of(s->params) : NULL;
}

struct HeldPlan {
    QbArena *arena;
    HeldOptions how;
    QbPlan *plan;
};

HeldPlan *held_plan(const char *text, const HeldOptions *o)
{
    static const QbPassOptions passes;
    QbErr err = {0};
    HeldPlan *p = qb_xcalloc(1, sizeof(*p));
    *p = (HeldPlan){.arena = qb_arena_new(), .how = *o};
    QbDag *g = dag_of(p->arena, text);
    QbPlanOptions po = {.threads = o->threads,
                        .memory = MEMORY,
                        .base = (size_t)4 << 20,
                        .passes = &passes,
                        .sink_atom = qb_writer_atom,
                        .sink_bound = qb_writer_pack_bound};
    if (g)
        qb_passes_run(g, &passes);
    if (g && qb_plan_make(p->arena, g, &po, &p->plan, &err))
        return p;
    fprintf(stderr, "bench: %s\n%s", err.text, text);
    held_plan_free(p);
    return NULL;
}

void held_plan_free(HeldPlan *p)
{
    if (p)
        qb_arena_free(p->arena);
    free(p);
}

HeldParts held_plan_parts(const HeldPlan *p)
{
    return (HeldParts){p->plan, &p->how};
}

bool held_run(const HeldPlan *p, HeldTime *t)
{
    QbErr err = {0};
    QbRunResult r = {0};
    QbRunOptions ro = {.tmp_dir = "/var/tmp",
                       .kernels = p->how.kernels,
                       .provenance = "bench",
                       .started = qb_now(),
                       .gather = true};
    bool ok = qb_run(p->plan, &ro, &r, &err);
    if (ok)
        sum_up(p->plan, &r, t);
    else
        fprintf(stderr, "bench: %s\n", err.text);
    qb_run_result_free(&r);
    return ok;
}
