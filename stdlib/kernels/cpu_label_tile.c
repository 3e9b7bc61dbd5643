/* Labels one tile: mask bytes become bits, bits become runs of beams, runs that touch are united, components are
 * numbered in the raster order of their first voxels. Knows nothing beyond the tile. */
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
    bits[-1] = 0;
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

/* The runs of the OR of a beam's rows, from run[n] on; returns the new count. */
static uint32_t find_runs(const QbLabelTile *t, const Rows *rows, uint32_t n)
{
    int64_t words = t->pitch - 2;
    const uint64_t *a = rows->r[0][0], *b = rows->r[0][1], *c = rows->r[1][0], *d = rows->r[1][1];
    uint32_t *p = &t->run[n].x0;
    int step = 1; /* x0, x1 of one run, then over its component */
    uint64_t carry = 0;
    for (int64_t w = 0; w < words; w++) {
        uint64_t v = a[w] | b[w] | c[w] | d[w];
        uint64_t edges = v ^ (v << 1 | carry);
        carry = v >> 63;
        while (edges) {
            *p = (uint32_t)(64 * w + __builtin_ctzll(edges));
            edges &= edges - 1;
            p += step;
            step = 3 - step;
        }
    }
    if (carry && t->nx % 64 == 0)
        *p++ = (uint32_t)t->nx;
    uint32_t end = n;
    while (&t->run[end].x0 < p) {
        t->run[end].comp = NO_COMP;
        t->link[end] = end;
        end++;
    }
    return end;
}

static inline QbSide side(const QbLabelTile *t, int64_t beam, const uint64_t *a, const uint64_t *b)
{
    uint32_t from = t->start[beam];
    return (QbSide){&t->run[from], t->start[beam + 1] - from, from, a, b};
}

/* Joins a beam to the beams before it: in its own layer, and the three of the layer below. */
static inline __attribute__((always_inline)) void join_beam(const QbLabelTile *t, int64_t bz,
                                                            int64_t by, const Rows *rows,
                                                            bool solid)
{
    const QbBeams *k = &t->beams;
    int64_t beam = bz * t->nby + by;
    QbSide p = side(t, beam, NULL, NULL);
    if (p.n == 0)
        return;
    if (by > 0) {
        Rows o = beam_rows(t, bz, by - 1);
        QbSide q = side(t, beam - 1, o.r[0][1], o.r[1][1]);
        p.a = rows->r[0][0];
        p.b = rows->r[1][0];
        join_sides(t->link, &p, &q, (uint32_t)k->reach_y, solid, false);
    }
    if (bz == 0)
        return;
    Rows o = beam_rows(t, bz - 1, by);
    QbSide q = side(t, beam - t->nby, o.r[1][0], o.r[1][1]);
    p.a = rows->r[0][0];
    p.b = rows->r[0][1];
    join_sides(t->link, &p, &q, (uint32_t)k->reach_z, solid, false);
    if (k->reach_diag < 0)
        return;
    if (by > 0) {
        o = beam_rows(t, bz - 1, by - 1);
        q = side(t, beam - t->nby - 1, o.r[1][1], o.r[1][1]);
        p.a = p.b = rows->r[0][0];
        join_sides(t->link, &p, &q, (uint32_t)k->reach_diag, solid, false);
    }
    if (by + 1 < t->nby) {
        o = beam_rows(t, bz - 1, by + 1);
        q = side(t, beam - t->nby + 1, o.r[1][0], o.r[1][0]);
        p.a = p.b = rows->r[0][1];
        join_sides(t->link, &p, &q, (uint32_t)k->reach_diag, solid, false);
    }
}

/* Number of set bits in columns [x0, x1). */
static inline uint32_t count_bits(const uint64_t *row, uint32_t x0, uint32_t x1)
{
    uint32_t w = x0 / 64, last = (x1 - 1) / 64, n = 0;
    uint64_t mask = ~UINT64_C(0) << x0 % 64;
    for (; w < last; w++) {
        n += (uint32_t)__builtin_popcountll(row[w] & mask);
        mask = ~UINT64_C(0);
    }
    return n + (uint32_t)__builtin_popcountll(row[w] & mask & ~UINT64_C(0) >> (63 - (x1 - 1) % 64));
}

static inline bool any_bits(const uint64_t *row, uint32_t x0, uint32_t x1)
{
    uint32_t w = x0 / 64, last = (x1 - 1) / 64;
    uint64_t mask = ~UINT64_C(0) << x0 % 64;
    for (; w < last; w++) {
        if (row[w] & mask)
            return true;
        mask = ~UINT64_C(0);
    }
    return (row[w] & mask & ~UINT64_C(0) >> (63 - (x1 - 1) % 64)) != 0;
}

/* Roots get their numbers row by row, so that components are in the raster order of their first voxels although a
 * beam holds runs of several rows. */
static void number_roots(const QbLabelTile *t, uint32_t n_roots)
{
    uint32_t n = 0;
    for (int64_t i = 0; i < t->ni; i++) {
        t->first[i] = n;
        for (int64_t y = 0; y < t->ny && n < n_roots; y++) {
            int64_t beam = i / t->beams.bz * t->nby + y / t->beams.by;
            const uint64_t *row = qb_label_bits(t, i, y);
            for (uint32_t k = t->start[beam]; k < t->start[beam + 1]; k++) {
                QbRun *root = &t->run[t->link[k]];
                if (root->comp == NO_COMP && any_bits(row, t->run[k].x0, t->run[k].x1))
                    root->comp = n++;
            }
        }
    }
    t->first[t->ni] = n;
    *t->n_comps = n;
}

/* Parents are flattened in one ascending sweep; returns the number of roots. */
static uint32_t flatten(const QbLabelTile *t)
{
    uint32_t n_roots = 0;
    for (uint32_t k = 0; k < *t->n_runs; k++) {
        n_roots += t->link[k] == k;
        t->link[k] = t->link[t->link[k]];
    }
    return n_roots;
}

static void count_voxels(const QbLabelTile *t)
{
    memset(t->voxels, 0, *t->n_comps * sizeof(*t->voxels));
    for (uint32_t k = 0; k < *t->n_runs; k++)
        t->run[k].comp = t->run[t->link[k]].comp;
    if (t->beams.solid) {
        for (uint32_t k = 0; k < *t->n_runs; k++)
            t->voxels[t->run[k].comp] += t->run[k].x1 - t->run[k].x0;
        return;
    }
    for (int64_t beam = 0; beam < t->nbz * t->nby; beam++) {
        if (t->start[beam] == t->start[beam + 1])
            continue;
        Rows rows = beam_rows(t, beam / t->nby, beam % t->nby);
        for (uint32_t k = t->start[beam]; k < t->start[beam + 1]; k++) {
            const QbRun *run = &t->run[k];
            uint32_t n = 0;
            for (int r = 0; r < rows.ni * rows.ny; r++)
                n += count_bits(rows.r[r / rows.ny][r % rows.ny], run->x0, run->x1);
            t->voxels[run->comp] += n;
        }
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
                    pack_row(row[r], t->nx, t->bits + r * t->pitch + 1);
                }
            }
            t->start[bz * t->nby + by] = n;
            n = find_runs(t, &rows, n);
            t->start[bz * t->nby + by + 1] = n;
            if (bz > 0 && by + 1 < t->nby)
                __builtin_prefetch(&t->run[t->start[(bz - 1) * t->nby + by + 1]]);
            if (t->beams.solid)
                join_beam(t, bz, by, &rows, true);
            else
                join_beam(t, bz, by, &rows, false);
        }
    }
    *t->n_runs = n;
    number_roots(t, flatten(t));
    count_voxels(t);
}
