/* blobs(shape, seed, …): bright balls (discs in 2D) on a dark ground with noise, u8. Each cell of a grid holds one or
 * none (stdlib/phantom.h), so how many there are is known: `median(5) > 60` and label find just these. */
#include "stdlib/phantom.h"

#include <math.h>

#define GROUND 20.0f
#define BLOB   120.0f

static const QbParam rows[] = {
    {.name = "shape",
     .slot = QB_SLOT_SHAPE,
     .offset = offsetof(QbBlobs, shape),
     .unit = "voxels",
     .help = "a list of 2 or 3 sizes, slowest first"},
    {.name = "seed",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(QbBlobs, seed),
     .def = "0",
     .help = "another seed, another image"},
    {.name = "cell",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(QbBlobs, cell),
     .def = "24",
     .min = 8,
     .max = 4096,
     .unit = "voxels",
     .help = "edge of the grid's cells, each of which holds a blob or none"},
    {.name = "radius",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(QbBlobs, radius),
     .def = "7",
     .min = 1,
     .max = 2048,
     .unit = "voxels",
     .help = "of the largest blobs (the smallest have half of it), where a cell has room for that"},
    {.name = "fill",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(QbBlobs, fill),
     .def = "0.75",
     .min = 0,
     .max = 1,
     .help = "share of the cells that hold a blob"},
    {.name = "noise",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(QbBlobs, noise),
     .def = "8",
     .min = 0,
     .max = 1000,
     .unit = "grey value",
     .help = "standard deviation of the noise"},
};

/* Two voxels of ground stay on each side of a blob, and one for its centre. */
static bool check(QbCheck *c)
{
    QbBlobs *p = c->params;
    p->radius = fmin(p->radius, 0.5 * (double)(p->cell - 5));
    return qb_phantom_check(c, &p->shape, QB_U8);
}

enum { BLOCK = 512, STREAM_GRAIN = 8 };

/* What one task knows of the row that it fills. */
typedef struct Line {
    const QbBlobs *p;
    int64_t cell[3]; /* [2] runs along the row */
    float at[2];     /* the row's place in its cells, along axes 0 and 1 */
} Line;

/* A blob's share of the columns [x0, x0+n), with an edge one voxel wide. */
static void draw(const Line *l, float *grey, int64_t x0, int64_t n)
{
    QbBlob b = qb_phantom_blob(l->p, l->cell);
    float di = l->at[0] - b.centre[0], dy = l->at[1] - b.centre[1];
    float rest = di * di + dy * dy, reach = b.radius + 0.5f;
    if (!b.is_there || rest >= reach * reach)
        return;
    int64_t first = l->cell[2] * l->p->cell;
    int64_t from = qb_max64(x0, first), to = qb_min64(x0 + n, first + l->p->cell);
    for (int64_t x = from; x < to; x++) {
        float dx = (float)(x - first) - b.centre[2];
        float share = reach - sqrtf(dx * dx + rest);
        share = share < 0.0f ? 0.0f : share > 1.0f ? 1.0f : share;
        grey[x - x0] += (BLOB - GROUND) * share;
    }
}

static void fill_row(const QbTask *t, int64_t i, int64_t y)
{
    const QbBlobs *p = t->params;
    const QbBox *b = &t->out.box;
    Line l = {.p = p,
              .cell = {i / p->cell, y / p->cell, 0},
              .at = {(float)(i % p->cell), (float)(y % p->cell)}};
    QbRowKey key = qb_phantom_row_key(p->seed, STREAM_GRAIN, i, y);
    uint8_t *out = qb_tile_row(&t->out, i, y);
    float grey[BLOCK];
    for (int64_t x = b->lo[2]; x < b->hi[2]; x += BLOCK) {
        int64_t n = qb_min64(BLOCK, b->hi[2] - x);
        for (int64_t k = 0; k < n; k++)
            grey[k] = GROUND;
        for (l.cell[2] = x / p->cell; l.cell[2] * p->cell < x + n; l.cell[2]++)
            draw(&l, grey, x, n);
        t->cpu->map->grain(out + (x - b->lo[2]), grey, (float)p->noise, key, x, n);
    }
}

static bool fill(const QbTask *t, void *state, QbErr *err)
{
    (void)state;
    (void)err;
    const QbBox *b = &t->out.box;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++)
            fill_row(t, i, y);
    return true;
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 3;
}

static const QbSourceOps source = {.fill = fill};
static const char *const examples[] = {"blobs([96, 128], seed=1)",
                                       "blobs([24, 96, 128], seed=2, cell=16, noise=0)", NULL};

const QbOp qb_op_blobs = {
    .name = "blobs",
    .class = QB_OP_SOURCE,
    .group = "sources",
    .help = "bright blobs that do not touch, on a dark ground: a phantom to count",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbBlobs),
    .check = check,
    .cost = cost,
    .source = &source,
};
