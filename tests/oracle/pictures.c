/* Oracles of what is looked at: outlines, and slices side by side. */
#include "tests/oracle/oracle.h"

#include <math.h>
#include <stdlib.h>

static bool is_inside(const QbOracleImage *m, const int64_t at[3])
{
    for (int a = 0; a < 3; a++)
        if (at[a] < 0 || at[a] >= m->type.n[a])
            return false;
    return true;
}

/* Whether a voxel of another value lies inside the image at most `steps` steps along `axes` away. */
static bool meets_another(const QbOracleImage *m, const int64_t at[3], int steps,
                          const bool axes[3])
{
    int64_t d[3];
    for (d[0] = -steps; d[0] <= steps; d[0]++)
        for (d[1] = -steps; d[1] <= steps; d[1]++)
            for (d[2] = -steps; d[2] <= steps; d[2]++) {
                int64_t to[3], far = 0;
                bool allowed = true;
                for (int a = 0; a < 3; a++) {
                    to[a] = at[a] + d[a];
                    far += llabs(d[a]);
                    allowed = allowed && (d[a] == 0 || axes[a]);
                }
                if (allowed && far <= steps && is_inside(m, to) &&
                    *qb_oracle_at(m, to[0], to[1], to[2]) != *qb_oracle_at(m, at[0], at[1], at[2]))
                    return true;
            }
    return false;
}

QbOracleImage qb_oracle_boundaries(QbArena *a, const QbOracleImage *labels, bool thick)
{
    QbOracleImage out = qb_oracle_like(a, labels, QB_MASK, QB_U8);
    const int64_t *n = labels->type.n;
    int64_t at[3], k = 0;
    for (at[0] = 0; at[0] < n[0]; at[0]++)
        for (at[1] = 0; at[1] < n[1]; at[1]++)
            for (at[2] = 0; at[2] < n[2]; at[2]++, k++)
                out.v[k] = (thick || labels->v[k] != 0) &&
                           meets_another(labels, at, 1, (bool[]){true, true, true});
    return out;
}

static double level(double v, double low, double high)
{
    if (!(high > low) || isinf(high - low) || isnan(v))
        return 0;
    double g = (v - low) * (255 / (high - low));
    return g > 0 ? qb_oracle_store(QB_U8, g) : 0;
}

QbOracleImage qb_oracle_overlay(QbArena *a, const QbOracleImage *m, const QbOracleImage *labels,
                                const QbOracleOverlay *how)
{
    QbOracleImage out = qb_oracle_new(a, m->type);
    const int64_t *n = m->type.n;
    const bool plane[3] = {m->type.rank == 2, m->type.rank == 3, true};
    int64_t at[3], k = 0;
    out.type.kind = QB_PICTURE;
    out.type.pix = QB_U32;
    for (at[0] = 0; at[0] < n[0]; at[0]++)
        for (at[1] = 0; at[1] < n[1]; at[1]++)
            for (at[2] = 0; at[2] < n[2]; at[2]++, k++) {
                out.v[k] = level(m->v[k], how->low, how->high) * (1 + 256 + 65536);
                if (labels->v[k] != 0 && meets_another(labels, at, how->width, plane))
                    out.v[k] = how->colour(labels->v[k]);
            }
    return out;
}

/* Which of n slices is drawn at place k of `deep`. */
static int64_t slice_at(int64_t k, int64_t n, int64_t deep)
{
    int64_t z = (int64_t)floor(((double)k + 0.5) * (double)n / (double)deep);
    return z < n ? z : n - 1;
}

QbOracleImage qb_oracle_ortho(QbArena *a, const QbOracleImage *m, const int64_t at[3],
                              const QbOracleOrtho *how)
{
    const int64_t *n = m->type.n;
    QbType type = m->type;
    type.rank = 2;
    type.n[0] = n[1] + how->gap + how->down;
    type.n[1] = 1;
    type.n[2] = n[2] + how->gap + how->across;
    QbOracleImage out = qb_oracle_new(a, type);
    for (int64_t i = 0; i < type.n[0]; i++)
        for (int64_t x = 0; x < type.n[2]; x++) {
            int64_t below = i - n[1] - how->gap, beside = x - n[2] - how->gap;
            double *v = qb_oracle_at(&out, i, 0, x);
            if (i < n[1] && x < n[2])
                *v = *qb_oracle_at(m, at[0], i, x);
            else if (i < n[1] && beside >= 0)
                *v = *qb_oracle_at(m, slice_at(beside, n[0], how->across), i, at[2]);
            else if (below >= 0 && x < n[2])
                *v = *qb_oracle_at(m, slice_at(below, n[0], how->down), at[1], x);
        }
    return out;
}
