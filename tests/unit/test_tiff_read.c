/* Reading TIFF files that libtiff wrote: every compression, predictor, byte order, layout and pixel type that is supported, in
 * any boxes; what is only libtiff's to unpack equals libtiff's own reading. */
#include "tests/unit/support_image.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

typedef struct Make {
    QbPix pix;
    int bits, samples, photometric, compression, predictor, fill_order;
    bool planar, tiled;
    int64_t pages, h, w;
    uint32_t rows; /* of a strip; or side of a tile */
    const char *mode;
} Make;

static const int formats[QB_PIX_COUNT] = {1, 1, 1, 2, 2, 2, 3, 3};

/* Voxels that repeat enough to be packed, and use all of their bits. */
static void voxel(const Make *m, uint8_t *to, int64_t page, int64_t y, int64_t x, int sample)
{
    uint64_t h = image_hash((uint64_t)(page * 7 + y / 2), (uint64_t)(x / 3 * 5 + sample));
    if (m->bits == 1)
        *to = h >> 20 & 1;
    else if (qb_pix_info[m->pix].is_float)
        qb_pix_put(m->pix, to, 0,
                   h % 11 == 0   ? NAN
                   : h % 13 == 0 ? INFINITY
                                 : (double)(int64_t)h / 1e15);
    else
        memcpy(to, &h, qb_pix_bytes(m->pix));
}

/* Samples of a page as libtiff takes them: rows of `width` voxels, plane by plane if there are planes. */
static void put_rows(const Make *m, uint8_t *to, int64_t page, const int64_t y[2],
                     const int64_t x[2], int plane)
{
    int per = m->planar ? 1 : m->samples;
    size_t bytes = qb_pix_bytes(m->pix), row = m->bits == 1 ? (size_t)(x[1] - x[0] + 7) / 8
                                                            : (size_t)((x[1] - x[0]) * per) * bytes;
    memset(to, 0, (size_t)(y[1] - y[0]) * row);
    for (int64_t j = y[0]; j < y[1]; j++, to += row)
        for (int64_t i = x[0]; i < x[1]; i++)
            for (int s = 0; s < per; s++) {
                uint8_t v[8] = {0};
                voxel(m, v, page, j, i, m->planar ? plane : s);
                int64_t k = i - x[0];
                if (m->bits == 1)
                    to[k / 8] |= (uint8_t)(v[0] << (7 - k % 8));
                else
                    memcpy(to + (size_t)(k * per + s) * bytes, v, bytes);
            }
}

static void put_page(TIFF *t, const Make *m, int64_t page)
{
    uint8_t *buf = malloc((size_t)(m->tiled ? m->rows * m->rows : qb_min64(m->rows, m->h) * m->w) *
                          (size_t)m->samples * 8);
    int64_t side = m->tiled ? m->rows : m->w, down = qb_min64(m->rows, m->tiled ? m->rows : m->h);
    uint32_t k = 0;
    for (int plane = 0; plane < (m->planar ? m->samples : 1); plane++)
        for (int64_t y = 0; y < m->h; y += down)
            for (int64_t x = 0; x < m->w; x += side, k++) {
                const int64_t ys[2] = {y, m->tiled ? y + down : qb_min64(y + down, m->h)},
                              xs[2] = {x, x + side};
                put_rows(m, buf, page, ys, xs, plane);
                tmsize_t n =
                    m->tiled ? TIFFTileSize(t) : TIFFVStripSize(t, (uint32_t)(ys[1] - ys[0]));
                tmsize_t done = m->tiled ? TIFFWriteEncodedTile(t, k, buf, n)
                                         : TIFFWriteEncodedStrip(t, k, buf, n);
                cr_assert(done == n);
            }
    free(buf);
}

static void put_image(const char *path, const Make *m)
{
    TIFFSetWarningHandler(NULL);
    TIFF *t = TIFFOpen(path, m->mode ? m->mode : "wl");
    cr_assert(t != NULL);
    for (int64_t page = 0; page < m->pages; page++) {
        TIFFSetField(t, TIFFTAG_IMAGEWIDTH, (uint32_t)m->w);
        TIFFSetField(t, TIFFTAG_IMAGELENGTH, (uint32_t)m->h);
        TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, m->bits);
        TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, m->samples);
        TIFFSetField(t, TIFFTAG_SAMPLEFORMAT, formats[m->pix]);
        TIFFSetField(t, TIFFTAG_PHOTOMETRIC, m->photometric);
        TIFFSetField(t, TIFFTAG_PLANARCONFIG, m->planar ? 2 : 1);
        TIFFSetField(t, TIFFTAG_COMPRESSION, m->compression);
        if (m->fill_order)
            TIFFSetField(t, TIFFTAG_FILLORDER, m->fill_order);
        if (m->predictor > 1)
            TIFFSetField(t, TIFFTAG_PREDICTOR, m->predictor);
        if (m->tiled) {
            TIFFSetField(t, TIFFTAG_TILEWIDTH, m->rows);
            TIFFSetField(t, TIFFTAG_TILELENGTH, m->rows);
        } else {
            TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, m->rows);
        }
        put_page(t, m, page);
        cr_assert(TIFFWriteDirectory(t));
    }
    TIFFClose(t);
}

/* ---- what is expected ----------------------------------------------------------------------------------- */

static double sample_of(const Make *m, int64_t page, int64_t y, int64_t x, int s)
{
    uint8_t v[8] = {0};
    voxel(m, v, page, y, x, s);
    return m->bits == 1 ? v[0] ^ (m->photometric == 0) ? 255 : 0 : qb_pix_get(m->pix, v, 0);
}

/* Luma by exact arithmetic: a thousandth is never rounded, as the sum of whole numbers is below 2^53. */
static double luma_of(const Make *m, int64_t page, int64_t y, int64_t x)
{
    double sum = 299 * sample_of(m, page, y, x, 0) + 587 * sample_of(m, page, y, x, 1) +
                 114 * sample_of(m, page, y, x, 2);
    if (m->pix == QB_F32)
        return (float)(sum / 1000);
    if (m->pix == QB_F64)
        return sum / 1000;
    double below = floor(sum / 1000), rest = sum - 1000 * below;
    return rest > 500 || (rest == 500 && fmod(below, 2) != 0) ? below + 1 : below;
}

static void check_voxels(const Make *m, const QbImageInfo *info, const uint8_t *all, int channel,
                         const char *what)
{
    const QbType *t = &info->type;
    cr_assert(t->pix == m->pix && t->rank == (m->pages > 1 ? 3 : 2) &&
                  qb_voxels(t) == m->pages * m->h * m->w,
              "%s", what);
    for (int64_t k = 0; k < qb_voxels(t); k++) {
        int64_t page = k / (m->h * m->w), y = k / m->w % m->h, x = k % m->w;
        double want = channel < 0 && m->samples >= 3
                          ? luma_of(m, page, y, x)
                          : sample_of(m, page, y, x, channel < 0 ? 0 : channel);
        double got = qb_pix_get(t->pix, all, k);
        cr_assert(got == want || (isnan(got) && isnan(want)),
                  "%s: voxel %d of page %d is %.17g, not %.17g", what, (int)k, (int)page, got,
                  want);
        if (isnan(got) && t->pix == QB_F32)
            cr_assert(((const uint32_t *)(const void *)all)[k] == 0x7fc00000u,
                      "%s: a NaN of its own", what);
    }
}

static void check_image(const char *folder, const Make *m, int channel)
{
    char path[128], what[256];
    snprintf(path, sizeof(path), "%s/x.tif", folder);
    snprintf(what, sizeof(what),
             "%s, %d bits × %d, compression %d, predictor %d, %s, %s of %u, planes %d, order %d",
             qb_pix_info[m->pix].name, m->bits, m->samples, m->compression, m->predictor,
             m->mode ? m->mode : "wl", m->tiled ? "tiles" : "strips", (unsigned)m->rows, m->planar,
             m->fill_order);
    remove(path);
    put_image(path, m);
    QbReadSpec spec = {path, -1, channel, -1};
    for (uint64_t seed = 0; seed < 4; seed++) {
        QbImageInfo info;
        QbErr err = {0};
        void *all = image_read(&spec, seed, &info, &err);
        cr_assert(all != NULL, "%s: %s", what, err.text);
        check_voxels(m, &info, all, channel, what);
        free(all);
    }
}

/* libtiff swaps the bytes of floats before it splits them, so that it cannot read what it wrote: see byte_order_of_split_floats. */
static const char *mode_of(int k, int predictor)
{
    static const char *const modes[] = {"wl", "wb", "wl8", "wb8"};
    return modes[predictor == 3 ? k % 2 * 2 : k % 4];
}

/* ---- the cases ------------------------------------------------------------------------------------------ */

static const int compressions[] = {1, 32773, 5, 8, 32946};

static bool predicts(int compression, int predictor, QbPix pix)
{
    if (predictor == 1)
        return true;
    return (compression == 5 || compression == 8 || compression == 32946) &&
           (predictor == 2 || qb_pix_info[pix].is_float);
}

Test(tiff_read, every_compression_type_and_layout)
{
    char folder[64];
    image_folder_new(folder);
    for (int k = 0; k < QB_COUNT(compressions) * 3 * QB_PIX_COUNT; k++) {
        QbPix pix = (QbPix)(k % QB_PIX_COUNT);
        int predictor = k / QB_PIX_COUNT % 3 + 1, compression = compressions[k / QB_PIX_COUNT / 3];
        if (!predicts(compression, predictor, pix))
            continue;
        Make m = {.pix = pix,
                  .bits = 8 * (int)qb_pix_bytes(pix),
                  .samples = 1,
                  .photometric = 1,
                  .compression = compression,
                  .predictor = predictor,
                  .pages = 3,
                  .h = 37,
                  .w = 29};
        for (int layout = 0; layout < 4; layout++) {
            m.mode = mode_of(k + layout, predictor);
            m.tiled = layout == 3;
            m.rows = layout == 0 ? 37 : layout == 1 ? 1 : layout == 2 ? 8 : 16;
            check_image(folder, &m, -1);
            m.mode = mode_of(k + layout + 1, predictor);
            check_image(folder, &m, -1);
        }
    }
    image_folder_free(folder);
}

Test(tiff_read, colours_and_channels)
{
    char folder[64];
    image_folder_new(folder);
    for (int k = 0; k < QB_COUNT(compressions) * QB_PIX_COUNT * 4; k++) {
        QbPix pix = (QbPix)(k % QB_PIX_COUNT);
        Make m = {.pix = pix,
                  .bits = 8 * (int)qb_pix_bytes(pix),
                  .samples = 3 + k % 2,
                  .photometric = 2,
                  .compression = compressions[k / QB_PIX_COUNT % 5],
                  .predictor = 1,
                  .pages = 1 + k % 3,
                  .h = 19,
                  .w = 23,
                  .planar = k / QB_PIX_COUNT / 5 % 2,
                  .tiled = k / QB_PIX_COUNT / 10 % 2};
        m.predictor = predicts(m.compression, 2, pix) ? 1 + k % 2 : 1;
        m.rows = m.tiled ? 16 : 5;
        m.mode = k % 3 ? "wl" : "wb";
        check_image(folder, &m, -1);
        check_image(folder, &m, k % 3);
    }
    image_folder_free(folder);
}

Test(tiff_read, single_bits)
{
    static const int packed[] = {1, 32773, 5, 8, 2, 3, 4};
    char folder[64];
    image_folder_new(folder);
    for (int k = 0; k < QB_COUNT(packed) * 4; k++)
        for (int order = 1; order <= 2; order++) {
            Make m = {.pix = QB_U8,
                      .bits = 1,
                      .samples = 1,
                      .photometric = k / 7 % 2,
                      .compression = packed[k % 7],
                      .fill_order = order,
                      .pages = 2,
                      .h = 21,
                      .w = 45,
                      .tiled = k >= 14,
                      .rows = k >= 14 ? 16 : 6};
            check_image(folder, &m, -1);
        }
    image_folder_free(folder);
}

/* libtiff turns the bits of all packed bytes, whatever they are. */
Test(tiff_read, bits_of_bytes_turned)
{
    char folder[64];
    image_folder_new(folder);
    for (int k = 0; k < QB_COUNT(compressions) * 2; k++) {
        Make m = {.pix = k % 2 ? QB_U16 : QB_U8,
                  .bits = k % 2 ? 16 : 8,
                  .samples = 1,
                  .photometric = 1,
                  .compression = compressions[k / 2],
                  .fill_order = 2,
                  .pages = 2,
                  .h = 21,
                  .w = 45,
                  .rows = 6};
        check_image(folder, &m, -1);
    }
    image_folder_free(folder);
}

Test(tiff_read, what_only_libtiff_unpacks)
{
    static const int packed[] = {34925, 50000};
    char folder[64];
    image_folder_new(folder);
    for (int k = 0; k < 2 * QB_PIX_COUNT; k++) {
        QbPix pix = (QbPix)(k % QB_PIX_COUNT);
        Make m = {.pix = pix,
                  .bits = 8 * (int)qb_pix_bytes(pix),
                  .samples = 1,
                  .photometric = 1,
                  .compression = packed[k / QB_PIX_COUNT],
                  .predictor = 1 + k % 2,
                  .pages = 2,
                  .h = 21,
                  .w = 45,
                  .rows = 16,
                  .tiled = k % 3 == 0,
                  .mode = k % 4 < 2 ? "wl" : "wb"};
        if (!TIFFIsCODECConfigured((uint16_t)m.compression))
            continue;
        check_image(folder, &m, -1);
    }
    image_folder_free(folder);
}

/* JPEG loses: what libtiff's own scanlines say is the measure. */
Test(tiff_read, jpeg_equals_libtiff)
{
    char folder[64], path[128];
    image_folder_new(folder);
    snprintf(path, sizeof(path), "%s/x.tif", folder);
    Make m = {.pix = QB_U8,
              .bits = 8,
              .samples = 1,
              .photometric = 1,
              .compression = 7,
              .pages = 2,
              .h = 50,
              .w = 45,
              .rows = 16};
    if (TIFFIsCODECConfigured(7)) {
        put_image(path, &m);
        QbReadSpec spec = {path, 1, -1, -1};
        QbImageInfo info;
        QbErr err = {0};
        uint8_t *all = image_read(&spec, 5, &info, &err), row[64];
        cr_assert(all != NULL, "%s", err.text);
        TIFF *t = TIFFOpen(path, "r");
        cr_assert(TIFFSetDirectory(t, 1));
        for (uint32_t y = 0; y < 50; y++) {
            cr_assert(TIFFReadScanline(t, row, y, 0) == 1);
            cr_assert(memcmp(row, all + 45 * y, 45) == 0, "row %u", (unsigned)y);
        }
        TIFFClose(t);
        free(all);
    }
    image_folder_free(folder);
}

/* ---- strips too long to unpack whole -------------------------------------------------------------------- */

enum { LONG_W = 9001, LONG_H = 7501 };

static uint8_t long_voxel(int64_t y, int64_t x)
{
    return (uint8_t)(y / 64 * 31 + x / 128 + (x == y));
}

static void put_long(const char *path, int compression, int predictor)
{
    TIFF *t = TIFFOpen(path, "wl");
    uint8_t *all = malloc((size_t)LONG_W * LONG_H);
    for (int64_t k = 0; k < (int64_t)LONG_W * LONG_H; k++)
        all[k] = long_voxel(k / LONG_W, k % LONG_W);
    TIFFSetField(t, TIFFTAG_IMAGEWIDTH, LONG_W);
    TIFFSetField(t, TIFFTAG_IMAGELENGTH, LONG_H);
    TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(t, TIFFTAG_PHOTOMETRIC, 1);
    TIFFSetField(t, TIFFTAG_COMPRESSION, compression);
    TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, LONG_H);
    if (predictor > 1)
        TIFFSetField(t, TIFFTAG_PREDICTOR, predictor);
    cr_assert(TIFFWriteEncodedStrip(t, 0, all, (tmsize_t)LONG_W * LONG_H) ==
              (tmsize_t)LONG_W * LONG_H);
    TIFFClose(t);
    free(all);
}

static void check_long(QbImageReader *r, const int64_t y[2], const int64_t x[2])
{
    int64_t n = y[1] - y[0], nx = x[1] - x[0];
    uint8_t *memory = malloc((size_t)(n * nx));
    void **rows = malloc((size_t)n * sizeof(void *));
    QbErr err = {0};
    for (int64_t k = 0; k < n; k++)
        rows[k] = memory + k * nx;
    QbBox b = {{y[0], 0, x[0]}, {y[1], 1, x[1]}};
    cr_assert(qb_image_read(r, &b, rows, 0, &err), "%s", err.text);
    for (int64_t k = 0; k < n * nx; k++)
        cr_assert(memory[k] == long_voxel(y[0] + k / nx, x[0] + k % nx), "voxel %d", (int)k);
    free(rows);
    free(memory);
}

Test(tiff_read, long_strips_in_order, .timeout = 120)
{
    static const int packed[][2] = {{8, 1}, {8, 2}, {5, 2}, {32773, 1}};
    char folder[64], path[128];
    image_folder_new(folder);
    for (int k = 0; k < QB_COUNT(packed); k++) {
        snprintf(path, sizeof(path), "%s/%d.tif", folder, k);
        put_long(path, packed[k][0], packed[k][1]);
        QbReadSpec spec = {path, -1, -1, -1};
        QbImageInfo info;
        QbErr err = {0};
        QbImageReader *r;
        cr_assert(qb_image_info(&spec, &info, &err), "%s", err.text);
        cr_assert(info.sequential && info.atom_rows == 1 && info.worker_bytes < 1 << 20);
        cr_assert(qb_image_open(&spec, 1, &r, &err), "%s", err.text);
        check_long(r, (int64_t[]){0, 100}, (int64_t[]){0, LONG_W});
        check_long(r, (int64_t[]){99, 101}, (int64_t[]){5, 17});
        check_long(r, (int64_t[]){LONG_H - 3, LONG_H}, (int64_t[]){1, LONG_W});
        check_long(r, (int64_t[]){7, 9}, (int64_t[]){0, LONG_W}); /* from the start again */
        qb_image_close(r);
    }
    image_folder_free(folder);
}
