/* The steps of a bounded distance test: squared distances along axis 2 in the smallest type that holds them, then the smallest
 * sums along axes 1 and 0, where the last step tells which are at most r². */
#include "stdlib/near.h"

#include "stdlib/kernels/filter_layout.h"

#define NUMBERS                                                                       \
    {.name = "r",                                                                     \
     .slot = QB_SLOT_NUMBER,                                                          \
     .offset = offsetof(QbNearParams, r),                                             \
     .min = 0,                                                                        \
     .max = QB_FILTER_MAX_RADIUS,                                                     \
     .help = "radius"},                                                               \
        {.name = "target",                                                            \
         .slot = QB_SLOT_BOOL,                                                        \
         .offset = offsetof(QbNearParams, target),                                    \
         .help = "voxels that are looked for"},                                       \
        {.name = "outside",                                                           \
         .slot = QB_SLOT_BOOL,                                                        \
         .offset = offsetof(QbNearParams, outside),                                   \
         .help = "voxels beyond the border"},                                         \
    {                                                                                 \
        .name = "last", .slot = QB_SLOT_BOOL, .offset = offsetof(QbNearParams, last), \
        .help = "give a mask"                                                         \
    }

const QbParam qb_near_mask_rows[QB_NEAR_ROWS] = {
    {.name = "mask", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_MASK), .help = "mask"},
    NUMBERS,
};
const QbParam qb_near_rows[QB_NEAR_ROWS] = {
    {.name = "image",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_IMAGE),
     .help = "squared distances along the axes before"},
    NUMBERS,
};

static QbPix distance_pix(const QbNearParams *p)
{
    size_t bytes = qb_near_bytes(p->r);
    return bytes == 1 ? QB_U8 : bytes == 2 ? QB_U16 : QB_U32;
}

bool qb_near_check_mask(QbCheck *c)
{
    const QbNearParams *p = c->params;
    if (c->in[0]->kind != QB_MASK)
        return c->fail(c, 0, NULL, "'%s' takes a mask, found %s", c->op->name,
                       qb_kind_name(c->in[0]->kind));
    *c->out = *c->in[0];
    c->out->kind = QB_IMAGE;
    c->out->pix = distance_pix(p);
    return true;
}

bool qb_near_check(QbCheck *c)
{
    const QbNearParams *p = c->params;
    if (c->in[0]->kind != QB_IMAGE || c->in[0]->pix != distance_pix(p))
        return c->fail(c, 0, NULL, "'%s' takes distances of type %s, found %s", c->op->name,
                       qb_pix_info[distance_pix(p)].name, qb_kind_name(c->in[0]->kind));
    *c->out = *c->in[0];
    if (p->last) {
        c->out->kind = QB_MASK;
        c->out->pix = QB_U8;
    }
    return true;
}

void qb_near_halo(const QbNearParams *p, int axis, QbHalo *halo)
{
    *halo = (QbHalo){.border = QB_BORDER_CONSTANT};
    halo->before[axis] = halo->after[axis] = (int64_t)p->r;
    if (axis == 2)
        halo->fill = p->outside;
    else
        halo->fill = p->outside == p->target ? 0 : (double)qb_near_none(qb_near_bytes(p->r));
}

/* Along axis 2 every step of the reach is taken. Along the others a search ends where all voxels of a few vectors are
 * near the target: how soon depends on the mask, by a factor of two or three on both sides of this, and of a long reach
 * most is left out; what lies far away along axis 0 is not in the nearest cache either. */
double qb_near_cost(double r, int axis, int rank)
{
    double bytes = (double)qb_near_bytes(r), steps = r < 15 ? r : 15;
    if (axis == 2)
        return bytes == 1 ? 0.12 + 0.0145 * r : bytes * (0.13 + 0.002 * r);
    return bytes * (axis == 0 && rank == 3 ? 0.12 + 0.0145 * steps : 0.16 + 0.005 * steps);
}
