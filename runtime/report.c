/* The timing report: what each node took, how much of the run could only be done by one thread, and what more threads would
 * buy after Amdahl (1967): S(s) = 1 / ((1 − p) + p / s). For people; report_json.c is for programs. Only measured times go in;
 * nothing here measures. */
#include "runtime/report_parts.h"

QbReportSums qb_report_sum(const QbPlan *plan, const QbRunResult *r)
{
    QbReportSums s = {.hotspot = -1};
    double in_tasks = 0;
    for (int i = 0; i < r->n_steps; i++) {
        s.busy += r->steps[i].busy;
        in_tasks += r->steps[i].serial;
        if (r->steps[i].tasks && (s.hotspot < 0 || r->steps[i].busy > r->steps[s.hotspot].busy))
            s.hotspot = i;
    }
    for (int w = 0; w < r->n_threads; w++)
        s.waiting += r->threads[w].waited;
    double outside = r->wall > r->pass_wall ? r->wall - r->pass_wall : 0;
    s.serial = outside + in_tasks;
    s.parallel = s.busy > in_tasks ? s.busy - in_tasks : 0;
    s.p = s.serial + s.parallel > 0 ? s.parallel / (s.serial + s.parallel) : 0;
    s.other = r->wall * plan->threads - s.busy;
    s.utilisation = r->wall > 0 ? s.busy / (r->wall * plan->threads) : 0;
    return s;
}

double qb_report_amdahl(double p, double threads)
{
    return 1 / ((1 - p) + (threads > 0 ? p / threads : 0));
}

double qb_report_fraction(const QbStepTime *t)
{
    return t->busy > 0 ? (t->busy - (t->serial < t->busy ? t->serial : t->busy)) / t->busy : 0;
}

double qb_report_planned(const QbStep *step, const QbStepTime *t)
{
    return 1e-9 * step->cost * (double)t->voxels;
}

void qb_report_advice(const QbStep *step, const QbStepTime *t, QbText *out)
{
    double f = qb_report_fraction(t);
    if (f < 0.9)
        qb_text_addf(out, "%s is %.0f %% serial: no more than %.1f× from more cores", step->label,
                     100 * (1 - f), qb_report_amdahl(f, 0));
    else
        qb_text_addf(out, "%s runs in parallel: more cores make it faster", step->label);
}

const char *qb_report_image(const QbPlan *plan, int step)
{
    const QbStep *s = step >= 0 && step < plan->n_steps ? &plan->steps[step] : NULL;
    const char *path = s && s->kind == QB_STEP_SOURCE ? qb_op_path(s->op, s->params) : NULL;
    for (int k = 0; s && !path && k < s->n_in; k++)
        path = qb_report_image(plan, s->in[k]);
    return path;
}

void qb_report_errors(const QbReportInfo *info, QbText *out)
{
    int line, column;
    if (info->status)
        qb_text_addf(out, "failed with exit status %d\n", info->status);
    for (int k = 0; k < info->n_errors; k++) {
        const QbReportError *e = &info->errors[k];
        if (e->span.source) {
            qb_source_place(e->span.source, e->span.lo, &line, &column);
            qb_text_addf(out, "%s:%d:%d: ", e->span.source->name, line, column);
        }
        qb_text_add(out, e->message);
        if (e->image)
            qb_text_addf(out, " (image %s)", e->image);
        qb_text_add(out, "\n");
    }
}

void qb_report_verdict(const QbPlan *plan, const QbRunResult *r, QbText *out)
{
    QbReportSums s = qb_report_sum(plan, r);
    qb_text_addf(out, "%.2f s on %d thread%s, p = %.2f", r->wall, plan->threads,
                 plan->threads == 1 ? "" : "s", s.p);
    if (s.hotspot >= 0)
        qb_text_addf(out, "; %s is the hotspot (%.0f %%)", plan->steps[s.hotspot].label,
                     s.busy > 0 ? 100 * r->steps[s.hotspot].busy / s.busy : 0);
    qb_text_addf(out, "; 8 cores would give %.1f×\n", qb_report_amdahl(s.p, 8));
}

static void table_row(const QbPlan *plan, const QbRunResult *r, const QbReportSums *s, int i,
                      QbText *out)
{
    const QbStep *step = &plan->steps[i];
    const QbStepTime *t = &r->steps[i];
    int line = 0, column = 0;
    if (step->span.source)
        qb_source_place(step->span.source, step->span.lo, &line, &column);
    qb_text_addf(out, "%-24s %6d %9.3f %9.3f %9.3f %9.3f %8lld %11lld %9.0f %6.1f %9.3f %8.2f\n",
                 step->label, line, t->first < 0 ? 0 : t->last - t->first,
                 qb_report_planned(step, t), t->busy, t->cpu, (long long)t->tasks,
                 (long long)t->voxels, t->busy > 0 ? 1e-6 * (double)t->voxels / t->busy : 0,
                 s->busy > 0 ? 100 * t->busy / (r->wall * plan->threads) : 0, t->serial,
                 qb_report_fraction(t));
}

void qb_report_table(const QbPlan *plan, const QbRunResult *r, QbText *out)
{
    QbReportSums s = qb_report_sum(plan, r);
    qb_text_addf(out, "%-24s %6s %9s %9s %9s %9s %8s %11s %9s %6s %9s %8s\n", "node", "line",
                 "wall s", "planned s", "busy s", "cpu s", "tasks", "voxels", "Mvoxel/s", "share",
                 "serial s", "parallel");
    for (int i = 0; i < r->n_steps; i++)
        if (r->steps[i].tasks)
            table_row(plan, r, &s, i, out);
    qb_text_addf(out, "%-24s %6s %9s %9s %9.3f %9s %8s %11s %9s %6.1f\n", "other", "", "", "",
                 s.other, "", "", "", "",
                 r->wall > 0 ? 100 * s.other / (r->wall * plan->threads) : 0);
    qb_text_addf(out,
                 "wall %.3f s, cpu %.3f s, serial %.3f s, waiting %.3f s, utilisation %.0f %%, "
                 "recomputation %.2f\n",
                 r->wall, r->cpu, s.serial, s.waiting, 100 * s.utilisation,
                 qb_plan_recompute(plan));
    qb_text_addf(
        out, "memory %zu MiB, %.0f %% of the %zu MiB that were predicted, budget %zu MiB\n",
        r->peak >> 20, plan->predicted ? 100 * (double)r->peak / (double)plan->predicted : 0,
        plan->predicted >> 20, plan->budget >> 20);
    qb_text_addf(out, "read %lld pages, %lld bytes; wrote %lld bytes\nspeed-up after Amdahl:",
                 (long long)r->pages_read, (long long)r->bytes_read, (long long)r->bytes_written);
    for (int t = 1; t <= 64; t *= 2)
        qb_text_addf(out, " %d: %.2f×%s", t, qb_report_amdahl(s.p, t), t < 64 ? "," : "");
    if (s.p < 1)
        qb_text_addf(out, ", ∞: %.1f×", qb_report_amdahl(s.p, 0));
    qb_text_add(out, "\n");
}
