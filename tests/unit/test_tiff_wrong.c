/* TIFF files put together byte by byte: odd ones that are legal, and every kind of wrong one. A wrong file is refused with its
 * name and what is wrong, when its header is checked or, if only its data tell, while it is read; none is believed. */
#include "tests/unit/support_image.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ImageBytes b; /* of the one test that this process runs */
static char folder[64], path[128];
static QbErr err;

static void open_folder(void)
{
    image_folder_new(folder);
    snprintf(path, sizeof(path), "%s/wrong.tif", folder);
    b = (ImageBytes){0};
}

static void close_folder(void)
{
    image_folder_free(folder);
}

/* Each under a name of its own: times of files are coarse, and what was read of a path is kept. */
static bool try_bytes(void)
{
    static int serial;
    remove(path);
    snprintf(path, sizeof(path), "%s/%d-wrong.tif", folder, serial++);
    image_put_file(path, b.v, b.n);
    return image_try(path, &err);
}

static void refused(const char *words)
{
    cr_assert(!try_bytes(), "read, although expected: %s", words);
    cr_assert(strstr(err.text, words) && strstr(err.text, "wrong.tif"), "'%s', expected '%s'",
              err.text, words);
    cr_assert(err.status == 1);
}

/* ---- a page whose tags can be bent ---------------------------------------------------------------------- */

enum { W, H, BITS, COMPRESSION, PHOTOMETRIC, OFFSETS, SAMPLES, ROWS, SIZES, FORMAT, N_TAGS };

/* 5 rows of 4 voxels of 2 bytes: 0, 1, … 19 */
static void plain(ImageTag t[N_TAGS])
{
    image_begin(&b);
    size_t at = b.n;
    for (int k = 0; k < 20; k++)
        image_add_number(&b, (uint64_t)k, 2);
    const ImageTag tags[N_TAGS] = {
        {256, 3, 1, 4},  {257, 3, 1, 5}, {258, 3, 1, 16}, {259, 3, 1, 1},  {262, 3, 1, 1},
        {273, 4, 1, at}, {277, 3, 1, 1}, {278, 4, 1, 5},  {279, 4, 1, 40}, {339, 3, 1, 1}};
    memcpy(t, tags, sizeof(tags));
}

/* One tag bent: the file is refused with these words. */
static void bent(int which, ImageTag to, const char *words)
{
    ImageTag t[N_TAGS];
    plain(t);
    int tag = t[which].tag;
    t[which] = to;
    t[which].tag = to.tag ? to.tag : tag;
    image_add_directory(&b, t, N_TAGS);
    refused(words);
}

static void check_ramp(const char *what)
{
    QbReadSpec spec = {path, -1, -1, -1};
    QbImageInfo info;
    err = (QbErr){0};
    uint16_t *v = image_read(&spec, 3, &info, &err);
    cr_assert(v != NULL, "%s: %s", what, err.text);
    cr_assert(info.type.rank == 2 && info.type.pix == QB_U16 && info.type.n[0] == 5 &&
              info.type.n[2] == 4);
    for (int k = 0; k < 20; k++)
        cr_assert(v[k] == k, "%s: voxel %d is %d", what, k, v[k]);
    free(v);
}

/* ---- legal ---------------------------------------------------------------------------------------------- */

Test(tiff_wrong, odd_but_legal, .init = open_folder, .fini = close_folder)
{
    for (int k = 0; k < 4; k++) {
        ImageTag t[N_TAGS];
        b.big_endian = k & 1;
        b.big_tiff = k & 2;
        plain(t);
        image_add_directory(&b, t, N_TAGS);
        try_bytes();
        check_ramp("as it should be");

        plain(t);
        t[ROWS].value = 0xffffffff; /* all rows */
        image_add_directory(&b, t, N_TAGS);
        try_bytes();
        check_ramp("2^32-1 rows a strip");

        plain(t);
        image_add_directory(&b, t,
                            SIZES); /* sizes and format are not there: they follow from the rest */
        try_bytes();
        check_ramp("no sizes");

        plain(t);
        t[SIZES].value = 39; /* too small by one, but the voxels are in the file */
        image_add_directory(&b, t, N_TAGS);
        refused("truncated");

        plain(t);
        image_add_directory(&b, t, N_TAGS);
        b.n -= b.big_tiff ? 8 : 4; /* the last link is left out */
        try_bytes();
        check_ramp("no link to a next page");
    }
}

Test(tiff_wrong, strips_that_overlap, .init = open_folder, .fini = close_folder)
{
    ImageTag t[N_TAGS];
    plain(t);
    size_t at = t[OFFSETS].value, tables = b.n;
    for (int k = 0; k < 5; k++)
        image_add_number(&b, at, 4); /* five strips, all of them the first row */
    for (int k = 0; k < 5; k++)
        image_add_number(&b, 8, 4);
    t[OFFSETS] = (ImageTag){273, 4, 5, tables};
    t[SIZES] = (ImageTag){279, 4, 5, tables + 20};
    t[ROWS].value = 1;
    image_add_directory(&b, t, N_TAGS);
    image_put_file(path, b.v, b.n);
    QbReadSpec spec = {path, -1, -1, -1};
    QbImageInfo info;
    uint16_t *v = image_read(&spec, 1, &info, &err);
    cr_assert(v != NULL, "%s", err.text);
    for (int k = 0; k < 20; k++)
        cr_assert(v[k] == k % 4);
    free(v);
}

/* Zlib data that were not packed: whatever the library, these bytes are known. */
static size_t add_stored(const uint8_t *bytes, size_t n, size_t keep)
{
    uint32_t low = 1, high = 0;
    size_t at = image_add(&b, "\x78\x01\x01", 3);
    uint8_t length[4] = {(uint8_t)n, (uint8_t)(n >> 8), (uint8_t)~n, (uint8_t)(~n >> 8)};
    image_add(&b, length, 4);
    image_add(&b, bytes, keep);
    for (size_t k = 0; k < n; k++) {
        low = (low + bytes[k]) % 65521;
        high = (high + low) % 65521;
    }
    uint8_t sum[4] = {(uint8_t)(high >> 8), (uint8_t)high, (uint8_t)(low >> 8), (uint8_t)low};
    if (keep == n)
        image_add(&b, sum, 4);
    return at;
}

/* Bytes of floats are split with the most significant first, whatever the byte order of the file. */
Test(tiff_wrong, byte_order_of_split_floats, .init = open_folder, .fini = close_folder)
{
    static const float want[3] = {1.5f, -2.25f, 7905.75f};
    for (int big = 0; big < 2; big++) {
        uint8_t split[12], packed[12];
        for (int k = 0; k < 12; k++) {
            uint32_t bits;
            memcpy(&bits, &want[k % 3], 4);
            split[k] = (uint8_t)(bits >> 8 * (3 - k / 3));
            packed[k] = (uint8_t)(split[k] - (k > 0 ? split[k - 1] : 0));
        }
        b.big_endian = big;
        image_begin(&b);
        size_t at = add_stored(packed, 12, 12), size = b.n - at;
        const ImageTag t[] = {{256, 3, 1, 3}, {257, 3, 1, 1},  {258, 3, 1, 32}, {259, 3, 1, 8},
                              {262, 3, 1, 1}, {273, 4, 1, at}, {278, 3, 1, 1},  {279, 4, 1, size},
                              {317, 3, 1, 3}, {339, 3, 1, 3}};
        image_add_directory(&b, t, QB_COUNT(t));
        image_put_file(path, b.v, b.n);
        QbReadSpec spec = {path, -1, -1, -1};
        QbImageInfo info;
        err = (QbErr){0};
        float *v = image_read(&spec, 0, &info, &err);
        cr_assert(v != NULL, "%s", err.text);
        cr_assert(memcmp(v, want, sizeof(want)) == 0);
        free(v);
    }
}

/* ---- headers that lie ----------------------------------------------------------------------------------- */

Test(tiff_wrong, no_tiff_at_all, .init = open_folder, .fini = close_folder)
{
    b.n = 0;
    refused("is empty");
    image_add(&b, "II", 2);
    refused("not a TIFF");
    image_add(&b, "*\0\0\0\0\0", 6);
    refused("has no page");
    memcpy(b.v, "\x89PNG\r\n\x1a\n", 8);
    refused("looks like a PNG");
    memcpy(b.v, "some text", 8);
    refused("not a TIFF");
    cr_assert(!image_try("/tmp/qbic/none.tif", &err) && strstr(err.text, "No such file"));
    cr_assert(!image_try(folder, &err) && strstr(err.text, "directory"));
    mkfifo("/tmp/qbic-unit-fifo", 0600);
    cr_assert(!image_try("/tmp/qbic-unit-fifo", &err) && strstr(err.text, "regular file"));
    remove("/tmp/qbic-unit-fifo");
    QbReadSpec none = {"/tmp/qbic/none*.tif", -1, -1, -1};
    QbImageInfo info;
    err = (QbErr){0};
    cr_assert(!qb_image_info(&none, &info, &err) && strstr(err.text, "no file matches"));
}

Test(tiff_wrong, tags_that_lie, .init = open_folder, .fini = close_folder)
{
    const uint64_t huge = (uint64_t)1 << 60;
    for (int k = 0; k < 4; k++) {
        b.big_endian = k & 1;
        b.big_tiff = k & 2;
        bent(W, (ImageTag){.type = 3, .count = 1, .value = 0}, "no voxels");
        bent(H, (ImageTag){.type = 3, .count = 1, .value = 0}, "no voxels");
        bent(W, (ImageTag){.tag = 300, .type = 3, .count = 1, .value = 4},
             "no voxels"); /* no width */
        bent(W, (ImageTag){.type = 4, .count = 1, .value = 1000000}, "truncated");
        bent(W, (ImageTag){.type = 4, .count = 1, .value = 0xffffffff}, "damaged");
        bent(BITS, (ImageTag){.type = 3, .count = 1, .value = 3}, "3-bit");
        bent(BITS, (ImageTag){.type = 3, .count = 1, .value = 0}, "0-bit");
        bent(BITS, (ImageTag){.type = 3, .count = 0x3fffffff, .value = 16}, "damaged");
        bent(BITS, (ImageTag){.type = 3, .count = 60000, .value = 16}, "truncated");
        bent(COMPRESSION, (ImageTag){.type = 3, .count = 1, .value = 12345}, "12345");
        bent(SAMPLES, (ImageTag){.type = 3, .count = 1, .value = 65535}, "truncated");
        bent(SAMPLES, (ImageTag){.type = 3, .count = 1, .value = 0}, "0 samples");
        bent(ROWS, (ImageTag){.type = 4, .count = 1, .value = 0}, "0 rows");
        bent(ROWS, (ImageTag){.type = 4, .count = 1, .value = 1}, "expected 5");
        bent(OFFSETS, (ImageTag){.type = 4, .count = 1, .value = 2000000000}, "truncated");
        bent(OFFSETS, (ImageTag){.tag = 300, .type = 4, .count = 1, .value = 8}, "expected 1");
        bent(OFFSETS, (ImageTag){.type = 4, .count = 0x3fffffff, .value = 8}, "damaged");
        bent(SIZES, (ImageTag){.type = 4, .count = 1, .value = 0}, "missing");
        bent(SIZES, (ImageTag){.type = 4, .count = 1, .value = 10}, "truncated");
        bent(FORMAT, (ImageTag){.type = 3, .count = 1, .value = 6}, "complex");
        if (b.big_tiff) {
            bent(OFFSETS, (ImageTag){.type = 16, .count = huge, .value = 8}, "damaged");
            bent(OFFSETS, (ImageTag){.type = 16, .count = 1, .value = UINT64_MAX - 3}, "truncated");
            bent(SIZES, (ImageTag){.type = 16, .count = huge * 15, .value = 16}, "damaged");
        }
    }
}

/* 10^12 voxels that could just be packed into a few bytes, were it not for the bound of the packing. */
Test(tiff_wrong, more_voxels_than_bytes_can_hold, .init = open_folder, .fini = close_folder)
{
    static const uint64_t packed[] = {1, 5, 8, 32773};
    for (int k = 0; k < QB_COUNT(packed); k++) {
        ImageTag t[N_TAGS];
        plain(t);
        t[W] = (ImageTag){256, 4, 1, 1000000};
        t[H] = (ImageTag){257, 4, 1, 1000000};
        t[ROWS].value = 1000000;
        t[COMPRESSION].value = packed[k];
        image_add_directory(&b, t, N_TAGS);
        refused("truncated");
    }
}

Test(tiff_wrong, directories_in_circles, .init = open_folder, .fini = close_folder)
{
    for (int pages = 1; pages <= 6; pages++)
        for (int back = 0; back < pages; back++) {
            ImageTag t[N_TAGS];
            size_t at[6];
            plain(t);
            for (int k = 0; k < pages; k++)
                at[k] = image_add_directory(&b, t, N_TAGS);
            image_set_number(&b, b.link, at[back], 4);
            refused("loop");
        }
    ImageTag t[N_TAGS];
    plain(t);
    image_add_directory(&b, t, N_TAGS);
    image_set_number(&b, b.link, 0xfffffff0, 4);
    refused("truncated");
}

Test(tiff_wrong, pages_that_differ, .init = open_folder, .fini = close_folder)
{
    ImageTag t[N_TAGS];
    plain(t);
    image_add_directory(&b, t, N_TAGS);
    t[W].value = 3;
    image_add_directory(&b, t, N_TAGS);
    refused("page 1 of");
    QbReadSpec spec = {path, 1, -1, -1};
    QbImageInfo info;
    err = (QbErr){0};
    cr_assert(qb_image_info(&spec, &info, &err) && info.type.n[2] == 3);
    spec.page = 2;
    cr_assert(!qb_image_info(&spec, &info, &err) && err.status == 2 && strstr(err.text, "page=2"),
              "%s", err.text);
}

/* ---- data that end early -------------------------------------------------------------------------------- */

Test(tiff_wrong, data_that_end_early, .init = open_folder, .fini = close_folder)
{
    uint8_t rows[40];
    for (int k = 0; k < 40; k++)
        rows[k] = k % 2 ? 0 : (uint8_t)(k / 2);
    for (size_t keep = 0; keep <= 40; keep += 8) {
        ImageTag t[N_TAGS];
        plain(t);
        t[OFFSETS].value = add_stored(rows, 40, keep);
        t[SIZES].value = b.n - t[OFFSETS].value;
        t[COMPRESSION].value = 8;
        image_add_directory(&b, t, N_TAGS);
        image_add(&b, "nothing of the image behind it", 30);
        if (keep < 40) {
            refused("strip 0 of page 0");
            cr_assert(strstr(err.text, "truncated"), "%s", err.text);
            continue;
        }
        try_bytes();
        check_ramp("whole");
        b.v[t[OFFSETS].value + 12]++; /* its checksum does not fit */
        refused("damaged");
    }
}

/* Fax decoders of libtiff may say that all is well after half of a strip. */
Test(tiff_wrong, fax_that_ends_early, .init = open_folder, .fini = close_folder)
{
    for (int compression = 2; compression <= 4; compression++) {
        image_begin(&b);
        size_t at = image_add(&b, "\x35\x35\x35", 3);
        const ImageTag t[] = {
            {256, 3, 1, 16}, {257, 3, 1, 500}, {258, 3, 1, 1},   {259, 3, 1, (uint64_t)compression},
            {262, 3, 1, 0},  {273, 4, 1, at},  {278, 3, 1, 500}, {279, 4, 1, 3}};
        image_add_directory(&b, t, QB_COUNT(t));
        refused("page 0");
    }
}

/* Every beginning of a file is refused, or read; none is worse. */
Test(tiff_wrong, every_beginning, .init = open_folder, .fini = close_folder)
{
    for (int k = 0; k < 4; k++) {
        b.big_endian = k & 1;
        b.big_tiff = k & 2;
        ImageTag t[N_TAGS];
        plain(t);
        image_add_directory(&b, t, N_TAGS);
        size_t link = b.big_tiff ? 8 : 4,
               one = b.n - link; /* looks like a file of one page whose last link was left out */
        image_add_directory(&b, t, N_TAGS);
        for (size_t n = b.n; b.n > 0; b.n--)
            cr_assert(try_bytes() == (b.n == n || b.n == n - link || b.n == one),
                      "%d of %d bytes: %s", (int)b.n, (int)n, err.text);
    }
}

/* Every byte of a small file set to many values. */
Test(tiff_wrong, every_byte_bent, .init = open_folder, .fini = close_folder, .timeout = 120)
{
    static const uint8_t xors[] = {1, 2, 4, 16, 128, 255};
    for (int k = 0; k < 4; k++) {
        uint8_t rows[40] = {0};
        b.big_endian = k & 1;
        b.big_tiff = k & 2;
        ImageTag t[N_TAGS];
        plain(t);
        image_add_directory(&b, t, N_TAGS);
        t[OFFSETS].value = add_stored(rows, 40, 40);
        t[SIZES].value = b.n - t[OFFSETS].value;
        t[COMPRESSION].value = 8;
        image_add_directory(&b, t, N_TAGS);
        for (size_t at = 0; at < b.n; at++)
            for (int x = 0; x < QB_COUNT(xors); x++) {
                b.v[at] ^= xors[x];
                try_bytes();
                b.v[at] ^= xors[x];
            }
        try_bytes();
        cr_assert(!err.set);
    }
}

/* ---- files that change, and slices ---------------------------------------------------------------------- */

Test(tiff_wrong, a_file_that_changes, .init = open_folder, .fini = close_folder)
{
    ImageTag t[N_TAGS];
    plain(t);
    image_add_directory(&b, t, N_TAGS);
    image_put_file(path, b.v, b.n);
    QbReadSpec spec = {path, -1, -1, -1};
    QbImageReader *r;
    cr_assert(qb_image_open(&spec, 1, &r, &err), "%s", err.text);
    image_add(&b, "more", 4);
    image_put_file(path, b.v, b.n);
    uint16_t row[4];
    void *rows[1] = {row};
    QbBox box = {{0, 0, 0}, {1, 1, 4}};
    cr_assert(!qb_image_read(r, &box, rows, 0, &err) && strstr(err.text, "has changed"), "%s",
              err.text);
    qb_image_close(r);
}

Test(tiff_wrong, slices_in_the_order_of_their_numbers, .init = open_folder, .fini = close_folder)
{
    static const int numbers[] = {10, 9, 100, 2, 1};
    char pattern[128], name[128];
    for (int k = 0; k < QB_COUNT(numbers); k++) {
        ImageTag t[N_TAGS];
        plain(t);
        image_set_number(&b, t[OFFSETS].value, (uint64_t)numbers[k], 2);
        image_add_directory(&b, t, N_TAGS);
        snprintf(name, sizeof(name), "%s/s%d_c.tif", folder, numbers[k]);
        image_put_file(name, b.v, b.n);
    }
    snprintf(pattern, sizeof(pattern), "%s/s*_?.tif", folder);
    QbReadSpec spec = {pattern, -1, -1, -1};
    QbImageInfo info;
    uint16_t *v = image_read(&spec, 2, &info, &err);
    cr_assert(v != NULL, "%s", err.text);
    cr_assert(info.type.rank == 3 && info.type.n[0] == 5);
    const int want[] = {1, 2, 9, 10, 100};
    for (int k = 0; k < 5; k++)
        cr_assert(v[20 * k] == want[k]);
    free(v);
    ImageTag t[N_TAGS];
    plain(t);
    t[H].value = 4;
    t[ROWS].value = 4;
    image_add_directory(&b, t, N_TAGS);
    snprintf(name, sizeof(name), "%s/s50_c.tif", folder);
    image_put_file(name, b.v, b.n);
    err = (QbErr){0};
    cr_assert(!qb_image_info(&spec, &info, &err) && strstr(err.text, "s50_c.tif"), "%s", err.text);
}
