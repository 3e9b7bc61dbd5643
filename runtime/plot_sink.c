/* Plots as outputs of a run: the table that `plot` made, under the title that the pipeline gives it, as a file that waits for its
 * name. */
#include "runtime/image_write.h"
#include "runtime/parts.h"
#include "runtime/plot.h"

#include <string.h>

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* "cells.qbi · test.tif · 123 objects": what it was made of, and how much of that is drawn. */
static bool add_subtitle(const Run *run, const QbFigure *figure, QbTable *t, QbText *out,
                         QbErr *err)
{
    const QbDag *g = run->plan->dag;
    bool counts = figure->kind == QB_FIGURE_HISTOGRAM;
    double n = 0, v;
    if (g->n_sources > 0)
        qb_text_addf(out, "%s", base_name(g->sources[0]->name));
    if (g->n_input_paths > 0)
        qb_text_addf(out, " · %s%s", base_name(g->input_paths[0]),
                     g->n_input_paths > 1 ? " …" : "");
    for (int64_t k = 0; counts && k < t->n_rows; k++) {
        if (!qb_table_get(t, k, 2, &v, err))
            return false;
        n += v;
    }
    if (counts) {
        qb_text_add(out, " · ");
        qb_plot_add_number((int64_t)n, out);
        qb_text_addf(out, " %s", t->type[2].name);
    }
    return true;
}

/* `small`: the thumbnail. */
static bool draw_plot(const Run *run, const QbOutput *o, bool small, QbText *out, QbErr *err)
{
    const QbNode *node = qb_dag_at(run->plan->dag, o->node);
    const QbFigure *figure = node->params;
    QbTable *table = run->live[run->plan->step_of_node[o->node]].value.table;
    QbText subtitle = {0};
    QbPlotSpec spec = {.figure = figure,
                       .type = &node->type,
                       .table = table,
                       .title = figure->title[0] ? figure->title : o->title,
                       .about = small ? NULL : run->o->provenance,
                       .width = small ? run->o->thumb_side : 0};
    bool ok = add_subtitle(run, figure, table, &subtitle, err);
    spec.subtitle = subtitle.s ? subtitle.s : "";
    ok = ok && qb_plot_draw(&spec, o->format == QB_FORMAT_SVG && !small, out, err);
    qb_text_free(&subtitle);
    return ok;
}

bool qb_plot_sink(const Run *run, int output, const char *path, QbAtomicFile **file, QbErr *err)
{
    const QbOutput *o = &run->plan->dag->outputs[output];
    QbText bytes = {0};
    if (run->o->thumb_side > 0 && !draw_plot(run, o, true, &run->r->outputs[output].thumb, err))
        return false;
    bool ok = draw_plot(run, o, false, &bytes, err) && qb_atomic_open(path, file, err) &&
              qb_atomic_write(*file, bytes.s, bytes.n, err) && qb_atomic_settle(*file, err);
    qb_text_free(&bytes);
    return ok;
}
