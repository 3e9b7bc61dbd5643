/* A strip that is too long to unpack whole: rows are unpacked in order, through one window of packed bytes and one row.
 * Knows one strip of one page; which rows are wanted, and what becomes of them, is for tiff_read_chunk.c. */
#include "runtime/tiff_read.h"

#include <inttypes.h>
#include <stdlib.h>

#define WINDOW ((size_t)1 << 18)

struct QbTiffOrder {
    QbTiffCodec codec;
    QbTiffStream *stream;
    const QbTiffChunk *chunk; /* that is being unpacked, or NULL */
    int64_t next;             /* the row that comes next; `row` holds the one before */
    uint64_t used;            /* bytes of the chunk that were read from the file */
    const uint8_t *in;
    size_t n_in;
    int64_t bytes_read;
    int64_t row_bytes;
    uint8_t *row, *line;
    uint8_t window[WINDOW];
};

static const char *chunk_word(const QbTiffPlace *at)
{
    return at->page->tiled ? "tile" : "strip";
}

bool qb_tiff_damaged(const QbTiffPlace *at, QbErr *err)
{
    return qb_err_set(err,
                      "%s %" PRId64 " of page %" PRId64 " of '%s' is damaged: it is no %s data",
                      chunk_word(at), at->k, at->page->number, at->file->name,
                      qb_tiff_compression_name(at->page->compression));
}

bool qb_tiff_ends_early(const QbTiffPlace *at, uint64_t got, uint64_t due, QbErr *err)
{
    return qb_err_set(err,
                      "%s %" PRId64 " of page %" PRId64 " of '%s' is truncated: it holds %" PRIu64
                      " of the %" PRIu64 " bytes that are due",
                      chunk_word(at), at->k, at->page->number, at->file->name, got, due);
}

int64_t qb_tiff_order_read(const QbTiffOrder *o)
{
    return o ? o->bytes_read : 0;
}

int64_t qb_tiff_order_bytes(const QbTiffPage *p)
{
    return (int64_t)sizeof(QbTiffOrder) + (64 << 10) + 2 * p->row_bytes;
}

void qb_tiff_order_free(QbTiffOrder *o)
{
    if (!o)
        return;
    qb_tiff_stream_free(o->stream);
    free(o->row);
    free(o->line);
    free(o);
}

static QbTiffOrder *new_order(const QbTiffPage *p)
{
    QbTiffOrder *o = calloc(1, sizeof(*o));
    if (!o)
        return NULL;
    o->codec = p->codec;
    o->row_bytes = p->row_bytes;
    o->stream = qb_tiff_stream_new(p->codec);
    o->row = malloc((size_t)p->row_bytes);
    o->line = malloc((size_t)p->row_bytes);
    if (o->stream && o->row && o->line)
        return o;
    qb_tiff_order_free(o);
    return NULL;
}

static bool refill(QbTiffOrder *o, const QbTiffPlace *at, QbErr *err)
{
    uint64_t left = at->chunk->bytes - o->used;
    size_t n = left < WINDOW ? (size_t)left : WINDOW;
    if (!qb_tiff_fetch(at->fd, at->file, at->chunk->offset + o->used, o->window, n, err))
        return false;
    if (at->page->lsb_first)
        qb_tiff_reverse_bits(o->window, n);
    o->in = o->window;
    o->n_in = n;
    o->used += n;
    o->bytes_read += (int64_t)n;
    return true;
}

static bool unpack_row(QbTiffOrder *o, const QbTiffPlace *at, QbErr *err)
{
    uint8_t *out = o->row;
    size_t n_out = (size_t)o->row_bytes;
    while (n_out > 0) {
        size_t in = o->n_in, left = n_out;
        if (!qb_tiff_stream_run(o->stream, &o->in, &o->n_in, &out, &n_out))
            return qb_tiff_damaged(at, err);
        bool stuck = o->n_in == in && n_out == left;
        if (n_out == 0)
            break;
        if (o->n_in == 0 && o->used < at->chunk->bytes) {
            if (!refill(o, at, err))
                return false;
        } else if (stuck || o->n_in == 0) {
            uint64_t row = (uint64_t)o->row_bytes;
            return qb_tiff_ends_early(
                at, (uint64_t)o->next * row + row - n_out,
                row *
                    (uint64_t)qb_tiff_rows_due(at->page, at->k / at->page->across % at->page->down),
                err);
        }
    }
    o->next++;
    return true;
}

/* From the strip's first row, unless the order goes on where it is. */
static bool place(QbTiffOrder *o, const QbTiffPlace *at, int64_t y)
{
    if (o->chunk == at->chunk && y >= o->next)
        return true;
    o->chunk = at->chunk;
    o->next = 0;
    o->used = 0;
    o->in = o->window;
    o->n_in = 0;
    return qb_tiff_stream_start(o->stream);
}

bool qb_tiff_order_row(QbTiffOrder **order, const QbTiffPlace *at, int64_t y, const uint8_t **row,
                       QbErr *err)
{
    QbTiffOrder *o = *order;
    int64_t bytes_read = qb_tiff_order_read(o);
    if (o && (o->codec != at->page->codec || o->row_bytes != at->page->row_bytes)) {
        qb_tiff_order_free(o);
        o = NULL;
    }
    *order = o = o ? o : new_order(at->page);
    if (o)
        o->bytes_read = bytes_read;
    else
        return qb_err_set(err, "cannot read '%s': out of memory", at->file->name);
    *row = o->row;
    if (o->chunk == at->chunk && y == o->next - 1)
        return true;
    if (!place(o, at, y)) {
        o->chunk = NULL;
        return qb_err_set(err, "cannot read '%s': out of memory", at->file->name);
    }
    while (o->next <= y)
        if (!unpack_row(o, at, err)) {
            o->chunk = NULL;
            return false;
        }
    qb_tiff_row_undo(at->page, o->row, o->line);
    return true;
}
