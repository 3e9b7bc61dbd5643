/* Equal shares of some work on plain threads: OpenMP belongs to the runtime. */
#ifndef QB_BENCH_PARTS_H
#define QB_BENCH_PARTS_H

#include <stdint.h>

#define BENCH_MAX_THREADS 64

typedef struct BenchPart {
    const void *ctx;
    int64_t lo, hi; /* its share of [0, n) */
    int thread;
    void *start; /* of parts.c, as are the next ones */
    void (*work)(struct BenchPart *);
    double begin, end, cpu;
} BenchPart;

typedef struct BenchSeconds {
    double wall; /* from the first start to the last end; all threads start together */
    double cpu;  /* of the processor, all threads together */
} BenchSeconds;

BenchSeconds bench_in_parts(int threads, int64_t n, void (*work)(BenchPart *), const void *ctx);

#endif
