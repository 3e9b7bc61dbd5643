/* qbic fmt: pipelines in the canonical layout, each file replaced whole or left alone. The layout itself is lang/'s. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lang/format.h"
#include "lang/print.h"
#include "runtime/imgio.h"

static bool write_all(const char *to, const QbText *t, const char *shown, QbErr *err)
{
    FILE *f = fopen(to, "wb");
    bool ok = f && fwrite(t->n ? t->s : "", 1, t->n, f) == t->n;
    if (f && fclose(f) != 0)
        ok = false;
    return ok || qb_err_set(err, "cannot write '%s': %s", shown, strerror(errno));
}

/* The file keeps its permissions. */
static bool replace(const char *path, const QbText *t, QbErr *err)
{
    struct stat st;
    QbAtomicFile *f;
    if (!qb_atomic_open(path, &f, err))
        return false;
    if (!write_all(qb_atomic_name(f), t, path, err)) {
        qb_atomic_abort(f);
        return false;
    }
    if (stat(path, &st) == 0 && chmod(qb_atomic_name(f), st.st_mode & 07777) != 0) {
        qb_err_set(err, "cannot write '%s': %s", path, strerror(errno));
        qb_atomic_abort(f);
        return false;
    }
    return qb_atomic_commit(f, err);
}

static int report(const QbDiags *diags)
{
    QbText t = {0};
    qb_diags_text(diags, qb_color_wanted(), &t);
    fwrite(t.s, 1, t.n, stderr);
    qb_text_free(&t);
    return QB_EXIT_USAGE;
}

/* Lays out one text; an exit status. */
static int lay_out(QbArena *arena, const QbSource *source, QbText *out)
{
    QbDiags diags;
    qb_diags_init(&diags, arena);
    return qb_format(arena, source, &diags, out) ? QB_EXIT_DONE : report(&diags);
}

static int finish(const QbSource *source, const QbText *out, bool check)
{
    bool differs =
        out->n != source->length || (out->n && memcmp(out->s, source->text, out->n) != 0);
    if (!differs)
        return QB_EXIT_DONE;
    if (check) {
        QbText name = {0};
        qb_text_addf(&name, "%s\n", source->name);
        int status = qb_print(&name);
        return status ? status : QB_EXIT_FAILED;
    }
    QbErr err = {0};
    return replace(source->name, out, &err) ? QB_EXIT_DONE
                                            : qb_fail(QB_EXIT_FAILED, "%s", err.text);
}

static int format_file(const char *path, bool check)
{
    QbArena *arena = qb_arena_new();
    QbText out = {0};
    bool is_pipe = strcmp(path, "-") == 0;
    QbSource source = {.name = is_pipe ? "standard input" : path};
    char *text = NULL;
    int status;
    if (!qb_file_read(arena, is_pipe ? "/dev/stdin" : path, &text, &source.length)) {
        status = qb_fail(QB_EXIT_FAILED, "cannot open '%s': %s", source.name, strerror(errno));
    } else {
        source.text = text;
        status = lay_out(arena, &source, &out);
        if (status == QB_EXIT_DONE && is_pipe && !check)
            status = qb_print(&out);
        else if (status == QB_EXIT_DONE)
            status = finish(&source, &out, check);
    }
    qb_text_free(&out);
    qb_arena_free(arena);
    return status;
}

int qb_cli_fmt(const QbCliOptions *o)
{
    if (o->positional.n == 0)
        return qb_fail(QB_EXIT_USAGE, "expected a pipeline, as in 'qbic fmt cells.qbi'");
    int status = QB_EXIT_DONE;
    for (int k = 0; k < o->positional.n; k++) {
        int one = format_file(o->positional.v[k], o->check);
        status = one > status ? one : status;
    }
    return status;
}
