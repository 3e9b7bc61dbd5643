/* What `run` and `plan` share: from a loaded pipeline to a plan, within the threads and the memory that were asked for. */
#ifndef QB_CLI_ENGINE_H
#define QB_CLI_ENGINE_H

#include "cli/cli.h"
#include "compiler/plan.h"
#include "runtime/checkpoint.h"

/* Runs the passes and plans; prints what is wrong. Returns 0 or the exit status. */
int qb_engine_plan(QbPipeline *p, const QbCliOptions *o, QbPlan **plan);
/* The same, printing nothing: the error says what is wrong. */
int qb_engine_plan_quiet(QbPipeline *p, const QbCliOptions *o, QbPlan **plan, QbErr *err);
/* The same with somebody who sees the graph after each pass. */
int qb_engine_plan_watched(QbPipeline *p, const QbCliOptions *o,
                           void (*watch)(void *ctx, const QbDag *g, const QbPassNote *note),
                           void *ctx, QbPlan **plan);

/* What must be the same for a run to go on from a checkpoint, as the pipeline stands before its passes. */
const char *qb_checkpoint_identity(QbPipeline *p, const char *provenance);
/* Opens the folder that '--checkpoint' names, and says what there is; 0 or the exit status after an error that was printed.
 * *c is NULL without the option. */
int qb_checkpoint_begin(const QbCliOptions *o, const char *identity, const QbPlan *plan,
                        QbCheckpoint **c);

/* From here on the first signal asks the run to stop; the second leaves at once. Nothing half written is left by either. */
void qb_catch_signals(void);

/* Where large temporary files go. */
const char *qb_spill_folder(void);

#endif
