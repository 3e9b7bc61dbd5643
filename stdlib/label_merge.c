/* The ordered part of labelling: joins the faces of tiles, and the face to the last slice of the quantum before; gives slots
 * to new components; keeps the last slice. Touches faces and components alone, never the runs inside a tile. */
#include "stdlib/label_state.h"

#include <stdlib.h>
#include <string.h>

/* In `mark` and `root_slot`: the rest is an index into the new live set. */
#define LIVE_MARK (UINT32_C(1) << 31)
#define LIVE_SLOT (INT64_C(1) << 62)

/* One layer of tiles. */
typedef struct Layer {
    QbLabelTile *tile;
    uint32_t *base; /* node of a tile's component 0 */
    const QbBox *box;
    int n;
    int64_t n_nodes;
} Layer;

/* ---- growing ---------------------------------------------------------------------------------------- */

static bool grow(void **p, size_t n, size_t size, QbErr *err)
{
    void *q = realloc(*p, n * size);
    if (!q)
        return qb_err_set(err, "out of memory: labelling needs %zu more bytes", n * size);
    *p = q;
    return true;
}

static bool grow_nodes(QbLabelState *s, int64_t n, QbErr *err)
{
    if (n >= LIVE_MARK)
        return qb_err_set(err, "more than %u components in one chunk", LIVE_MARK);
    if ((size_t)n <= s->node_cap)
        return true;
    size_t cap = (size_t)n + (size_t)n / 4;
    if (!grow((void **)&s->parent, cap, sizeof(uint32_t), err) ||
        !grow((void **)&s->mark, cap, sizeof(uint32_t), err))
        return false;
    s->node_cap = cap;
    return true;
}

static bool grow_live_runs(QbLiveSet *l, size_t n, QbErr *err)
{
    if (n <= l->run_cap)
        return true;
    if (!grow((void **)&l->comp, n + n / 4, sizeof(uint32_t), err))
        return false;
    l->run_cap = n + n / 4;
    return true;
}

static bool grow_live_slots(QbLiveSet *l, size_t n, QbErr *err)
{
    if (n <= l->slot_cap)
        return true;
    size_t cap = n + n / 4;
    if (!grow((void **)&l->slot, cap, sizeof(int64_t), err) ||
        !grow((void **)&l->root_slot, cap, sizeof(int64_t), err))
        return false;
    l->slot_cap = cap;
    return true;
}

/* ---- faces between tiles ---------------------------------------------------------------------------- */

/* The beam of slice i and row y, with the bits of that row and those of row (i2, y2) of the same beam. */
static QbSide side_of(const QbLabelTile *t, uint32_t base, int64_t i, int64_t y, int64_t i2,
                      int64_t y2)
{
    int64_t beam = i / t->beams.bz * t->nby + y / t->beams.by;
    return (QbSide){qb_label_heads(t, beam), qb_label_bits(t, i, y), qb_label_bits(t, i2, y2),
                    &t->comp[t->start[beam]], base};
}

/* Joins the first row of tile j to the last row of tile j − 1, slice by slice. */
static void join_y_face(QbLabelState *s, const Layer *l, int j)
{
    const QbLabelTile *a = &l->tile[j - 1], *b = &l->tile[j];
    const QbBeams *k = &s->beams;
    int64_t y = a->ny - 1;
    for (int64_t i = 0; i < a->ni; i += k->bz) {
        int64_t i2 = qb_min64(i + k->bz, a->ni) - 1;
        QbSide p = side_of(a, l->base[j - 1], i, y, i2, y), q = side_of(b, l->base[j], i, 0, i2, 0);
        s->cpu->join(s->parent, &q, &p, k->reach_y, s->pitch - 1);
        if (i == 0 || k->reach_diag < 0)
            continue;
        p = side_of(a, l->base[j - 1], i - 1, y, i - 1, y);
        q = side_of(b, l->base[j], i, 0, i, 0);
        s->cpu->join(s->parent, &q, &p, k->reach_diag, s->pitch - 1);
        p = side_of(a, l->base[j - 1], i, y, i, y);
        q = side_of(b, l->base[j], i - 1, 0, i - 1, 0);
        s->cpu->join(s->parent, &q, &p, k->reach_diag, s->pitch - 1);
    }
}

/* ---- the face to the last slice --------------------------------------------------------------------- */

static QbSide live_side(const QbLabelState *s, int64_t y, int64_t y2)
{
    const QbLiveSet *l = &s->live;
    uint32_t beam = l->beam[y];
    return (QbSide){l->heads + beam * s->pitch, l->bits + y * s->pitch, l->bits + y2 * s->pitch,
                    &l->comp[l->start[beam]], 0};
}

/* Joins rows [ya, yb) of a tile's first slice (one beam; y0 is the tile's first row) to rows [pa, pb) of the live set
 * (one beam). */
static void join_rows(QbLabelState *s, const QbLabelTile *t, uint32_t base, int64_t y0,
                      const int64_t cut[4])
{
    const QbBeams *k = &s->beams;
    int64_t ya = cut[0], yb = cut[1], pa = cut[2], pb = cut[3];
    if (pa >= ya && pb <= yb) { /* every row faces every other one */
        QbSide q = side_of(t, base, 0, ya - y0, 0, yb - 1 - y0), p = live_side(s, pa, pb - 1);
        s->cpu->join(s->parent, &q, &p, k->reach_z, s->pitch - 1);
        return;
    }
    for (int64_t py = pa; py < pb; py++) {
        for (int64_t y = qb_max64(ya, py - 1); y < qb_min64(yb, py + 2); y++) {
            int reach = y == py ? k->reach_z : k->reach_diag;
            QbSide q = side_of(t, base, 0, y - y0, 0, y - y0), p = live_side(s, py, py);
            if (reach >= 0)
                s->cpu->join(s->parent, &q, &p, reach, s->pitch - 1);
        }
    }
}

static void join_z_face(QbLabelState *s, const Layer *l, int j)
{
    const QbLabelTile *t = &l->tile[j];
    int64_t y0 = l->box[j].lo[1] - s->domain.lo[1];
    for (int64_t y = 0; y < t->ny; y += s->beams.by) {
        int64_t ya = y0 + y, yb = qb_min64(ya + s->beams.by, y0 + t->ny);
        int64_t end = qb_min64(yb + 1, s->ny);
        if (t->start[y / s->beams.by] == t->start[y / s->beams.by + 1])
            continue;
        for (int64_t pa = qb_max64(ya - 1, 0), pb; pa < end; pa = pb) {
            pb = pa + 1;
            uint32_t beam = s->live.beam[pa];
            while (pb < end && s->live.beam[pb] == beam)
                pb++;
            if (s->live.start[beam] < s->live.start[beam + 1])
                join_rows(s, t, l->base[j], y0, (int64_t[4]){ya, yb, pa, pb});
        }
    }
}

/* ---- slots ------------------------------------------------------------------------------------------ */

/* After this every parent is a root. Live components have the smallest nodes, so a set that holds one has it as root. */
static void flatten(QbLabelState *s, int64_t n_nodes)
{
    QbLiveSet *l = &s->live;
    for (int64_t k = 0; k < n_nodes; k++)
        s->parent[k] = s->parent[s->parent[k]];
    for (uint32_t k = 0; k < l->n; k++) {
        uint32_t root = s->parent[k];
        if (root == k)
            l->root_slot[k] = l->slot[k];
        else if (l->slot[k] < l->root_slot[root])
            l->root_slot[root] = l->slot[k];
    }
}

/* New components get slots in the raster order of their first voxels: tiles of one layer interleave slice by slice. */
static bool assign_slots(QbLabelState *s, const Layer *l, int64_t *n_new, QbErr *err)
{
    uint32_t n = 0;
    if (l->n_nodes > 0)
        memset(s->mark, 0, (size_t)l->n_nodes * sizeof(*s->mark));
    for (int64_t i = 0; i < l->tile[0].ni; i++) {
        for (int j = 0; j < l->n; j++) {
            const QbLabelTile *t = &l->tile[j];
            for (uint32_t c = t->first[i]; c < t->first[i + 1]; c++) {
                uint32_t node = l->base[j] + c, root = s->parent[node];
                if (root >= s->live.n && s->mark[root] == 0)
                    s->mark[root] = ++n;
                if (!qb_column_add(s->voxels, qb_label_slot(s, node), t->voxels[c], err))
                    return false;
            }
        }
    }
    *n_new = n;
    return true;
}

/* On a union of live slots the smaller one takes over the voxels of the other. */
static bool bury(QbLabelState *s, QbErr *err)
{
    for (uint32_t k = 0; k < s->live.n; k++) {
        int64_t slot = s->live.slot[k], winner = s->live.root_slot[s->parent[k]], voxels;
        if (slot == winner)
            continue;
        if (!qb_column_get(s->voxels, slot, &voxels, err) ||
            !qb_column_set(s->voxels, slot, 0, err) ||
            !qb_column_add(s->voxels, winner, voxels, err))
            return false;
        if (s->forward && !qb_column_set(s->forward, slot, winner, err))
            return false;
    }
    return true;
}

/* ---- the new live set ------------------------------------------------------------------------------- */

/* The index of a node's component in the new live set; its slot is noted at the first visit. Old live slots are no
 * longer needed: bury was the last to read them. */
static uint32_t live_index(QbLabelState *s, uint32_t node, uint32_t *n)
{
    uint32_t root = s->parent[node];
    int64_t slot;
    if (root < s->live.n) {
        slot = s->live.root_slot[root];
        if (slot & LIVE_SLOT)
            return (uint32_t)(slot & ~LIVE_SLOT);
        s->live.root_slot[root] = LIVE_SLOT | *n;
    } else {
        if (s->mark[root] & LIVE_MARK)
            return s->mark[root] & ~LIVE_MARK;
        slot = s->n_slots + s->mark[root] - 1;
        s->mark[root] = LIVE_MARK | *n;
    }
    s->live.slot[*n] = slot;
    return (*n)++;
}

/* The rows of a tile's last slice, and where the runs of their beams begin. */
static void copy_rows(QbLabelState *s, const QbLabelTile *t, int64_t y0, uint32_t beam0)
{
    size_t pitch = (size_t)s->pitch, word = sizeof(uint64_t);
    memcpy(s->live.bits + (size_t)y0 * pitch, qb_label_bits(t, t->ni - 1, 0),
           (size_t)t->ny * pitch * word);
    memcpy(s->live.heads + beam0 * pitch, qb_label_heads(t, (t->nbz - 1) * t->nby),
           (size_t)t->nby * pitch * word);
}

static size_t runs_of_last_layer(const QbLabelTile *t)
{
    return t->start[t->nbz * t->nby] - t->start[(t->nbz - 1) * t->nby];
}

static bool keep_last_slice(QbLabelState *s, const Layer *l, QbErr *err)
{
    QbLiveSet *v = &s->live;
    size_t n_runs = 0;
    for (int j = 0; j < l->n; j++)
        n_runs += runs_of_last_layer(&l->tile[j]);
    /* There are no more live components than runs. */
    if (!grow_live_runs(v, n_runs, err) || !grow_live_slots(v, n_runs, err))
        return false;
    uint32_t n = 0, run = 0, beam = 0;
    for (int j = 0; j < l->n; j++) {
        const QbLabelTile *t = &l->tile[j];
        int64_t y0 = l->box[j].lo[1] - s->domain.lo[1], last = (t->nbz - 1) * t->nby;
        copy_rows(s, t, y0, beam);
        for (int64_t by = 0; by < t->nby; by++) {
            for (int64_t y = by * s->beams.by; y < qb_min64((by + 1) * s->beams.by, t->ny); y++)
                v->beam[y0 + y] = beam;
            v->start[beam++] = run;
            for (uint32_t k = t->start[last + by]; k < t->start[last + by + 1]; k++)
                v->comp[run++] = live_index(s, l->base[j] + t->comp[k], &n);
        }
    }
    v->start[beam] = run;
    v->n = n;
    v->i = l->box[0].hi[0] - 1;
    return true;
}

/* ---- one layer, one quantum ------------------------------------------------------------------------- */

static bool merge_layer(QbLabelState *s, const Layer *l, QbErr *err)
{
    if (!grow_nodes(s, l->n_nodes, err))
        return false;
    for (int64_t k = 0; k < l->n_nodes; k++)
        s->parent[k] = (uint32_t)k;
    for (int j = 0; j < l->n; j++) {
        if (j > 0)
            join_y_face(s, l, j);
        if (s->live.n > 0)
            join_z_face(s, l, j);
    }
    flatten(s, l->n_nodes);
    int64_t n_new;
    if (!assign_slots(s, l, &n_new, err) || !bury(s, err))
        return false;
    for (int j = 0; s->wants_image && j < l->n; j++) {
        if (!qb_label_store(s, &l->tile[j], &l->box[j], l->base[j], err))
            return false;
    }
    if (l->box[0].hi[0] < s->domain.hi[0] && !keep_last_slice(s, l, err))
        return false;
    s->n_slots += n_new;
    return true;
}

bool qb_label_merge(QbLabelState *s, void *const *partials, const QbBox *boxes, int n, QbErr *err)
{
    Layer l = {.tile = malloc((size_t)n * sizeof(*l.tile)),
               .base = malloc((size_t)n * sizeof(*l.base))};
    bool ok = l.tile && l.base;
    if (!ok)
        qb_err_set(err, "out of memory: %d tiles cannot be merged", n);
    for (int from = 0, to; ok && from < n; from = to) {
        if (s->live.i != boxes[from].lo[0] - 1)
            s->live.n = 0;
        l.n_nodes = s->live.n;
        l.box = &boxes[from];
        for (to = from; to < n && boxes[to].lo[0] == boxes[from].lo[0]; to++) {
            const QbBox *b = &boxes[to];
            QbLabelTile *t = &l.tile[to - from];
            *t = qb_label_tile_map(&s->beams, partials[to], b->hi[0] - b->lo[0],
                                   b->hi[1] - b->lo[1], s->nx);
            l.base[to - from] = (uint32_t)l.n_nodes;
            l.n_nodes += *t->n_comps;
        }
        l.n = to - from;
        ok = merge_layer(s, &l, err);
    }
    free(l.tile);
    free(l.base);
    return ok;
}

/* ---- checkpoints ------------------------------------------------------------------------------------ */

static bool keep_live(QbLabelState *s, QbKeep *k, QbErr *err)
{
    QbLiveSet *l = &s->live;
    int64_t head[3] = {l->i, l->n, l->n ? l->start[l->beam[s->ny - 1] + 1] : 0};
    if (!qb_keep_bytes(k, head, sizeof(head), err))
        return false;
    int64_t most = s->ny * ((s->nx + 1) / 2);
    if (head[1] < 0 || head[2] < head[1] || head[2] > most)
        return qb_err_set(err, "the checkpoint is damaged: %lld live objects", (long long)head[1]);
    size_t n = (size_t)head[1], n_runs = (size_t)head[2];
    l->i = head[0];
    l->n = (uint32_t)n;
    if (k->loading && (!grow_live_runs(l, n_runs, err) || !grow_live_slots(l, n, err)))
        return false;
    size_t bytes = (size_t)(s->ny * s->pitch) * sizeof(uint64_t);
    return qb_keep_bytes(k, l->comp, n_runs * sizeof(uint32_t), err) &&
           qb_keep_bytes(k, l->slot, n * sizeof(int64_t), err) &&
           qb_keep_bytes(k, l->beam, (size_t)s->ny * sizeof(uint32_t), err) &&
           qb_keep_bytes(k, l->start, ((size_t)s->ny + 1) * sizeof(uint32_t), err) &&
           qb_keep_bytes(k, l->bits, bytes, err) && qb_keep_bytes(k, l->heads, bytes, err);
}

bool qb_label_keep(QbLabelState *s, QbKeep *k, QbErr *err)
{
    int64_t counts[3] = {s->n_slots, s->n_tiles, s->n_comps};
    if (!qb_keep_bytes(k, counts, sizeof(counts), err) || !keep_live(s, k, err) ||
        !qb_keep_column(k, s->voxels, err))
        return false;
    s->n_slots = counts[0];
    s->n_tiles = counts[1];
    s->n_comps = counts[2];
    return !s->wants_image || (qb_keep_column(k, s->forward, err) && qb_keep_log(k, s->runs, err) &&
                               qb_keep_log(k, s->slots, err) && qb_keep_log(k, s->index, err));
}
