/* crop(image, start, size): a box of an image, by its first voxel and its size: a slice that must lie inside. */
#include "core/op.h"
#include "stdlib/slice.h"

#include <math.h>

typedef struct Params {
    int64_t start[3], size[3];
} Params;

static const QbParam rows[] = {
    {.name = "image",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT_VOXELS,
     .help = "image, mask, labels or picture"},
    {.name = "start",
     .slot = QB_SLOT_SIZES,
     .offset = offsetof(Params, start),
     .min = 0,
     .max = INFINITY,
     .length = true,
     .unit = "voxels",
     .help = "the first voxel, slowest axis first; a number alone is for every axis"},
    {.name = "size",
     .slot = QB_SLOT_SIZES,
     .offset = offsetof(Params, size),
     .min = 1,
     .max = INFINITY,
     .length = true,
     .unit = "voxels",
     .help = "how many voxels along each axis"},
};

static bool check(QbCheck *c)
{
    const Params *p = c->params;
    const QbType *in = c->in[0];
    *c->out = *in;
    for (int u = 0; u < in->rank; u++) {
        int a = qb_axis(in->rank, u);
        if (p->start[a] + p->size[a] > in->n[a])
            return c->fail(c, 2, NULL,
                           "axis %d has %lld voxels, and a crop of %lld from %lld leaves it", u,
                           (long long)in->n[a], (long long)p->size[a], (long long)p->start[a]);
        c->out->n[a] = p->size[a];
    }
    return true;
}

static QbNodeId compose(QbBuild *b)
{
    const Params *p = b->check->params;
    QbSlice s = {.step = {1, 1, 1}, .count = {1, 1, 1}};
    for (int u = 0; u < b->check->in[0]->rank; u++) {
        int a = qb_axis(b->check->in[0]->rank, u);
        s.start[a] = p->start[a];
        s.count[a] = p->size[a];
    }
    return b->node(b, "slice", &s, b->in, 1);
}

static const char *const examples[] = {"crop(image, [2, 3], [8, 8])",
                                       "volume |> crop([1, 0, 0], [2, 8, 8])", NULL};

const QbOp qb_op_crop = {
    .name = "crop",
    .class = QB_OP_COMPOSED,
    .group = "geometry",
    .help = "a box of an image, by its first voxel and its size",
    .follows = "numpy basic slicing",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .compose = compose,
};
