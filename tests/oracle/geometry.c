/* Oracles of the operators that move voxels about. The references are numpy's basic indexing and
 * skimage.util.montage. */
#include "tests/oracle/oracle.h"

QbOracleSlice qb_oracle_slice(int64_t n, const int64_t *start, const int64_t *stop, int64_t step)
{
    int64_t least = step > 0 ? 0 : -1, most = step > 0 ? n : n - 1;
    int64_t from = start ? *start < 0 ? *start + n : *start : step > 0 ? 0 : n - 1;
    int64_t to = stop ? *stop < 0 ? *stop + n : *stop : step > 0 ? n : -1;
    from = qb_clamp64(from, least, most);
    to = qb_clamp64(to, least, most);
    QbOracleSlice s = {.start = from, .step = step};
    for (int64_t i = from; step > 0 ? i < to : i > to; i += step)
        s.count++;
    return s;
}

QbOracleImage qb_oracle_index(QbArena *a, const QbOracleImage *m, const QbOracleSlice slice[3])
{
    QbType type = m->type;
    int64_t left[3];
    int n_left = 0;
    for (int u = 0; u < m->type.rank; u++) {
        const QbOracleSlice *s = &slice[qb_axis(m->type.rank, u)];
        if (!s->drop)
            left[n_left++] = s->count;
    }
    type.rank = n_left;
    for (int k = 0; k < 3; k++)
        type.n[k] = 1;
    for (int u = 0; u < n_left; u++)
        type.n[qb_axis(n_left, u)] = left[u];
    QbOracleImage out = qb_oracle_new(a, type);
    int64_t k = 0; /* dropping axes does not change the raster order of what is left */
    int64_t i[3], count[3];
    for (int p = 0; p < 3; p++)
        count[p] = slice[p].drop ? 1 : slice[p].count;
    for (i[0] = 0; i[0] < count[0]; i[0]++)
        for (i[1] = 0; i[1] < count[1]; i[1]++)
            for (i[2] = 0; i[2] < count[2]; i[2]++)
                out.v[k++] = *qb_oracle_at(m, slice[0].start + i[0] * slice[0].step,
                                           slice[1].start + i[1] * slice[1].step,
                                           slice[2].start + i[2] * slice[2].step);
    return out;
}

QbOracleImage qb_oracle_montage(QbArena *a, const QbOracleImage *m, int64_t columns)
{
    const int64_t *n = m->type.n;
    int64_t rows = (n[0] + columns - 1) / columns;
    QbType type = m->type;
    type.rank = 2;
    type.n[0] = rows * n[1];
    type.n[1] = 1;
    type.n[2] = columns * n[2];
    QbOracleImage out = qb_oracle_new(a, type);
    for (int64_t z = 0; z < n[0]; z++)
        for (int64_t y = 0; y < n[1]; y++)
            for (int64_t x = 0; x < n[2]; x++)
                *qb_oracle_at(&out, z / columns * n[1] + y, 0, z % columns * n[2] + x) =
                    *qb_oracle_at(m, z, y, x);
    return out;
}
