/* Counting true voxels in boxes: sums along axis 0, then along axes 1 and 2, compared with the number that is needed.
 * Sums of whole numbers are exact in any order, so they run along rows and indices of the task's own box. */
#include "stdlib/kernels/filter_count.h"
#include "stdlib/kernels/filter_layout.h"
#include "stdlib/kernels/pad.h"

#define BLOCK 4 /* vectors whose sums stay in registers */

QB_VEC_INLINE uint32_t get(const void *row, int64_t x, size_t bytes)
{
    switch (bytes) {
    case 1:
        return ((const uint8_t *)row)[x];
    case 2:
        return ((const uint16_t *)row)[x];
    default:
        return ((const uint32_t *)row)[x];
    }
}

QB_VEC_INLINE void put(void *row, int64_t x, size_t bytes, uint32_t v)
{
    switch (bytes) {
    case 1:
        ((uint8_t *)row)[x] = (uint8_t)v;
        break;
    case 2:
        ((uint16_t *)row)[x] = (uint16_t)v;
        break;
    default:
        ((uint32_t *)row)[x] = v;
        break;
    }
}

QB_VEC_INLINE QbLane lane_of(size_t bytes)
{
    return bytes == 1 ? QB_LANE_U8 : bytes == 2 ? QB_LANE_U16 : QB_LANE_U32;
}

/* ---- axis 0 ----------------------------------------------------------------------------------------- */

/* `n` vectors of columns from byte x of row y on, down the whole box, in lanes of one byte. */
QB_VEC_INLINE void sum_columns(const QbTask *t, int64_t y, int64_t x, int n)
{
    const QbCountParams *p = t->params;
    const QbRows *in = t->in;
    const QbBox *box = &t->out.box;
    int64_t half = p->size[0] / 2;
    QbVec sum[BLOCK] = {{0}};
    for (int64_t i = box->lo[0] - half; i < box->lo[0] + half; i++) {
        const uint8_t *add = (const uint8_t *)qb_row(in, i, y) + x;
        for (int v = 0; v < n; v++)
            sum[v] += qb_vec_load(add + v * QB_VEC_BYTES);
    }
    for (int64_t i = box->lo[0]; i < box->hi[0]; i++) {
        const uint8_t *add = (const uint8_t *)qb_row(in, i + half, y) + x;
        const uint8_t *drop = (const uint8_t *)qb_row(in, i - half, y) + x;
        uint8_t *out = (uint8_t *)qb_tile_row(&t->out, i, y) + (x - (box->lo[2] - in->x0));
        for (int v = 0; v < n; v++) {
            sum[v] += qb_vec_load(add + v * QB_VEC_BYTES);
            qb_vec_store(out + v * QB_VEC_BYTES, sum[v]);
            sum[v] -= qb_vec_load(drop + v * QB_VEC_BYTES);
        }
    }
}

/* Columns [a, b) of row y, any lane, one output row from the one before it. */
QB_VEC_INLINE void sum_rows(const QbTask *t, int64_t y, int64_t a, int64_t b, size_t bytes)
{
    const QbCountParams *p = t->params;
    const QbBox *box = &t->out.box;
    int64_t half = p->size[0] / 2;
    for (int64_t i = box->lo[0]; i < box->hi[0]; i++) {
        void *out = qb_tile_row(&t->out, i, y);
        if (i == box->lo[0]) {
            for (int64_t x = a; x < b; x++)
                put(out, x, bytes, 0);
            for (int64_t k = i - half; k <= i + half; k++) {
                const uint8_t *add =
                    (const uint8_t *)qb_row(t->in, k, y) + (box->lo[2] - t->in->x0);
                for (int64_t x = a; x < b; x++)
                    put(out, x, bytes, get(out, x, bytes) + add[x]);
            }
            continue;
        }
        const void *before = qb_tile_row(&t->out, i - 1, y);
        const uint8_t *add = (const uint8_t *)qb_row(t->in, i + half, y) + (box->lo[2] - t->in->x0);
        const uint8_t *drop =
            (const uint8_t *)qb_row(t->in, i - half - 1, y) + (box->lo[2] - t->in->x0);
        for (int64_t x = a; x < b; x++)
            put(out, x, bytes, get(before, x, bytes) + add[x] - drop[x]);
    }
}

void QB_CPU_NAME(qb_sum_axis0)(const QbTask *t)
{
    const QbBox *box = &t->out.box;
    int64_t first = box->lo[2] - t->in->x0, n = box->hi[2] - box->lo[2];
    for (int64_t y = box->lo[1]; y < box->hi[1]; y++) {
        if (t->out_type->pix != QB_U8) {
            sum_rows(t, y, 0, n, 2);
            continue;
        }
        if (n < QB_VEC_BYTES) {
            sum_rows(t, y, 0, n, 1);
            continue;
        }
        int64_t x = 0;
        for (; x + BLOCK * QB_VEC_BYTES <= n; x += BLOCK * QB_VEC_BYTES)
            sum_columns(t, y, first + x, BLOCK);
        for (; x < n; x += QB_VEC_BYTES) /* the last vector overlaps the one before it */
            sum_columns(t, y, first + qb_min64(x, n - QB_VEC_BYTES), 1);
    }
}

/* ---- axes 1 and 2 ----------------------------------------------------------------------------------- */

/* One row of a task: sums over rows y, from column `from` on, where `state` points. */
typedef struct Rows {
    const QbTask *t;
    int64_t i;
    int64_t column; /* first column of the input that is summed */
    int64_t n;      /* how many */
    size_t in_bytes, bytes;
    unsigned char *state; /* where the sum of `column` is */
} Rows;

static const void *input_row(const Rows *r, int64_t y)
{
    const QbRows *in = r->t->in;
    return (const unsigned char *)qb_row(in, r->i, y) + (size_t)(r->column - in->x0) * r->in_bytes;
}

/* Adds a row to the sums, takes one away; NULL: none. */
QB_VEC_INLINE void sum_step(void *restrict sums, const void *add, const void *drop, int64_t n,
                            size_t in_bytes, size_t bytes)
{
    if (!drop) {
        for (int64_t x = 0; x < n; x++)
            put(sums, x, bytes, get(sums, x, bytes) + get(add, x, in_bytes));
        return;
    }
    for (int64_t x = 0; x < n; x++)
        put(sums, x, bytes, get(sums, x, bytes) + get(add, x, in_bytes) - get(drop, x, in_bytes));
}

QB_VEC_INLINE void sum_first(const Rows *r, int64_t y, int64_t half, size_t in_bytes, size_t bytes)
{
    memset(r->state, 0, (size_t)r->n * bytes);
    for (int64_t k = y - half; k <= y + half; k++)
        sum_step(r->state, input_row(r, k), NULL, r->n, in_bytes, bytes);
}

QB_VEC_INLINE void sum_next(const Rows *r, int64_t y, int64_t half, size_t in_bytes, size_t bytes)
{
    sum_step(r->state, input_row(r, y + half), input_row(r, y - half - 1), r->n, in_bytes, bytes);
}

#define DIRECT 16 /* windows up to this are added column by column */

/* result[x] = row[x] + … + row[x + size − 1] for x in [0, n): by doubling. */
QB_VEC_INLINE void sum_doubling(QbLane l, unsigned char *row, unsigned char *twice,
                                unsigned char *result, int64_t size, int64_t n)
{
    int64_t bytes = (int64_t)qb_lane_bytes(l), lanes = QB_VEC_BYTES / bytes, done = 0;
    const unsigned char *sums = row; /* over `wide` columns */
    for (int64_t wide = 1; wide <= size; wide *= 2) {
        if (size & wide) {
            for (int64_t x = 0; x < n; x += lanes) {
                QbVec s = qb_vec_load(sums + (x + done) * bytes);
                if (done)
                    s = qb_vec_add(l, s, qb_vec_load(result + x * bytes));
                qb_vec_store(result + x * bytes, s);
            }
            done += wide;
        }
        if (2 * wide > size)
            break;
        for (int64_t x = 0; x < n + size - 2 * wide + 1; x += lanes) {
            QbVec s = qb_vec_add(l, qb_vec_load(sums + x * bytes),
                                 qb_vec_load(sums + (x + wide) * bytes));
            qb_vec_store(twice + x * bytes, s);
        }
        sums = twice;
    }
}

QB_VEC_INLINE void count_row(const QbCountParams *p, unsigned char *row, size_t pitch, uint8_t *out,
                             int64_t n, size_t bytes)
{
    QbLane l = lane_of(bytes);
    unsigned char *result = row + 2 * pitch;
    if (bytes == 1 && p->size[2] <= DIRECT) {
        qb_count_row(row, p->size[2], p->need, out, n);
        return;
    }
    if (p->size[2] <= DIRECT) {
        for (int64_t x = 0; x < n; x += QB_VEC_BYTES / (int64_t)bytes)
            qb_vec_store(result + x * (int64_t)bytes,
                         qb_vec_sum_window(l, row + x * (int64_t)bytes, p->size[2]));
    } else {
        sum_doubling(l, row, row + pitch, result, p->size[2], n);
    }
    if (bytes == 1) {
        qb_count_row(result, 1, p->need, out, n);
        return;
    }
    uint32_t need = (uint32_t)p->need;
    for (int64_t x = 0; x < n; x++)
        out[x] = get(result, x, bytes) >= need;
}

QB_VEC_INLINE void count_box(const QbTask *t, QbCountLayout layout, size_t in_bytes, size_t bytes)
{
    const QbCountParams *p = t->params;
    const QbBox *box = &t->out.box;
    int64_t half1 = p->size[1] / 2, from = box->lo[2] - p->size[2] / 2,
            to = box->hi[2] + p->size[2] / 2;
    QbPad pad = {QB_BORDER_MIRROR, bytes, t->in->nx, NULL};
    unsigned char *row = t->scratch;
    Rows r = {.t = t, .column = qb_max64(from, 0), .in_bytes = in_bytes, .bytes = bytes};
    r.n = qb_min64(to, t->in->nx) - r.column;
    r.state = row + (size_t)(r.column - from) * bytes;
    for (r.i = box->lo[0]; r.i < box->hi[0]; r.i++)
        for (int64_t y = box->lo[1]; y < box->hi[1]; y++) {
            if (y == box->lo[1])
                sum_first(&r, y, half1, in_bytes, bytes);
            else
                sum_next(&r, y, half1, in_bytes, bytes);
            qb_pad_edges(&pad, row - from * (int64_t)bytes, from, to);
            count_row(p, row, layout.pitch, qb_tile_row(&t->out, r.i, y), box->hi[2] - box->lo[2],
                      bytes);
        }
}

void QB_CPU_NAME(qb_count_plane)(const QbTask *t)
{
    const QbCountParams *p = t->params;
    QbCountLayout layout = qb_count_layout(p, t->out.box.hi[2] - t->out.box.lo[2]);
    bool wide = t->in_type[0]->pix == QB_U16;
    if (p->need <= 0 || p->need > qb_window_voxels(p->size))
        qb_count_decided(t, p->need <= 0);
    else if (layout.bytes == 1)
        count_box(t, layout, 1, 1);
    else if (layout.bytes == 2 && !wide)
        count_box(t, layout, 1, 2);
    else if (layout.bytes == 2)
        count_box(t, layout, 2, 2);
    else if (!wide)
        count_box(t, layout, 1, 4);
    else
        count_box(t, layout, 2, 4);
}
