/* The driver behind support_fold.h. Row pointers are exact: rows outside a task are not there. */
#include "tests/unit/support_fold.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

int fold_kernels(QbKernels out[3])
{
    int n = 0;
    out[n++] = (QbKernels){.name = "base", .label = &qb_label_kernels_base};
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        out[n++] = (QbKernels){.name = "avx2", .label = &qb_label_kernels_avx2};
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq"))
        out[n++] = (QbKernels){.name = "avx512", .label = &qb_label_kernels_avx512};
#endif
    return n;
}

uint64_t fold_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

int64_t fold_pick(uint64_t *state, int64_t n)
{
    return (int64_t)(fold_random(state) % (uint64_t)n);
}

QbType fold_type(QbKind kind, QbPix pix, int rank, const int64_t n[3])
{
    return (QbType){.kind = kind, .pix = pix, .rank = rank, .n = {n[0], n[1], n[2]}};
}

/* Everything that a run keeps. */
typedef struct Run {
    const FoldCase *c;
    QbFoldCtx ctx;
    const QbType *in_type[3];
    const QbValue *value[3];
    void *state;
    uint64_t rng;
} Run;

static void fill_ctx(Run *r, const FoldCase *c)
{
    *r = (Run){.c = c, .rng = c->seed};
    for (int k = 0; k < c->n_in; k++) {
        r->in_type[k] = c->in[k].type;
        r->value[k] = c->in[k].value;
    }
    r->ctx = (QbFoldCtx){.params = c->params,
                         .in_type = r->in_type,
                         .n_in = c->n_in,
                         .out_type = c->out_type,
                         .value = r->value,
                         .env = c->env,
                         .wants_image = c->wants_image,
                         .cpu = c->cpu};
    for (int a = 0; a < 3 && c->n_in > 0; a++)
        r->ctx.domain.hi[a] = c->in[0].type->n[a];
}

static void *new_partial(Run *r, const QbBox *b)
{
    const QbFoldOps *f = r->c->op->fold;
    size_t n = f->partial_bytes ? f->partial_bytes(&r->ctx, b->hi[0] - b->lo[0],
                                                   b->hi[1] - b->lo[1], b->hi[2] - b->lo[2])
                                : 0;
    if (n == 0)
        return NULL;
    void *p = aligned_alloc(64, qb_round_up(n, 64));
    memset(p, 0xa5, n);
    if (f->init)
        f->init(&r->ctx, p);
    return p;
}

static void add_box(Run *r, const QbBox *b, void *partial)
{
    const FoldCase *c = r->c;
    const QbType *t = c->in[0].type;
    QbErr err = {0};
    int64_t ni = b->hi[0] - b->lo[0], ny = b->hi[1] - b->lo[1], nx = b->hi[2] - b->lo[2];
    const void **row = malloc((size_t)(ni * ny) * sizeof(void *));
    for (int64_t k = 0; k < ni * ny; k++) {
        int64_t at = ((b->lo[0] + k / ny) * t->n[1] + b->lo[1] + k % ny) * t->n[2];
        row[k] = (const char *)c->in[0].data + (size_t)at * qb_pix_bytes(t->pix);
    }
    QbRows rows = {row, b->lo[0], b->lo[1], ni, ny, 0, t->n[2], t->n[2]};
    QbTask task = {.params = c->params,
                   .out_type = c->out_type,
                   .in_type = r->in_type,
                   .n_in = c->n_in,
                   .in = &rows,
                   .value = r->value,
                   .out = {.box = *b},
                   .cpu = c->cpu};
    size_t scratch = c->op->scratch ? c->op->scratch(c->params, r->in_type, ni, ny, nx) : 0;
    task.scratch = aligned_alloc(64, qb_round_up(scratch + 1, 64));
    cr_assert(c->op->fold->add(&task, r->state, partial, &err), "%s", err.text);
    free(task.scratch);
    free(row);
}

enum { MAX_TILES = 64 };

/* Cuts axis 1 of [lo, hi) of axis 0 into tiles. */
static int cut(Run *r, int64_t lo, int64_t hi, QbBox *box)
{
    const int64_t *n = r->c->in[0].type->n;
    int tiles = 0;
    for (int64_t y = 0; y < n[1];) {
        int64_t step =
            r->c->seed == 0 || tiles == MAX_TILES - 1 ? n[1] : 1 + fold_pick(&r->rng, n[1]);
        if (fold_pick(&r->rng, 3) == 0 && tiles < MAX_TILES / 2 && r->c->seed)
            step = 1 + fold_pick(&r->rng, 3);
        int64_t end = qb_min64(y + step, n[1]);
        box[tiles++] = (QbBox){{lo, y, 0}, {hi, end, n[2]}};
        y = end;
    }
    return tiles;
}

static void run_quantum(Run *r, int64_t lo, int64_t hi, void **workers)
{
    const QbFoldOps *f = r->c->op->fold;
    QbBox box[MAX_TILES];
    void *partial[MAX_TILES] = {NULL};
    QbErr err = {0};
    int n = cut(r, lo, hi, box), first = (int)fold_pick(&r->rng, n);
    for (int k = 0; k < n; k++) { /* in some order */
        int t = (first + k) % n;
        if (f->order == QB_FOLD_ANY) {
            add_box(r, &box[t], workers[fold_pick(&r->rng, 3)]);
            continue;
        }
        if (f->order == QB_FOLD_ORDERED)
            partial[t] = new_partial(r, &box[t]);
        add_box(r, &box[t], partial[t]);
    }
    if (f->order == QB_FOLD_ORDERED)
        cr_assert(f->merge(&r->ctx, r->state, partial, box, n, &err), "%s", err.text);
    for (int k = 0; k < n; k++)
        free(partial[k]);
}

void fold_run(const FoldCase *c, QbValue *out, void **state)
{
    Run r;
    fill_ctx(&r, c);
    const QbFoldOps *f = c->op->fold;
    QbErr err = {0};
    int64_t n = c->in[0].type->n[0];
    QbBox whole = r.ctx.domain;
    void *workers[3] = {NULL};
    f->state_bytes(&r.ctx);
    cr_assert(f->open(&r.ctx, &r.state, &err), "%s", err.text);
    for (int w = 0; f->order == QB_FOLD_ANY && w < 3; w++)
        workers[w] = new_partial(&r, &whole);
    for (int64_t lo = 0; lo < n;) {
        int64_t step = c->seed == 0 ? n : 1 + fold_pick(&r.rng, fold_pick(&r.rng, 2) ? n : 4);
        int64_t hi = qb_min64(lo + step, n);
        run_quantum(&r, lo, hi, workers);
        lo = hi;
    }
    if (f->order == QB_FOLD_ANY)
        cr_assert(f->merge(&r.ctx, r.state, workers, NULL, 3, &err), "%s", err.text);
    *out = (QbValue){0};
    cr_assert(f->finish(&r.ctx, r.state, out, &err), "%s", err.text);
    for (int w = 0; w < 3; w++)
        free(workers[w]);
    *state = r.state;
}

void *fold_image(const FoldCase *c, void *state)
{
    const QbType *t = c->out_type;
    size_t size = qb_pix_bytes(t->pix);
    char *image = malloc((size_t)qb_voxels(t) * size);
    uint64_t rng = c->seed;
    QbErr err = {0};
    memset(image, 0xcd, (size_t)qb_voxels(t) * size);
    for (int64_t i = 0; i < t->n[0];) {
        int64_t ei = c->seed ? qb_min64(t->n[0], i + 1 + fold_pick(&rng, 4)) : t->n[0];
        for (int64_t y = 0; y < t->n[1];) {
            int64_t ey = c->seed ? qb_min64(t->n[1], y + 1 + fold_pick(&rng, 5)) : t->n[1];
            for (int64_t x = 0; x < t->n[2];) {
                int64_t ex =
                    c->seed ? qb_min64(t->n[2], x + 1 + fold_pick(&rng, 2 * t->n[2])) : t->n[2];
                QbTile tile = {.box = {{i, y, x}, {ei, ey, ex}}};
                void **row = malloc((size_t)((ei - i) * (ey - y)) * sizeof(void *));
                for (int64_t k = 0; k < (ei - i) * (ey - y); k++)
                    row[k] =
                        image +
                        (size_t)(((i + k / (ey - y)) * t->n[1] + y + k % (ey - y)) * t->n[2] + x) *
                            size;
                tile.row = row;
                cr_assert(c->op->fold->fill(state, &tile, &err), "%s", err.text);
                free(row);
                x = ex;
            }
            y = ey;
        }
        i = ei;
    }
    return image;
}

QbValue fold_eval(const FoldCase *c)
{
    Run r;
    QbValue out = {0};
    QbErr err = {0};
    fill_ctx(&r, c);
    cr_assert(c->op->eval(&r.ctx, &out, &err), "%s", err.text);
    return out;
}
