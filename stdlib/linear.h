/* What gaussian, uniform and the weighted sums that they are composed of share: rows, reach, cost, composition. Knows no
 * voxels. */
#ifndef QB_STDLIB_LINEAR_H
#define QB_STDLIB_LINEAR_H

#include "stdlib/kernels/filter.h"

#define QB_LINEAR_SUBJECT                                                           \
    {                                                                               \
        .name = "image", .slot = QB_SLOT_INPUT,                                     \
        .accepts = QB_ACCEPT(QB_IMAGE) | QB_ACCEPT(QB_MASK) | QB_ACCEPT(QB_LABELS), \
        .help = "image"                                                             \
    }

/* The rows of fir_axis0 and fir_plane. */
#define QB_LINEAR_ROWS 3
extern const QbParam qb_linear_rows[QB_LINEAR_ROWS];

/* Axes first … last alone. */
void qb_linear_halo(const QbFirParams *p, int first, int last, QbHalo *halo);
double qb_linear_cost(const QbFirParams *p, const QbType *in, int first, int last);
/* fir_axis0, then fir_plane, of those that do something; at least one, which makes the result's type. A picture is a plane. */
QbNodeId qb_linear_compose(QbBuild *b, const QbFirParams *p);

#endif
