/* erode(image, element): where the whole element lies on foreground; of grey values the smallest under it. Composed by
 * stdlib/morphology.c. */
#include "stdlib/morphology.h"

static const QbParam rows[] = {
    QB_MORPH_SUBJECT,
    {.name = "element",
     .slot = QB_SLOT_ELEMENT,
     .offset = offsetof(QbMorphParams, element),
     .help = "ball, disk, box or cross"},
    {.name = "outside",
     .slot = QB_SLOT_BOOL,
     .offset = offsetof(QbMorphParams, outside),
     .def = "true",
     .help = "what a mask holds beyond its border; grey values are mirrored"},
};

static bool check(QbCheck *c)
{
    return qb_morph_check(c, &((const QbMorphParams *)c->params)->element);
}

static void halo(const void *params, const QbType *const *in, int input, QbHalo *out)
{
    (void)input;
    qb_morph_halo(params, in[0], out);
}

static double cost(const void *params, const QbType *const *in)
{
    return qb_morph_cost(&((const QbMorphParams *)params)->element, in[0]);
}

static QbNodeId compose(QbBuild *b)
{
    return qb_morph_step(b, b->check->params, false);
}

static const char *const examples[] = {"erode(mask, ball(3))",
                                       "mask |> erode(disk(2.5), outside=false)",
                                       "image |> erode(box(5))", NULL};

const QbOp qb_op_erode = {
    .name = "erode",
    .class = QB_OP_KERNEL,
    .group = "morphology",
    .help = "shrinks foreground by an element; grey values: the smallest under it",
    .follows = "scipy.ndimage.binary_erosion (border_value=1), grey_erosion",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbMorphParams),
    .check = check,
    .cost = cost,
    .halo = halo,
    .compose = compose,
};
