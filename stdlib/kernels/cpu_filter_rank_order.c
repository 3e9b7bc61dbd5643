/* Ranks of large windows of any type, at a cost that hardly grows with the window. The voxels of a block are sorted once, and each
 * is known by its place in that order: a window is a set of bits, one for each voxel of the block. Windows of QB_ORDER_LANES
 * neighbours lie side by side, so that a voxel enters or leaves all that hold it in one step; as they move along the row, each
 * keeps the words that its rank falls into and how many of its voxels are before them. */
#include "stdlib/kernels/bits.h"
#include "stdlib/kernels/filter_rank.h"

#define LINE_BYTES (QB_ORDER_LANES * sizeof(uint32_t))
#define PARTS      (LINE_BYTES / QB_VEC_BYTES)
#define DIGITS     4 /* of half a pair */
#define GROUP_BITS (QB_ORDER_GROUP * QB_ORDER_WORD)

/* One word of each lane. */
typedef struct Line {
    QbVec part[PARTS];
} Line;

/* ---- sorting ---------------------------------------------------------------------------------------- */

/* Sorts pairs by their upper half, those of equal halves stay in order: digit by digit, but for those that all share. */
static void sort_pairs(QbRankOrder *o)
{
    uint32_t count[DIGITS][256] = {{0}};
    for (int64_t k = 0; k < o->n; k++)
        for (int d = 0; d < DIGITS; d++)
            count[d][o->pair[k] >> (32 + 8 * d) & 255]++;
    for (int d = 0; d < DIGITS; d++) {
        uint32_t start = 0;
        if (count[d][o->pair[0] >> (32 + 8 * d) & 255] == (uint64_t)o->n)
            continue;
        for (int v = 0; v < 256; v++) {
            uint32_t n = count[d][v];
            count[d][v] = start;
            start += n;
        }
        for (int64_t k = 0; k < o->n; k++)
            o->spare[count[d][o->pair[k] >> (32 + 8 * d) & 255]++] = o->pair[k];
        uint64_t *sorted = o->spare;
        o->spare = o->pair;
        o->pair = sorted;
    }
}

/* Adds a row of keys, at places (u, v) of the block; those of eight bytes are sorted by their lower halves first. */
void QB_CPU_NAME(qb_rank_order_take)(QbRankOrder *o, const void *row, int64_t u, int64_t v)
{
    int64_t step = o->in[0] * o->in[1];
    uint64_t *pair = o->pair + o->n, place = (uint64_t)(v * o->in[0] + u);
    for (int64_t x = 0; x < o->in[2]; x++, place += (uint64_t)step) {
        uint64_t key;
        if (o->bytes == 1)
            key = ((const uint8_t *)row)[x];
        else if (o->bytes == 2)
            key = ((const uint16_t *)row)[x];
        else if (o->bytes == 4)
            key = ((const uint32_t *)row)[x] ^ (uint32_t)o->flip;
        else
            key = o->wide[place] = ((const uint64_t *)row)[x] ^ o->flip;
        pair[x] = key << 32 | place;
    }
    o->n += o->in[2];
}

static uint64_t key_at(const QbRankOrder *o, int64_t rank)
{
    return o->bytes == 8 ? o->wide[(uint32_t)o->pair[rank]] : o->pair[rank] >> 32;
}

void QB_CPU_NAME(qb_rank_order_sort)(QbRankOrder *o)
{
    sort_pairs(o);
    if (o->bytes == 8) {
        for (int64_t k = 0; k < o->n; k++) {
            uint64_t place = (uint32_t)o->pair[k];
            o->pair[k] = o->wide[place] >> 32 << 32 | place;
        }
        sort_pairs(o);
    }
    for (int64_t k = 0; k < o->n; k++)
        o->ranks[(uint32_t)o->pair[k]] = (uint32_t)k;
    uint64_t nan = o->bytes == 8 ? UINT64_MAX : UINT32_MAX;
    o->first_nan = o->n;
    while (o->floats && o->first_nan > 0 && key_at(o, o->first_nan - 1) == nan)
        o->first_nan--;
    for (int i = 0; i < QB_ORDER_LANES; i++)
        o->group[i] =
            (uint32_t)(o->n / GROUP_BITS * o->rank / (o->size[0] * o->size[1] * o->size[2]));
}

/* Lanes run along the first axis, then along the second: of each place along an axis, those whose windows hold it. */
void QB_CPU_NAME(qb_rank_order_masks)(QbRankOrder *o)
{
    uint32_t *mask = o->masks;
    for (int a = 0; a < 2; a++)
        for (int64_t j = 0; j < o->size[a] + o->lanes[a] - 1; j++)
            for (int i = 0; i < QB_ORDER_LANES; i++) {
                int64_t at = a == 0 ? i % o->lanes[0] : i / o->lanes[0];
                *mask++ = at <= j && j < at + o->size[a] ? UINT32_MAX : 0;
            }
}

/* ---- moving ----------------------------------------------------------------------------------------- */

/* The windows of some lanes: their bits, and the voxels before each lane's group of words. */
typedef struct Sweep {
    Line *bits;
    const Line *mask[2]; /* of places along each axis */
    int64_t places[2];   /* of one column */
    Line group, below, nans;
    Line left; /* of those counted in `below`, while a column moves */
} Sweep;

/* Which lanes a voxel is in. */
typedef enum Which {
    ALL,
    ALONG, /* the mask of its place along the first axis */
    BOTH   /* … and that of its row */
} Which;

/* A voxel enters or leaves lanes; in `count` those whose group is beyond it count it. */
QB_VEC_INLINE void toggle(const Sweep *s, uint32_t rank, const Line *along, const Line *row,
                          Which which, Line *count)
{
    Line *line = s->bits + rank / QB_ORDER_WORD;
    QbVec bit = qb_vec_splat(QB_LANE_I32, (int64_t)1 << rank % QB_ORDER_WORD),
          at = qb_vec_splat(QB_LANE_I32, rank / GROUP_BITS);
    for (size_t k = 0; k < PARTS; k++) {
        QbVec group = s->group.part[k], in = bit;
        if (which != ALL) {
            QbVec mask = which == BOTH ? along->part[k] & row->part[k] : along->part[k];
            in &= mask;
            group &= mask; /* no group is before the first */
        }
        line->part[k] ^= in;
        count->part[k] = qb_vec_count_gt(QB_LANE_I32, count->part[k], group, at);
    }
}

/* Places [j, end) of a row of a column, and of one that leaves where there is one. */
QB_VEC_INLINE void move_places(Sweep *s, const uint32_t *add, const uint32_t *drop, int64_t j,
                               int64_t end, const Line *row, Which which)
{
    for (; j < end; j++) {
        if (drop)
            toggle(s, drop[j], s->mask[0] + j, row, which, &s->left);
        toggle(s, add[j], s->mask[0] + j, row, which, &s->below);
    }
}

static void count_nans(const QbRankOrder *o, Sweep *s, const uint32_t *ranks, int64_t v, int sign)
{
    for (int64_t j = 0; j < s->places[0]; j++)
        for (size_t k = 0; k < PARTS && ranks[v * o->in[0] + j] >= o->first_nan; k++) {
            QbVec mask = s->mask[0][j].part[k] & s->mask[1][v].part[k],
                  one = qb_vec_splat(QB_LANE_I32, sign);
            s->nans.part[k] = qb_vec_add(QB_LANE_I32, s->nans.part[k], mask & one);
        }
}

/* A column of all rows of the windows enters, and one leaves where there is one. */
QB_VEC_INLINE void move_column(const QbRankOrder *o, Sweep *s, const uint32_t *add,
                               const uint32_t *drop, bool drops)
{
    int64_t head = qb_min64(o->lanes[0] - 1, s->places[0]), all = qb_max64(head, o->size[0]);
    Sweep local = *s; /* in registers */
    local.left = (Line){0};
    for (int64_t v = 0; v < s->places[1]; v++) {
        const uint32_t *in = add + v * o->in[0], *out = drops ? drop + v * o->in[0] : NULL;
        const Line row = s->mask[1][v];
        if (v >= o->lanes[1] - 1 && v < o->size[1]) {
            move_places(&local, in, out, 0, head, NULL, ALONG);
            move_places(&local, in, out, head, all, NULL, ALL);
            move_places(&local, in, out, all, s->places[0], NULL, ALONG);
        } else {
            move_places(&local, in, out, 0, s->places[0], &row, BOTH);
        }
    }
    for (size_t k = 0; k < PARTS && drops; k++)
        local.below.part[k] = qb_vec_sub(QB_LANE_I32, local.below.part[k], local.left.part[k]);
    *s = local;
    for (int64_t v = 0; v < s->places[1] && o->first_nan < o->n; v++) {
        count_nans(o, s, add, v, 1);
        if (drops)
            count_nans(o, s, drop, v, -1);
    }
}

/* ---- finding ---------------------------------------------------------------------------------------- */

/* The place of the k-th bit that is set, from 0. */
QB_VEC_INLINE int bit_place(uint32_t word, int k)
{
#ifdef __BMI2__
    return __builtin_ctz(_pdep_u32((uint32_t)1 << k, word));
#else
    int place = 0;
    for (int half = QB_ORDER_WORD / 2; half > 0; half /= 2) {
        int n = (int)qb_count_bits(word & (((uint32_t)1 << half) - 1)), above = -(k >= n);
        k -= n & above;
        place += half & above;
        word >>= half & above;
    }
    return place;
#endif
}

/* Voxels of a lane in the group of words that starts there: of the first word, of the first two, … */
QB_VEC_INLINE int count_group(const uint32_t *bits, int sum[QB_ORDER_GROUP])
{
    int n = 0;
    for (int j = 0; j < QB_ORDER_GROUP; j++)
        sum[j] = n += (int)qb_count_bits(bits[j * QB_ORDER_LANES]);
    return n;
}

/* The rank, in the block, of the voxel that a lane's window is asked for. */
QB_VEC_INLINE int64_t find_lane(const uint32_t *bits, uint32_t *group, uint32_t *below, int rank)
{
    const uint32_t *at = bits + (int64_t)*group * QB_ORDER_GROUP * QB_ORDER_LANES;
    int n = (int)*below, sum[QB_ORDER_GROUP], word = 0, before = 0, here;
    while (n > rank) {
        at -= QB_ORDER_GROUP * QB_ORDER_LANES;
        n -= count_group(at, sum);
    }
    while (n + (here = count_group(at, sum)) <= rank) {
        n += here;
        at += QB_ORDER_GROUP * QB_ORDER_LANES;
    }
    /* Without branches: what they would do is anyone's guess. */
    for (int j = 0; j < QB_ORDER_GROUP - 1; j++) {
        int above = -(n + sum[j] <= rank);
        word -= above;
        before = (sum[j] & above) | (before & ~above);
    }
    int64_t first = (at - bits) / QB_ORDER_LANES;
    *group = (uint32_t)(first / QB_ORDER_GROUP);
    *below = (uint32_t)n;
    return (first + word) * QB_ORDER_WORD + bit_place(at[word * QB_ORDER_LANES], rank - n - before);
}

QB_VEC_INLINE void put_key(const QbRankOrder *o, int64_t lane, int64_t x, uint64_t key)
{
    unsigned char *row = o->result + (size_t)lane * o->pitch;
    if (o->bytes == 1)
        ((uint8_t *)row)[x] = (uint8_t)key;
    else if (o->bytes == 2)
        ((uint16_t *)row)[x] = (uint16_t)key;
    else if (o->bytes == 4)
        ((uint32_t *)row)[x] = (uint32_t)(key ^ o->flip);
    else
        ((uint64_t *)row)[x] = key ^ o->flip;
}

static void find_lanes(const QbRankOrder *o, Sweep *s, const int64_t lanes[2], int64_t x)
{
    uint32_t group[QB_ORDER_LANES], below[QB_ORDER_LANES], nans[QB_ORDER_LANES];
    memcpy(group, &s->group, sizeof(group));
    memcpy(below, &s->below, sizeof(below));
    memcpy(nans, &s->nans, sizeof(nans));
    for (int64_t v = 0; v < lanes[1]; v++)
        for (int64_t i = v * o->lanes[0]; i < v * o->lanes[0] + lanes[0]; i++) {
            int64_t rank =
                find_lane((const uint32_t *)s->bits + i, &group[i], &below[i], (int)o->rank);
            put_key(o, i, x, nans[i] ? UINT64_MAX : key_at(o, rank));
        }
    memcpy(&s->group, group, sizeof(group));
    memcpy(&s->below, below, sizeof(below));
}

void QB_CPU_NAME(qb_rank_order_sweep)(QbRankOrder *o, int64_t u, int64_t v, const int64_t lanes[2])
{
    Sweep s = {.bits = o->bits};
    for (int a = 0; a < 2; a++)
        s.places[a] = o->size[a] + lanes[a] - 1;
    s.mask[0] = (const Line *)o->masks;
    s.mask[1] = s.mask[0] + o->size[0] + o->lanes[0] - 1;
    int64_t column = o->in[0] * o->in[1];
    const uint32_t *ranks = o->ranks + v * o->in[0] + u;
    memset(s.bits, 0, (size_t)(o->n / GROUP_BITS + 1) * QB_ORDER_GROUP * LINE_BYTES);
    memcpy(&s.group, o->group, sizeof(s.group));
    for (int64_t x = 0; x < o->size[2]; x++)
        move_column(o, &s, ranks + x * column, NULL, false);
    find_lanes(o, &s, lanes, 0);
    memcpy(o->group, &s.group, sizeof(s.group));
    for (int64_t x = 1; x <= o->in[2] - o->size[2]; x++) {
        move_column(o, &s, ranks + (x + o->size[2] - 1) * column, ranks + (x - 1) * column, true);
        find_lanes(o, &s, lanes, x);
    }
}
