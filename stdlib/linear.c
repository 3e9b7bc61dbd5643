/* Gaussian and uniform smoothing as one node along axis 0, and one in the plane. */
#include "stdlib/linear.h"

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

/* Rows along axis 0 come from the second cache level, or, of a volume, from farther. */
double qb_linear_cost(const QbFirParams *p, const QbType *in, int first, int last)
{
    static const double fixed[3] = {0.4, 0.25, 0.25}, each[3] = {0.17, 0.12, 0.12};
    double ns = 0;
    for (int a = first; a <= last; a++) {
        double far = a == 0 && in->rank == 3 ? 1.6 : 1;
        ns += far * (fixed[a] + each[a] * (double)qb_fir_radius(p, a)) + (p->size[a] > 1 ? 0.4 : 0);
    }
    return ns;
}

QbNodeId qb_linear_compose(QbBuild *b, const QbFirParams *p)
{
    QbFirParams along = {.sigma = {p->sigma[0], 0, 0}, .size = {p->size[0], 1, 1}};
    QbFirParams plane = {.sigma = {0, p->sigma[1], p->sigma[2]},
                         .size = {1, p->size[1], p->size[2]}};
    bool has_plane = qb_fir_radius(p, 1) > 0 || qb_fir_radius(p, 2) > 0;
    QbNodeId id = b->in[0];
    if (qb_fir_radius(p, 0) > 0 || !has_plane)
        id = b->node(b, "fir_axis0", &along, &id, 1);
    if (id >= 0 && has_plane)
        id = b->node(b, "fir_plane", &plane, &id, 1);
    return id;
}
