/* The label image between the pass that found the objects and whoever reads it: the runs of every tile in a log, an index
 * of the tiles, and the labels of their components. Reading decodes only the rows that are asked for. */
#include "stdlib/label_state.h"

#include <stdlib.h>
#include <string.h>

enum { RUN_BLOCK = 1024, LINE_BITS = 10, LINES = 16 };

/* ---- writing ---------------------------------------------------------------------------------------- */

static bool store_slots(QbLabelState *s, uint32_t base, uint32_t n, QbErr *err)
{
    int64_t slot[512];
    for (uint32_t from = 0; from < n; from += 512) {
        uint32_t m = n - from < 512 ? n - from : 512;
        for (uint32_t k = 0; k < m; k++)
            slot[k] = qb_label_slot(s, base + from + k);
        if (!qb_log_append(s->slots, slot, m * sizeof(*slot), NULL, err))
            return false;
    }
    return true;
}

/* Rows of bits without their borders. Solid runs need none. */
static bool store_bits(QbLabelState *s, const QbLabelTile *t, QbErr *err)
{
    size_t row = (size_t)(t->pitch - 2) * sizeof(uint64_t);
    for (int64_t r = 0; !t->beams.solid && r < t->ni * t->ny; r++) {
        if (!qb_log_append(s->runs, t->bits + r * t->pitch + 1, row, NULL, err))
            return false;
    }
    return true;
}

bool qb_label_store(QbLabelState *s, const QbLabelTile *t, const QbBox *box, uint32_t base,
                    QbErr *err)
{
    QbStoredTile e = {
        .i0 = box->lo[0] - s->domain.lo[0],
        .i1 = box->hi[0] - s->domain.lo[0],
        .y0 = box->lo[1] - s->domain.lo[1],
        .y1 = box->hi[1] - s->domain.lo[1],
        .comps_at = s->n_comps,
        .n_comps = *t->n_comps,
    };
    size_t starts = ((size_t)(t->nbz * t->nby) + 1) * sizeof(uint32_t);
    if (!qb_log_append(s->runs, t->start, starts, &e.start_at, err) ||
        !qb_log_append(s->runs, t->run, *t->n_runs * sizeof(QbRun), &e.runs_at, err))
        return false;
    e.bits_at = qb_log_size(s->runs);
    if (!store_bits(s, t, err) || !store_slots(s, base, *t->n_comps, err) ||
        !qb_log_append(s->index, &e, sizeof(e), NULL, err))
        return false;
    s->n_comps += e.n_comps;
    s->n_tiles++;
    return true;
}

/* ---- reading ---------------------------------------------------------------------------------------- */

/* What one call of fill works with: fixed buffers and a few rows of bits. */
typedef struct Reader {
    const QbLabelState *s;
    const QbTile *out;
    QbStoredTile tile;
    int64_t line[LINES]; /* which labels of the tile are in cache: their line, or −1 */
    uint32_t cache[LINES << LINE_BITS];
    QbRun run[RUN_BLOCK];
    uint64_t bits[]; /* four rows */
} Reader;

static bool label_of(Reader *r, uint32_t comp, uint32_t *label, QbErr *err)
{
    int64_t line = comp >> LINE_BITS, k = line % LINES;
    if (r->line[k] != line) {
        int64_t from = line << LINE_BITS,
                n = qb_min64(INT64_C(1) << LINE_BITS, r->tile.n_comps - from);
        r->line[k] = -1;
        if (!qb_log_read(r->s->labels, (r->tile.comps_at + from) * (int64_t)sizeof(uint32_t),
                         &r->cache[k << LINE_BITS], (size_t)n * sizeof(uint32_t), err))
            return false;
        r->line[k] = line;
    }
    *label = r->cache[k << LINE_BITS | (comp & ((1 << LINE_BITS) - 1))];
    return true;
}

/* Rows of one beam that the caller wants: output rows, and where their bits are (NULL: solid). */
typedef struct Wanted {
    uint32_t *out[4];
    const uint64_t *bits[4];
    int n;
} Wanted;

static bool want_rows(Reader *r, int64_t bz, int64_t by, Wanted *w, QbErr *err)
{
    const QbLabelState *s = r->s;
    const QbBox *b = &r->out->box;
    int64_t words = s->pitch - 2, ny = r->tile.y1 - r->tile.y0;
    w->n = 0;
    for (int64_t i = bz * s->beams.bz; i < (bz + 1) * s->beams.bz; i++) {
        for (int64_t y = by * s->beams.by; y < (by + 1) * s->beams.by; y++) {
            int64_t ai = r->tile.i0 + i + s->domain.lo[0], ay = r->tile.y0 + y + s->domain.lo[1];
            if (ai < b->lo[0] || ai >= b->hi[0] || ay < b->lo[1] || ay >= b->hi[1] ||
                i >= r->tile.i1 - r->tile.i0 || y >= ny)
                continue;
            w->out[w->n] = qb_tile_row(r->out, ai, ay);
            memset(w->out[w->n], 0, (size_t)(b->hi[2] - b->lo[2]) * sizeof(uint32_t));
            w->bits[w->n] = NULL;
            if (!s->beams.solid) {
                uint64_t *to = r->bits + w->n * words;
                int64_t at = r->tile.bits_at + (i * ny + y) * words * (int64_t)sizeof(uint64_t);
                if (!qb_log_read(s->runs, at, to, (size_t)words * sizeof(uint64_t), err))
                    return false;
                w->bits[w->n] = to;
            }
            w->n++;
        }
    }
    return true;
}

/* Writes one run into the wanted rows, as far as it lies in the box. */
static bool draw_run(Reader *r, const QbRun *run, const Wanted *w, QbErr *err)
{
    int64_t x = r->out->box.lo[2] - r->s->domain.lo[2],
            end = r->out->box.hi[2] - r->s->domain.lo[2];
    int64_t x0 = qb_max64(run->x0, x), x1 = qb_min64(run->x1, end);
    uint32_t label;
    if (x0 >= x1)
        return true;
    if (!label_of(r, run->comp, &label, err))
        return false;
    for (int k = 0; k < w->n; k++) {
        uint32_t *p = w->out[k] + (x0 - x);
        if (w->bits[k]) {
            r->s->cpu->expand(p, w->bits[k], x0, x1, label);
            continue;
        }
        for (int64_t n = x1 - x0; n > 0; n--)
            *p++ = label;
    }
    return true;
}

static bool draw_beam(Reader *r, const uint32_t start[2], const Wanted *w, QbErr *err)
{
    for (uint32_t from = start[0]; from < start[1]; from += RUN_BLOCK) {
        uint32_t n = start[1] - from < RUN_BLOCK ? start[1] - from : RUN_BLOCK;
        if (!qb_log_read(r->s->runs, r->tile.runs_at + from * (int64_t)sizeof(QbRun), r->run,
                         n * sizeof(QbRun), err))
            return false;
        for (uint32_t k = 0; k < n; k++) {
            if (!draw_run(r, &r->run[k], w, err))
                return false;
        }
    }
    return true;
}

static bool draw_tile(Reader *r, QbErr *err)
{
    const QbLabelState *s = r->s;
    const QbBox *b = &r->out->box;
    const QbStoredTile *t = &r->tile;
    int64_t i0 = qb_max64(b->lo[0] - s->domain.lo[0], t->i0) - t->i0,
            i1 = qb_min64(b->hi[0] - s->domain.lo[0], t->i1) - t->i0;
    int64_t y0 = qb_max64(b->lo[1] - s->domain.lo[1], t->y0) - t->y0,
            y1 = qb_min64(b->hi[1] - s->domain.lo[1], t->y1) - t->y0;
    int64_t bz = s->beams.bz, by = s->beams.by, nby = (t->y1 - t->y0 + by - 1) / by;
    for (int k = 0; k < LINES; k++)
        r->line[k] = -1;
    for (int64_t z = i0 / bz; z * bz < i1; z++) {
        for (int64_t y = y0 / by; y * by < y1; y++) {
            uint32_t start[2];
            Wanted w;
            if (!qb_log_read(s->runs, t->start_at + (z * nby + y) * (int64_t)sizeof(uint32_t),
                             start, sizeof(start), err) ||
                !want_rows(r, z, y, &w, err) || !draw_beam(r, start, &w, err))
                return false;
        }
    }
    return true;
}

static bool read_tile(const QbLabelState *s, int64_t k, QbStoredTile *t, QbErr *err)
{
    return qb_log_read(s->index, k * (int64_t)sizeof(*t), t, sizeof(*t), err);
}

/* The first stored tile that ends after slice i; tiles are stored in the order of axis 0. */
static bool first_tile(const QbLabelState *s, int64_t i, int64_t *first, QbErr *err)
{
    int64_t lo = 0, hi = s->n_tiles;
    while (lo < hi) {
        int64_t mid = lo + (hi - lo) / 2;
        QbStoredTile t;
        if (!read_tile(s, mid, &t, err))
            return false;
        if (t.i1 <= i)
            lo = mid + 1;
        else
            hi = mid;
    }
    *first = lo;
    return true;
}

bool qb_label_fill(const QbLabelState *s, const QbTile *out, QbErr *err)
{
    const QbBox *b = &out->box;
    size_t rows = (size_t)(s->pitch - 2) * (size_t)(s->beams.bz * s->beams.by);
    Reader *r = malloc(sizeof(*r) + rows * sizeof(uint64_t));
    if (!r)
        return qb_err_set(err, "out of memory: reading labels needs %zu bytes", sizeof(*r));
    r->s = s;
    r->out = out;
    int64_t k, y0 = b->lo[1] - s->domain.lo[1], y1 = b->hi[1] - s->domain.lo[1];
    bool ok = first_tile(s, b->lo[0] - s->domain.lo[0], &k, err);
    for (; ok && k < s->n_tiles; k++) {
        ok = read_tile(s, k, &r->tile, err);
        if (!ok || r->tile.i0 >= b->hi[0] - s->domain.lo[0])
            break;
        if (r->tile.y0 < y1 && r->tile.y1 > y0)
            ok = draw_tile(r, err);
    }
    free(r);
    return ok;
}
