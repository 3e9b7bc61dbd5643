/* count_within: true where at least `need` voxels of a box are from low to high. What a rank filter that is compared with a
 * number is, in one sweep, where its window is small. */
#include "stdlib/kernels/filter.h"

static const QbParam rows[] = {
    {.name = "image",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_IMAGE) | QB_ACCEPT(QB_MASK),
     .help = "image of whole numbers, or mask"},
    {.name = "size",
     .slot = QB_SLOT_SIZES,
     .offset = offsetof(QbWithinParams, count.size),
     .min = 1,
     .max = UINT8_MAX,
     .odd = true,
     .unit = "voxels",
     .help = "width of the window"},
    {.name = "need",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(QbWithinParams, count.need),
     .help = "voxels that must be within the bounds"},
    {.name = "low",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(QbWithinParams, low),
     .unit = "grey value",
     .help = "the smallest value that counts"},
    {.name = "high",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(QbWithinParams, high),
     .unit = "grey value",
     .help = "the largest value that counts"},
};

static bool check(QbCheck *c)
{
    const QbWithinParams *p = c->params;
    if (qb_pix_info[c->in[0]->pix].is_float || qb_pix_bytes(c->in[0]->pix) > 2)
        return c->fail(c, 0, NULL, "expected whole numbers of 8 or 16 bits");
    if (qb_window_voxels(p->count.size) > UINT8_MAX)
        return c->fail(c, 1, NULL, "the window has more than %d voxels", UINT8_MAX);
    *c->out = *c->in[0];
    c->out->kind = QB_MASK;
    c->out->pix = QB_U8;
    c->out->nan_free = true;
    return true;
}

static void halo(const void *params, const QbType *const *in, int input, QbHalo *h)
{
    const QbWithinParams *p = params;
    (void)in;
    (void)input;
    for (int a = 0; a < 3; a++)
        h->before[a] = h->after[a] = p->count.size[a] / 2;
    h->border = QB_BORDER_MIRROR;
}

static double cost(const void *params, const QbType *const *in)
{
    const QbWithinParams *p = params;
    double added = (double)(p->count.size[0] + p->count.size[2]);
    return 0.1 + (0.1 + 0.0045 * added) * (double)qb_pix_bytes(in[0]->pix);
}

static void run(const QbTask *t)
{
    t->cpu->filter->count_within(t);
}

const QbOp qb_op_count_within = {
    .name = "count_within",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "filters",
    .help = "whether enough voxels of a box are within bounds",
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbWithinParams),
    .check = check,
    .cost = cost,
    .halo = halo,
    .running = true,
    .run = run,
    .scratch = qb_count_within_scratch,
};
