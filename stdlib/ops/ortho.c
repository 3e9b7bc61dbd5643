/* ortho(volume, at, gap): the three slices through one voxel, at right angles, in one image: the plane of the slice, beside it the
 * plane of axes 1 and 0, below it the plane of axes 0 and 2. Where the voxel size is known, axis 0 is drawn in proportion, by
 * repeating or leaving out slices. Placed by ortho_place. */
#include "core/op.h"
#include "stdlib/ortho.h"
#include "stdlib/slice.h"

#include <math.h>

typedef struct Params {
    QbNumbers at;
    int64_t gap;
    QbOrtho place;
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
    p->place = (QbOrtho){p->gap,
                         {in_proportion(in->n[0], in->spacing[0], in->spacing[1]),
                          in_proportion(in->n[0], in->spacing[0], in->spacing[2])}};
    *c->out = *in;
    c->out->rank = 2;
    c->out->n[0] = in->n[1] + p->gap + p->place.deep[0];
    c->out->n[1] = 1;
    c->out->n[2] = in->n[2] + p->gap + p->place.deep[1];
    c->out->spacing[0] = in->spacing[1];
    c->out->spacing[1] = 0;
    return true;
}

/* The plane without axis `a`. */
static QbNodeId plane(QbBuild *b, int a)
{
    const Params *p = b->check->params;
    QbSlice s = {.step = {1, 1, 1}};
    for (int k = 0; k < 3; k++)
        s.count[k] = k == a ? 1 : b->check->in[0]->n[k];
    s.start[a] = (int64_t)p->at.v[a];
    s.drop[a] = 1;
    return b->node(b, "slice", &s, b->in, 1);
}

static QbNodeId compose(QbBuild *b)
{
    const Params *p = b->check->params;
    QbNodeId planes[3];
    for (int a = 0; a < 3; a++) {
        planes[a] = plane(b, a);
        if (planes[a] < 0)
            return -1;
    }
    return b->node(b, "ortho_place", &p->place, planes, 3);
}

static const char *const examples[] = {"ortho(volume)", "volume |> ortho(at=[3, 8, -1], gap=0)",
                                       "ortho(overlay(volume, label(volume > 100)))", NULL};

const QbOp qb_op_ortho = {
    .name = "ortho",
    .class = QB_OP_COMPOSED,
    .group = "geometry",
    .help = "the three slices through a voxel of a volume, at right angles, in one image",
    .follows = "numpy: v[z], v[:, :, x].T beside it and v[:, y] below",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .compose = compose,
};
