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
    double wall;   /* seconds inside the passes */
    double kernel; /* of them the share of all steps but held, keep and drop: thread-seconds in tasks, by all thread-seconds */
    double cpu;    /* of those steps */
    int64_t voxels; /* of the largest of the images held or read */
} HeldTime;

typedef struct HeldOptions {
    int threads;
    const QbKernels *kernels;
} HeldOptions;

/* Checks, plans and runs a pipeline. False: the text of what was wrong is on standard error. */
bool held_run(const char *text, const HeldOptions *o, HeldTime *t);
void held_free(Held *h);

#endif
