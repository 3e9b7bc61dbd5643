/* One user at a time of a folder: a lock that the system takes back however its process ends, in a file that holds the
 * process's number. Knows nothing of what the folder is for. */
#include "runtime/folder_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct QbFolderLock {
    int fd;
    char path[QB_MAX_PATH];
};

static bool make_folder(const char *folder, QbErr *err)
{
    char path[QB_MAX_PATH];
    int n = snprintf(path, sizeof(path), "%s", folder);
    if (n < 1 || (size_t)n >= sizeof(path))
        return qb_err_set(err, "cannot make the folder '%s': %s", folder, strerror(ENAMETOOLONG));
    for (char *p = path + 1;; p++) {
        if (*p && *p != '/')
            continue;
        char c = *p;
        struct stat st;
        *p = '\0';
        if (mkdir(path, 0777) != 0 && !(stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
            return qb_err_set(err, "cannot make the folder '%s': %s", path, strerror(errno));
        *p = c;
        if (!c)
            return true;
    }
}

/* A folder that was just made is there after a loss of power only if the one above it was forced to the disk. What cannot be forced
 * is no error: some file systems cannot. */
static void settle_folder(const char *folder)
{
    const char *slash = strrchr(folder, '/');
    char above[QB_MAX_PATH];
    snprintf(above, sizeof(above), "%.*s", slash ? (int)(slash - folder) + 1 : 1,
             slash ? folder : ".");
    int fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

static bool refuse(const QbFolderLock *l, const char *folder, const char *what, QbErr *err)
{
    char pid[32] = "";
    ssize_t n = pread(l->fd, pid, sizeof(pid) - 1, 0);
    pid[n > 0 ? strspn(pid, "0123456789") : 0] = '\0';
    return qb_err_set(err, "another %s works in '%s': process %s", what, folder,
                      pid[0] ? pid : "unknown");
}

/* The file under the name is the one that was opened: its owner may have taken it away in between. */
static bool still_there(const QbFolderLock *l)
{
    struct stat a, b;
    return fstat(l->fd, &a) == 0 && stat(l->path, &b) == 0 && a.st_ino == b.st_ino &&
           a.st_dev == b.st_dev;
}

static bool take(QbFolderLock *l, const char *folder, const char *what, QbErr *err)
{
    for (int attempt = 0; attempt < 100; attempt++) {
        l->fd = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (l->fd < 0)
            return qb_err_set(err, "cannot write '%s': %s", l->path, strerror(errno));
        if (flock(l->fd, LOCK_EX | LOCK_NB) != 0)
            return errno == EWOULDBLOCK
                       ? refuse(l, folder, what, err)
                       : qb_err_set(err, "cannot lock '%s': %s", l->path, strerror(errno));
        if (still_there(l))
            return true;
        close(l->fd);
        l->fd = -1;
    }
    return qb_err_set(err, "cannot lock '%s'", l->path);
}

bool qb_folder_lock(const char *folder, const char *what, QbFolderLock **lock, QbErr *err)
{
    if (!make_folder(folder, err))
        return false;
    QbFolderLock *l = qb_xcalloc(1, sizeof(*l));
    int n = snprintf(l->path, sizeof(l->path), "%s/.%s.lock", folder, what);
    l->fd = -1;
    bool ok = (size_t)n < sizeof(l->path) || qb_err_set(err, "the path '%s' is too long", folder);
    ok = ok && take(l, folder, what, err);
    settle_folder(folder);
    char pid[32];
    int digits = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
    if (ok && (ftruncate(l->fd, 0) != 0 || pwrite(l->fd, pid, (size_t)digits, 0) != digits))
        ok = qb_err_set(err, "cannot write '%s': %s", l->path, strerror(errno));
    if (!ok) {
        if (l->fd >= 0)
            close(l->fd);
        free(l);
        return false;
    }
    *lock = l;
    return true;
}

void qb_folder_unlock(QbFolderLock *l)
{
    if (!l)
        return;
    unlink(l->path);
    close(l->fd);
    free(l);
}
