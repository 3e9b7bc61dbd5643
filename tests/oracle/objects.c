/* Oracles of labelling: flood fill in raster order, one stack, no union-find. The reference is scipy.ndimage.label,
 * whose numbering is the raster order of first voxels too. */
#include "tests/oracle/oracle.h"

#include <stdlib.h>

/* Neighbours that differ along `away` axes are joined from these connectivities on. */
static bool joins(int connectivity, int rank, int away)
{
    if (connectivity == 0)
        return true;
    if (rank == 2)
        return away == 1 || connectivity == 8;
    return away == 1 || (away == 2 && connectivity >= 18) || connectivity == 26;
}

static void flood(QbOracleImage *out, const QbOracleImage *mask, int64_t (*stack)[3],
                  int connectivity, double label)
{
    for (int64_t n = 1; n > 0;) {
        n--;
        int64_t at[3] = {stack[n][0], stack[n][1], stack[n][2]};
        for (int64_t k = 0; k < 27; k++) {
            int64_t d[3] = {k / 9 - 1, k / 3 % 3 - 1, k % 3 - 1};
            int64_t p[3] = {at[0] + d[0], at[1] + d[1], at[2] + d[2]};
            int away = (d[0] != 0) + (d[1] != 0) + (d[2] != 0);
            bool is_inside = true;
            for (int j = 0; j < 3; j++)
                is_inside = is_inside && p[j] >= 0 && p[j] < mask->type.n[j];
            if (!is_inside || !joins(connectivity, mask->type.rank, away))
                continue;
            double *to = qb_oracle_at(out, p[0], p[1], p[2]);
            if (*to != 0 || *qb_oracle_at(mask, p[0], p[1], p[2]) == 0)
                continue;
            *to = label;
            for (int j = 0; j < 3; j++)
                stack[n][j] = p[j];
            n++;
        }
    }
}

QbOracleImage qb_oracle_label(QbArena *a, const QbOracleImage *mask, int connectivity)
{
    QbOracleImage out = qb_oracle_like(a, mask, QB_LABELS, QB_U32);
    int64_t(*stack)[3] = qb_arena_alloc(a, sizeof(*stack) * (size_t)(qb_voxels(&mask->type) + 1));
    double label = 0;
    int64_t at[3];
    for (at[0] = 0; at[0] < mask->type.n[0]; at[0]++)
        for (at[1] = 0; at[1] < mask->type.n[1]; at[1]++)
            for (at[2] = 0; at[2] < mask->type.n[2]; at[2]++) {
                double *to = qb_oracle_at(&out, at[0], at[1], at[2]);
                if (*to != 0 || *qb_oracle_at(mask, at[0], at[1], at[2]) == 0)
                    continue;
                *to = ++label;
                for (int j = 0; j < 3; j++)
                    stack[0][j] = at[j];
                flood(&out, mask, stack, connectivity, label);
            }
    return out;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

QbOracleTable qb_oracle_count(QbArena *a, const QbOracleImage *labels)
{
    int64_t n = qb_voxels(&labels->type);
    double *sorted = qb_arena_memdup(a, labels->v, sizeof(double) * (size_t)n);
    qsort(sorted, (size_t)n, sizeof(double), ascending);
    QbOracleTable t = {.n_columns = 2, .v = QB_NEW_N(a, double, 2 * n + 2)};
    for (int64_t k = 0; k < n; k++) {
        if (sorted[k] == 0)
            continue;
        if (k == 0 || sorted[k] != sorted[k - 1])
            t.v[2 * t.n_rows++] = sorted[k];
        t.v[2 * t.n_rows - 1] += 1;
    }
    return t;
}
