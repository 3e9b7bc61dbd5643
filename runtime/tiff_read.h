/* What a TIFF file says of itself, and how its chunks (strips or tiles) become rows of voxels. Private to the reader:
 * a file's number is checked before it gets in here, and trusted from then on. */
#ifndef QB_RUNTIME_TIFF_READ_H
#define QB_RUNTIME_TIFF_READ_H

#include "runtime/imgio.h"

typedef enum QbTiffCodec {
    QB_TIFF_NONE,
    QB_TIFF_PACKBITS,
    QB_TIFF_LZW,
    QB_TIFF_DEFLATE,
    QB_TIFF_LIBTIFF, /* what only libtiff unpacks: LZMA, Zstandard, JPEG, fax; predictor and byte order with it */
} QbTiffCodec;

typedef enum QbTiffTone {               /* what a voxel's samples mean */
                          QB_TIFF_GREY, /* one sample; any more are ignored or chosen by channel= */
                          QB_TIFF_RGB,
                          QB_TIFF_CHANNELS, /* several samples that are not a colour: channel= must be given */
} QbTiffTone;

typedef struct QbTiffChunk {
    uint64_t offset, bytes; /* in the file: lies inside it */
} QbTiffChunk;

typedef struct QbTiffPage {
    uint64_t directory; /* offset in its file */
    int64_t number;     /* of the directory in its file, from 0 */
    int64_t w, h;       /* voxels */
    int64_t cw,
        ch; /* a chunk: voxels. A strip is as wide as the page; the last may have fewer rows */
    int64_t across, down; /* chunks */
    int64_t row_bytes;    /* of a chunk's unpacked row */
    int64_t first;        /* its first chunk in the index; plane after plane, row after row */
    int32_t file;
    QbPix pix;
    QbTiffTone tone;
    QbTiffCodec codec;
    uint16_t compression, predictor, bits, samples;
    bool tiled, planar; /* planar: each sample has chunks of its own */
    bool swap;          /* bytes are in the other order */
    bool lsb_first;     /* bits of a byte are in the other order */
    bool white_is_zero;
    bool reduced; /* a thumbnail, or a mask of another page */
} QbTiffPage;

/* Rows of one page that are unpacked together, over its whole width, take this many bytes: chunk_bytes * across * planes. */
static inline int64_t qb_tiff_chunk_bytes(const QbTiffPage *p)
{
    return p->row_bytes * p->ch;
}
/* Rows of a strip that the page has: the last strip may hold fewer. */
static inline int64_t qb_tiff_rows_due(const QbTiffPage *p, int64_t chunk_row)
{
    return p->tiled ? p->ch : qb_min64(p->ch, p->h - chunk_row * p->ch);
}
static inline int qb_tiff_planes(const QbTiffPage *p)
{
    return p->planar ? p->samples : 1;
}

typedef struct QbTiffFile {
    char *name;
    int64_t size;
    int64_t mtime_s, mtime_ns;
    uint64_t device, inode;
} QbTiffFile;

/* What the first page says of voxel sizes and of the order of pages. */
typedef struct QbTiffMeta {
    const char *source; /* "ImageJ", "OME", or NULL: pages are slices */
    int64_t channels, slices, times;
    int64_t channel_step, slice_step, time_step; /* in pages */
    int64_t images;                              /* ImageJ's own count, 0: none */
    int64_t series;                              /* images in the description of an OME file */
    bool unusual_order;                          /* OME names pages in an order of its own */
    double spacing[3];                           /* z, y, x in micrometres; 0: unknown */
} QbTiffMeta;

typedef struct QbTiffResolution {
    double dots[2], units[2]; /* x and y: so many voxels in so many units; 0: not there */
    int unit;                 /* 1: none, 2: inch, 3: centimetre */
} QbTiffResolution;

/* Everything that was learned from the directories; never changes once it is made. */
typedef struct QbTiffIndex {
    bool stack; /* a path with * or ?: one file for each slice */
    int64_t n_files;
    QbTiffFile *file;
    int64_t n_pages, cap_pages;
    QbTiffPage *page;
    int64_t n_chunks, cap_chunks;
    QbTiffChunk *chunk;
    QbTiffMeta meta;
    int64_t file_bytes;
} QbTiffIndex;

/* ---- tiff_read_names.c ------------------------------------------------------------------------------- */

/* The files of a path, in the natural order of the numbers in their names, with size and time. */
bool qb_tiff_names(const char *path, QbTiffIndex *ix, QbErr *err);
void qb_tiff_names_free(QbTiffIndex *ix);
/* Opens a file that was looked at before; false if it has changed since. *fd is -1 on failure. */
bool qb_tiff_reopen(const QbTiffFile *f, int *fd, QbErr *err);
/* Reads n bytes at an offset; fewer are an error. */
bool qb_tiff_fetch(int fd, const QbTiffFile *f, uint64_t at, void *to, size_t n, QbErr *err);

/* ---- tiff_read_index.c ------------------------------------------------------------------------------- */

/* The index of a path, from the cache if nothing has changed. To be given back. */
bool qb_tiff_index_get(const char *path, const QbTiffIndex **ix, QbErr *err);
void qb_tiff_index_put(const QbTiffIndex *ix);

/* ---- tiff_read_dir.c --------------------------------------------------------------------------------- */

/* Adds the pages and chunks of one file, and where `description` is not NULL its first page's description (to be
 * freed; NULL if there is none) and resolution. */
bool qb_tiff_directories(QbTiffIndex *ix, int32_t file, int fd, char **description,
                         QbTiffResolution *resolution, QbErr *err);

/* ---- tiff_read_page.c -------------------------------------------------------------------------------- */

/* The tags of a page as they stand in the file, defaults where they are missing. */
typedef struct QbTiffTags {
    uint64_t width, height, bits, compression, photometric, fill_order, samples, rows_per_strip;
    uint64_t planar, predictor, tile_width, tile_height, subfile, old_subfile, format;
    uint64_t depth; /* slices that a page holds (ImageDepth), 0 or 1 where it is flat */
    uint64_t extra; /* number of extra samples */
    uint64_t alpha; /* 1: one of them is an alpha channel */
    uint64_t n_offsets, n_sizes; /* values that the tags of chunks hold */
    bool mixed;                  /* samples differ in bits or format */
    bool tiled;
} QbTiffTags;

/* Fills in a page from its tags, or says why it cannot be read. */
bool qb_tiff_page_make(const QbTiffTags *t, const char *file, QbTiffPage *p, QbErr *err);
/* Checks the page's chunks against the size of its file; joins those that may be read as one. */
bool qb_tiff_page_check(QbTiffPage *p, QbTiffChunk *chunk, const QbTiffFile *f, QbErr *err);
const char *qb_tiff_compression_name(int compression);

/* ---- tiff_read_meta.c -------------------------------------------------------------------------------- */

#define QB_TIFF_MAX_PAGES ((int64_t)1 << 40)

void qb_tiff_meta(const char *description, const QbTiffResolution *r, QbTiffMeta *m);
/* Micrometres in a unit, by the names that ImageJ and OME write; 0: no length (pixel). */
double qb_tiff_unit_um(const char *name, size_t n);
/* The size, or 0 (unknown) where it is none. */
double qb_tiff_sane_size(double um);

/* ---- tiff_read_ome.c --------------------------------------------------------------------------------- */

/* Adds what an XML text says; leaves `m` alone where it is no OME. */
void qb_tiff_ome(const char *text, QbTiffMeta *m);

/* ---- tiff_read_view.c -------------------------------------------------------------------------------- */

/* Which pages and samples a read asks for, and the image that they make. */
typedef struct QbTiffView {
    int64_t base, step; /* slice z is page base + z * step of the index */
    int sample;         /* the only one; -1: luma of the first three */
    QbImageInfo info;
} QbTiffView;

bool qb_tiff_view(const QbTiffIndex *ix, const QbReadSpec *spec, QbTiffView *v, QbErr *err);
/* True for pages whose strips are too long to unpack whole. */
bool qb_tiff_is_sequential(const QbTiffPage *p);

/* ---- tiff_read_codec.c ------------------------------------------------------------------------------- */

/* Unpacks PackBits, LZW and Deflate in order, in pieces of any length. One thread at a time. */
typedef struct QbTiffStream QbTiffStream;
QbTiffStream *qb_tiff_stream_new(QbTiffCodec codec); /* NULL: out of memory */
void qb_tiff_stream_free(QbTiffStream *s);
bool qb_tiff_stream_start(QbTiffStream *s);
/* Moves both pointers on until input or output is used up, or the data ends. False: damaged. */
bool qb_tiff_stream_run(QbTiffStream *s, const uint8_t **in, size_t *n_in, uint8_t **out,
                        size_t *n_out);
/* One whole chunk: *got of the `cap` bytes that are wanted at most. False: damaged. */
bool qb_tiff_unpack(QbTiffStream *s, const uint8_t *in, size_t n_in, uint8_t *out, size_t cap,
                    size_t *got);

/* ---- tiff_read_libtiff.c ----------------------------------------------------------------------------- */

typedef struct QbTiffLib QbTiffLib;
bool qb_tiff_lib_has(int compression);
/* Unpacks chunk k of a page; `packed` is changed on the way. *lib is made when it is NULL; `fd` must stay open. */
bool qb_tiff_lib_unpack(QbTiffLib **lib, int fd, const QbTiffFile *f, const QbTiffPage *p,
                        int64_t k, uint8_t *packed, size_t n, uint8_t *out, size_t due, QbErr *err);
void qb_tiff_lib_free(QbTiffLib *take_lib);

/* ---- tiff_read_rows.c -------------------------------------------------------------------------------- */

/* Undoes predictor and byte order of one unpacked row; `line` is scratch of p->row_bytes. */
void qb_tiff_row_undo(const QbTiffPage *p, uint8_t *row, uint8_t *line);
void qb_tiff_reverse_bits(uint8_t *bytes, size_t n);
/* Voxels [x0, x1) of a row that qb_tiff_row_undo has been through, as voxels of p->pix. plane[k] is the row of sample k's
 * plane; only plane[0] counts where samples stand side by side. sample -1: luma. NaN is made canonical. */
void qb_tiff_row_voxels(const QbTiffPage *p, const uint8_t *const plane[3], int sample, int64_t x0,
                        int64_t x1, void *to);

/* ---- tiff_read_order.c ------------------------------------------------------------------------------- */

/* One chunk, and the file that it is in. */
typedef struct QbTiffPlace {
    int fd;
    const QbTiffFile *file;
    const QbTiffPage *page;
    const QbTiffChunk *chunk;
    int64_t k; /* of the page's chunks */
} QbTiffPlace;

/* What is said of a chunk that cannot be unpacked, or ends after `got` bytes. Returns false. */
bool qb_tiff_damaged(const QbTiffPlace *at, QbErr *err);
bool qb_tiff_ends_early(const QbTiffPlace *at, uint64_t got, uint64_t due, QbErr *err);

/* A strip too long for memory, unpacked row by row. Going back starts again from its first row. */
typedef struct QbTiffOrder QbTiffOrder;
/* *row: row y of the strip, as qb_tiff_row_undo leaves it; it lives until the next call. *order is made when it is NULL. */
bool qb_tiff_order_row(QbTiffOrder **order, const QbTiffPlace *at, int64_t y, const uint8_t **row,
                       QbErr *err);
/* Bytes that were read from the file, and that it holds at most for a page. */
int64_t qb_tiff_order_read(const QbTiffOrder *o);
int64_t qb_tiff_order_bytes(const QbTiffPage *p);
void qb_tiff_order_free(QbTiffOrder *take_o);

/* ---- tiff_read_chunk.c ------------------------------------------------------------------------------- */

/* What one worker keeps between calls: an open file, the packed bytes read last, the chunks unpacked last. */
typedef struct QbTiffWorker QbTiffWorker;
QbTiffWorker *qb_tiff_worker_new(const QbTiffIndex *ix);
void qb_tiff_worker_free(QbTiffWorker *w);
/* Rows [y0, y1) and columns [x0, x1) of page `page` of the index into to[0 … y1-y0-1]. */
bool qb_tiff_worker_read(QbTiffWorker *w, const QbTiffView *v, int64_t page, const int64_t y[2],
                         const int64_t x[2], void *const *to, QbErr *err);
/* Bytes that were read from files so far. */
int64_t qb_tiff_worker_bytes(const QbTiffWorker *w);
/* Memory that a worker may come to hold for a page. */
int64_t qb_tiff_worker_need(const QbTiffIndex *ix, const QbTiffPage *p, int sample);

#endif
