/* Image files for tests. */
#include "tests/unit/support_image.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void image_folder_new(char folder[64])
{
    snprintf(folder, 64, "/tmp/qbic-unit-XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
}

void image_folder_free(const char *folder)
{
    DIR *d = opendir(folder);
    cr_assert(d != NULL);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        char path[512];
        snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && remove(path) != 0)
            image_folder_free(path);
    }
    closedir(d);
    rmdir(folder);
}

void image_put_file(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    cr_assert(f != NULL);
    cr_assert(n == 0 || fwrite(bytes, 1, n, f) == n);
    cr_assert(fclose(f) == 0);
}

uint64_t image_hash(uint64_t a, uint64_t b)
{
    uint64_t z = a * 0x9E3779B97F4A7C15u + b * 0xD1B54A32D192ED03u + 0x632BE59BD9B4E019u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* ---- reading ------------------------------------------------------------------------------------------- */

enum { GUARD = 5 };

/* One box, into rows that touch each other's guards. */
static bool read_box(QbImageReader *r, const QbType *t, const QbBox *b, uint8_t *all, QbErr *err)
{
    size_t voxel = qb_pix_bytes(t->pix), row = (size_t)(b->hi[2] - b->lo[2]) * voxel;
    int64_t ny = b->hi[1] - b->lo[1], n = (b->hi[0] - b->lo[0]) * ny;
    size_t pitch = row + GUARD;
    uint8_t *memory = malloc((size_t)n * pitch + GUARD);
    void **rows = malloc((size_t)n * sizeof(void *));
    memset(memory, 0xA5, (size_t)n * pitch + GUARD);
    for (int64_t k = 0; k < n; k++)
        rows[k] = memory + GUARD + (size_t)k * pitch;
    bool ok = qb_image_read(r, b, rows, 0, err);
    for (int64_t k = 0; k <= n; k++)
        for (int g = 0; g < GUARD; g++)
            cr_assert(memory[(size_t)k * pitch + (size_t)g] == 0xA5, "written beside row %d",
                      (int)k);
    for (int64_t k = 0; ok && k < n; k++) {
        int64_t z = b->lo[0] + k / ny, y = b->lo[1] + k % ny;
        memcpy(all + (size_t)((z * t->n[1] + y) * t->n[2] + b->lo[2]) * voxel, rows[k], row);
    }
    free(rows);
    free(memory);
    return ok;
}

static bool read_boxes(QbImageReader *r, const QbType *t, uint64_t seed, uint8_t *all, QbErr *err)
{
    int64_t step[3];
    for (int a = 0; a < 3; a++)
        step[a] = seed == 0 || image_hash(seed, (uint64_t)a) % 3 == 0
                      ? t->n[a]
                      : 1 + (int64_t)(image_hash(seed, (uint64_t)a + 7) % (uint64_t)t->n[a]);
    QbBox b;
    for (b.lo[0] = 0; b.lo[0] < t->n[0]; b.lo[0] = b.hi[0])
        for (b.hi[0] = qb_min64(b.lo[0] + step[0], t->n[0]), b.lo[1] = 0; b.lo[1] < t->n[1];
             b.lo[1] = b.hi[1])
            for (b.hi[1] = qb_min64(b.lo[1] + step[1], t->n[1]), b.lo[2] = 0; b.lo[2] < t->n[2];
                 b.lo[2] = b.hi[2]) {
                b.hi[2] = qb_min64(b.lo[2] + step[2], t->n[2]);
                if (!read_box(r, t, &b, all, err))
                    return false;
            }
    return true;
}

void *image_read(const QbReadSpec *spec, uint64_t seed, QbImageInfo *info, QbErr *err)
{
    QbImageReader *r;
    if (!qb_image_info(spec, info, err) || !qb_image_open(spec, 1, &r, err))
        return NULL;
    size_t bytes = (size_t)qb_voxels(&info->type) * qb_pix_bytes(info->type.pix);
    uint8_t *all = malloc(bytes);
    cr_assert(all != NULL);
    bool ok = read_boxes(r, &info->type, seed, all, err);
    int64_t pages, read;
    qb_image_stats(r, &pages, &read);
    cr_assert(!ok || pages == info->pages, "%d of %d pages are counted", (int)pages,
              (int)info->pages);
    qb_image_close(r);
    if (ok)
        return all;
    free(all);
    return NULL;
}

bool image_try(const char *path, QbErr *err)
{
    QbReadSpec spec = {path, -1, -1, -1};
    QbImageInfo info;
    *err = (QbErr){0};
    if (!qb_image_info(&spec, &info, err) || qb_voxels(&info.type) > 1 << 24)
        return false;
    void *all = image_read(&spec, 1, &info, err);
    free(all);
    cr_assert(all || err->text[0]);
    return all != NULL;
}

/* ---- files byte by byte -------------------------------------------------------------------------------- */

size_t image_add(ImageBytes *b, const void *bytes, size_t n)
{
    size_t at = b->n;
    cr_assert(n <= sizeof(b->v) - b->n);
    memcpy(b->v + at, bytes, n);
    b->n += n;
    return at;
}

void image_set_number(ImageBytes *b, size_t at, uint64_t v, int bytes)
{
    for (int k = 0; k < bytes; k++)
        b->v[at + (size_t)k] = (uint8_t)(v >> 8 * (b->big_endian ? bytes - 1 - k : k));
}

size_t image_add_number(ImageBytes *b, uint64_t v, int bytes)
{
    size_t at = image_add(b, "\0\0\0\0\0\0\0", (size_t)bytes);
    image_set_number(b, at, v, bytes);
    return at;
}

void image_begin(ImageBytes *b)
{
    b->n = 0;
    image_add(b, b->big_endian ? "MM" : "II", 2);
    image_add_number(b, b->big_tiff ? 43 : 42, 2);
    if (b->big_tiff)
        image_add_number(b, 8, 4); /* 8 bytes, then 0: the order of bytes is set below */
    if (b->big_tiff && b->big_endian)
        image_set_number(b, 4, 8, 2), image_set_number(b, 6, 0, 2);
    b->link = image_add_number(b, 0, b->big_tiff ? 8 : 4);
}

size_t image_add_directory(ImageBytes *b, const ImageTag *tags, int n)
{
    static const int bytes_of[19] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
    int word = b->big_tiff ? 8 : 4;
    size_t at = image_add_number(b, (uint64_t)n, b->big_tiff ? 8 : 2);
    for (int k = 0; k < n; k++) {
        image_add_number(b, (uint64_t)tags[k].tag, 2);
        image_add_number(b, (uint64_t)tags[k].type, 2);
        image_add_number(b, tags[k].count, word);
        size_t value = image_add(b, "\0\0\0\0\0\0\0", (size_t)word);
        int bytes = tags[k].type < 19 ? bytes_of[tags[k].type] : 4;
        bool in_place = tags[k].count == 1 && bytes <= word && bytes > 0;
        image_set_number(b, value, tags[k].value, in_place ? bytes : word);
    }
    image_set_number(b, b->link, at, word);
    b->link = image_add_number(b, 0, word);
    return at;
}
