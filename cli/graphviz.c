/* Runs Graphviz's program 'dot': text in, a drawing out, into a file or into memory. */
#define _GNU_SOURCE
#include "cli/graphviz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

bool qb_graphviz_file(const QbText *t, const char *format, const char *to, QbErr *err)
{
    int ends[2];
    char type[16];
    snprintf(type, sizeof(type), "-T%s", format);
    if (pipe(ends) != 0)
        return qb_err_set(err, "cannot start Graphviz: %s", strerror(errno));
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        close(ends[1]);
        execlp("dot", "dot", type, "-o", to, (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    for (size_t at = 0; child > 0 && at < t->n;) {
        ssize_t wrote = write(ends[1], t->s + at, t->n - at);
        if (wrote < 0 && errno != EINTR)
            break;
        at += wrote > 0 ? (size_t)wrote : 0;
    }
    close(ends[1]);
    int how = 0;
    if (child < 0 || waitpid(child, &how, 0) < 0)
        return qb_err_set(err, "cannot start Graphviz: %s", strerror(errno));
    if (WIFEXITED(how) && WEXITSTATUS(how) == 127)
        return qb_err_set(err, "SVG and PNG need Graphviz's program 'dot', which was not found; "
                               "without it, write a .dot file");
    if (!WIFEXITED(how) || WEXITSTATUS(how) != 0)
        return qb_err_set(err, "Graphviz's program 'dot' failed");
    return true;
}

static bool is_installed(void)
{
    const char *path = getenv("PATH");
    char file[QB_MAX_PATH];
    for (const char *at = path; at && *at;) {
        size_t n = strcspn(at, ":");
        snprintf(file, sizeof(file), "%.*s/dot", (int)n, at);
        if (n && access(file, X_OK) == 0)
            return true;
        at += n + (at[n] == ':');
    }
    return false;
}

bool qb_graphviz_text(const QbText *dot, const char *format, QbText *out)
{
    QbErr err = {0};
    char name[64], block[65536];
    ssize_t got = 0;
    int fd = is_installed() ? memfd_create("graph", 0) : -1;
    if (fd < 0)
        return false;
    snprintf(name, sizeof(name), "/dev/fd/%d", fd);
    bool ok = qb_graphviz_file(dot, format, name, &err) && lseek(fd, 0, SEEK_SET) == 0;
    while (ok && (got = read(fd, block, sizeof(block))) > 0)
        qb_text_addn(out, block, (size_t)got);
    close(fd);
    return ok && got == 0 && out->n > 0;
}
