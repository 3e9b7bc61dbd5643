/* Erosions and dilations as compositions. A voxel of a mask is eroded by a ball where background is at most r away, so balls
 * and disks are bounded distance tests, axis by axis; a box is the extreme along each axis in turn; other elements, and
 * all but boxes on grey values, are looked at run by run. */
#include "stdlib/morphology.h"

#include "core/text.h"
#include "stdlib/near.h"

/* Above this the rows of a grey element no longer fit a worker's share of memory. */
#define MAX_SCRATCH ((size_t)256 << 20)

/* Of one radius: what exact distances decide. */
static bool is_round(const QbElement *e)
{
    return (e->shape == QB_BALL || e->shape == QB_DISK) && !qb_element_is_stretched(e);
}

static QbElementParams run_params(const QbElement *e, const QbMorphParams *p, bool is_mask,
                                  bool dilates)
{
    return (QbElementParams){.element = *e,
                             .border = is_mask ? QB_BORDER_CONSTANT : QB_BORDER_MIRROR,
                             .outside = is_mask ? p->outside : 0,
                             .largest = dilates};
}

bool qb_morph_check(QbCheck *c, const QbElement *e)
{
    if (!qb_filter_check_element(c, e))
        return false;
    const QbType *in = c->in[0];
    if (e->shape == QB_BOX || (is_round(e) && in->kind == QB_MASK))
        return true;
    QbMorphParams plain = {.element = *e};
    QbElementParams p = run_params(e, &plain, in->kind == QB_MASK, false);
    if (qb_extreme_element_scratch(&p, &in, 1, 1, in->n[2]) <= MAX_SCRATCH)
        return true;
    const char *hint = is_round(e) ? "a box, or a mask, takes any size" : "a box takes any size";
    return c->fail(
        c, 1, hint,
        "the element is too large for grey values: '%s' would hold more than %d MiB of rows",
        c->op->name, (int)(MAX_SCRATCH >> 20));
}

void qb_morph_halo(const QbMorphParams *p, const QbType *in, QbHalo *halo)
{
    bool is_mask = in->kind == QB_MASK;
    qb_element_reach(&p->element, in->rank, halo->before);
    qb_element_reach(&p->element, in->rank, halo->after);
    halo->border = is_mask ? QB_BORDER_CONSTANT : QB_BORDER_MIRROR;
    halo->fill = is_mask && p->outside;
}

double qb_morph_cost(const QbElement *e, const QbType *in)
{
    int64_t reach[3];
    qb_element_reach(e, in->rank, reach);
    double bytes = (double)qb_pix_bytes(in->pix);
    if (e->shape == QB_BOX)
        return 0.3 * bytes;
    if (is_round(e) && in->kind == QB_MASK)
        return qb_near_cost(e->r, 2, in->rank) + qb_near_cost(e->r, 0, in->rank) +
               (in->rank == 3 ? qb_near_cost(e->r, 1, in->rank) : 0);
    double each = bytes == 1 ? 0.6 : qb_pix_info[in->pix].is_float ? 1.4 : 1.1;
    return each * (0.5 + 0.05 * (double)((2 * reach[0] + 1) * (2 * reach[1] + 1))) * bytes;
}

/* Is anything there but the centre? */
static bool is_point(const int64_t reach[3])
{
    return reach[0] == 0 && reach[1] == 0 && reach[2] == 0;
}

static QbNodeId near_steps(QbBuild *b, const QbMorphParams *p, const int64_t reach[3], bool dilates)
{
    QbNearParams near = {.r = p->element.r, .target = dilates, .outside = p->outside};
    QbNodeId id = b->node(b, "near_axis2", &near, b->in, 1);
    near.last = reach[0] == 0;
    if (id >= 0 && reach[1] > 0)
        id = b->node(b, "near_axis1", &near, &id, 1);
    near.last = true;
    if (id >= 0 && reach[0] > 0)
        id = b->node(b, "near_axis0", &near, &id, 1);
    return id;
}

static QbNodeId box_steps(QbBuild *b, const QbMorphParams *p, const QbType *in, bool dilates)
{
    QbElementParams run = run_params(&p->element, p, in->kind == QB_MASK, dilates);
    int64_t size[3];
    qb_element_box(&p->element, in->rank, size);
    QbExtremeParams along = {
        .size = {size[0], 1, 1}, .outside = run.outside, .border = run.border, .largest = dilates};
    QbExtremeParams plane = {.size = {1, size[1], size[2]},
                             .outside = run.outside,
                             .border = run.border,
                             .largest = dilates};
    QbNodeId id = b->in[0];
    if (size[0] > 1)
        id = b->node(b, "extreme_axis0", &along, &id, 1);
    if (id >= 0 && (size[1] > 1 || size[2] > 1))
        id = b->node(b, "extreme_plane", &plane, &id, 1);
    return id;
}

QbNodeId qb_morph_step(QbBuild *b, const QbMorphParams *p, bool dilates)
{
    const QbType *in = b->check->in[0];
    int64_t reach[3];
    qb_element_reach(&p->element, in->rank, reach);
    if (is_point(reach))
        return b->in[0];
    if (p->element.shape == QB_BOX)
        return box_steps(b, p, in, dilates);
    if (is_round(&p->element) && in->kind == QB_MASK)
        return near_steps(b, p, reach, dilates);
    QbElementParams run = run_params(&p->element, p, in->kind == QB_MASK, dilates);
    return b->node(b, "extreme_element", &run, b->in, 1);
}
