/* Files that appear whole or not at all. Owns the list of temporary files that are open, which a signal handler may
 * have to remove: the one thing here that outlives a call, a fixed array because a handler can neither lock nor allocate. */
#include "runtime/deflate.h"
#include "runtime/image_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_OPEN 1024

enum { SLOT_FREE, SLOT_TAKEN, SLOT_ARMED };

typedef struct Slot {
    atomic_int state;
    pid_t pid; /* a forked child must not remove its parent's files */
    char name[QB_MAX_PATH];
} Slot;

static Slot slots[MAX_OPEN];
static atomic_uint serial; /* makes the temporary names of one process distinct */

struct QbAtomicFile {
    Slot *slot;   /* holds the temporary name */
    char *path;   /* as given, for messages */
    char *target; /* links followed */
    size_t
        first_made; /* length of the first folder on the way to the target that had to be made; 0: none */
    int fd;
    int64_t size;
    bool kept;    /* in a checkpoint: neither an abort nor a signal removes it */
    uint32_t crc; /* of a kept file */
};

static bool fail(QbErr *err, const char *path, int number)
{
    return qb_err_set(err, "cannot write '%s': %s", path, strerror(number));
}

static Slot *take_slot(void)
{
    for (int k = 0; k < MAX_OPEN; k++) {
        int expected = SLOT_FREE;
        if (atomic_compare_exchange_strong(&slots[k].state, &expected, SLOT_TAKEN))
            return &slots[k];
    }
    return NULL;
}

/* Makes one folder unless it is there; errno says why not. */
static bool make_folder(const char *name, bool *made)
{
    struct stat st;
    *made = mkdir(name, 0777) == 0;
    if (*made)
        return true;
    if (errno != EEXIST && errno != EROFS && errno != EACCES)
        return false;
    int number = errno;
    if (stat(name, &st) != 0) {
        errno = number;
        return false;
    }
    errno = ENOTDIR;
    return S_ISDIR(st.st_mode);
}

static bool make_folders(QbAtomicFile *f)
{
    for (char *p = strchr(f->target + 1, '/'); p; p = strchr(p + 1, '/')) {
        bool made;
        *p = '\0';
        bool ok = make_folder(f->target, &made);
        *p = '/';
        if (!ok)
            return false;
        if (made && f->first_made == 0)
            f->first_made = (size_t)(p - f->target);
    }
    return true;
}

/* Takes the folders that make_folders made away again; those that others use by now stay. */
static void remove_folders(QbAtomicFile *f)
{
    for (char *p = strrchr(f->target, '/'); p && f->first_made > 0; p = strrchr(f->target, '/')) {
        if ((size_t)(p - f->target) < f->first_made)
            return;
        *p = '\0';
        if (rmdir(f->target) != 0)
            return;
    }
}

static void free_file(QbAtomicFile *f)
{
    if (f->fd >= 0)
        close(f->fd);
    if (f->slot)
        atomic_store(&f->slot->state, SLOT_FREE);
    free(f->path);
    free(f->target);
    free(f);
}

/* The file behind a link is replaced, not the link. A device or a folder is never replaced. */
static bool resolve(QbAtomicFile *f, QbErr *err)
{
    struct stat st;
    if (lstat(f->path, &st) != 0) {
        f->target = strdup(f->path);
        return f->target ? true : fail(err, f->path, ENOMEM);
    }
    f->target = S_ISLNK(st.st_mode) ? realpath(f->path, NULL) : strdup(f->path);
    if (!f->target)
        return fail(err, f->path, errno);
    if (stat(f->target, &st) != 0)
        return fail(err, f->path, errno);
    if (S_ISDIR(st.st_mode))
        return qb_err_set(err, "cannot write '%s': it is a folder", f->path);
    if (!S_ISREG(st.st_mode))
        return qb_err_set(err, "cannot write '%s': it is not a regular file", f->path);
    return true;
}

static bool open_temporary(QbAtomicFile *f, QbErr *err)
{
    const char *slash = strrchr(f->target, '/');
    const char *base = slash ? slash + 1 : f->target;
    int folder = slash ? (int)(base - f->target) : 0;
    if (!*base)
        return qb_err_set(err, "cannot write '%s': it names a folder", f->path);
    f->slot = take_slot();
    if (!f->slot)
        return qb_err_set(err, "cannot write '%s': more than %d outputs are open at once", f->path,
                          MAX_OPEN);
    /* Armed before it is there, so that no signal can come between; a name that a process of the same number
     * left behind is passed over. */
    for (int attempt = 0; attempt < 1000; attempt++) {
        /* Names may hold 255 bytes: a long one gives way to what we add. */
        int n = snprintf(f->slot->name, sizeof(f->slot->name), "%.*s.%.200s.qbic-%ld-%u.tmp",
                         folder, f->target, base, (long)getpid(), atomic_fetch_add(&serial, 1));
        if (n < 0 || (size_t)n >= sizeof(f->slot->name))
            return fail(err, f->path, ENAMETOOLONG);
        f->slot->pid = getpid();
        atomic_store(&f->slot->state, SLOT_ARMED);
        f->fd = open(f->slot->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (f->fd >= 0)
            return true;
        int number = errno;
        atomic_store(&f->slot->state, SLOT_TAKEN);
        if (number != EEXIST)
            return fail(err, f->path, number);
    }
    return fail(err, f->path, EEXIST);
}

static bool open_part(QbAtomicFile *f, const char *part, const QbKept *resume, QbErr *err)
{
    f->slot = take_slot();
    if (!f->slot)
        return qb_err_set(err, "cannot write '%s': more than %d outputs are open at once", f->path,
                          MAX_OPEN);
    int n = snprintf(f->slot->name, sizeof(f->slot->name), "%s", part);
    if (n < 0 || (size_t)n >= sizeof(f->slot->name))
        return fail(err, part, ENAMETOOLONG);
    f->kept = true;
    f->size = resume ? resume->size : 0;
    f->crc = resume ? resume->crc : 0;
    f->fd = open(part, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    return (f->fd >= 0 && ftruncate(f->fd, f->size) == 0) || fail(err, part, errno);
}

static bool open_file(const char *path, const char *part, const QbKept *resume, QbAtomicFile **out,
                      QbErr *err)
{
    if (!*path)
        return qb_err_set(err, "cannot write '': the path is empty");
    QbAtomicFile *f = calloc(1, sizeof(*f));
    if (!f)
        return fail(err, path, ENOMEM);
    f->fd = -1;
    f->path = strdup(path);
    if (!f->path) {
        free_file(f);
        return fail(err, path, ENOMEM);
    }
    bool ok = resolve(f, err) && (make_folders(f) || fail(err, path, errno)) &&
              (part ? open_part(f, part, resume, err) : open_temporary(f, err));
    if (!ok) {
        if (f->target)
            remove_folders(f);
        free_file(f);
        return false;
    }
    *out = f;
    return true;
}

bool qb_atomic_open(const char *path, QbAtomicFile **out, QbErr *err)
{
    return open_file(path, NULL, NULL, out, err);
}

bool qb_atomic_open_kept(const char *path, const char *part, const QbKept *resume,
                         QbAtomicFile **out, QbErr *err)
{
    return open_file(path, part, resume, out, err);
}

QbKept qb_atomic_kept(const QbAtomicFile *f)
{
    return (QbKept){.fd = f->fd, .size = f->size, .crc = f->crc};
}

const char *qb_atomic_name(const QbAtomicFile *f)
{
    return f->slot->name;
}

const char *qb_atomic_path(const QbAtomicFile *f)
{
    return f->path;
}

int64_t qb_atomic_size(const QbAtomicFile *f)
{
    return f->size;
}

static bool write_at(QbAtomicFile *f, const void *bytes, size_t n, int64_t offset, QbErr *err)
{
    const char *p = bytes;
    while (n > 0) {
        ssize_t k = pwrite(f->fd, p, n, offset);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return fail(err, f->path, k < 0 ? errno : EIO);
        p += k;
        n -= (size_t)k;
        offset += k;
    }
    return true;
}

bool qb_atomic_write(QbAtomicFile *f, const void *bytes, size_t n, QbErr *err)
{
    if (!write_at(f, bytes, n, f->size, err))
        return false;
    f->size += (int64_t)n;
    if (f->kept)
        f->crc = qb_crc32(f->crc, bytes, n);
    return true;
}

bool qb_atomic_patch(QbAtomicFile *f, const void *bytes, size_t n, int64_t offset, QbErr *err)
{
    if (f->kept)
        f->crc = qb_crc32_patch(f->crc, bytes, n, f->size - offset - (int64_t)n);
    return write_at(f, bytes, n, offset, err);
}

/* Whether a kept file lies on another disk than its final name, which a file cannot be renamed to. */
static bool is_elsewhere(const QbAtomicFile *f)
{
    struct stat part, folder;
    const char *slash = strrchr(f->target, '/');
    char name[QB_MAX_PATH];
    snprintf(name, sizeof(name), "%.*s", slash ? (int)(slash - f->target) + 1 : 1,
             slash ? f->target : ".");
    return fstat(f->fd, &part) == 0 && stat(name, &folder) == 0 && part.st_dev != folder.st_dev;
}

static bool copy_bytes(QbAtomicFile *f, int from, QbErr *err)
{
    unsigned char block[1 << 16];
    int64_t size = f->size;
    f->size = 0;
    while (f->size < size) {
        size_t n = (size_t)qb_min64(size - f->size, (int64_t)sizeof(block));
        ssize_t got = pread(from, block, n, f->size);
        if (got <= 0)
            return fail(err, f->path, got < 0 ? errno : EIO);
        if (!qb_atomic_write(f, block, (size_t)got, err))
            return false;
    }
    return true;
}

/* From here on it is a file like any other; the part goes with the checkpoint. */
static bool copy_over(QbAtomicFile *f, QbErr *err)
{
    int from = f->fd;
    Slot *slot = f->slot;
    f->kept = false;
    f->slot = NULL;
    f->fd = -1;
    bool ok = open_temporary(f, err) && copy_bytes(f, from, err);
    close(from);
    atomic_store(&slot->state, SLOT_FREE);
    return ok;
}

bool qb_atomic_settle(QbAtomicFile *f, QbErr *err)
{
    int number = 0;
    if (f->fd < 0)
        return true;
    if (f->kept && is_elsewhere(f) && !copy_over(f, err))
        return false;
    /* Some file systems cannot sync; a full disk may only show here. */
    if (fsync(f->fd) != 0 && errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
        number = errno;
    if (close(f->fd) != 0 && !number && errno != EINTR)
        number = errno;
    f->fd = -1;
    return number == 0 || fail(err, f->path, number);
}

bool qb_atomic_commit(QbAtomicFile *f, QbErr *err)
{
    bool ok = qb_atomic_settle(f, err);
    if (ok && rename(f->slot->name, f->target) != 0)
        ok = fail(err, f->path, errno);
    if (!ok) {
        qb_atomic_abort(f);
        return false;
    }
    free_file(f);
    return true;
}

bool qb_folders_settle(const char *path, size_t top, QbErr *err)
{
    char *folder = strdup(path);
    int number = folder ? 0 : ENOMEM;
    for (char *slash; !number && (slash = strrchr(folder, '/')) && slash > folder;) {
        *slash = '\0';
        int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL && errno != ENOSYS && errno != ENOTSUP))
            number = errno;
        if (fd >= 0)
            close(fd);
        if (strlen(folder) <= top)
            break;
    }
    free(folder);
    return number == 0 || fail(err, path, number);
}

void qb_atomic_abort(QbAtomicFile *f)
{
    if (!f)
        return;
    if (f->slot && !f->kept)
        unlink(f->slot->name);
    remove_folders(f);
    free_file(f);
}

void qb_atomic_abort_all(void)
{
    int saved = errno;
    pid_t self = getpid();
    for (int k = 0; k < MAX_OPEN; k++)
        if (atomic_load(&slots[k].state) == SLOT_ARMED && slots[k].pid == self)
            unlink(slots[k].name);
    errno = saved;
}
