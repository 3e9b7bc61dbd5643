/* The kernel variants of one processor: tables of functions, chosen once at start. Every file cpu_*.c in this folder is
 * compiled once per variant (baseline x86-64, x86-64-v3, x86-64-v4; elsewhere the baseline alone) with QB_CPU defined
 * to base, avx2 or avx512, and exports its table under QB_CPU_NAME(name). All variants give the same bits. */
#ifndef QB_STDLIB_KERNELS_H
#define QB_STDLIB_KERNELS_H

#include "core/op.h"

#define QB_CPU_PASTE2(a, b) a##_##b
#define QB_CPU_PASTE(a, b)  QB_CPU_PASTE2(a, b)
#define QB_CPU_NAME(name)   QB_CPU_PASTE(name, QB_CPU)

typedef struct QbFilterKernels QbFilterKernels; /* kernels/filter.h: neighbourhoods */
typedef struct QbMapKernels
    QbMapKernels; /* kernels/map.h: programs over registers, reductions of rows */
typedef struct QbLabelKernels QbLabelKernels; /* kernels/label.h: runs, histograms */

struct QbKernels {
    const char *name; /* "base", "avx2", "avx512" */
    const QbFilterKernels *filter;
    const QbMapKernels *map;
    const QbLabelKernels *label;
};

/* The variant of that name; NULL name: the best that this processor has. NULL when it has not got it. */
const QbKernels *qb_kernels(const char *name);
/* All variants that this processor can run; returns how many. */
int qb_kernels_all(const QbKernels *out[3]);

#endif
