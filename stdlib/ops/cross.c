/* cross(r): the element of the centre and the r voxels on both sides of it along each axis. */
#include "stdlib/kernels/filter.h"

typedef struct Params {
    int64_t r;
} Params;

static const QbParam rows[] = {
    {.name = "r",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, r),
     .min = 0,
     .max = QB_FILTER_MAX_RADIUS,
     .length = true,
     .unit = "voxels",
     .help = "length of an arm"},
};

static void value(const void *params, QbElement *out)
{
    *out = (QbElement){.shape = QB_CROSS, .r = (double)((const Params *)params)->r};
}

static const char *const examples[] = {"erode(mask, cross(1))", "image |> dilate(cross(2))", NULL};

const QbOp qb_op_cross = {
    .name = "cross",
    .class = QB_OP_VALUE,
    .group = "morphology",
    .help = "element: arms of r voxels along each axis",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .value = value,
};
