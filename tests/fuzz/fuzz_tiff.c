/* Any bytes as an image file: what the reader does not refuse it reads, without an error of memory, in two ways that agree. */
#define _GNU_SOURCE /* memfd_create */

#include "runtime/imgio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whole rows at once, or one voxel's column at a time; NULL: refused. */
static uint8_t *read_all(QbImageReader *r, const QbType *t, int worker, int64_t step)
{
    size_t voxel = qb_pix_bytes(t->pix), row = (size_t)t->n[2] * voxel;
    int64_t n = t->n[0] * t->n[1];
    uint8_t *all = calloc((size_t)n, row);
    void **rows = malloc((size_t)n * sizeof(void *));
    QbErr err = {0};
    bool ok = true;
    for (int64_t x = 0; ok && x < t->n[2]; x += step) {
        QbBox b = {{0, 0, x}, {t->n[0], t->n[1], qb_min64(t->n[2], x + step)}};
        for (int64_t k = 0; k < n; k++)
            rows[k] = all + (size_t)k * row + (size_t)x * voxel;
        ok = qb_image_read(r, &b, rows, worker, &err);
    }
    free(rows);
    if (ok)
        return all;
    free(all);
    return NULL;
}

static void read_twice(const QbReadSpec *spec, const QbType *t)
{
    QbErr err = {0};
    QbImageReader *r;
    if (!qb_image_open(spec, 2, &r, &err))
        return;
    uint8_t *a = read_all(r, t, 0, t->n[2]), *b = a ? read_all(r, t, 1, 1 + t->n[2] / 3) : NULL;
    if (b && memcmp(a, b, (size_t)qb_voxels(t) * qb_pix_bytes(t->pix)) != 0)
        __builtin_trap();
    free(a);
    free(b);
    qb_image_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = memfd_create("fuzz", 0);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        return 0;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    QbReadSpec spec = {path, -1, -1, -1};
    for (int k = 0; k < 3; k++) {
        QbErr err = {0};
        QbImageInfo info;
        if (qb_image_info(&spec, &info, &err) && qb_voxels(&info.type) < 1 << 20)
            read_twice(&spec, &info.type);
        spec.page = k == 0 ? 0 : -1;
        spec.channel = k == 1 ? 0 : -1;
    }
    close(fd);
    return 0;
}
