/* Runs programs over the rows of a tile, block by block, and exports the table of this variant. A long row is cut into blocks;
 * short rows are gathered, several to a block, so that an instruction always has work. Rows that have a register's type
 * already are used where they lie, and the last instruction writes into the output row where it can. */
#include "stdlib/kernels/map_cpu.h"

#include <string.h>

#define SHORT_ROW 192 /* rows below this are gathered */

typedef struct Run {
    const QbProg *prog;
    const QbTask *t;
    unsigned char **buffer; /* of each register */
    const void **now;       /* where each register's block lies at the moment */
    int64_t rows_per_slice; /* of the tile */
    int64_t row, n_rows;    /* rows of the tile in this block, counted across slices */
    int64_t x, nx;          /* columns of each, from the tile's first */
    int first;              /* instruction after the constants */
} Run;

static size_t reg_bytes(QbRegType t)
{
    return t == QB_REG_F64 ? 8 : t == QB_REG_F32 ? 4 : 1;
}

static const unsigned char *input_row(const Run *r, const QbInstr *in, int64_t row)
{
    const QbBox *box = &r->t->out.box;
    const QbRows *rows = &r->t->in[in->index];
    int64_t i = box->lo[0] + row / r->rows_per_slice, y = box->lo[1] + row % r->rows_per_slice;
    size_t at = (size_t)(box->lo[2] + r->x - rows->x0) * qb_pix_bytes((QbPix)in->pix);
    return (const unsigned char *)qb_row(rows, i, y) + at;
}

static unsigned char *output_row(const Run *r, QbPix pix, int64_t row)
{
    return (unsigned char *)r->t->out.row[row] + (size_t)r->x * qb_pix_bytes(pix);
}

static bool has_type(QbPix pix, QbRegType t)
{
    return t == QB_REG_MASK ? pix == QB_U8 : pix == (t == QB_REG_F32 ? QB_F32 : QB_F64);
}

static void load(const Run *r, const QbInstr *in, unsigned char *d)
{
    QbRegType t = (QbRegType)in->reg;
    size_t step = (size_t)r->nx * reg_bytes(t);
    for (int64_t k = 0; k < r->n_rows; k++)
        QB_CPU_NAME(qb_map_load)
    ((QbPix)in->pix, t, d + (size_t)k * step, input_row(r, in, r->row + k), r->nx);
}

static void store(const Run *r, const QbInstr *in)
{
    const unsigned char *a = r->now[in->a];
    size_t step = (size_t)r->nx * reg_bytes((QbRegType)in->from);
    for (int64_t k = 0; k < r->n_rows; k++) {
        unsigned char *row = output_row(r, (QbPix)in->pix, r->row + k);
        if (a != row)
            QB_CPU_NAME(qb_map_store)
        ((QbPix)in->pix, (QbRegType)in->from, row, a + (size_t)k * step, r->nx);
    }
}

static void run_block(const Run *r)
{
    const QbProg *p = r->prog;
    const QbInstr *last = &p->code[p->n - 1];
    bool in_place = r->n_rows == 1 && has_type((QbPix)last->pix, (QbRegType)last->from);
    for (int k = r->first; k + 1 < p->n; k++) {
        const QbInstr *in = &p->code[k];
        if (in->op == QB_I_LOAD && r->n_rows == 1 && has_type((QbPix)in->pix, (QbRegType)in->reg)) {
            r->now[in->dst] = input_row(r, in, r->row);
            continue;
        }
        unsigned char *d = r->buffer[in->dst];
        if (in_place && k + 2 == p->n && in->dst == last->a)
            d = output_row(r, (QbPix)last->pix, r->row);
        if (in->op == QB_I_LOAD)
            load(r, in, d);
        else
            QB_CPU_NAME(qb_map_step)
        (in, d, r->now[in->a], r->now[in->b], r->now[in->c], r->nx * r->n_rows);
        r->now[in->dst] = d;
    }
    store(r, last);
}

/* Registers that are set once: constants and measured numbers. */
static void spread(const Run *r, const QbInstr *in, int64_t n)
{
    double v = in->op == QB_I_CONST ? in->imm : r->t->value[in->index]->number;
    void *d = r->buffer[in->dst];
    r->now[in->dst] = d;
    if (in->reg == QB_REG_F32)
        for (int64_t k = 0; k < n; k++)
            ((float *)d)[k] = (float)v;
    else if (in->reg == QB_REG_F64)
        for (int64_t k = 0; k < n; k++)
            ((double *)d)[k] = v;
    else
        memset(d, v != 0, (size_t)n);
}

static void place_registers(Run *r, int64_t block)
{
    const QbProg *p = r->prog;
    size_t pointers = qb_round_up(2 * sizeof(void *) * (size_t)p->n_regs, 64);
    unsigned char *at = (unsigned char *)r->t->scratch + pointers;
    r->buffer = r->t->scratch;
    r->now = (const void **)(r->buffer + p->n_regs);
    for (int k = 0; k < p->n_regs; k++) {
        r->buffer[k] = at;
        r->now[k] = at;
        at += (size_t)block * reg_bytes(p->reg_type[k]) + QB_MAP_APART;
    }
}

static void run_blocks(Run *r, int64_t nx, int64_t n_rows, int64_t block)
{
    int64_t at_once = nx < SHORT_ROW ? qb_max64(1, block / nx) : 1;
    int64_t pieces = (nx + block - 1) / block;
    int64_t piece = (int64_t)qb_round_up((size_t)((nx + pieces - 1) / pieces), 64);
    for (r->row = 0; r->row < n_rows; r->row += at_once) {
        r->n_rows = qb_min64(at_once, n_rows - r->row);
        for (r->x = 0; r->x < nx; r->x += piece) {
            r->nx = qb_min64(piece, nx - r->x);
            run_block(r);
        }
    }
}

static void run_range(Run *r, const QbMapRange *range, int64_t nx, int64_t n_rows)
{
    QbInstr in = {.index = (int16_t)range->index, .pix = range->pix};
    int bytes = qb_pix_info[range->pix].bytes;
    for (int64_t k = 0; k < n_rows; k++) {
        uint8_t *out = r->t->out.row[k];
        if (range->lo > range->hi)
            memset(out, range->invert, (size_t)nx);
        else
            QB_CPU_NAME(qb_map_in_range)
        (out, input_row(r, &in, k), bytes, (uint32_t)range->lo, (uint32_t)range->hi, range->invert,
         nx);
    }
}

static void run(const QbProg *prog, const QbTask *t)
{
    const QbBox *box = &t->out.box;
    int64_t nx = box->hi[2] - box->lo[2], ny = box->hi[1] - box->lo[1];
    int64_t n_rows = (box->hi[0] - box->lo[0]) * ny;
    Run r = {.prog = prog, .t = t, .rows_per_slice = ny};
    QbMapRange range;
    if (nx <= 0 || n_rows <= 0)
        return;
    if (qb_map_is_range(prog, &range)) {
        run_range(&r, &range, nx, n_rows);
        return;
    }
    int64_t block = qb_map_block(prog);
    place_registers(&r, block);
    while (r.first < prog->n &&
           (prog->code[r.first].op == QB_I_CONST || prog->code[r.first].op == QB_I_VALUE))
        spread(&r, &prog->code[r.first++], qb_min64(block, nx * n_rows));
    run_blocks(&r, nx, n_rows, block);
}

extern const QbMapKernels QB_CPU_NAME(qb_map_kernels);
const QbMapKernels QB_CPU_NAME(qb_map_kernels) = {
    .run = run,
    .in_range = QB_CPU_NAME(qb_map_in_range),
    .normal = QB_CPU_NAME(qb_map_normal),
    .uniform = QB_CPU_NAME(qb_map_uniform),
    .grain = QB_CPU_NAME(qb_map_grain),
    .foam = QB_CPU_NAME(qb_map_foam),
};
