/* Unpacks by libtiff what only libtiff unpacks: LZMA, Zstandard, JPEG, fax. It is handed packed bytes that were read and
 * checked before, and believed as little as the file: its view of the page has to be ours, and what it leaves unwritten
 * is found. The one file that knows libtiff. */
#include "runtime/tiff_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>
#include <unistd.h>

#define MAX_ALLOCATION ((tmsize_t)1 << 30)
#define TAIL           16

/* A file as libtiff sees it: read only, of the size that was checked. */
struct QbTiffLib {
    TIFF *tiff;
    int fd;
    int64_t size, at;
    uint64_t directory; /* that is read; 0: none */
    char text[256];     /* libtiff's last complaint */
};

bool qb_tiff_lib_has(int compression)
{
    return TIFFIsCODECConfigured((uint16_t)compression) != 0;
}

/* ---- what libtiff calls ----------------------------------------------------------------------------- */

static tmsize_t on_read(thandle_t handle, void *to, tmsize_t n)
{
    QbTiffLib *lib = handle;
    tmsize_t done = 0;
    while (done < n && lib->at < lib->size) {
        ssize_t k = pread(lib->fd, (char *)to + done, (size_t)(n - done), lib->at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            break;
        done += k;
        lib->at += k;
    }
    return done;
}

static tmsize_t on_write(thandle_t handle, void *from, tmsize_t n)
{
    (void)handle;
    (void)from;
    (void)n;
    return -1;
}

static toff_t on_seek(thandle_t handle, toff_t offset, int whence)
{
    QbTiffLib *lib = handle;
    int64_t base = whence == SEEK_CUR ? lib->at : whence == SEEK_END ? lib->size : 0, at;
    if (__builtin_add_overflow(base, (int64_t)offset, &at) || at < 0)
        return (toff_t)-1;
    lib->at = at;
    return (toff_t)at;
}

static int on_close(thandle_t handle)
{
    (void)handle; /* the file is the worker's */
    return 0;
}

static toff_t on_size(thandle_t handle)
{
    return (toff_t)((QbTiffLib *)handle)->size;
}

static int on_error(TIFF *tiff, void *data, const char *module, const char *fmt, va_list args)
{
    QbTiffLib *lib = data;
    (void)tiff;
    (void)module;
    vsnprintf(lib->text, sizeof(lib->text), fmt, args);
    return 1;
}

static int on_warning(TIFF *tiff, void *data, const char *module, const char *fmt, va_list args)
{
    (void)tiff;
    (void)data;
    (void)module;
    (void)fmt;
    (void)args;
    return 1;
}

/* ---- the page --------------------------------------------------------------------------------------- */

static bool fail(const QbTiffLib *lib, const QbTiffFile *f, const QbTiffPage *p, QbErr *err)
{
    return qb_err_set(err, "cannot unpack %s of page %" PRId64 " of '%s': %s",
                      qb_tiff_compression_name(p->compression), p->number, f->name,
                      lib && lib->text[0] ? lib->text : "libtiff reads it otherwise than we do");
}

static QbTiffLib *open_lib(int fd, const QbTiffFile *f)
{
    QbTiffLib *lib = calloc(1, sizeof(*lib));
    TIFFOpenOptions *o = lib ? TIFFOpenOptionsAlloc() : NULL;
    if (!o) {
        free(lib);
        return NULL;
    }
    lib->fd = fd;
    lib->size = f->size;
    TIFFOpenOptionsSetMaxSingleMemAlloc(o, MAX_ALLOCATION);
    TIFFOpenOptionsSetErrorHandlerExtR(o, on_error, lib);
    TIFFOpenOptionsSetWarningHandlerExtR(o, on_warning, lib);
    /* h: the first directory is not read; m: the file is not mapped. */
    lib->tiff = TIFFClientOpenExt(f->name, "rhm", lib, on_read, on_write, on_seek, on_close,
                                  on_size, NULL, NULL, o);
    TIFFOpenOptionsFree(o);
    return lib;
}

static uint32_t field32(TIFF *t, uint32_t tag)
{
    uint32_t v = 0;
    return TIFFGetFieldDefaulted(t, tag, &v) ? v : 0;
}

static uint16_t field16(TIFF *t, uint32_t tag)
{
    uint16_t v = 0;
    return TIFFGetFieldDefaulted(t, tag, &v) ? v : 0;
}

/* libtiff mends what it takes for mistakes. Only where it ends up with the page that was checked may it unpack. */
static bool agrees(TIFF *t, const QbTiffPage *p)
{
    int64_t n = p->across * p->down * qb_tiff_planes(p);
    if (p->tone == QB_TIFF_RGB && field16(t, TIFFTAG_PHOTOMETRIC) == PHOTOMETRIC_YCBCR)
        TIFFSetField(t, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    bool planar = field16(t, TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE && p->samples > 1;
    bool tiled = TIFFIsTiled(t) != 0;
    return field32(t, TIFFTAG_IMAGEWIDTH) == p->w && field32(t, TIFFTAG_IMAGELENGTH) == p->h &&
           field16(t, TIFFTAG_BITSPERSAMPLE) == p->bits &&
           field16(t, TIFFTAG_SAMPLESPERPIXEL) == p->samples &&
           field16(t, TIFFTAG_COMPRESSION) == p->compression && planar == p->planar &&
           tiled == p->tiled &&
           (tiled ? TIFFTileSize(t) : TIFFStripSize(t)) == qb_tiff_chunk_bytes(p) &&
           (tiled ? TIFFNumberOfTiles(t) : TIFFNumberOfStrips(t)) == n;
}

static bool go_to(QbTiffLib *lib, const QbTiffPage *p)
{
    if (lib->directory == p->directory)
        return true;
    lib->directory = 0;
    lib->text[0] = '\0';
    if (!lib->tiff || !TIFFSetSubDirectory(lib->tiff, p->directory) || !agrees(lib->tiff, p))
        return false;
    lib->directory = p->directory;
    return true;
}

/* ---- one chunk -------------------------------------------------------------------------------------- */

static bool still_holds(const uint8_t *bytes, size_t n, uint8_t mark)
{
    for (size_t k = 0; k < n; k++)
        if (bytes[k] != mark)
            return false;
    return true;
}

/* Its decoders of strips write in order, may stop early and call it success. What comes last is marked beforehand; if the mark
 * is still there, a second run with another mark tells whether the voxels merely look like it. */
static bool unpack_all(QbTiffLib *lib, uint32_t k, uint8_t *packed, size_t n, uint8_t *out,
                       size_t due)
{
    static const uint8_t marks[2] = {0xa5, 0x5a};
    size_t tail = due < TAIL ? due : TAIL;
    for (int try = 0; try < 2; try++) {
        memset(out, 0, due - tail);
        memset(out + due - tail, marks[try], tail);
        if (!TIFFReadFromUserBuffer(lib->tiff, k, packed, (tmsize_t)n, out, (tmsize_t)due))
            return false;
        if (!still_holds(out + due - tail, tail, marks[try]))
            return true;
    }
    snprintf(lib->text, sizeof(lib->text), "its data end too early");
    return false;
}

bool qb_tiff_lib_unpack(QbTiffLib **lib, int fd, const QbTiffFile *f, const QbTiffPage *p,
                        int64_t k, uint8_t *packed, size_t n, uint8_t *out, size_t due, QbErr *err)
{
    if (!*lib)
        *lib = open_lib(fd, f);
    if (!*lib)
        return qb_err_set(err, "cannot read '%s': out of memory", f->name);
    if (go_to(*lib, p) && unpack_all(*lib, (uint32_t)k, packed, n, out, due))
        return true;
    return fail(*lib, f, p, err);
}

void qb_tiff_lib_free(QbTiffLib *lib)
{
    if (!lib)
        return;
    if (lib->tiff)
        TIFFClose(lib->tiff);
    free(lib);
}
