/* What processes that were killed left beside the files that they were writing. Knows how atomic.c names temporary files:
 * .NAME.qbic-PID-N.tmp; those of a process that lives are left alone. */
#include "runtime/imgio.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The number of the process that wrote a temporary file of `base`; 0: it is none. */
static long writer_of(const char *name, const char *base)
{
    char start[256];
    int n = snprintf(start, sizeof(start), ".%.200s.qbic-", base);
    size_t length = strlen(name);
    if (n < 0 || strncmp(name, start, (size_t)n) != 0 || length < 5 ||
        strcmp(name + length - 4, ".tmp") != 0)
        return 0;
    return strtol(name + n, NULL, 10);
}

void qb_atomic_clear(const char *path)
{
    char folder[QB_MAX_PATH];
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
             slash ? path : ".");
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));) {
        long pid = writer_of(e->d_name, base);
        if (pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH)
            unlinkat(dirfd(d), e->d_name, 0);
    }
    if (d)
        closedir(d);
}
