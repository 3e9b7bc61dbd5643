/* disk(r): the element of voxels of one plane at most r from the centre. */
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
    *out = (QbElement){.shape = QB_DISK, .r = ((const Params *)params)->r};
}

static const char *const examples[] = {"erode(mask, disk(3))", "image |> dilate(disk(1.5))", NULL};

const QbOp qb_op_disk = {
    .name = "disk",
    .class = QB_OP_VALUE,
    .group = "morphology",
    .help = "element: voxels of one plane at most r from the centre",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .value = value,
};
