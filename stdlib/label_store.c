/* The label image between the pass that found the objects and whoever reads it: the runs of every tile in a log, an index
 * of the tiles, and the labels of their components. Reading decodes only the rows that are asked for. */
#include "stdlib/kernels/bits.h"
#include "stdlib/label_state.h"

#include <stdlib.h>
#include <string.h>

/* Rows are read in spans of so many words; a span holds no more runs than half its columns, and one that began before. */
enum { SPAN = 64, SPAN_RUNS = 32 * SPAN, LINE_BITS = 10, LINES = 16 };

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

/* A beam is stored as the number of its first run, its heads and its rows, all without the zeros behind them. */
static bool store_beam(QbLabelState *s, const QbLabelTile *t, int64_t bz, int64_t by, QbErr *err)
{
    size_t row = (size_t)(t->pitch - 1) * sizeof(uint64_t);
    int64_t beam = bz * t->nby + by;
    uint64_t from = t->start[beam];
    if (!qb_log_append(s->runs, &from, sizeof(from), NULL, err) ||
        !qb_log_append(s->runs, qb_label_heads(t, beam), row, NULL, err))
        return false;
    for (int64_t i = bz * t->beams.bz; i < qb_min64((bz + 1) * t->beams.bz, t->ni); i++) {
        for (int64_t y = by * t->beams.by; y < qb_min64((by + 1) * t->beams.by, t->ny); y++)
            if (!qb_log_append(s->runs, qb_label_bits(t, i, y), row, NULL, err))
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
    if (!qb_log_append(s->runs, t->comp, *t->n_runs * sizeof(*t->comp), &e.runs_at, err))
        return false;
    e.beams_at = qb_log_size(s->runs);
    for (int64_t beam = 0; beam < t->nbz * t->nby; beam++)
        if (!store_beam(s, t, beam / t->nby, beam % t->nby, err))
            return false;
    if (!store_slots(s, base, *t->n_comps, err) ||
        !qb_log_append(s->index, &e, sizeof(e), NULL, err))
        return false;
    s->n_comps += e.n_comps;
    s->n_tiles++;
    return true;
}

/* ---- reading ---------------------------------------------------------------------------------------- */

/* What one call of fill works with. */
typedef struct Reader {
    const QbLabelState *s;
    const QbTile *out;
    QbStoredTile tile;
    int64_t line[LINES]; /* which labels of the tile are in cache: their line, or −1 */
    uint32_t cache[LINES << LINE_BITS];
    uint32_t comp[SPAN_RUNS], label[1 + SPAN_RUNS + 15];
    uint64_t words[1 + 5 * SPAN]; /* of a beam: its first run, heads, up to four rows */
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

/* A stored beam: where it lies in the log, its rows, and which of them are wanted. */
typedef struct Beam {
    int64_t at;
    int n_rows;
    int n, row[4];
    uint32_t *out[4]; /* column 0 of the box */
} Beam;

static Beam find_beam(const Reader *r, int64_t bz, int64_t by)
{
    const QbLabelState *s = r->s;
    const QbBox *b = &r->out->box;
    int64_t ni = r->tile.i1 - r->tile.i0, ny = r->tile.y1 - r->tile.y0;
    int64_t i0 = bz * s->beams.bz, i1 = qb_min64(i0 + s->beams.bz, ni);
    int64_t y0 = by * s->beams.by, y1 = qb_min64(y0 + s->beams.by, ny);
    int64_t beams = bz * ((ny + s->beams.by - 1) / s->beams.by) + by;
    int64_t words = (i0 * ny + y0 * (i1 - i0) + beams) * (s->pitch - 1) + beams;
    Beam beam = {.at = r->tile.beams_at + words * (int64_t)sizeof(uint64_t)};
    for (int64_t i = i0; i < i1; i++) {
        for (int64_t y = y0; y < y1; y++, beam.n_rows++) {
            int64_t ai = r->tile.i0 + i + s->domain.lo[0], ay = r->tile.y0 + y + s->domain.lo[1];
            if (ai < b->lo[0] || ai >= b->hi[0] || ay < b->lo[1] || ay >= b->hi[1])
                continue;
            beam.row[beam.n] = beam.n_rows;
            beam.out[beam.n++] = qb_tile_row(r->out, ai, ay);
        }
    }
    return beam;
}

/* Words [w, w + n) of the heads and of the rows of a beam, one line of n after the other, behind its first run. */
static bool read_span(Reader *r, const Beam *b, int64_t w, int64_t n, QbErr *err)
{
    const int64_t all = r->s->pitch - 1, size = sizeof(uint64_t);
    if (n == all)
        return qb_log_read(r->s->runs, b->at, r->words, (size_t)(1 + n * (1 + b->n_rows)) * 8, err);
    bool ok = w > 0 || qb_log_read(r->s->runs, b->at, r->words, sizeof(uint64_t), err);
    for (int k = 0; ok && k <= b->n_rows; k++)
        ok = qb_log_read(r->s->runs, b->at + (1 + k * all + w) * size, &r->words[1 + k * n],
                         (size_t)(n * size), err);
    return ok;
}

/* The labels of n runs of the tile, into label[1] and on. */
static bool read_labels(Reader *r, int64_t from, uint32_t n, QbErr *err)
{
    if (!qb_log_read(r->s->runs, r->tile.runs_at + from * (int64_t)sizeof(*r->comp), r->comp,
                     n * sizeof(*r->comp), err))
        return false;
    for (uint32_t k = 0; k < n; k++)
        if (!label_of(r, r->comp[k], &r->label[1 + k], err))
            return false;
    return true;
}

/* Paints the wanted rows of a beam: the columns of the box that lie in a span, then those in the next one. */
static bool draw_beam(Reader *r, const Beam *b, QbErr *err)
{
    int64_t x = r->out->box.lo[2] - r->s->domain.lo[2],
            end = r->out->box.hi[2] - r->s->domain.lo[2];
    uint64_t run = 0;
    for (int64_t w = 0; 64 * w < end; w += SPAN) {
        int64_t n = qb_min64(SPAN, r->s->pitch - 1 - w), x0 = qb_max64(x, 64 * w);
        uint32_t n_runs = 0;
        if (!read_span(r, b, w, n, err))
            return false;
        for (int64_t k = 0; k < n; k++)
            n_runs += qb_count_bits(r->words[1 + k]);
        if (!read_labels(r, (int64_t)(r->words[0] + run), n_runs, err))
            return false;
        QbPaint p = {.n = b->n, .heads = &r->words[1], .label = r->label};
        for (int k = 0; k < b->n; k++) {
            p.out[k] = b->out[k] + (x0 - x);
            p.bits[k] = &r->words[1 + (1 + b->row[k]) * n];
        }
        if (x0 < 64 * (w + n))
            r->s->cpu->paint(&p, x0 - 64 * w, qb_min64(end - 64 * w, 64 * n));
        run += n_runs;
        r->label[0] = r->label[n_runs];
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
    for (int k = 0; k < LINES; k++)
        r->line[k] = -1;
    for (int64_t z = i0 / s->beams.bz; z * s->beams.bz < i1; z++) {
        for (int64_t y = y0 / s->beams.by; y * s->beams.by < y1; y++) {
            Beam beam = find_beam(r, z, y);
            if (!draw_beam(r, &beam, err))
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
    Reader *r = malloc(sizeof(*r));
    if (!r)
        return qb_err_set(err, "out of memory: reading labels needs %zu bytes", sizeof(*r));
    r->s = s;
    r->out = out;
    memset(r->label, 0, sizeof(r->label));
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
