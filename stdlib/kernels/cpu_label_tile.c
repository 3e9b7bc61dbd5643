/* Labels one tile: mask bytes become bits, bits become runs of beams, runs that touch are united, components are
 * numbered in the raster order of their first voxels and counted. Knows nothing beyond the tile. */
#include "stdlib/kernels/label_join.h"

#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#define NO_COMP UINT32_MAX

/* 64 mask bytes, 0 or 1, as bits. */
static inline uint64_t pack64(const uint8_t *p)
{
#if defined(__AVX512BW__)
    __m512i v = _mm512_loadu_si512(p);
    return _mm512_test_epi8_mask(v, v);
#elif defined(__AVX2__)
    __m256i a = _mm256_slli_epi16(_mm256_loadu_si256((const __m256i *)p), 7);
    __m256i b = _mm256_slli_epi16(_mm256_loadu_si256((const __m256i *)(p + 32)), 7);
    return (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
#elif defined(__SSE2__)
    uint64_t bits = 0;
    for (int k = 0; k < 4; k++) {
        __m128i v = _mm_slli_epi16(_mm_loadu_si128((const __m128i *)(p + 16 * k)), 7);
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(v) << (16 * k);
    }
    return bits;
#else
    uint64_t bits = 0;
    for (int k = 0; k < 64; k++)
        bits |= (uint64_t)(p[k] & 1) << k;
    return bits;
#endif
}

static void pack_row(const uint8_t *row, int64_t n, uint64_t *bits)
{
    int64_t full = n / 64;
    for (int64_t w = 0; w < full; w++)
        bits[w] = pack64(row + 64 * w);
    if (n % 64) {
        uint8_t tail[64] = {0};
        memcpy(tail, row + 64 * full, (size_t)(n % 64));
        bits[full++] = pack64(tail);
    }
    bits[full] = 0;
}

/* The rows of a beam, four at most; those beyond the tile's edge repeat the last one. */
typedef struct Rows {
    const uint64_t *r[2][2];
    int ni, ny; /* how many there are */
} Rows;

static inline Rows beam_rows(const QbLabelTile *t, int64_t bz, int64_t by)
{
    Rows rows = {.ni = 1, .ny = 1};
    int64_t i = bz * t->beams.bz, y = by * t->beams.by;
    if (t->beams.bz == 2 && i + 1 < t->ni)
        rows.ni = 2;
    if (t->beams.by == 2 && y + 1 < t->ny)
        rows.ny = 2;
    for (int a = 0; a < 2; a++) {
        for (int b = 0; b < 2; b++)
            rows.r[a][b] = qb_label_bits(t, i + (a < rows.ni ? a : 0), y + (b < rows.ny ? b : 0));
    }
    return rows;
}

/* Marks where the runs of the OR of a beam's rows begin; returns how many there are. */
static uint32_t find_heads(const Rows *rows, int64_t words, uint64_t *heads)
{
    const uint64_t *a = rows->r[0][0], *b = rows->r[0][1], *c = rows->r[1][0], *d = rows->r[1][1];
    uint64_t carry = 0;
    uint32_t n = 0;
    for (int64_t w = 0; w < words; w++) {
        uint64_t v = a[w] | b[w] | c[w] | d[w];
        heads[w] = v & ~(v << 1 | carry);
        carry = v >> 63;
        n += qb_count_bits(heads[w]);
    }
    heads[words] = 0;
    return n;
}

static inline bool is_empty(const QbLabelTile *t, int64_t beam)
{
    return t->start[beam] == t->start[beam + 1];
}

static inline QbSide side(const QbLabelTile *t, int64_t beam, const uint64_t *a, const uint64_t *b)
{
    return (QbSide){qb_label_heads(t, beam), a, b, NULL, t->start[beam]};
}

/* Joins a beam to the beams before it: in its own layer, and the three of the layer below. */
static inline __attribute__((always_inline)) void join_beam(const QbLabelTile *t, int64_t bz,
                                                            int64_t by, const Rows *rows,
                                                            const QbBeams *k)
{
    int64_t beam = bz * t->nby + by, below = beam - t->nby, words = t->pitch - 1;
    const uint64_t *const(*r)[2] = rows->r;
    if (is_empty(t, beam))
        return;
    if (by > 0 && !is_empty(t, beam - 1)) {
        Rows o = beam_rows(t, bz, by - 1);
        QbSide p = side(t, beam, r[0][0], r[1][0]), q = side(t, beam - 1, o.r[0][1], o.r[1][1]);
        join_sides(t->link, &p, &q, words, k->reach_y, false);
    }
    if (bz == 0)
        return;
    if (!is_empty(t, below)) {
        Rows o = beam_rows(t, bz - 1, by);
        QbSide p = side(t, beam, r[0][0], r[0][1]), q = side(t, below, o.r[1][0], o.r[1][1]);
        join_sides(t->link, &p, &q, words, k->reach_z, false);
    }
    if (k->reach_diag < 0)
        return;
    if (by > 0 && !is_empty(t, below - 1)) {
        Rows o = beam_rows(t, bz - 1, by - 1);
        QbSide p = side(t, beam, r[0][0], r[0][0]), q = side(t, below - 1, o.r[1][1], o.r[1][1]);
        join_sides(t->link, &p, &q, words, k->reach_diag, false);
    }
    if (by + 1 < t->nby && !is_empty(t, below + 1)) {
        Rows o = beam_rows(t, bz - 1, by + 1);
        QbSide p = side(t, beam, r[0][1], r[0][1]), q = side(t, below + 1, o.r[1][0], o.r[1][0]);
        join_sides(t->link, &p, &q, words, k->reach_diag, false);
    }
}

/* One copy for each connectivity, with its reach known. */
static void join_beam_before(const QbLabelTile *t, int64_t bz, int64_t by, const Rows *rows)
{
    static const QbBeams full = {.reach_y = 1, .reach_z = 1, .reach_diag = 1};
    static const QbBeams edges = {.reach_y = 1, .reach_z = 1, .reach_diag = 0};
    static const QbBeams faces = {.reach_y = 0, .reach_z = 0, .reach_diag = -1};
    if (!t->beams.solid)
        join_beam(t, bz, by, rows, &full);
    else if (t->beams.reach_y)
        join_beam(t, bz, by, rows, &edges);
    else
        join_beam(t, bz, by, rows, &faces);
}

/* ---- components --------------------------------------------------------------------------------------- */

/* Parents of runs [from, to) become roots, those of the runs before are; returns how many of them are roots. */
static uint32_t flatten(const QbLabelTile *t, uint32_t from, uint32_t to)
{
    uint32_t n_roots = 0;
    for (uint32_t k = from; k < to; k++) {
        n_roots += t->link[k] == k;
        t->link[k] = t->link[t->link[k]];
        t->comp[k] = NO_COMP;
    }
    return n_roots;
}

/* Roots from `from` on get the numbers from n on in the order in which this row meets their sets; returns the next number. */
static uint32_t number_row(const QbLabelTile *t, int64_t i, int64_t y, uint32_t from, uint32_t n)
{
    int64_t beam = i / t->beams.bz * t->nby + y / t->beams.by;
    const uint64_t *row = qb_label_bits(t, i, y), *heads = qb_label_heads(t, beam);
    uint32_t run = t->start[beam] - 1;
    if (is_empty(t, beam))
        return n;
    for (int64_t w = 0; w < t->pitch - 1; w++) {
        for (uint64_t f = lowest_of_each(row[w], heads[w] | 1); f; f &= f - 1) {
            uint32_t root = t->link[run + qb_count_bits(heads[w] & up_to_lowest(f))];
            if (root >= from && t->comp[root] == NO_COMP)
                t->comp[root] = n++;
        }
        run += qb_count_bits(heads[w]);
    }
    return n;
}

/* Components are in the raster order of their first voxels although a beam holds runs of several rows: the roots of a layer of beams
 * get their numbers row by row, and no set has a voxel before its root's layer. */
static void number_roots(const QbLabelTile *t)
{
    uint32_t n = 0;
    for (int64_t bz = 0; bz < t->nbz; bz++) {
        uint32_t from = t->start[bz * t->nby], to = t->start[(bz + 1) * t->nby];
        uint32_t end = n + flatten(t, from, to);
        for (int64_t i = bz * t->beams.bz; i < qb_min64((bz + 1) * t->beams.bz, t->ni); i++) {
            t->first[i] = n;
            for (int64_t y = 0; y < t->ny && n < end; y++)
                n = number_row(t, i, y, from, n);
        }
        for (uint32_t k = from; k < to; k++)
            t->comp[k] = t->comp[t->link[k]];
    }
    t->first[t->ni] = n;
    *t->n_comps = n;
}

/* Bits of a word of n_rows rows, in the columns of a mask. */
static inline __attribute__((always_inline)) uint32_t count_column(const uint64_t v[4], int n_rows,
                                                                   uint64_t mask)
{
    uint32_t n = 0;
    for (int r = 0; r < n_rows; r++)
        n += qb_count_bits(v[r] & mask);
    return n;
}

/* Voxels between two heads belong to the run that begins at the first one: nothing lies between runs. */
static inline __attribute__((always_inline)) void count_beam(const QbLabelTile *t, int64_t beam,
                                                             const uint64_t *const *row, int n_rows)
{
    const uint64_t *heads = qb_label_heads(t, beam);
    const uint32_t *comp = &t->comp[t->start[beam]];
    uint32_t none = 0, *to = &none, n = 0; /* of the run at hand, without those of this word */
    for (int64_t w = 0; w < t->pitch - 1; w++) {
        uint64_t v[4];
        for (int r = 0; r < n_rows; r++)
            v[r] = row[r][w];
        for (uint64_t f = heads[w]; f; f &= f - 1) {
            uint32_t before = count_column(v, n_rows, up_to_lowest(f) >> 1);
            *to += n + before;
            n = 0 - before;
            to = &t->voxels[*comp++];
        }
        n += count_column(v, n_rows, ~UINT64_C(0));
    }
    *to += n;
}

static void count_voxels(const QbLabelTile *t)
{
    memset(t->voxels, 0, *t->n_comps * sizeof(*t->voxels));
    for (int64_t beam = 0; beam < t->nbz * t->nby; beam++) {
        if (is_empty(t, beam))
            continue;
        Rows rows = beam_rows(t, beam / t->nby, beam % t->nby);
        const uint64_t *row[4];
        int n = rows.ni * rows.ny;
        for (int r = 0; r < n; r++)
            row[r] = rows.r[r / rows.ny][r % rows.ny];
        if (n == 4)
            count_beam(t, beam, row, 4);
        else if (n == 2)
            count_beam(t, beam, row, 2);
        else
            count_beam(t, beam, row, 1);
    }
}

void QB_CPU_NAME(qb_label_tile)(const QbLabelTile *t, const uint8_t *const *row)
{
    uint32_t n = 0;
    for (int64_t bz = 0; bz < t->nbz; bz++) {
        for (int64_t by = 0; by < t->nby; by++) {
            Rows rows = beam_rows(t, bz, by);
            for (int a = 0; a < rows.ni; a++) {
                for (int b = 0; b < rows.ny; b++) {
                    int64_t r = (bz * t->beams.bz + a) * t->ny + by * t->beams.by + b;
                    pack_row(row[r], t->nx, t->bits + r * t->pitch);
                }
            }
            int64_t beam = bz * t->nby + by;
            uint32_t end = n + find_heads(&rows, t->pitch - 1, qb_label_heads(t, beam));
            t->start[beam] = n;
            t->start[beam + 1] = end;
            for (; n < end; n++)
                t->link[n] = n;
            join_beam_before(t, bz, by, &rows);
        }
    }
    *t->n_runs = n;
    number_roots(t);
    count_voxels(t);
}
