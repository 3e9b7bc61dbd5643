/* zeros(shape): an image of 0s. */
#include "stdlib/phantom.h"

typedef struct Params {
    QbShape shape;
    QbPix type;
} Params;

static const QbParam rows[] = {
    {.name = "shape",
     .slot = QB_SLOT_SHAPE,
     .offset = offsetof(Params, shape),
     .unit = "voxels",
     .help = "a list of 2 or 3 sizes, slowest first"},
    {.name = "type",
     .slot = QB_SLOT_PIX,
     .offset = offsetof(Params, type),
     .def = "f32",
     .help = "pixel type"},
};

static bool check(QbCheck *c)
{
    const Params *p = c->params;
    return qb_phantom_check(c, &p->shape, p->type);
}

static bool fill(const QbTask *t, void *state, QbErr *err)
{
    (void)state;
    (void)err;
    qb_phantom_flat(t, 0);
    return true;
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.05;
}

static const QbSourceOps source = {.fill = fill};
static const char *const examples[] = {"zeros(shape=[64, 64, 64])",
                                       "zeros(shape=[100, 100], type=u8)", NULL};

const QbOp qb_op_zeros = {
    .name = "zeros",
    .class = QB_OP_SOURCE,
    .group = "sources",
    .help = "an image of zeros",
    .follows = "numpy.zeros",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .source = &source,
};
