/* fir_plane: weighted sums along the other axes. Made by the compiler only. */
#include "stdlib/linear.h"

static void halo(const void *params, const QbType *const *in, int input, QbHalo *out)
{
    (void)in;
    (void)input;
    qb_linear_halo(params, 1, 2, out);
}

static double cost(const void *params, const QbType *const *in)
{
    return qb_linear_cost(params, in[0], 1, 2);
}

static void run(const QbTask *t)
{
    t->cpu->filter->fir_plane(t);
}

const QbOp qb_op_fir_plane = {
    .name = "fir_plane",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "planner",
    .help = "weighted sums along the other axes",
    .version = 1,
    .params = qb_linear_rows,
    .n_params = QB_LINEAR_ROWS,
    .param_size = sizeof(QbFirParams),
    .check = qb_filter_check_float,
    .cost = cost,
    .halo = halo,
    .run = run,
    .scratch = qb_fir_plane_scratch,
};
