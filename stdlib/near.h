/* What the three steps of a bounded distance test share: rows, type rules, halos. Knows no voxels. */
#ifndef QB_STDLIB_NEAR_H
#define QB_STDLIB_NEAR_H

#include "stdlib/kernels/filter.h"

#define QB_NEAR_ROWS 5
/* The first step takes a mask, the others distances. */
extern const QbParam qb_near_mask_rows[QB_NEAR_ROWS], qb_near_rows[QB_NEAR_ROWS];

bool qb_near_check_mask(QbCheck *c); /* distances of the smallest type that holds r² and one more */
bool qb_near_check(QbCheck *c);      /* the subject's type, or a mask: `last` */
/* r voxels along one axis; beyond the border lies `outside`, for axes 0 and 1 as a distance. */
void qb_near_halo(const QbNearParams *p, int axis, QbHalo *halo);
double qb_near_cost(double r, int axis, int rank);

#endif
