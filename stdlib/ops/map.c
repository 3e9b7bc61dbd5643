/* map: runs a program over registers, which the compiler makes of a chain of voxel by voxel operators. */
#include "stdlib/kernels/map.h"

static void run(const QbTask *t)
{
    const QbMapParams *p = t->params;
    t->cpu->map->run(p->prog, t);
}

static size_t scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                      int64_t nx)
{
    const QbMapParams *p = params;
    (void)in;
    (void)ni;
    (void)ny;
    (void)nx;
    return qb_map_scratch(p->prog);
}

static double cost(const void *params, const QbType *const *in)
{
    const QbMapParams *p = params;
    (void)in;
    double ns = 0.05;
    for (int k = 0; k < p->prog->n; k++) {
        QbInsn op = (QbInsn)p->prog->code[k].op;
        bool slow = op == QB_I_FLOORDIV || op == QB_I_MOD;
        bool series = op == QB_I_EXP || op == QB_I_LOG;
        bool root = op == QB_I_DIV || op == QB_I_SQRT;
        ns += op == QB_I_POW ? 35 : slow ? 6 : series ? 1.8 : root ? 0.15 : 0.03;
        ns += op == QB_I_STORE ? 0.06 * (double)qb_pix_bytes(p->prog->code[k].pix) : 0;
    }
    return ns;
}

const QbOp qb_op_map = {
    .name = "map",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "pixels",
    .help = "a chain of voxel by voxel operators as one program",
    .version = 1,
    .param_size = sizeof(QbMapParams),
    .cost = cost,
    .run = run,
    .scratch = scratch,
};
