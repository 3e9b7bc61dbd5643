/* box(size): the element n wide along every axis, or as wide as a list says. */
#include "stdlib/kernels/filter.h"

typedef struct Params {
    QbNumbers size; /* one number: every axis */
} Params;

static const QbParam rows[] = {
    {.name = "size",
     .slot = QB_SLOT_NUMBERS,
     .offset = offsetof(Params, size),
     .odd = true,
     .length = true,
     .unit = "voxels",
     .help = "width, odd, or a list of one for each axis"},
};

static bool is_width(double v)
{
    return v >= 1 && v <= QB_FILTER_MAX_SIZE && v == (double)(int64_t)v && (int64_t)v % 2 == 1;
}

static bool check(QbCheck *c)
{
    const QbNumbers *size = &((const Params *)c->params)->size;
    if (size->n < 1 || size->n > 3)
        return c->fail(c, 0, NULL,
                       "'box' has %d sizes, expected one, or one for each of 2 or 3 axes", size->n);
    for (int k = 0; k < size->n; k++)
        if (!is_width(size->v[k]))
            return c->fail(c, 0, NULL,
                           "a size of 'box' is an odd whole number from 1 to %d, found %g",
                           QB_FILTER_MAX_SIZE, size->v[k]);
    c->out->kind = QB_ELEMENT;
    return true;
}

static void value(const void *params, QbElement *out)
{
    const QbNumbers *size = &((const Params *)params)->size;
    *out = (QbElement){.shape = QB_BOX, .axes = size->n > 1 ? size->n : 0};
    for (int k = 0; k < size->n; k++)
        out->size[k] = (int64_t)size->v[k];
}

static const char *const examples[] = {"erode(mask, box(3))", "volume |> dilate(box([1, 5, 5]))",
                                       NULL};

const QbOp qb_op_box = {
    .name = "box",
    .class = QB_OP_VALUE,
    .group = "morphology",
    .help = "element: n voxels wide along every axis, or as wide as a list says",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .value = value,
};
