/* qbic watch: the batch of a folder that fills. Images get their numbers in the order of their arrival, which the database keeps; the
 * engine is that of batch. */
#include "cli/batch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "runtime/arrivals.h"

enum { MOST_IMAGES = 1 << 20, WAIT_MS = 100 };

typedef struct Watch {
    const QbCliOptions *o;
    char folder[QB_MAX_PATH];
    char real[QB_MAX_PATH], results[QB_MAX_PATH]; /* without links: it, and the results' folder */
    QbBatchList list;                             /* its array stays where it is: workers read it */
    QbFrontState f;
    QbArrivals *arrivals;
    double last;  /* when an image came last */
    QbErr gone;   /* the folder's */
    int others;   /* files that are no images */
    int n_before; /* images of an earlier watch */
} Watch;

/* ---- names ------------------------------------------------------------------------------------------- */

static bool is_taken(const Watch *w, const char *name)
{
    for (int k = 0; k < w->list.n; k++)
        if (!strcmp(w->list.v[k].name, name))
            return true;
    return false;
}

/* The path below the folder without its ending; with it where that is another image's name. A name stays: others come later. */
static const char *name_of(Watch *w, const char *path)
{
    QbArena *arena = w->list.arena;
    const char *below = path + strlen(w->folder) + 1;
    const char *name = qb_arena_strndup(arena, below, (size_t)(strrchr(below, '.') - below));
    if (is_taken(w, name))
        name = below;
    for (int k = 2; is_taken(w, name); k++)
        name = qb_arena_printf(arena, "%s (%d)", below, k);
    return name;
}

static void add_image(Watch *w, const char *name, const char *path)
{
    struct stat st;
    QbBatchImage image = {.path = qb_arena_strdup(w->list.arena, path),
                          .name = qb_arena_strdup(w->list.arena, name),
                          .bytes = stat(path, &st) == 0 ? st.st_size : -1};
    if (w->list.n < MOST_IMAGES)
        w->list.v[w->list.n++] = image;
}

static void add_known(void *ctx, const char *name, const char *path)
{
    Watch *w = ctx;
    add_image(w, name, path);
    qb_arrivals_known(w->arrivals, path);
}

/* ---- what comes -------------------------------------------------------------------------------------- */

static void note(void *ctx, const char *path, bool changed)
{
    Watch *w = ctx;
    if (w->o->quiet)
        return;
    if (changed)
        fprintf(stderr, "%s: changed after it was taken; the next watch takes it again\n", path);
    else if (w->others++ == 0 || w->o->verbose)
        fprintf(stderr, "%s: no image by its ending (.tif, .tiff)%s\n", path,
                w->o->verbose ? "" : "; -v names all such files");
}

static bool is_full(const Watch *w)
{
    return w->list.n >= MOST_IMAGES || (w->o->until && w->list.n >= w->o->until);
}

/* Takes what is complete. False: the folder is gone. */
static bool take_images(Watch *w, QbErr *err)
{
    const char *path;
    bool ok = qb_arrivals_look(w->arrivals, WAIT_MS, err);
    while (!is_full(w) && (path = qb_arrivals_next(w->arrivals))) {
        add_image(w, name_of(w, path), path);
        w->last = qb_now();
    }
    return ok;
}

static bool is_over(const Watch *w, int finished)
{
    bool idle = w->o->idle > 0 && finished == w->list.n && qb_now() - w->last >= w->o->idle;
    return is_full(w) || idle || qb_batch_stopped();
}

/* What was taken is finished also where the folder is gone. */
static bool feed(void *ctx, const QbBatchCounts *c, int *n, QbErr *err)
{
    Watch *w = ctx;
    (void)err;
    int finished = c->done + c->failed;
    if (finished < w->list.n)
        w->last = qb_now();
    bool there = w->gone.set || take_images(w, &w->gone);
    *n = w->list.n;
    return there && !w->gone.set && !is_over(w, finished);
}

/* ---- what it writes ---------------------------------------------------------------------------------- */

/* Takes '.' and '..' out of an absolute path. */
static void normalise(char *path)
{
    char *to = path;
    for (char *p = path; *p;) {
        size_t n = 1 + strcspn(p + 1, "/");
        bool up = n == 3 && !strncmp(p, "/..", 3), stay = n == 1 || (n == 2 && p[1] == '.');
        if (up)
            while (to > path && *--to != '/')
                ;
        else if (!stay)
            to = (char *)memmove(to, p, n) + n;
        p += n;
    }
    *to = '\0';
}

static bool is_below(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    return !strncmp(path, folder, n) && path[n] == '/';
}

/* An image that would be taken as one that arrived, again and again. */
static bool comes_back(const Watch *w, const QbBatchJob *job, const QbOutput *o)
{
    bool is_image =
        o->format != QB_FORMAT_PRINT && qb_dag_at(job->dag, o->node)->type.kind != QB_TABLE;
    QbText t = {0};
    if (!is_image)
        return false;
    if (o->path[0] != '/')
        qb_text_addf(&t, "%s/", w->results);
    qb_text_add(&t, o->path);
    normalise(t.s);
    bool own = is_below(w->results, w->real) && is_below(t.s, w->results);
    bool back = is_below(t.s, w->real) && !own;
    qb_text_free(&t);
    return back;
}

static bool lower(void *ctx, QbBatchJob *job)
{
    Watch *w = ctx;
    if (!qb_front_lower(&w->f, job))
        return false;
    for (int i = 0; i < job->dag->n_outputs; i++) {
        const QbOutput *o = &job->dag->outputs[i];
        if (!comes_back(w, job, o))
            continue;
        snprintf(job->failure.message, sizeof(job->failure.message),
                 "its output '%s' would lie in the folder that is watched", o->path);
        qb_source_place(o->span.source, o->span.lo, &job->failure.line, &job->failure.column);
        return false;
    }
    return true;
}

static bool plan(void *ctx, QbBatchJob *job, int threads, size_t memory)
{
    Watch *w = ctx;
    return qb_front_plan(&w->f, job, threads, memory);
}

/* ---- the run ----------------------------------------------------------------------------------------- */

/* What tables there are is known once an image could be read. False: none came. */
static bool wait_for_first(Watch *w, QbResultRun *run)
{
    int seen = -1;
    for (;;) {
        if (w->list.n != seen && qb_batch_describe(&w->f, run))
            return true;
        seen = w->list.n;
        if (w->gone.set || is_over(w, seen))
            return false;
        take_images(w, &w->gone);
    }
}

static bool run_images(Watch *w, QbBatchOptions *bo, QbResults *r, QbBatchCounts *counts,
                       QbErr *err)
{
    struct timespec now;
    double started = qb_now();
    clock_gettime(CLOCK_REALTIME, &now);
    bo->n = w->list.n;
    return qb_batch_begin(bo, w->list.arena, r, err) && qb_batch_run(bo, r, counts, err) &&
           qb_results_end(r, (double)now.tv_sec + 1e-9 * (double)now.tv_nsec, qb_now() - started,
                          err);
}

static int exit_status(const Watch *w, const QbBatchCounts *c)
{
    if (qb_batch_stopped())
        return QB_EXIT_INTERRUPTED;
    if (w->gone.set)
        return qb_fail(QB_EXIT_FAILED, "%s", w->gone.text);
    return c->failed ? QB_EXIT_SOME : QB_EXIT_DONE;
}

/* With the lock of the results' folder. */
static int watch_locked(Watch *w, const QbKernels *kernels, QbErr *err)
{
    const QbCliOptions *o = w->o;
    QbResults *r = NULL;
    QbResultRun run;
    QbBatchCounts counts = {0};
    QbTalk talk = {.o = o, .list = &w->list, .what = "images", .started = qb_now()};
    QbBatchFront front = {.ctx = w, .lower = lower, .plan = plan};
    QbBatchOptions bo = {.images = w->list.v, .feed = feed, .feed_ctx = w, .most = MOST_IMAGES};
    bool ok = qb_results_open(o->output, false, &r, err) && qb_results_list(r, w, add_known, err);
    w->n_before = w->list.n;
    if (ok && !wait_for_first(w, &run) && w->n_before) {
        qb_results_close(r); /* nothing of it is touched without knowing the tables */
        return exit_status(w, &counts);
    }
    int status = ok ? qb_batch_check_names(&run) : 0;
    if (ok && status == 0) {
        qb_batch_options(&bo, o, &w->f, &run, &front);
        bo.kernels = kernels;
        bo.ctx = &talk;
        bo.keep_gone = true;
        ok = run_images(w, &bo, r, &counts, err);
    }
    qb_results_close(r);
    if (status != 0)
        return status;
    return qb_talk_end(&talk, &counts, ok ? exit_status(w, &counts) : QB_EXIT_FAILED,
                       ok ? NULL : err->text);
}

static bool find_real(Watch *w, QbErr *err)
{
    return (realpath(w->folder, w->real) && realpath(w->o->output, w->results)) ||
           qb_err_set(err, "cannot open '%s': %s", w->folder, strerror(errno));
}

static int watch(Watch *w, const QbKernels *kernels)
{
    QbErr err = {0};
    QbFolderLock *lock = NULL;
    QbArrivalSpec spec = {.folder = w->folder,
                          .recursive = w->o->recursive,
                          .except = w->o->output,
                          .ctx = w,
                          .note = note};
    int status = QB_EXIT_FAILED;
    if (qb_folder_lock(w->o->output, "batch", &lock, &err) && find_real(w, &err) &&
        qb_arrivals_open(&spec, &w->arrivals, &err))
        status = watch_locked(w, kernels, &err);
    else
        qb_fail(0, "%s", err.text);
    qb_arrivals_close(w->arrivals);
    qb_folder_unlock(lock);
    return status;
}

static int check_folders(Watch *w)
{
    struct stat in, out;
    const char *folder = w->o->positional.v[1];
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/')
        n--;
    snprintf(w->folder, sizeof(w->folder), "%.*s", (int)n, folder);
    if (stat(w->folder, &in) != 0 || !S_ISDIR(in.st_mode))
        return qb_fail(QB_EXIT_FAILED, "cannot watch '%s': it is no folder", w->folder);
    if (w->o->recursive && stat(w->o->output, &out) == 0 && in.st_ino == out.st_ino &&
        in.st_dev == out.st_dev)
        return qb_fail(QB_EXIT_USAGE,
                       "the results cannot go to '%s' itself, which is watched with its folders",
                       w->folder);
    return 0;
}

static int check_words(const QbCliOptions *o)
{
    if (o->positional.n != 2)
        return qb_fail(
            QB_EXIT_USAGE,
            "expected a pipeline and a folder, as in 'qbic watch cells.qbi incoming -o results'");
    if (!o->output)
        return qb_fail(QB_EXIT_USAGE, "expected '-o DIR', the folder of the results");
    return qb_pass_names_ok(o) ? 0 : QB_EXIT_USAGE;
}

static int with_pipeline(Watch *w, QbPipeline *p)
{
    static const QbNamePattern none;
    const QbKernels *kernels = qb_kernels(w->o->cpu);
    if (!kernels)
        return qb_fail(QB_EXIT_USAGE, "this processor cannot run the kernels '%s'", w->o->cpu);
    int status = qb_front_open(&w->f, p, w->o, &w->list);
    w->f.pattern = &none;
    w->f.verb = "watch";
    if (status == 0)
        status = watch(w, kernels);
    qb_front_close(&w->f);
    return status;
}

int qb_cli_watch(const QbCliOptions *o)
{
    Watch w = {.o = o, .list = {.arena = qb_arena_new()}, .last = qb_now()};
    QbPipeline p = {0};
    w.list.v = qb_xcalloc(MOST_IMAGES, sizeof(*w.list.v));
    int status = check_words(o);
    if (status == 0)
        status = check_folders(&w);
    qb_batch_catch_signals();
    signal(SIGIO, SIG_IGN); /* somebody opens for writing what is being looked at */
    if (status == 0)
        status = qb_pipeline_open(&p, o->positional.v[0]);
    if (status == 0)
        status = with_pipeline(&w, &p);
    qb_pipeline_close(&p);
    free(w.list.v);
    qb_arena_free(w.list.arena);
    return status;
}
