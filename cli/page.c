/* Puts the page together: the document and the chart library (made into the program by the build) around the data of a run.
 * The page shows; all numbers come from the report. */
#include "cli/page.h"

#include <stdlib.h>
#include <string.h>

#include "cli/graphviz.h"
#include "compiler/graph.h"

extern const unsigned char qb_page_html[], qb_page_sweep[],
    qb_page_chart[]; /* NUL-terminated; gen/page.c */

/* Inside a script element no '<' may stand; in JSON it only stands in strings, where it may be escaped. */
static bool put_json(const char *json, FILE *f)
{
    for (const char *s = json ? json : "null"; *s;) {
        size_t n = strcspn(s, "<");
        if (fwrite(s, 1, n, f) != n)
            return false;
        s += n;
        if (*s == '<' && fputs("\\u003c", f) < 0)
            return false;
        s += *s == '<';
    }
    return true;
}

bool qb_page_write(const QbPage *p, FILE *f)
{
    static const char *const marks[] = {"@CHART@", "@REPORT@", "@EXTRA@", "@SCALE@"};
    const char *const parts[] = {NULL, p->report, p->extra ? p->extra : "{}", p->scale};
    const char *at = (const char *)qb_page_html;
    bool ok = true;
    for (int k = 0; k < QB_COUNT(marks) && ok; k++) {
        const char *mark = strstr(at, marks[k]);
        QB_CHECK(mark);
        ok = fwrite(at, 1, (size_t)(mark - at), f) == (size_t)(mark - at);
        ok = ok && (k == 0 ? fputs((const char *)qb_page_chart, f) >= 0 : put_json(parts[k], f));
        at = mark + strlen(marks[k]);
    }
    return ok && fputs(at, f) >= 0;
}

bool qb_page_write_sweep(const char *data, FILE *f)
{
    const char *page = (const char *)qb_page_sweep, *chart = strstr(page, "@CHART@"),
               *at = strstr(page, "@DATA@");
    QB_CHECK(chart && at && chart < at);
    size_t head = (size_t)(chart - page), between = (size_t)(at - chart) - strlen("@CHART@");
    return fwrite(page, 1, head, f) == head && fputs((const char *)qb_page_chart, f) >= 0 &&
           fwrite(chart + strlen("@CHART@"), 1, between, f) == between && put_json(data, f) &&
           fputs(at + strlen("@DATA@"), f) >= 0;
}

/* ---- what a run knows beside its report ------------------------------------------------------------- */

/* Seven numbers a task: start and length in microseconds, step, axis 0, rows, voxels. */
static void add_threads(const QbRunResult *r, QbText *out)
{
    int64_t left_out = 0;
    qb_text_add(out, "\"threads\": [");
    for (int w = 0; w < r->n_threads; w++) {
        qb_text_add(out, w ? ", [" : "[");
        for (int64_t k = 0; k < r->threads[w].n_notes; k++) {
            const QbTaskNote *n = &r->threads[w].notes[k];
            qb_text_addf(out, "%s%.1f,%.1f,%d,%lld,%lld,%lld,%lld", k ? "," : "", 1e6 * n->start,
                         1e6 * (n->end - n->start), n->step, (long long)n->i[0], (long long)n->i[1],
                         (long long)(n->y[1] - n->y[0]), (long long)n->voxels);
        }
        qb_text_add(out, "]");
        left_out += r->threads[w].left_out;
    }
    qb_text_addf(out, "], \"left_out\": %lld, ", (long long)left_out);
}

static void add_memory(const QbRunResult *r, QbText *out)
{
    qb_text_add(out, "\"memory\": [");
    for (int k = 0; k < r->n_samples; k++)
        qb_text_addf(out, "%s[%.6f, %zu]", k ? ", " : "", r->samples[k].at, r->samples[k].bytes);
    qb_text_add(out, "], ");
}

static void add_heads(const QbRunResult *r, int head_rows, QbText *out)
{
    int n = 0;
    qb_text_add(out, "\"heads\": [");
    for (int k = 0; k < r->n_outputs; k++) {
        if (!r->outputs[k].head)
            continue;
        qb_text_add(out, n++ ? ", {\"path\": " : "{\"path\": ");
        qb_text_add_json(out, r->outputs[k].path);
        qb_text_add(out, ", \"text\": ");
        qb_text_add_json(out, r->outputs[k].head);
        qb_text_addf(out, ", \"rows\": %lld, \"shown\": %d}", (long long)r->outputs[k].rows,
                     head_rows);
    }
    qb_text_add(out, "], ");
}

static void add_graph(const QbPlan *plan, QbText *out)
{
    QbText dot = {0}, svg = {0};
    int n = 0;
    qb_graph_dot(plan->dag, &dot);
    qb_text_add(out, "\"step_node\": [");
    for (int i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].node >= 0)
            qb_text_addf(out, "%s[%d, %d]", n++ ? ", " : "", i, plan->steps[i].node);
    qb_text_add(out, "], \"graph\": ");
    if (qb_graphviz_text(&dot, "svg", &svg))
        qb_text_add_json(out, svg.s);
    else
        qb_text_add(out, "null");
    qb_text_free(&dot);
    qb_text_free(&svg);
}

void qb_page_extra(const QbPlan *plan, const QbRunResult *r, int head_rows, QbText *out)
{
    qb_text_add(out, "{");
    add_threads(r, out);
    add_memory(r, out);
    add_heads(r, head_rows, out);
    add_graph(plan, out);
    qb_text_add(out, "}");
}
