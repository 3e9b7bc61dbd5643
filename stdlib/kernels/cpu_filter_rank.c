/* Ranks of boxes: rows are taken into scratch as keys, with their border, one strip of columns or one block after the other; each
 * output row of a strip lists the rows of its windows, and one of the methods finds their ranks. Knows pixel types, no method. */
#include "stdlib/kernels/filter_rank.h"
#include "stdlib/kernels/pad.h"

/* One task, at one strip of columns. */
typedef struct Window {
    const QbTask *t;
    QbRankLayout layout;
    QbLane lane;
    bool floats;
    QbVec flip; /* whole numbers: bits that turn voxels into keys and back */
    QbPad pad;
    unsigned char *ring;
    int64_t *ranges; /* smallest, largest key of each row of the ring */
    const unsigned char **row;
    int64_t x, n; /* the strip */
} Window;

/* ---- keys ------------------------------------------------------------------------------------------- */

/* Bytes [0, bytes) of a row of scratch, up to the end of the last vector. */
QB_VEC_INLINE void make_keys(QbLane l, bool floats, QbVec flip, unsigned char *row, size_t bytes)
{
    for (size_t x = 0; x < bytes; x += QB_VEC_BYTES) {
        QbVec v = qb_vec_load(row + x);
        qb_vec_store(row + x, floats ? qb_vec_key(l, v, true) : v ^ flip);
    }
}

QB_VEC_INLINE void put_voxels(QbLane l, bool floats, QbVec flip, const unsigned char *keys,
                              unsigned char *out, size_t bytes)
{
    for (size_t x = 0; x < bytes; x += QB_VEC_BYTES) {
        QbVec v = qb_vec_load(keys + x);
        qb_vec_place(out + x, floats ? qb_vec_unkey(l, v) : v ^ flip, bytes - x);
    }
}

/* Methods compare signed lanes or unsigned ones; networks of bytes unsigned ones, for every processor has them. */
static void choose_keys(Window *w, QbPix pix)
{
    size_t bytes = qb_pix_bytes(pix);
    QbRankMethod method = w->layout.method;
    bool is_unsigned = method == QB_RANK_ORDER || (method == QB_RANK_NETWORK && bytes == 1);
    w->floats = qb_pix_info[pix].is_float;
    w->lane = bytes == 8   ? QB_LANE_I64
              : bytes == 4 ? QB_LANE_I32
              : bytes == 2 ? QB_LANE_I16
                           : QB_LANE_I8;
    w->flip = (QbVec){0};
    if (is_unsigned == qb_pix_info[pix].is_signed)
        w->flip = qb_vec_splat(w->lane, (int64_t)((uint64_t)1 << (8 * bytes - 1)));
}

/* Smallest and largest of n signed bytes. */
static void find_range(const unsigned char *keys, int64_t n, int64_t range[2])
{
    int8_t low = INT8_MAX, high = INT8_MIN;
    const int8_t *key = (const int8_t *)keys;
    for (int64_t x = 0; x < n; x++) {
        low = key[x] < low ? key[x] : low;
        high = key[x] > high ? key[x] : high;
    }
    range[0] = low;
    range[1] = high;
}

/* ---- rows ------------------------------------------------------------------------------------------- */

static int64_t ring_row(const Window *w, int64_t y, int64_t k)
{
    int64_t slots = w->layout.slots;
    return (((y % slots) + slots) % slots) * w->layout.rows + k;
}

/* Takes columns [from, to) of a row of the input in as keys. */
static void take_row(const Window *w, unsigned char *row, const void *voxels, int64_t from,
                     int64_t to)
{
    size_t bytes = (size_t)(to - from) * w->pad.bytes;
    qb_pad_row(&w->pad, row, voxels, w->t->in->x0, from, to);
    if (w->floats && w->lane == QB_LANE_I32)
        make_keys(QB_LANE_I32, true, w->flip, row, bytes);
    else if (w->floats)
        make_keys(QB_LANE_I64, true, w->flip, row, bytes);
    else
        make_keys(QB_LANE_I8, false, w->flip, row, bytes);
}

/* Takes row y of all indices in. */
static void take_rows(const Window *w, int64_t y)
{
    int64_t half = w->layout.half[2], from = w->x - half, to = w->x + w->n + half,
            first = w->t->out.box.lo[0] - w->layout.half[0];
    for (int64_t k = 0; k < w->layout.rows; k++) {
        int64_t at = ring_row(w, y, k);
        unsigned char *row = w->ring + (size_t)at * w->layout.pitch;
        take_row(w, row, qb_row(w->t->in, first + k, y), from, to);
        if (w->lane == QB_LANE_I8 && w->layout.method == QB_RANK_BISECT)
            find_range(row, to - from, w->ranges + 2 * at);
    }
}

/* Lists the rows of windows of (i, y); axis 0 runs fastest. */
static void list_rows(const Window *w, QbRankStrip *s, int64_t i, int64_t y)
{
    int64_t n = 0, size0 = 2 * w->layout.half[0] + 1;
    s->low = INT64_MAX;
    s->high = INT64_MIN;
    for (int64_t dy = -w->layout.half[1]; dy <= w->layout.half[1]; dy++)
        for (int64_t k = 0; k < size0; k++) {
            int64_t at = ring_row(w, y + dy, i - w->t->out.box.lo[0] + k);
            w->row[n++] = w->ring + (size_t)at * w->layout.pitch;
            s->low = qb_min64(s->low, w->ranges[2 * at]);
            s->high = qb_max64(s->high, w->ranges[2 * at + 1]);
        }
}

/* Results of the strip or block, of row (i, y). */
static void put_row(const Window *w, const unsigned char *result, int64_t i, int64_t y)
{
    size_t bytes = (size_t)w->n * w->pad.bytes;
    unsigned char *out = (unsigned char *)qb_tile_row(&w->t->out, i, y) +
                         (size_t)(w->x - w->t->out.box.lo[2]) * w->pad.bytes;
    if (w->floats && w->lane == QB_LANE_I32)
        put_voxels(QB_LANE_I32, true, w->flip, result, out, bytes);
    else if (w->floats)
        put_voxels(QB_LANE_I64, true, w->flip, result, out, bytes);
    else
        put_voxels(QB_LANE_I8, false, w->flip, result, out, bytes);
}

/* ---- strips --------------------------------------------------------------------------------------- */

static void find_ranks(const Window *w, const QbRankStrip *s)
{
    switch (w->layout.method) {
    case QB_RANK_BISECT:
        QB_CPU_NAME(qb_rank_bisect)(s);
        break;
    case QB_RANK_ORDER:
        break; /* in blocks */
    case QB_RANK_NETWORK:
        QB_CPU_NAME(qb_rank_network)(s);
        break;
    }
}

static void run_strip(const Window *w, QbRankStrip *s)
{
    const QbBox *box = &w->t->out.box;
    int64_t half = w->layout.half[1];
    s->n = w->n;
    for (int64_t y = box->lo[1]; y < box->hi[1]; y++) {
        for (int64_t k = y == box->lo[1] ? y - half : y + half; k <= y + half; k++)
            take_rows(w, k);
        for (int64_t i = box->lo[0]; i < box->hi[0]; i++) {
            list_rows(w, s, i, y);
            find_ranks(w, s);
            put_row(w, s->result, i, y);
        }
    }
}

/* ---- blocks ----------------------------------------------------------------------------------------- */

/* Places (u, v) of a block, u along its lanes: index and row. */
static void place_row(const Window *w, const int64_t lo[2], int64_t u, int64_t v, int64_t at[2])
{
    int axis = w->layout.block.axis;
    at[axis] = lo[axis] + u;
    at[1 - axis] = lo[1 - axis] + v;
}

static void take_block(const Window *w, QbRankOrder *o, const int64_t lo[2])
{
    const int64_t *half = w->layout.half, first[2] = {lo[0] - half[0], lo[1] - half[1]};
    o->n = 0;
    for (int64_t v = 0; v < o->in[1]; v++)
        for (int64_t u = 0; u < o->in[0]; u++) {
            int64_t at[2];
            place_row(w, first, u, v, at);
            take_row(w, w->ring, qb_row(w->t->in, at[0], at[1]), w->x - half[2],
                     w->x + w->n + half[2]);
            QB_CPU_NAME(qb_rank_order_take)(o, w->ring, u, v);
        }
    QB_CPU_NAME(qb_rank_order_sort)(o);
}

/* Results of some lanes from `from` on. */
static void put_lanes(const Window *w, const QbRankOrder *o, const int64_t lo[2],
                      const int64_t from[2], const int64_t lanes[2])
{
    for (int64_t v = 0; v < lanes[1]; v++)
        for (int64_t u = 0; u < lanes[0]; u++) {
            int64_t at[2];
            place_row(w, lo, from[0] + u, from[1] + v, at);
            put_row(w, o->result + (size_t)(v * o->lanes[0] + u) * o->pitch, at[0], at[1]);
        }
}

/* Columns [w->x, w->x + w->n) of the block that starts at `lo`. */
static void run_block(const Window *w, QbRankOrder *o, const int64_t lo[2], const int64_t n[2])
{
    int axis = w->layout.block.axis;
    o->in[0] = n[axis] + o->size[0] - 1;
    o->in[1] = n[1 - axis] + o->size[1] - 1;
    o->in[2] = w->n + o->size[2] - 1;
    take_block(w, o, lo);
    for (int64_t v = 0; v < n[1 - axis]; v += o->lanes[1])
        for (int64_t u = 0; u < n[axis]; u += o->lanes[0]) {
            const int64_t lanes[2] = {qb_min64(o->lanes[0], n[axis] - u),
                                      qb_min64(o->lanes[1], n[1 - axis] - v)};
            QB_CPU_NAME(qb_rank_order_sweep)(o, u, v, lanes);
            put_lanes(w, o, lo, (const int64_t[2]){u, v}, lanes);
        }
}

static void run_blocks(Window *w, QbRankOrder *o)
{
    const QbBox *box = &w->t->out.box;
    const int64_t *step = w->layout.block.out;
    int64_t lo[2], n[2];
    for (lo[0] = box->lo[0]; lo[0] < box->hi[0]; lo[0] += step[0])
        for (lo[1] = box->lo[1]; lo[1] < box->hi[1]; lo[1] += step[1])
            for (w->x = box->lo[2]; w->x < box->hi[2]; w->x += step[2]) {
                w->n = qb_min64(step[2], box->hi[2] - w->x);
                for (int a = 0; a < 2; a++)
                    n[a] = qb_min64(step[a], box->hi[a] - lo[a]);
                run_block(w, o, lo, n);
            }
}

static void run_order(Window *w, const QbRankParams *p, unsigned char *scratch)
{
    const QbRankLayout *l = &w->layout;
    QbRankOrder o = {.rank = p->rank, .bytes = w->pad.bytes, .floats = w->floats};
    o.size[0] = p->size[l->block.axis];
    o.size[1] = p->size[1 - l->block.axis];
    o.lanes[0] = l->block.lanes;
    o.lanes[1] = QB_ORDER_LANES / l->block.lanes;
    o.size[2] = p->size[2];
    o.flip = w->floats ? (uint64_t)1 << (8 * o.bytes - 1) : 0;
    o.pitch = l->pitch;
    w->ring = scratch;
    o.result = scratch += l->ring;
    o.pair = (uint64_t *)(scratch += l->result);
    o.spare = (uint64_t *)(scratch += l->pairs);
    o.wide = (uint64_t *)(scratch += l->pairs);
    o.ranks = (uint32_t *)(scratch += l->wide);
    o.masks = (uint32_t *)(scratch += l->ranks);
    o.bits = scratch + l->masks;
    QB_CPU_NAME(qb_rank_order_masks)(&o);
    run_blocks(w, &o);
}

/* ---- the task --------------------------------------------------------------------------------------- */

static void run_strips(Window *w, const QbRankParams *p, unsigned char *scratch)
{
    const QbBox *box = &w->t->out.box;
    w->ring = scratch;
    w->ranges = (int64_t *)(scratch += w->layout.ring);
    w->row = (const unsigned char **)(scratch += w->layout.ranges);
    QbRankStrip s = {
        .row = w->row, .n_rows = p->size[0] * p->size[1], .size = p->size[2], .rank = p->rank};
    s.floats = w->floats;
    s.bytes = w->pad.bytes;
    s.pitch = w->layout.pitch;
    s.result = scratch += w->layout.pointers;
    s.sorted = scratch + w->layout.result;
    for (w->x = box->lo[2]; w->x < box->hi[2]; w->x += QB_RANK_STRIP) {
        w->n = qb_min64(QB_RANK_STRIP, box->hi[2] - w->x);
        run_strip(w, &s);
    }
}

void QB_CPU_NAME(qb_rank_box)(const QbTask *t)
{
    const QbRankParams *p = t->params;
    QbPix pix = t->in_type[0]->pix;
    int64_t n[3];
    for (int a = 0; a < 3; a++)
        n[a] = t->out.box.hi[a] - t->out.box.lo[a];
    Window w = {.t = t, .layout = qb_rank_layout(p, t->in_type[0], n)};
    choose_keys(&w, pix);
    w.pad = (QbPad){QB_BORDER_MIRROR, qb_pix_bytes(pix), t->in->nx, NULL};
    if (w.layout.method == QB_RANK_ORDER)
        run_order(&w, p, t->scratch);
    else
        run_strips(&w, p, t->scratch);
}
