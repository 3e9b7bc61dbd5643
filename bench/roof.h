/* What the machine can do, measured in the same run as the kernels, and two programs without qbic: the fused loop of W4 and
 * reading a TIFF with libtiff alone. Knows nothing of pipelines. */
#ifndef QB_BENCH_ROOF_H
#define QB_BENCH_ROOF_H

#include "bench/parts.h"
#include "core/type.h"

/* Operations that bound a kernel: of every one this many a second, all threads together, one after the other on
 * independent registers, with the vectors of a processor variant ("base", "avx2", "avx512"). */
typedef enum RoofUnit {
    ROOF_NONE,
    ROOF_MINMAX_8,  /* min or max of two bytes */
    ROOF_MINMAX_16, /* of two words */
    ROOF_MINMAX_32, /* of two 32-bit integers */
    ROOF_ADD_8,     /* sum of two bytes */
    ROOF_ADD_64,    /* sum of two doubles */
    ROOF_UNITS
} RoofUnit;

extern const char *const roof_unit_names[ROOF_UNITS];

/* Arrays of n floats, touched. */
typedef struct RoofMemory RoofMemory;
RoofMemory *roof_memory_new(int threads, int64_t n);
void roof_memory_free(RoofMemory *m);
/* STREAM's triad over them, a[i] = b[i] + s·c[i], 12 bytes each: bytes a second. */
double roof_triad(RoofMemory *m);
/* Operations a second. */
double roof_peak(RoofUnit unit, const char *variant, int threads);
/* out[i] = (a[i] − 10) + (b[i]·50) > 20, threads over equal parts. */
BenchSeconds roof_fused(const float *a, const float *b, uint8_t *out, int64_t n, int threads);
/* `threads` handles of libtiff decode all pages of a file into memory; negative: it cannot be read. */
BenchSeconds roof_libtiff(const char *path, int threads);
bool roof_write_tiff(const char *path, const QbType *t, const unsigned char *data, bool deflate);

#endif
