/* What the tags of a page mean, and whether they can be true: pixel type, colours, the grid of strips or tiles, and
 * whether each of those lies in the file and can hold what it is said to hold. Reads nothing itself. */
#include "runtime/tiff_read.h"

#include <inttypes.h>

#define MAX_CHUNK_BYTES ((int64_t)1 << 30) /* unpacked, where it has to be unpacked whole */
#define MAX_SIDE        INT32_MAX

static const struct {
    int number;
    QbTiffCodec codec;
    const char *name;
    int64_t most; /* bytes that one packed byte can become; 0: no such bound */
} compressions[] = {
    {1, QB_TIFF_NONE, "none", 1},
    {2, QB_TIFF_LIBTIFF, "ccitt rle", 0},
    {3, QB_TIFF_LIBTIFF, "ccitt fax 3", 0},
    {4, QB_TIFF_LIBTIFF, "ccitt fax 4", 0},
    {5, QB_TIFF_LZW, "lzw", 4096},
    {7, QB_TIFF_LIBTIFF, "jpeg", 0},
    {8, QB_TIFF_DEFLATE, "deflate", 1040},
    {32773, QB_TIFF_PACKBITS, "packbits", 64},
    {32946, QB_TIFF_DEFLATE, "deflate", 1040},
    {34925, QB_TIFF_LIBTIFF, "lzma", 0},
    {50000, QB_TIFF_LIBTIFF, "zstd", 0},
};

enum { COMPRESSION_JPEG = 7, PHOTOMETRIC_RGB = 2, PHOTOMETRIC_YCBCR = 6 };

static int find_compression(uint64_t number)
{
    for (int k = 0; k < QB_COUNT(compressions); k++)
        if ((uint64_t)compressions[k].number == number)
            return k;
    return -1;
}

const char *qb_tiff_compression_name(int compression)
{
    int k = find_compression((uint64_t)compression);
    return k < 0 ? "unknown" : compressions[k].name;
}

/* ---- voxels ----------------------------------------------------------------------------------------- */

static bool set_size(const QbTiffTags *t, const char *file, QbTiffPage *p, QbErr *err)
{
    if (t->width < 1 || t->height < 1)
        return qb_err_set(err, "page %" PRId64 " of '%s' has no voxels: it is %" PRIu64 "×%" PRIu64,
                          p->number, file, t->height, t->width);
    if (t->width > MAX_SIDE || t->height > MAX_SIDE || t->samples < 1 || t->samples > 65535)
        return qb_err_set(err,
                          "page %" PRId64 " of '%s' is damaged: %" PRIu64 "×%" PRIu64
                          " voxels of %" PRIu64 " samples",
                          p->number, file, t->height, t->width, t->samples);
    if (t->depth > 1)
        return qb_err_set(err,
                          "page %" PRId64 " of '%s' is a volume of %" PRIu64
                          " slices (ImageDepth): expected one slice a page",
                          p->number, file, t->depth);
    p->w = (int64_t)t->width;
    p->h = (int64_t)t->height;
    p->samples = (uint16_t)t->samples;
    return true;
}

static bool set_pix(const QbTiffTags *t, const char *file, QbTiffPage *p, QbErr *err)
{
    static const struct {
        uint8_t bits, format;
        QbPix pix;
    } known[] = {
        {1, 1, QB_U8},   {8, 1, QB_U8},   {16, 1, QB_U16}, {32, 1, QB_U32}, {8, 2, QB_I8},
        {16, 2, QB_I16}, {32, 2, QB_I32}, {32, 3, QB_F32}, {64, 3, QB_F64},
    };
    static const char *const names[] = {"", "unsigned ", "signed ", "float ",
                                        "", "complex ",  "complex "};
    uint64_t format = t->format == 4 ? 1 : t->format; /* 4: undefined */
    if (t->mixed)
        return qb_err_set(err, "page %" PRId64 " of '%s' has samples of several types", p->number,
                          file);
    for (int k = 0; k < QB_COUNT(known); k++)
        if (known[k].bits == t->bits && known[k].format == format) {
            p->pix = known[k].pix;
            p->bits = known[k].bits;
            p->swap = p->swap && p->bits > 8;
            return true;
        }
    return qb_err_set(err,
                      "page %" PRId64 " of '%s' has %s%" PRIu64
                      "-bit voxels: expected 1, 8, 16 or 32 bits, "
                      "or floats of 32 or 64",
                      p->number, file, format < 7 ? names[format] : "", t->bits);
}

/* Values are taken as they are stored, also of palettes (their indices) and of grey levels whose zero is white, as
 * ImageJ and others do; only where a voxel is one bit does white read as 255, whichever bit means it. The orientation
 * tag is ignored. */
static bool set_tone(const QbTiffTags *t, const char *file, QbTiffPage *p, QbErr *err)
{
    bool colour =
        t->photometric == PHOTOMETRIC_RGB || (t->photometric == UINT64_MAX && t->samples >= 3);
    bool jpeg = t->compression == COMPRESSION_JPEG;
    if (t->photometric == PHOTOMETRIC_YCBCR && jpeg && t->planar != 2)
        colour = true; /* libtiff makes it RGB */
    else if (t->photometric == PHOTOMETRIC_YCBCR || t->photometric == 32844 ||
             t->photometric == 32845)
        return qb_err_set(err, "page %" PRId64 " of '%s' holds %s colours: expected grey or RGB",
                          p->number, file,
                          t->photometric == PHOTOMETRIC_YCBCR ? "YCbCr" : "LogLuv");
    if (colour && p->samples < 3)
        return qb_err_set(err, "page %" PRId64 " of '%s' is damaged: RGB of %d samples", p->number,
                          file, p->samples);
    if (p->bits == 1 && p->samples > 1)
        return qb_err_set(err, "page %" PRId64 " of '%s' has %d samples of 1 bit: expected one",
                          p->number, file, p->samples);
    if (jpeg && p->bits != 8)
        return qb_err_set(err, "page %" PRId64 " of '%s' is JPEG of %d bits: expected 8", p->number,
                          file, p->bits);
    bool grey = p->samples == 1 || (p->samples == 2 && t->alpha);
    p->tone = colour ? QB_TIFF_RGB : grey ? QB_TIFF_GREY : QB_TIFF_CHANNELS;
    p->planar = t->planar == 2 && p->samples > 1;
    p->white_is_zero = t->photometric == 0 && p->bits == 1;
    p->lsb_first = t->fill_order == 2;
    p->reduced = (t->subfile & 5) != 0 || t->old_subfile == 2;
    return true;
}

static bool set_codec(const QbTiffTags *t, const char *file, QbTiffPage *p, QbErr *err)
{
    int k = find_compression(t->compression);
    if (k < 0 ||
        (compressions[k].codec == QB_TIFF_LIBTIFF && !qb_tiff_lib_has(compressions[k].number)))
        return qb_err_set(err,
                          "page %" PRId64 " of '%s' has compression %s (%" PRIu64
                          "): expected none, packbits, lzw or deflate",
                          p->number, file, k < 0 ? "unknown" : compressions[k].name,
                          t->compression);
    p->compression = (uint16_t)t->compression;
    p->codec = compressions[k].codec;
    bool predicts = p->codec == QB_TIFF_LZW || p->codec == QB_TIFF_DEFLATE;
    p->predictor = predicts ? (uint16_t)qb_min64((int64_t)(t->predictor & 0xffff), 4) : 1;
    bool is_float = qb_pix_info[p->pix].is_float;
    if (p->predictor < 1 || p->predictor > 3 || (p->predictor == 3 && !is_float) ||
        (p->predictor == 2 && p->bits == 1))
        return qb_err_set(err,
                          "page %" PRId64 " of '%s' has predictor %" PRIu64
                          " for %d-bit %s: expected 1, 2, or 3 for floats",
                          p->number, file, t->predictor, p->bits, is_float ? "floats" : "integers");
    return true;
}

/* ---- chunks ----------------------------------------------------------------------------------------- */

static const char *chunk_word(const QbTiffPage *p)
{
    return p->tiled ? "tile" : "strip";
}

bool qb_tiff_is_sequential(const QbTiffPage *p)
{
    bool streams =
        p->codec == QB_TIFF_PACKBITS || p->codec == QB_TIFF_LZW || p->codec == QB_TIFF_DEFLATE;
    return streams && !p->tiled && qb_tiff_chunk_bytes(p) > ((int64_t)64 << 20);
}

/* Bytes of a row and of a chunk: products of numbers of the file. */
static bool set_bytes(const char *file, QbTiffPage *p, QbErr *err)
{
    int64_t row_bits, chunk, page;
    int64_t samples = p->planar ? 1 : p->samples;
    bool fits = qb_mul_i64(p->cw, samples * p->bits, &row_bits) && row_bits < INT64_MAX - 7;
    p->row_bytes = fits ? (row_bits + 7) / 8 : 0;
    fits = fits && qb_mul_i64(p->row_bytes, p->ch, &chunk) &&
           qb_mul_i64(p->across, p->down, &page) && qb_mul_i64(page, qb_tiff_planes(p), &page) &&
           qb_mul_i64(page, chunk, &page);
    bool any_size = p->codec == QB_TIFF_NONE && !p->tiled;
    if (fits && (any_size || chunk <= MAX_CHUNK_BYTES || qb_tiff_is_sequential(p)))
        return true;
    return qb_err_set(err,
                      "page %" PRId64 " of '%s' has %ss of %" PRId64 "×%" PRId64
                      " voxels, more than 1 GiB each when unpacked",
                      p->number, file, chunk_word(p), p->ch, p->cw);
}

static bool set_chunks(const QbTiffTags *t, const char *file, QbTiffPage *p, QbErr *err)
{
    p->tiled = t->tiled;
    if (p->tiled && (t->tile_width < 1 || t->tile_width > MAX_SIDE || t->tile_height < 1 ||
                     t->tile_height > MAX_SIDE))
        return qb_err_set(
            err, "page %" PRId64 " of '%s' is damaged: tiles of %" PRIu64 "×%" PRIu64 " voxels",
            p->number, file, t->tile_height, t->tile_width);
    if (!p->tiled && t->rows_per_strip < 1)
        return qb_err_set(err, "page %" PRId64 " of '%s' is damaged: strips of 0 rows", p->number,
                          file);
    p->cw = p->tiled ? (int64_t)t->tile_width : p->w;
    p->ch = p->tiled                        ? (int64_t)t->tile_height
            : t->rows_per_strip < t->height ? (int64_t)t->rows_per_strip
                                            : p->h;
    p->across = (p->w + p->cw - 1) / p->cw;
    p->down = (p->h + p->ch - 1) / p->ch;
    if (!set_bytes(file, p, err))
        return false;
    uint64_t n = (uint64_t)(p->across * p->down * qb_tiff_planes(p));
    if (t->n_offsets < n)
        return qb_err_set(
            err, "page %" PRId64 " of '%s' has the offsets of %" PRIu64 " %ss, expected %" PRIu64,
            p->number, file, t->n_offsets, chunk_word(p), n);
    if (t->n_sizes < n && (t->n_sizes > 0 || p->codec != QB_TIFF_NONE))
        return qb_err_set(
            err, "page %" PRId64 " of '%s' has the sizes of %" PRIu64 " %ss, expected %" PRIu64,
            p->number, file, t->n_sizes, chunk_word(p), n);
    return true;
}

bool qb_tiff_page_make(const QbTiffTags *t, const char *file, QbTiffPage *p, QbErr *err)
{
    return set_size(t, file, p, err) && set_pix(t, file, p, err) && set_tone(t, file, p, err) &&
           set_codec(t, file, p, err) && set_chunks(t, file, p, err);
}

/* ---- chunks against the file ------------------------------------------------------------------------ */

/* most: times that the compression may shrink, 0 if that is not known. */
static bool check_chunk(const QbTiffPage *p, int64_t k, int64_t most, QbTiffChunk *c,
                        const QbTiffFile *f, QbErr *err)
{
    int64_t row = p->across == 1 && !p->planar ? k : k / p->across % p->down;
    uint64_t due = (uint64_t)(p->row_bytes * qb_tiff_rows_due(p, row));
    uint64_t size = (uint64_t)f->size;
    if (c->bytes == 0)
        return qb_err_set(err, "%s %" PRId64 " of page %" PRId64 " of '%s' is missing",
                          chunk_word(p), k, p->number, f->name);
    if (most > 0 && c->bytes < (due - 1) / (uint64_t)most + 1)
        return qb_err_set(err,
                          "%s %" PRId64 " of page %" PRId64 " of '%s' is truncated: %" PRIu64
                          " bytes cannot hold the %" PRIu64 " that are due",
                          chunk_word(p), k, p->number, f->name, c->bytes, due);
    /* More than twice what comes out is never needed, nor read. */
    uint64_t needed = p->codec == QB_TIFF_NONE ? due : 2 * (uint64_t)qb_tiff_chunk_bytes(p) + 65536;
    c->bytes = c->bytes < needed ? c->bytes : needed;
    if (c->offset >= size || c->bytes > size - c->offset)
        return qb_err_set(err,
                          "'%s' is truncated: %s %" PRId64 " of page %" PRId64 " needs %" PRIu64
                          " bytes from byte %" PRIu64 " on, the file has %" PRIu64,
                          f->name, chunk_word(p), k, p->number, c->bytes, c->offset, size);
    return true;
}

/* Unpacked strips that follow each other in the file are one strip: any rows can be read at once. */
static void join_strips(QbTiffPage *p, QbTiffChunk *chunk)
{
    if (p->codec != QB_TIFF_NONE || p->tiled || p->planar)
        return;
    for (int64_t k = 1; k < p->down; k++)
        if (chunk[k].offset != chunk[k - 1].offset + chunk[k - 1].bytes)
            return;
    for (int64_t k = 1; k < p->down; k++)
        chunk[0].bytes += chunk[k].bytes;
    p->ch = p->h;
    p->down = 1;
}

bool qb_tiff_page_check(QbTiffPage *p, QbTiffChunk *chunk, const QbTiffFile *f, QbErr *err)
{
    int64_t n = p->across * p->down * qb_tiff_planes(p);
    int64_t most = compressions[find_compression(p->compression)].most;
    for (int64_t k = 0; k < n; k++)
        if (!check_chunk(p, k, most, &chunk[k], f, err))
            return false;
    join_strips(p, chunk);
    return true;
}
