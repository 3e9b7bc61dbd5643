/* ortho(volume, at, gap): the three slices through one voxel, at right angles, in one image: the plane of the slice, beside it the
 * plane of axes 1 and 0, below it the plane of axes 0 and 2. Where the voxel size is known, axis 0 is drawn in proportion, by
 * repeating or leaving out slices. The planes are picked from the volume while it passes: nothing else of it is kept. */
#include "core/op.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Params {
    QbNumbers at;
    int64_t gap;
    int64_t deep[2]; /* rows that axis 0 takes below, columns that it takes beside */
} Params;

static const QbParam rows[] = {
    {.name = "volume",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT_VOXELS,
     .help = "a volume: image, mask, labels or picture"},
    {.name = "at",
     .slot = QB_SLOT_NUMBERS,
     .offset = offsetof(Params, at),
     .def = "",
     .unit = "voxels",
     .help = "the voxel, slowest axis first, from the end where negative; the middle unless given"},
    {.name = "gap",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, gap),
     .def = "2",
     .min = 0,
     .max = 1024,
     .unit = "voxels",
     .help = "between the slices"},
};

/* Completes `at`: the middle, or what was given counted from the start. */
static bool check_at(QbCheck *c)
{
    QbNumbers *at = &((Params *)c->params)->at;
    const int64_t *n = c->in[0]->n;
    if (at->n == 0)
        *at = (QbNumbers){3, {(double)(n[0] / 2), (double)(n[1] / 2), (double)(n[2] / 2)}};
    if (at->n != 3)
        return c->fail(c, 1, "at=[z, y, x]", "'ortho' needs the 3 indices of a voxel, found %d",
                       at->n);
    for (int a = 0; a < 3; a++) {
        double v = at->v[a] < 0 ? at->v[a] + (double)n[a] : at->v[a];
        if (!(v >= 0 && v < (double)n[a]) || v != floor(v))
            return c->fail(c, 1, NULL, "axis %d has the voxels 0 to %lld, found %g", a,
                           (long long)n[a] - 1, at->v[a]);
        at->v[a] = v;
    }
    return true;
}

/* So many voxels of size `to` are as long as n of size `from`; n where a size is unknown. */
static int64_t in_proportion(int64_t n, double from, double to)
{
    if (!(from > 0) || !(to > 0))
        return n;
    double m = rint((double)n * (from / to));
    return m < 1 ? 1 : m > 1e9 ? (int64_t)1e9 : (int64_t)m;
}

static bool check(QbCheck *c)
{
    Params *p = c->params;
    const QbType *in = c->in[0];
    if (in->rank != 3)
        return c->fail(c, 0, "a 2D image is saved as it is",
                       "'ortho' needs a volume, found a 2D %s", qb_kind_name(in->kind));
    if (!check_at(c))
        return false;
    p->deep[0] = in_proportion(in->n[0], in->spacing[0], in->spacing[1]);
    p->deep[1] = in_proportion(in->n[0], in->spacing[0], in->spacing[2]);
    *c->out = *in;
    c->out->rank = 2;
    c->out->n[0] = in->n[1] + p->gap + p->deep[0];
    c->out->n[1] = 1;
    c->out->n[2] = in->n[2] + p->gap + p->deep[1];
    c->out->spacing[0] = in->spacing[1];
    c->out->spacing[1] = 0;
    return true;
}

/* ---- the planes --------------------------------------------------------------------------------------- */

enum { SLICE, BELOW, BESIDE }; /* without axis 0, 1, 2; the last as rows of axis 0 too */

typedef struct State {
    int64_t n[3], at[3]; /* of the volume; the voxel */
    int64_t gap, deep[2];
    size_t bytes;    /* of a voxel */
    size_t plane[3]; /* where each plane starts */
    unsigned char voxels[];
} State;

static size_t plane_bytes(const QbFoldCtx *c, int plane)
{
    size_t bytes = qb_pix_bytes(c->in_type[0]->pix);
    for (int a = 0; a < 3; a++)
        bytes *= a == plane ? 1 : (size_t)c->in_type[0]->n[a];
    return bytes;
}

static size_t state_bytes(const QbFoldCtx *c)
{
    return sizeof(State) + plane_bytes(c, SLICE) + plane_bytes(c, BELOW) + plane_bytes(c, BESIDE);
}

static bool open_state(const QbFoldCtx *c, void **state, QbErr *err)
{
    const Params *p = c->params;
    State *s = calloc(1, state_bytes(c));
    *state = s;
    if (!s)
        return qb_err_set(err, "not enough memory: cannot get %zu MiB for three planes",
                          (state_bytes(c) >> 20) + 1);
    for (int a = 0; a < 3; a++) {
        s->n[a] = c->in_type[0]->n[a];
        s->at[a] = (int64_t)p->at.v[a];
    }
    s->gap = p->gap;
    memcpy(s->deep, p->deep, sizeof(s->deep));
    s->bytes = qb_pix_bytes(c->in_type[0]->pix);
    s->plane[BELOW] = plane_bytes(c, SLICE);
    s->plane[BESIDE] = s->plane[BELOW] + plane_bytes(c, BELOW);
    return true;
}

/* The voxel of a plane at (row, column). */
static unsigned char *voxel(State *s, int plane, int64_t row, int64_t column)
{
    int64_t width = s->n[plane == BESIDE ? 1 : 2];
    return s->voxels + s->plane[plane] + (size_t)(row * width + column) * s->bytes;
}

/* Every voxel of a plane is picked once, by the task that has it. */
static bool add(const QbTask *t, void *state, void *partial, QbErr *err)
{
    State *s = state;
    const QbBox *b = &t->out.box;
    const QbRows *r = &t->in[0];
    size_t row = (size_t)(b->hi[2] - b->lo[2]) * s->bytes;
    (void)partial, (void)err;
    for (int64_t z = b->lo[0]; z < b->hi[0]; z++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++) {
            const unsigned char *from = qb_row(r, z, y);
            from -= r->x0 * (int64_t)s->bytes; /* now column 0, there or not */
            if (z == s->at[0])
                memcpy(voxel(s, SLICE, y, b->lo[2]), from + (size_t)b->lo[2] * s->bytes, row);
            if (y == s->at[1])
                memcpy(voxel(s, BELOW, z, b->lo[2]), from + (size_t)b->lo[2] * s->bytes, row);
            if (s->at[2] >= b->lo[2] && s->at[2] < b->hi[2])
                memcpy(voxel(s, BESIDE, z, y), from + (size_t)s->at[2] * s->bytes, s->bytes);
        }
    return true;
}

static bool finish(const QbFoldCtx *c, void *state, QbValue *out, QbErr *err)
{
    (void)c, (void)err;
    out->state = state;
    return true;
}

/* ---- the picture ---------------------------------------------------------------------------------------- */

/* The slice that is drawn at place k of `deep`. */
static int64_t slice_at(const State *s, int64_t k, int64_t deep)
{
    int64_t n = s->n[0];
    return n == deep ? k : qb_min64(n - 1, (int64_t)(((double)k + 0.5) * (double)n / (double)deep));
}

/* Columns of a box that lie in [at, at + n): how many, and which of these n is the first. */
static int64_t overlap(const QbBox *b, int64_t at, int64_t n, int64_t *from)
{
    int64_t lo = qb_max64(b->lo[2], at), hi = qb_min64(b->hi[2], at + n);
    *from = lo - at;
    return qb_max64(0, hi - lo);
}

static void copy_row(State *s, int plane, int64_t row, const QbBox *b, unsigned char *to)
{
    int64_t from, n = overlap(b, 0, s->n[2], &from);
    if (n > 0)
        memcpy(to, voxel(s, plane, row, from), (size_t)n * s->bytes);
}

/* What was a column becomes a row. */
static void copy_beside(State *s, int64_t y, const QbBox *b, unsigned char *row)
{
    int64_t at = s->n[2] + s->gap, from, n = overlap(b, at, s->deep[1], &from);
    unsigned char *to = row + (size_t)(n > 0 ? at + from - b->lo[2] : 0) * s->bytes;
    for (int64_t k = 0; k < n; k++, to += s->bytes)
        memcpy(to, voxel(s, BESIDE, slice_at(s, from + k, s->deep[1]), y), s->bytes);
}

static bool fill(void *state, const QbTile *out, QbErr *err)
{
    State *s = state;
    const QbBox *b = &out->box;
    int64_t below = s->n[1] + s->gap;
    (void)err;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++) {
        unsigned char *to = qb_tile_row(out, i, 0);
        memset(to, 0, (size_t)(b->hi[2] - b->lo[2]) * s->bytes);
        if (i < s->n[1]) {
            copy_row(s, SLICE, i, b, to);
            copy_beside(s, i, b, to);
        } else if (i >= below) {
            copy_row(s, BELOW, slice_at(s, i - below, s->deep[0]), b, to);
        }
    }
    return true;
}

static double cost(const void *params, const QbType *const *in)
{
    (void)params;
    (void)in;
    return 0.02;
}

static const QbFoldOps fold = {
    .order = QB_FOLD_IN_PLACE,
    .state_bytes = state_bytes,
    .open = open_state,
    .add = add,
    .finish = finish,
    .fill = fill,
    .close = free,
    .is_flat = true,
};

static const char *const examples[] = {"ortho(volume)", "volume |> ortho(at=[3, 8, -1], gap=0)",
                                       "ortho(overlay(volume, label(volume > 100)))", NULL};

const QbOp qb_op_ortho = {
    .name = "ortho",
    .class = QB_OP_FOLD,
    .group = "geometry",
    .help = "the three slices through a voxel of a volume, at right angles, in one image",
    .follows = "numpy: v[z], v[:, :, x].T beside it and v[:, y] below",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .fold = &fold,
};
