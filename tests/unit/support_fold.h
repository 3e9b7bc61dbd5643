/* Runs one fold or scalar operator on an array in memory, cut at random into quanta, tiles and workers: what the runtime
 * may do with it, and more. */
#ifndef QB_TESTS_SUPPORT_FOLD_H
#define QB_TESTS_SUPPORT_FOLD_H

#include "stdlib/kernels/label.h"

typedef struct FoldInput {
    const QbType *type;
    const void *data;     /* rasters: n[0]·n[1]·n[2] voxels */
    const QbValue *value; /* other inputs */
} FoldInput;

typedef struct FoldCase {
    const QbOp *op;
    const void *params;
    FoldInput in[3];
    int n_in;
    const QbType *out_type;
    const QbRunEnv *env;
    const QbKernels *cpu;
    bool wants_image;
    uint64_t seed; /* of the cuts; 0: one quantum, one tile */
} FoldCase;

/* The kernel variants that this processor can run; returns how many. */
int fold_kernels(QbKernels out[3]);
uint64_t fold_random(uint64_t *state);
/* Below n. */
int64_t fold_pick(uint64_t *state, int64_t n);
/* Runs the fold to its end; the state is closed with op->fold->close. Fails the test on an error. */
void fold_run(const FoldCase *c, QbValue *out, void **state);
/* The whole raster result, read back in random boxes; malloc'd. */
void *fold_image(const FoldCase *c, void *state);
/* Runs a scalar operator. */
QbValue fold_eval(const FoldCase *c);
QbType fold_type(QbKind kind, QbPix pix, int rank, const int64_t n[3]);

#endif
