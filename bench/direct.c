/* Calls the kernel of a planned pipeline on rows that lie in memory: the tiles of the plan, without rings and scheduler. */
#include "bench/held.h"
#include "bench/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Direct {
    const QbPlan *plan;
    const QbStep *step;
    const QbKernels *kernels;
    const Held *in[QB_MAX_INPUTS], *out;
} Direct;

/* The pipeline's only kernel. */
static const QbStep *only_kernel(const QbPlan *plan)
{
    const QbStep *found = NULL;
    for (int k = 0; k < plan->n_steps; k++) {
        if (plan->steps[k].kind != QB_STEP_KERNEL)
            continue;
        if (found)
            return NULL;
        found = &plan->steps[k];
    }
    return found;
}

static void set_rows(const Held *h, const QbBox *b, const void **row)
{
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++)
            *row++ = held_row(h, i, y);
}

static void run_tile(const Direct *d, const QbBox *b, const void **row, void *scratch)
{
    int64_t ny = b->hi[1] - b->lo[1], ni = b->hi[0] - b->lo[0], nx = b->hi[2];
    QbRows in[QB_MAX_INPUTS];
    for (int k = 0; k < d->step->n_in; k++, row += ni * ny) {
        set_rows(d->in[k], b, row);
        in[k] = (QbRows){row, b->lo[0], b->lo[1], ni, ny, 0, nx, nx};
    }
    set_rows(d->out, b, row);
    const QbTask t = {.params = d->step->params,
                      .out_type = &d->step->type,
                      .in_type = d->step->in_type,
                      .n_in = d->step->n_in,
                      .in = in,
                      .out = {*b, (void *const *)row},
                      .scratch = scratch,
                      .cpu = d->kernels};
    d->step->op->run(&t);
}

/* A share of the planes. */
static void run_share(BenchPart *p)
{
    const Direct *d = p->ctx;
    const QbStep *s = d->step;
    int64_t plane = s->tile_i * s->type.n[1];
    const void **row = qb_xcalloc((size_t)(plane * (s->n_in + 1)), sizeof(*row));
    /* Begins a page, as the memory of a worker does. */
    void *scratch = aligned_alloc(4096, qb_round_up(s->scratch_bytes + 64, 4096));
    QB_CHECK(scratch != NULL);
    for (int64_t i = p->lo; i < p->hi; i += s->tile_i) {
        for (int64_t y = 0; y < s->type.n[1]; y += s->tile_y) {
            QbBox b = {{i, y, 0},
                       {qb_min64(i + s->tile_i, p->hi), qb_min64(y + s->tile_y, s->type.n[1]),
                        s->type.n[2]}};
            run_tile(d, &b, row, scratch);
        }
    }
    free(scratch);
    free(row);
}

bool held_direct(const HeldPlan *p, Held *out, HeldTime *t)
{
    HeldParts parts = held_plan_parts(p);
    Direct d = {.plan = parts.plan,
                .step = only_kernel(parts.plan),
                .kernels = parts.how->kernels,
                .out = out};
    for (int k = 0; d.step && k < d.step->n_in; k++)
        if (!(d.in[k] = held_of_step(&parts.plan->steps[d.step->in[k]])))
            d.step = NULL;
    if (!d.step || d.step->op->halo || d.step->op->need) {
        fprintf(stderr, "bench: not a pipeline of one kernel over held images\n");
        return false;
    }
    if (!out->data && !held_alloc(out, &d.step->type))
        return false;
    BenchSeconds s = bench_in_parts(parts.how->threads, d.step->type.n[0], run_share, &d);
    double voxels = (double)qb_voxels(&d.step->type);
    *t = (HeldTime){s.wall, s.wall, s.cpu, 1e-9 * d.step->cost * voxels, (int64_t)voxels};
    return true;
}
