/* qbic run: loads, plans, runs, prints what the pipeline prints, writes the reports; and stops cleanly when interrupted. */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/engine.h"
#include "runtime/imgio.h"
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

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

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
        if (!ends_with(path, ".json") && !ends_with(path, ".txt"))
            return qb_fail(0, "'--report' expects a file that ends in .json or .txt, found '%s'", path);
    }
    return true;
}

static bool write_whole(const char *path, const QbText *t, QbErr *err)
{
    QbAtomicFile *file;
    if (!qb_atomic_open(path, &file, err))
        return false;
    FILE *f = fopen(qb_atomic_name(file), "wb");
    bool ok = f && fwrite(t->s, 1, t->n, f) == t->n;
    if (f && fclose(f) != 0)
        ok = false;
    if (!ok) {
        qb_err_set(err, "cannot write '%s': %s", path, strerror(errno));
        qb_atomic_abort(file);
        return false;
    }
    return qb_atomic_commit(file, err);
}

static int write_reports(const QbCliOptions *o, const QbPlan *plan, const QbRunResult *r, const QbReportInfo *info)
{
    int status = QB_EXIT_DONE;
    for (int k = 0; k < o->reports.n && status == 0; k++) {
        const char *path = o->reports.v[k];
        QbText t = {0};
        QbErr err = {0};
        if (ends_with(path, ".json"))
            qb_report_json(plan, r, info, &t);
        else
            qb_report_table(plan, r, &t);
        if (!write_whole(path, &t, &err))
            status = qb_fail(QB_EXIT_FAILED, "%s", err.text);
        qb_text_free(&t);
    }
    return status;
}

/* What was written and how long it took, for people. */
static void tell(const QbCliOptions *o, const QbPlan *plan, const QbRunResult *r)
{
    if (o->quiet)
        return;
    QbText t = {0};
    for (int k = 0; k < r->n_outputs; k++) {
        if (r->outputs[k].path)
            qb_text_addf(&t, "wrote %s (%s, %lld bytes)\n", r->outputs[k].path, r->outputs[k].kind,
                         (long long)r->outputs[k].bytes);
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

static int run_plan(QbPipeline *p, const QbCliOptions *o, const QbKernels *kernels, double started)
{
    QbPlan *plan = NULL;
    int status = qb_engine_plan(p, o, &plan);
    if (status != 0)
        return status;
    char sha256[65];
    qb_pipeline_sha256(p, sha256);
    QbRunOptions ro = {
        .out_dir = o->output,
        .tmp_dir = qb_spill_folder(),
        .kernels = kernels,
        .provenance = qb_provenance(p, sha256),
        .started = started,
    };
    QbReportInfo info = {.pipeline = p->source.name, .sha256 = sha256};
    QbRunResult result = {0};
    QbErr err = {0};
    if (!qb_run(plan, &ro, &result, &err)) {
        status = qb_fail(err.status ? err.status : QB_EXIT_FAILED, "%s", err.text);
    } else {
        status = qb_print(&result.printed);
        int reported = write_reports(o, plan, &result, &info);
        status = status ? status : reported;
        tell(o, plan, &result);
    }
    qb_run_result_free(&result);
    return status;
}

int qb_cli_run(const QbCliOptions *o)
{
    double started = qb_now();
    if (!reports_ok(o) || !qb_pass_names_ok(o))
        return QB_EXIT_USAGE;
    const QbKernels *kernels = qb_kernels(o->cpu);
    if (!kernels)
        return qb_fail(QB_EXIT_USAGE, "this processor cannot run the kernels '%s'", o->cpu ? o->cpu : "base");
    catch_signals();
    QbPipeline p;
    int status = qb_pipeline_load(&p, o, o->verbose);
    if (status == 0)
        status = run_plan(&p, o, kernels, started);
    qb_pipeline_close(&p);
    return status;
}
