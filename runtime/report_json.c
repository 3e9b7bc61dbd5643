/* The timing report as one JSON object; docs/report.schema.json says what stands in it. */
#include "runtime/report_parts.h"

#include "runtime/imgio.h"

#include <string.h>

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

static const char *own_path(const QbStep *s)
{
    return s->kind == QB_STEP_SOURCE ? qb_op_path(s->op, s->params) : NULL;
}

/* What the header of an input says; null where it is no image, or none any more. */
static void input_json(const char *path, QbText *out)
{
    QbReadSpec spec = {.path = path, .page = -1, .channel = -1, .time = -1};
    QbImageInfo i;
    QbErr err = {0};
    words(out, "path", path, ", ");
    if (!qb_image_info(&spec, &i, &err)) {
        qb_text_add(out,
                    "\"shape\": null, \"type\": null, \"voxel_size_um\": null, \"pages\": null, "
                    "\"compression\": null, \"bytes\": null}");
        return;
    }
    bool known = true;
    for (int u = 0; u < i.type.rank; u++) {
        qb_text_addf(out, "%s%lld", u ? ", " : "\"shape\": [",
                     (long long)i.type.n[qb_axis(i.type.rank, u)]);
        known = known && i.type.spacing[qb_axis(i.type.rank, u)] > 0;
    }
    qb_text_add(out, "], ");
    words(out, "type", qb_pix_info[i.type.pix].name, ", \"voxel_size_um\": ");
    for (int u = 0; known && u < i.type.rank; u++)
        qb_text_addf(out, "%s%.9g", u ? ", " : "[", i.type.spacing[qb_axis(i.type.rank, u)]);
    qb_text_add(out, known ? "], " : "null, ");
    whole(out, "pages", i.pages, ", ");
    words(out, "compression", i.compression, ", ");
    whole(out, "bytes", i.file_bytes, "}");
}

/* The files that sources of the plan open, each once. */
static void inputs_json(const QbPlan *plan, QbText *out)
{
    int n = 0;
    qb_text_add(out, "  \"inputs\": [");
    for (int i = 0; i < plan->n_steps; i++) {
        const char *path = own_path(&plan->steps[i]);
        bool seen = !path;
        for (int k = 0; !seen && k < i; k++) {
            const char *other = own_path(&plan->steps[k]);
            seen = other && !strcmp(other, path);
        }
        if (seen)
            continue;
        qb_text_add(out, n++ ? ",\n    {" : "\n    {");
        input_json(path, out);
    }
    qb_text_add(out, n ? "\n  ],\n" : "],\n");
}

static void error_json(const QbReportError *e, QbText *out)
{
    int line = 0, column = 0;
    if (e->span.source)
        qb_source_place(e->span.source, e->span.lo, &line, &column);
    words(out, "code", e->code, ", ");
    words(out, "message", e->message, ", ");
    words(out, "file", e->span.source ? e->span.source->name : "", ", ");
    whole(out, "line", line, ", ");
    whole(out, "column", column, ", ");
    if (e->node >= 0)
        whole(out, "node", e->node, ", ");
    else
        qb_text_add(out, "\"node\": null, ");
    if (e->image)
        words(out, "image", e->image, "}");
    else
        qb_text_add(out, "\"image\": null}");
}

static void errors_json(const QbReportInfo *info, QbText *out)
{
    qb_text_add(out, "  ");
    whole(out, "status", info->status, ",\n  \"errors\": [");
    for (int k = 0; k < info->n_errors; k++) {
        qb_text_add(out, k ? ",\n    {" : "\n    {");
        error_json(&info->errors[k], out);
    }
    qb_text_add(out, info->n_errors ? "\n  ],\n" : "],\n");
}

static void run_json(const QbPlan *plan, const QbRunResult *r, const QbReportSums *s, QbText *out)
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

static void amdahl_json(const QbReportSums *s, QbText *out)
{
    qb_text_add(out, "  \"amdahl\": [");
    for (int t = 1; t <= 64; t *= 2) {
        qb_text_addf(out, "%s{\"threads\": %d, ", t > 1 ? ", " : "", t);
        field(out, "speedup", qb_report_amdahl(s->p, t), "}");
    }
    qb_text_add(out, ", {\"threads\": \"inf\", ");
    field(out, "speedup", s->p < 1 ? qb_report_amdahl(s->p, 0) : 1e300 * 1e300, "}],\n");
}

static void hotspot_json(const QbPlan *plan, const QbRunResult *r, const QbReportSums *s,
                         QbText *out)
{
    qb_text_add(out, "  \"hotspot\": ");
    if (s->hotspot < 0) {
        qb_text_add(out, "null,\n");
        return;
    }
    QbText advice = {0};
    qb_report_advice(&plan->steps[s->hotspot], &r->steps[s->hotspot], &advice);
    qb_text_add(out, "{");
    whole(out, "node", s->hotspot, ", ");
    field(out, "share", s->busy > 0 ? r->steps[s->hotspot].busy / s->busy : 0, ", ");
    words(out, "advice", advice.s, "},\n");
    qb_text_free(&advice);
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
    field(out, "parallel_fraction", qb_report_fraction(t), ", ");
    whole(out, "tasks", t->tasks, ", ");
    whole(out, "voxels", t->voxels, ", ");
    whole(out, "bytes", t->bytes, ", ");
    field(out, "voxels_per_s", t->busy > 0 ? (double)t->voxels / t->busy : 0, ", ");
    field(out, "planned_s", qb_report_planned(step, t), ", ");
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
        words(out, "kind", r->outputs[i].kind, ", ");
        if (!strcmp(r->outputs[i].kind, "table"))
            whole(out, "rows", r->outputs[i].rows, "}");
        else
            qb_text_add(out, "\"rows\": null}");
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
    QbReportSums s = qb_report_sum(plan, r);
    qb_text_add(out, "{\n  \"schema\": 1,\n  \"pipeline\": {");
    words(out, "file", info->pipeline, ", ");
    words(out, "sha256", info->sha256, "},\n");
    errors_json(info, out);
    params_json(plan->dag, out);
    inputs_json(plan, out);
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
