/* One image of a batch, from its bytes to its outputs: hashed, lowered, compared with what is there. Called by many threads;
 * touches no results but its own, and runs nothing. */
#include "runtime/batch_parts.h"
#include "runtime/imgio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK ((size_t)1 << 18)

/* ---- bytes ------------------------------------------------------------------------------------------- */

static bool hash_file(int fd, const char *path, char hex[65], QbErr *err)
{
    QbSha256 s;
    ssize_t n;
    unsigned char *block = qb_xmalloc(BLOCK);
    qb_sha256_start(&s);
    while ((n = read(fd, block, BLOCK)) > 0 || (n < 0 && errno == EINTR))
        qb_sha256_add(&s, block, n > 0 ? (size_t)n : 0);
    int number = errno;
    free(block);
    qb_sha256_end(&s, hex);
    return n == 0 || qb_err_set(err, "cannot read '%s': %s", path, strerror(number));
}

static bool hash_path(const char *path, char hex[65], QbErr *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    hex[0] = '\0';
    if (fd < 0)
        return qb_err_set(err, "cannot open '%s': %s", path, strerror(errno));
    bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    if (!ok)
        qb_err_set(err, "cannot open '%s': it is not a regular file", path);
    ok = ok && hash_file(fd, path, hex, err);
    close(fd);
    if (!ok)
        hex[0] = '\0';
    return ok;
}

/* One hash of the hashes of all slices. */
static bool hash_slices(const char *const *names, int n, char hex[65], QbErr *err)
{
    QbSha256 s;
    char one[65];
    qb_sha256_start(&s);
    for (int k = 0; k < n; k++) {
        if (!hash_path(names[k], one, err))
            return false;
        qb_sha256_add(&s, one, 64);
    }
    qb_sha256_end(&s, hex);
    return true;
}

bool qb_batch_hash(const char *path, char hex[65], QbErr *err)
{
    struct stat st;
    hex[0] = '\0';
    if (!strpbrk(path, "*?") || lstat(path, &st) == 0)
        return hash_path(path, hex, err);
    QbArena *arena = qb_arena_new();
    const char **names;
    int n;
    bool ok = qb_image_files(path, arena, &names, &n, err) && hash_slices(names, n, hex, err);
    qb_arena_free(arena);
    return ok;
}

static void read_file_ahead(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED);
    close(fd);
}

/* The system reads the image ahead while others are computed. */
void qb_batch_read_ahead(const QbBatchImage *image)
{
    QbErr err = {0};
    const char **names;
    int n = 0;
    if (!image->folder) {
        if (image->path)
            read_file_ahead(image->path);
        return;
    }
    QbArena *arena = qb_arena_new();
    qb_image_files(image->path, arena, &names, &n, &err);
    for (int k = 0; k < n; k++)
        read_file_ahead(names[k]);
    qb_arena_free(arena);
}

/* ---- outputs ----------------------------------------------------------------------------------------- */

static bool is_file(const QbDag *g, const QbOutput *o)
{
    return o->format != QB_FORMAT_PRINT && qb_dag_at(g, o->node)->type.kind != QB_TABLE;
}

static void path_of(const QbOutput *o, const char *folder, QbText *out)
{
    if (o->path[0] != '/')
        qb_text_addf(out, "%s/", folder);
    qb_text_add(out, o->path);
}

static bool files_are_there(const QbBatchJob *job, const char *folder)
{
    bool all = true;
    for (int i = 0; all && i < job->n_outputs; i++) {
        if (!is_file(job->dag, &job->outputs[i]))
            continue;
        QbText path = {0};
        path_of(&job->outputs[i], folder, &path);
        all = access(path.s, F_OK) == 0;
        qb_text_free(&path);
    }
    return all;
}

bool qb_batch_settle(const QbDag *g, const char *folder, QbErr *err)
{
    size_t top = strlen(folder);
    bool ok = true;
    for (int i = 0; ok && i < g->n_outputs; i++) {
        if (!is_file(g, &g->outputs[i]))
            continue;
        QbText path = {0};
        path_of(&g->outputs[i], folder, &path);
        ok = qb_folders_settle(path.s, g->outputs[i].path[0] == '/' ? path.n : top, err);
        qb_text_free(&path);
    }
    return ok;
}

/* What a killed batch left half written. No other batch is at work here. */
static void clear_folder(char *path)
{
    char *slash = strrchr(path, '/');
    *slash = '\0';
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        size_t n = strlen(e->d_name);
        if (e->d_name[0] == '.' && strstr(e->d_name, ".qbic-") && n > 4 &&
            !strcmp(e->d_name + n - 4, ".tmp"))
            unlinkat(dirfd(d), e->d_name, 0);
    }
    if (d)
        closedir(d);
}

void qb_batch_clear(const QbDag *g, const char *folder)
{
    for (int i = 0; i < g->n_outputs; i++) {
        const QbOutput *o = &g->outputs[i];
        if (!is_file(g, o) || o->path[0] == '/')
            continue;
        QbText path = {0};
        path_of(o, folder, &path);
        clear_folder(path.s);
        qb_text_free(&path);
    }
}

/* ---- failures ---------------------------------------------------------------------------------------- */

void qb_failure_set(QbFailure *f, const char *code, const char *fmt, ...)
{
    va_list args;
    *f = (QbFailure){0};
    snprintf(f->code, sizeof(f->code), "%s", code);
    va_start(args, fmt);
    vsnprintf(f->message, sizeof(f->message), fmt, args);
    va_end(args);
}

void qb_failure_place(QbFailure *f, const QbPlan *plan, int step)
{
    if (step < 0)
        return;
    const QbStep *s = &plan->steps[step];
    snprintf(f->node, sizeof(f->node), "%s", s->label ? s->label : s->op ? s->op->name : "");
    if (s->span.source)
        qb_source_place(s->span.source, s->span.lo, &f->line, &f->column);
    if (s->kind == QB_STEP_SOURCE)
        snprintf(f->code, sizeof(f->code), "QB0501");
}

static bool same_tables(const QbBatch *b, QbBatchJob *job)
{
    const QbResultRun *run = b->o->run;
    bool same = job->n_tables == run->n_tables;
    for (int t = 0; same && t < run->n_tables; t++) {
        const QbResultTable *x = &job->tables[t], *y = &run->tables[t];
        same = x->n_columns == y->n_columns && !strcmp(x->name, y->name);
        for (int c = 0; same && c < x->n_columns; c++)
            same = x->columns[c].whole == y->columns[c].whole &&
                   !strcmp(x->columns[c].name, y->columns[c].name);
    }
    if (!same)
        qb_failure_set(&job->failure, "", "its tables have other columns than those of the first");
    return same;
}

/* ---- the way of an image ----------------------------------------------------------------------------- */

bool qb_batch_is_done(const QbBatchJob *job, const QbResultOld *old, const char *folder,
                      const char sha256[65])
{
    if (job->picture >= 0 && !old->pictured)
        return false;
    return old->done && !strcmp(old->sha256, sha256) && !strcmp(old->key, job->key) &&
           files_are_there(job, folder);
}

/* An image whose bytes cannot be read: the place that would read it is known to the pipeline. */
static void place_unread(const QbBatch *b, QbBatchJob *job, const char *why)
{
    if (b->o->front->lower(b->o->front->ctx, job) || !job->failure.line)
        qb_failure_set(&job->failure, "QB0501", "%s", why);
}

bool qb_batch_lower(const QbBatch *b, QbDoneImage *d)
{
    const QbBatchOptions *o = b->o;
    const QbBatchImage *image = &o->images[d->job.image];
    QbErr err = {0};
    d->state = QB_BATCH_FAILED;
    if (image->fault) {
        qb_failure_set(&d->job.failure, "", "%s", image->fault);
        return false;
    }
    if (o->keep_gone && b->olds[d->job.image].done && access(image->path, F_OK) != 0) {
        d->state = QB_BATCH_KEPT;
        return false;
    }
    if (image->path && !d->sha256[0] && !qb_batch_hash(image->path, d->sha256, &err)) {
        place_unread(b, &d->job, err.text);
        return false;
    }
    if (!o->front->lower(o->front->ctx, &d->job) || !same_tables(b, &d->job))
        return false;
    bool is_done = qb_batch_is_done(&d->job, &b->olds[d->job.image], o->folder, d->sha256);
    if (is_done)
        d->state = QB_BATCH_KEPT;
    return !is_done;
}
