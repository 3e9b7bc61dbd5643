/* Ranks of any window, lanes across the row: the answer is built bit by bit from the highest that voxels of the window
 * differ in; a bit is set when no more than `rank` voxels are below the value that it would give. */
#include "stdlib/kernels/filter_rank.h"

#define BLOCK 4 /* vectors whose counts stay in registers */

/* ---- lanes ------------------------------------------------------------------------------------------ */

QB_VEC_INLINE int64_t lane_least(QbLane l)
{
    return INT64_MIN >> (64 - 8 * qb_lane_bytes(l));
}

QB_VEC_INLINE int64_t lane_most(QbLane l)
{
    return INT64_MAX >> (64 - 8 * qb_lane_bytes(l));
}

/* Bits of the largest lane, as unsigned numbers. */
QB_VEC_INLINE int lane_bits(QbLane l, QbVec v)
{
    QbVecU64 u = (QbVecU64)v;
    uint64_t all = 0;
    for (size_t k = 0; k < QB_VEC_BYTES / 8; k++)
        all |= u[k];
    for (size_t half = 32; half >= 8 * qb_lane_bytes(l); half /= 2)
        all |= all >> half;
    if (qb_lane_bytes(l) < 8)
        all &= ((uint64_t)1 << (8 * qb_lane_bytes(l) % 64)) - 1;
    return all ? 64 - __builtin_clzll(all) : 0;
}

/* ---- counting --------------------------------------------------------------------------------------- */

QB_VEC_INLINE const unsigned char *vector_at(const unsigned char *at, int v)
{
    return at + (size_t)v * QB_VEC_BYTES;
}

/* Adds how many of `columns` columns of a row are below the bounds. */
QB_VEC_INLINE void count_columns(QbLane l, const unsigned char *at, int64_t columns,
                                 const QbVec *bound, QbVec *count, int blocks)
{
    for (int64_t j = 0; j < columns; j++, at += qb_lane_bytes(l))
        for (int v = 0; v < blocks; v++)
            count[v] = qb_vec_count_gt(l, count[v], bound[v], qb_vec_load(vector_at(at, v)));
}

/* How many voxels are below the bounds. Counts start at the lane's least value, so that signed comparisons order them. */
QB_VEC_INLINE void count_below(QbLane l, const QbRankStrip *s, size_t x, const QbVec *bound,
                               QbVec *count, int blocks)
{
    for (int v = 0; v < blocks; v++)
        count[v] = qb_vec_splat(l, lane_least(l));
    for (int64_t r = 0; r < s->n_rows; r++)
        count_columns(l, s->row[r] + x, s->size, bound, count, blocks);
}

/* All ones where more than `rank` voxels are below the bounds. */
QB_VEC_INLINE void too_many(QbLane l, const QbRankStrip *s, size_t x, const QbVec *bound,
                            QbVec *mask, int blocks)
{
    QbVec count[BLOCK], most = qb_vec_splat(l, lane_least(l) + s->rank);
    count_below(l, s, x, bound, count, blocks);
    for (int v = 0; v < blocks; v++)
        mask[v] = qb_vec_gt(l, count[v], most);
}

#define FULL 255 /* what a count of one byte holds */

/* Counts of one byte into sums of two: even lanes, odd lanes. */
QB_VEC_INLINE void flush(QbVec *count, QbVec *even, QbVec *odd, int blocks)
{
    for (int v = 0; v < blocks; v++) {
        even[v] = qb_vec_add(QB_LANE_I16, even[v], count[v] & qb_vec_splat(QB_LANE_I16, 255));
        odd[v] = qb_vec_add(QB_LANE_I16, odd[v], (QbVec)((QbVecU16)count[v] >> 8));
        count[v] = (QbVec){0};
    }
}

/* The same for lanes of one byte and windows of more voxels than that counts. */
QB_VEC_INLINE void too_many_wide(const QbRankStrip *s, size_t x, const QbVec *bound, QbVec *mask,
                                 int blocks)
{
    QbVec count[BLOCK], even[BLOCK], odd[BLOCK],
        most = qb_vec_splat(QB_LANE_I16, INT16_MIN + s->rank);
    for (int v = 0; v < blocks; v++) {
        count[v] = (QbVec){0};
        even[v] = odd[v] = qb_vec_splat(QB_LANE_I16, INT16_MIN);
    }
    int64_t held = 0;
    for (int64_t r = 0; r < s->n_rows; r++)
        for (int64_t j = 0; j < s->size; j += FULL) {
            int64_t columns = qb_min64(FULL, s->size - j);
            if (held + columns > FULL) {
                flush(count, even, odd, blocks);
                held = 0;
            }
            count_columns(QB_LANE_I8, s->row[r] + x + j, columns, bound, count, blocks);
            held += columns;
        }
    flush(count, even, odd, blocks);
    for (int v = 0; v < blocks; v++) {
        QbVec low = qb_vec_splat(QB_LANE_I16, 255);
        mask[v] = (qb_vec_gt(QB_LANE_I16, even[v], most) & low) |
                  (qb_vec_gt(QB_LANE_I16, odd[v], most) & ~low);
    }
}

/* ---- bisection -------------------------------------------------------------------------------------- */

/* Smallest and largest key of each window, and how many bits their differences have. */
QB_VEC_INLINE int window_ranges(QbLane l, const QbRankStrip *s, size_t x, QbVec *low, QbVec *high,
                                int blocks)
{
    QbVec wide = {0};
    for (int v = 0; v < blocks; v++)
        low[v] = high[v] = qb_vec_load(vector_at(s->row[0] + x, v));
    for (int64_t r = 0; r < s->n_rows; r++) {
        const unsigned char *at = s->row[r] + x;
        for (int64_t j = 0; j < s->size; j++, at += qb_lane_bytes(l))
            for (int v = 0; v < blocks; v++) {
                QbVec key = qb_vec_load(vector_at(at, v));
                low[v] = qb_vec_min(l, low[v], key);
                high[v] = qb_vec_max(l, high[v], key);
            }
    }
    for (int v = 0; v < blocks; v++)
        wide |= qb_vec_sub(l, high[v], low[v]);
    return lane_bits(l, wide);
}

/* No bound of so many bits may pass the lane's largest value. */
QB_VEC_INLINE void start_below(QbLane l, QbVec *value, int bits, int blocks)
{
    QbVec top = qb_vec_splat(l, bits >= 64 ? INT64_MIN
                                           : lane_most(l) - (int64_t)(((uint64_t)1 << bits) - 1));
    for (int v = 0; v < blocks; v++)
        value[v] = qb_vec_min(l, value[v], top);
}

QB_VEC_INLINE QbVec bit_of(QbLane l, int bit)
{
    return qb_vec_splat(l, (int64_t)((uint64_t)1 << bit));
}

/* Lanes of one and two bytes: `blocks` vectors of outputs from byte x on. */
QB_VEC_INLINE void bisect_at(QbLane l, const QbRankStrip *s, size_t x, bool wide, int blocks)
{
    QbVec value[BLOCK], high[BLOCK], bound[BLOCK], mask[BLOCK];
    int bits;
    if (l == QB_LANE_I8) {
        bits = s->high > s->low ? 64 - __builtin_clzll((unsigned long long)(s->high - s->low)) : 0;
        for (int v = 0; v < blocks; v++)
            value[v] = qb_vec_splat(l, s->low);
    } else {
        bits = window_ranges(l, s, x, value, high, blocks);
    }
    start_below(l, value, bits, blocks);
    while (bits-- > 0) {
        for (int v = 0; v < blocks; v++)
            bound[v] = qb_vec_add(l, value[v], bit_of(l, bits));
        if (wide)
            too_many_wide(s, x, bound, mask, blocks);
        else
            too_many(l, s, x, bound, mask, blocks);
        for (int v = 0; v < blocks; v++)
            value[v] = qb_vec_select(mask[v], value[v], bound[v]);
    }
    for (int v = 0; v < blocks; v++)
        qb_vec_store(s->result + x + (size_t)v * QB_VEC_BYTES, value[v]);
}

/* The smallest keys that are not below `value`. */
QB_VEC_INLINE void least_from(QbLane l, const QbRankStrip *s, size_t x, QbVec *value, int blocks)
{
    QbVec best[BLOCK], most = qb_vec_splat(l, lane_most(l));
    for (int v = 0; v < blocks; v++)
        best[v] = most;
    for (int64_t r = 0; r < s->n_rows; r++) {
        const unsigned char *at = s->row[r] + x;
        for (int64_t j = 0; j < s->size; j++, at += qb_lane_bytes(l))
            for (int v = 0; v < blocks; v++) {
                QbVec key = qb_vec_load(vector_at(at, v));
                best[v] =
                    qb_vec_min(l, best[v], qb_vec_select(qb_vec_gt(l, value[v], key), most, key));
            }
    }
    for (int v = 0; v < blocks; v++)
        value[v] = best[v];
}

/* Lanes of four and eight bytes: long before the last bit, one voxel alone is left between the bounds; it is the answer. */
QB_VEC_INLINE void bisect_long_at(QbLane l, const QbRankStrip *s, size_t x, int blocks)
{
    QbVec value[BLOCK], high[BLOCK], bound[BLOCK], count[BLOCK], below[BLOCK], under[BLOCK];
    QbVec most = qb_vec_splat(l, lane_least(l) + s->rank), one = qb_vec_splat(l, 1),
          many = ~(QbVec){0};
    int bits = window_ranges(l, s, x, value, high, blocks);
    start_below(l, value, bits, blocks);
    for (int v = 0; v < blocks; v++) {
        below[v] = qb_vec_splat(l, lane_least(l));
        under[v] = qb_vec_splat(l, lane_least(l) + s->n_rows * s->size);
    }
    while (bits-- > 0 && qb_vec_any(many)) {
        for (int v = 0; v < blocks; v++)
            bound[v] = qb_vec_add(l, value[v], bit_of(l, bits));
        count_below(l, s, x, bound, count, blocks);
        many = (QbVec){0};
        for (int v = 0; v < blocks; v++) {
            QbVec mask = qb_vec_gt(l, count[v], most);
            value[v] = qb_vec_select(mask, value[v], bound[v]);
            below[v] = qb_vec_select(mask, below[v], count[v]);
            under[v] = qb_vec_select(mask, count[v], under[v]);
            many |= qb_vec_gt(l, qb_vec_sub(l, under[v], below[v]), one);
        }
    }
    if (bits >= 0)
        least_from(l, s, x, value, blocks);
    QbVec infinite = qb_vec_splat(l, qb_nan_key(l, true) - 1);
    for (int v = 0; v < blocks; v++) {
        QbVec is_nan = s->floats ? qb_vec_gt(l, high[v], infinite) : (QbVec){0};
        qb_vec_store(s->result + x + (size_t)v * QB_VEC_BYTES,
                     qb_vec_select(is_nan, high[v], value[v]));
    }
}

QB_VEC_INLINE void bisect(QbLane l, const QbRankStrip *s, bool wide)
{
    size_t x = 0, bytes = (size_t)s->n * qb_lane_bytes(l);
    for (; x + (BLOCK - 1) * QB_VEC_BYTES < bytes; x += BLOCK * QB_VEC_BYTES)
        bisect_at(l, s, x, wide, BLOCK);
    for (; x < bytes; x += QB_VEC_BYTES)
        bisect_at(l, s, x, wide, 1);
}

QB_VEC_INLINE void bisect_long(QbLane l, const QbRankStrip *s)
{
    size_t x = 0, bytes = (size_t)s->n * qb_lane_bytes(l);
    for (; x + (BLOCK - 1) * QB_VEC_BYTES < bytes; x += BLOCK * QB_VEC_BYTES)
        bisect_long_at(l, s, x, BLOCK);
    for (; x < bytes; x += QB_VEC_BYTES)
        bisect_long_at(l, s, x, 1);
}

void QB_CPU_NAME(qb_rank_bisect)(const QbRankStrip *s)
{
    if (s->bytes == 8)
        bisect_long(QB_LANE_I64, s);
    else if (s->bytes == 4)
        bisect_long(QB_LANE_I32, s);
    else if (s->bytes == 2)
        bisect(QB_LANE_I16, s, false);
    else if (s->n_rows * s->size > FULL)
        bisect(QB_LANE_I8, s, true);
    else
        bisect(QB_LANE_I8, s, false);
}
