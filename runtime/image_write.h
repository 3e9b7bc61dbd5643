/* Shared by the files that write images: what a format adds to the common writer. Private to runtime's writers. */
#ifndef QB_RUNTIME_IMAGE_WRITE_H
#define QB_RUNTIME_IMAGE_WRITE_H

#include "runtime/imgio.h"

/* The path as the user gave it. */
const char *qb_atomic_path(const QbAtomicFile *f);
/* Writes all n bytes at the end of what was written so far. */
bool qb_atomic_write(QbAtomicFile *f, const void *bytes, size_t n, QbErr *err);
/* Writes over bytes that were written before. */
bool qb_atomic_patch(QbAtomicFile *f, const void *bytes, size_t n, int64_t offset, QbErr *err);

/* The rows of one image, counted through all its pages: row = page * rows of a page + y. */
typedef struct QbPiece {
    int64_t row, n_rows; /* of one page: a strip */
    size_t offset, size; /* of its bytes in the packed block */
} QbPiece;

/* How a format writes. All pieces but the last of a page hold `atom` rows. */
typedef struct QbWriterOps {
    /* Bytes of a piece of n rows as they stand in the file; may run in many threads at once. `bytes` has room for
     * qb_piece_bound; *size is what was used. */
    bool (*encode)(const QbImageWriter *w, const QbPiece *piece, const void *const *rows,
                   uint8_t *bytes, size_t *size, QbErr *err);
    bool (*put)(QbImageWriter *w, const QbPiece *piece, const uint8_t *bytes,
                QbErr *err);                      /* in order */
    bool (*finish)(QbImageWriter *w, QbErr *err); /* NULL: nothing */
    /* The format's part of a checkpoint, and the place that is changed later. NULL: nothing. */
    bool (*keep)(QbImageWriter *w, QbKeep *k, QbKept *file, QbErr *err);
    void (*free)(QbImageWriter *w); /* format; NULL: nothing */
} QbWriterOps;

struct QbImageWriter {
    const QbWriterOps *ops;
    QbType type;
    QbPix store;
    double low, high;
    struct QbThumb *thumb;           /* or NULL */
    int64_t pages, page_rows, width; /* of the file */
    int64_t atom;
    int64_t next;      /* the row that is written next */
    QbPacked *waiting; /* blocks whose turn has not come */
    QbAtomicFile *file;
    void *format; /* the format's own */
};

/* Opens the file and fills in what all formats share; false: nothing is left to free. */
bool qb_writer_begin(const QbWriteSpec *spec, const QbWriterOps *ops, QbImageWriter **w,
                     QbErr *err);
/* Bytes of a voxel in the file: a picture's are red, green, blue. */
static inline size_t qb_stored_bytes(const QbType *type, QbPix store)
{
    return type->kind == QB_PICTURE ? 3 : qb_pix_bytes(store);
}
/* One row of the raster as the file stores it, little-endian: masks as 0 and 255, labels checked against
 * the type, NaN canonical. */
bool qb_store_row(const QbImageWriter *w, const void *row, void *to, QbErr *err);
size_t qb_piece_bound(const QbType *type, QbPix store, int64_t n_rows);

#endif
