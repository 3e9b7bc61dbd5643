/* What the machine can do, measured in the same run as the kernels, and two programs without qbic: the fused loop of W4 and
 * reading a TIFF with libtiff alone. Knows nothing of pipelines. */
#ifndef QB_BENCH_ROOF_H
#define QB_BENCH_ROOF_H

#include <stddef.h>
#include <stdint.h>

/* Operations that bound a kernel: of every one this many a second, all threads together, one after the other on
 * independent registers, with the vectors of a processor variant ("base", "avx2", "avx512"). */
typedef enum RoofUnit {
    ROOF_NONE,
    ROOF_MINMAX_8,  /* min or max of two bytes */
    ROOF_MINMAX_16, /* of two words */
    ROOF_ADD_8,     /* sum of two bytes */
    ROOF_ADD_64,    /* sum of two doubles */
    ROOF_UNITS
} RoofUnit;

extern const char *const roof_unit_names[ROOF_UNITS];

/* STREAM's triad, a[i] = b[i] + s·c[i] of floats, 12 bytes each: bytes a second of the best of a few. */
double roof_triad(int threads, int64_t n);
/* Operations a second. */
double roof_peak(RoofUnit unit, const char *variant, int threads);
/* Seconds for out[i] = (a[i] − 10) + (b[i]·50) > 20, threads over equal parts. */
double roof_fused(const float *a, const float *b, uint8_t *out, int64_t n, int threads);
/* Seconds in which `threads` handles of libtiff decode all pages of a file into memory; negative: it cannot be read. */
double roof_libtiff(const char *path, int threads);

#endif
