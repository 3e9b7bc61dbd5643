/* montage(volume, columns): the slices of a volume side by side, row by row, in one image; cells without a slice are 0.
 * A row of the result needs the slices of one row of the grid: they stream, a grid's row at a time. */
#include "core/op.h"

#include <string.h>

typedef struct Params {
    int64_t columns;
} Params;

static const QbParam rows[] = {
    {.name = "volume", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_VOXELS, .help = "a volume"},
    {.name = "columns",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, columns),
     .def = "",
     .min = 1,
     .max = 65536,
     .unit = "slices",
     .help = "side by side; as many as make the grid square where left out"},
};

static int64_t square_columns(int64_t n)
{
    int64_t columns = 1;
    while (columns * columns < n)
        columns++;
    return columns;
}

static int64_t grid_rows(const Params *p, int64_t n)
{
    return (n + p->columns - 1) / p->columns;
}

static bool check(QbCheck *c)
{
    Params *p = c->params;
    const QbType *in = c->in[0];
    if (in->rank != 3)
        return c->fail(c, 0, NULL, "montage takes a volume, found a 2D %s", qb_kind_name(in->kind));
    if (p->columns == 0)
        p->columns = square_columns(in->n[0]);
    *c->out = *in;
    c->out->rank = 2;
    c->out->n[1] = 1;
    c->out->spacing[0] = in->spacing[1];
    c->out->spacing[1] = 0;
    int64_t voxels;
    bool fits = qb_mul_i64(grid_rows(p, in->n[0]), in->n[1], &c->out->n[0]) &&
                qb_mul_i64(p->columns, in->n[2], &c->out->n[2]) &&
                qb_mul_i64(c->out->n[0], c->out->n[2], &voxels) && voxels <= INT64_MAX / 32;
    return fits || c->fail(c, 1, NULL, "the montage has more voxels than can be counted");
}

/* Whole rows of the grid: a box that crosses from one to the next needs all rows of the slices of both. */
static void need(const void *params, const QbType *const *in, int input, const QbBox *out,
                 QbBox *box)
{
    (void)input;
    const Params *p = params;
    const int64_t *n = in[0]->n;
    int64_t first = out->lo[0] / n[1], last = (out->hi[0] - 1) / n[1];
    *box =
        (QbBox){{first * p->columns, 0, 0}, {qb_min64(n[0], (last + 1) * p->columns), n[1], n[2]}};
}

/* One row of the output: a piece of each slice of the grid's row, then nothing. */
static void run_row(const QbTask *t, int64_t i)
{
    const Params *p = t->params;
    const QbRows *r = &t->in[0];
    const int64_t *n = t->in_type[0]->n;
    int64_t lo = t->out.box.lo[2], hi = t->out.box.hi[2];
    size_t bytes = qb_pix_bytes(t->out_type->pix);
    unsigned char *out = qb_tile_row(&t->out, i, 0);
    for (int64_t x = lo; x < hi;) {
        int64_t z = i / n[1] * p->columns + x / n[2], at = x % n[2];
        int64_t count = qb_min64(hi - x, n[2] - at);
        unsigned char *to = out + (size_t)(x - lo) * bytes;
        if (z < n[0])
            memcpy(to, (const unsigned char *)qb_row(r, z, i % n[1]) + (size_t)(at - r->x0) * bytes,
                   (size_t)count * bytes);
        else
            memset(to, 0, (size_t)count * bytes);
        x += count;
    }
}

static void run(const QbTask *t)
{
    for (int64_t i = t->out.box.lo[0]; i < t->out.box.hi[0]; i++)
        run_row(t, i);
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.2;
}

static const char *const examples[] = {"montage(volume)", "volume[::2] |> montage(columns=4)",
                                       "montage(mask)", NULL};

const QbOp qb_op_montage = {
    .name = "montage",
    .class = QB_OP_KERNEL,
    .group = "geometry",
    .help = "the slices of a volume side by side in one image",
    .follows = "skimage.util.montage",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .need = need,
    .run = run,
};
