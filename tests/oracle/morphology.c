/* Oracles of morphology: an element is a list of offsets, an erosion looks at all of them.
 * The reference is scipy.ndimage.binary_erosion and binary_dilation with border_value. */
#include "tests/oracle/oracle.h"

#include <math.h>
#include <stdlib.h>

/* squares ≤ r², with r taken as the double that it is. */
static bool is_within(double squares, double r)
{
    double square = r * r, rest = fma(r, r, -square); /* r² = square + rest, exactly */
    return squares < square || (squares == square && rest >= 0);
}

/* As covers, with radii axis by axis; what is known to nine digits is on the surface. */
static bool covers_stretched(const QbElement *e, int rank, const int64_t d[3])
{
    double sum = 0;
    int away = (d[0] != 0) + (d[1] != 0) + (d[2] != 0);
    for (int a = 0; a < 3; a++) {
        if (d[a] && e->along[a] == 0)
            return false;
        sum += d[a] ? ((double)d[a] / e->along[a]) * ((double)d[a] / e->along[a]) : 0;
    }
    if (e->shape == QB_DISK && rank == 3 && d[0])
        return false;
    return sum <= 1 + 1e-9 && (e->shape != QB_CROSS || away <= 1);
}

/* Is the offset (along physical axes) in the element? */
static bool covers(const QbElement *e, int rank, const int64_t d[3])
{
    double squares = (double)(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    int away = (d[0] != 0) + (d[1] != 0) + (d[2] != 0);
    if (rank == 2 && d[1] != 0)
        return false;
    if (qb_element_is_stretched(e))
        return covers_stretched(e, rank, d);
    switch (e->shape) {
    case QB_BALL:
        return is_within(squares, e->r);
    case QB_DISK: /* in the plane of a slice */
        return is_within(squares, e->r) && (rank == 2 || d[0] == 0);
    case QB_CROSS:
        return away <= 1 && is_within(squares, e->r);
    case QB_BOX:
        for (int u = 0; u < rank; u++) {
            int64_t size = e->axes ? e->size[u] : e->size[0];
            if (llabs(d[qb_axis(rank, u)]) > size / 2)
                return false;
        }
        return true;
    }
    return false;
}

QbOracleOffsets qb_oracle_offsets(QbArena *a, const QbElement *e, int rank)
{
    int64_t reach = (int64_t)e->r;
    for (int u = 0; e->shape == QB_BOX && u < 3; u++)
        reach = qb_max64(reach, e->size[u] / 2);
    for (int k = 0; k < 3; k++)
        reach = qb_max64(reach, (int64_t)e->along[k] + 1);
    QbOracleOffsets out = {0};
    out.d = qb_arena_alloc(a, sizeof(*out.d) *
                                  (size_t)((2 * reach + 1) * (2 * reach + 1) * (2 * reach + 1)));
    int64_t d[3];
    for (d[0] = -reach; d[0] <= reach; d[0]++)
        for (d[1] = -reach; d[1] <= reach; d[1]++)
            for (d[2] = -reach; d[2] <= reach; d[2]++)
                if (covers(e, rank, d)) {
                    for (int k = 0; k < 3; k++)
                        out.d[out.n][k] = d[k];
                    out.n++;
                }
    return out;
}

/* One voxel as seen at (at + d): inside the image its value, beyond it `outside`; NaN asks for the mirror. */
static double seen(const QbOracleImage *m, const int64_t at[3], const int64_t d[3], double outside)
{
    int64_t p[3] = {at[0] + d[0], at[1] + d[1], at[2] + d[2]};
    bool is_inside = true;
    for (int k = 0; k < 3; k++)
        is_inside = is_inside && p[k] >= 0 && p[k] < m->type.n[k];
    return is_inside || isnan(outside) ? qb_oracle_mirrored(m, p[0], p[1], p[2]) : outside;
}

static QbOracleImage extremum(QbArena *a, const QbOracleImage *m, const QbOracleOffsets *e,
                              double outside, bool largest)
{
    QbOracleImage out = qb_oracle_like(a, m, m->type.kind, m->type.pix);
    int64_t at[3];
    for (at[0] = 0; at[0] < m->type.n[0]; at[0]++)
        for (at[1] = 0; at[1] < m->type.n[1]; at[1]++)
            for (at[2] = 0; at[2] < m->type.n[2]; at[2]++) {
                double best = largest ? -INFINITY : INFINITY;
                for (int64_t k = 0; k < e->n; k++) {
                    double v = seen(m, at, e->d[k], outside);
                    if (isnan(v) || isnan(best))
                        best = NAN;
                    else if (largest ? v > best : v < best)
                        best = v;
                }
                *qb_oracle_at(&out, at[0], at[1], at[2]) = best;
            }
    return out;
}

QbOracleImage qb_oracle_erode(QbArena *a, const QbOracleImage *m, const QbOracleOffsets *e,
                              double outside)
{
    return extremum(a, m, e, outside, false);
}

QbOracleImage qb_oracle_dilate(QbArena *a, const QbOracleImage *m, const QbOracleOffsets *e,
                               double outside)
{
    return extremum(a, m, e, outside, true);
}

QbOracleImage qb_oracle_extremum(QbArena *a, const QbOracleImage *m, const QbOracleOffsets *e,
                                 bool largest)
{
    return extremum(a, m, e, NAN, largest);
}

QbOracleImage qb_oracle_under(QbArena *a, const QbOracleImage *m, const QbOracleOffsets *e,
                              double outside, bool largest)
{
    return extremum(a, m, e, outside, largest);
}

/* ---- distances, one axis at a time --------------------------------------------------------------------- */

QbOracleImage qb_oracle_marks(QbArena *a, const QbOracleImage *mask, bool target, double none)
{
    QbOracleImage out = qb_oracle_like(a, mask, QB_IMAGE, QB_F64);
    for (int64_t k = 0; k < qb_voxels(&out.type); k++)
        out.v[k] = (mask->v[k] != 0) == target ? 0 : none;
    return out;
}

QbOracleImage qb_oracle_nearest(QbArena *a, const QbOracleImage *m, int axis, double r,
                                const double none_and_outside[2])
{
    QbOracleImage out = qb_oracle_like(a, m, m->type.kind, m->type.pix);
    int64_t at[3];
    for (at[0] = 0; at[0] < m->type.n[0]; at[0]++)
        for (at[1] = 0; at[1] < m->type.n[1]; at[1]++)
            for (at[2] = 0; at[2] < m->type.n[2]; at[2]++) {
                double best = none_and_outside[0];
                for (int64_t j = -(int64_t)r; j <= (int64_t)r; j++) {
                    int64_t d[3] = {0};
                    d[axis] = j;
                    best = fmin(best, seen(m, at, d, none_and_outside[1]) + (double)(j * j));
                }
                *qb_oracle_at(&out, at[0], at[1], at[2]) = best;
            }
    return out;
}

QbOracleImage qb_oracle_within(QbArena *a, const QbOracleImage *m, double r, bool target)
{
    QbOracleImage out = qb_oracle_like(a, m, QB_MASK, QB_U8);
    for (int64_t k = 0; k < qb_voxels(&out.type); k++)
        out.v[k] = is_within(m->v[k], r) == target;
    return out;
}
