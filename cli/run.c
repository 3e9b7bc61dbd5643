/* qbic run: loads, plans, runs, prints what the pipeline prints, writes the reports; and stops cleanly when interrupted. */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/engine.h"
#include "cli/page.h"
#include "cli/progress.h"
#include "runtime/imgio.h"
#include "lang/print.h"
#include "runtime/report.h"

/* ---- interruption ------------------------------------------------------------------------------------ */

/* The first signal asks the run to stop, which then removes what it began; the second does only that, and leaves. */
static void on_signal(int number)
{
    (void)number;
    if (qb_run_interrupted()) {
        qb_atomic_abort_all();
        _exit(QB_EXIT_INTERRUPTED);
    }
    qb_run_interrupt();
}

void qb_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

#define HEAD_ROWS   5                 /* of a table, shown on a terminal */
#define TRACE_SHARE 64                /* of the memory budget, for the tasks that are kept */
#define MOST_NOTES  ((size_t)1 << 17) /* of a thread */

/* ---- reports ----------------------------------------------------------------------------------------- */

static bool ends_with(const char *s, const char *ending)
{
    size_t n = strlen(s), k = strlen(ending);
    return n > k && strcmp(s + n - k, ending) == 0;
}

static bool reports_ok(const QbCliOptions *o)
{
    for (int k = 0; k < o->reports.n; k++) {
        const char *path = o->reports.v[k];
        if (!ends_with(path, ".json") && !ends_with(path, ".html") && !ends_with(path, ".txt"))
            return qb_fail(
                0, "'--report' expects a file that ends in .json, .html or .txt, found '%s'", path);
    }
    if (o->trace && !ends_with(o->trace, ".json"))
        return qb_fail(0, "'--trace' expects a file that ends in .json, found '%s'", o->trace);
    return true;
}

typedef struct Told {
    const QbPlan *plan;
    const QbRunResult *r;
    const QbReportInfo *info;
} Told;

static bool write_page(const Told *told, FILE *f)
{
    QbText report = {0}, extra = {0};
    qb_report_json(told->plan, told->r, told->info, &report);
    qb_page_extra(told->plan, told->r, HEAD_ROWS, &extra);
    bool ok = qb_page_write(&(QbPage){report.s, extra.s, NULL}, f);
    qb_text_free(&report);
    qb_text_free(&extra);
    return ok;
}

static bool write_report(const Told *told, const char *path, FILE *f)
{
    QbText t = {0};
    if (ends_with(path, ".html"))
        return write_page(told, f);
    if (ends_with(path, ".json"))
        qb_report_json(told->plan, told->r, told->info, &t);
    else
        qb_report_table(told->plan, told->r, &t);
    bool ok = fwrite(t.s, 1, t.n, f) == t.n;
    qb_text_free(&t);
    return ok;
}

static bool write_trace(const Told *told, const char *path, FILE *f)
{
    (void)path;
    return qb_trace_write(told->plan, told->r, told->info, f);
}

/* A file that appears whole or not at all. */
static bool write_whole(const char *path, const Told *told,
                        bool (*write)(const Told *, const char *, FILE *), QbErr *err)
{
    QbAtomicFile *file;
    if (!qb_atomic_open(path, &file, err))
        return false;
    FILE *f = fopen(qb_atomic_name(file), "wb");
    bool ok = f && write(told, path, f);
    if (f && fclose(f) != 0)
        ok = false;
    if (!ok) {
        qb_err_set(err, "cannot write '%s': %s", path, strerror(errno));
        qb_atomic_abort(file);
        return false;
    }
    return qb_atomic_commit(file, err);
}

/* Before the run, which may take hours: whether its reports can be written at all. */
static int try_reports(const QbCliOptions *o)
{
    QbErr err = {0};
    for (int k = 0; k <= o->reports.n; k++) {
        const char *path = k < o->reports.n ? o->reports.v[k] : o->trace;
        QbAtomicFile *file;
        if (!path)
            continue;
        if (!qb_atomic_open(path, &file, &err))
            return qb_fail(QB_EXIT_FAILED, "%s", err.text);
        qb_atomic_abort(file);
    }
    return QB_EXIT_DONE;
}

static int write_reports(const QbCliOptions *o, const Told *told)
{
    QbErr err = {0};
    bool ok = true;
    for (int k = 0; k < o->reports.n && ok; k++)
        ok = write_whole(o->reports.v[k], told, write_report, &err);
    if (ok && o->trace)
        ok = write_whole(o->trace, told, write_trace, &err);
    return ok ? QB_EXIT_DONE : qb_fail(QB_EXIT_FAILED, "%s", err.text);
}

static bool wants_page(const QbCliOptions *o)
{
    for (int k = 0; k < o->reports.n; k++)
        if (ends_with(o->reports.v[k], ".html"))
            return true;
    return false;
}

static void tell_table(const QbOutputDone *d, QbText *t)
{
    if (!d->head || !isatty(STDERR_FILENO))
        return;
    qb_text_addf(t, "%s\n", d->head);
    if (d->rows > HEAD_ROWS)
        qb_text_addf(t, "… %lld rows in all\n", (long long)d->rows);
}

/* What was written and how long it took, for people. */
static void tell(const QbCliOptions *o, const QbPlan *plan, const QbRunResult *r)
{
    if (o->quiet)
        return;
    QbText t = {0};
    for (int k = 0; k < r->n_outputs; k++) {
        const QbOutputDone *d = &r->outputs[k];
        if (!d->path)
            continue;
        qb_text_addf(&t, "wrote %s (%s, %lld bytes)\n", d->path, d->kind, (long long)d->bytes);
        tell_table(d, &t);
    }
    if (o->verbose)
        qb_report_table(plan, r, &t);
    else
        qb_report_verdict(plan, r, &t);
    if (t.n && t.s[t.n - 1] != '\n')
        qb_text_add(&t, "\n");
    fputs(t.s, stderr);
    qb_text_free(&t);
}

/* ---- the verb ---------------------------------------------------------------------------------------- */

/* Spilled data can be large, and /tmp is often memory. */
const char *qb_spill_folder(void)
{
    const char *wanted = getenv("TMPDIR");
    const char *const folders[] = {wanted && *wanted ? wanted : "/var/tmp", "/var/tmp", "/tmp"};
    for (int k = 0; k < QB_COUNT(folders); k++) {
        if (access(folders[k], W_OK | X_OK) == 0)
            return folders[k];
    }
    return ".";
}

/* Tasks that a thread keeps for the trace. */
static size_t notes_of(const QbPlan *plan)
{
    size_t n = plan->budget / TRACE_SHARE / (size_t)plan->threads / sizeof(QbTaskNote);
    return n < MOST_NOTES ? n : MOST_NOTES;
}

/* What went wrong while running, at the line of the pipeline that it happened in, where there is one. */
static int tell_failure(const QbPipeline *p, const QbPlan *plan, const QbRunResult *r,
                        const QbErr *err)
{
    int status = err->status ? err->status : QB_EXIT_FAILED;
    if (status == QB_EXIT_INTERRUPTED || r->failed_step < 0 ||
        !plan->steps[r->failed_step].span.source)
        return qb_fail(status, "%s", err->text);
    QbDiags diags;
    QbText t = {0};
    qb_diags_init(&diags, p->arena);
    qb_diag_add(&diags, QB_ERROR, "QB0501", plan->steps[r->failed_step].span, "%s", err->text);
    qb_diags_text(&diags, qb_color_wanted(), &t);
    fputs(t.s, stderr);
    qb_text_free(&t);
    return status;
}

static int run_plan(QbPipeline *p, const QbCliOptions *o, const QbKernels *kernels, double started)
{
    QbPlan *plan = NULL;
    QbCheckpoint *checkpoint = NULL;
    char sha256[65];
    qb_pipeline_sha256(p, sha256);
    const char *provenance = qb_provenance(p, sha256),
               *identity = o->checkpoint ? qb_checkpoint_identity(p, provenance) : NULL;
    int status = qb_engine_plan(p, o, &plan);
    if (status == 0)
        status = try_reports(o);
    if (status == 0)
        status = qb_checkpoint_begin(o, identity, plan, &checkpoint);
    if (status != 0)
        return status;
    bool live = qb_progress_wanted(o);
    QbRunOptions ro = {
        .out_dir = o->output,
        .tmp_dir = qb_spill_folder(),
        .kernels = kernels,
        .provenance = provenance,
        .started = started,
        .trace = o->trace || wants_page(o),
        .trace_notes = (int64_t)notes_of(plan),
        .spare_threads = true,
        .foresee = !o->quiet || o->reports.n > 0,
        .progress = live ? qb_progress_show : NULL,
        .checkpoint = checkpoint,
        .head_rows = (isatty(STDERR_FILENO) && !o->quiet) || wants_page(o) ? HEAD_ROWS : 0,
    };
    QbReportInfo info = {.pipeline = p->source.name, .sha256 = sha256};
    QbRunResult result = {0};
    QbErr err = {0};
    bool ok = qb_run(plan, &ro, &result, &err);
    if (live)
        qb_progress_erase();
    if (!ok) {
        status = tell_failure(p, plan, &result, &err);
        if (checkpoint && qb_checkpoint_is_there(checkpoint) && !o->quiet)
            fprintf(stderr, "the same command goes on from the checkpoint in '%s'\n",
                    o->checkpoint);
    } else {
        status = qb_print(&result.printed);
        int reported = write_reports(o, &(Told){plan, &result, &info});
        status = status ? status : reported;
        tell(o, plan, &result);
    }
    qb_run_result_free(&result);
    qb_checkpoint_close(checkpoint, ok);
    return status;
}

int qb_cli_run(const QbCliOptions *o)
{
    double started = qb_now();
    if (!reports_ok(o) || !qb_pass_names_ok(o))
        return QB_EXIT_USAGE;
    const QbKernels *kernels = qb_kernels(o->cpu);
    if (!kernels)
        return qb_fail(QB_EXIT_USAGE, "this processor cannot run the kernels '%s'",
                       o->cpu ? o->cpu : "base");
    qb_catch_signals();
    QbPipeline p;
    int status = qb_pipeline_load(&p, o, o->verbose);
    if (status == 0)
        status = run_plan(&p, o, kernels, started);
    qb_pipeline_close(&p);
    return status;
}
