/* qbic batch: the list of images, what is the same for all of them, the run, and what is said of it. The engine is in
 * runtime/batch.c; nothing here knows how images are run or results are kept. */
#include "cli/sweep.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "runtime/imgio.h"

/* ---- interruption ------------------------------------------------------------------------------------ */

/* The first signal lets the images in flight end; the second leaves, and what they wrote until then goes. */
static void on_signal(int number)
{
    (void)number;
    if (qb_batch_stopped()) {
        qb_atomic_abort_all();
        _exit(QB_EXIT_INTERRUPTED);
    }
    qb_batch_stop();
}

void qb_batch_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

/* ---- what is the same for all ------------------------------------------------------------------------ */

static bool is_one_of(const char *name, const char *const *names, int n)
{
    for (int k = 0; k < n; k++)
        if (!strcasecmp(name, names[k]))
            return true;
    return false;
}

static bool table_name_fits(const QbResultRun *run, int t)
{
    static const char *const taken[] = {"runs",    "images",    "params", "failures", "timings",
                                        "printed", "pipelines", "saved",  "pictures"};
    const char *name = run->tables[t].name;
    size_t n = strlen(name);
    if (!n || name[0] == '.' || strchr(name, '/') || !strncasecmp(name, "sqlite_", 7) ||
        (n >= 6 && !strcasecmp(name + n - 6, "_named")) || is_one_of(name, taken, QB_COUNT(taken)))
        return false;
    for (int k = 0; k < t; k++)
        if (!strcasecmp(name, run->tables[k].name))
            return false;
    return true;
}

/* Columns that a batch adds to a table of its own. */
static const char *taken_column(const QbResultRun *run, int t)
{
    static const char *const taken[] = {"image", "run_id", "image_id", "row_id"};
    for (int c = 0; c < run->tables[t].n_columns; c++)
        if (is_one_of(run->tables[t].columns[c].name, taken, QB_COUNT(taken)))
            return run->tables[t].columns[c].name;
    return NULL;
}

bool qb_batch_takes_column(const char *name)
{
    static const char *const taken[] = {
        "image",    "image_id",   "run_id",     "row_id",     "name",  "path",
        "hash",     "sha256",     "status",     "type",       "shape", "objects",
        "pipeline", "voxel_z_um", "voxel_y_um", "voxel_x_um",
    };
    return is_one_of(name, taken, QB_COUNT(taken));
}

static int check_tag(const QbResultRun *run, const char *tag)
{
    bool bad = !run->by_point && qb_batch_takes_column(tag);
    for (int t = 0; t < run->n_tables; t++)
        for (int c = 0; c < run->tables[t].n_columns; c++)
            bad = bad || !strcasecmp(tag, run->tables[t].columns[c].name);
    if (bad && run->by_point)
        return qb_fail(QB_EXIT_USAGE,
                       "the parameter '%s' and a column of a table have one name: the results "
                       "cannot hold both",
                       tag);
    return bad ? qb_fail(QB_EXIT_USAGE,
                         "'--pattern' cannot call a column '%s': the results have one so called",
                         tag)
               : 0;
}

int qb_batch_check_names(const QbResultRun *run)
{
    int status = 0;
    for (int t = 0; status == 0 && t < run->n_tables; t++) {
        const char *column = taken_column(run, t);
        if (!table_name_fits(run, t))
            status = qb_fail(
                QB_EXIT_USAGE,
                "a batch cannot call a table '%s': 'with (table=\"NAME\")' gives it another name",
                run->tables[t].name);
        else if (column)
            status = qb_fail(QB_EXIT_USAGE,
                             "the table '%s' has a column '%s', which a batch adds itself",
                             run->tables[t].name, column);
    }
    for (int k = 0; status == 0 && k < run->n_tags; k++)
        status = check_tag(run, run->tags[k].name);
    return status;
}

/* The tables are those of the first image that can be read. */
static bool find_tables(QbFrontState *f, QbResultRun *run)
{
    bool found = false;
    for (int k = 0; k < f->list->n && !found; k++) {
        QbBatchJob job = {
            .image = k, .path = f->list->v[k].path, .arena = qb_arena_new(), .picture = -1};
        found = qb_front_lower(f, &job);
        if (found) {
            QbResultTable *v =
                qb_arena_memdup(f->p->arena, job.tables, sizeof(*v) * (size_t)(job.n_tables + 1));
            for (int t = 0; t < job.n_tables; t++) {
                v[t].name = qb_arena_strdup(f->p->arena, v[t].name);
                for (int c = 0; c < v[t].n_columns; c++)
                    v[t].columns[c].name = qb_arena_strdup(f->p->arena, v[t].columns[c].name);
            }
            run->tables = v;
            run->n_tables = job.n_tables;
        }
        qb_arena_free(job.arena);
    }
    return found;
}

static const char *command_of(QbArena *arena, const char *verb, const QbCliOptions *o)
{
    QbText t = {0};
    qb_text_addf(&t, "qbic %s", verb);
    for (int k = 0; k < o->positional.n; k++)
        qb_text_addf(&t, " %s", o->positional.v[k]);
    for (int k = 0; k < o->params.n; k++)
        qb_text_addf(&t, " -p %s", o->params.v[k]);
    qb_text_addf(&t, " -o %s", o->output);
    const char *s = qb_arena_strdup(arena, t.s);
    qb_text_free(&t);
    return s;
}

bool qb_batch_describe(QbFrontState *f, QbResultRun *run)
{
    const QbDag *g = f->p->dag;
    char host[256] = "";
    gethostname(host, sizeof(host) - 1);
    QbResultParam *params = QB_NEW_N(f->p->arena, QbResultParam, g->n_param_values + 1);
    *run = (QbResultRun){.pipeline = f->p->source.text,
                         .sha256 = f->sha256,
                         .params = params,
                         .tags = f->pattern->tags,
                         .n_tags = f->pattern->n,
                         .by_point = f->sweep != NULL,
                         .pictures = f->sweep && f->o->reports.n > 0,
                         .command = command_of(f->p->arena, f->verb, f->o),
                         .host = qb_arena_strdup(f->p->arena, host)};
    for (int k = 0; k < g->n_param_values; k++) {
        const QbParamValue *v = &g->param_values[k];
        bool swept = f->sweep && qb_sweep_sets(f->sweep, v->name);
        if (!swept && (!f->input || strcmp(v->name, f->input) != 0))
            params[run->n_params++] = (QbResultParam){v->name, v->value, v->from};
    }
    return find_tables(f, run);
}

/* ---- the run ----------------------------------------------------------------------------------------- */

static int exit_status(const QbBatchCounts *c)
{
    if (qb_batch_stopped())
        return QB_EXIT_INTERRUPTED;
    return c->failed ? QB_EXIT_SOME : QB_EXIT_DONE;
}

bool qb_batch_begin(const QbBatchOptions *bo, QbArena *arena, QbResults *r, QbErr *err)
{
    int done = 0;
    QbResultImage *images = QB_NEW_N(arena, QbResultImage, bo->n + 1);
    QbResultOld *olds = qb_xcalloc((size_t)bo->n + 1, sizeof(*olds));
    for (int k = 0; k < bo->n; k++)
        images[k] = (QbResultImage){bo->images[k].name, bo->images[k].path, bo->images[k].tags};
    bool ok =
        qb_results_begin(r, bo->run, images, bo->n, err) && qb_results_olds(r, olds, bo->n, err);
    for (int k = 0; ok && k < bo->n; k++)
        done += olds[k].done;
    if (ok)
        qb_talk_begin(bo->ctx, done);
    free(olds);
    return ok;
}

/* With the folder's lock. */
static bool run_locked(QbFrontState *f, const QbBatchOptions *bo, QbBatchCounts *counts, QbErr *err)
{
    struct timespec now;
    QbResults *r = NULL;
    double started = qb_now();
    clock_gettime(CLOCK_REALTIME, &now);
    bool ok =
        qb_results_open(bo->folder, false, &r, err) && qb_batch_begin(bo, f->p->arena, r, err) &&
        qb_batch_run(bo, r, counts, err) &&
        qb_results_end(r, (double)now.tv_sec + 1e-9 * (double)now.tv_nsec, qb_now() - started, err);
    qb_results_close(r);
    return ok;
}

void qb_batch_options(QbBatchOptions *bo, const QbCliOptions *o, QbFrontState *f,
                      const QbResultRun *run, const QbBatchFront *front)
{
    bo->folder = o->output;
    bo->tmp_dir = qb_spill_folder();
    bo->run = run;
    bo->threads = o->threads ? o->threads : qb_threads_default();
    bo->memory = o->memory ? o->memory : qb_memory_default();
    bo->base = f->base;
    bo->retries = o->retry;
    bo->max_failures = o->fail_fast ? 1 : o->max_failures;
    bo->front = front;
    bo->told = qb_talk_told;
    bo->printed = qb_talk_printed;
    bo->progress = qb_talk_progress;
}

int qb_front_run(QbFrontState *f, const QbKernels *kernels)
{
    const QbCliOptions *o = f->o;
    QbResultRun run;
    qb_batch_describe(f, &run);
    int status = qb_batch_check_names(&run);
    if (status != 0)
        return status;
    QbTalk talk = {
        .o = o, .list = f->list, .what = f->sweep ? "points" : "images", .started = qb_now()};
    QbBatchFront front = {.ctx = f, .lower = qb_front_lower, .plan = qb_front_plan};
    QbBatchOptions bo = {.images = f->list->v,
                         .n = f->list->n,
                         .units = f->units,
                         .n_units = f->n_units,
                         .in_turn = f->in_turn,
                         .kernels = kernels,
                         .ctx = &talk};
    qb_batch_options(&bo, o, f, &run, &front);
    QbFolderLock *lock = NULL;
    QbErr err = {0};
    bool ok =
        qb_folder_lock(o->output, "batch", &lock, &err) && run_locked(f, &bo, &f->counts, &err);
    qb_folder_unlock(lock);
    return qb_talk_end(&talk, &f->counts, ok ? exit_status(&f->counts) : QB_EXIT_FAILED,
                       ok ? NULL : err.text);
}

static int with_pipeline(QbPipeline *p, const QbCliOptions *o, const QbBatchList *list,
                         const QbNamePattern *pattern, const QbKernels *kernels)
{
    QbFrontState f;
    int status = qb_front_open(&f, p, o, list);
    f.pattern = pattern;
    f.verb = "batch";
    if (status == 0 && o->why)
        status = qb_batch_why(&f, o->why);
    else if (status == 0 && o->dry_run)
        status = qb_batch_dry_run(&f);
    else if (status == 0)
        status = qb_front_run(&f, kernels);
    qb_front_close(&f);
    return status;
}

int qb_cli_batch(const QbCliOptions *o)
{
    const QbKernels *kernels = qb_kernels(o->cpu);
    if (o->positional.n == 0 || (o->positional.n == 1 && o->lists.n == 0))
        return qb_fail(
            QB_EXIT_USAGE,
            "expected a pipeline and images, as in 'qbic batch cells.qbi images -o results'");
    if (!o->output)
        return qb_fail(QB_EXIT_USAGE, "expected '-o DIR', the folder of the results");
    if (!qb_pass_names_ok(o))
        return QB_EXIT_USAGE;
    if (!kernels)
        return qb_fail(QB_EXIT_USAGE, "this processor cannot run the kernels '%s'",
                       o->cpu ? o->cpu : "base");
    qb_batch_catch_signals();
    QbPipeline p;
    QbNamePattern pattern = {0};
    QbBatchList list = {.arena = qb_arena_new(), .recursive = o->recursive, .volumes = o->volumes};
    int status = qb_pipeline_open(&p, o->positional.v[0]);
    if (status == 0)
        status = qb_batch_images(o, &list, &pattern);
    if (status == 0)
        status = with_pipeline(&p, o, &list, &pattern, kernels);
    qb_pipeline_close(&p);
    qb_arena_free(list.arena);
    return status;
}
