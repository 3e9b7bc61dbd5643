/* fir_axis0: weighted sums along the slowest axis. Made by the compiler only. */
#include "stdlib/linear.h"

static void halo(const void *params, const QbType *const *in, int input, QbHalo *out)
{
    (void)in;
    (void)input;
    qb_linear_halo(params, 0, 0, out);
}

static double cost(const void *params, const QbType *const *in)
{
    return qb_linear_cost(params, in[0], 0, 0);
}

static void run(const QbTask *t)
{
    t->cpu->filter->fir_axis0(t);
}

const QbOp qb_op_fir_axis0 = {
    .name = "fir_axis0",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "planner",
    .help = "weighted sums along the slowest axis",
    .version = 1,
    .params = qb_linear_rows,
    .n_params = QB_LINEAR_ROWS,
    .param_size = sizeof(QbFirParams),
    .check = qb_filter_check_float,
    .cost = cost,
    .halo = halo,
    .run = run,
    .scratch = qb_fir_axis0_scratch,
};
