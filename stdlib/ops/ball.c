/* ball(r): the element of voxels at most r from the centre, for volumes. */
#include "stdlib/kernels/filter.h"

typedef struct Params {
    double r;
} Params;

static const QbParam rows[] = {
    {.name = "r",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(Params, r),
     .min = 0,
     .max = QB_FILTER_MAX_RADIUS,
     .length = true,
     .unit = "voxels",
     .help = "radius"},
};

static void value(const void *params, QbElement *out)
{
    *out = (QbElement){.shape = QB_BALL, .r = ((const Params *)params)->r};
}

static const char *const examples[] = {"erode(mask, ball(3))", "volume |> dilate(ball(1.5))", NULL};

const QbOp qb_op_ball = {
    .name = "ball",
    .class = QB_OP_VALUE,
    .group = "morphology",
    .help = "element: voxels at most r from the centre, for volumes",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .value = value,
};
