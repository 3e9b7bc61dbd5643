/* Unlinked temporary files. Knows neither what is spilled nor when. */
#define _GNU_SOURCE
#include "core/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int qb_spill_open(const char *dir, QbErr *err)
{
    if (!dir || !*dir)
        dir = "/tmp";
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    /* Not every file system knows unnamed files. */
    char path[QB_MAX_PATH];
    int n = snprintf(path, sizeof(path), "%s/qbic-XXXXXX", dir);
    if (n < 0 || (size_t)n >= sizeof(path)) {
        qb_err_set(err, "the temporary folder's path '%s' is too long", dir);
        return -1;
    }
    fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0) {
        qb_err_set(err, "cannot make a temporary file in '%s': %s", dir, strerror(errno));
        return -1;
    }
    unlink(path);
    return fd;
}

bool qb_spill_write(int fd, int64_t offset, const void *bytes, size_t n, QbErr *err)
{
    const char *p = bytes;
    while (n > 0) {
        ssize_t k = pwrite(fd, p, n, (off_t)offset);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return qb_err_set(err, "cannot write to a temporary file: %s",
                              strerror(k < 0 ? errno : ENOSPC));
        p += k;
        n -= (size_t)k;
        offset += k;
    }
    return true;
}

bool qb_spill_read(int fd, int64_t offset, void *to, size_t n, QbErr *err)
{
    char *p = to;
    while (n > 0) {
        ssize_t k = pread(fd, p, n, (off_t)offset);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return qb_err_set(err, "cannot read back a temporary file: %s", strerror(errno));
        if (k == 0)
            return qb_err_set(err, "a temporary file ends early");
        p += k;
        n -= (size_t)k;
        offset += k;
    }
    return true;
}

void qb_spill_close(int fd)
{
    if (fd >= 0)
        close(fd);
}
