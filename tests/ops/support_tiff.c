/* Writes the plainest multi-page TIFF by hand, so that what reads images has an image to read that no writer of the project
 * made: little endian, no compression, strips of a given height. */
#include "tests/ops/support_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { N_ENTRIES = 10 };

static void put(FILE *f, uint64_t v, int bytes)
{
    for (int k = 0; k < bytes; k++)
        fputc((int)(v >> (8 * k) & 255), f);
}

static void put_entry(FILE *f, int tag, int type, int64_t count, int64_t value)
{
    put(f, (uint64_t)tag, 2);
    put(f, (uint64_t)type, 2);
    put(f, (uint64_t)count, 4);
    put(f, (uint64_t)value, 4);
}

/* One page: its strips' voxels, the two arrays of offsets and sizes, then its directory. */
static void put_page(FILE *f, const QbOracleImage *m, int64_t page, int64_t rows_per_strip)
{
    bool flat = m->type.rank == 2;
    int64_t height = flat ? m->type.n[0] : m->type.n[1], width = m->type.n[2];
    int64_t n_strips = (height + rows_per_strip - 1) / rows_per_strip;
    size_t bytes = qb_pix_bytes(m->type.pix);
    const double *v = m->v + page * height * width;
    int64_t data = ftell(f);
    for (int64_t k = 0; k < height * width; k++) {
        unsigned char voxel[8];
        qb_pix_put(m->type.pix, voxel, 0, v[k]);
        fwrite(voxel, 1, bytes, f);
    }
    int64_t strip = rows_per_strip * width * (int64_t)bytes, all = height * width * (int64_t)bytes,
            tables = ftell(f);
    for (int64_t k = 0; k < n_strips; k++)
        put(f, (uint64_t)(data + k * strip), 4);
    for (int64_t k = 0; k < n_strips; k++)
        put(f, (uint64_t)qb_min64(strip, all - k * strip), 4);
    static const int formats[] = {1, 1, 1, 2, 2, 2, 3, 3};
    put(f, N_ENTRIES, 2);
    put_entry(f, 256, 4, 1, width);
    put_entry(f, 257, 4, 1, height);
    put_entry(f, 258, 3, 1, (int64_t)bytes * 8);
    put_entry(f, 259, 3, 1, 1);
    put_entry(f, 262, 3, 1, 1);
    put_entry(f, 273, 4, n_strips, n_strips == 1 ? data : tables);
    put_entry(f, 277, 3, 1, 1);
    put_entry(f, 278, 4, 1, rows_per_strip);
    put_entry(f, 279, 4, n_strips, n_strips == 1 ? all : tables + 4 * n_strips);
    put_entry(f, 339, 3, 1, formats[m->type.pix]);
    put(f, 0, 4); /* where the next page's directory is: set when there is one */
}

const char *qb_case_tiff(QbCase *c, const QbOracleImage *m, int64_t rows_per_strip)
{
    char name[] = "/tmp/qbic-laws-XXXXXX.tif";
    int fd = mkstemps(name, 4);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
    QB_CHECK(f != NULL);
    int64_t pages = m->type.rank == 2 ? 1 : m->type.n[0], link = 4;
    put(f, 0x4949, 2);
    put(f, 42, 2);
    put(f, 0, 4);
    for (int64_t page = 0; page < pages; page++) {
        put_page(f, m, page, rows_per_strip);
        int64_t end = ftell(f), directory = end - 4 - N_ENTRIES * 12 - 2;
        fseek(f, link, SEEK_SET);
        put(f, (uint64_t)directory, 4);
        fseek(f, end, SEEK_SET);
        link = end - 4;
    }
    QB_CHECK(fclose(f) == 0);
    c->file = qb_arena_strdup(c->arena, name);
    return c->file;
}
