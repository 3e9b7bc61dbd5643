/* Voxels within bounds, counted in small boxes all at once: rows are compared and summed along axis 0, then along axis 1, in
 * lanes of a byte that stay in the first cache, and windows of those sums are compared with the number that is needed.
 * One unsigned comparison tests both bounds: x − low ≤ high − low. */
#include "stdlib/kernels/filter_count.h"
#include "stdlib/kernels/filter_layout.h"
#include "stdlib/kernels/pad.h"

#define BLOCK 4 /* vectors whose sums stay in registers */

/* One strip of columns and one block of indices of a task. */
typedef struct Block {
    const QbTask *t;
    QbWithinLayout layout;
    int64_t half[3];
    int64_t i, ni;     /* the indices */
    int64_t x, nx;     /* columns of the output */
    int64_t column, n; /* columns of the input that are summed */
    int64_t low, span; /* high − low */
    QbPad pad;
    unsigned char *sums, *boxes, *row;
} Block;

/* ---- comparing -------------------------------------------------------------------------------------- */

#if QB_VEC_BYTES < 64
/* Masks of two vectors of 16 bits as one of bytes. */
QB_VEC_INLINE QbVec narrow(QbVec a, QbVec b)
{
#if QB_VEC_BYTES == 32
    __m256i packed = _mm256_packs_epi16((__m256i)a, (__m256i)b);
    return (QbVec)_mm256_permute4x64_epi64(packed, 0xd8);
#elif QB_VEC_BYTES == 16 && defined(__SSE2__)
    return (QbVec)_mm_packs_epi16((__m128i)a, (__m128i)b);
#else
    QbVec v;
    for (int k = 0; k < QB_VEC_BYTES / 2; k++) {
        v[k] = a[2 * k];
        v[k + QB_VEC_BYTES / 2] = b[2 * k];
    }
    return v;
#endif
}
#endif

/* A vector of voxels, those beyond `left` being anything; of two bytes: two vectors. */
QB_VEC_INLINE void fetch(const unsigned char *at, size_t left, size_t bytes, QbVec v[2])
{
    v[0] = qb_vec_fetch(at, left * bytes);
    if (bytes == 2)
        v[1] = left * 2 > QB_VEC_BYTES ? qb_vec_fetch(at + QB_VEC_BYTES, left * 2 - QB_VEC_BYTES)
                                       : v[0];
}

/* sum, one more (or one less) in the lanes of voxels within the bounds. */
QB_VEC_INLINE QbVec count(const Block *b, QbVec sum, const QbVec v[2], size_t bytes, bool less)
{
    QbLane l = bytes == 1 ? QB_LANE_U8 : QB_LANE_U16;
    QbVec low = qb_vec_splat(l, b->low), span = qb_vec_splat(l, b->span);
    QbVec x = qb_vec_sub(l, v[0], low), y = bytes == 2 ? qb_vec_sub(l, v[1], low) : x;
#if QB_VEC_BYTES == 64
    __m512i s = (__m512i)sum, one = _mm512_set1_epi8(1);
    uint64_t in = bytes == 1
                      ? _mm512_cmple_epu8_mask((__m512i)x, (__m512i)span)
                      : _mm512_cmple_epu16_mask((__m512i)x, (__m512i)span) |
                            (uint64_t)_mm512_cmple_epu16_mask((__m512i)y, (__m512i)span) << 32;
    return less ? (QbVec)_mm512_mask_sub_epi8(s, in, s, one)
                : (QbVec)_mm512_mask_add_epi8(s, in, s, one);
#else
    QbVec in = bytes == 1 ? (QbVec)(x <= span)
                          : narrow((QbVec)((QbVecU16)x <= (QbVecU16)span),
                                   (QbVec)((QbVecU16)y <= (QbVecU16)span));
    return less ? sum + in : sum - in;
#endif
}

/* ---- summing ---------------------------------------------------------------------------------------- */

/* `n` vectors of columns from the v-th on, which is `x` columns from the first, of row y and all indices: sums along axis 0 take
 * the place of those that left the window, and the sums of the box follow. */
QB_VEC_INLINE void sum_columns(const Block *b, int64_t y, int64_t v, int64_t x, int n, size_t bytes)
{
    const QbRows *in = b->t->in;
    int64_t slots = 2 * b->half[1] + 1, slot = ((y % slots) + slots) % slots;
    size_t at = (size_t)(b->column - in->x0 + x) * bytes, left = (size_t)(b->n - x);
    unsigned char *sums = b->sums + (size_t)slot * b->layout.boxes + v * QB_VEC_BYTES,
                  *boxes = b->boxes + v * QB_VEC_BYTES;
    QbVec sum[BLOCK] = {{0}}, voxels[2];
    for (int64_t i = b->i - b->half[0]; i < b->i + b->ni + b->half[0]; i++) {
        const unsigned char *add = (const unsigned char *)qb_row(in, i, y) + at;
        for (int k = 0; k < n; k++) {
            fetch(add + (size_t)k * QB_VEC_BYTES * bytes, left, bytes, voxels);
            sum[k] = count(b, sum[k], voxels, bytes, false);
        }
        if (i < b->i + b->half[0])
            continue;
        const unsigned char *drop = (const unsigned char *)qb_row(in, i - 2 * b->half[0], y) + at;
        for (int k = 0; k < n; k++) {
            QbVec box = qb_vec_load(boxes + k * QB_VEC_BYTES) -
                        qb_vec_load(sums + k * QB_VEC_BYTES) + sum[k];
            qb_vec_store(boxes + k * QB_VEC_BYTES, box);
            qb_vec_store(sums + k * QB_VEC_BYTES, sum[k]);
            fetch(drop + (size_t)k * QB_VEC_BYTES * bytes, left, bytes, voxels);
            sum[k] = count(b, sum[k], voxels, bytes, true);
        }
        sums += b->layout.pitch;
        boxes += b->layout.pitch;
    }
}

/* The last vector ends where the columns end, and overlaps the one before it. */
static int64_t start_of(const Block *b, int64_t v)
{
    return qb_max64(0, qb_min64(v * QB_VEC_BYTES, b->n - QB_VEC_BYTES));
}

QB_VEC_INLINE void sum_row(const Block *b, int64_t y, size_t bytes)
{
    int64_t whole = b->n / QB_VEC_BYTES, all = (b->n + QB_VEC_BYTES - 1) / QB_VEC_BYTES, v = 0;
    for (; v + BLOCK <= whole; v += BLOCK)
        sum_columns(b, y, v, v * QB_VEC_BYTES, BLOCK, bytes);
    for (; v < all; v++)
        sum_columns(b, y, v, start_of(b, v), 1, bytes);
}

/* ---- the task --------------------------------------------------------------------------------------- */

static void put_row(const Block *b, int64_t k, int64_t y)
{
    const QbCountParams *p = &((const QbWithinParams *)b->t->params)->count;
    const unsigned char *boxes = b->boxes + (size_t)k * b->layout.pitch;
    int64_t from = b->x - b->half[2], to = b->x + b->nx + b->half[2];
    unsigned char *row = b->row + (b->column - from);
    for (int64_t v = 0; v * QB_VEC_BYTES < b->n; v++)
        qb_vec_store(row + start_of(b, v), qb_vec_load(boxes + v * QB_VEC_BYTES));
    qb_pad_edges(&b->pad, b->row - from, from, to);
    uint8_t *out = (uint8_t *)qb_tile_row(&b->t->out, b->i + k, y) + (b->x - b->t->out.box.lo[2]);
    if (p->size[2] == 3)
        qb_count_row(b->row, 3, p->need, out, b->nx);
    else if (p->size[2] == 5)
        qb_count_row(b->row, 5, p->need, out, b->nx);
    else
        qb_count_row(b->row, p->size[2], p->need, out, b->nx);
}

static void run_block(Block *b)
{
    const QbBox *box = &b->t->out.box;
    b->column = qb_max64(b->x - b->half[2], 0);
    b->n = qb_min64(b->x + b->nx + b->half[2], b->t->in->nx) - b->column;
    memset(b->sums, 0, b->layout.sums);
    memset(b->boxes, 0, b->layout.boxes);
    for (int64_t y = box->lo[1] - b->half[1]; y < box->hi[1] + b->half[1]; y++) {
        if (qb_pix_bytes(b->t->in_type[0]->pix) == 1)
            sum_row(b, y, 1);
        else
            sum_row(b, y, 2);
        for (int64_t k = 0; k < b->ni && y >= box->lo[1] + b->half[1]; k++)
            put_row(b, k, y - b->half[1]);
    }
}

void QB_CPU_NAME(qb_count_within)(const QbTask *t)
{
    const QbWithinParams *p = t->params;
    const QbBox *box = &t->out.box;
    if (p->count.need <= 0 || p->count.need > qb_window_voxels(p->count.size)) {
        qb_count_decided(t, p->count.need <= 0);
        return;
    }
    Block b = {.t = t,
               .layout = qb_within_layout(p, box->hi[0] - box->lo[0]),
               .low = p->low,
               .span = p->high - p->low,
               .pad = {QB_BORDER_MIRROR, 1, t->in->nx, NULL},
               .sums = t->scratch};
    for (int a = 0; a < 3; a++)
        b.half[a] = p->count.size[a] / 2;
    b.boxes = b.sums + b.layout.sums;
    b.row = b.boxes + b.layout.boxes;
    for (b.x = box->lo[2]; b.x < box->hi[2]; b.x += QB_WITHIN_STRIP)
        for (b.i = box->lo[0]; b.i < box->hi[0]; b.i += b.layout.indices) {
            b.nx = qb_min64(QB_WITHIN_STRIP, box->hi[2] - b.x);
            b.ni = qb_min64(b.layout.indices, box->hi[0] - b.i);
            run_block(&b);
        }
}
