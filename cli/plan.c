/* qbic plan: what would happen, without touching a pixel; and the way to a plan that `run` takes too. */
#include "cli/cli.h"

#include "cli/engine.h"
#include "cli/run_report.h"
#include "runtime/imgio.h"

/* What the process takes differs by some pages from run to run; plans and refusals must not. */
#define BASE_STEP  ((size_t)4 << 20)
#define BASE_SLACK ((size_t)1 << 20)

static int plan_with(QbPipeline *p, const QbCliOptions *o, QbPassOptions *passes, QbPlan **plan,
                     QbErr *err)
{
    passes->off = o->no_pass.v;
    passes->n_off = o->no_pass.n;
    qb_passes_run(p->dag, passes);
    int threads = o->threads ? o->threads : qb_threads_default();
    size_t memory = o->memory ? o->memory : qb_memory_default();
    QbPlanOptions po = {
        .threads = threads,
        .memory = memory,
        .base = qb_round_up(qb_memory_used() + BASE_SLACK, BASE_STEP) +
                qb_reports_room(o, memory, threads, p->dag->n_outputs),
        .chunk_i = o->chunk[0],
        .chunk_y = o->chunk[1],
        .passes = passes,
        .sink_atom = qb_writer_atom,
        .sink_bound = qb_writer_pack_bound,
    };
    if (o->tight)
        po.memory = qb_plan_least(p->arena, p->dag, &po);
    if (qb_plan_make(p->arena, p->dag, &po, plan, err))
        return QB_EXIT_DONE;
    return err->status ? err->status : QB_EXIT_FAILED;
}

int qb_engine_plan_quiet(QbPipeline *p, const QbCliOptions *o, QbPlan **plan, QbErr *err)
{
    return plan_with(p, o, &(QbPassOptions){0}, plan, err);
}

int qb_engine_plan(QbPipeline *p, const QbCliOptions *o, QbPlan **plan)
{
    return qb_engine_plan_watched(p, o, NULL, NULL, plan);
}

int qb_engine_plan_watched(QbPipeline *p, const QbCliOptions *o,
                           void (*watch)(void *ctx, const QbDag *g, const QbPassNote *note),
                           void *ctx, QbPlan **plan)
{
    QbErr err = {0};
    int status = plan_with(p, o, &(QbPassOptions){.watch = watch, .ctx = ctx}, plan, &err);
    return status ? qb_fail(status, "%s", err.text) : QB_EXIT_DONE;
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
