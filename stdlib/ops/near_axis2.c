/* near_axis2: squared distances along the fastest axis to the nearest voxel of a value. Made by the compiler only. */
#include "stdlib/near.h"

static void halo(const void *params, const QbType *const *in, int input, QbHalo *out)
{
    (void)in;
    (void)input;
    qb_near_halo(params, 2, out);
}

static double cost(const void *params, const QbType *const *in)
{
    return qb_near_cost(((const QbNearParams *)params)->r, 2, in[0]->rank);
}

static void run(const QbTask *t)
{
    t->cpu->filter->near_axis2(t);
}

const QbOp qb_op_near_axis2 = {
    .name = "near_axis2",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "planner",
    .help = "squared distances along the fastest axis to the nearest voxel of a value",
    .version = 1,
    .params = qb_near_mask_rows,
    .n_params = QB_NEAR_ROWS,
    .param_size = sizeof(QbNearParams),
    .check = qb_near_check_mask,
    .cost = cost,
    .halo = halo,
    .run = run,
    .scratch = qb_near_axis2_scratch,
};
