/* A library to be loaded before a program (LD_PRELOAD): it counts the calls that write to files whose names hold one of some words,
 * and fails the n-th, or all from it on. Knows nothing of the program.
 *   FAIL_UNDER   words, ':' between them        FAIL_AT     the call that fails, counted from 1 (0: none)
 *   FAIL_ERRNO   what it fails with             FAIL_ON     1: so do all after it
 *   FAIL_CALLS   "write,fsync,rename,open,mkstemp,truncate" or some of them
 *   FAIL_COUNT   a file that is told the number of calls at the end
 *   FAIL_TRACE   a file that is told of each call: "fsync /path" */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long calls;

static long number(const char *name, long none)
{
    const char *s = getenv(name);
    return s && *s ? strtol(s, NULL, 10) : none;
}

static bool holds_word(const char *words, const char *text)
{
    while (words && *words) {
        char word[256];
        size_t n = strcspn(words, ":");
        if (n > 0 && n < sizeof(word)) {
            memcpy(word, words, n);
            word[n] = '\0';
            if (strstr(text, word))
                return true;
        }
        words += n + (words[n] == ':');
    }
    return false;
}

static void trace(const char *call, const char *file)
{
    const char *path = getenv("FAIL_TRACE");
    char line[4352];
    int fd = path && *path
                 ? (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0666)
                 : -1;
    if (fd < 0)
        return;
    int n = snprintf(line, sizeof(line), "%s %s\n", call, file);
    if (n > 0 && (size_t)n < sizeof(line))
        syscall(SYS_write, fd, line, (size_t)n);
    close(fd);
}

/* Whether this call on this file is the one; errno is set then. */
static bool fails(const char *call, const char *file)
{
    const char *wanted = getenv("FAIL_CALLS");
    if ((wanted && !strstr(wanted, call)) || !holds_word(getenv("FAIL_UNDER"), file))
        return false;
    trace(call, file);
    long k = atomic_fetch_add(&calls, 1) + 1, at = number("FAIL_AT", 0);
    bool hit = at > 0 && (k == at || (k > at && number("FAIL_ON", 0)));
    if (hit)
        errno = (int)number("FAIL_ERRNO", EIO);
    return hit;
}

static bool fails_fd(const char *call, int fd)
{
    char link[64], file[4096];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, file, sizeof(file) - 1);
    file[n > 0 ? n : 0] = '\0';
    return fails(call, file);
}

/* The next one of this name; a pointer to a function cannot be cast from one to an object, but copied. */
#define NEXT(type, name)                  \
    type next;                            \
    void *found = dlsym(RTLD_NEXT, name); \
    memcpy(&next, &found, sizeof(found))

typedef ssize_t Write(int, const void *, size_t);
typedef ssize_t WriteAt(int, const void *, size_t, off_t);
typedef int OnFile(int);
typedef int Truncate(int, off_t);
typedef int Rename(const char *, const char *);
typedef int Open(const char *, int, ...);
typedef int Template(char *);

ssize_t write(int fd, const void *bytes, size_t n)
{
    NEXT(Write *, "write");
    return fails_fd("write", fd) ? -1 : next(fd, bytes, n);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    NEXT(WriteAt *, "pwrite");
    return fails_fd("write", fd) ? -1 : next(fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t at)
{
    NEXT(WriteAt *, "pwrite64");
    return fails_fd("write", fd) ? -1 : next(fd, bytes, n, at);
}

int fsync(int fd)
{
    NEXT(OnFile *, "fsync");
    return fails_fd("fsync", fd) ? -1 : next(fd);
}

int fdatasync(int fd)
{
    NEXT(OnFile *, "fdatasync");
    return fails_fd("fsync", fd) ? -1 : next(fd);
}

int ftruncate(int fd, off_t n)
{
    NEXT(Truncate *, "ftruncate");
    return fails_fd("truncate", fd) ? -1 : next(fd, n);
}

int ftruncate64(int fd, off_t n)
{
    NEXT(Truncate *, "ftruncate64");
    return fails_fd("truncate", fd) ? -1 : next(fd, n);
}

int rename(const char *from, const char *to)
{
    NEXT(Rename *, "rename");
    return fails("rename", to) ? -1 : next(from, to);
}

/* Opening to write alone: what a program reads is not what this is about. */
static int open_as(const char *name, const char *path, int flags, mode_t mode)
{
    NEXT(Open *, name);
    bool writes = (flags & O_ACCMODE) != O_RDONLY;
    return writes && fails("open", path) ? -1 : next(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_as("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_as("open64", path, flags, mode);
}

int mkstemp(char *path)
{
    NEXT(Template *, "mkstemp");
    return fails("mkstemp", path) ? -1 : next(path);
}

int mkstemp64(char *path)
{
    NEXT(Template *, "mkstemp64");
    return fails("mkstemp", path) ? -1 : next(path);
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("FAIL_COUNT");
    FILE *f = path && *path ? fopen(path, "w") : NULL;
    if (!f)
        return;
    fprintf(f, "%ld\n", atomic_load(&calls));
    fclose(f);
}
