/* What the runner of programs decides before it touches voxels: the length of a block, its scratch, and whether a program
 * is a plain range test. */
#include "stdlib/kernels/map.h"

#include <math.h>

static size_t reg_bytes(QbRegType t)
{
    return t == QB_REG_F64 ? 8 : t == QB_REG_F32 ? 4 : 1;
}

static size_t bytes_per_voxel(const QbProg *prog)
{
    size_t n = 0;
    for (int r = 0; r < prog->n_regs; r++)
        n += reg_bytes(prog->reg_type[r]);
    return n;
}

int64_t qb_map_block(const QbProg *prog)
{
    int64_t block = 1024;
    while (block > 256 && (size_t)block * bytes_per_voxel(prog) > 24 * 1024)
        block /= 2;
    return block;
}

size_t qb_map_scratch(const QbProg *prog)
{
    size_t pointers = qb_round_up(2 * sizeof(void *) * (size_t)prog->n_regs, 64);
    return pointers + (size_t)qb_map_block(prog) * bytes_per_voxel(prog) +
           (size_t)prog->n_regs * QB_MAP_APART + 64;
}

/* ---- range tests ------------------------------------------------------------------------------------- */

typedef enum Known { NOTHING, INPUT, NUMBER, RANGE } Known;
typedef struct Value {
    Known known;
    double number;
    QbMapRange range; /* of INPUT: index and pix alone */
} Value;

static bool is_one_input(const Value *a, const Value *b)
{
    return a->range.index == b->range.index && a->range.pix == b->range.pix;
}

/* The whole numbers of the input's type for which `x op v` holds. */
static Value compared(const Value *input, QbInsn op, double v)
{
    Value r = {.known = RANGE, .range = input->range};
    int64_t least = (int64_t)qb_pix_info[input->range.pix].lo,
            most = (int64_t)qb_pix_info[input->range.pix].hi;
    bool is_nan = v != v;
    double c = v < -1e15  ? -1e15
               : v > 1e15 ? 1e15
                          : v; /* beyond every type; whole numbers stay exact */
    int64_t down = is_nan ? 0 : (int64_t)floor(c), up = is_nan ? 0 : (int64_t)ceil(c);
    r.range.lo = least;
    r.range.hi = most;
    r.range.invert = op == QB_I_NE;
    if (op == QB_I_LT)
        r.range.hi = up - 1;
    if (op == QB_I_LE || op == QB_I_EQ || op == QB_I_NE)
        r.range.hi = down;
    if (op == QB_I_GT)
        r.range.lo = down + 1;
    if (op == QB_I_GE || op == QB_I_EQ || op == QB_I_NE)
        r.range.lo = up;
    r.range.lo = qb_max64(r.range.lo, least);
    r.range.hi = qb_min64(r.range.hi, most);
    if (is_nan)
        r.range.hi = r.range.lo - 1;
    return r;
}

static bool is_empty(const QbMapRange *r)
{
    return r->lo > r->hi;
}

/* a and b, both ranges of one input. The other cases are not one range, or not worth it. */
static Value intersection(const Value *a, const Value *b)
{
    Value r = *a;
    if (a->known != RANGE || b->known != RANGE || !is_one_input(a, b) || a->range.invert ||
        b->range.invert)
        return (Value){NOTHING, 0, {0}};
    r.range.lo = qb_max64(a->range.lo, b->range.lo);
    r.range.hi = qb_min64(a->range.hi, b->range.hi);
    if (is_empty(&r.range))
        r.range.hi = r.range.lo - 1;
    return r;
}

static Value complement(const Value *a)
{
    Value r = *a;
    if (a->known != RANGE)
        return (Value){NOTHING, 0, {0}};
    r.range.invert = !a->range.invert;
    return r;
}

static Value evaluate(const QbInstr *in, const Value *reg)
{
    const Value *a = &reg[in->a], *b = &reg[in->b];
    Value r = {NOTHING, 0, {0}};
    QbInsn op = (QbInsn)in->op;
    if (op == QB_I_LOAD && in->reg != QB_REG_MASK && !qb_pix_info[in->pix].is_float) {
        r.known = INPUT;
        r.range = (QbMapRange){.index = in->index, .pix = (QbPix)in->pix};
    } else if (op == QB_I_CONST) {
        r.known = NUMBER;
        r.number = in->imm;
    } else if (op >= QB_I_LT && op <= QB_I_NE && a->known == INPUT && b->known == NUMBER) {
        r = compared(a, op, b->number);
    } else if (op == QB_I_AND) {
        r = intersection(a, b);
    } else if (op == QB_I_NOT) {
        r = complement(a);
    }
    return r;
}

bool qb_map_is_range(const QbProg *prog, QbMapRange *range)
{
    Value reg[8] = {{NOTHING, 0, {0}}};
    if (prog->n > 10 || prog->n_regs > QB_COUNT(reg))
        return false;
    for (int k = 0; k + 1 < prog->n; k++) {
        const QbInstr *in = &prog->code[k];
        Value v = evaluate(in, reg);
        if (v.known == NOTHING)
            return false;
        reg[in->dst] = v;
    }
    const QbInstr *store = &prog->code[prog->n - 1];
    if (store->from != QB_REG_MASK || reg[store->a].known != RANGE)
        return false;
    *range = reg[store->a].range;
    return true;
}
