/* Image files: headers before the run, any region of the voxels during it, and writers that append in order.
 * Everything here fails through QbErr, and trusts no number of a file. Third-party headers stay in the .c files. */
#ifndef QB_RUNTIME_IMGIO_H
#define QB_RUNTIME_IMGIO_H

#include "core/arena.h"
#include "core/keep.h"
#include "core/table.h"
#include "core/type.h"

/* ---- reading ---------------------------------------------------------------------------------------- */

typedef struct QbReadSpec {
    const char *
        path; /* may hold * or ?: the files are slices, in natural order of the numbers in their names */
    int64_t page;    /* -1: all */
    int64_t channel; /* -1: not given */
    int64_t time;    /* -1: not given */
} QbReadSpec;

typedef struct QbImageInfo {
    QbType type;       /* QB_IMAGE; rank, shape, pixel type, spacing */
    int64_t pages;     /* pages of the volume that is read */
    int64_t atom_rows; /* image rows that are decoded together: rows per strip, or a row of tiles */
    int64_t atom_bytes; /* decoded bytes of one atom */
    bool sequential;    /* one compressed strip too large to hold: rows are decoded in order */
    bool compressed;
    const char *compression; /* "none" "packbits" "lzw" "deflate" … */
    int bits, samples;
    int64_t file_bytes;
    int64_t packed_bytes; /* that the file has for the pages that are read */
    int64_t worker_bytes; /* that each worker of a reader may come to hold */
} QbImageInfo;

/* Reads headers alone, and says where the file cannot be read (err->status 1) or has nothing of what is asked for (2): every page's directory is checked (equal shape and type; offsets inside the file). Cached per path, size and
 * mtime within the process, so that asking again is cheap. Thread-safe. */
bool qb_image_info(const QbReadSpec *spec, QbImageInfo *info, QbErr *err);

typedef struct QbImageReader QbImageReader;
bool qb_image_open(const QbReadSpec *spec, int workers, QbImageReader **reader, QbErr *err);
/* Decodes the rows of the tile (any box); each worker (0 … workers−1) at most one call at a time. Pixel type as in info. NaN is
 * made canonical. An atom that two calls of one worker share is decoded once (the last one is kept). */
bool qb_image_read(QbImageReader *r, const QbBox *box, void *const *rows, int worker, QbErr *err);
/* Pages that were read, each once, and bytes of the files; once no worker reads any more. */
void qb_image_stats(const QbImageReader *r, int64_t *pages, int64_t *bytes);
/* What the open files hold: they may have changed since qb_image_info. */
const QbImageInfo *qb_image_opened(const QbImageReader *r);
void qb_image_close(QbImageReader *r);

/* The files of a path, which may be a pattern: names in natural order, in the arena. */
bool qb_image_files(const char *path, QbArena *arena, const char ***names, int *n, QbErr *err);
/* Compares names; runs of digits by their value: s2 before s10; s02 after s2. */
int qb_natural_order(const char *a, const char *b);

/* ---- writing ---------------------------------------------------------------------------------------- */

/* A file that appears whole or not at all: written beside its final name, renamed by commit, removed by abort.
 * Missing folders are made. */
typedef struct QbAtomicFile QbAtomicFile;
bool qb_atomic_open(const char *path, QbAtomicFile **f, QbErr *err);
const char *qb_atomic_name(const QbAtomicFile *f); /* the temporary name, to open by a library */
int64_t qb_atomic_size(const QbAtomicFile *f);
/* Forces all bytes to the disk, so that little can go wrong in commit. No more is written then. */
bool qb_atomic_settle(QbAtomicFile *f, QbErr *err);
bool qb_atomic_commit(QbAtomicFile *take_f, QbErr *err); /* settles, renames */
void qb_atomic_abort(QbAtomicFile *take_f);
/* A file that is written in a checkpoint instead of beside its final name, and stays there when it is aborted. */
typedef struct QbKept {
    int fd;
    int64_t size;   /* bytes that count */
    uint32_t crc;   /* of them */
    int64_t link;   /* of them, so many from here are changed later: as if they were 0 */
    int link_bytes; /* 0: none */
} QbKept;
/* Begins `part` anew, or goes on with it after its first resume->size bytes; commit moves it to `path`. */
bool qb_atomic_open_kept(const char *path, const char *part, const QbKept *resume, QbAtomicFile **f,
                         QbErr *err);
QbKept qb_atomic_kept(const QbAtomicFile *f);
/* Removes what killed processes left of `path` beside it. */
void qb_atomic_clear(const char *path);
/* Forces the names of a file that appeared to the disk: the folder it is in, and those above it down to `top` bytes of the path. */
bool qb_folders_settle(const char *path, size_t top, QbErr *err);
/* Removes every temporary file of this process that is still open; async-signal-safe. */
void qb_atomic_abort_all(void);

typedef struct QbWriteSpec {
    const char *path;
    QbType type; /* of the raster; labels and masks too */
    QbPix
        store; /* pixel type in the file: u8 for masks (0, 255), u16 or u32 for labels, else type.pix */
    const char *description; /* provenance, for the TIFF description and PNG text */
    double low, high;        /* PNG of an image that is not u8: the range scaled to 0..255 */
    const char *part;        /* where it is kept in a checkpoint; NULL: nowhere */
    const QbKept *resume; /* goes on with the part: what the checkpoint knows of it; NULL: begins */
    bool bar;             /* PNG: with a size bar; the voxel size is known */
    struct QbThumb *thumb; /* gets the rows too (runtime/thumb.h), or NULL; borrowed */
} QbWriteSpec;

/* A writer takes the raster in horizontal blocks. pack runs in parallel and turns the rows of a box (whole rows of axis 2; boxes cut the image along
 * axes 0 and 1 at multiples of `atom`) into bytes as they will stand in the file; append is called in the order of the file. */
typedef struct QbImageWriter QbImageWriter;
typedef struct QbPacked QbPacked;
bool qb_writer_open_tiff(const QbWriteSpec *spec, QbImageWriter **w, QbErr *err);
bool qb_writer_open_png(const QbWriteSpec *spec, QbImageWriter **w, QbErr *err); /* 2D only */
bool qb_writer_open_npy(const QbWriteSpec *spec, QbImageWriter **w, QbErr *err);
/* Rows (axis 1; axis 0 for 2D) that a block must be a multiple of, except the last: rows per strip. A function of shape and type alone. */
int64_t qb_writer_atom(const QbType *type, QbPix store);
/* `rows` as in QbTile. Bytes that one packed box may take at most: qb_writer_pack_bound. */
bool qb_writer_pack(const QbImageWriter *w, const QbBox *box, const void *const *rows,
                    QbPacked **out, QbErr *err);
size_t qb_writer_pack_bound(const QbType *type, QbPix store, int64_t ni, int64_t ny, int64_t nx);
bool qb_writer_append(QbImageWriter *w, QbPacked *take, QbErr *err);
void qb_packed_free(QbPacked *p);
/* Writes the file to its end: whole and settled beside its final name, to be committed or aborted. NULL on failure. */
bool qb_writer_finish(QbImageWriter *take_w, QbAtomicFile **file, QbErr *err);
/* A writer with a part, between two blocks: what it must know to go on, into a checkpoint or back; and its file. */
bool qb_writer_keep(QbImageWriter *w, QbKeep *k, QbKept *file, QbErr *err);
/* Finishes and makes it appear; *bytes (or NULL) is the file's size. */
bool qb_writer_commit(QbImageWriter *take_w, int64_t *bytes, QbErr *err);
void qb_writer_abort(QbImageWriter *take_w);

/* Tables: .csv, .tsv, .json. As qb_writer_finish: the file is whole, and still has to be committed or aborted. */
bool qb_table_write(const char *path, QbTable *t, char separator, QbAtomicFile **file, QbErr *err);
bool qb_table_write_json(const char *path, QbTable *t, QbAtomicFile **file, QbErr *err);

#endif
