/* project_rows: collapses axis 1 or axis 2 of a volume, slice by slice. Along axis 1 the rows of a slice are stacked; along axis 2 each row
 * becomes one voxel, by the very reductions that `sum mean std` use. Made by project. */
#include "stdlib/pixelwise.h"
#include "stdlib/project.h"
#include "stdlib/sums.h"

#include <math.h>

typedef QbProject Params;

static const QbParam params[] = {
    {.name = "volume", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "the volume"},
    {.name = "how",
     .slot = QB_SLOT_CHOICE,
     .offset = offsetof(Params, how),
     .choices = qb_project_choices,
     .help = "as in project"},
    {.name = "axis",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, axis),
     .def = "1",
     .help = "1 or 2"},
};

static bool check(QbCheck *c)
{
    *c->out = qb_project_type(c->in[0], c->params);
    return true;
}

static double cost(const void *p, const QbType *const *in)
{
    const Params *q = p;
    double each = q->how == QB_STACK_STD ? 1.2
                  : qb_project_keeps(q)  ? 0.08 * (double)qb_pix_bytes(in[0]->pix)
                                         : 0.5;
    return each * (double)in[0]->n[q->axis];
}

/* Columns of the result are rows y of the volume when its rows go. */
static void need(const void *p, const QbType *const *in, int input, const QbBox *out, QbBox *box)
{
    (void)input;
    *box = *out;
    box->lo[1] = 0;
    box->hi[1] = in[0]->n[1];
    if (((const Params *)p)->axis == 1)
        return;
    box->lo[1] = out->lo[2];
    box->hi[1] = out->hi[2];
    box->lo[2] = 0;
    box->hi[2] = in[0]->n[2];
}

static size_t scratch(const void *p, const QbType *const *in, int64_t ni, int64_t ny, int64_t nx)
{
    (void)ni, (void)ny;
    return qb_stack_bytes((QbStackHow)((const Params *)p)->how, in[0]->pix, nx);
}

static const char *row_at(const QbTask *t, int64_t i, int64_t y, int64_t x)
{
    return (const char *)qb_row(&t->in[0], i, y) +
           (size_t)(x - t->in[0].x0) * qb_pix_bytes(t->in_type[0]->pix);
}

static void stack_slice(const QbTask *t, int64_t i)
{
    const QbBox *b = &t->out.box;
    const QbType *in = t->in_type[0];
    QbStack s = {.how = (QbStackHow)((const Params *)t->params)->how,
                 .pix = in->pix,
                 .nx = b->hi[2] - b->lo[2],
                 .n = in->n[1],
                 .line = t->scratch};
    for (int64_t y = 0; y < in->n[1]; y++)
        t->cpu->label->stack(&s, row_at(t, i, y, b->lo[2]), y);
    t->cpu->label->unstack(&s, qb_tile_row(&t->out, i, 0));
}

static double extreme(const QbLabelKernels *cpu, QbPix pix, const void *row, int64_t n,
                      bool largest)
{
    QbRange r = {INFINITY, -INFINITY, false};
    cpu->range(pix, row, n, &r);
    return r.nan ? NAN : (largest ? r.hi : r.lo) + 0.0; /* a zero of no sign */
}

static double reduce(const QbLabelKernels *cpu, QbStackHow how, QbPix pix, const void *row,
                     int64_t n)
{
    if (how == QB_STACK_MIN || how == QB_STACK_MAX)
        return extreme(cpu, pix, row, n, how == QB_STACK_MAX);
    QbSums s = {.is_whole = !qb_pix_info[pix].is_float, .n = n, .moments = {.n = n}};
    if (s.is_whole)
        cpu->whole(pix, row, n, how == QB_STACK_STD, &s.whole);
    else if (how == QB_STACK_STD)
        cpu->moments(pix, row, n, 0, &s.moments.mean, &s.moments.m2);
    else
        s.sum = cpu->sum(pix, row, n, 0);
    return qb_sums_number(&s, how == QB_STACK_SUM    ? QB_SUMS_SUM
                              : how == QB_STACK_MEAN ? QB_SUMS_MEAN
                                                     : QB_SUMS_STD);
}

static void reduce_slice(const QbTask *t, int64_t i)
{
    const QbBox *b = &t->out.box;
    const QbType *in = t->in_type[0];
    QbStackHow how = (QbStackHow)((const Params *)t->params)->how;
    void *out = qb_tile_row(&t->out, i, 0);
    for (int64_t y = b->lo[2]; y < b->hi[2]; y++)
        qb_pix_put(t->out_type->pix, out, y - b->lo[2],
                   reduce(t->cpu->label, how, in->pix, row_at(t, i, y, 0), in->n[2]));
}

static void run(const QbTask *t)
{
    bool along_rows = ((const Params *)t->params)->axis == 2;
    for (int64_t i = t->out.box.lo[0]; i < t->out.box.hi[0]; i++)
        if (along_rows)
            reduce_slice(t, i);
        else
            stack_slice(t, i);
}

const QbOp qb_op_project_rows = {
    .name = "project_rows",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "geometry",
    .help = "collapses an axis of each slice of a volume",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .need = need,
    .scratch = scratch,
    .run = run,
};
