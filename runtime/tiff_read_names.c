/* From a path to files: one, or the slices that a path with * or ? stands for, in the natural order of the numbers in their
 * names. Knows nothing of what is in them. */
#include "runtime/tiff_read.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int qb_natural_order(const char *whole_a, const char *whole_b)
{
    const unsigned char *a = (const unsigned char *)whole_a, *b = (const unsigned char *)whole_b;
    while (*a && *b) {
        if (*a < '0' || *a > '9' || *b < '0' || *b > '9') {
            if (*a != *b)
                return *a < *b ? -1 : 1;
            a++, b++;
            continue;
        }
        a += strspn((const char *)a, "0");
        b += strspn((const char *)b, "0");
        size_t na = strspn((const char *)a, "0123456789"),
               nb = strspn((const char *)b, "0123456789");
        if (na != nb)
            return na < nb ? -1 : 1;
        int order = memcmp(a, b, na);
        if (order)
            return order;
        a += na;
        b += nb;
    }
    if (*a != *b)
        return *a ? 1 : -1;
    return strcmp(whole_a, whole_b);
}

static int compare_names(const void *a, const void *b)
{
    return qb_natural_order(*(const char *const *)a, *(const char *const *)b);
}

static bool add_name(QbTiffIndex *ix, const char *name, QbErr *err)
{
    ix->file[ix->n_files].name = strdup(name);
    if (!ix->file[ix->n_files].name)
        return qb_err_set(err, "cannot read '%s': out of memory", name);
    ix->n_files++;
    return true;
}

static bool expand(const char *path, QbTiffIndex *ix, QbErr *err)
{
    /* glob knows more signs than * and ?: those stand for themselves. */
    char pattern[2 * QB_MAX_PATH];
    size_t n = 0;
    for (const char *p = path; *p && n + 2 < sizeof(pattern); p++) {
        if (*p == '[' || *p == '\\')
            pattern[n++] = '\\';
        pattern[n++] = *p;
    }
    pattern[n] = '\0';
    glob_t g = {0};
    int rc = glob(pattern, GLOB_NOSORT, NULL, &g);
    if (rc != 0) {
        globfree(&g);
        return rc == GLOB_NOMATCH
                   ? qb_err_set(err, "no file matches '%s'", path)
                   : qb_err_set(err, "cannot look for '%s': %s", path, strerror(errno));
    }
    qsort(g.gl_pathv, g.gl_pathc, sizeof(g.gl_pathv[0]), compare_names);
    ix->file = calloc(g.gl_pathc, sizeof(*ix->file));
    bool ok = ix->file || qb_err_set(err, "cannot read '%s': out of memory", path);
    for (size_t k = 0; ok && k < g.gl_pathc; k++)
        ok = add_name(ix, g.gl_pathv[k], err);
    globfree(&g);
    return ok;
}

static void keep_stat(QbTiffFile *f, const struct stat *st)
{
    f->size = st->st_size;
    f->mtime_s = st->st_mtim.tv_sec;
    f->mtime_ns = st->st_mtim.tv_nsec;
    f->device = st->st_dev;
    f->inode = st->st_ino;
}

static bool stat_file(QbTiffFile *f, QbErr *err)
{
    struct stat st;
    if (stat(f->name, &st) != 0)
        return qb_err_set(err, "cannot open '%s': %s", f->name, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return qb_err_set(err, "cannot open '%s': it is a directory, not an image", f->name);
    if (!S_ISREG(st.st_mode))
        return qb_err_set(err, "cannot open '%s': it is not a regular file", f->name);
    keep_stat(f, &st);
    return true;
}

bool qb_tiff_names(const char *path, QbTiffIndex *ix, QbErr *err)
{
    struct stat st;
    if (strlen(path) >= QB_MAX_PATH)
        return qb_err_set(err, "cannot open '%.64s…': the path is longer than %d bytes", path,
                          QB_MAX_PATH - 1);
    /* A file may have such a name, then it is meant. */
    ix->stack = strpbrk(path, "*?") != NULL && lstat(path, &st) != 0;
    if (ix->stack) {
        if (!expand(path, ix, err))
            return false;
    } else {
        ix->file = calloc(1, sizeof(*ix->file));
        if (!ix->file)
            return qb_err_set(err, "cannot open '%s': out of memory", path);
        if (!add_name(ix, path, err))
            return false;
    }
    for (int64_t k = 0; k < ix->n_files; k++) {
        if (!stat_file(&ix->file[k], err))
            return false;
        ix->file_bytes += ix->file[k].size;
    }
    return true;
}

void qb_tiff_names_free(QbTiffIndex *ix)
{
    for (int64_t k = 0; k < ix->n_files; k++)
        free(ix->file[k].name);
    free(ix->file);
    ix->file = NULL;
    ix->n_files = 0;
}

bool qb_image_files(const char *path, QbArena *arena, const char ***names, int *n, QbErr *err)
{
    QbTiffIndex ix = {0};
    bool ok = qb_tiff_names(path, &ix, err) &&
              (ix.n_files <= INT32_MAX || qb_err_set(err, "'%s' stands for too many files", path));
    *n = ok ? (int)ix.n_files : 0;
    *names = QB_NEW_N(arena, const char *, *n + 1);
    for (int k = 0; k < *n; k++)
        (*names)[k] = qb_arena_strdup(arena, ix.file[k].name);
    qb_tiff_names_free(&ix);
    return ok;
}

bool qb_tiff_reopen(const QbTiffFile *f, int *out, QbErr *err)
{
    struct stat st;
    *out = -1;
    /* Not blocking: what was a file may have become a pipe. */
    int fd = open(f->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return qb_err_set(err, "cannot open '%s': %s", f->name, strerror(errno));
    QbTiffFile now = {0};
    if (fstat(fd, &st) == 0)
        keep_stat(&now, &st);
    if (now.size != f->size || now.mtime_s != f->mtime_s || now.mtime_ns != f->mtime_ns ||
        now.device != f->device || now.inode != f->inode) {
        close(fd);
        return qb_err_set(err, "'%s' has changed since its header was read", f->name);
    }
    *out = fd;
    return true;
}

bool qb_tiff_fetch(int fd, const QbTiffFile *f, uint64_t at, void *to, size_t n, QbErr *err)
{
    uint8_t *p = to;
    while (n > 0) {
        ssize_t k = pread(fd, p, n, (off_t)at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return qb_err_set(err, "cannot read '%s': %s", f->name,
                              k < 0 ? strerror(errno) : "it has become shorter");
        p += k;
        at += (uint64_t)k;
        n -= (size_t)k;
    }
    return true;
}
