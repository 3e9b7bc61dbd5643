/* Checkpoints of one run: a folder that holds the states of its folds, what it wrote of images, and which run it is. A run that
 * was killed goes on from there, in as many threads and as much memory as it then has. */
#ifndef QB_RUNTIME_CHECKPOINT_H
#define QB_RUNTIME_CHECKPOINT_H

#include "compiler/plan.h"

typedef struct QbCheckpoint QbCheckpoint;

typedef struct QbCheckpointSpec {
    const char *folder;   /* made where it is missing; nothing else may be in it */
    const char *identity; /* lines: all that the results depend on but the plan */
    double every;         /* seconds between two; 0: a few, more where one costs much */
} QbCheckpointSpec;

/* What there was when the folder was opened. */
typedef struct QbCheckpointFound {
    bool any, damaged, other_plan; /* `damaged`, `other_plan`: it was dropped */
    int pass, n_passes;
    double fraction; /* of the pass */
} QbCheckpointFound;

/* Refused with status 2 where the folder holds a checkpoint of another run or other files, with 1 where another process uses it. */
bool qb_checkpoint_open(const QbCheckpointSpec *spec, QbCheckpoint **c, QbErr *err);
/* Says what the run goes on from. Drops what was made by another plan. */
void qb_checkpoint_fit(QbCheckpoint *c, const QbPlan *plan, QbCheckpointFound *found);
/* All is made: states are not needed any more. */
void qb_checkpoint_over(QbCheckpoint *c);
/* Whether there is something to go on from by now. */
bool qb_checkpoint_is_there(const QbCheckpoint *c);
/* The folder goes with it when the run is done, or has nothing to go on from. */
void qb_checkpoint_close(QbCheckpoint *take_c, bool done);

#endif
