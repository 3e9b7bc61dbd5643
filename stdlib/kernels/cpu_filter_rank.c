/* Ranks of boxes: rows are taken into scratch as keys, with their border, one strip of columns after the other; each output
 * row lists the rows of its windows, and one of four methods finds their ranks. Knows pixel types, no method. */
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
    bool is_unsigned = method == QB_RANK_SLIDE || method == QB_RANK_COLUMNS ||
                       (method == QB_RANK_NETWORK && bytes == 1);
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

/* Takes row y of all indices in. */
static void take_rows(const Window *w, int64_t y)
{
    const QbTask *t = w->t;
    int64_t half = w->layout.half[2], from = w->x - half, to = w->x + w->n + half;
    size_t bytes = (size_t)(to - from) * w->pad.bytes;
    for (int64_t k = 0; k < w->layout.rows; k++) {
        int64_t at = ring_row(w, y, k);
        unsigned char *row = w->ring + (size_t)at * w->layout.pitch;
        qb_pad_row(&w->pad, row, qb_row(t->in, t->out.box.lo[0] - w->layout.half[0] + k, y),
                   t->in->x0, from, to);
        if (w->floats && w->lane == QB_LANE_I32)
            make_keys(QB_LANE_I32, true, w->flip, row, bytes);
        else if (w->floats)
            make_keys(QB_LANE_I64, true, w->flip, row, bytes);
        else
            make_keys(QB_LANE_I8, false, w->flip, row, bytes);
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

static void put_row(const Window *w, const QbRankStrip *s, int64_t i, int64_t y)
{
    size_t bytes = (size_t)s->n * s->bytes;
    unsigned char *out = (unsigned char *)qb_tile_row(&w->t->out, i, y) +
                         (size_t)(w->x - w->t->out.box.lo[2]) * s->bytes;
    if (w->floats && w->lane == QB_LANE_I32)
        put_voxels(QB_LANE_I32, true, w->flip, s->result, out, bytes);
    else if (w->floats)
        put_voxels(QB_LANE_I64, true, w->flip, s->result, out, bytes);
    else
        put_voxels(QB_LANE_I8, false, w->flip, s->result, out, bytes);
}

/* ---- the task --------------------------------------------------------------------------------------- */

static void find_ranks(const Window *w, const QbRankStrip *s)
{
    switch (w->layout.method) {
    case QB_RANK_BISECT:
        QB_CPU_NAME(qb_rank_bisect)(s);
        break;
    case QB_RANK_SLIDE:
        QB_CPU_NAME(qb_rank_slide)(s);
        break;
    case QB_RANK_COLUMNS:
        QB_CPU_NAME(qb_rank_columns)(s);
        break;
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
            s->first = i == box->lo[0];
            find_ranks(w, s);
            put_row(w, s, i, y);
        }
    }
}

void QB_CPU_NAME(qb_rank_box)(const QbTask *t)
{
    const QbRankParams *p = t->params;
    const QbBox *box = &t->out.box;
    QbPix pix = t->in_type[0]->pix;
    Window w = {.t = t,
                .layout = qb_rank_layout(p, pix, box->hi[0] - box->lo[0], box->hi[2] - box->lo[2])};
    choose_keys(&w, pix);
    w.pad = (QbPad){QB_BORDER_MIRROR, qb_pix_bytes(pix), t->in->nx, NULL};
    unsigned char *at = t->scratch;
    w.ring = at;
    w.ranges = (int64_t *)(at += w.layout.ring);
    w.row = (const unsigned char **)(at += w.layout.ranges);
    QbRankStrip s = {.row = w.row,
                     .n_rows = p->size[0] * p->size[1],
                     .size0 = p->size[0],
                     .size = p->size[2],
                     .rank = p->rank};
    s.floats = w.floats;
    s.bytes = w.pad.bytes;
    s.pitch = w.layout.pitch;
    s.result = at += w.layout.pointers;
    s.counts = (uint16_t *)(at += w.layout.result);
    s.sorted = at += w.layout.counts;
    if (w.layout.method == QB_RANK_SLIDE)
        memset(s.counts, 0, w.layout.counts);
    for (w.x = box->lo[2]; w.x < box->hi[2]; w.x += w.layout.strip) {
        w.n = qb_min64(w.layout.strip, box->hi[2] - w.x);
        run_strip(&w, &s);
    }
}
