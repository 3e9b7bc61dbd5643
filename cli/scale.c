/* qbic scale: the same run with 1, 2, 4 … threads, each several times, in turns so that a busy moment hits all alike. Every
 * run is a process of its own and its time that of the whole process; outputs go to a folder that is removed. */
#define _XOPEN_SOURCE 700
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/engine.h"
#include "cli/page.h"
#include "cli/run_report.h"
#include "cli/speedup.h"
#include "runtime/run.h"

#define REPEAT 5
#define COUNT  3 /* place of -tN among the arguments */

typedef struct Scale {
    const QbCliOptions *o;
    QbSpeedup m;
    char *folder, *outputs, *report;
    const char **args; /* of a run */
    int n_args;
    char memory[32];
    double *p;         /* of the reports of the runs on one thread */
    QbArena *arena;    /* holds: */
    const char *alone; /* the last of those reports */
} Scale;

/* ---- the folder ------------------------------------------------------------------------------------- */

static bool folder_make(Scale *s)
{
    QbText t = {0};
    qb_text_addf(&t, "%s/qbic-scale-XXXXXX", qb_spill_folder());
    s->folder = t.s;
    if (!mkdtemp(s->folder))
        return qb_fail(0, "cannot make a folder '%s': %s", s->folder, strerror(errno));
    QbText outputs = {0}, report = {0};
    qb_text_addf(&outputs, "%s/out", s->folder);
    qb_text_addf(&report, "%s/report.json", s->folder);
    s->outputs = outputs.s;
    s->report = report.s;
    return true;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void folder_remove(Scale *s)
{
    if (s->report)
        nftw(s->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(s->folder);
    free(s->outputs);
    free(s->report);
}

/* ---- one run ---------------------------------------------------------------------------------------- */

static void on_signal(int number)
{
    (void)number;
    qb_run_interrupt();
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

static void add(Scale *s, const char *option, const char *value)
{
    if (!value)
        return;
    if (option)
        s->args[s->n_args++] = option;
    s->args[s->n_args++] = value;
}

static void add_all(Scale *s, const char *option, const QbTexts *t)
{
    for (int k = 0; k < t->n; k++)
        add(s, option, t->v[k]);
}

static void make_args(Scale *s)
{
    const QbCliOptions *o = s->o;
    s->args = qb_xcalloc((size_t)(o->positional.n + 2 * (o->params.n + o->no_pass.n) + 20),
                         sizeof(*s->args));
    add(s, "qbic", "run");
    add(s, "-q", ""); /* the second of them is the number of threads */
    add(s, "-o", s->outputs);
    add(s, "--report", s->report);
    add_all(s, "-p", &o->params);
    add(s, "--params", o->params_file);
    add_all(s, "--no-pass", &o->no_pass);
    if (o->memory) {
        snprintf(s->memory, sizeof(s->memory), "%zuB", o->memory);
        add(s, "-m", s->memory);
    }
    s->args[s->n_args++] = "--";
    add_all(s, NULL, &o->positional);
}

static void become_run(Scale *s, int threads)
{
    char count[16];
    snprintf(count, sizeof(count), "-t%d", threads);
    s->args[COUNT] = count;
    int nothing = open("/dev/null", O_WRONLY);
    dup2(nothing, STDOUT_FILENO);
    execv("/proc/self/exe", (char *const *)s->args);
    _exit(127);
}

/* One run as a process; *seconds from its start to its end. Returns its exit status; errors it has printed itself. */
static int run_once(Scale *s, int threads, double *seconds)
{
    double start = qb_now();
    int how = 0;
    pid_t child = fork();
    if (child == 0)
        become_run(s, threads);
    while (child > 0 && waitpid(child, &how, 0) < 0 && errno == EINTR)
        if (qb_run_interrupted())
            kill(child, SIGTERM);
    *seconds = qb_now() - start;
    if (qb_run_interrupted())
        return QB_EXIT_INTERRUPTED;
    if (child < 0 || !WIFEXITED(how) || WEXITSTATUS(how) == 127)
        return qb_fail(QB_EXIT_FAILED,
                       "a run with %d threads could not be started, or was ended from outside",
                       threads);
    return WEXITSTATUS(how);
}

/* The report was written by this very program: the first such key is the one of the run. */
static double reported_p(Scale *s)
{
    static const char key[] = "\"parallel_fraction\": ";
    char *text = NULL;
    size_t n = 0;
    if (!qb_file_read(s->arena, s->report, &text, &n))
        return NAN;
    const char *at = strstr(text, key);
    s->alone = text;
    return at ? strtod(at + sizeof(key) - 1, NULL) : NAN;
}

/* ---- all runs --------------------------------------------------------------------------------------- */

/* 1, 2, 4 … and the largest. */
static void make_rows(Scale *s)
{
    int max = s->o->max ? s->o->max : qb_threads_default();
    s->m.repeat = s->o->repeat ? s->o->repeat : REPEAT;
    for (int n = 1; n < max; n *= 2)
        s->m.row[s->m.n_rows++].threads = n;
    s->m.row[s->m.n_rows++].threads = max;
    for (int k = 0; k < s->m.n_rows; k++)
        s->m.row[k].wall = qb_xcalloc((size_t)s->m.repeat, sizeof(double));
    s->p = qb_xcalloc((size_t)s->m.repeat, sizeof(double));
}

/* The first run only warms the file cache, and finds what is wrong. */
static int run_all(Scale *s)
{
    double ignored;
    int status = run_once(s, s->m.row[s->m.n_rows - 1].threads, &ignored);
    for (int r = 0; r < s->m.repeat && status == 0; r++) {
        for (int k = 0; k < s->m.n_rows && status == 0; k++) {
            status = run_once(s, s->m.row[k].threads, &s->m.row[k].wall[r]);
            if (k == 0 && status == 0)
                s->p[r] = reported_p(s);
        }
    }
    return status;
}

/* ---- what came of it -------------------------------------------------------------------------------- */

/* The page is that of a run on one thread, with all that was measured. */
static bool write_report(const void *ctx, const char *path, FILE *f)
{
    const Scale *s = ctx;
    QbText t = {0};
    if (qb_ends_with(path, ".txt"))
        qb_speedup_table(&s->m, &t);
    else
        qb_speedup_json(&s->m, &t);
    bool ok = qb_ends_with(path, ".html") ? qb_page_write(&(QbPage){s->alone, NULL, t.s}, f)
                                          : fwrite(t.s, 1, t.n, f) == t.n;
    qb_text_free(&t);
    return ok;
}

static int scale(Scale *s)
{
    int status = run_all(s);
    if (status != 0)
        return status;
    QbText t = {0};
    s->m.predicted_p = qb_median(s->p, s->m.repeat);
    qb_speedup_solve(&s->m);
    if (s->o->json)
        qb_speedup_json(&s->m, &t);
    else
        qb_speedup_table(&s->m, &t);
    status = qb_print(&t);
    for (int k = 0; k < s->o->reports.n; k++)
        if (!qb_file_whole(s->o->reports.v[k], write_report, s))
            status = QB_EXIT_FAILED;
    return status;
}

int qb_cli_scale(const QbCliOptions *o)
{
    Scale s = {.o = o};
    int status = QB_EXIT_FAILED;
    if (!o->positional.n)
        return qb_fail(QB_EXIT_USAGE, "'scale' expects a pipeline, FILE.qbi");
    if (!qb_reports_ok(o))
        return QB_EXIT_USAGE;
    s.arena = qb_arena_new();
    catch_signals();
    make_rows(&s);
    if (folder_make(&s)) {
        make_args(&s);
        status = scale(&s);
    }
    folder_remove(&s);
    for (int k = 0; k < s.m.n_rows; k++)
        free(s.m.row[k].wall);
    free(s.p);
    free(s.args);
    qb_arena_free(s.arena);
    return status;
}
