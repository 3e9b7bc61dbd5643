/* qbic explain: of a pipeline, the graph before and after each pass, and why; of a diagnostic's code, its long story. */
#include "cli/cli.h"

#include "cli/engine.h"
#include "compiler/explain.h"

static int explain_pipeline(const QbCliOptions *o)
{
    QbPipeline p;
    int status = qb_pipeline_load(&p, o, false);
    if (status == 0) {
        QbExplain e = {.arena = p.arena};
        QbPlan *plan = NULL;
        QbText t = {0};
        status = qb_engine_plan_watched(&p, o, qb_explain_watch, &e, &plan);
        if (o->json)
            qb_explain_json(&e, p.dag, plan, &t);
        else
            qb_explain_text(&e, p.dag, plan, &t);
        int printed = qb_print(&t);
        status = status ? status : printed;
    }
    qb_pipeline_close(&p);
    return status;
}

int qb_cli_explain(const QbCliOptions *o)
{
    if (!qb_pass_names_ok(o))
        return QB_EXIT_USAGE;
    return explain_pipeline(o);
}
