/* slice: the operator behind v[10:20, :, ::2]. Per physical axis a first voxel, a step that may be negative, and how many; an
 * axis that is dropped holds one voxel and goes, so that a plane of a volume is a 2D image, which streams by its rows. */
#include "core/op.h"
#include "stdlib/slice.h"

#include <string.h>

typedef QbSlice Params;

static const QbParam rows[] = {
    {.name = "image",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT_VOXELS,
     .help = "image, mask, labels or picture"},
    {.name = "start",
     .slot = QB_SLOT_SIZES,
     .offset = offsetof(Params, start),
     .help = "first voxel"},
    {.name = "step",
     .slot = QB_SLOT_SIZES,
     .offset = offsetof(Params, step),
     .help = "from voxel to voxel"},
    {.name = "count", .slot = QB_SLOT_SIZES, .offset = offsetof(Params, count), .help = "voxels"},
    {.name = "drop",
     .slot = QB_SLOT_SIZES,
     .offset = offsetof(Params, drop),
     .help = "1: the axis goes"},
};

/* The physical axis of the output that each axis of the input becomes; -1: none. Kept axes keep their order; axis 1 of a
 * 2D image is no axis of the user's. */
typedef struct Axes {
    int of[3];
    int rank;
} Axes;

static Axes axes_of(const Params *p, int rank)
{
    Axes a = {{-1, -1, -1}, 0};
    for (int u = 0; u < rank; u++)
        a.rank += !p->drop[qb_axis(rank, u)];
    int kept = 0;
    for (int u = 0; u < rank; u++)
        if (!p->drop[qb_axis(rank, u)])
            a.of[qb_axis(rank, u)] = qb_axis(a.rank, kept++);
    return a;
}

static bool check(QbCheck *c)
{
    const Params *p = c->params;
    const QbType *in = c->in[0];
    Axes axes = axes_of(p, in->rank);
    if (axes.rank < 2)
        return c->fail(c, -1, NULL, "a slice keeps 2 or 3 axes, found %d", axes.rank);
    *c->out = *in;
    c->out->rank = axes.rank;
    for (int a = 0; a < 3; a++) {
        c->out->n[a] = 1;
        c->out->spacing[a] = 0;
    }
    for (int a = 0; a < 3; a++) {
        int64_t way, last;
        bool inside = p->count[a] >= 1 && p->step[a] != 0 && p->start[a] >= 0 &&
                      p->start[a] < in->n[a] && qb_mul_i64(p->step[a], p->count[a] - 1, &way) &&
                      !__builtin_add_overflow(p->start[a], way, &last) && last >= 0 &&
                      last < in->n[a];
        if (!inside || (p->drop[a] && p->count[a] != 1))
            return c->fail(c, -1, NULL,
                           "a slice of %lld voxels from %lld, %lld apart, leaves axis %d of %lld",
                           (long long)p->count[a], (long long)p->start[a], (long long)p->step[a], a,
                           (long long)in->n[a]);
        if (axes.of[a] < 0)
            continue;
        c->out->n[axes.of[a]] = p->count[a];
        c->out->spacing[axes.of[a]] =
            in->spacing[a] * (double)(p->step[a] < 0 ? -p->step[a] : p->step[a]);
    }
    return true;
}

static void need(const void *params, const QbType *const *in, int input, const QbBox *out,
                 QbBox *box)
{
    const Params *p = params;
    Axes axes = axes_of(p, in[0]->rank);
    (void)input;
    for (int a = 0; a < 3; a++) {
        int o = axes.of[a];
        int64_t lo = o < 0 ? 0 : out->lo[o], hi = o < 0 ? 1 : out->hi[o];
        int64_t first = p->start[a] + p->step[a] * lo, last = p->start[a] + p->step[a] * (hi - 1);
        box->lo[a] = qb_min64(first, last);
        box->hi[a] = hi > lo ? qb_max64(first, last) + 1 : box->lo[a];
    }
}

/* The clock runs backwards. */
static bool is_random(const void *params, const QbType *const *in)
{
    const Params *p = params;
    return axes_of(p, in[0]->rank).of[0] == 0 && p->step[0] < 0 && p->count[0] > 1;
}

static inline __attribute__((always_inline)) void copy_row(unsigned char *to,
                                                           const unsigned char *from, int64_t step,
                                                           int64_t n, size_t bytes)
{
    for (int64_t x = 0; x < n; x++)
        memcpy(to + (size_t)x * bytes, from + x * step * (int64_t)bytes, bytes);
}

static void copy_strided(unsigned char *to, const unsigned char *from, int64_t step, int64_t n,
                         size_t bytes)
{
    if (step == 1)
        memcpy(to, from, (size_t)n * bytes);
    else if (bytes == 1)
        copy_row(to, from, step, n, 1);
    else if (bytes == 2)
        copy_row(to, from, step, n, 2);
    else if (bytes == 4)
        copy_row(to, from, step, n, 4);
    else
        copy_row(to, from, step, n, 8);
}

/* Where index `at` of the output lies along an axis of the input. */
static int64_t source(const Params *p, const Axes *axes, int a, const int64_t at[3])
{
    return p->start[a] + (axes->of[a] < 0 ? 0 : p->step[a] * at[axes->of[a]]);
}

/* v[:, :, 5]: what was a column becomes a row. */
static void copy_column(const QbTask *t, const Axes *axes, int64_t at[3], unsigned char *to)
{
    const Params *p = t->params;
    const QbRows *r = &t->in[0];
    size_t bytes = qb_pix_bytes(t->out_type->pix);
    int64_t i = source(p, axes, 0, at), x = source(p, axes, 2, at) - r->x0;
    for (at[2] = t->out.box.lo[2]; at[2] < t->out.box.hi[2]; at[2]++, to += bytes)
        memcpy(to, (const unsigned char *)qb_row(r, i, source(p, axes, 1, at)) + x * (int64_t)bytes,
               bytes);
}

static void run(const QbTask *t)
{
    const Params *p = t->params;
    const QbRows *r = &t->in[0];
    const QbBox *b = &t->out.box;
    Axes axes = axes_of(p, t->in_type[0]->rank);
    size_t bytes = qb_pix_bytes(t->out_type->pix);
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++) {
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++) {
            int64_t at[3] = {i, y, b->lo[2]};
            unsigned char *to = qb_tile_row(&t->out, i, y);
            if (axes.of[2] != 2) {
                copy_column(t, &axes, at, to);
                continue;
            }
            const unsigned char *row = qb_row(r, source(p, &axes, 0, at), source(p, &axes, 1, at));
            copy_strided(to, row + (source(p, &axes, 2, at) - r->x0) * (int64_t)bytes, p->step[2],
                         b->hi[2] - b->lo[2], bytes);
        }
    }
}

static double cost(const void *params, const QbType *const *in)
{
    const Params *p = params;
    return 0.07 + 0.045 * (double)qb_pix_bytes(in[0]->pix) + (p->step[2] == 1 ? 0 : 0.4);
}

static const char *const examples[] = {"volume[3]", "volume[1:6, :, ::2]", "volume[::-1]", NULL};

const QbOp qb_op_slice = {
    .name = "slice",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "geometry",
    .help = "part of an image, by index",
    .follows = "numpy's basic indexing",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .need = need,
    .linear_need = true,
    .random = is_random,
    .run = run,
};
