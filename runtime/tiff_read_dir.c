/* Walks the chain of directories of a TIFF file once, classic or BigTIFF, of either byte order. Directories are parsed here
 * rather than by libtiff, because no number of a file may be believed: libtiff mends what does not fit and goes on. Every
 * read is checked against the size of the file; what the numbers mean is for tiff_read_page.c. */
#include "runtime/tiff_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WINDOW          4096
#define MAX_DESCRIPTION ((uint64_t)64 << 20)

/* A file seen through a small window. */
typedef struct Source {
    int fd;
    const QbTiffFile *file;
    bool swap, big;
    uint64_t at;
    size_t n;
    uint8_t window[WINDOW];
    QbErr *err;
} Source;

typedef struct Entry {
    uint16_t tag, type;
    uint64_t count;
    uint64_t at; /* of the first value, in the file */
} Entry;

/* The tags of one page, and the entries of those whose values are read later. */
typedef struct Directory {
    QbTiffTags tags;
    Entry offsets, sizes, description, resolution[2];
    uint64_t unit;
} Directory;

enum {
    TAG_SUBFILE = 254,
    TAG_BITS = 258,
    TAG_DESCRIPTION = 270,
    TAG_STRIP_OFFSETS = 273,
    TAG_STRIP_SIZES = 279,
    TAG_X_RESOLUTION = 282,
    TAG_Y_RESOLUTION = 283,
    TAG_TILE_OFFSETS = 324,
    TAG_TILE_SIZES = 325,
    TAG_EXTRA = 338,
    TAG_FORMAT = 339,
};

/* Tags with one whole number that matters, in order. */
static const struct {
    uint16_t tag;
    uint16_t offset;
} scalars[] = {
    {TAG_SUBFILE, offsetof(QbTiffTags, subfile)}, {255, offsetof(QbTiffTags, old_subfile)},
    {256, offsetof(QbTiffTags, width)},           {257, offsetof(QbTiffTags, height)},
    {TAG_BITS, offsetof(QbTiffTags, bits)},       {259, offsetof(QbTiffTags, compression)},
    {262, offsetof(QbTiffTags, photometric)},     {266, offsetof(QbTiffTags, fill_order)},
    {277, offsetof(QbTiffTags, samples)},         {278, offsetof(QbTiffTags, rows_per_strip)},
    {284, offsetof(QbTiffTags, planar)},          {317, offsetof(QbTiffTags, predictor)},
    {322, offsetof(QbTiffTags, tile_width)},      {323, offsetof(QbTiffTags, tile_height)},
    {TAG_FORMAT, offsetof(QbTiffTags, format)},   {32997, offsetof(QbTiffTags, depth)},
};

/* ---- numbers of the file ---------------------------------------------------------------------------- */

static bool fill_window(Source *s, uint64_t at)
{
    s->at = at;
    s->n = 0;
    while (s->n < WINDOW) {
        ssize_t k = pread(s->fd, s->window + s->n, WINDOW - s->n, (off_t)(at + s->n));
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return qb_err_set(s->err, "cannot read '%s': %s", s->file->name, strerror(errno));
        if (k == 0)
            break;
        s->n += (size_t)k;
    }
    return true;
}

/* n bytes (a few) at an offset; NULL, and an error, beyond the end of the file. */
static const uint8_t *look(Source *s, uint64_t at, size_t n)
{
    uint64_t size = (uint64_t)s->file->size;
    if (at <= size && n <= size - at) {
        if (at >= s->at && at - s->at <= s->n && n <= s->n - (at - s->at))
            return s->window + (at - s->at);
        if (!fill_window(s, at))
            return NULL;
        if (n <= s->n)
            return s->window;
    }
    qb_err_set(s->err, "'%s' is truncated: it refers to byte %" PRIu64 ", but has only %" PRIu64,
               s->file->name, at, size);
    return NULL;
}

/* Most numbers have four bytes. */
static inline uint64_t number(const Source *s, const uint8_t *p, int bytes)
{
    uint64_t v = 0;
    uint32_t four;
    if (bytes == 4) {
        memcpy(&four, p, sizeof(four));
        return s->swap ? __builtin_bswap32(four) : four;
    }
    for (int k = 0; k < bytes; k++)
        v |= (uint64_t)p[k] << (s->swap ? 8 * (bytes - 1 - k) : 8 * k);
    return v;
}

static bool look_number(Source *s, uint64_t at, int bytes, uint64_t *v)
{
    const uint8_t *p = look(s, at, (size_t)bytes);
    if (p)
        *v = number(s, p, bytes);
    return p != NULL;
}

static int bytes_of(int type)
{
    static const uint8_t bytes[19] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
    return type < QB_COUNT(bytes) ? bytes[type] : 0;
}

static bool is_whole(int type)
{
    return type == 1 || type == 3 || type == 4 || type == 16;
}

/* Value i of an entry of whole numbers. */
static bool entry_number(Source *s, const Entry *e, uint64_t i, uint64_t *v)
{
    int bytes = bytes_of(e->type);
    return look_number(s, e->at + i * (uint64_t)bytes, bytes, v);
}

/* The first n values of an entry of whole numbers, `step` bytes apart from `to` on: tables of strips are long. */
static bool entry_numbers(Source *s, const Entry *e, int64_t n, uint64_t *to, size_t step)
{
    int bytes = bytes_of(e->type);
    for (int64_t k = 0; k < n;) {
        int64_t some = qb_min64(n - k, WINDOW / bytes);
        const uint8_t *p =
            look(s, e->at + (uint64_t)k * (uint64_t)bytes, (size_t)some * (size_t)bytes);
        if (!p)
            return false;
        for (int64_t end = k + some; k < end; k++, p += bytes) {
            *to = number(s, p, bytes);
            to = (uint64_t *)(void *)((char *)to + step);
        }
    }
    return true;
}

/* A fraction; 0/0 where there is none. */
static void entry_ratio(Source *s, const Entry *e, double *above, double *below)
{
    uint64_t a, b, size = (uint64_t)s->file->size;
    *above = *below = 0;
    if (e->type != 5 || e->count < 1 || e->at > size || size - e->at < 8 ||
        !look_number(s, e->at, 4, &a) || !look_number(s, e->at + 4, 4, &b) || a == 0 || b == 0)
        return;
    *above = (double)a;
    *below = (double)b;
}

/* ---- one directory ---------------------------------------------------------------------------------- */

/* The entry at an offset of the directory; its values are where they fit, or where it says. */
static bool read_entry(Source *s, uint64_t at, Entry *e)
{
    int field = s->big ? 8 : 4;
    const uint8_t *p = look(s, at, (size_t)(4 + 2 * field));
    if (!p)
        return false;
    e->tag = (uint16_t)number(s, p, 2);
    e->type = (uint16_t)number(s, p + 2, 2);
    e->count = number(s, p + 4, field);
    e->at = at + 4 + (uint64_t)field;
    uint64_t bytes;
    if (__builtin_mul_overflow(e->count, (uint64_t)bytes_of(e->type), &bytes))
        bytes = UINT64_MAX;
    if (bytes > (uint64_t)field)
        e->at = number(s, p + 4 + field, field);
    return true;
}

/* False, with an error, if the values of an entry that we need do not lie in the file. */
static bool values_in_file(Source *s, const Entry *e)
{
    uint64_t size = (uint64_t)s->file->size, bytes;
    if (!__builtin_mul_overflow(e->count, (uint64_t)bytes_of(e->type), &bytes) && e->at <= size &&
        bytes <= size - e->at)
        return true;
    return qb_err_set(s->err,
                      "'%s' is damaged: tag %d has %" PRIu64 " values at byte %" PRIu64
                      ", the file has %" PRIu64 " bytes",
                      s->file->name, e->tag, e->count, e->at, size);
}

/* Bits and format stand once for each sample, and have to agree. */
static bool read_per_sample(Source *s, const Entry *e, QbTiffTags *t)
{
    uint64_t first, v;
    if (e->count > 65535)
        return qb_err_set(s->err, "'%s' is damaged: tag %d has %" PRIu64 " values", s->file->name,
                          e->tag, e->count);
    for (uint64_t i = 0; i < e->count; i++) {
        if (!entry_number(s, e, i, &v))
            return false;
        if (i == 0)
            first = v;
        t->mixed = t->mixed || v != first;
    }
    return true;
}

static bool read_extra(Source *s, const Entry *e, QbTiffTags *t)
{
    t->extra = e->count;
    for (uint64_t i = 0; i < e->count && i < 64; i++) {
        uint64_t v;
        if (!entry_number(s, e, i, &v))
            return false;
        if (v == 1 || v == 2)
            t->alpha = 1;
    }
    return true;
}

static bool read_whole(Source *s, const Entry *e, Directory *d)
{
    for (int k = 0; k < QB_COUNT(scalars) && scalars[k].tag <= e->tag; k++)
        if (scalars[k].tag == e->tag &&
            !entry_number(s, e, 0, (uint64_t *)(void *)((char *)&d->tags + scalars[k].offset)))
            return false;
    switch (e->tag) {
    case TAG_BITS:
    case TAG_FORMAT:
        return read_per_sample(s, e, &d->tags);
    case TAG_EXTRA:
        return read_extra(s, e, &d->tags);
    case 296:
        return entry_number(s, e, 0, &d->unit);
    case TAG_STRIP_OFFSETS:
    case TAG_TILE_OFFSETS:
        d->offsets = *e;
        d->tags.n_offsets = e->count;
        d->tags.tiled = e->tag == TAG_TILE_OFFSETS;
        return values_in_file(s, e);
    case TAG_STRIP_SIZES:
    case TAG_TILE_SIZES:
        d->sizes = *e;
        d->tags.n_sizes = e->count;
        return values_in_file(s, e);
    default:
        return true;
    }
}

static bool keep_entry(Source *s, const Entry *e, Directory *d)
{
    if (e->count == 0)
        return true;
    if (e->tag == TAG_DESCRIPTION && (e->type == 2 || e->type == 1 || e->type == 7))
        d->description = *e;
    else if (e->tag == TAG_X_RESOLUTION || e->tag == TAG_Y_RESOLUTION)
        d->resolution[e->tag - TAG_X_RESOLUTION] = *e;
    else if (is_whole(e->type))
        return read_whole(s, e, d);
    return true;
}

static bool read_directory(Source *s, uint64_t at, Directory *d, uint64_t *next)
{
    *d = (Directory){.tags = {.compression = 1,
                              .photometric = UINT64_MAX,
                              .fill_order = 1,
                              .samples = 1,
                              .bits = 1,
                              .rows_per_strip = UINT64_MAX,
                              .planar = 1,
                              .predictor = 1,
                              .format = 1},
                     .unit = 2};
    int head = s->big ? 8 : 2, entry = s->big ? 20 : 12;
    uint64_t n;
    if (!look_number(s, at, head, &n))
        return false;
    if (n == 0 || n > 65535)
        return qb_err_set(
            s->err, "'%s' is damaged: the directory at byte %" PRIu64 " has %" PRIu64 " entries",
            s->file->name, at, n);
    at += (uint64_t)head;
    for (uint64_t k = 0; k < n; k++, at += (uint64_t)entry) {
        Entry e;
        if (!read_entry(s, at, &e) || !keep_entry(s, &e, d))
            return false;
    }
    /* Some writers leave the last link out, where the file ends. */
    if (at == (uint64_t)s->file->size) {
        *next = 0;
        return true;
    }
    return look_number(s, at, s->big ? 8 : 4, next);
}

/* ---- pages ------------------------------------------------------------------------------------------ */

static void *grown(void *v, int64_t *cap, int64_t need, size_t size)
{
    int64_t more = *cap;
    while (more < need)
        more = more ? 2 * more : 16;
    void *p = realloc(v, (size_t)more * size);
    if (p)
        *cap = more;
    return p;
}

/* One page has `chunks` more. Chunks take at least a byte of the file each, so a file that names more of them than it has
 * bytes uses them twice: that, and not memory, is the limit of what a lie can cost. */
static bool reserve(QbTiffIndex *ix, Source *s, int64_t chunks)
{
    if (chunks > s->file->size || ix->n_chunks > ix->file_bytes - chunks)
        return qb_err_set(s->err, "'%s' is damaged: its pages name more strips than it has bytes",
                          s->file->name);
    void *p = ix->page, *c = ix->chunk;
    if (ix->n_pages == ix->cap_pages)
        p = grown(p, &ix->cap_pages, ix->n_pages + 1, sizeof(*ix->page));
    if (p)
        ix->page = p;
    if (p && ix->n_chunks + chunks > ix->cap_chunks)
        c = grown(c, &ix->cap_chunks, ix->n_chunks + chunks, sizeof(*ix->chunk));
    if (p && c)
        ix->chunk = c;
    return (p && c) || qb_err_set(s->err, "cannot read '%s': out of memory", s->file->name);
}

static bool read_chunks(Source *s, const Directory *d, const QbTiffPage *p, QbTiffChunk *chunk,
                        int64_t n)
{
    if (!entry_numbers(s, &d->offsets, n, &chunk->offset, sizeof(*chunk)))
        return false;
    if (d->tags.n_sizes > 0)
        return entry_numbers(s, &d->sizes, n, &chunk->bytes, sizeof(*chunk));
    /* Where sizes are missing, those of unpacked chunks are known. */
    for (int64_t k = 0; k < n; k++)
        chunk[k].bytes = (uint64_t)(p->row_bytes * qb_tiff_rows_due(p, k / p->across % p->down));
    return true;
}

static bool add_page(QbTiffIndex *ix, Source *s, int32_t file, uint64_t at, int64_t k,
                     const Directory *d)
{
    QbTiffPage page = {.directory = at, .number = k, .file = file, .swap = s->swap};
    if (!qb_tiff_page_make(&d->tags, s->file->name, &page, s->err))
        return false;
    int64_t n = page.across * page.down * qb_tiff_planes(&page);
    if (!reserve(ix, s, n))
        return false;
    page.first = ix->n_chunks;
    QbTiffChunk *chunk = ix->chunk + ix->n_chunks;
    if (!read_chunks(s, d, &page, chunk, n) || !qb_tiff_page_check(&page, chunk, s->file, s->err))
        return false;
    ix->page[ix->n_pages++] = page;
    ix->n_chunks += page.across * page.down * qb_tiff_planes(&page);
    return true;
}

/* ---- the file --------------------------------------------------------------------------------------- */

/* What a file that is no TIFF looks like. */
static const char *other_format(const uint8_t *p)
{
    static const struct {
        const char *magic, *name;
    } known[] = {
        {"\x89PNG", "a PNG"},
        {"\xff\xd8\xff", "a JPEG"},
        {"\x89HDF", "an HDF5 file"},
        {"GIF8", "a GIF"},
        {"BM", "a BMP"},
        {"PK\x03\x04", "a zip archive"},
        {"\x1f\x8b", "a gzip file"},
        {"\x93NUM", "a .npy file"},
        {"%PDF", "a PDF"},
    };
    for (int k = 0; k < QB_COUNT(known); k++)
        if (memcmp(p, known[k].magic, strlen(known[k].magic)) == 0)
            return known[k].name;
    return NULL;
}

static bool read_header(Source *s, uint64_t *first)
{
    if (s->file->size == 0)
        return qb_err_set(s->err, "'%s' is empty", s->file->name);
    const uint8_t *p = s->file->size < 8 ? NULL : look(s, 0, 8);
    if (!p && s->err->set)
        return false;
    bool little = p && p[0] == 'I' && p[1] == 'I', other = p && p[0] == 'M' && p[1] == 'M';
    s->swap = other;
    uint64_t magic = p ? number(s, p + 2, 2) : 0;
    if ((!little && !other) || (magic != 42 && magic != 43)) {
        const char *is = p ? other_format(p) : NULL;
        return qb_err_set(s->err, "'%s' is not a TIFF file%s%s", s->file->name,
                          is ? ": it looks like " : "", is ? is : "");
    }
    s->big = magic == 43;
    if (!s->big) {
        *first = number(s, p + 4, 4);
        return true;
    }
    if (number(s, p + 4, 2) != 8)
        return qb_err_set(s->err, "'%s' is damaged: its BigTIFF header has offsets of %d bytes",
                          s->file->name, (int)number(s, p + 4, 2));
    return look_number(s, 8, 8, first);
}

static bool read_description(Source *s, const Entry *e, char **text)
{
    uint64_t size = (uint64_t)s->file->size, n = e->count;
    *text = NULL;
    if (n == 0 || e->at > size || n > size - e->at)
        return true; /* its loss is no harm to the voxels */
    n = n < MAX_DESCRIPTION ? n : MAX_DESCRIPTION;
    *text = malloc((size_t)n + 1);
    if (!*text)
        return qb_err_set(s->err, "cannot read '%s': out of memory", s->file->name);
    size_t got = 0;
    while (got < n) {
        ssize_t k = pread(s->fd, *text + got, (size_t)n - got, (off_t)(e->at + got));
        if (k <= 0 && !(k < 0 && errno == EINTR))
            break;
        got += k > 0 ? (size_t)k : 0;
    }
    (*text)[got] = '\0';
    return true;
}

bool qb_tiff_directories(QbTiffIndex *ix, int32_t file, int fd, char **description,
                         QbTiffResolution *resolution, QbErr *err)
{
    Source s = {.fd = fd, .file = &ix->file[file], .err = err};
    uint64_t at = 0, mark = 0;
    if (!read_header(&s, &at))
        return false;
    if (at == 0)
        return qb_err_set(err, "'%s' has no page", s.file->name);
    for (int64_t k = 0; at != 0; k++) {
        Directory d;
        uint64_t next = 0;
        if (!read_directory(&s, at, &d, &next) || !add_page(ix, &s, file, at, k, &d))
            return false;
        if (k == 0 && description) {
            for (int axis = 0; axis < 2; axis++)
                entry_ratio(&s, &d.resolution[axis], &resolution->dots[axis],
                            &resolution->units[axis]);
            resolution->unit = (int)qb_min64((int64_t)(d.unit & 0xffff), 4);
            if (!read_description(&s, &d.description, description))
                return false;
        }
        /* Brent: a loop comes back to a mark that is moved at every power of two. */
        if ((k & (k + 1)) == 0)
            mark = at;
        /* No page does with fewer than four entries, so none with fewer than 54 bytes. */
        if (next == mark || k > s.file->size / 54)
            return qb_err_set(err, "'%s' is damaged: its directories form a loop", s.file->name);
        at = next;
    }
    return true;
}
