/* map: runs a program over registers, which the compiler makes of a chain of voxel by voxel operators. */
#include "stdlib/kernels/map.h"

#include <math.h>

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

/* True where the rows of an input are used as they lie. */
static bool is_in_place(const QbInstr *in)
{
    return in->pix == (in->reg == QB_REG_F32 ? QB_F32 : in->reg == QB_REG_F64 ? QB_F64 : QB_U8);
}

/* ns a voxel. Operands in f64 take more than twice as long; series are computed in f64 for both types alike. */
static double cost_of(const QbInstr *in)
{
    static const double known[QB_I_COUNT] = {
        [QB_I_FLOORDIV] = 6.5, [QB_I_MOD] = 6.5,  [QB_I_POW] = 33,   [QB_I_DIV] = 0.15,
        [QB_I_SQRT] = 0.15,    [QB_I_MIN] = 0.06, [QB_I_MAX] = 0.06,
    };
    QbInsn op = (QbInsn)in->op;
    bool typed_by_operand = op == QB_I_STORE || op == QB_I_CVT || (op >= QB_I_LT && op <= QB_I_NE);
    double wide = (typed_by_operand ? in->from : in->reg) == QB_REG_F64 ? 2.4 : 1;
    double ns = wide * (known[op] > 0 ? known[op] : 0.035);
    if (op == QB_I_CONST || op == QB_I_VALUE)
        return 0.01;
    if (op == QB_I_EXP || op == QB_I_LOG)
        return 1.8;
    if (op == QB_I_LOAD)
        return is_in_place(in) ? ns / 2 : in->reg == QB_REG_F64 ? 2 * ns : ns;
    return ns + (op == QB_I_STORE ? 0.05 * fmin(4, (double)qb_pix_bytes((QbPix)in->pix)) : 0);
}

static double cost(const void *params, const QbType *const *in)
{
    const QbMapParams *p = params;
    QbMapRange range;
    (void)in;
    if (qb_map_is_range(p->prog, &range))
        return 0.08 + 0.02 * (double)qb_pix_bytes(range.pix);
    double ns = 0.05;
    for (int k = 0; k < p->prog->n; k++)
        ns += cost_of(&p->prog->code[k]);
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
