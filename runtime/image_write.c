/* What all image writers share: rows turned into the bytes of a file's pixel type, blocks cut into pieces of whole
 * strips, pieces put in the order of the file. Knows no format. */
#include "runtime/image_write.h"
#include "runtime/deflate.h"
#include "runtime/parts.h"
#include "runtime/picture.h"
#include "runtime/thumb.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files are written little-endian");

#define STRIP_BYTES 65536

struct QbPacked {
    QbPacked *next;
    int64_t n_pieces, done;
    size_t room; /* bytes that are mapped */
    uint8_t *bytes;
    QbPiece piece[];
};

static int64_t rows_of_page(const QbType *type)
{
    return type->rank == 3 ? type->n[1] : type->n[0];
}

int64_t qb_writer_atom(const QbType *type, QbPix store)
{
    /* Labels are planned before it is known whether they are stored as u16 or u32: one cut for both. */
    if (type->kind == QB_LABELS)
        store = QB_U32;
    int64_t row_bytes = qb_max64(type->n[2] * (int64_t)qb_pix_bytes(store), 1);
    return qb_clamp64(STRIP_BYTES / row_bytes, 1, qb_max64(rows_of_page(type), 1));
}

/* Packed at its worst, in any format: a picture of labels takes three bytes for each voxel. */
size_t qb_piece_bound(const QbType *type, QbPix store, int64_t n_rows)
{
    size_t voxels = (size_t)n_rows * (size_t)type->n[2];
    size_t deflated = qb_deflate_bound(voxels * qb_pix_bytes(store));
    size_t picture = voxels * 3;
    return deflated > picture ? deflated : picture;
}

size_t qb_writer_pack_bound(const QbType *type, QbPix store, int64_t ni, int64_t ny, int64_t nx)
{
    (void)nx; /* blocks hold whole rows */
    int64_t pages = type->rank == 3 ? ni : 1, rows = type->rank == 3 ? ny : ni;
    int64_t atom = qb_writer_atom(type, store);
    size_t pieces = (size_t)pages * (size_t)((rows + atom - 1) / atom);
    size_t raw = (size_t)atom * (size_t)type->n[2] * qb_pix_bytes(store);
    return sizeof(QbPacked) + raw +
           pieces * (sizeof(QbPiece) + qb_piece_bound(type, store, qb_min64(atom, rows)));
}

bool qb_writer_begin(const QbWriteSpec *spec, const QbWriterOps *ops, QbImageWriter **out,
                     QbErr *err)
{
    QbImageWriter *w = calloc(1, sizeof(*w));
    if (!w)
        return qb_err_set(err, "cannot write '%s': out of memory", spec->path);
    *w = (QbImageWriter){
        .ops = ops,
        .type = spec->type,
        .store = spec->store,
        .low = spec->low,
        .high = spec->high,
        .thumb = spec->thumb,
        .pages = spec->type.rank == 3 ? spec->type.n[0] : 1,
        .page_rows = rows_of_page(&spec->type),
        .width = spec->type.n[2],
        .atom = qb_writer_atom(&spec->type, spec->store),
    };
    QB_CHECK(qb_is_raster(spec->type.kind) && qb_voxels(&spec->type) > 0);
    if (!(spec->part ? qb_atomic_open_kept(spec->path, spec->part, spec->resume, &w->file, err)
                     : qb_atomic_open(spec->path, &w->file, err))) {
        free(w);
        return false;
    }
    *out = w;
    return true;
}

/* ---- voxels as they are stored ---------------------------------------------------------------------- */

static void store_mask(const uint8_t *row, uint8_t *to, int64_t n)
{
    for (int64_t x = 0; x < n; x++)
        to[x] = row[x] ? 255 : 0;
}

static bool store_labels(const QbImageWriter *w, const uint32_t *row, void *to, QbErr *err)
{
    if (w->store == QB_U32) {
        memcpy(to, row, (size_t)w->width * 4);
        return true;
    }
    QB_CHECK(w->store == QB_U16 || w->store == QB_U8);
    uint32_t most = (uint32_t)qb_pix_info[w->store].hi, largest = 0;
    uint16_t *wide = to;
    uint8_t *narrow = to;
    for (int64_t x = 0; x < w->width; x++) {
        largest = row[x] > largest ? row[x] : largest;
        if (w->store == QB_U16)
            wide[x] = (uint16_t)row[x];
        else
            narrow[x] = (uint8_t)row[x];
    }
    if (largest > most)
        return qb_err_set(err, "cannot write '%s': label %" PRIu32 " does not fit %s",
                          qb_atomic_path(w->file), largest, qb_pix_info[w->store].name);
    return true;
}

static void store_f32(const uint32_t *row, uint32_t *to, int64_t n)
{
    for (int64_t x = 0; x < n; x++)
        to[x] = (row[x] & 0x7fffffffu) > 0x7f800000u ? 0x7fc00000u : row[x];
}

static void store_f64(const uint64_t *row, uint64_t *to, int64_t n)
{
    for (int64_t x = 0; x < n; x++)
        to[x] = (row[x] & 0x7fffffffffffffffull) > 0x7ff0000000000000ull ? 0x7ff8000000000000ull
                                                                         : row[x];
}

bool qb_store_row(const QbImageWriter *w, const void *row, void *to, QbErr *err)
{
    if (w->type.kind == QB_LABELS)
        return store_labels(w, row, to, err);
    if (w->type.kind == QB_PICTURE) {
        qb_picture_row(&(QbTones){.type = &w->type}, row, w->width, to);
        return true;
    }
    QB_CHECK(w->store == w->type.pix);
    if (w->type.kind == QB_MASK)
        store_mask(row, to, w->width);
    else if (w->store == QB_F32)
        store_f32(row, to, w->width);
    else if (w->store == QB_F64)
        store_f64(row, to, w->width);
    else
        memcpy(to, row, (size_t)w->width * qb_pix_bytes(w->store));
    return true;
}

/* ---- blocks ----------------------------------------------------------------------------------------- */

/* A box as pages and rows of pages. */
typedef struct Block {
    int64_t page, n_pages, y, n_rows;
} Block;

static Block block_of(const QbImageWriter *w, const QbBox *box)
{
    bool volume = w->type.rank == 3;
    Block b = {
        .page = volume ? box->lo[0] : 0,
        .n_pages = volume ? box->hi[0] - box->lo[0] : 1,
        .y = volume ? box->lo[1] : box->lo[0],
        .n_rows = volume ? box->hi[1] - box->lo[1] : box->hi[0] - box->lo[0],
    };
    QB_CHECK(box->lo[2] == 0 && box->hi[2] == w->width && b.n_pages > 0 && b.n_rows > 0);
    QB_CHECK(b.y % w->atom == 0 &&
             ((b.y + b.n_rows) % w->atom == 0 || b.y + b.n_rows == w->page_rows));
    return b;
}

/* Large pieces come and go on all threads: of those that malloc had it would keep more and more. */
static QbPacked *new_packed(const QbImageWriter *w, const Block *b)
{
    int64_t per_page = (b->n_rows + w->atom - 1) / w->atom;
    size_t n = (size_t)(per_page * b->n_pages);
    QbPacked *p = calloc(1, sizeof(*p) + n * sizeof(p->piece[0]));
    if (!p)
        return NULL;
    p->room = n * qb_piece_bound(&w->type, w->store, qb_min64(w->atom, b->n_rows));
    QbErr why = {0}; /* the caller names the file */
    if (!qb_memory_map(p->room, &p->bytes, &why)) {
        free(p);
        return NULL;
    }
    qb_memory_sparse(p->bytes, p->room);
    for (int64_t page = 0; page < b->n_pages; page++)
        for (int64_t y = 0; y < b->n_rows; y += w->atom)
            p->piece[p->n_pieces++] = (QbPiece){
                .row = (b->page + page) * w->page_rows + b->y + y,
                .n_rows = qb_min64(w->atom, b->n_rows - y),
            };
    return p;
}

void qb_packed_free(QbPacked *p)
{
    if (!p)
        return;
    qb_memory_unmap(p->bytes, p->room);
    free(p);
}

/* Gives back what the pieces did not need. */
static void fit(QbPacked *p, size_t used)
{
    size_t kept = qb_round_up(used, (size_t)sysconf(_SC_PAGESIZE));
    if (kept == 0 || kept >= p->room)
        return;
    qb_memory_unmap(p->bytes + kept, p->room - kept);
    p->room = kept;
}

bool qb_writer_pack(const QbImageWriter *w, const QbBox *box, const void *const *rows,
                    QbPacked **out, QbErr *err)
{
    Block b = block_of(w, box);
    QbPacked *p = new_packed(w, &b);
    if (!p)
        return qb_err_set(err, "cannot write '%s': out of memory", qb_atomic_path(w->file));
    if (w->thumb)
        qb_thumb_take(w->thumb, box, rows);
    size_t used = 0;
    for (int64_t k = 0; k < p->n_pieces; k++) {
        QbPiece *piece = &p->piece[k];
        piece->offset = used;
        if (!w->ops->encode(w, piece, rows, p->bytes + used, &piece->size, err)) {
            qb_packed_free(p);
            return false;
        }
        used += piece->size;
        rows += piece->n_rows;
    }
    fit(p, used);
    *out = p;
    return true;
}

/* Puts all of the waiting pieces whose turn has come. Blocks of several pages that hold a part of each page's rows
 * take turns. */
static bool put_waiting(QbImageWriter *w, QbErr *err)
{
    bool any = true;
    while (any) {
        any = false;
        for (QbPacked **at = &w->waiting; *at;) {
            QbPacked *p = *at;
            for (; p->done < p->n_pieces && p->piece[p->done].row == w->next; p->done++) {
                const QbPiece *piece = &p->piece[p->done];
                if (!w->ops->put(w, piece, p->bytes + piece->offset, err))
                    return false;
                w->next += piece->n_rows;
                any = true;
            }
            if (p->done < p->n_pieces) {
                at = &p->next;
                continue;
            }
            *at = p->next;
            qb_packed_free(p);
        }
    }
    return true;
}

bool qb_writer_append(QbImageWriter *w, QbPacked *take, QbErr *err)
{
    take->next = w->waiting;
    w->waiting = take;
    return put_waiting(w, err);
}

static void free_writer(QbImageWriter *w)
{
    while (w->waiting) {
        QbPacked *p = w->waiting;
        w->waiting = p->next;
        qb_packed_free(p);
    }
    if (w->ops->free)
        w->ops->free(w);
    free(w);
}

bool qb_writer_finish(QbImageWriter *w, QbAtomicFile **file, QbErr *err)
{
    *file = NULL;
    QB_CHECK(!w->waiting && w->next == w->pages * w->page_rows);
    if ((w->ops->finish && !w->ops->finish(w, err)) || !qb_atomic_settle(w->file, err)) {
        qb_writer_abort(w);
        return false;
    }
    *file = w->file;
    free_writer(w);
    return true;
}

bool qb_writer_keep(QbImageWriter *w, QbKeep *k, QbKept *file, QbErr *err)
{
    QB_CHECK(!w->waiting);
    *file = qb_atomic_kept(w->file);
    return qb_keep_bytes(k, &w->next, sizeof(w->next), err) &&
           (!w->ops->keep || w->ops->keep(w, k, file, err));
}

bool qb_writer_commit(QbImageWriter *w, int64_t *bytes, QbErr *err)
{
    QbAtomicFile *file;
    if (!qb_writer_finish(w, &file, err))
        return false;
    if (bytes)
        *bytes = qb_atomic_size(file);
    return qb_atomic_commit(file, err);
}

void qb_writer_abort(QbImageWriter *w)
{
    if (!w)
        return;
    qb_atomic_abort(w->file);
    free_writer(w);
}
