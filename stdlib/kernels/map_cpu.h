/* What the files cpu_map*.c of one variant share with each other, and with nobody else. */
#ifndef QB_STDLIB_KERNELS_MAP_CPU_H
#define QB_STDLIB_KERNELS_MAP_CPU_H

#include "stdlib/kernels/map.h"

/* Arithmetic, comparison, selection and conversion of blocks: every instruction but LOAD, STORE, CONST and VALUE. The blocks
 * of the operands and of the result do not overlap. */
void QB_CPU_NAME(qb_map_step)(const QbInstr *in, void *d, const void *a, const void *b,
                              const void *c, int64_t n);
/* n voxels of a row into a register, and back. */
void QB_CPU_NAME(qb_map_load)(QbPix pix, QbRegType t, void *d, const void *row, int64_t n);
void QB_CPU_NAME(qb_map_store)(QbPix pix, QbRegType from, void *row, const void *a, int64_t n);
void QB_CPU_NAME(qb_map_in_range)(uint8_t *out, const void *x, int bytes, uint32_t lo, uint32_t hi,
                                  bool invert, int64_t n);
void QB_CPU_NAME(qb_map_normal)(double *out, QbRowKey key, int64_t x0, int64_t n);
void QB_CPU_NAME(qb_map_uniform)(double *out, QbRowKey key, int64_t x0, int64_t n);
void QB_CPU_NAME(qb_map_grain)(uint8_t *out, const float *grey, float deviation, QbRowKey key,
                               int64_t x0, int64_t n);
void QB_CPU_NAME(qb_map_foam)(float *grey, const QbFoamSeeds *seeds, const QbFoamLook *look,
                              int64_t n);

#endif
