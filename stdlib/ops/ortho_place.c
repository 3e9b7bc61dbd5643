/* ortho_place: three planes of a volume in one image (stdlib/ortho.h). The plane beside the first stands on its side, so its rows
 * are needed in another order: inputs are kept whole, which are planes, never volumes. Made by ortho. */
#include "core/op.h"
#include "stdlib/ortho.h"

#include <string.h>

typedef QbOrtho Params;

enum { SLICE, BELOW, BESIDE }; /* inputs: without axis 0, 1, 2 */

static const QbParam rows[] = {
    {.name = "slice", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_VOXELS, .help = "top left"},
    {.name = "below", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_VOXELS, .help = "below"},
    {.name = "beside", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_VOXELS, .help = "beside"},
    {.name = "gap",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, gap),
     .min = 0,
     .max = 1024,
     .help = "between them"},
    {.name = "down",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, deep[0]),
     .min = 1,
     .max = 1e9,
     .help = "rows that axis 0 takes below"},
    {.name = "across",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, deep[1]),
     .min = 1,
     .max = 1e9,
     .help = "columns that axis 0 takes beside"},
};

static bool check(QbCheck *c)
{
    const Params *p = c->params;
    const QbType *in = c->in[SLICE];
    bool fits = true;
    for (int k = 0; k < 3; k++)
        fits =
            fits && c->in[k]->rank == 2 && c->in[k]->kind == in->kind && c->in[k]->pix == in->pix;
    if (!fits || c->in[BELOW]->n[2] != in->n[2] || c->in[BESIDE]->n[2] != in->n[0] ||
        c->in[BELOW]->n[0] != c->in[BESIDE]->n[0])
        return c->fail(c, -1, NULL, "the planes are not those of one volume");
    *c->out = *in;
    c->out->n[0] += p->gap + p->deep[0];
    c->out->n[2] += p->gap + p->deep[1];
    return true;
}

/* The index along axis 0, of n, that is drawn at place k of `deep`. */
static int64_t depth(int64_t k, int64_t n, int64_t deep)
{
    return n == deep ? k : qb_min64(n - 1, (int64_t)(((double)k + 0.5) * (double)n / (double)deep));
}

/* An input that the box does not touch gives one voxel all the same. */
static void need(const void *params, const QbType *const *in, int input, const QbBox *out,
                 QbBox *box)
{
    const Params *p = params;
    int64_t ny = in[SLICE]->n[0], nx = in[SLICE]->n[2], nz = in[BELOW]->n[0];
    int64_t lo = qb_min64(out->lo[0], ny - 1), hi = qb_clamp64(out->hi[0], lo + 1, ny);
    int64_t below = ny + p->gap;
    int64_t first = qb_clamp64(out->lo[0] - below, 0, p->deep[0] - 1),
            last = qb_clamp64(out->hi[0] - 1 - below, first, p->deep[0] - 1);
    if (input == SLICE)
        *box = (QbBox){{lo, 0, 0}, {hi, 1, nx}};
    else if (input == BESIDE)
        *box = (QbBox){{0, 0, lo}, {nz, 1, hi}};
    else
        *box =
            (QbBox){{depth(first, nz, p->deep[0]), 0, 0}, {depth(last, nz, p->deep[0]) + 1, 1, nx}};
}

static bool is_random(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return true;
}

/* Columns [lo, hi) of the output that lie in [at, at + n); *from is the first of them, counted from `at`. */
static int64_t overlap(const QbBox *b, int64_t at, int64_t n, int64_t *from)
{
    int64_t lo = qb_max64(b->lo[2], at), hi = qb_min64(b->hi[2], at + n);
    *from = lo - at;
    return qb_max64(0, hi - lo);
}

static void copy_plane(const QbTask *t, int input, int64_t row, unsigned char *to)
{
    const QbRows *r = &t->in[input];
    size_t bytes = qb_pix_bytes(t->out_type->pix);
    int64_t from, n = overlap(&t->out.box, 0, t->in_type[SLICE]->n[2], &from);
    if (n > 0)
        memcpy(to, (const unsigned char *)qb_row(r, row, 0) + (size_t)(from - r->x0) * bytes,
               (size_t)n * bytes);
}

/* What was a column of the plane beside becomes a row. */
static void copy_beside(const QbTask *t, int64_t y, unsigned char *row)
{
    const Params *p = t->params;
    const QbRows *r = &t->in[BESIDE];
    size_t bytes = qb_pix_bytes(t->out_type->pix);
    int64_t at = t->in_type[SLICE]->n[2] + p->gap, nz = t->in_type[BESIDE]->n[0], from;
    int64_t n = overlap(&t->out.box, at, p->deep[1], &from);
    unsigned char *to = row + (size_t)(at + from - t->out.box.lo[2]) * bytes;
    for (int64_t k = 0; k < n; k++, to += bytes) {
        const unsigned char *line = qb_row(r, depth(from + k, nz, p->deep[1]), 0);
        memcpy(to, line + (size_t)(y - r->x0) * bytes, bytes);
    }
}

static void run(const QbTask *t)
{
    const Params *p = t->params;
    const QbBox *b = &t->out.box;
    int64_t ny = t->in_type[SLICE]->n[0], below = ny + p->gap;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++) {
        unsigned char *to = qb_tile_row(&t->out, i, 0);
        memset(to, 0, (size_t)(b->hi[2] - b->lo[2]) * qb_pix_bytes(t->out_type->pix));
        if (i < ny) {
            copy_plane(t, SLICE, i, to);
            copy_beside(t, i, to);
        } else if (i >= below) {
            copy_plane(t, BELOW, depth(i - below, t->in_type[BELOW]->n[0], p->deep[0]), to);
        }
    }
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.5;
}

const QbOp qb_op_ortho_place = {
    .name = "ortho_place",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "geometry",
    .help = "three planes of a volume in one image",
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .need = need,
    .random = is_random,
    .run = run,
};
