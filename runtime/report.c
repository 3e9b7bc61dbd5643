/* The timing report: what each node took, how much of the run could only be done by one thread, and what more threads would
 * buy after Amdahl (1967): S(s) = 1 / ((1 − p) + p / s). Only measured times go in; nothing here measures. */
#include "runtime/report.h"

#include "runtime/parts.h"

#include <string.h>

typedef struct Sums {
    double busy, serial, parallel, p, other, waiting, utilisation;
    int hotspot; /* step, or −1 */
} Sums;

static Sums sum_up(const QbPlan *plan, const QbRunResult *r)
{
    Sums s = {.hotspot = -1};
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

static double amdahl(double p, double threads)
{
    return 1 / ((1 - p) + (threads > 0 ? p / threads : 0));
}

static double step_fraction(const QbStepTime *t)
{
    return t->busy > 0 ? (t->busy - (t->serial < t->busy ? t->serial : t->busy)) / t->busy : 0;
}

static void key(QbText *out, const char *name)
{
    qb_text_add_json(out, name);
    qb_text_add(out, ": ");
}

static void field(QbText *out, const char *name, double v, const char *after)
{
    key(out, name);
    if (v != v || v > 1.7e308 || v < -1.7e308)
        qb_text_add(out, "null");
    else
        qb_text_addf(out, "%.9g", v);
    qb_text_add(out, after);
}

static void whole(QbText *out, const char *name, int64_t v, const char *after)
{
    key(out, name);
    qb_text_addf(out, "%lld%s", (long long)v, after);
}

static void words(QbText *out, const char *name, const char *v, const char *after)
{
    key(out, name);
    qb_text_add_json(out, v ? v : "");
    qb_text_add(out, after);
}

static void params_json(const QbDag *g, QbText *out)
{
    qb_text_add(out, "  \"params\": [");
    for (int i = 0; i < g->n_param_values; i++) {
        const QbParamValue *v = &g->param_values[i];
        qb_text_add(out, i ? ",\n    {" : "\n    {");
        words(out, "name", v->name, ", ");
        words(out, "value", v->value, ", ");
        words(out, "from", v->from, "}");
    }
    qb_text_add(out, g->n_param_values ? "\n  ],\n" : "],\n");
}

static void run_json(const QbPlan *plan, const QbRunResult *r, const Sums *s, QbText *out)
{
    qb_text_add(out, "  \"run\": {");
    field(out, "wall_s", r->wall, ", ");
    field(out, "cpu_s", r->cpu, ", ");
    whole(out, "threads", plan->threads, ", ");
    field(out, "serial_s", s->serial, ", ");
    field(out, "parallel_s", s->parallel, ", ");
    field(out, "parallel_fraction", s->p, ", ");
    field(out, "utilisation", s->utilisation, ", ");
    field(out, "other_s", s->other, ", ");
    field(out, "waiting_s", s->waiting, ",\n    ");
    whole(out, "pages_read", r->pages_read, ", ");
    whole(out, "bytes_read", r->bytes_read, ", ");
    whole(out, "bytes_written", r->bytes_written, ", ");
    qb_text_add(out, "\"memory\": {");
    whole(out, "budget", (int64_t)plan->budget, ", ");
    whole(out, "predicted", (int64_t)plan->predicted, ", ");
    whole(out, "peak", (int64_t)r->peak, "}, ");
    field(out, "recompute", qb_plan_recompute(plan), ", ");
    whole(out, "voxels", r->voxels, "},\n");
}

static void threads_json(const QbRunResult *r, QbText *out)
{
    qb_text_add(out, "  \"threads\": [");
    for (int w = 0; w < r->n_threads; w++) {
        const QbThreadTime *t = &r->threads[w];
        qb_text_add(out, w ? ",\n    {" : "\n    {");
        field(out, "busy_s", t->busy, ", ");
        field(out, "cpu_s", t->cpu, ", ");
        field(out, "waiting_s", t->waited, ", ");
        whole(out, "tasks", t->tasks, "}");
    }
    qb_text_add(out, "\n  ],\n");
}

static void amdahl_json(const Sums *s, QbText *out)
{
    qb_text_add(out, "  \"amdahl\": [");
    for (int t = 1; t <= 64; t *= 2) {
        qb_text_addf(out, "%s{\"threads\": %d, ", t > 1 ? ", " : "", t);
        field(out, "speedup", amdahl(s->p, t), "}");
    }
    qb_text_add(out, ", {\"threads\": \"inf\", ");
    field(out, "speedup", s->p < 1 ? amdahl(s->p, 0) : 1e300 * 1e300, "}],\n");
}

static void advice_text(const QbStep *step, const QbStepTime *t, QbText *out)
{
    double f = step_fraction(t);
    if (f < 0.9)
        qb_text_addf(out, "%s is %.0f %% serial: no more than %.1f× from more cores", step->label,
                     100 * (1 - f), amdahl(f, 0));
    else
        qb_text_addf(out, "%s runs in parallel: more cores make it faster", step->label);
}

static void hotspot_json(const QbPlan *plan, const QbRunResult *r, const Sums *s, QbText *out)
{
    qb_text_add(out, "  \"hotspot\": ");
    if (s->hotspot < 0) {
        qb_text_add(out, "null,\n");
        return;
    }
    QbText advice = {0};
    advice_text(&plan->steps[s->hotspot], &r->steps[s->hotspot], &advice);
    qb_text_add(out, "{");
    whole(out, "node", s->hotspot, ", ");
    field(out, "share", s->busy > 0 ? r->steps[s->hotspot].busy / s->busy : 0, ", ");
    words(out, "advice", advice.s, "},\n");
    qb_text_free(&advice);
}

/* Seconds inside tasks that the voxels were to take on one thread. */
static double planned(const QbStep *step, const QbStepTime *t)
{
    return 1e-9 * step->cost * (double)t->voxels;
}

static void node_json(const QbStep *step, const QbStepTime *t, QbText *out)
{
    int line = 0, column = 0;
    if (step->span.source)
        qb_source_place(step->span.source, step->span.lo, &line, &column);
    qb_text_add(out, "    {");
    whole(out, "id", step->id, ", ");
    words(out, "op", step->label, ", ");
    words(out, "file", step->span.source ? step->span.source->name : "", ", ");
    whole(out, "line", line, ", ");
    whole(out, "column", column, ", ");
    field(out, "wall_s", t->first < 0 ? 0 : t->last - t->first, ", ");
    field(out, "busy_s", t->busy, ", ");
    field(out, "cpu_s", t->cpu, ", ");
    field(out, "serial_s", t->serial, ", ");
    field(out, "parallel_s", t->busy > t->serial ? t->busy - t->serial : 0, ", ");
    field(out, "parallel_fraction", step_fraction(t), ", ");
    whole(out, "tasks", t->tasks, ", ");
    whole(out, "voxels", t->voxels, ", ");
    whole(out, "bytes", t->bytes, ", ");
    field(out, "voxels_per_s", t->busy > 0 ? (double)t->voxels / t->busy : 0, ", ");
    field(out, "planned_s", planned(step, t), ", ");
    field(out, "recompute", step->recompute, "}");
}

static void outputs_json(const QbRunResult *r, QbText *out)
{
    int n = 0;
    qb_text_add(out, "  \"outputs\": [");
    for (int i = 0; i < r->n_outputs; i++) {
        if (!r->outputs[i].path)
            continue;
        qb_text_add(out, n++ ? ",\n    {" : "\n    {");
        words(out, "path", r->outputs[i].path, ", ");
        whole(out, "bytes", r->outputs[i].bytes, ", ");
        words(out, "kind", r->outputs[i].kind, "}");
    }
    qb_text_add(out, n ? "\n  ],\n" : "],\n");
}

static void passes_json(const QbDag *g, QbText *out)
{
    qb_text_add(out, "  \"passes\": [");
    for (int i = 0; i < g->n_passes; i++) {
        qb_text_add(out, i ? ",\n    {" : "\n    {");
        words(out, "name", g->passes[i].name, ", ");
        whole(out, "changed", g->passes[i].changed, ", ");
        words(out, "why", g->passes[i].why, "}");
    }
    qb_text_add(out, g->n_passes ? "\n  ]\n" : "]\n");
}

void qb_report_json(const QbPlan *plan, const QbRunResult *r, const QbReportInfo *info, QbText *out)
{
    Sums s = sum_up(plan, r);
    qb_text_add(out, "{\n  \"schema\": 1,\n  \"pipeline\": {");
    words(out, "file", info->pipeline, ", ");
    words(out, "sha256", info->sha256, "},\n");
    params_json(plan->dag, out);
    run_json(plan, r, &s, out);
    threads_json(r, out);
    amdahl_json(&s, out);
    hotspot_json(plan, r, &s, out);
    qb_text_add(out, "  \"nodes\": [");
    int n = 0;
    for (int i = 0; i < r->n_steps; i++) {
        if (!r->steps[i].tasks)
            continue;
        qb_text_add(out, n++ ? ",\n" : "\n");
        node_json(&plan->steps[i], &r->steps[i], out);
    }
    qb_text_add(out, n ? "\n  ],\n" : "],\n");
    outputs_json(r, out);
    passes_json(plan->dag, out);
    qb_text_add(out, "}\n");
}

void qb_report_verdict(const QbPlan *plan, const QbRunResult *r, QbText *out)
{
    Sums s = sum_up(plan, r);
    qb_text_addf(out, "%.2f s on %d thread%s, p = %.2f", r->wall, plan->threads,
                 plan->threads == 1 ? "" : "s", s.p);
    if (s.hotspot >= 0)
        qb_text_addf(out, "; %s is the hotspot (%.0f %%)", plan->steps[s.hotspot].label,
                     s.busy > 0 ? 100 * r->steps[s.hotspot].busy / s.busy : 0);
    qb_text_addf(out, "; 8 cores would give %.1f×\n", amdahl(s.p, 8));
}

static void table_row(const QbPlan *plan, const QbRunResult *r, const Sums *s, int i, QbText *out)
{
    const QbStep *step = &plan->steps[i];
    const QbStepTime *t = &r->steps[i];
    int line = 0, column = 0;
    if (step->span.source)
        qb_source_place(step->span.source, step->span.lo, &line, &column);
    qb_text_addf(out, "%-24s %6d %9.3f %9.3f %9.3f %9.3f %8lld %11lld %9.0f %6.1f %9.3f %8.2f\n",
                 step->label, line, t->first < 0 ? 0 : t->last - t->first, planned(step, t),
                 t->busy, t->cpu, (long long)t->tasks, (long long)t->voxels,
                 t->busy > 0 ? 1e-6 * (double)t->voxels / t->busy : 0,
                 s->busy > 0 ? 100 * t->busy / (r->wall * plan->threads) : 0, t->serial,
                 step_fraction(t));
}

void qb_report_table(const QbPlan *plan, const QbRunResult *r, QbText *out)
{
    Sums s = sum_up(plan, r);
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
        qb_text_addf(out, " %d: %.2f×%s", t, amdahl(s.p, t), t < 64 ? "," : "");
    if (s.p < 1)
        qb_text_addf(out, ", ∞: %.1f×", amdahl(s.p, 0));
    qb_text_add(out, "\n");
}
