/* full(shape, value): an image of one value, which must be one of its pixel type's. */
#include "stdlib/phantom.h"

#include <math.h>

typedef struct Params {
    QbShape shape;
    double value;
    QbPix type;
} Params;

static const QbParam rows[] = {
    {.name = "shape",
     .slot = QB_SLOT_SHAPE,
     .offset = offsetof(Params, shape),
     .unit = "voxels",
     .help = "a list of 2 or 3 sizes, slowest first"},
    {.name = "value",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(Params, value),
     .unit = "grey value",
     .help = "of every voxel"},
    {.name = "type",
     .slot = QB_SLOT_PIX,
     .offset = offsetof(Params, type),
     .def = "f32",
     .help = "pixel type"},
};

static bool check(QbCheck *c)
{
    const Params *p = c->params;
    const QbPixInfo *pix = &qb_pix_info[p->type];
    bool is_whole = p->value == floor(p->value);
    if (!pix->is_float && !(is_whole && p->value >= pix->lo && p->value <= pix->hi))
        return c->fail(c, 1, "type=f32 makes room for it",
                       "%.17g does not fit %s, which holds whole numbers from %.0f to %.0f",
                       p->value, pix->name, pix->lo, pix->hi);
    if (!qb_phantom_check(c, &p->shape, p->type))
        return false;
    c->out->nan_free = p->value == p->value;
    return true;
}

static bool fill(const QbTask *t, void *state, QbErr *err)
{
    (void)state;
    (void)err;
    const Params *p = t->params;
    qb_phantom_flat(t, p->value);
    return true;
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.05;
}

static const QbSourceOps source = {.fill = fill};
static const char *const examples[] = {"full(shape=[64, 64, 64], value=10, type=u8)", NULL};

const QbOp qb_op_full = {
    .name = "full",
    .class = QB_OP_SOURCE,
    .group = "sources",
    .help = "an image of one value",
    .follows = "numpy.full",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .source = &source,
};
