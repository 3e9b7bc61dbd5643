/* Chooses the kernel variant that this processor runs best. The only place that asks what the processor can do. */
#include "stdlib/kernels/kernels.h"

#include <string.h>

#define TABLES(variant)                                                                 \
    extern const QbFilterKernels qb_filter_kernels_##variant;                           \
    extern const QbMapKernels qb_map_kernels_##variant;                                 \
    extern const QbLabelKernels qb_label_kernels_##variant;                             \
    static const QbKernels kernels_##variant = {#variant, &qb_filter_kernels_##variant, \
                                                &qb_map_kernels_##variant,              \
                                                &qb_label_kernels_##variant};

TABLES(base)
#if defined(__x86_64__) && !defined(QB_BASE_ONLY)
TABLES(avx2)
TABLES(avx512)

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("popcnt");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}
#endif

int qb_kernels_all(const QbKernels *out[3])
{
    int n = 0;
    out[n++] = &kernels_base;
#if defined(__x86_64__) && !defined(QB_BASE_ONLY)
    __builtin_cpu_init();
    if (has_avx2())
        out[n++] = &kernels_avx2;
    if (has_avx512())
        out[n++] = &kernels_avx512;
#endif
    return n;
}

const QbKernels *qb_kernels(const char *name)
{
    const QbKernels *all[3];
    int n = qb_kernels_all(all);
    if (!name)
        return all[n - 1];
    for (int i = 0; i < n; i++)
        if (!strcmp(all[i]->name, name))
            return all[i];
    return NULL;
}
