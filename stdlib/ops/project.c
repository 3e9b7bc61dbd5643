/* project(v, how, axis): collapses an axis of a volume. Along the slowest one slices are added into planes while they pass
 * (project_slices); along the others each slice is projected for itself (project_rows), so nothing is kept. */
#include "stdlib/project.h"
#include "stdlib/pixelwise.h"

typedef QbProject Params;

const char *const qb_project_choices[] = {"sum", "mean", "std", "min", "max", NULL};

static const QbParam params[] = {
    {.name = "volume",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT_RASTER,
     .help = "image, mask or labels with three axes"},
    {.name = "how",
     .slot = QB_SLOT_CHOICE,
     .offset = offsetof(Params, how),
     .choices = qb_project_choices,
     .help = "what becomes of the voxels of a line"},
    {.name = "axis",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, axis),
     .def = "0",
     .min = 0,
     .max = 2,
     .help = "the axis that goes: 0 is the slowest (z)"},
};

QbType qb_project_type(const QbType *in, const QbProject *p)
{
    int first = p->axis == 0 ? 1 : 0, second = p->axis == 2 ? 1 : 2;
    bool keeps = qb_project_keeps(p);
    return (QbType){.kind = keeps ? in->kind : QB_IMAGE,
                    .rank = 2,
                    .pix = keeps ? in->pix : QB_F64,
                    .n = {in->n[first], 1, in->n[second]},
                    .spacing = {in->spacing[first], 0, in->spacing[second]},
                    .nan_free = keeps ? in->nan_free : !qb_pix_info[in->pix].is_float};
}

static bool check(QbCheck *c)
{
    const Params *p = c->params;
    const QbType *in = c->in[0];
    if (in->rank != 3)
        return c->fail(c, 0, "sum, mean, std, min or max",
                       "'project' needs a volume, found a 2D image");
    if (in->kind == QB_LABELS && p->how != QB_STACK_MAX)
        return c->fail(c, 1, "max, or |> as(f32)",
                       "labels are projected with 'max' alone, found '%s'",
                       qb_project_choices[p->how]);
    *c->out = qb_project_type(in, p);
    return true;
}

static QbNodeId compose(QbBuild *b)
{
    const Params *p = b->check->params;
    return b->node(b, p->axis == 0 ? "project_slices" : "project_rows", p, b->in, 1);
}

static const char *const examples[] = {"project(volume, max)", "volume |> project(mean, axis=1)",
                                       NULL};

const QbOp qb_op_project = {
    .name = "project",
    .class = QB_OP_COMPOSED,
    .group = "geometry",
    .help = "collapses an axis of a volume: the sum, mean, standard deviation, smallest or largest "
            "of each line",
    .follows = "numpy.sum, mean, std, min and max along an axis",
    .examples = examples,
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .param_size = sizeof(Params),
    .check = check,
    .compose = compose,
};
