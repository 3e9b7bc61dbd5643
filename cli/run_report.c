/* The reports and the trace of a run, one that failed included: which are wanted, what they are made from, that each appears
 * whole or not at all. Measures nothing, and prints only what is wrong. */
#include "cli/run_report.h"

#include <stdio.h>
#include <time.h>

#include "cli/page.h"
#include "runtime/imgio.h"

bool qb_reports_ok(const QbCliOptions *o)
{
    for (int k = 0; k < o->reports.n; k++) {
        const char *path = o->reports.v[k];
        if (!qb_ends_with(path, ".json") && !qb_ends_with(path, ".html") &&
            !qb_ends_with(path, ".txt"))
            return qb_fail(
                0, "'--report' expects a file that ends in .json, .html or .txt, found '%s'", path);
    }
    if (o->trace && !qb_ends_with(o->trace, ".json"))
        return qb_fail(0, "'--trace' expects a file that ends in .json, found '%s'", o->trace);
    return true;
}

bool qb_reports_want_page(const QbCliOptions *o)
{
    for (int k = 0; k < o->reports.n; k++)
        if (qb_ends_with(o->reports.v[k], ".html"))
            return true;
    return false;
}

/* ---- what is kept for them -------------------------------------------------------------------------- */

#define NOTES_SHARE 64                /* of the memory budget, for the tasks that are kept */
#define MOST_NOTES  ((size_t)1 << 17) /* of a thread */

static bool keeps_tasks(const QbCliOptions *o)
{
    return o->trace || qb_reports_want_page(o);
}

int64_t qb_reports_notes(const QbCliOptions *o, size_t budget, int threads)
{
    size_t n = budget / NOTES_SHARE / (size_t)threads / sizeof(QbTaskNote);
    return keeps_tasks(o) ? (int64_t)(n < MOST_NOTES ? n : MOST_NOTES) : 0;
}

#define SIDE       256 /* of a small picture, pixels */
#define LEAST_SIDE 16
#define SIDE_SHARE 128 /* of the memory budget, for all of them */
#define VOXEL      8   /* bytes of the largest */

int qb_reports_side(const QbCliOptions *o, size_t budget, int outputs)
{
    int side = qb_reports_want_page(o) ? SIDE : 0;
    size_t room = budget / SIDE_SHARE / ((size_t)outputs + 1);
    while (side > LEAST_SIDE && (size_t)side * (size_t)side * VOXEL > room)
        side /= 2;
    return side;
}

size_t qb_reports_room(const QbCliOptions *o, size_t budget, int threads, int outputs)
{
    size_t notes = (size_t)qb_reports_notes(o, budget, threads) * (size_t)threads;
    size_t side = (size_t)qb_reports_side(o, budget, outputs);
    return notes * sizeof(QbTaskNote) + side * side * VOXEL * (size_t)outputs;
}

/* ---- one file --------------------------------------------------------------------------------------- */

/* What was shown of a run is there if it had a plan. */
static bool write_page(const QbTold *told, FILE *f)
{
    QbText report = {0}, extra = {0};
    qb_report_json(told->plan, told->r, &told->info, &report);
    if (told->plan->n_steps)
        qb_page_extra(told->plan, told->r, &extra);
    bool ok = qb_page_write(&(QbPage){report.s, extra.s, NULL}, f);
    qb_text_free(&report);
    qb_text_free(&extra);
    return ok;
}

static bool write_report(const void *ctx, const char *path, FILE *f)
{
    const QbTold *told = ctx;
    QbText t = {0};
    if (qb_ends_with(path, ".html"))
        return write_page(told, f);
    if (qb_ends_with(path, ".json")) {
        qb_report_json(told->plan, told->r, &told->info, &t);
    } else {
        qb_report_errors(&told->info, &t);
        if (told->plan->n_steps || !told->info.status)
            qb_report_table(told->plan, told->r, &t);
    }
    bool ok = fwrite(t.s, 1, t.n, f) == t.n;
    qb_text_free(&t);
    return ok;
}

static bool write_trace(const void *ctx, const char *path, FILE *f)
{
    const QbTold *told = ctx;
    (void)path;
    return qb_trace_write(told->plan, told->r, &told->info, f);
}

bool qb_reports_try(const QbCliOptions *o)
{
    QbErr err = {0};
    for (int k = 0; k <= o->reports.n; k++) {
        const char *path = k < o->reports.n ? o->reports.v[k] : o->trace;
        QbAtomicFile *file;
        if (!path)
            continue;
        if (!qb_atomic_open(path, &file, &err))
            return qb_fail(0, "%s", err.text);
        qb_atomic_abort(file);
    }
    return true;
}

int qb_reports_write(const QbCliOptions *o, const QbTold *told)
{
    bool ok = true;
    for (int k = 0; k < o->reports.n && ok; k++)
        ok = qb_file_whole(o->reports.v[k], write_report, told);
    ok = ok && (!o->trace || qb_file_whole(o->trace, write_trace, told));
    return ok ? QB_EXIT_DONE : QB_EXIT_FAILED;
}

/* ---- without a plan --------------------------------------------------------------------------------- */

static int errors_of(const QbPipeline *p, QbReportError **out)
{
    QbReportError *v = QB_NEW_N(p->arena, QbReportError, p->diags.n + 1);
    int n = 0;
    for (int k = 0; k < p->diags.n; k++) {
        const QbDiag *d = &p->diags.v[k];
        if (d->severity == QB_ERROR)
            v[n++] = (QbReportError){d->code, d->message, d->span, -1, d->input};
    }
    *out = v;
    return n;
}

static void hash_text(const QbPipeline *p, char sha256[65])
{
    if (p->dag)
        qb_pipeline_sha256(p, sha256);
    else
        qb_sha256_hex(p->source.text ? p->source.text : "", p->source.length, sha256);
}

int qb_reports_unplanned(const QbCliOptions *o, const QbPipeline *p, int status,
                         const char *message, double started)
{
    if (!p->arena || (!o->reports.n && !o->trace))
        return QB_EXIT_DONE;
    char sha256[65];
    QbDag nothing = {0};
    QbPlan plan = {.dag = p->dag ? p->dag : &nothing,
                   .threads = o->threads ? o->threads : qb_threads_default(),
                   .budget = o->memory ? o->memory : qb_memory_default()};
    QbRunResult r = {.failed_step = -1,
                     .wall = qb_now() - started,
                     .cpu = (double)clock() / CLOCKS_PER_SEC,
                     .peak = qb_memory_used()};
    QbReportError *errors;
    int n = errors_of(p, &errors);
    if (!n) {
        const char *why = p->file ? "the options are wrong" : "the pipeline cannot be opened";
        errors[n++] = (QbReportError){.code = "", .message = message ? message : why, .node = -1};
    }
    hash_text(p, sha256);
    QbTold told = {
        &plan,
        &r,
        {p->source.name ? p->source.name : o->positional.v[0], sha256, status, errors, n}};
    return qb_reports_write(o, &told);
}
