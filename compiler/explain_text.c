/* The story of the passes as text for people, and as JSON, one pass a line. */
#include "compiler/explain.h"

#include <string.h>

/* Adds `s`, and spaces up to a width counted in characters. */
static void add_padded(QbText *out, const char *s, int width)
{
    int n = 0;
    for (const char *c = s; *c; c++)
        n += (*c & 0xC0) != 0x80;
    qb_text_addf(out, "%s%*s", s, n < width ? width - n : 0, "");
}

static int line_number(QbSpan span)
{
    int line = 0, column = 0;
    if (span.source)
        qb_source_place(span.source, span.lo, &line, &column);
    return line;
}

/* "line 7", or "tools.qbi:7" of another file. */
static void add_place(const QbDag *g, QbSpan span, QbText *out)
{
    if (span.source && g->n_sources && span.source != g->sources[0])
        qb_text_addf(out, "%s:%d", span.source->name, line_number(span));
    else
        qb_text_addf(out, "line %d", line_number(span));
}

static int width_of(const QbExplainStage *s)
{
    int width = 20;
    for (int i = 0; i < s->n_lines; i++) {
        int n = (int)strlen(s->lines[i].text);
        width = n > width ? n : width;
    }
    return width < 56 ? width : 56;
}

static void add_line(const QbDag *g, const QbExplainLine *l, int width, QbText *out)
{
    qb_text_addf(out, "  %c %3d  ", l->mark, l->number);
    add_padded(out, l->text, width);
    qb_text_add(out, "  ");
    add_padded(out, l->type, 24);
    qb_text_add(out, "  ");
    add_place(g, l->span, out);
    if (l->name)
        qb_text_addf(out, ", %s", l->name);
    if (l->origin)
        qb_text_addf(out, ", for %s", l->origin);
    qb_text_add(out, "\n");
}

static void add_lines(const QbDag *g, const QbExplainStage *s, QbText *out)
{
    int width = width_of(s);
    for (int i = 0; i < s->n_gone; i++)
        add_line(g, &s->gone[i], width, out);
    for (int i = 0; i < s->n_lines; i++)
        add_line(g, &s->lines[i], width, out);
}

static void add_savings(const QbExplainStage *before, const QbExplainStage *now, QbText *out)
{
    if (now->work < 0.995 * before->work)
        qb_text_addf(out, "  saves: about %.2g of %.2g s of work on one core\n",
                     before->work - now->work, before->work);
    if (now->images < before->images)
        qb_text_addf(out, "  saves: %d of %d images on the way, %.1f of %.1f MiB\n",
                     before->images - now->images, before->images,
                     (before->bytes - now->bytes) / (1 << 20), before->bytes / (1 << 20));
}

static bool changes_graph(const QbExplainStage *s)
{
    bool any = s->n_gone > 0;
    for (int i = 0; i < s->n_lines; i++)
        any = any || s->lines[i].mark != ' ';
    return any;
}

/* ---- definitions that no output needs; indices that are read ---------------------------------------------- */

static void add_dead(const QbDag *g, QbText *out)
{
    for (int i = 0; i < g->n_definitions; i++) {
        const QbDefinition *d = &g->definitions[i];
        if (d->root >= 0)
            continue;
        qb_text_addf(out, "  -      %s  ", d->name);
        add_place(g, d->span, out);
        qb_text_add(out, "\n");
    }
}

static double voxels(const int64_t n[3])
{
    return (double)n[0] * (double)n[1] * (double)n[2];
}

static double demanded(const QbStep *s)
{
    return (double)s->ticks * (double)(s->box.hi[1] - s->box.lo[1]) *
           (double)(s->box.hi[2] - s->box.lo[2]);
}

static void add_axis(const char *name, const QbStep *s, int axis, QbText *out)
{
    int64_t lo = s->box.lo[axis], hi = s->box.hi[axis];
    if (hi - lo < s->type.n[axis])
        qb_text_addf(out, ", %s %lld..%lld of %lld", name, (long long)lo, (long long)hi - 1,
                     (long long)s->type.n[axis]);
}

static void add_demand(const QbExplain *e, const QbStep *s, QbText *out)
{
    bool is_read = s->kind == QB_STEP_SOURCE && s->type.rank == 3;
    qb_text_addf(out, "    %3d  %s: %lld of %lld %s", s->node >= 0 ? e->number[s->node] : 0,
                 s->label, (long long)s->ticks, (long long)s->type.n[0],
                 is_read             ? "pages"
                 : s->type.rank == 3 ? "slices"
                                     : "rows");
    if (s->type.rank == 3)
        add_axis("rows", s, 1, out);
    add_axis("columns", s, 2, out);
    qb_text_add(out, "\n");
}

static void add_demands(const QbExplain *e, const QbPlan *plan, QbText *out)
{
    double all = 0, wanted = 0;
    for (int i = 0; i < plan->n_steps; i++) {
        const QbStep *s = &plan->steps[i];
        if (!qb_step_has_ring(s))
            continue;
        all += voxels(s->type.n);
        wanted += demanded(s);
        if (qb_step_is_narrowed(s))
            add_demand(e, s, out);
    }
    if (all > 0)
        qb_text_addf(out, "  saves: %.0f %% of the voxels of all steps\n",
                     100 * (1 - wanted / all));
}

/* ---- text ------------------------------------------------------------------------------------------------- */

/* The note as it is now: the planner completes that of push-slices. */
static QbPassNote note_of(const QbExplainStage *s, const QbDag *g)
{
    for (int i = 0; i < g->n_passes; i++)
        if (s->note.name && !strcmp(g->passes[i].name, s->note.name))
            return g->passes[i];
    return s->note;
}

static void add_pass(const QbExplain *e, int i, const QbDag *g, const QbPlan *plan, QbText *out)
{
    const QbExplainStage *s = &e->stages[i];
    QbPassNote note = note_of(s, g);
    qb_text_addf(out, "\n%s: ", note.name);
    if (note.off && !note.changed) {
        qb_text_add(out, "off\n");
        return;
    }
    qb_text_addf(out, note.changed ? "%d%s\n  why: %s\n" : "nothing to do\n", note.changed,
                 note.off ? ", though off" : "", note.why);
    if (!note.changed)
        return;
    add_savings(&e->stages[i - 1], s, out);
    if (!strcmp(note.name, "eliminate-dead"))
        add_dead(g, out);
    if (!strcmp(note.name, "push-slices") && plan)
        add_demands(e, plan, out);
    if (changes_graph(s))
        add_lines(g, s, out);
}

void qb_explain_text(const QbExplain *e, const QbDag *g, const QbPlan *plan, QbText *out)
{
    if (!e->n_stages)
        return;
    qb_text_addf(out,
                 "as written: %d node%s (#3 is the node numbered 3; after a pass + is new, - gone, "
                 "~ reads other nodes)\n",
                 e->stages[0].n_lines, e->stages[0].n_lines == 1 ? "" : "s");
    add_lines(g, &e->stages[0], out);
    for (int i = 1; i < e->n_stages; i++)
        add_pass(e, i, g, plan, out);
    if (plan)
        qb_text_addf(out, "\nmemory: %.1f MiB predicted; what runs, step by step: qbic plan\n",
                     (double)plan->predicted / (1 << 20));
}

/* ---- JSON ------------------------------------------------------------------------------------------------- */

static void json_line(const QbExplainLine *l, const char *sep, QbText *out)
{
    qb_text_addf(out, "%s{\"number\": %d, \"mark\": \"%c\", \"node\": ", sep, l->number, l->mark);
    qb_text_add_json(out, l->text);
    qb_text_add(out, ", \"type\": ");
    qb_text_add_json(out, l->type);
    qb_text_add(out, ", \"name\": ");
    if (l->name)
        qb_text_add_json(out, l->name);
    else
        qb_text_add(out, "null");
    qb_text_addf(out, ", \"line\": %d}", line_number(l->span));
}

static void json_demands(const QbExplain *e, const QbPlan *plan, QbText *out)
{
    const char *sep = "";
    qb_text_add(out, ", \"demand\": [");
    for (int i = 0; i < plan->n_steps; i++) {
        const QbStep *s = &plan->steps[i];
        if (!qb_step_is_narrowed(s))
            continue;
        qb_text_addf(out, "%s{\"number\": %d, \"indices\": %lld, \"of\": %lld}", sep,
                     s->node >= 0 ? e->number[s->node] : 0, (long long)s->ticks,
                     (long long)s->type.n[0]);
        sep = ", ";
    }
    qb_text_add(out, "]");
}

void qb_explain_json(const QbExplain *e, const QbDag *g, const QbPlan *plan, QbText *out)
{
    for (int i = 0; i < e->n_stages; i++) {
        const QbExplainStage *s = &e->stages[i];
        QbPassNote note = note_of(s, g);
        qb_text_add(out, "{\"pass\": ");
        qb_text_add_json(out, note.name ? note.name : "as written");
        qb_text_addf(out, ", \"changed\": %d, \"off\": %s, \"why\": ", note.changed,
                     note.off ? "true" : "false");
        qb_text_add_json(out, note.why ? note.why : "");
        qb_text_add(out, ", \"work_s\": ");
        qb_text_add_number(out, s->work);
        qb_text_add(out, ", \"nodes\": [");
        for (int k = 0; k < s->n_gone; k++)
            json_line(&s->gone[k], k ? ", " : "", out);
        for (int k = 0; k < s->n_lines; k++)
            json_line(&s->lines[k], s->n_gone + k ? ", " : "", out);
        qb_text_add(out, "]");
        if (plan && note.name && !strcmp(note.name, "push-slices"))
            json_demands(e, plan, out);
        qb_text_add(out, "}\n");
    }
}
