/* qbic check: every error, warning and note of a pipeline, without running it. */
#include "cli/cli.h"

#include <stdio.h>

#include "lang/print.h"

static void print_text(const QbPipeline *p, const QbCliOptions *o)
{
    QbText t = {0};
    qb_diags_text(&p->diags, qb_color_wanted(), &t);
    int notes = p->diags.n - p->diags.n_errors;
    if (p->diags.n_errors == 0) {
        qb_text_addf(&t, "%s: no errors", p->source.name);
        if (notes)
            qb_text_addf(&t, ", %d note%s", notes, notes == 1 ? "" : "s");
        qb_text_add(&t, "\n");
    }
    if (t.n && !(o->quiet && p->diags.n_errors == 0))
        fwrite(t.s, 1, t.n, stderr);
    qb_text_free(&t);
}

int qb_cli_check(const QbCliOptions *o)
{
    if (o->positional.n == 0)
        return qb_fail(QB_EXIT_USAGE, "expected a pipeline, as in 'qbic check cells.qbi'");
    QbPipeline p;
    int status = qb_pipeline_open(&p, o->positional.v[0]);
    if (status == 0)
        status = qb_pipeline_lower(&p, o, true);
    if (status == 0) {
        status = qb_pipeline_status(&p);
        if (o->json) {
            QbText t = {0};
            qb_diags_json(&p.diags, &t);
            int written = qb_print(&t);
            status = status ? status : written;
        } else {
            print_text(&p, o);
        }
    }
    qb_pipeline_close(&p);
    return status;
}
