/* Tallies: counting, and the search for a rank, digit by digit from the top. */
#include "stdlib/tally.h"
#include "stdlib/kernels/sort_key.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS16 = 65536, MOST_AT_ONCE = 1 << 30 };

int qb_tally_levels(QbPix pix)
{
    return qb_pix_bytes(pix) == 8 ? 4 : qb_pix_bytes(pix) == 4 ? 2 : 1;
}

static bool is_twin(const QbTally *t)
{
    return t->seek.prefix[0] == t->seek.prefix[1];
}

QbTally *qb_tally_new(QbPix pix, const QbSeek *seek)
{
    QbTally *t = qb_xcalloc(1, sizeof(*t));
    t->pix = pix;
    t->n_bins = qb_tally_bins(pix);
    t->seek = *seek;
    for (int k = 0; k < (is_twin(t) ? 1 : 2); k++)
        t->count[k] = qb_xcalloc((size_t)t->n_bins, sizeof(uint64_t));
    return t;
}

void qb_tally_free(QbTally *t)
{
    free(t->count[0]);
    free(t->count[1]);
    free(t);
}

/* ---- counting ------------------------------------------------------------------------------------------ */

size_t qb_tally_part_bytes(QbPix pix)
{
    size_t cells = qb_pix_bytes(pix) == 1 ? QB_COUNT8_TABLES * 256 : 2 * BINS16;
    return sizeof(QbTallyPart) + cells * sizeof(uint32_t);
}

void qb_tally_part_open(QbPix pix, QbTallyPart *part)
{
    memset(part, 0, qb_tally_part_bytes(pix));
}

static void count_row(const QbLabelKernels *cpu, const QbTally *t, QbTallyPart *part,
                      const void *row, int64_t n)
{
    uint32_t *const tables[2] = {part->count, part->count + BINS16};
    QbDigit digit = {.shift = 48 - 16 * t->seek.level,
                     .prefix = {t->seek.prefix[0], t->seek.prefix[1]},
                     .count = {tables[0], tables[1]}};
    switch (qb_pix_bytes(t->pix)) {
    case 1:
        cpu->count8(row, n, (uint32_t(*)[256])(void *)part->count);
        return;
    case 2:
        cpu->count16(row, n, tables);
        return;
    }
    part->n_nan += (uint64_t)cpu->count_digit(t->pix, row, n, &digit);
}

void qb_tally_add(const QbLabelKernels *cpu, QbTally *t, QbTallyPart *part, const void *row,
                  int64_t n)
{
    for (int64_t from = 0; from < n; from += MOST_AT_ONCE) {
        int64_t m = qb_min64(n - from, MOST_AT_ONCE);
        if (part->added + (uint64_t)m > UINT32_MAX)
            qb_tally_flush(t, part);
        count_row(cpu, t, part, (const char *)row + (size_t)from * qb_pix_bytes(t->pix), m);
        part->added += (uint64_t)m;
    }
}

/* Bits of signed voxels count from the smallest value after their sign is flipped. */
static void flush_table(const QbTally *t, const uint32_t *from, uint64_t *to)
{
    int64_t flip =
        qb_pix_info[t->pix].is_signed && qb_tally_levels(t->pix) == 1 ? t->n_bins / 2 : 0;
    for (int64_t k = 0; k < t->n_bins; k++)
        if (from[k])
            __atomic_fetch_add(&to[k ^ flip], from[k], __ATOMIC_RELAXED);
}

void qb_tally_flush(QbTally *t, QbTallyPart *part)
{
    int tables = t->n_bins == 256 ? QB_COUNT8_TABLES : 2;
    for (int k = 0; k < tables; k++)
        flush_table(t, part->count + k * t->n_bins, t->count[is_twin(t) ? 0 : k]);
    __atomic_fetch_add(&t->n_nan, part->n_nan, __ATOMIC_RELAXED);
    qb_tally_part_open(t->pix, part);
}

/* ---- ranks --------------------------------------------------------------------------------------------- */

/* The place of a percentile among n sorted numbers: a rank, and how far it is on the way to the next one. */
static uint64_t place_of(uint64_t n, double p, double *part)
{
    double place = p / 100 * (double)(n - 1), below = floor(place);
    *part = place - below;
    uint64_t rank = (uint64_t)below;
    return rank < n ? rank : n - 1;
}

static void seek_digit(const QbTally *t, int k, QbSeek *s)
{
    const uint64_t *count = t->count[is_twin(t) ? 0 : k];
    int64_t bin = 0;
    while (bin + 1 < t->n_bins && s->rank[k] >= count[bin])
        s->rank[k] -= count[bin++];
    s->prefix[k] = s->prefix[k] * (uint64_t)t->n_bins + (uint64_t)bin;
}

QbSeek qb_tally_seek(const QbTally *t, double p)
{
    QbSeek s = t->seek;
    double part;
    if (s.level == 0) {
        s.rank[0] = t->n ? place_of(t->n, p, &part) : 0;
        s.rank[1] = s.rank[0] + 1 < t->n ? s.rank[0] + 1 : s.rank[0];
    }
    for (int k = 0; k < 2; k++)
        seek_digit(t, k, &s);
    s.level++;
    return s;
}

static double value_of(QbPix pix, uint64_t key)
{
    int levels = qb_tally_levels(pix);
    return levels == 1 ? (double)qb_tally_value(pix, (int64_t)key)
                       : qb_sort_unkey(pix, key << (64 - 16 * levels));
}

double qb_tally_percentile(const QbTally *t, double p)
{
    QbSeek s = qb_tally_seek(t, p);
    double part;
    if (t->n_nan || t->n == 0)
        return NAN;
    place_of(t->n, p, &part);
    double low = value_of(t->pix, s.prefix[0]), high = value_of(t->pix, s.prefix[1]);
    return part == 0 || low == high ? low : low + (high - low) * part;
}
