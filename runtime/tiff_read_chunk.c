/* What one worker does to a page: rows that stand in the file as they are wanted are read straight to where they go; all
 * others are unpacked chunk by chunk, and the chunks unpacked last are kept. Knows no threads: each worker has one of these. */
#include "runtime/tiff_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define WINDOW    ((int64_t)1 << 18) /* packed bytes, or bytes of rows, that are read at once */
#define GAP       4096 /* bytes between two rows or chunks that are rather read than jumped over */
#define MAX_PARTS 256

/* A buffer that grows; what it held is lost then. */
typedef struct Buffer {
    uint8_t *bytes;
    size_t cap;
} Buffer;

typedef struct Slot {
    Buffer rows;
    int64_t chunk; /* of the index, unpacked in `rows`; -1: none */
} Slot;

struct QbTiffWorker {
    const QbTiffIndex *ix;
    int fd;
    int32_t file; /* that is open; -1: none */
    int64_t bytes_read;
    Buffer packed; /* bytes [at, at + n) of the file, their bits turned where `turned` says so */
    uint64_t at;
    size_t n;
    bool turned;
    Buffer line;
    int64_t n_slots;
    Slot *slot; /* column of chunks by column, plane after plane */
    QbTiffStream *stream[QB_TIFF_LIBTIFF];
    QbTiffLib *lib;
    QbTiffOrder *order[3];
};

/* What one call wants of one page. */
typedef struct Want {
    const QbTiffPage *p;
    const QbTiffFile *file;
    int sample;
    int64_t y0, y1, x0, x1;
    void *const *to;
    QbErr *err;
} Want;

/* ---- the worker ------------------------------------------------------------------------------------- */

QbTiffWorker *qb_tiff_worker_new(const QbTiffIndex *ix)
{
    QbTiffWorker *w = calloc(1, sizeof(*w));
    if (!w)
        return NULL;
    w->ix = ix;
    w->fd = w->file = -1;
    return w;
}

static void close_file(QbTiffWorker *w)
{
    qb_tiff_lib_free(w->lib);
    w->lib = NULL;
    if (w->fd >= 0)
        close(w->fd);
    w->fd = w->file = -1;
    w->n = 0;
}

void qb_tiff_worker_free(QbTiffWorker *w)
{
    if (!w)
        return;
    close_file(w);
    for (int64_t k = 0; k < w->n_slots; k++)
        free(w->slot[k].rows.bytes);
    for (int k = 0; k < QB_COUNT(w->stream); k++)
        qb_tiff_stream_free(w->stream[k]);
    for (int k = 0; k < QB_COUNT(w->order); k++)
        qb_tiff_order_free(w->order[k]);
    free(w->slot);
    free(w->packed.bytes);
    free(w->line.bytes);
    free(w);
}

int64_t qb_tiff_worker_bytes(const QbTiffWorker *w)
{
    int64_t sum = w->bytes_read;
    for (int k = 0; k < QB_COUNT(w->order); k++)
        sum += qb_tiff_order_read(w->order[k]);
    return sum;
}

static bool no_memory(const Want *a)
{
    return qb_err_set(a->err, "cannot read '%s': out of memory", a->file->name);
}

static bool reserve(const Want *a, Buffer *b, int64_t n)
{
    if (b->cap >= (size_t)n)
        return true;
    free(b->bytes);
    b->bytes = malloc((size_t)n);
    b->cap = b->bytes ? (size_t)n : 0;
    return b->bytes || no_memory(a);
}

static bool reserve_slots(QbTiffWorker *w, const Want *a, int64_t n)
{
    if (w->n_slots >= n)
        return true;
    Slot *slot = realloc(w->slot, (size_t)n * sizeof(*slot));
    if (!slot)
        return no_memory(a);
    w->slot = slot;
    for (; w->n_slots < n; w->n_slots++)
        slot[w->n_slots] = (Slot){.chunk = -1};
    return true;
}

static bool open_file(QbTiffWorker *w, const Want *a)
{
    if (w->file == a->p->file)
        return true;
    close_file(w);
    if (!qb_tiff_reopen(a->file, &w->fd, a->err))
        return false;
    w->file = a->p->file;
    return true;
}

/* ---- planes ----------------------------------------------------------------------------------------- */

/* Planes that a voxel is made of, and the number of each. */
static int planes_wanted(const QbTiffPage *p, int sample)
{
    return p->planar && sample < 0 ? 3 : 1;
}

static int plane_number(const QbTiffPage *p, int sample, int q)
{
    return !p->planar ? 0 : sample < 0 ? q : sample;
}

static int64_t chunk_number(const Want *a, int q, int64_t cy, int64_t cx)
{
    const QbTiffPage *p = a->p;
    return (plane_number(p, a->sample, q) * p->down + cy) * p->across + cx;
}

/* ---- rows that are not packed ----------------------------------------------------------------------- */

/* Reads what the parts hold, from one place of the file on. */
static bool fetch_parts(QbTiffWorker *w, const Want *a, uint64_t at, struct iovec *part, int n)
{
    while (n > 0) {
        ssize_t k = preadv(w->fd, part, n, (off_t)at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return qb_err_set(a->err, "cannot read '%s': %s", a->file->name,
                              k < 0 ? strerror(errno) : "it has become shorter");
        at += (uint64_t)k;
        w->bytes_read += k;
        size_t left = (size_t)k;
        for (; n > 0 && left >= part->iov_len; n--, part++)
            left -= part->iov_len;
        if (n > 0) {
            part->iov_base = (uint8_t *)part->iov_base + left;
            part->iov_len -= left;
        }
    }
    return true;
}

/* Rows [y0, y1) of one strip straight to their places; what lies between two rows goes to `line`. */
static bool fetch_rows(QbTiffWorker *w, const Want *a, uint64_t at, int64_t y0, int64_t y1)
{
    int64_t bytes = a->p->bits / 8, n = (a->x1 - a->x0) * bytes, gap = a->p->row_bytes - n;
    int64_t most = gap <= GAP ? MAX_PARTS / 2 : 1;
    if (gap > 0 && gap <= GAP && !reserve(a, &w->line, gap))
        return false;
    at += (uint64_t)(a->x0 * bytes);
    while (y0 < y1) {
        struct iovec part[MAX_PARTS];
        int parts = 0;
        int64_t end = qb_min64(y1, y0 + most), from = y0;
        for (; y0 < end; y0++) {
            part[parts++] = (struct iovec){a->to[y0 - a->y0], (size_t)n};
            if (gap > 0 && y0 + 1 < end)
                part[parts++] = (struct iovec){w->line.bytes, (size_t)gap};
        }
        if (!fetch_parts(w, a, at, part, parts))
            return false;
        at += (uint64_t)((end - from) * a->p->row_bytes);
    }
    return true;
}

/* Voxels stand in the file one by one, each as it is wanted but for its bytes' order and NaN. */
static bool is_plain(const QbTiffPage *p, int sample)
{
    return sample >= 0 && p->bits >= 8 && !p->lsb_first && (p->planar || p->samples == 1);
}

static bool read_plain(QbTiffWorker *w, const Want *a)
{
    const QbTiffPage *p = a->p;
    for (int64_t y = a->y0, end; y < a->y1; y = end) {
        int64_t cy = y / p->ch;
        const QbTiffChunk *c = &w->ix->chunk[p->first + chunk_number(a, 0, cy, 0)];
        end = qb_min64(a->y1, (cy + 1) * p->ch);
        if (!fetch_rows(w, a, c->offset + (uint64_t)((y - cy * p->ch) * p->row_bytes), y, end))
            return false;
    }
    if (!p->swap && !qb_pix_info[p->pix].is_float)
        return true;
    QbTiffPage part = *p; /* a page as wide as what was read */
    part.cw = a->x1 - a->x0;
    for (int64_t y = a->y0; y < a->y1; y++) {
        uint8_t *row = a->to[y - a->y0];
        qb_tiff_row_undo(&part, row, NULL);
        qb_tiff_row_voxels(&part, (const uint8_t *const[3]){row}, a->sample, 0, part.cw, row);
    }
    return true;
}

/* Whole rows go through a buffer. */
static bool read_block(QbTiffWorker *w, const Want *a, int64_t y0, int64_t y1)
{
    const QbTiffPage *p = a->p;
    int planes = planes_wanted(p, a->sample);
    int64_t cy = y0 / p->ch, n = (y1 - y0) * p->row_bytes;
    for (int q = 0; q < planes; q++) {
        const QbTiffChunk *c = &w->ix->chunk[p->first + chunk_number(a, q, cy, 0)];
        uint64_t at = c->offset + (uint64_t)((y0 - cy * p->ch) * p->row_bytes);
        Slot *s = &w->slot[q];
        s->chunk = -1;
        if (!reserve(a, &s->rows, n) ||
            !qb_tiff_fetch(w->fd, a->file, at, s->rows.bytes, (size_t)n, a->err))
            return false;
        w->bytes_read += n;
        if (p->lsb_first)
            qb_tiff_reverse_bits(s->rows.bytes, (size_t)n);
    }
    for (int64_t y = y0; y < y1; y++) {
        const uint8_t *plane[3] = {NULL};
        for (int q = 0; q < planes; q++) {
            uint8_t *row = w->slot[q].rows.bytes + (y - y0) * p->row_bytes;
            qb_tiff_row_undo(p, row, NULL);
            plane[q] = row;
        }
        qb_tiff_row_voxels(p, plane, a->sample, a->x0, a->x1, a->to[y - a->y0]);
    }
    return true;
}

static int64_t block_rows(const QbTiffPage *p)
{
    return qb_max64(1, WINDOW / p->row_bytes);
}

static bool read_blocks(QbTiffWorker *w, const Want *a)
{
    const QbTiffPage *p = a->p;
    if (!reserve_slots(w, a, planes_wanted(p, a->sample)))
        return false;
    for (int64_t y = a->y0, end; y < a->y1; y = end) {
        end = qb_min64(qb_min64(a->y1, (y / p->ch + 1) * p->ch), y + block_rows(p));
        if (!read_block(w, a, y, end))
            return false;
    }
    return true;
}

/* ---- packed bytes ----------------------------------------------------------------------------------- */

/* The packed bytes of chunk k; those up to chunk `last` that follow closely are read with it. */
static bool fetch_packed(QbTiffWorker *w, const QbTiffPlace *place, const Want *a, int64_t last,
                         uint8_t **bytes)
{
    const QbTiffChunk *c = place->chunk;
    uint64_t end = c->offset + c->bytes;
    bool here = c->offset >= w->at && end <= w->at + w->n && w->turned == a->p->lsb_first;
    if (!here) {
        for (int64_t k = place->k + 1; k <= last; k++, c++) {
            uint64_t from = c[1].offset, to = from + c[1].bytes;
            if (from < end || from - end > GAP || to - place->chunk->offset > (uint64_t)WINDOW)
                break;
            end = to;
        }
        w->at = place->chunk->offset;
        w->n = 0;
        size_t n = (size_t)(end - w->at);
        if (!reserve(a, &w->packed, qb_max64((int64_t)n, WINDOW / 4)) ||
            !qb_tiff_fetch(w->fd, a->file, w->at, w->packed.bytes, n, a->err))
            return false;
        w->bytes_read += (int64_t)n;
        w->n = n;
        w->turned = a->p->lsb_first;
        if (w->turned)
            qb_tiff_reverse_bits(w->packed.bytes, n);
    }
    *bytes = w->packed.bytes + (place->chunk->offset - w->at);
    return true;
}

/* ---- chunks ----------------------------------------------------------------------------------------- */

static bool unpack_by_libtiff(QbTiffWorker *w, const Want *a, const QbTiffPlace *at, Slot *s,
                              size_t due)
{
    size_t n = (size_t)at->chunk->bytes;
    /* It turns bits itself, and may leave them turned. */
    w->n = 0;
    if (!reserve(a, &w->packed, (int64_t)n) ||
        !qb_tiff_fetch(w->fd, a->file, at->chunk->offset, w->packed.bytes, n, a->err))
        return false;
    w->bytes_read += (int64_t)n;
    return qb_tiff_lib_unpack(&w->lib, w->fd, a->file, a->p, at->k, w->packed.bytes, n,
                              s->rows.bytes, due, a->err);
}

static bool unpack_by_stream(QbTiffWorker *w, const Want *a, const QbTiffPlace *at, Slot *s,
                             int64_t last)
{
    const QbTiffPage *p = a->p;
    size_t due = (size_t)(p->row_bytes * qb_tiff_rows_due(p, at->k / p->across % p->down)), got;
    /* A last strip may hold more rows than are due. Zlib data end in a checksum, so they are unpacked to their end, and there
     * is room for all; of the others nobody knows what comes behind the last row. */
    size_t cap = p->codec == QB_TIFF_DEFLATE ? (size_t)qb_tiff_chunk_bytes(p) : due;
    QbTiffStream **stream = &w->stream[p->codec];
    if (!*stream)
        *stream = qb_tiff_stream_new(p->codec);
    if (!*stream)
        return no_memory(a);
    uint8_t *packed;
    if (!fetch_packed(w, at, a, last, &packed))
        return false;
    if (!qb_tiff_unpack(*stream, packed, (size_t)at->chunk->bytes, s->rows.bytes, cap, &got))
        return qb_tiff_damaged(at, a->err);
    return got >= due || qb_tiff_ends_early(at, got, due, a->err);
}

static bool copy_tile(QbTiffWorker *w, const Want *a, const QbTiffPlace *at, Slot *s, size_t due)
{
    if (!qb_tiff_fetch(w->fd, a->file, at->chunk->offset, s->rows.bytes, due, a->err))
        return false;
    w->bytes_read += (int64_t)due;
    if (a->p->lsb_first)
        qb_tiff_reverse_bits(s->rows.bytes, due);
    return true;
}

/* Chunk k of the page into its slot, unless it is there; `last`: the last of its plane that this call wants. */
static bool unpack(QbTiffWorker *w, const Want *a, Slot *s, int64_t k, int64_t last)
{
    const QbTiffPage *p = a->p;
    if (s->chunk == p->first + k)
        return true;
    s->chunk = -1;
    QbTiffPlace at = {w->fd, a->file, p, &w->ix->chunk[p->first + k], k};
    int64_t cy = k / p->across % p->down, rows = qb_min64(p->ch, p->h - cy * p->ch);
    size_t due = (size_t)(p->row_bytes * qb_tiff_rows_due(p, cy));
    if (!reserve(a, &s->rows, qb_tiff_chunk_bytes(p)) || !reserve(a, &w->line, p->row_bytes))
        return false;
    bool ok = p->codec == QB_TIFF_NONE      ? copy_tile(w, a, &at, s, due)
              : p->codec == QB_TIFF_LIBTIFF ? unpack_by_libtiff(w, a, &at, s, due)
                                            : unpack_by_stream(w, a, &at, s, last);
    if (!ok)
        return false;
    for (int64_t y = 0; y < rows; y++)
        qb_tiff_row_undo(p, s->rows.bytes + y * p->row_bytes, w->line.bytes);
    s->chunk = p->first + k;
    return true;
}

/* The wanted voxels of the chunks at one place of the grid, one of each plane. */
static void copy_chunk(QbTiffWorker *w, const Want *a, int64_t cy, int64_t cx)
{
    const QbTiffPage *p = a->p;
    int planes = planes_wanted(p, a->sample);
    int64_t left = cx * p->cw, top = cy * p->ch;
    int64_t x0 = qb_max64(a->x0, left), x1 = qb_min64(a->x1, left + p->cw);
    int64_t y0 = qb_max64(a->y0, top), y1 = qb_min64(a->y1, top + p->ch);
    size_t skip = (size_t)(x0 - a->x0) * qb_pix_bytes(p->pix);
    for (int64_t y = y0; y < y1; y++) {
        const uint8_t *plane[3] = {NULL};
        for (int q = 0; q < planes; q++)
            plane[q] = w->slot[q * p->across + cx].rows.bytes + (y - top) * p->row_bytes;
        qb_tiff_row_voxels(p, plane, a->sample, x0 - left, x1 - left,
                           (uint8_t *)a->to[y - a->y0] + skip);
    }
}

static bool read_chunks(QbTiffWorker *w, const Want *a)
{
    const QbTiffPage *p = a->p;
    int planes = planes_wanted(p, a->sample);
    int64_t cx0 = a->x0 / p->cw, cx1 = (a->x1 - 1) / p->cw, bottom = (a->y1 - 1) / p->ch;
    if (!reserve_slots(w, a, planes * p->across))
        return false;
    for (int64_t cy = a->y0 / p->ch; cy <= bottom; cy++)
        for (int64_t cx = cx0; cx <= cx1; cx++) {
            for (int q = 0; q < planes; q++)
                if (!unpack(w, a, &w->slot[q * p->across + cx], chunk_number(a, q, cy, cx),
                            chunk_number(a, q, bottom, cx1)))
                    return false;
            copy_chunk(w, a, cy, cx);
        }
    return true;
}

/* ---- strips that are too long ----------------------------------------------------------------------- */

static bool read_in_order(QbTiffWorker *w, const Want *a)
{
    const QbTiffPage *p = a->p;
    int planes = planes_wanted(p, a->sample);
    for (int64_t y = a->y0; y < a->y1; y++) {
        const uint8_t *plane[3] = {NULL};
        for (int q = 0; q < planes; q++) {
            int64_t k = chunk_number(a, q, y / p->ch, 0);
            QbTiffPlace at = {w->fd, a->file, p, &w->ix->chunk[p->first + k], k};
            if (!qb_tiff_order_row(&w->order[q], &at, y % p->ch, &plane[q], a->err))
                return false;
        }
        qb_tiff_row_voxels(p, plane, a->sample, a->x0, a->x1, a->to[y - a->y0]);
    }
    return true;
}

bool qb_tiff_worker_read(QbTiffWorker *w, const QbTiffView *v, int64_t page, const int64_t y[2],
                         const int64_t x[2], void *const *to, QbErr *err)
{
    const QbTiffPage *p = &w->ix->page[page];
    const Want a = {p, &w->ix->file[p->file], v->sample, y[0], y[1], x[0], x[1], to, err};
    if (y[0] >= y[1] || x[0] >= x[1])
        return true;
    if (!open_file(w, &a))
        return false;
    if (p->codec == QB_TIFF_NONE && !p->tiled)
        return is_plain(p, a.sample) ? read_plain(w, &a) : read_blocks(w, &a);
    return qb_tiff_is_sequential(p) ? read_in_order(w, &a) : read_chunks(w, &a);
}

int64_t qb_tiff_worker_need(const QbTiffIndex *ix, const QbTiffPage *p, int sample)
{
    int64_t planes = planes_wanted(p, sample), most = WINDOW;
    if (p->codec == QB_TIFF_NONE && !p->tiled)
        return is_plain(p, sample) ? GAP : planes * block_rows(p) * p->row_bytes;
    if (qb_tiff_is_sequential(p))
        return planes * qb_tiff_order_bytes(p);
    for (int64_t k = 0; p->codec != QB_TIFF_NONE && k < p->across * p->down * qb_tiff_planes(p);
         k++)
        most = qb_max64(most, (int64_t)ix->chunk[p->first + k].bytes);
    return planes * p->across * qb_tiff_chunk_bytes(p) + most + p->row_bytes + (128 << 10);
}
