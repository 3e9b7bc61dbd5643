/* Runs one task: gathers pointers to the rows that it needs (rows beyond the domain alias mirrored or constant ones), and calls
 * the operator. Nothing is copied, but for inputs that are read from a stored state. */
#include "runtime/parts.h"

#include <stdlib.h>
#include <string.h>

/* Memory of a worker, handed out from the front. */
typedef struct Bump {
    unsigned char *at, *end;
} Bump;

static void *take(Bump *b, size_t bytes)
{
    void *p = b->at;
    b->at += qb_round_up(bytes, 64);
    QB_CHECK(b->at <= b->end);
    return p;
}

static unsigned char *ring_row(const Live *l, int64_t i, int64_t y, int64_t x)
{
    const QbStep *s = l->step;
    int64_t slot = qb_step_tick(s, i) % s->ring;
    return l->ring + (size_t)slot * s->plane + (size_t)(y - s->box.lo[1]) * s->pitch +
           (size_t)(x - s->box.lo[2]) * qb_pix_bytes(s->type.pix);
}

static void rows_of_tile(const Live *l, const QbBox *box, void **row)
{
    for (int64_t i = box->lo[0]; i < box->hi[0]; i++) {
        unsigned char *first = ring_row(l, i, box->lo[1], box->lo[2]);
        for (int64_t y = box->lo[1]; y < box->hi[1]; y++, first += l->step->pitch)
            *row++ = first;
    }
}

/* Rows of input k from a ring; `halo` rows beyond the domain included. */
static void gather(const Run *run, const Live *l, int k, const QbBox *out, Bump *mem, QbRows *rows)
{
    const QbStep *s = l->step;
    const Live *p = &run->live[s->in[k]];
    const int64_t *n = s->in_type[k]->n;
    QbHalo h;
    QbBox need;
    qb_step_need(s, k, out, &need, &h);
    bool by_need = s->kind == QB_STEP_KERNEL && s->op->need;
    int64_t i0 = by_need ? need.lo[0] : out->lo[0] - h.before[0],
            i1 = by_need ? need.hi[0] : out->hi[0] + h.after[0];
    int64_t y0 = by_need ? need.lo[1] : out->lo[1] - h.before[1],
            y1 = by_need ? need.hi[1] : out->hi[1] + h.after[1];
    const void **row = take(mem, (size_t)((i1 - i0) * (y1 - y0)) * sizeof(void *));
    *rows = (QbRows){row, i0, y0, i1 - i0, y1 - y0, need.lo[2], need.hi[2], n[2]};
    const unsigned char *constant = NULL;
    if (h.border == QB_BORDER_CONSTANT && l->constant[k])
        constant = l->constant[k] +
                   (size_t)(need.lo[2] - l->constant_x[k]) * qb_pix_bytes(s->in_type[k]->pix);
    for (int64_t i = i0; i < i1; i++) {
        bool inside = i >= 0 && i < n[0];
        const unsigned char *base = NULL;
        if (inside || !constant)
            base = ring_row(p, qb_mirror(i, n[0]), p->step->box.lo[1], need.lo[2]);
        for (int64_t y = y0; y < y1; y++) {
            if (constant && (!inside || y < 0 || y >= n[1]))
                *row++ = constant;
            else
                *row++ = base + (size_t)(qb_mirror(y, n[1]) - p->step->box.lo[1]) * p->step->pitch;
        }
    }
}

/* Rows of input k copied from the finished state of a fold. */
static bool gather_stored(const Run *run, const Live *l, int k, const QbBox *out, Bump *mem,
                          QbRows *rows, QbErr *err)
{
    const QbStep *s = l->step;
    const Live *p = &run->live[s->in[k]];
    QbTile tile;
    qb_step_need(s, k, out, &tile.box, NULL);
    int64_t ni = tile.box.hi[0] - tile.box.lo[0], ny = tile.box.hi[1] - tile.box.lo[1];
    size_t bytes = (size_t)(tile.box.hi[2] - tile.box.lo[2]) * qb_pix_bytes(s->in_type[k]->pix);
    void **row = take(mem, (size_t)(ni * ny) * sizeof(void *));
    unsigned char *data = take(mem, (size_t)(ni * ny) * bytes);
    for (int64_t r = 0; r < ni * ny; r++)
        row[r] = data + (size_t)r * bytes;
    tile.row = row;
    *rows = (QbRows){(const void *const *)row, tile.box.lo[0], tile.box.lo[1],     ni, ny,
                     tile.box.lo[2],           tile.box.hi[2], s->in_type[k]->n[2]};
    return p->step->op->fold->fill(p->state, &tile, err);
}

QbFoldCtx qb_exec_ctx(const Run *run, const Live *l, const QbValue **values)
{
    const QbStep *s = l->step;
    for (int k = 0; k < s->n_in; k++)
        values[k] = s->in[k] >= 0 && !qb_step_has_ring(&run->plan->steps[s->in[k]])
                        ? &run->live[s->in[k]].value
                        : NULL;
    return (QbFoldCtx){.params = s->params,
                       .in_type = s->in_type,
                       .n_in = s->n_in,
                       .out_type = &s->type,
                       .value = values,
                       .env = &run->env,
                       .wants_image = s->wants_image,
                       .domain = s->box,
                       .cpu = run->o->kernels};
}

static bool call(Run *run, Live *l, QbTask *t, unsigned char *partial, QbErr *err)
{
    const QbStep *s = l->step;
    switch (s->kind) {
    case QB_STEP_SOURCE:
        return s->op->source->fill(t, l->state, err);
    case QB_STEP_REFILL: {
        const Live *from = &run->live[s->in[0]];
        return from->step->op->fold->fill(from->state, &t->out, err);
    }
    case QB_STEP_KERNEL:
        s->op->run(t);
        return true;
    case QB_STEP_FOLD:
        return s->op->fold->add(t, l->state, partial, err);
    case QB_STEP_SINK:
        return qb_sink_pack(run, l, t, partial, err);
    case QB_STEP_CONST:
    case QB_STEP_SCALAR:
        break;
    }
    return true;
}

bool qb_exec_tile(Run *run, Live *l, const QbBox *box, unsigned char *partial, int w, QbErr *err)
{
    const QbStep *s = l->step;
    Bump mem = {run->workers[w].memory, run->workers[w].memory + run->worker_bytes};
    QbRows rows[QB_MAX_INPUTS];
    const QbValue *values[QB_MAX_INPUTS] = {NULL};
    memset(rows, 0, sizeof(rows));
    for (int k = 0; k < s->n_in && s->kind != QB_STEP_REFILL; k++) {
        if (s->in[k] < 0)
            continue;
        const Live *in = &run->live[s->in[k]];
        if (!qb_is_raster(s->in_type[k]->kind) || (!qb_step_has_ring(in->step) && !s->in_random[k]))
            values[k] = &in->value;
        else if (!s->in_random[k])
            gather(run, l, k, box, &mem, &rows[k]);
        else if (!gather_stored(run, l, k, box, &mem, &rows[k], err))
            return false;
    }
    QbTask t = {.params = s->params,
                .out_type = &s->type,
                .in_type = s->in_type,
                .n_in = s->n_in,
                .in = rows,
                .value = values,
                .out = {.box = *box},
                .cpu = run->o->kernels,
                .worker = s->serial ? 0 : w};
    if (qb_step_has_ring(s)) {
        void **row = take(&mem, (size_t)((box->hi[0] - box->lo[0]) * (box->hi[1] - box->lo[1])) *
                                    sizeof(void *));
        rows_of_tile(l, box, row);
        t.out.row = row;
    }
    t.scratch = take(&mem, s->scratch_bytes);
    return call(run, l, &t, partial, err);
}

bool qb_exec_merge(Run *run, Live *l, const Flight *f, QbErr *err)
{
    const QbStep *s = l->step;
    if (s->kind == QB_STEP_SINK)
        return qb_sink_append(l, f, err);
    const QbValue *values[QB_MAX_INPUTS];
    QbFoldCtx c = qb_exec_ctx(run, l, values);
    int n = (int)f->tiles;
    void **partials = qb_xmalloc(sizeof(void *) * (size_t)n);
    QbBox *boxes = qb_xmalloc(sizeof(QbBox) * (size_t)n);
    for (int t = 0; t < n; t++) {
        partials[t] = f->partials + (size_t)t * l->partial_stride;
        boxes[t] = qb_step_tile(s, f->a, f->b, t);
    }
    bool ok = s->op->fold->merge(&c, l->state, partials, boxes, n, err);
    free(partials);
    free(boxes);
    return ok;
}
