/* Threads that work on equal shares between one barrier and their end. */
#include "bench/parts.h"

#include "core/base.h"
#include "runtime/run.h"

#include <pthread.h>
#include <time.h>

static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *part_main(void *p)
{
    BenchPart *part = p;
    pthread_barrier_wait(part->start);
    part->begin = qb_now();
    double cpu = processor_seconds();
    part->work(part);
    part->cpu = processor_seconds() - cpu;
    part->end = qb_now();
    return NULL;
}

BenchSeconds bench_in_parts(int threads, int64_t n, void (*work)(BenchPart *), const void *ctx)
{
    BenchPart part[BENCH_MAX_THREADS];
    pthread_t id[BENCH_MAX_THREADS];
    pthread_barrier_t start;
    QB_CHECK(threads >= 1 && threads <= BENCH_MAX_THREADS);
    pthread_barrier_init(&start, NULL, (unsigned)threads);
    for (int k = 0; k < threads; k++) {
        part[k] =
            (BenchPart){ctx, n * k / threads, n * (k + 1) / threads, k, &start, work, 0, 0, 0};
        if (k > 0 && pthread_create(&id[k], NULL, part_main, &part[k]) != 0)
            QB_BUG("no thread");
    }
    part_main(&part[0]);
    double begin = part[0].begin, end = part[0].end, cpu = part[0].cpu;
    for (int k = 1; k < threads; k++) {
        pthread_join(id[k], NULL);
        begin = part[k].begin < begin ? part[k].begin : begin;
        end = part[k].end > end ? part[k].end : end;
        cpu += part[k].cpu;
    }
    pthread_barrier_destroy(&start);
    return (BenchSeconds){end - begin, cpu};
}
