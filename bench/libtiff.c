/* Reading a TIFF with libtiff and nothing else, and writing one that anybody's programs would write. */
#include "bench/roof.h"
#include "core/base.h"

#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

typedef struct Pages {
    const char *path;
    unsigned char *to;
    size_t page; /* bytes */
    bool *failed;
} Pages;

static bool read_page(TIFF *f, unsigned char *to, size_t left)
{
    for (uint32_t s = 0, n = TIFFNumberOfStrips(f); s < n; s++) {
        tmsize_t got = TIFFReadEncodedStrip(f, s, to, (tmsize_t)left);
        if (got < 0)
            return false;
        to += got;
        left -= (size_t)got;
    }
    return true;
}

static void read_share(BenchPart *p)
{
    const Pages *all = p->ctx;
    TIFF *f = TIFFOpen(all->path, "r");
    bool ok = f && TIFFSetDirectory(f, (tdir_t)p->lo);
    for (int64_t k = p->lo; k < p->hi && ok; k++) {
        ok = read_page(f, all->to + (size_t)k * all->page, all->page);
        if (k + 1 < p->hi)
            ok = ok && TIFFReadDirectory(f);
    }
    if (f)
        TIFFClose(f);
    if (!ok)
        *all->failed = true;
}

BenchSeconds roof_libtiff(const char *path, int threads)
{
    TIFFSetWarningHandler(NULL);
    TIFF *f = TIFFOpen(path, "r");
    if (!f)
        return (BenchSeconds){-1, -1};
    bool failed = false;
    int64_t n = TIFFNumberOfDirectories(f);
    Pages all = {.path = path, .failed = &failed, .page = (size_t)TIFFScanlineSize(f)};
    uint32_t height = 0;
    TIFFGetField(f, TIFFTAG_IMAGELENGTH, &height);
    TIFFClose(f);
    all.page *= height;
    all.to = qb_xmalloc(all.page * (size_t)n);
    memset(all.to, 1, all.page * (size_t)n);
    BenchSeconds s = bench_in_parts(threads, n, read_share, &all);
    free(all.to);
    return failed ? (BenchSeconds){-1, -1} : s;
}

static bool write_page(TIFF *f, const QbType *t, const unsigned char *page, bool deflate)
{
    size_t row = (size_t)t->n[2] * qb_pix_bytes(t->pix);
    TIFFSetField(f, TIFFTAG_IMAGEWIDTH, (uint32_t)t->n[2]);
    TIFFSetField(f, TIFFTAG_IMAGELENGTH, (uint32_t)t->n[1]);
    TIFFSetField(f, TIFFTAG_BITSPERSAMPLE, (int)(8 * qb_pix_bytes(t->pix)));
    TIFFSetField(f, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(f, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(f, TIFFTAG_COMPRESSION, deflate ? COMPRESSION_ADOBE_DEFLATE : COMPRESSION_NONE);
    TIFFSetField(f, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(f, 0));
    for (int64_t y = 0; y < t->n[1]; y++)
        if (TIFFWriteScanline(f, (void *)(uintptr_t)(page + (size_t)y * row), (uint32_t)y, 0) < 0)
            return false;
    return TIFFWriteDirectory(f);
}

bool roof_write_tiff(const char *path, const QbType *t, const unsigned char *data, bool deflate)
{
    size_t page = (size_t)(t->n[1] * t->n[2]) * qb_pix_bytes(t->pix);
    TIFF *f = TIFFOpen(path, "w");
    bool ok = f != NULL;
    for (int64_t i = 0; i < t->n[0] && ok; i++)
        ok = write_page(f, t, data + (size_t)i * page, deflate);
    if (f)
        TIFFClose(f);
    return ok;
}
