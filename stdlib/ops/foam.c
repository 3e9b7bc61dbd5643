/* foam(shape, seed, …): a liquid foam, u8, the liquid bright: the Voronoi cells of one seed in each cell of a jittered
 * grid, with walls between two bubbles and thicker edges where three meet. A voxel sees its three nearest seeds. Which
 * seeds can be those is found for a block of rows, then for a row; what is left out is provably farther than three
 * others, in the very floats that the kernel compares, so that no cut into blocks changes a bit. */
#include "stdlib/phantom.h"

#include <math.h>

typedef struct Params {
    QbShape shape;
    int64_t seed;
    int64_t cell;
    double wall;
    double noise;
} Params;

static const QbParam rows[] = {
    {.name = "shape",
     .slot = QB_SLOT_SHAPE,
     .offset = offsetof(Params, shape),
     .unit = "voxels",
     .help = "a list of 2 or 3 sizes, slowest first"},
    {.name = "seed",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, seed),
     .def = "0",
     .help = "another seed, another image"},
    {.name = "cell",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, cell),
     .def = "36",
     .min = 8,
     .max = 4096,
     .unit = "voxels",
     .help = "edge of the grid's cells: one bubble for each"},
    {.name = "wall",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(Params, wall),
     .def = "1.5",
     .min = 0.25,
     .max = 1000,
     .unit = "voxels",
     .help = "thickness of the walls of liquid"},
    {.name = "noise",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(Params, noise),
     .def = "6",
     .min = 0,
     .max = 1000,
     .unit = "grey value",
     .help = "standard deviation of the noise"},
};

static bool check(QbCheck *c)
{
    const Params *p = c->params;
    return qb_phantom_check(c, &p->shape, QB_U8);
}

/* ---- seeds ------------------------------------------------------------------------------------------- */

enum {
    STREAM_SEED = 16,
    STREAM_GRAIN,
    /* The three nearest seeds of a voxel lie at most 1.64 cells away, so in the two cells to each side of its own. */
    REACH = 2,
    BLOCK_ROWS = 16,
    BLOCK_COLUMNS = 32,
    /* Cells that a block sees where they are smallest, of 8 voxels: one slice, 16 rows, 32 columns, and two on each side. */
    MOST = (1 + 4) * (3 + 4) * (5 + 4)
};
#define JITTER 0.7f /* of the cell's edge, that a seed may lie in */

/* Places are whole sixteenths of a voxel: differences of near ones are exact in single precision. */
typedef struct Seed {
    float at[3]; /* from its cell's first voxel */
} Seed;

typedef struct Seeds {
    int64_t first[3], n[3]; /* cells of the grid */
    Seed *seed;
} Seeds;

static Seed seed_of(const Params *p, int64_t i, int64_t y, int64_t x)
{
    uint64_t h = qb_phantom_hash(p->seed, STREAM_SEED, i, y, x);
    float steps = (float)(p->cell * 16), span = floorf(steps * JITTER);
    float first = floorf((steps - span) * 0.5f);
    Seed s;
    for (int a = 0; a < 3; a++)
        s.at[a] = (first + floorf(qb_phantom_unit(h, a) * span)) * 0.0625f;
    if (p->shape.rank == 2)
        s.at[1] = 0;
    return s;
}

static int64_t cell_of(int64_t at, int64_t cell)
{
    return at >= 0 ? at / cell : -1;
}

/* The seeds that voxels of the box may see, in the task's scratch. */
static Seeds seeds_of(const QbTask *t)
{
    const Params *p = t->params;
    const QbBox *b = &t->out.box;
    Seeds s = {.seed = t->scratch};
    for (int a = 0; a < 3; a++) {
        int64_t reach = p->shape.rank == 2 && a == 1 ? 0 : REACH;
        s.first[a] = cell_of(b->lo[a], p->cell) - reach;
        s.n[a] = cell_of(b->hi[a] - 1, p->cell) + reach + 1 - s.first[a];
    }
    Seed *to = s.seed;
    for (int64_t i = 0; i < s.n[0]; i++)
        for (int64_t y = 0; y < s.n[1]; y++)
            for (int64_t x = 0; x < s.n[2]; x++)
                *to++ = seed_of(p, s.first[0] + i, s.first[1] + y, s.first[2] + x);
    return s;
}

static int64_t cells_along(int64_t n, int64_t cell)
{
    return (n + cell - 1) / cell + 1 + 2 * REACH;
}

static size_t scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                      int64_t nx)
{
    (void)in;
    const Params *p = params;
    size_t n = sizeof(Seed);
    const int64_t extent[3] = {ni, ny, nx};
    for (int a = 0; a < 3; a++)
        QB_CHECK(qb_mul_size(n, (size_t)cells_along(extent[a], p->cell), &n));
    return n;
}

/* ---- which seeds can be near ------------------------------------------------------------------------- */

/* Seeds by their places from a block's first voxel; `least` is the smallest squared distance from any voxel looked at. */
typedef struct Near {
    int n;
    float i[MOST + 1], y[MOST + 1], x[MOST + 1], least[MOST + 1];
    float third; /* no voxel's third nearest seed is farther */
    float low[2];
} Near;

static void near_clear(Near *near)
{
    near->n = 0;
    near->third = near->low[0] = near->low[1] = INFINITY;
}

static void near_add(Near *near, const float at[3], float least, float most)
{
    int k = near->n++;
    near->i[k] = at[0];
    near->y[k] = at[1];
    near->x[k] = at[2];
    near->least[k] = least;
    if (most >= near->third)
        return;
    float *low = near->low;
    near->third = most > low[1] ? most : low[1];
    if (most < low[1])
        low[1] = most > low[0] ? most : low[0];
    if (most < low[0])
        low[0] = most;
}

/* Smallest and largest distance of `at` from 0, 1 … n−1; the smallest may be less than that of a whole number. */
static float least_of(float at, float last)
{
    return at < 0.0f ? -at : at > last ? at - last : 0.0f;
}
static float most_of(float at, float last)
{
    float to_first = fabsf(at), to_last = fabsf(at - last);
    return to_first > to_last ? to_first : to_last;
}

/* The kernel's sum, in the kernel's order. */
static float squared(float di, float dy, float dx)
{
    return dx * dx + (di * di + dy * dy);
}

typedef struct Block {
    int64_t lo[3];
    float last[2]; /* rows and columns beyond the first */
} Block;

static void gather(const Params *p, const Seeds *s, const Block *b, Near *near)
{
    int64_t from[3], to[3];
    const int64_t extent[3] = {1, (int64_t)b->last[0] + 1, (int64_t)b->last[1] + 1};
    for (int a = 0; a < 3; a++) {
        int64_t reach = p->shape.rank == 2 && a == 1 ? 0 : REACH;
        from[a] = b->lo[a] / p->cell - reach;
        to[a] = (b->lo[a] + extent[a] - 1) / p->cell + reach;
    }
    near_clear(near);
    for (int64_t i = from[0]; i <= to[0]; i++) {
        for (int64_t y = from[1]; y <= to[1]; y++) {
            const Seed *row = s->seed + ((i - s->first[0]) * s->n[1] + y - s->first[1]) * s->n[2];
            for (int64_t x = from[2]; x <= to[2]; x++) {
                const Seed *q = &row[x - s->first[2]];
                float at[3] = {(float)(i * p->cell - b->lo[0]) + q->at[0],
                               (float)(y * p->cell - b->lo[1]) + q->at[1],
                               (float)(x * p->cell - b->lo[2]) + q->at[2]};
                near_add(near, at,
                         squared(at[0], least_of(at[1], b->last[0]), least_of(at[2], b->last[1])),
                         squared(at[0], most_of(at[1], b->last[0]), most_of(at[2], b->last[1])));
            }
        }
    }
}

/* Keeps those that can be among the three nearest somewhere. */
static void prune(Near *near)
{
    int n = 0;
    for (int k = 0; k < near->n; k++) {
        near->i[n] = near->i[k];
        near->y[n] = near->y[k];
        near->x[n] = near->x[k];
        n += near->least[k] <= near->third;
    }
    near->n = n;
}

/* The seeds of a block that count in its row `y`, as the kernel takes them. */
typedef struct Line {
    float x[MOST + 2], rest[MOST + 2];
} Line;

static QbFoamSeeds pick(const Near *block, float y, float last, Near *row, Line *line)
{
    near_clear(row);
    for (int k = 0; k < block->n; k++) {
        const float at[3] = {block->i[k], block->y[k] - y, block->x[k]};
        near_add(row, at, squared(at[0], at[1], least_of(at[2], last)),
                 squared(at[0], at[1], most_of(at[2], last)));
    }
    int n = 0;
    for (int k = 0; k < row->n; k++) {
        line->x[n] = row->x[k];
        line->rest[n] = row->i[k] * row->i[k] + row->y[k] * row->y[k];
        n += row->least[k] <= row->third;
    }
    if (n % 2) {
        line->x[n] = 0;
        line->rest[n++] = 1e30f; /* never near */
    }
    return (QbFoamSeeds){n, line->x, line->rest};
}

/* ---- filling ----------------------------------------------------------------------------------------- */

static void fill_block(const QbTask *t, const Seeds *s, const Block *b)
{
    const Params *p = t->params;
    float wall = (float)(1.0 / p->wall);
    const QbFoamLook look = {
        .base = 10.0f, .wall_grey = 170.0f, .edge_grey = 60.0f, .wall = wall, .edge = 0.5f * wall};
    Near near, row;
    Line line;
    float grey[QB_FOAM_COLUMNS];
    gather(p, s, b, &near);
    prune(&near);
    int64_t n = (int64_t)b->last[1] + 1;
    for (int64_t k = 0; k <= (int64_t)b->last[0]; k++) {
        int64_t y = b->lo[1] + k;
        QbFoamSeeds seeds = pick(&near, (float)k, b->last[1], &row, &line);
        t->cpu->map->foam(grey, &seeds, &look, n);
        uint8_t *out = qb_tile_row(&t->out, b->lo[0], y);
        QbRowKey key = qb_phantom_row_key(p->seed, STREAM_GRAIN, b->lo[0], y);
        t->cpu->map->grain(out + (b->lo[2] - t->out.box.lo[2]), grey, (float)p->noise, key,
                           b->lo[2], n);
    }
}

static bool fill(const QbTask *t, void *state, QbErr *err)
{
    (void)state;
    (void)err;
    const QbBox *o = &t->out.box;
    Seeds s = seeds_of(t);
    for (int64_t i = o->lo[0]; i < o->hi[0]; i++) {
        for (int64_t y = o->lo[1]; y < o->hi[1]; y += BLOCK_ROWS) {
            for (int64_t x = o->lo[2]; x < o->hi[2]; x += BLOCK_COLUMNS) {
                Block b = {.lo = {i, y, x},
                           .last = {(float)(qb_min64(BLOCK_ROWS, o->hi[1] - y) - 1),
                                    (float)(qb_min64(BLOCK_COLUMNS, o->hi[2] - x) - 1)}};
                fill_block(t, &s, &b);
            }
        }
    }
    return true;
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 9;
}

static const QbSourceOps source = {.fill = fill};
static const char *const examples[] = {"foam([64, 96, 96], seed=3)",
                                       "foam([100, 100], cell=20, wall=1)", NULL};

const QbOp qb_op_foam = {
    .name = "foam",
    .class = QB_OP_SOURCE,
    .group = "sources",
    .help = "bubbles in a liquid, the liquid bright: a phantom of a foam",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .scratch = scratch,
    .source = &source,
};
