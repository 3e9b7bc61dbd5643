/* near_axis1: squared distances, carried on along axis 1. Made by the compiler only. */
#include "stdlib/near.h"

static void halo(const void *params, const QbType *const *in, int input, QbHalo *out)
{
    (void)in;
    (void)input;
    qb_near_halo(params, 1, out);
}

static double cost(const void *params, const QbType *const *in)
{
    return qb_near_cost(((const QbNearParams *)params)->r, 1, in[0]->rank);
}

static void run(const QbTask *t)
{
    t->cpu->filter->near_axis1(t);
}

const QbOp qb_op_near_axis1 = {
    .name = "near_axis1",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "planner",
    .help = "squared distances, carried on along axis 1",
    .version = 1,
    .params = qb_near_rows,
    .n_params = QB_NEAR_ROWS,
    .param_size = sizeof(QbNearParams),
    .check = qb_near_check,
    .cost = cost,
    .halo = halo,
    .run = run,
};
