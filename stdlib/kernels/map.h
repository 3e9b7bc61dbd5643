/* Kernels of what is done voxel by voxel: programs over registers, and the phantoms. One table per processor variant.
 * Knows no threads, no files and no operators' parameters. */
#ifndef QB_STDLIB_KERNELS_MAP_H
#define QB_STDLIB_KERNELS_MAP_H

#include "core/prog.h"
#include "stdlib/kernels/kernels.h"

/* Random bits of a voxel are a hash of its row's key and its column: nothing is ever drawn in order. */
typedef struct QbRowKey {
    uint32_t a, b;
} QbRowKey;

#define QB_FOAM_COLUMNS 256 /* that one call of `foam` fills at most */

/* An even number of seeds: their columns, counted from the first that is filled, and their squared distances from the row. */
typedef struct QbFoamSeeds {
    int n;
    const float *x;
    const float *rest;
} QbFoamSeeds;

/* grey = base + wall_grey·exp(−((d2 − d1)·wall)²) + edge_grey·exp(−((d3 − d1)·edge)²), with d1 ≤ d2 ≤ d3 the distances
 * to the three nearest seeds. */
typedef struct QbFoamLook {
    float base, wall_grey, edge_grey;
    float wall, edge; /* 1/voxels */
} QbFoamLook;

struct QbMapKernels {
    /* Fills the task's tile with what the program says; t->scratch holds qb_map_scratch(prog) bytes. */
    void (*run)(const QbProg *prog, const QbTask *t);
    /* out[k] = (x[k] in [lo, hi]) != invert, for n whole numbers of 1, 2 or 4 bytes; lo and hi are cut to that width, so
     * that signed types work as they are. */
    void (*in_range)(uint8_t *out, const void *x, int bytes, uint32_t lo, uint32_t hi, bool invert,
                     int64_t n);
    /* Columns x0 … x0+n−1 of a row: standard normal numbers; numbers evenly spread over (0, 1). */
    void (*normal)(double *out, QbRowKey key, int64_t x0, int64_t n);
    void (*uniform)(double *out, QbRowKey key, int64_t x0, int64_t n);
    /* out = grey + nearly normal noise of that standard deviation, rounded half to even and saturated. */
    void (*grain)(uint8_t *out, const float *grey, float deviation, QbRowKey key, int64_t x0,
                  int64_t n);
    void (*foam)(float *grey, const QbFoamSeeds *seeds, const QbFoamLook *look, int64_t n);
};

/* ---- programs ---------------------------------------------------------------------------------------- */

/* Bytes between registers. Blocks are whole ways of a cache: without, what an instruction reads and writes would always meet in
 * the same sets. */
#define QB_MAP_APART 64

/* Voxels that a register holds: as many as keep all registers in the first cache. */
int64_t qb_map_block(const QbProg *prog);
size_t qb_map_scratch(const QbProg *prog);

/* A program that only asks whether one integer image lies in a range. */
typedef struct QbMapRange {
    int index; /* of the input */
    QbPix pix;
    int64_t lo, hi; /* both ends in; lo > hi: nowhere */
    bool invert;
} QbMapRange;
bool qb_map_is_range(const QbProg *prog, QbMapRange *range);

/* One instruction on n voxels (kernels/cpu_map_ops.c): d, a, b, c are blocks of the types that the instruction names. */
typedef void QbMapStep(const QbInstr *in, void *d, const void *a, const void *b, const void *c,
                       int64_t n);

#endif
