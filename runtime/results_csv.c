/* The CSV files of a batch: exported from the database image by image, in their order, so that they are the same whatever
 * order the images were finished in. Knows nothing of how the database stores anything. */
#include "runtime/results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)1 << 18)

typedef struct File {
    int fd;
    char *path;
    QbText text; /* not yet written */
} File;

struct QbResultFiles {
    File *v;
    int n;
};

void qb_result_name(QbText *t, const char *name)
{
    if (!strpbrk(name, ",\"\n\r")) {
        qb_text_add(t, name);
        return;
    }
    qb_text_add(t, "\"");
    for (const char *p = name; *p; p++) {
        if (*p == '"')
            qb_text_add(t, "\"");
        qb_text_addn(t, p, 1);
    }
    qb_text_add(t, "\"");
}

void qb_result_cells(QbText *t, const QbResultRun *run, const QbResultImage *image)
{
    if (!run->by_point)
        qb_result_name(t, image->name);
    for (int k = 0; k < run->n_tags; k++) {
        qb_text_add(t, k || !run->by_point ? "," : "");
        qb_result_name(t, image->tags ? image->tags[k] : "");
    }
}

static bool flush(File *f, QbErr *err)
{
    const char *p = f->text.s;
    size_t left = f->text.n;
    while (left > 0) {
        ssize_t k = write(f->fd, p, left);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return qb_err_set(err, "cannot write '%s': %s", f->path, strerror(k < 0 ? errno : EIO));
        p += k;
        left -= (size_t)k;
    }
    f->text.n = 0;
    return true;
}

static bool open_file(File *f, const char *folder, const QbResultRun *run, int table, QbErr *err)
{
    const QbResultTable *t = &run->tables[table];
    QbText path = {0};
    qb_text_addf(&path, "%s/%s.csv", folder, t->name);
    f->path = path.s;
    f->fd = open(f->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (f->fd < 0)
        return qb_err_set(err, "cannot write '%s': %s", f->path, strerror(errno));
    qb_text_add(&f->text, run->by_point ? "" : "image");
    for (int k = 0; k < run->n_tags; k++) {
        qb_text_add(&f->text, k || !run->by_point ? "," : "");
        qb_result_name(&f->text, run->tags[k].name);
    }
    for (int c = 0; c < t->n_columns; c++) {
        qb_text_add(&f->text, ",");
        qb_result_name(&f->text, t->columns[c].name);
    }
    qb_text_add(&f->text, "\n");
    return true;
}

bool qb_result_files_open(const char *folder, const QbResultRun *run, QbResultFiles **out,
                          QbErr *err)
{
    QbResultFiles *f = qb_xcalloc(1, sizeof(*f));
    f->v = qb_xcalloc((size_t)run->n_tables + 1, sizeof(*f->v));
    f->n = run->n_tables;
    bool ok = true;
    for (int t = 0; t < f->n; t++)
        f->v[t].fd = -1;
    for (int t = 0; ok && t < f->n; t++)
        ok = open_file(&f->v[t], folder, run, t, err);
    if (!ok) {
        qb_result_files_close(f);
        f = NULL;
    }
    *out = f;
    return ok;
}

bool qb_result_files_add(QbResultFiles *f, QbResults *r, int image, const char *cells, QbErr *err)
{
    bool ok = true;
    for (int t = 0; ok && t < f->n; t++) {
        ok = qb_results_csv(r, t, image, cells, &f->v[t].text, err);
        if (ok && f->v[t].text.n > BUFFER_BYTES)
            ok = flush(&f->v[t], err);
    }
    return ok;
}

bool qb_result_files_flush(QbResultFiles *f, QbErr *err)
{
    bool ok = true;
    for (int t = 0; ok && t < f->n; t++)
        ok = flush(&f->v[t], err);
    return ok;
}

bool qb_result_files_end(QbResultFiles *f, QbErr *err)
{
    bool ok = qb_result_files_flush(f, err);
    for (int t = 0; ok && t < f->n; t++)
        if (fsync(f->v[t].fd) != 0 && errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
            ok = qb_err_set(err, "cannot write '%s': %s", f->v[t].path, strerror(errno));
    return ok;
}

void qb_result_files_close(QbResultFiles *f)
{
    if (!f)
        return;
    for (int t = 0; t < f->n; t++) {
        if (f->v[t].fd >= 0)
            close(f->v[t].fd);
        free(f->v[t].path);
        qb_text_free(&f->v[t].text);
    }
    free(f->v);
    free(f);
}
