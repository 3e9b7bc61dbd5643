/* Finishes a program: drops what the store does not need, moves constants and measured numbers to the front (they are set
 * once, not for every block), and lets values share registers, so that a block of all of them stays in the
 * first cache. No instruction writes a register that it reads. */
#include "core/prog.h"

#include <string.h>

static int operands(const QbInstr *in, int16_t of[3])
{
    int n = 0;
    QbInsn op = (QbInsn)in->op;
    if (op == QB_I_LOAD || op == QB_I_VALUE || op == QB_I_CONST)
        return 0;
    of[n++] = in->a;
    bool binary = (op >= QB_I_ADD && op <= QB_I_POW) || op == QB_I_MIN || op == QB_I_MAX ||
                  (op >= QB_I_LT && op <= QB_I_OR) || op == QB_I_SELECT;
    if (binary)
        of[n++] = in->b;
    if (op == QB_I_SELECT)
        of[n++] = in->c;
    return n;
}

static bool is_spread(const QbInstr *in)
{
    return in->op == QB_I_CONST || in->op == QB_I_VALUE;
}

/* Keeps what the last instruction needs, constants first; returns how many instructions are left. */
static int drop_unused(QbArena *arena, QbProg *p)
{
    bool *used = QB_NEW_N(arena, bool, p->n_regs + 1);
    int16_t of[3];
    for (int k = p->n - 1; k >= 0; k--) {
        const QbInstr *in = &p->code[k];
        if (in->op != QB_I_STORE && !used[in->dst])
            continue;
        for (int j = operands(in, of) - 1; j >= 0; j--)
            used[of[j]] = true;
    }
    QbInstr *kept = QB_NEW_N(arena, QbInstr, p->n);
    int n = 0;
    for (int spread = 1; spread >= 0; spread--)
        for (int k = 0; k < p->n; k++) {
            const QbInstr *in = &p->code[k];
            if (is_spread(in) == (bool)spread && (in->op == QB_I_STORE || used[in->dst]))
                kept[n++] = *in;
        }
    p->code = kept;
    return n;
}

typedef struct Alloc {
    int *last;       /* instruction that reads a value last */
    int16_t *place;  /* register that a value got */
    QbRegType *type; /* of each register given out */
    bool *busy;
    int n;
} Alloc;

static int16_t take(Alloc *a, QbRegType t)
{
    for (int r = 0; r < a->n; r++)
        if (!a->busy[r] && a->type[r] == t) {
            a->busy[r] = true;
            return (int16_t)r;
        }
    a->type[a->n] = t;
    a->busy[a->n] = true;
    return (int16_t)a->n++;
}

static void rename_operands(const Alloc *a, QbInstr *in)
{
    int16_t of[3];
    int n = operands(in, of);
    int16_t *field[3] = {&in->a, &in->b, &in->c};
    for (int j = 0; j < n; j++)
        *field[j] = a->place[of[j]];
}

void qb_prog_pack(QbArena *arena, QbProg *p)
{
    p->n = drop_unused(arena, p);
    size_t n = (size_t)p->n_regs + 1;
    Alloc a = {QB_NEW_N(arena, int, n), QB_NEW_N(arena, int16_t, n), QB_NEW_N(arena, QbRegType, n),
               QB_NEW_N(arena, bool, n), 0};
    int16_t of[3];
    for (int k = 0; k < p->n; k++)
        for (int j = operands(&p->code[k], of) - 1; j >= 0; j--)
            a.last[of[j]] = k;
    for (int k = 0; k < p->n; k++) {
        QbInstr *in = &p->code[k];
        int m = operands(in, of);
        rename_operands(&a, in);
        if (in->op == QB_I_STORE)
            continue;
        if (is_spread(in))
            a.last[in->dst] = p->n; /* set once: never shared */
        int16_t place = take(&a, (QbRegType)in->reg);
        for (int j = 0; j < m; j++)
            if (a.last[of[j]] == k)
                a.busy[a.place[of[j]]] = false;
        a.place[in->dst] = place;
        in->dst = place;
    }
    p->n_regs = a.n;
    p->reg_type = a.type;
}
