/* Pipelines over images that lie in memory: what is timed are the kernels as the runtime runs them, with the variants, the
 * chunks and the threads that a plan gives them, and no file is touched. */
#ifndef QB_BENCH_HELD_H
#define QB_BENCH_HELD_H

#include "compiler/plan.h"
#include "runtime/run.h"

/* An image in memory, rows without gaps. A pipeline finds it by its address: held(at=ADDRESS) reads it, keep(x, at=ADDRESS)
 * writes x there (the first time that decides its type), drop(x) looks at nothing and is nothing but a reader. */
typedef struct Held {
    QbType type;
    unsigned char *data; /* owned */
} Held;

typedef struct HeldTime {
    double wall; /* seconds inside the passes */
    double
        kernel; /* of them the share of all steps but held, keep and drop: thread-seconds in tasks, by all thread-seconds */
    double cpu; /* of those steps, all threads together */
    double planned; /* the same as the planner foresaw it */
    int64_t voxels; /* of the largest of the images held or read */
} HeldTime;

typedef struct HeldOptions {
    int threads;
    const QbKernels *kernels;
} HeldOptions;

/* A pipeline that is ready to run, as often as wanted. */
typedef struct HeldPlan HeldPlan;

/* Checks and plans. NULL: the text of what was wrong is on standard error; that holds for the others too. */
HeldPlan *held_plan(const char *text, const HeldOptions *o);
void held_plan_free(HeldPlan *p);
/* By the scheduler, with all that it does. */
bool held_run(const HeldPlan *p, HeldTime *t);
/* Without it: the tiles of the pipeline's only kernel, which must read held images alone and look at no neighbours, by threads
 * in turn; its rows lie in the held images and in `out`, of its type. What the kernel takes where memory is all that is
 * between it and its data. */
bool held_direct(const HeldPlan *p, Held *out, HeldTime *t);
void held_free(Held *h);

/* For held_direct, of a plan. */
typedef struct HeldParts {
    const QbPlan *plan;
    const HeldOptions *how;
} HeldParts;
HeldParts held_plan_parts(const HeldPlan *p);
/* The image that a step reads from memory; NULL: it does not. */
const Held *held_of_step(const QbStep *s);
unsigned char *held_row(const Held *h, int64_t i, int64_t y);
bool held_alloc(Held *h, const QbType *type);

#endif
