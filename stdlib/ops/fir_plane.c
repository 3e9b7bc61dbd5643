/* fir_plane: weighted sums along the axes of a plane: 1 and 2, of a picture 0 and 2. Made by the compiler only. */
#include "stdlib/kernels/filter_layout.h"
#include "stdlib/linear.h"

static void halo(const void *params, const QbType *const *in, int input, QbHalo *out)
{
    (void)input;
    qb_linear_halo(params, qb_fir_down(in[0]), 2, out);
}

static double cost(const void *params, const QbType *const *in)
{
    return qb_linear_cost(params, in[0], qb_fir_down(in[0]), 2);
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
    .help = "weighted sums along the axes of a plane",
    .version = 1,
    .params = qb_linear_rows,
    .n_params = QB_LINEAR_ROWS,
    .param_size = sizeof(QbFirParams),
    .check = qb_filter_check_float,
    .cost = cost,
    .halo = halo,
    .together = QB_FIR_ROWS,
    .run = run,
    .scratch = qb_fir_plane_scratch,
};
