/* What `run` and `plan` share: from a loaded pipeline to a plan, within the threads and the memory that were asked for. */
#ifndef QB_CLI_ENGINE_H
#define QB_CLI_ENGINE_H

#include "cli/cli.h"
#include "compiler/plan.h"

/* Runs the passes and plans; prints what is wrong. Returns 0 or the exit status. */
int qb_engine_plan(QbPipeline *p, const QbCliOptions *o, QbPlan **plan);

#endif
