/* One image of a batch, from its bytes to its tables: hashed, lowered, compared with what is there, planned, run. Called by
 * many threads; touches no results but its own. */
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
#include <time.h>
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
static void read_ahead(const QbBatchImage *image)
{
    QbErr err = {0};
    const char **names;
    int n = 0;
    if (!image->folder) {
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

static bool files_are_there(const QbDag *g, const char *folder)
{
    bool all = true;
    for (int i = 0; all && i < g->n_outputs; i++) {
        if (!is_file(g, &g->outputs[i]))
            continue;
        QbText path = {0};
        path_of(&g->outputs[i], folder, &path);
        all = access(path.s, F_OK) == 0;
        qb_text_free(&path);
    }
    return all;
}

/* Files are on the disk under their names before the database says that the image is done. */
static bool settle(const QbDag *g, const char *folder, size_t top, QbErr *err)
{
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

static void clear_left(const QbDag *g, const char *folder)
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

static void set_failure(QbFailure *f, const char *code, const char *fmt, ...) QB_PRINTF(3, 4);
static void set_failure(QbFailure *f, const char *code, const char *fmt, ...)
{
    va_list args;
    *f = (QbFailure){0};
    snprintf(f->code, sizeof(f->code), "%s", code);
    va_start(args, fmt);
    vsnprintf(f->message, sizeof(f->message), fmt, args);
    va_end(args);
}

static void place_failure(QbFailure *f, const QbPlan *plan, int step)
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
        set_failure(&job->failure, "",
                    "its tables have other columns than those of the first image");
    return same;
}

/* ---- the way of an image ----------------------------------------------------------------------------- */

bool qb_batch_is_done(const QbBatchJob *job, const QbResultOld *old, const char *folder,
                      const char *name, const char sha256[65])
{
    if (!old->done || strcmp(old->sha256, sha256) != 0 || strcmp(old->key, job->key) != 0)
        return false;
    QbText path = {0};
    qb_text_addf(&path, "%s/%s", folder, name);
    bool there = files_are_there(job->dag, path.s);
    qb_text_free(&path);
    return there;
}

static void run_plan(const QbBatch *b, QbDone *d, const char *folder, QbSpareMemory *spare)
{
    QbErr err = {0};
    QbRunOptions ro = {.out_dir = folder,
                       .tmp_dir = b->o->tmp_dir,
                       .kernels = b->o->kernels,
                       .provenance = d->job.provenance,
                       .started = qb_now(),
                       .gather = true,
                       .spare = spare};
    clear_left(d->job.plan->dag, folder);
    if (qb_run(d->job.plan, &ro, &d->result, &err) &&
        settle(d->job.plan->dag, folder, strlen(b->o->folder), &err)) {
        d->state = QB_BATCH_DONE;
        return;
    }
    set_failure(&d->job.failure, "", "%s", err.text);
    place_failure(&d->job.failure, d->job.plan, d->result.failed_step);
}

/* An image whose bytes cannot be read: the place that would read it is known to the pipeline. */
static void place_unread(const QbBatch *b, QbDone *d, const char *why)
{
    if (b->o->front->lower(b->o->front->ctx, &d->job) || !d->job.failure.line)
        set_failure(&d->job.failure, "QB0501", "%s", why);
}

/* False: the image waits until it has the machine to itself. */
static bool attempt(const QbBatch *b, QbDone *d, const QbBatchRoom *room)
{
    const QbBatchOptions *o = b->o;
    const QbBatchImage *image = &o->images[d->job.image];
    QbErr err = {0};
    d->state = QB_BATCH_FAILED;
    if (image->fault) {
        set_failure(&d->job.failure, "", "%s", image->fault);
        return true;
    }
    if (o->keep_gone && b->olds[d->job.image].done && access(image->path, F_OK) != 0) {
        d->state = QB_BATCH_KEPT;
        return true;
    }
    if (!qb_batch_hash(image->path, d->sha256, &err)) {
        place_unread(b, d, err.text);
        return true;
    }
    if (!o->front->lower(o->front->ctx, &d->job) || !same_tables(b, &d->job))
        return true;
    if (qb_batch_is_done(&d->job, &b->olds[d->job.image], o->folder, image->name, d->sha256)) {
        d->state = QB_BATCH_KEPT;
        return true;
    }
    if (!o->front->plan(o->front->ctx, &d->job, room->threads, room->memory))
        return !(d->job.too_big && room->may_wait);
    QbText folder = {0};
    qb_text_addf(&folder, "%s/%s", o->folder, image->name);
    run_plan(b, d, folder.s, room->spare);
    qb_text_free(&folder);
    return true;
}

static double wall_clock(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static void begin_job(const QbBatch *b, QbDone *d, int image)
{
    *d = (QbDone){
        .start = d->start,
        .job = {.image = image, .path = b->o->images[image].path, .arena = qb_arena_new()}};
}

void qb_done_free(QbDone *d)
{
    qb_run_result_free(&d->result);
    qb_arena_free(d->job.arena);
    free(d);
}

QbDone *qb_batch_image(const QbBatch *b, int image, const QbBatchRoom *room)
{
    QbDone *d = qb_xcalloc(1, sizeof(*d));
    double started = qb_now();
    d->start = wall_clock();
    if (!b->o->feed && image + b->side < b->o->n)
        read_ahead(&b->o->images[image + b->side]);
    for (int k = 0;; k++) {
        begin_job(b, d, image);
        bool final = attempt(b, d, room);
        if (!final) {
            qb_done_free(d);
            return NULL;
        }
        if (d->state != QB_BATCH_FAILED || k >= b->o->retries || qb_batch_stopped())
            break;
        qb_run_result_free(&d->result);
        qb_arena_free(d->job.arena);
    }
    d->seconds = qb_now() - started;
    return d;
}
