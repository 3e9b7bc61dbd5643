/* What erode, dilate, open and close share: their rows, their type rule, and how one step is composed of separable kernels.
 * Knows elements and node names, no voxels. */
#ifndef QB_STDLIB_MORPHOLOGY_H
#define QB_STDLIB_MORPHOLOGY_H

#include "stdlib/kernels/filter.h"

#define QB_MORPH_SUBJECT                                                            \
    {                                                                               \
        .name = "image", .slot = QB_SLOT_INPUT,                                     \
        .accepts = QB_ACCEPT(QB_IMAGE) | QB_ACCEPT(QB_MASK) | QB_ACCEPT(QB_LABELS), \
        .help = "mask, or image of grey values"                                     \
    }

/* The subject's type; the element fits its rank and its kernel's memory. `element` is row 1. */
bool qb_morph_check(QbCheck *c, const QbElement *e);
/* Reach of the element; masks see `outside` beyond the border, images their mirror. */
void qb_morph_halo(const QbMorphParams *p, const QbType *in, QbHalo *halo);
double qb_morph_cost(const QbElement *e, const QbType *in);
/* One erosion or dilation: balls and disks of masks by exact distances, boxes axis by axis, the rest by runs. */
QbNodeId qb_morph_step(QbBuild *b, const QbMorphParams *p, bool dilates);

#endif
