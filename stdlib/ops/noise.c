/* noise(shape, seed, type, …): independent random voxels, each a function of the seed and its coordinates. What is left
 * out follows the pixel type, so that noise(shape, type=u8) is a picture and noise(shape) is standard normal. */
#include "stdlib/phantom.h"

#include <math.h>

typedef enum Spread { NORMAL, UNIFORM } Spread;

typedef struct Params {
    QbShape shape;
    int64_t seed;
    QbPix type;
    int spread;
    double mean, deviation;
} Params;

static const char *const spreads[] = {"normal", "uniform", NULL};

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
    {.name = "type",
     .slot = QB_SLOT_PIX,
     .offset = offsetof(Params, type),
     .def = "f32",
     .help = "pixel type"},
    {.name = "spread",
     .slot = QB_SLOT_CHOICE,
     .offset = offsetof(Params, spread),
     .def = "normal",
     .choices = spreads,
     .help = "distribution of the grey values"},
    {.name = "mean",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(Params, mean),
     .def = "0",
     .unit = "grey value",
     .help = "mean; 0 is the middle of the range for whole-number types"},
    {.name = "deviation",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(Params, deviation),
     .def = "0",
     .min = 0,
     .max = INFINITY,
     .unit = "grey value",
     .help =
         "standard deviation; 0 is 1 for floats, and as fills the range for whole-number types"},
};

#define ROOT_12 3.4641016151377544 /* the width of a uniform distribution of deviation 1 */

/* What was left out follows the type: an eighth of the range keeps all but one normal voxel in ten thousand inside. */
static void complete(Params *p)
{
    const QbPixInfo *pix = &qb_pix_info[p->type];
    double range = pix->hi - pix->lo;
    if (p->mean == 0 && !pix->is_float)
        p->mean = 0.5 * (pix->lo + pix->hi);
    if (p->deviation == 0)
        p->deviation = pix->is_float ? 1 : p->spread == UNIFORM ? range / ROOT_12 : range / 8;
}

static bool check(QbCheck *c)
{
    Params *p = c->params;
    if (!isfinite(p->mean))
        return c->fail(c, 4, NULL, "the mean of noise is a finite number, not %g", p->mean);
    if (!isfinite(p->deviation))
        return c->fail(c, 5, NULL, "the deviation of noise is a finite number, not %g",
                       p->deviation);
    complete(p);
    return qb_phantom_check(c, &p->shape, p->type);
}

enum { BLOCK = 256 };

static void store(QbPix pix, void *row, int64_t x0, const double *v, int64_t n)
{
    float *single = row;
    double *wide = row;
    if (pix == QB_F32)
        for (int64_t k = 0; k < n; k++)
            single[x0 + k] = (float)v[k];
    else if (pix == QB_F64)
        for (int64_t k = 0; k < n; k++)
            wide[x0 + k] = v[k];
    else
        for (int64_t k = 0; k < n; k++)
            qb_pix_put(pix, row, x0 + k, v[k]);
}

static void fill_row(const QbTask *t, void *row, QbRowKey key)
{
    const Params *p = t->params;
    const QbBox *b = &t->out.box;
    bool is_uniform = p->spread == UNIFORM;
    double v[BLOCK], shift = is_uniform ? 0.5 : 0;
    double scale = is_uniform ? p->deviation * ROOT_12 : p->deviation;
    for (int64_t x = b->lo[2]; x < b->hi[2]; x += BLOCK) {
        int64_t n = qb_min64(BLOCK, b->hi[2] - x);
        (is_uniform ? t->cpu->map->uniform : t->cpu->map->normal)(v, key, x, n);
        for (int64_t k = 0; k < n; k++)
            v[k] = p->mean + (v[k] - shift) * scale;
        store(p->type, row, x - b->lo[2], v, n);
    }
}

static bool fill(const QbTask *t, void *state, QbErr *err)
{
    (void)state;
    (void)err;
    const Params *p = t->params;
    const QbBox *b = &t->out.box;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++)
            fill_row(t, qb_tile_row(&t->out, i, y), qb_phantom_row_key(p->seed, p->spread, i, y));
    return true;
}

static double cost(const void *params, const QbType *const *in)
{
    (void)in;
    return ((const Params *)params)->spread == UNIFORM ? 2 : 5;
}

static const QbSourceOps source = {.fill = fill};
static const char *const examples[] = {"noise(shape=[64, 64, 64], seed=1)",
                                       "noise([100, 100], type=u8)",
                                       "noise([100, 100], mean=100, deviation=15, type=u16)", NULL};

const QbOp qb_op_noise = {
    .name = "noise",
    .class = QB_OP_SOURCE,
    .group = "sources",
    .help = "an image of independent random voxels",
    .follows = "numpy.random.Generator.normal and uniform, in distribution",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .source = &source,
};
