/* Memory of a run, straight from the system: rings and partials of a pass are one mapping each, given back when it ends. */
#include "runtime/parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define HUGE (2u << 20)

bool qb_memory_map(size_t bytes, unsigned char **out, QbErr *err)
{
    *out = NULL;
    if (!bytes)
        return true;
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED)
        return qb_err_set(err, "not enough memory: cannot get %zu MiB: %s", (bytes >> 20) + 1,
                          strerror(errno));
    /* A mapping of some huge pages wastes less than one of them at each end. */
    if (bytes >= 4u * HUGE)
        madvise(p, bytes, MADV_HUGEPAGE);
    *out = p;
    return true;
}

void qb_memory_sparse(unsigned char *p, size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), skip = (page - (uintptr_t)p % page) % page;
    if (bytes >= HUGE)
        madvise(p + skip, (bytes - skip) / page * page, MADV_NOHUGEPAGE);
}

void qb_memory_unmap(unsigned char *p, size_t bytes)
{
    if (p)
        munmap(p, bytes);
}

bool qb_memory_take(QbKeptMemory *kept, size_t bytes, unsigned char **out, QbErr *err)
{
    QbKeptMemory had = kept ? *kept : (QbKeptMemory){0};
    size_t used = qb_round_up(bytes, (size_t)sysconf(_SC_PAGESIZE));
    if (kept)
        *kept = (QbKeptMemory){0};
    if (!bytes || had.bytes < bytes) {
        qb_memory_unmap(had.p, had.bytes);
        return qb_memory_map(bytes, out, err);
    }
    if (had.bytes > used)
        qb_memory_unmap(had.p + used, had.bytes - used);
    *out = had.p;
    return true;
}

void qb_memory_keep(QbKeptMemory *kept, unsigned char *take_p, size_t bytes)
{
    if (kept)
        *kept = (QbKeptMemory){take_p, bytes};
    else
        qb_memory_unmap(take_p, bytes);
}

void qb_spare_free(QbSpareMemory *s)
{
    qb_memory_unmap(s->rings.p, s->rings.bytes);
    qb_memory_unmap(s->scratch.p, s->scratch.bytes);
    *s = (QbSpareMemory){0};
}

size_t qb_memory_peak(void)
{
    struct rusage u;
    char line[128];
    unsigned long long peak = 0;
    FILE *f =
        fopen("/proc/self/status", "r"); /* rusage starts with the peak of whoever called exec */
    while (f && !peak && fgets(line, sizeof(line), f))
        if (strncmp(line, "VmHWM:", 6) == 0)
            peak = strtoull(line + 6, NULL, 10);
    if (f)
        fclose(f);
    getrusage(RUSAGE_SELF, &u);
    return (peak ? (size_t)peak : (size_t)u.ru_maxrss) * 1024;
}

size_t qb_memory_resident(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    long pages = 0, resident = 0;
    if (!f)
        return 0;
    if (fscanf(f, "%ld %ld", &pages, &resident) != 2)
        resident = 0;
    fclose(f);
    return (size_t)resident * (size_t)sysconf(_SC_PAGESIZE);
}
