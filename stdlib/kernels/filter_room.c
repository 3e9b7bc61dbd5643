/* Scratch that the kernels of weighted sums, counts, elements and distances take: what the layouts that they share with the planner
 * add up to. Runs while compiling. */
#include "stdlib/kernels/filter_layout.h"

size_t qb_fir_axis0_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                            int64_t nx)
{
    (void)in;
    (void)ni;
    (void)ny;
    (void)nx;
    QbFirLayout l = qb_fir_layout(params, 0);
    return l.weights + l.partial;
}

size_t qb_fir_plane_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                            int64_t nx)
{
    (void)ni;
    (void)ny;
    (void)nx;
    QbFirLayout l = qb_fir_layout(params, qb_fir_down(in[0]));
    return 2 * l.weights + l.rows + l.columns;
}

size_t qb_extreme_element_scratch(const void *params, const QbType *const *in, int64_t ni,
                                  int64_t ny, int64_t nx)
{
    (void)ny;
    (void)nx;
    QbElementLayout l = qb_element_layout(params, in[0], ni);
    return l.runs + l.pointers + l.ring;
}

size_t qb_count_within_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                               int64_t nx)
{
    (void)in;
    (void)ny;
    (void)nx;
    QbWithinLayout l = qb_within_layout(params, ni);
    return l.sums + l.boxes + l.pitch;
}

size_t qb_near_axis2_scratch(const void *params, const QbType *const *in, int64_t ni, int64_t ny,
                             int64_t nx)
{
    (void)in;
    (void)ni;
    (void)ny;
    QbNearLayout l = qb_near_layout(params, nx);
    return l.mask + l.marks + 2 * l.steps;
}
