/* Smallest and largest voxels under an element of any shape: for each (dz, dy) the element is one run of columns, and the
 * extreme of a run is that of two overlapping runs of 2^k columns, which every row holds ready. */
#include "stdlib/kernels/filter_kind.h"
#include "stdlib/kernels/filter_layout.h"
#include "stdlib/kernels/pad.h"

#define BLOCK ((int64_t)(QB_ELEMENT_STRIP / QB_VEC_BYTES)) /* vectors of one strip */

/* The rows that windows of one y look at, in scratch. Row (slot, k) has its levels one after the other. */
typedef struct Window {
    const QbTask *t;
    const QbElementParams *p;
    QbElementLayout layout;
    unsigned char *ring;
    int32_t *half;              /* of (slot offset dy, dz), −1: none */
    const unsigned char **runs; /* the runs of index 0 of the box: where each starts */
    int64_t n_runs;
    int64_t x; /* the strip's first column */
    QbPad pad;
} Window;

static unsigned char *window_row(const Window *w, int64_t slot, int64_t k)
{
    return w->ring + (size_t)((slot * w->layout.rows + k) * w->layout.levels) * w->layout.pitch;
}

static int64_t slot_of(const Window *w, int64_t y)
{
    int64_t slots = w->layout.slots;
    return ((y % slots) + slots) % slots;
}

/* Takes row y of all indices in, with all its levels. */
QB_VEC_INLINE void take_row(const Window *w, QbExtremeKind k, int64_t y)
{
    const QbBox *box = &w->t->out.box;
    int64_t voxel = (int64_t)qb_lane_bytes(k.lane), reach = w->layout.reach[2],
            n = w->layout.strip + 2 * reach;
    int64_t from = w->x - reach, to = qb_min64(w->x + w->layout.strip, box->hi[2]) + reach;
    for (int64_t r = 0; r < w->layout.rows; r++) {
        unsigned char *level = window_row(w, slot_of(w, y), r);
        const void *row = qb_row(w->t->in, box->lo[0] - w->layout.reach[0] + r, y);
        qb_pad_row(&w->pad, level, row, w->t->in->x0, from, to);
        for (int64_t x = 0; x < n * voxel; x += QB_VEC_BYTES)
            qb_vec_store(level + x, qb_extreme_key(k, qb_vec_load(level + x)));
        for (int l = 1; l < w->layout.levels; l++, level += w->layout.pitch)
            for (int64_t x = 0, far = voxel << (l - 1); x < n * voxel; x += QB_VEC_BYTES)
                qb_vec_store(
                    level + w->layout.pitch + x,
                    qb_extreme_of(k, qb_vec_load(level + x), qb_vec_load(level + x + far)));
    }
}

/* Where the runs of the element start, for outputs of row y at the box's first index. */
static void list_runs(Window *w, int64_t y, int64_t voxel)
{
    const QbElementLayout *l = &w->layout;
    w->n_runs = 0;
    for (int64_t dy = -l->reach[1]; dy <= l->reach[1]; dy++)
        for (int64_t dz = -l->reach[0]; dz <= l->reach[0]; dz++) {
            int64_t half = w->half[(dy + l->reach[1]) * (2 * l->reach[0] + 1) + dz + l->reach[0]];
            if (half < 0)
                continue;
            int64_t size = 2 * half + 1, level = 63 - __builtin_clzll((unsigned long long)size);
            const unsigned char *row = window_row(w, slot_of(w, y + dy), dz + l->reach[0]);
            row += (size_t)level * l->pitch + (size_t)((l->reach[2] - half) * voxel);
            w->runs[w->n_runs++] = row;
            if (size > 1)
                w->runs[w->n_runs++] = row + (size_t)((size - ((int64_t)1 << level)) * voxel);
        }
}

/* One strip of the output row (i, y). */
QB_VEC_INLINE void put_strip(const Window *w, QbExtremeKind k, int64_t i, int64_t y)
{
    const QbBox *box = &w->t->out.box;
    size_t voxel = qb_lane_bytes(k.lane);
    size_t down = (size_t)((i - box->lo[0]) * w->layout.levels) * w->layout.pitch;
    QbVec best[BLOCK];
    for (int v = 0; v < BLOCK; v++)
        best[v] = qb_vec_load(w->runs[0] + down + (size_t)v * QB_VEC_BYTES);
    for (int64_t r = 1; r < w->n_runs; r++) {
        const unsigned char *run = w->runs[r] + down;
        for (int v = 0; v < BLOCK; v++)
            best[v] = qb_extreme_of(k, best[v], qb_vec_load(run + (size_t)v * QB_VEC_BYTES));
    }
    unsigned char *out =
        (unsigned char *)qb_tile_row(&w->t->out, i, y) + (size_t)(w->x - box->lo[2]) * voxel;
    size_t bytes = (size_t)qb_min64(w->layout.strip, box->hi[2] - w->x) * voxel;
    for (size_t x = 0, v = 0; x < bytes; x += QB_VEC_BYTES, v++)
        qb_vec_place(out + x, qb_extreme_voxels(k, best[v]), bytes - x);
}

QB_VEC_INLINE void under_element(const QbTask *t, QbExtremeKind k, QbPix pix)
{
    const QbElementParams *p = t->params;
    const QbBox *box = &t->out.box;
    Window w = {.t = t, .p = p};
    w.layout = qb_element_layout(p, t->in_type[0], box->hi[0] - box->lo[0]);
    unsigned char *at = t->scratch;
    w.half = (int32_t *)at;
    w.runs = (const unsigned char **)(at += w.layout.runs);
    w.ring = at += w.layout.pointers;
    uint64_t fill = 0;
    qb_pix_put(pix, &fill, 0, p->outside);
    w.pad = (QbPad){p->border, qb_lane_bytes(k.lane), t->in->nx, &fill};
    int64_t n = 0;
    for (int64_t dy = -w.layout.reach[1]; dy <= w.layout.reach[1]; dy++)
        for (int64_t dz = -w.layout.reach[0]; dz <= w.layout.reach[0]; dz++)
            w.half[n++] = (int32_t)qb_element_half(&p->element, t->in_type[0]->rank, dz, dy);
    for (w.x = box->lo[2]; w.x < box->hi[2]; w.x += w.layout.strip)
        for (int64_t y = box->lo[1]; y < box->hi[1]; y++) {
            int64_t first = y == box->lo[1] ? y - w.layout.reach[1] : y + w.layout.reach[1];
            for (int64_t k1 = first; k1 <= y + w.layout.reach[1]; k1++)
                take_row(&w, k, k1);
            list_runs(&w, y, (int64_t)qb_lane_bytes(k.lane));
            for (int64_t i = box->lo[0]; i < box->hi[0]; i++)
                put_strip(&w, k, i, y);
        }
}

void QB_CPU_NAME(qb_extreme_element)(const QbTask *t)
{
    const QbElementParams *p = t->params;
    if (p->largest)
        qb_extreme_dispatch(t, true, under_element);
    else
        qb_extreme_dispatch(t, false, under_element);
}
