/* What a lowered pipeline computes, as a text in which its layout, comments, names and dates do not occur. */
#ifndef QB_COMPILER_CANONICAL_H
#define QB_COMPILER_CANONICAL_H

#include "compiler/dag.h"
#include "core/text.h"

/* One line for each node that an output reaches, in the order in which the outputs need them, then one for each output:
 * "3 median.1 image=2 size=[1, 5, 5]". Where texts hold the image's own path or stem, a mark stands for it, so that the
 * text is the same for all images unless what is computed differs. Tables are known by their names alone. */
void qb_canonical_text(const QbDag *g, const char *image, const char *stem, QbText *out);

#endif
