/* qbic graph: the pipeline's graph as dot text, or as SVG or PNG through Graphviz's own program. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/graphviz.h"
#include "compiler/graph.h"
#include "runtime/imgio.h"

/* What the ending of a file asks Graphviz for; "" : the dot text itself; NULL: nothing we can make. */
static const char *format_of(const char *path)
{
    static const char *const endings[][2] = {
        {".dot", ""}, {".gv", ""}, {".svg", "svg"}, {".png", "png"}};
    const char *dot = strrchr(path, '.');
    for (int k = 0; dot && k < QB_COUNT(endings); k++) {
        if (strcmp(dot, endings[k][0]) == 0)
            return endings[k][1];
    }
    return NULL;
}

static bool write_dot(const QbText *t, const char *to, const char *shown, QbErr *err)
{
    FILE *f = fopen(to, "wb");
    bool ok = f && fwrite(t->s, 1, t->n, f) == t->n;
    if (f && fclose(f) != 0)
        ok = false;
    return ok || qb_err_set(err, "cannot write '%s': %s", shown, strerror(errno));
}

static int write_graph(const QbText *t, const char *path)
{
    QbErr err = {0};
    QbAtomicFile *file;
    const char *format = format_of(path);
    if (qb_atomic_open(path, &file, &err)) {
        bool ok = *format ? qb_graphviz_file(t, format, qb_atomic_name(file), &err)
                          : write_dot(t, qb_atomic_name(file), path, &err);
        if (ok)
            qb_atomic_commit(file, &err);
        else
            qb_atomic_abort(file);
    }
    return err.set ? qb_fail(QB_EXIT_FAILED, "%s", err.text) : QB_EXIT_DONE;
}

int qb_cli_graph(const QbCliOptions *o)
{
    if (o->output && !format_of(o->output))
        return qb_fail(QB_EXIT_USAGE,
                       "'-o' expects a file that ends in .dot, .svg or .png, found '%s'",
                       o->output);
    QbPipeline p;
    int status = qb_pipeline_load(&p, o, false);
    if (status == 0) {
        QbText t = {0};
        qb_graph_dot(p.dag, &t);
        if (o->output) {
            status = write_graph(&t, o->output);
            qb_text_free(&t);
        } else {
            status = qb_print(&t);
        }
    }
    qb_pipeline_close(&p);
    return status;
}
