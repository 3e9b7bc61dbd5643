/* The table of neighbourhood kernels of one processor variant. */
#include "stdlib/kernels/filter_layout.h"

extern const QbFilterKernels QB_CPU_NAME(qb_filter_kernels);

const QbFilterKernels QB_CPU_NAME(qb_filter_kernels) = {
    .rank_box = QB_CPU_NAME(qb_rank_box),
    .fir_axis0 = QB_CPU_NAME(qb_fir_axis0),
    .fir_plane = QB_CPU_NAME(qb_fir_plane),
    .extreme_axis0 = QB_CPU_NAME(qb_extreme_axis0),
    .extreme_plane = QB_CPU_NAME(qb_extreme_plane),
    .extreme_element = QB_CPU_NAME(qb_extreme_element),
    .sum_axis0 = QB_CPU_NAME(qb_sum_axis0),
    .count_plane = QB_CPU_NAME(qb_count_plane),
    .count_within = QB_CPU_NAME(qb_count_within),
    .near_axis2 = QB_CPU_NAME(qb_near_axis2),
    .near_axis1 = QB_CPU_NAME(qb_near_axis1),
    .near_axis0 = QB_CPU_NAME(qb_near_axis0),
};
