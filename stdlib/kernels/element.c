/* Structuring elements as sets of offsets: every named shape is, for each (dz, dy), one run of voxels that is symmetric in
 * x. Distances are compared as whole numbers, so no radius is blurred by rounding. */
#include "core/text.h"
#include "stdlib/kernels/filter.h"

#include <math.h>

int64_t qb_radius_squared(double r)
{
    double square = r * r, whole = floor(square);
    /* The product was rounded up to a whole number that r itself does not reach. */
    if (square == whole && fma(r, r, -square) < 0)
        whole -= 1;
    return (int64_t)whole;
}

static int64_t whole_root(int64_t v)
{
    int64_t s = (int64_t)sqrt((double)v);
    while (s * s > v)
        s--;
    while ((s + 1) * (s + 1) <= v)
        s++;
    return s;
}

void qb_element_box(const QbElement *e, int rank, int64_t size[3])
{
    size[0] = size[1] = size[2] = 1;
    for (int u = 0; u < rank; u++)
        size[qb_axis(rank, u)] = e->axes ? e->size[u] : e->size[0];
}

/* The part of a distance along one axis, of a radius of 1. */
static double part(int64_t d, double r)
{
    double v = d ? (double)d / r : 0;
    return v * v;
}

/* Radii from lengths are not whole multiples of each other: what misses the surface by less than they are known is on it. */
#define SURFACE (1 + 1e-9)

static int64_t stretched_half(const double along[3], int64_t dz, int64_t dy)
{
    double plane = part(dz, along[0]) + part(dy, along[1]);
    if (plane > SURFACE)
        return -1;
    int64_t half = (int64_t)(along[2] * sqrt(SURFACE - plane));
    while (half > 0 && plane + part(half, along[2]) > SURFACE)
        half--;
    while (along[2] > 0 && plane + part(half + 1, along[2]) <= SURFACE)
        half++;
    return half;
}

static void stretched_reach(const QbElement *e, int rank, int64_t reach[3])
{
    for (int a = 0; a < 3; a++) {
        reach[a] = (int64_t)e->along[a];
        reach[a] += e->along[a] > 0 && part(reach[a] + 1, e->along[a]) <= SURFACE;
    }
    if (e->shape == QB_DISK && rank == 3)
        reach[0] = 0;
    if (rank == 2)
        reach[1] = 0;
}

void qb_element_reach(const QbElement *e, int rank, int64_t reach[3])
{
    int64_t r = (int64_t)e->r, size[3];
    if (qb_element_is_stretched(e)) {
        stretched_reach(e, rank, reach);
        return;
    }
    switch (e->shape) {
    case QB_BALL:
    case QB_CROSS:
        reach[0] = reach[2] = r;
        reach[1] = rank == 3 ? r : 0;
        break;
    case QB_DISK:
        reach[0] = rank == 3 ? 0 : r;
        reach[1] = rank == 3 ? r : 0;
        reach[2] = r;
        break;
    case QB_BOX:
        qb_element_box(e, rank, size);
        for (int a = 0; a < 3; a++)
            reach[a] = size[a] / 2;
        break;
    }
}

int64_t qb_element_half(const QbElement *e, int rank, int64_t dz, int64_t dy)
{
    int64_t reach[3];
    qb_element_reach(e, rank, reach);
    if (dz < -reach[0] || dz > reach[0] || dy < -reach[1] || dy > reach[1])
        return -1;
    int64_t rest = 0;
    switch (e->shape) {
    case QB_BALL:
    case QB_DISK:
        if (qb_element_is_stretched(e))
            return stretched_half(e->along, dz, dy);
        rest = qb_radius_squared(e->r) - dz * dz - dy * dy;
        return rest < 0 ? -1 : whole_root(rest);
    case QB_CROSS:
        if (dz && dy)
            return -1;
        return dz || dy ? 0 : reach[2];
    case QB_BOX:
        break;
    }
    return reach[2];
}

static bool check_box(QbCheck *c, const QbElement *e)
{
    if (e->axes && e->axes != c->in[0]->rank)
        return c->fail(c, 1, NULL,
                       "'box' has %d sizes, expected one for each of the %d axes of the image",
                       e->axes, c->in[0]->rank);
    return true;
}

bool qb_filter_check_element(QbCheck *c, const QbElement *e)
{
    char number[32];
    if (e->shape == QB_BOX && !check_box(c, e))
        return false;
    if (e->shape == QB_BALL && c->in[0]->rank == 2) {
        const char *mend = qb_arena_printf(c->arena, "disk(%s)", qb_number_text(e->r, number));
        return c->fail(c, 1, mend, "'ball' is an element of volumes, the image has 2 axes");
    }
    return qb_filter_check_same(c);
}
