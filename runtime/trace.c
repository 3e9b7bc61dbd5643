/* The tasks of a run in Chrome's trace-event format (chrome://tracing, Perfetto): complete events in microseconds, one row
 * for each thread, and one for the passes. Written piece by piece: a long run has many tasks. */
#include "runtime/report.h"

#include <string.h>

#define PIECE (1 << 16) /* bytes gathered before they are written */

typedef struct Trace {
    FILE *f;
    QbText t;
    bool ok, any;
} Trace;

static void flush(Trace *tr, size_t above)
{
    if (tr->t.n <= above)
        return;
    tr->ok = tr->ok && fwrite(tr->t.s, 1, tr->t.n, tr->f) == tr->t.n;
    tr->t.n = 0;
}

static void begin(Trace *tr, const char *name, const char *phase, int thread)
{
    flush(tr, PIECE);
    qb_text_add(&tr->t, tr->any ? ",\n{\"name\": " : "\n{\"name\": ");
    tr->any = true;
    qb_text_add_json(&tr->t, name);
    qb_text_addf(&tr->t, ", \"ph\": \"%s\", \"pid\": 1, \"tid\": %d", phase, thread);
}

static void span(Trace *tr, double start, double end)
{
    qb_text_addf(&tr->t, ", \"ts\": %.3f, \"dur\": %.3f", 1e6 * start,
                 1e6 * (end > start ? end - start : 0));
}

static void row_name(Trace *tr, const char *what, int thread, const char *name)
{
    begin(tr, what, "M", thread);
    qb_text_add(&tr->t, ", \"args\": {\"name\": ");
    qb_text_add_json(&tr->t, name);
    qb_text_add(&tr->t, "}}");
}

static void names(Trace *tr, const QbRunResult *r, const QbReportInfo *info)
{
    QbText t = {0};
    qb_text_addf(&t, "qbic run %s", info->pipeline);
    row_name(tr, "process_name", 0, t.s);
    row_name(tr, "thread_name", 0, "run");
    for (int w = 0; w < r->n_threads; w++) {
        t.n = 0;
        qb_text_addf(&t, "thread %d", w + 1);
        row_name(tr, "thread_name", w + 1, t.s);
    }
    qb_text_free(&t);
}

static void stage(Trace *tr, const char *name, double start, double end)
{
    begin(tr, name, "X", 0);
    qb_text_add(&tr->t, ", \"cat\": \"run\"");
    span(tr, start, end);
    qb_text_add(&tr->t, "}");
}

static void stages(Trace *tr, const QbRunResult *r)
{
    char name[32];
    stage(tr, "prepare", 0, r->began);
    for (int k = 0; k < r->n_passes; k++) {
        snprintf(name, sizeof(name), "pass %d", k + 1);
        stage(tr, name, r->passes[k].start, r->passes[k].end);
    }
    stage(tr, "finish", r->n_passes ? r->passes[r->n_passes - 1].end : r->began, r->wall);
}

static void task(Trace *tr, const QbPlan *plan, const QbTaskNote *n, int thread)
{
    begin(tr, plan->steps[n->step].label, "X", thread);
    qb_text_add(&tr->t, n->merge ? ", \"cat\": \"merge\"" : ", \"cat\": \"task\"");
    span(tr, n->start, n->end);
    qb_text_addf(&tr->t,
                 ", \"args\": {\"node\": %d, \"axis0\": [%lld, %lld], \"axis1\": [%lld, %lld], "
                 "\"voxels\": %lld, \"bytes\": %lld}}",
                 n->step, (long long)n->i[0], (long long)n->i[1], (long long)n->y[0],
                 (long long)n->y[1], (long long)n->voxels, (long long)n->bytes);
}

bool qb_trace_write(const QbPlan *plan, const QbRunResult *r, const QbReportInfo *info, FILE *f)
{
    Trace tr = {.f = f, .ok = true};
    int64_t left_out = 0;
    qb_text_add(&tr.t, "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [");
    names(&tr, r, info);
    stages(&tr, r);
    for (int w = 0; w < r->n_threads; w++) {
        for (int64_t k = 0; k < r->threads[w].n_notes; k++)
            task(&tr, plan, &r->threads[w].notes[k], w + 1);
        left_out += r->threads[w].left_out;
    }
    for (int k = 0; k < r->n_samples; k++) {
        begin(&tr, "memory", "C", 0);
        qb_text_addf(&tr.t, ", \"ts\": %.3f, \"args\": {\"resident\": %zu}}",
                     1e6 * r->samples[k].at, r->samples[k].bytes);
    }
    qb_text_addf(&tr.t, "\n], \"otherData\": {\"tasks_left_out\": %lld}}\n", (long long)left_out);
    flush(&tr, 0);
    qb_text_free(&tr.t);
    return tr.ok;
}
