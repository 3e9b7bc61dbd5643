/* boundaries(labels, mode): the voxels at which objects end, as a mask: those whose neighbour across a face (4 in 2D, 6 in 3D) holds
 * another value. "inner" are those of objects alone, "thick" those of the background beside them too. The border of the image
 * is no boundary. */
#include "core/op.h"

typedef struct Params {
    int mode;
} Params;

enum { INNER, THICK };
static const char *const modes[] = {"inner", "thick", NULL};

static const QbParam rows[] = {
    {.name = "labels",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_LABELS) | QB_ACCEPT(QB_MASK),
     .help = "labels or mask"},
    {.name = "mode",
     .slot = QB_SLOT_CHOICE,
     .offset = offsetof(Params, mode),
     .def = "inner",
     .choices = modes,
     .help = "voxels of objects alone, or thick: the background beside them too"},
};

static bool check(QbCheck *c)
{
    *c->out = *c->in[0];
    c->out->kind = QB_MASK;
    c->out->pix = QB_U8;
    c->out->nan_free = true;
    return true;
}

static void halo(const void *params, const QbType *const *in, int input, QbHalo *h)
{
    (void)params;
    (void)input;
    for (int a = 0; a < 3; a++)
        h->before[a] = h->after[a] = in[0]->rank == 2 && a == 1 ? 0 : 1;
}

/* The rows across a face of the one at [2]: [0] and [4] along axis 0, [1] and [3] along axis 1 (in 2D the row itself). */
typedef struct Rows {
    const void *row[5];
    int64_t x0, nx;
    bool thick;
} Rows;

static inline __attribute__((always_inline)) uint32_t value(const void *row, int64_t x, bool mask)
{
    return mask ? ((const uint8_t *)row)[x] : ((const uint32_t *)row)[x];
}

static inline __attribute__((always_inline)) void run_row(const Rows *r, uint8_t *out, int64_t lo,
                                                          int64_t hi, bool mask)
{
    for (int64_t x = lo - r->x0; x < hi - r->x0; x++) {
        uint32_t v = value(r->row[2], x, mask);
        uint32_t left = value(r->row[2], x - (x + r->x0 > 0), mask);
        uint32_t right = value(r->row[2], x + (x + r->x0 + 1 < r->nx), mask);
        bool differs = (left != v) | (right != v);
        for (int k = 0; k < 5; k++)
            differs |= value(r->row[k], x, mask) != v;
        out[x + r->x0 - lo] = (uint8_t)(differs & (r->thick | (v != 0)));
    }
}

static void run(const QbTask *t)
{
    const QbRows *in = &t->in[0];
    const QbBox *b = &t->out.box;
    bool flat = t->in_type[0]->rank == 2;
    Rows r = {.x0 = in->x0, .nx = in->nx, .thick = ((const Params *)t->params)->mode == THICK};
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++) {
            for (int k = 0; k < 5; k++)
                r.row[k] = qb_row(in, i + (k == 4) - (k == 0), flat ? y : y + (k == 3) - (k == 1));
            uint8_t *out = qb_tile_row(&t->out, i, y);
            if (t->in_type[0]->kind == QB_MASK)
                run_row(&r, out, b->lo[2], b->hi[2], true);
            else
                run_row(&r, out, b->lo[2], b->hi[2], false);
        }
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.8;
}

static const char *const examples[] = {"boundaries(objects)", "objects |> boundaries(mode=thick)",
                                       "boundaries(mask)", NULL};

const QbOp qb_op_boundaries = {
    .name = "boundaries",
    .class = QB_OP_KERNEL,
    .group = "labels",
    .help = "where objects end: their voxels that have a neighbour of another label, or of none",
    .follows = "skimage.segmentation.find_boundaries, connectivity 1",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .halo = halo,
    .run = run,
};
