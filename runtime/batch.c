/* The engine of a batch: workers take units (an image, or points of a sweep), one thread each; those too large for that come last, with all threads. The
 * caller's thread alone writes: rows as they come, in large transactions, and after each of them what can be exported in
 * the order of the images. Knows nothing of pipelines and of databases. */
#include "runtime/batch_parts.h"
#include "runtime/imgio.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Done images that wait to be written: some 100 KiB each besides their tables. */
#define MAX_QUEUED     32
/* Smaller images never get the machine to themselves for their share of the work. */
#define ALONE_BYTES    ((int64_t)8 << 20)
#define FEW_IMAGES     64 /* for each thread: their headers are read before the first begins */
#define COMMIT_SECONDS 0.2

static volatile sig_atomic_t stopped; /* what a signal handler can set */

void qb_batch_stop(void)
{
    stopped = 1;
}
bool qb_batch_stopped(void)
{
    return stopped != 0;
}

/* ---- workers ----------------------------------------------------------------------------------------- */

void qb_batch_hand_over(QbBatch *b, QbDone *d)
{
    pthread_mutex_lock(&b->lock);
    while (b->queued >= MAX_QUEUED)
        pthread_cond_wait(&b->left, &b->lock);
    for (int k = 0; k < d->n; k++)
        b->failures += d->v[k].state == QB_BATCH_FAILED;
    if (b->o->max_failures && b->failures >= b->o->max_failures)
        b->stop = true;
    *b->last = d;
    b->last = &d->next;
    b->queued++;
    pthread_cond_signal(&b->arrived);
    pthread_mutex_unlock(&b->lock);
}

/* One whose time alone would be longer than that of all others on the other threads. */
static bool is_large(const QbBatch *b, int unit)
{
    int64_t weight = b->weight[qb_unit_first(b, unit)];
    if (b->o->in_turn)
        return true;
    return b->o->threads > 1 && weight >= ALONE_BYTES && weight > b->weights / b->o->threads;
}

static int take_unit(QbBatch *b)
{
    int unit = -1;
    pthread_mutex_lock(&b->lock);
    while (unit < 0 && b->next < qb_unit_count(b) && !b->stop && !qb_batch_stopped()) {
        unit = b->next++;
        if (is_large(b, unit)) {
            b->waits[unit] = true;
            unit = -1;
        }
    }
    pthread_mutex_unlock(&b->lock);
    return unit;
}

static bool stops(QbBatch *b)
{
    pthread_mutex_lock(&b->lock);
    bool stop = b->stop || qb_batch_stopped();
    pthread_mutex_unlock(&b->lock);
    return stop;
}

/* Those that could not run beside others, one after the other. */
static void work_alone(QbBatch *b)
{
    const QbBatchRoom room = {.threads = b->o->threads, .memory = b->o->memory};
    for (int unit = 0; unit < qb_unit_count(b) && !stops(b); unit++)
        if (b->waits[unit])
            qb_batch_hand_over(b, qb_batch_unit(b, unit, &room));
}

/* Units beside those of other threads, until none is left to begin. */
static void work_beside(QbBatch *b)
{
    QbSpareMemory spare = {0};
    const QbBatchRoom room = {1, b->share, true, &spare};
    int unit;
    while ((unit = take_unit(b)) >= 0) {
        QbDone *d = qb_batch_unit(b, unit, &room);
        if (d)
            qb_batch_hand_over(b, d);
        else
            b->waits[unit] = true;
    }
    qb_spare_free(&spare);
}

static void *work(void *ctx)
{
    QbBatch *b = ctx;
    work_beside(b);
    pthread_mutex_lock(&b->lock);
    bool last = b->active == 1;
    if (!last)
        b->active--;
    pthread_mutex_unlock(&b->lock);
    if (!last)
        return NULL;
    work_alone(b);
    pthread_mutex_lock(&b->lock);
    b->active--;
    pthread_cond_signal(&b->arrived);
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

/* ---- the writer -------------------------------------------------------------------------------------- */

/* What arrived, in order; NULL after a while or at the end. */
static QbDone *arrivals(QbBatch *b, bool *ended)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(COMMIT_SECONDS * 1e9);
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&b->lock);
    int rc = 0;
    while (!b->first && b->active > 0 && rc == 0)
        rc = pthread_cond_timedwait(&b->arrived, &b->lock, &until);
    QbDone *list = b->first;
    *ended = b->active == 0;
    b->first = NULL;
    b->last = &b->first;
    b->queued = 0;
    pthread_cond_broadcast(&b->left);
    pthread_mutex_unlock(&b->lock);
    return list;
}

/* The table that the run gathered under the name. */
static QbTable *table_named(const QbDoneImage *image, const char *name)
{
    const QbOutputDone *done = &image->result->outputs[image->first];
    for (int i = 0; i < image->job.n_outputs; i++) {
        const char *table = image->job.outputs[i].table;
        if (done[i].table && table && !strcmp(table, name))
            return done[i].table;
    }
    QB_BUG("the run has no table '%s'", name);
}

static bool write_row(QbBatch *b, const QbDone *d, QbDoneImage *image, QbErr *err)
{
    const QbResultRun *run = b->o->run;
    QbResultRow row = {.canonical = image->job.canonical,
                       .type = &image->job.type,
                       .printed = image->printed,
                       .start = d->start,
                       .seconds = d->seconds / d->n};
    memcpy(row.sha256, image->sha256, sizeof(row.sha256));
    memcpy(row.key, image->job.key, sizeof(row.key));
    row.failure = image->state == QB_BATCH_FAILED ? &image->job.failure : NULL;
    if (!row.failure && image->job.picture >= 0)
        row.picture = &image->result->outputs[image->first + image->job.picture].thumb;
    QbTable **tables = qb_xcalloc((size_t)run->n_tables + 1, sizeof(*tables));
    for (int t = 0; !row.failure && t < run->n_tables; t++)
        tables[t] = table_named(image, run->tables[t].name);
    row.tables = tables;
    bool ok = qb_results_put(b->results, image->job.image, &row, err);
    free(tables);
    return ok;
}

static void count(QbBatch *b, QbBatchState state)
{
    QbBatchCounts *c = b->counts;
    c->done += state != QB_BATCH_FAILED;
    c->kept += state == QB_BATCH_KEPT;
    c->failed += state == QB_BATCH_FAILED;
}

static void count_sharing(QbSharing *sum, const QbSharing *s)
{
    sum->steps += s->steps;
    sum->steps_apart += s->steps_apart;
    sum->ns += s->ns;
    sum->ns_apart += s->ns_apart;
}

static void keep_news(QbBatch *b, const QbDoneImage *d)
{
    bool failed = d->state == QB_BATCH_FAILED;
    /* Most are done: those need no room for a message. */
    QbNews *n = qb_xcalloc(1, failed ? sizeof(*n) : offsetof(QbNews, failure));
    n->image = d->job.image;
    n->state = d->state;
    if (failed)
        n->failure = d->job.failure;
    *b->last_news = n;
    b->last_news = &n->next;
}

/* After a commit: what was done is told only when no crash can take it back. */
static void tell_news(QbBatch *b, bool safe)
{
    QbNews *next;
    for (QbNews *n = b->news; n; n = next) {
        next = n->next;
        if (safe)
            b->o->told(b->o->ctx, n->image, n->state,
                       n->state == QB_BATCH_FAILED ? &n->failure : NULL);
        free(n);
    }
    b->news = NULL;
    b->last_news = &b->news;
}

static bool write_image(QbBatch *b, const QbDone *d, QbDoneImage *image, QbErr *err)
{
    bool ok = image->state == QB_BATCH_KEPT || write_row(b, d, image, err);
    if (!ok)
        return false;
    b->state[image->job.image] = (unsigned char)(1 + image->state);
    count(b, image->state);
    keep_news(b, image);
    return true;
}

static bool write_done(QbBatch *b, QbDone *d, QbErr *err)
{
    bool ok = true;
    for (int k = 0; ok && k < d->n; k++)
        ok = write_image(b, d, &d->v[k], err);
    count_sharing(&b->counts->sharing, &d->sharing);
    return ok;
}

/* Rows that are safe by now: up to the first image that is not done. */
static bool export(QbBatch *b, QbErr *err)
{
    QbText printed = {0}, cells = {0};
    bool ok = true;
    for (; ok && b->exported < b->n && b->state[b->exported]; b->exported++) {
        const QbBatchImage *image = &b->o->images[b->exported];
        const char *name = image->name;
        printed.n = cells.n = 0;
        qb_result_cells(&cells, b->o->run,
                        &(QbResultImage){.name = name, .path = image->path, .tags = image->tags});
        ok = qb_result_files_add(b->files, b->results, b->exported, cells.s, err) &&
             qb_results_printed(b->results, b->exported, &printed, err);
        if (ok && printed.n && !b->o->printed(b->o->ctx, name, printed.s))
            ok = qb_err_set(err, "cannot write to standard output: %s", strerror(errno));
    }
    qb_text_free(&printed);
    qb_text_free(&cells);
    return ok && qb_result_files_flush(b->files, err);
}

/* Everything that arrives, to the end; after an error of its own it lets what is in flight end, and writes no more. */
static bool write_all(QbBatch *b, QbErr *err)
{
    bool ok = true, ended = false;
    double committed = qb_now();
    while (!ended) {
        QbDone *next;
        for (QbDone *d = arrivals(b, &ended); d; d = next) {
            next = d->next;
            ok = ok && write_done(b, d, err);
            qb_done_free(d);
        }
        if (ok && (ended || qb_now() - committed >= COMMIT_SECONDS)) {
            ok = qb_results_commit(b->results, err);
            tell_news(b, ok);
            ok = ok && export(b, err);
            b->o->progress(b->o->ctx, b->counts);
            committed = qb_now();
        }
        if (ok && b->o->feed && !b->over)
            ok = qb_batch_feed(b, err);
        if (!ok) {
            pthread_mutex_lock(&b->lock);
            b->stop = true;
            pthread_cond_broadcast(&b->came);
            pthread_mutex_unlock(&b->lock);
        }
    }
    return ok;
}

/* ---- the whole --------------------------------------------------------------------------------------- */

static bool run_threads(QbBatch *b, QbErr *err)
{
    pthread_t *threads = qb_xcalloc((size_t)b->side, sizeof(*threads));
    int n = 0;
    b->active = b->side;
    while (n < b->side &&
           pthread_create(&threads[n], NULL, b->o->feed ? qb_batch_work_fed : work, b) == 0)
        n++;
    if (n < b->side) {
        pthread_mutex_lock(&b->lock);
        b->active -= b->side - n;
        b->stop = b->stop || n == 0;
        pthread_mutex_unlock(&b->lock);
    }
    bool ok =
        n > 0 ? write_all(b, err) : qb_err_set(err, "cannot start a thread: %s", strerror(EAGAIN));
    for (int k = 0; k < n; k++)
        pthread_join(threads[k], NULL);
    free(threads);
    return ok;
}

/* What the header says; the file's size where there are so many images that none is half of the work, or where it has none. */
static int64_t weight_of(const QbBatchImage *image, bool ask)
{
    QbReadSpec spec = {.path = image->path, .page = -1, .channel = -1, .time = -1};
    QbImageInfo info;
    QbErr err = {0};
    int64_t weight = qb_max64(image->bytes, 0);
    if (!ask || image->fault || !qb_image_info(&spec, &info, &err))
        return weight;
    int64_t voxels = info.type.n[0] * info.type.n[1] * info.type.n[2];
    return qb_max64(weight, voxels * qb_pix_info[info.type.pix].bytes);
}

static void share_machine(QbBatch *b)
{
    const QbBatchOptions *o = b->o;
    int units = qb_unit_count(b);
    b->side = o->feed || units >= o->threads ? o->threads : units > 0 ? units : 1;
    size_t room = o->memory > o->base ? o->memory - o->base : 0;
    b->share = o->base + room / (size_t)b->side;
    bool few = o->threads > 1 && o->n <= FEW_IMAGES * o->threads;
    b->weight = qb_xcalloc((size_t)o->n + 1, sizeof(*b->weight));
    for (int k = 0; k < o->n; k++)
        b->weights += b->weight[k] = weight_of(&o->images[k], few);
}

bool qb_batch_run(const QbBatchOptions *o, QbResults *results, QbBatchCounts *counts, QbErr *err)
{
    QbBatch b = {.o = o,
                 .results = results,
                 .counts = counts,
                 .lock = PTHREAD_MUTEX_INITIALIZER,
                 .arrived = PTHREAD_COND_INITIALIZER,
                 .left = PTHREAD_COND_INITIALIZER,
                 .came = PTHREAD_COND_INITIALIZER,
                 .n = o->n};
    size_t most = (size_t)(o->feed ? o->most : o->n) + 1;
    *counts = (QbBatchCounts){.n = o->n};
    qb_batch_open_machine(&b);
    b.last = &b.first;
    b.last_news = &b.news;
    b.olds = qb_xcalloc(most, sizeof(*b.olds));
    b.state = qb_xcalloc(most, 1);
    b.waits = qb_xcalloc(most, sizeof(bool));
    share_machine(&b);
    bool ok = qb_results_olds(results, b.olds, o->n, err) &&
              qb_result_files_open(o->folder, o->run, &b.files, err) && run_threads(&b, err);
    ok = ok && qb_result_files_end(b.files, err);
    counts->stopped = counts->done + counts->failed < b.n;
    qb_result_files_close(b.files);
    tell_news(&b, false);
    free(b.olds);
    free(b.state);
    free(b.waits);
    free(b.weight);
    pthread_mutex_destroy(&b.lock);
    pthread_cond_destroy(&b.arrived);
    pthread_cond_destroy(&b.left);
    pthread_cond_destroy(&b.came);
    pthread_rwlock_destroy(&b.machine);
    return ok;
}
