/* Puts the page together: the document and the chart library (made into the program by the build) around the data of a run.
 * The page shows; all numbers come from the report. */
#include "cli/page.h"

#include <string.h>

#include "cli/graphviz.h"
#include "compiler/graph.h"

/* NUL-terminated; gen/page.c */
extern const unsigned char qb_page_html[], qb_page_style[], qb_page_script[], qb_page_timeline[],
    qb_page_sweep[], qb_page_chart[];

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

/* The document's marks, in its order, and what takes their place. */
bool qb_page_write(const QbPage *p, FILE *f)
{
    const struct {
        const char *mark;
        const unsigned char *text; /* as it is; or: */
        const char *json;
    } parts[] = {
        {"@STYLE@", qb_page_style, NULL},
        {"@CHART@", qb_page_chart, NULL},
        {"@REPORT@", NULL, p->report},
        {"@EXTRA@", NULL, p->extra ? p->extra : "{}"},
        {"@SCALE@", NULL, p->scale},
        {"@SCRIPT@", qb_page_script, NULL},
        {"@TIMELINE@", qb_page_timeline, NULL},
    };
    const char *at = (const char *)qb_page_html;
    bool ok = true;
    for (int k = 0; k < QB_COUNT(parts) && ok; k++) {
        const char *mark = strstr(at, parts[k].mark);
        QB_CHECK(mark);
        ok = fwrite(at, 1, (size_t)(mark - at), f) == (size_t)(mark - at);
        ok = ok && (parts[k].text ? fputs((const char *)parts[k].text, f) >= 0
                                  : put_json(parts[k].json, f));
        at = mark + strlen(parts[k].mark);
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

static void add_heads(const QbRunResult *r, QbText *out)
{
    int n = 0;
    qb_text_add(out, "\"heads\": [");
    for (int k = 0; k < r->n_outputs; k++) {
        if (!r->outputs[k].cells)
            continue;
        qb_text_add(out, n++ ? ", {\"path\": " : "{\"path\": ");
        qb_text_add_json(out, r->outputs[k].path);
        qb_text_addf(out, ", \"table\": %s}", r->outputs[k].cells);
    }
    qb_text_add(out, "], ");
}

/* Of a volume the slice that is shown, as runtime/thumb.h says: the middle one. */
static int64_t slice_of(const QbPlan *plan, int output)
{
    const QbType *t = &qb_dag_at(plan->dag, plan->dag->outputs[output].node)->type;
    return t->rank == 3 && plan->dag->outputs[output].format != QB_FORMAT_PNG ? t->n[0] / 2 : -1;
}

static void add_pictures(const QbPlan *plan, const QbRunResult *r, QbText *out)
{
    int n = 0;
    qb_text_add(out, "\"pictures\": [");
    for (int k = 0; k < r->n_outputs; k++) {
        const QbText *png = &r->outputs[k].thumb;
        if (!png->n)
            continue;
        qb_text_add(out, n++ ? ", {\"path\": " : "{\"path\": ");
        qb_text_add_json(out, r->outputs[k].path);
        qb_text_addf(out, ", \"slice\": %lld, \"png\": \"", (long long)slice_of(plan, k));
        qb_text_add_base64(out, png->s, png->n);
        qb_text_add(out, "\"}");
    }
    qb_text_add(out, "], ");
}

static void add_sizes(const QbRunResult *r, QbText *out)
{
    qb_text_add(out, "\"sizes\": [");
    for (int k = 0; k < r->n_sizes; k++) {
        const QbSizes *s = &r->sizes[k];
        qb_text_add(out, k ? ", {\"name\": " : "{\"name\": ");
        qb_text_add_json(out, s->name);
        qb_text_addf(out,
                     ", \"objects\": %lld, \"smallest\": %lld, \"largest\": %lld, \"mean\": %.9g, "
                     "\"median\": %.9g, \"edges\": [",
                     (long long)s->n, (long long)s->smallest, (long long)s->largest, s->mean,
                     s->median);
        for (int b = 0; b <= s->n_bins; b++)
            qb_text_addf(out, "%s%lld", b ? ", " : "", (long long)s->edge[b]);
        qb_text_add(out, "], \"counts\": [");
        for (int b = 0; b < s->n_bins; b++)
            qb_text_addf(out, "%s%lld", b ? ", " : "", (long long)s->bin[b]);
        qb_text_add(out, "]}");
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

void qb_page_extra(const QbPlan *plan, const QbRunResult *r, QbText *out)
{
    qb_text_add(out, "{");
    add_threads(r, out);
    add_memory(r, out);
    add_heads(r, out);
    add_pictures(plan, r, out);
    add_sizes(r, out);
    add_graph(plan, out);
    qb_text_add(out, "}");
}
