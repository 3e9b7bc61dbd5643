/* One task of the operator laboratory: the rows that the descriptor's halo or box rule promises, copied into poisoned
 * memory, rows beyond the border aliased as core/op.h says; and how an image is cut into tasks. */
#include "tests/ops/support.h"

#include <stdlib.h>
#include <string.h>

/* The box of input k that a box of the output is promised, before clipping; axes 0 and 1 may reach outside. */
static QbBox promised(const QbLabRun *r, int k, const QbBox *out, QbHalo *halo)
{
    QbBox box = *out;
    if (r->op->need) {
        r->op->need(r->params, r->in_type, k, out, &box);
        return box;
    }
    if (r->op->halo)
        r->op->halo(r->params, r->in_type, k, halo);
    for (int a = 0; a < 3; a++) {
        box.lo[a] -= halo->before[a];
        box.hi[a] += halo->after[a];
    }
    return box;
}

static void copy_row(const QbLabNode *in, int64_t z, int64_t y, int64_t x0, int64_t x1, void *to)
{
    size_t bytes = qb_pix_bytes(in->type.pix);
    int64_t at = (z * in->type.n[1] + y) * in->type.n[2] + x0;
    memcpy(to, in->data + (size_t)at * bytes, (size_t)(x1 - x0) * bytes);
}

/* Rows of the domain are copied once; rows beyond it alias them, or one constant row. */
static void gather(QbLabRun *r, int k, const QbBox *out, QbLabTask *t)
{
    const QbLabNode *in = r->in[k];
    const int64_t *n = in->type.n;
    QbHalo halo = {.border = QB_BORDER_MIRROR};
    QbBox box = promised(r, k, out, &halo);
    QbRows *rows = &t->rows[k];
    *rows = (QbRows){.i0 = box.lo[0],
                     .y0 = box.lo[1],
                     .ni = box.hi[0] - box.lo[0],
                     .ny = box.hi[1] - box.lo[1],
                     .x0 = qb_clamp64(box.lo[2], 0, n[2]),
                     .x1 = qb_clamp64(box.hi[2], 0, n[2]),
                     .nx = n[2]};
    int64_t n_rows = rows->ni * rows->ny, nx = rows->x1 - rows->x0;
    size_t bytes = qb_pix_bytes(in->type.pix);
    int64_t *first =
        qb_xmalloc(sizeof(int64_t) * (size_t)(n[0] * n[1])); /* of a row's copies: its slot */
    memset(first, -1, sizeof(int64_t) * (size_t)(n[0] * n[1]));
    t->memory[k] = qb_guarded_rows_new(&r->rng, n_rows, nx, bytes, r->cut->poison);
    t->outside[k] = qb_guarded_rows_new(&r->rng, 1, nx, bytes, r->cut->poison);
    t->row[k] = qb_xmalloc(sizeof(void *) * (size_t)(n_rows + 1));
    for (int64_t x = 0; x < nx; x++)
        qb_pix_put(in->type.pix, t->outside[k].row[0], x, halo.fill);
    for (int64_t j = 0; j < n_rows; j++) {
        int64_t z = rows->i0 + j / rows->ny, y = rows->y0 + j % rows->ny;
        bool is_inside = z >= 0 && z < n[0] && y >= 0 && y < n[1];
        if (!is_inside && halo.border == QB_BORDER_CONSTANT) {
            t->row[k][j] = t->outside[k].row[0];
            continue;
        }
        z = qb_mirror(z, n[0]);
        y = qb_mirror(y, n[1]);
        int64_t *slot = &first[z * n[1] + y];
        if (*slot < 0) {
            copy_row(in, z, y, rows->x0, rows->x1, t->memory[k].row[j]);
            *slot = j;
        }
        t->row[k][j] = t->memory[k].row[*slot];
    }
    rows->row = t->row[k];
    free(first);
}

void qb_lab_task_open(QbLabRun *r, const QbBox *box, bool with_out, QbLabTask *t)
{
    *t = (QbLabTask){0};
    int64_t ni = box->hi[0] - box->lo[0], ny = box->hi[1] - box->lo[1],
            nx = box->hi[2] - box->lo[2];
    for (int k = 0; k < r->n_in; k++)
        if (r->in[k] && qb_is_raster(r->in[k]->type.kind) && r->in[k]->data)
            gather(r, k, box, t);
    size_t scratch = r->op->scratch ? r->op->scratch(r->params, r->in_type, ni, ny, nx) : 0;
    t->scratch = qb_guarded_new(scratch, r->cut->poison);
    if (with_out)
        t->out = qb_guarded_rows_new(&r->rng, ni * ny, nx, qb_pix_bytes(r->node->type.pix),
                                     r->cut->poison);
    t->task = (QbTask){.params = r->params,
                       .out_type = &r->node->type,
                       .in_type = r->in_type,
                       .n_in = r->n_in,
                       .in = t->rows,
                       .value = r->value,
                       .out = {.box = *box, .row = t->out.row},
                       .scratch = t->scratch.data,
                       .cpu = r->cut->cpu};
}

bool qb_lab_task_close(QbLabRun *r, QbLabTask *t, const QbBox *whole, unsigned char *data)
{
    bool ok = true;
    const QbBox *b = &t->task.out.box;
    if (!qb_guarded_is_intact(&t->scratch))
        ok = qb_lab_fault(r->lab, "'%s' wrote beyond its scratch of %zu bytes", r->op->name,
                          t->scratch.n);
    if (t->out.row && !qb_guarded_rows_are_intact(&t->out, r->cut->poison))
        ok = qb_lab_fault(r->lab, "'%s' wrote beside its output rows", r->op->name);
    for (int64_t j = 0; t->out.row && data && j < t->out.n_rows; j++) {
        int64_t ny = b->hi[1] - b->lo[1], z = b->lo[0] + j / ny - whole->lo[0],
                y = b->lo[1] + j % ny - whole->lo[1];
        int64_t row = z * (whole->hi[1] - whole->lo[1]) + y;
        int64_t at = row * (whole->hi[2] - whole->lo[2]) + b->lo[2] - whole->lo[2];
        memcpy(data + (size_t)at * qb_pix_bytes(r->node->type.pix), t->out.row[j],
               t->out.row_bytes);
    }
    for (int k = 0; k < r->n_in; k++) {
        if (!t->row[k])
            continue;
        if (!qb_guarded_rows_are_intact(&t->memory[k], r->cut->poison))
            ok = qb_lab_fault(r->lab, "'%s' wrote beside the rows of input %d", r->op->name, k);
        qb_guarded_rows_free(&t->memory[k]);
        qb_guarded_rows_free(&t->outside[k]);
        free(t->row[k]);
    }
    if (t->out.row)
        qb_guarded_rows_free(&t->out);
    qb_guarded_free(&t->scratch);
    return ok;
}

void qb_lab_shuffle(QbRng *rng, int *order, int n)
{
    for (int k = 0; k < n; k++)
        order[k] = k;
    for (int k = n - 1; rng->s && k > 0; k--) {
        int j = (int)qb_rng_whole(rng, 0, k), keep = order[k];
        order[k] = order[j];
        order[j] = keep;
    }
}

/* Random cuts of [lo, hi): regular ones, or each of its own length, at multiples of the atom. */
static int cuts(QbRng *rng, int64_t lo, int64_t hi, int64_t atom, int64_t *at)
{
    int n = 0;
    int64_t most = qb_max64(1, (hi - lo) / atom);
    int64_t step = qb_rng_chance(rng, 30) ? 1 : qb_rng_whole(rng, 1, most);
    bool regular = qb_rng_chance(rng, 60);
    for (at[n++] = lo; at[n - 1] < hi; n++) {
        int64_t next = at[n - 1] / atom + (regular ? step : qb_rng_whole(rng, 1, step));
        at[n] = qb_min64(hi, (regular ? next / step * step : next) * atom);
    }
    return n - 1;
}

QbLabTiles qb_lab_tiles(QbLabRun *r, const QbBox *whole, int64_t atom)
{
    QbLabTiles t = {0};
    int64_t ni = whole->hi[0] - whole->lo[0], ny = whole->hi[1] - whole->lo[1];
    QbArena *a = r->lab->arena;
    if (r->cut->seed == 0) {
        t.box = qb_arena_memdup(a, whole, sizeof(*whole));
        t.quantum = QB_NEW(a, int);
        t.n = t.n_quanta = 1;
        return t;
    }
    bool is_flat = r->node->type.rank == 2;
    int64_t *q = QB_NEW_N(a, int64_t, ni + 2), *i = QB_NEW_N(a, int64_t, ni + 2),
            *y = QB_NEW_N(a, int64_t, ny + 2);
    t.box = QB_NEW_N(a, QbBox, ni * ny + 1);
    t.quantum = QB_NEW_N(a, int, ni *ny + 1);
    t.n_quanta = cuts(&r->rng, whole->lo[0], whole->hi[0], is_flat ? atom : 1, q);
    int n_y = cuts(&r->rng, whole->lo[1], whole->hi[1], is_flat ? 1 : atom, y);
    for (int k = 0; k < t.n_quanta; k++) {
        int n_i = cuts(&r->rng, q[k], q[k + 1], is_flat ? atom : 1, i);
        for (int j = 0; j < n_i * n_y; j++) {
            QbBox b = *whole;
            b.lo[0] = i[j / n_y];
            b.hi[0] = i[j / n_y + 1];
            b.lo[1] = y[j % n_y];
            b.hi[1] = y[j % n_y + 1];
            t.quantum[t.n] = k;
            t.box[t.n++] = b;
        }
    }
    return t;
}
