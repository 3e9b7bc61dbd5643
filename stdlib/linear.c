/* Gaussian and uniform smoothing as one node along axis 0, and one in the plane. */
#include "stdlib/linear.h"

#include "stdlib/kernels/filter_layout.h"

const QbParam qb_linear_rows[QB_LINEAR_ROWS] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_IMAGE), .help = "image"},
    {.name = "sigma",
     .slot = QB_SLOT_SIGMAS,
     .offset = offsetof(QbFirParams, sigma),
     .min = 0,
     .max = QB_FILTER_MAX_SIGMA,
     .help = "standard deviation along each axis"},
    {.name = "size",
     .slot = QB_SLOT_SIZES,
     .offset = offsetof(QbFirParams, size),
     .min = 1,
     .max = QB_FILTER_MAX_SIZE,
     .odd = true,
     .help = "width of a mean; 1: the Gaussian"},
};

void qb_linear_halo(const QbFirParams *p, int first, int last, QbHalo *halo)
{
    *halo = (QbHalo){.border = QB_BORDER_MIRROR};
    for (int a = first; a <= last; a++)
        halo->before[a] = halo->after[a] = qb_fir_radius(p, a);
}

/* Along axis 0 of a volume: planes apart, so that rows come from memory where all that the axis reaches is more than a cache
 * holds. */
static double cost_apart(const QbFirParams *p, const QbType *in)
{
    double r = (double)qb_fir_radius(p, 0);
    double reach = (2 * r + 1) * (double)(in->n[1] * in->n[2]) * (double)qb_pix_bytes(in->pix);
    bool is_far = qb_pix_bytes(in->pix) >= 4 && reach > 16e6;
    bool is_dear = in->pix == QB_U32 || in->pix == QB_F64;
    return 0.55 + 0.13 * r + (is_far ? 1.6 : is_dear ? 0.3 : 0);
}

double qb_linear_cost(const QbFirParams *p, const QbType *in, int first, int last)
{
    double ns = 0;
    for (int a = first; a <= last; a++) {
        if (a == 0 && in->rank == 3)
            ns += cost_apart(p, in);
        else if (a == 2 || a == qb_fir_down(in))
            ns += 0.3 + 0.09 * (double)qb_fir_radius(p, a) + (p->size[a] > 1 ? 0.15 : 0);
    }
    return ns + (last > 0 && in->pix == QB_F64 ? 0.3 : 0);
}

QbNodeId qb_linear_compose(QbBuild *b, const QbFirParams *p)
{
    bool picture = b->check->in[0]->rank == 2;
    QbFirParams along = {.sigma = {p->sigma[0], 0, 0}, .size = {p->size[0], 1, 1}};
    QbFirParams plane = *p;
    bool has_plane = qb_fir_radius(p, 1) > 0 || qb_fir_radius(p, 2) > 0;
    QbNodeId id = b->in[0];
    if (!picture) {
        plane.sigma[0] = 0;
        plane.size[0] = 1;
    }
    if (!has_plane || (!picture && qb_fir_radius(p, 0) > 0))
        id = b->node(b, "fir_axis0", &along, &id, 1);
    if (id >= 0 && has_plane)
        id = b->node(b, "fir_plane", &plane, &id, 1);
    return id;
}
