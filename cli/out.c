/* How the command speaks: errors on standard error, data on standard output with its own failures told, whole files read and
 * written. */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/imgio.h"

bool qb_color_wanted(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return !(no && *no) && isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
}

int qb_fail(int status, const char *fmt, ...)
{
    va_list ap;
    bool color = qb_color_wanted();
    fprintf(stderr, "qbic: %serror:%s ", color ? "\033[1;31m" : "", color ? "\033[0m" : "");
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    return status;
}

int qb_print(QbText *take)
{
    int status = QB_EXIT_DONE;
    bool ok = take->n == 0 || fwrite(take->s, 1, take->n, stdout) == take->n;
    if (fflush(stdout) != 0 || !ok)
        status = qb_fail(QB_EXIT_FAILED, "cannot write to standard output: %s", strerror(errno));
    qb_text_free(take);
    return status;
}

bool qb_file_read(QbArena *arena, const char *path, char **text, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    QbText t = {0};
    char block[65536];
    size_t got;
    bool ok = true;
    while (ok && (got = fread(block, 1, sizeof(block), f)) > 0) {
        qb_text_addn(&t, block, got);
        ok = t.n < ((size_t)1 << 30);
        if (!ok)
            errno = EFBIG;
    }
    if (ferror(f))
        ok = false;
    int saved = errno;
    fclose(f);
    if (ok) {
        *text = qb_arena_alloc(arena, t.n + 1);
        if (t.n)
            memcpy(*text, t.s, t.n);
        *n = t.n;
    }
    qb_text_free(&t);
    errno = saved;
    return ok;
}

bool qb_ends_with(const char *s, const char *ending)
{
    size_t n = strlen(s), k = strlen(ending);
    return n > k && strcmp(s + n - k, ending) == 0;
}

bool qb_file_whole(const char *path, bool (*write)(const void *ctx, const char *path, FILE *f),
                   const void *ctx)
{
    QbAtomicFile *file;
    QbErr err = {0};
    if (!qb_atomic_open(path, &file, &err))
        return qb_fail(0, "%s", err.text);
    FILE *f = fopen(qb_atomic_name(file), "wb");
    bool ok = f && write(ctx, path, f);
    if (f && fclose(f) != 0)
        ok = false;
    if (!ok) {
        qb_fail(0, "cannot write '%s': %s", path, strerror(errno));
        qb_atomic_abort(file);
        return false;
    }
    return qb_atomic_commit(file, &err) || qb_fail(0, "%s", err.text);
}
