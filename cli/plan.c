/* qbic plan: what would happen, without touching a pixel; and the way to a plan that `run` takes too. */
#include "cli/cli.h"

#include "cli/engine.h"
#include "runtime/imgio.h"

/* What the process takes differs by some pages from run to run; plans and refusals must not. */
#define BASE_STEP  ((size_t)4 << 20)
#define BASE_SLACK ((size_t)1 << 20)

int qb_engine_plan(QbPipeline *p, const QbCliOptions *o, QbPlan **plan)
{
    return qb_engine_plan_watched(p, o, NULL, NULL, plan);
}

int qb_engine_plan_watched(QbPipeline *p, const QbCliOptions *o,
                           void (*watch)(void *ctx, const QbDag *g, const QbPassNote *note),
                           void *ctx, QbPlan **plan)
{
    QbPassOptions passes = {.off = o->no_pass.v, .n_off = o->no_pass.n, .watch = watch, .ctx = ctx};
    qb_passes_run(p->dag, &passes);
    QbPlanOptions po = {
        .threads = o->threads ? o->threads : qb_threads_default(),
        .memory = o->memory ? o->memory : qb_memory_default(),
        .base = qb_round_up(qb_memory_used() + BASE_SLACK, BASE_STEP),
        .chunk_i = o->chunk[0],
        .chunk_y = o->chunk[1],
        .passes = &passes,
        .sink_atom = qb_writer_atom,
        .sink_bound = qb_writer_pack_bound,
    };
    QbErr err = {0};
    if (o->tight)
        po.memory = qb_plan_least(p->arena, p->dag, &po);
    if (qb_plan_make(p->arena, p->dag, &po, plan, &err))
        return QB_EXIT_DONE;
    return qb_fail(err.status ? err.status : QB_EXIT_FAILED, "%s", err.text);
}

int qb_cli_plan(const QbCliOptions *o)
{
    if (!qb_pass_names_ok(o))
        return QB_EXIT_USAGE;
    QbPipeline p;
    QbPlan *plan = NULL;
    int status = qb_pipeline_load(&p, o, false);
    if (status == 0)
        status = qb_engine_plan(&p, o, &plan);
    if (status == 0) {
        QbText t = {0};
        qb_plan_text(plan, &t);
        status = qb_print(&t);
    }
    qb_pipeline_close(&p);
    return status;
}
