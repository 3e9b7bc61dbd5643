/* The error of the environment, the report of our own bugs, and the allocations that cannot fail.
 * Knows nothing of images, languages or files. */
#include "core/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool qb_err_set(QbErr *err, const char *fmt, ...)
{
    if (!err || err->set)
        return false;
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    err->set = true;
    if (!err->status)
        err->status = 1;
    return false;
}

_Noreturn void qb_bug(const char *file, int line, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fflush(stdout);
    fprintf(stderr, "qbic: this is a bug in qbic %s, not in your file: %s:%d: ", QB_VERSION, file,
            line);
    vfprintf(stderr, fmt, args);
    fprintf(stderr, "\nqbic: please report it, with the .qbi file and the command that led here\n");
    va_end(args);
    abort();
}

_Noreturn static void out_of_memory(size_t n)
{
    fprintf(stderr, "qbic: out of memory: %zu bytes were asked for and the machine has none left\n",
            n);
    exit(1);
}

void *qb_xmalloc(size_t n)
{
    void *p = malloc(n ? n : 1);
    if (!p)
        out_of_memory(n);
    return p;
}

void *qb_xcalloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size ? size : 1);
    if (!p)
        out_of_memory(n * size);
    return p;
}

void *qb_xrealloc(void *p, size_t n)
{
    void *moved = realloc(p, n ? n : 1);
    if (!moved)
        out_of_memory(n);
    return moved;
}
