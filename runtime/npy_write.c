/* NumPy's .npy, version 1.0: a header line and the voxels in C order, little-endian; a picture has a last axis of 3 colours. */
#include "runtime/image_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const descr[QB_PIX_COUNT] = {
    [QB_U8] = "|u1",  [QB_U16] = "<u2", [QB_U32] = "<u4", [QB_I8] = "|i1",
    [QB_I16] = "<i2", [QB_I32] = "<i4", [QB_F32] = "<f4", [QB_F64] = "<f8",
};

static bool encode(const QbImageWriter *w, const QbPiece *piece, const void *const *rows,
                   uint8_t *bytes, size_t *size, QbErr *err)
{
    size_t row_bytes = (size_t)w->width * qb_stored_bytes(&w->type, w->store);
    for (int64_t k = 0; k < piece->n_rows; k++)
        if (!qb_store_row(w, rows[k], bytes + (size_t)k * row_bytes, err))
            return false;
    *size = (size_t)piece->n_rows * row_bytes;
    return true;
}

static bool put(QbImageWriter *w, const QbPiece *piece, const uint8_t *bytes, QbErr *err)
{
    return qb_atomic_write(w->file, bytes, piece->size, err);
}

static bool write_header(QbImageWriter *w, QbErr *err)
{
    bool colour = w->type.kind == QB_PICTURE;
    char shape[80], head[256];
    if (w->type.rank == 3)
        snprintf(shape, sizeof(shape), "%" PRId64 ", %" PRId64 ", %" PRId64, w->pages, w->page_rows,
                 w->width);
    else
        snprintf(shape, sizeof(shape), "%" PRId64 ", %" PRId64, w->page_rows, w->width);
    int n = snprintf(head + 10, sizeof(head) - 10,
                     "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }",
                     descr[colour ? QB_U8 : w->store], shape, colour ? ", 3" : "");
    /* The voxels start at a multiple of 64 bytes; the header ends in a line feed. */
    size_t total = qb_round_up(10 + (size_t)n + 1, 64);
    memset(head + 10 + n, ' ', total - 10 - (size_t)n);
    head[total - 1] = '\n';
    memcpy(head, "\x93NUMPY\x01\x00", 8);
    head[8] = (char)((total - 10) & 255);
    head[9] = (char)((total - 10) >> 8);
    return qb_atomic_write(w->file, head, total, err);
}

static const QbWriterOps npy_ops = {.encode = encode, .put = put};

bool qb_writer_open_npy(const QbWriteSpec *spec, QbImageWriter **out, QbErr *err)
{
    QbImageWriter *w;
    if (!qb_writer_begin(spec, &npy_ops, &w, err))
        return false;
    if (!spec->resume && !write_header(w, err)) {
        qb_writer_abort(w);
        return false;
    }
    *out = w;
    return true;
}
