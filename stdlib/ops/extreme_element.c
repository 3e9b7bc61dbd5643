/* extreme_element: the smallest or largest voxel under an element of any shape. Made by the compiler only. */
#include "stdlib/morphology.h"

static const char *const borders[] = {"mirror", "constant", NULL};

static const QbParam rows[] = {
    QB_MORPH_SUBJECT,
    {.name = "element",
     .slot = QB_SLOT_ELEMENT,
     .offset = offsetof(QbElementParams, element),
     .help = "ball, disk, box or cross"},
    {.name = "outside",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(QbElementParams, outside),
     .help = "voxels outside, where the border is constant"},
    {.name = "border",
     .slot = QB_SLOT_CHOICE,
     .offset = offsetof(QbElementParams, border),
     .choices = borders,
     .help = "what lies outside"},
    {.name = "largest",
     .slot = QB_SLOT_BOOL,
     .offset = offsetof(QbElementParams, largest),
     .help = "the largest, or the smallest"},
};

static bool check(QbCheck *c)
{
    return qb_filter_check_element(c, &((const QbElementParams *)c->params)->element);
}

static void halo(const void *params, const QbType *const *in, int input, QbHalo *out)
{
    const QbElementParams *p = params;
    (void)input;
    qb_element_reach(&p->element, in[0]->rank, out->before);
    qb_element_reach(&p->element, in[0]->rank, out->after);
    out->border = p->border;
    out->fill = p->outside;
}

static double cost(const void *params, const QbType *const *in)
{
    return qb_morph_cost(&((const QbElementParams *)params)->element, in[0]);
}

static void run(const QbTask *t)
{
    t->cpu->filter->extreme_element(t);
}

const QbOp qb_op_extreme_element = {
    .name = "extreme_element",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "planner",
    .help = "smallest or largest voxel under an element",
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbElementParams),
    .check = check,
    .cost = cost,
    .halo = halo,
    .run = run,
    .scratch = qb_extreme_element_scratch,
};
