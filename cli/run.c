/* qbic run: loads, plans, runs, prints what the pipeline prints, writes the reports; and stops cleanly when interrupted. */
#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/engine.h"
#include "cli/progress.h"
#include "cli/run_report.h"
#include "lang/print.h"
#include "runtime/imgio.h"

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

#define HEAD_ROWS 5 /* of a table, shown on a terminal and in a page */

/* ---- telling ----------------------------------------------------------------------------------------- */

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

/* What went wrong while running, at the line of the pipeline that it happened in, where there is one. */
static QbReportError failure_of(const QbPlan *plan, const QbRunResult *r, const QbErr *err)
{
    QbReportError e = {.code = "", .message = err->text, .node = -1};
    if (err->status == QB_EXIT_INTERRUPTED || r->failed_step < 0)
        return e;
    e.node = r->failed_step;
    e.span = plan->steps[e.node].span;
    e.code = e.span.source ? "QB0501" : "";
    e.image = qb_report_image(plan, e.node);
    return e;
}

static int tell_failure(const QbPipeline *p, const QbReportError *e, int status)
{
    if (!e->span.source)
        return qb_fail(status, "%s", e->message);
    QbDiags diags;
    QbText t = {0};
    qb_diags_init(&diags, p->arena);
    qb_diag_add(&diags, QB_ERROR, e->code, e->span, "%s", e->message);
    qb_diags_text(&diags, qb_color_wanted(), &t);
    fputs(t.s, stderr);
    qb_text_free(&t);
    return status;
}

static QbRunOptions run_options(const QbCliOptions *o, const QbPlan *plan)
{
    bool page = qb_reports_want_page(o);
    return (QbRunOptions){
        .out_dir = o->output,
        .tmp_dir = qb_spill_folder(),
        .untimed = o->untimed,
        .trace = o->trace || page,
        .trace_notes = qb_reports_notes(o, plan->budget, plan->threads),
        .spare_threads = true,
        .foresee = !o->quiet || o->reports.n > 0,
        .progress = qb_progress_wanted(o) ? qb_progress_show : NULL,
        .head_rows = (isatty(STDERR_FILENO) && !o->quiet) || page ? HEAD_ROWS : 0,
        .show = page,
        .thumb_side = qb_reports_side(o, plan->budget, plan->dag->n_outputs),
    };
}

/* What came of a run: printed, told, reported. Returns the exit status. */
static int end_run(const QbCliOptions *o, const QbTold *told, QbText *take_printed)
{
    int status = qb_print(take_printed);
    int reported = qb_reports_write(o, told);
    tell(o, told->plan, told->r);
    return status ? status : reported;
}

static int end_failed(const QbPipeline *p, const QbCliOptions *o, QbTold *told, const QbErr *err)
{
    QbReportError e = failure_of(told->plan, told->r, err);
    int status = tell_failure(p, &e, err->status ? err->status : QB_EXIT_FAILED);
    told->info.status = status;
    told->info.errors = &e;
    told->info.n_errors = 1;
    qb_reports_write(o, told);
    return status;
}

static int run_with(QbPipeline *p, const QbCliOptions *o, QbRunOptions *ro, QbTold *told)
{
    QbRunResult result = {0};
    QbErr err = {0};
    told->r = &result;
    bool ok = qb_run(told->plan, ro, &result, &err);
    if (ro->progress)
        qb_progress_erase();
    int status = ok ? end_run(o, told, &result.printed) : end_failed(p, o, told, &err);
    if (!ok && ro->checkpoint && qb_checkpoint_is_there(ro->checkpoint) && !o->quiet)
        fprintf(stderr, "the same command goes on from the checkpoint in '%s'\n", o->checkpoint);
    qb_run_result_free(&result);
    qb_checkpoint_close(ro->checkpoint, ok);
    return status;
}

static int run_plan(QbPipeline *p, const QbCliOptions *o, const QbKernels *kernels, double started)
{
    QbPlan *plan = NULL;
    QbErr err = {0};
    char sha256[65];
    qb_pipeline_sha256(p, sha256);
    const char *provenance = qb_provenance(p, sha256),
               *identity = o->checkpoint ? qb_checkpoint_identity(p, provenance) : NULL;
    int status = qb_engine_plan_quiet(p, o, &plan, &err);
    if (status != 0) {
        qb_fail(status, "%s", err.text);
        qb_reports_unplanned(o, p, status, err.text, started);
        return status;
    }
    if (!qb_reports_try(o))
        return QB_EXIT_FAILED;
    QbRunOptions ro = run_options(o, plan);
    ro.kernels = kernels;
    ro.provenance = provenance;
    ro.started = started;
    status = qb_checkpoint_begin(o, identity, plan, &ro.checkpoint);
    if (status != 0)
        return status;
    QbTold told = {plan, NULL, {.pipeline = p->source.name, .sha256 = sha256}};
    return run_with(p, o, &ro, &told);
}

int qb_cli_run(const QbCliOptions *o)
{
    double started = qb_now();
    if (!qb_reports_ok(o) || !qb_pass_names_ok(o))
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
    else
        qb_reports_unplanned(o, &p, status, NULL, started);
    qb_pipeline_close(&p);
    return status;
}
