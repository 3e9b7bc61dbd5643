/* What the machine offers this process: processors, and memory within the limits of its control groups. */
#define _GNU_SOURCE
#include "cli/cli.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int qb_threads_default(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        return CPU_COUNT(&set);
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (int)n : 1;
}

/* The number at the start of a file, or after `key` in it; -1 when there is none ("max" is none). */
static int64_t number_in(const char *path, const char *key)
{
    FILE *f = fopen(path, "r");
    if (!f)
        return -1;
    char line[256];
    int64_t v = -1;
    size_t n = key ? strlen(key) : 0;
    while (v < 0 && fgets(line, sizeof(line), f)) {
        char *end, *start = line + n;
        if (key && strncmp(line, key, n) != 0)
            continue;
        long long found = strtoll(start, &end, 10);
        v = end == start ? -1 : found;
        if (!key)
            break;
    }
    fclose(f);
    return v;
}

/* What a control group leaves free: its limit less what it uses, less what of that is only cached files. */
static int64_t group_free(const char *folder)
{
    char path[QB_MAX_PATH + 64];
    snprintf(path, sizeof(path), "%s/memory.max", folder);
    int64_t limit = number_in(path, NULL);
    if (limit < 0)
        return -1;
    snprintf(path, sizeof(path), "%s/memory.current", folder);
    int64_t used = number_in(path, NULL);
    snprintf(path, sizeof(path), "%s/memory.stat", folder);
    int64_t cached = number_in(path, "inactive_file ");
    used = qb_max64(used, 0) - qb_max64(cached, 0);
    return qb_max64(limit - qb_max64(used, 0), 0);
}

/* The least that any control group above this process leaves free; -1: no limit. */
static int64_t groups_free(void)
{
    FILE *f = fopen("/proc/self/cgroup", "r");
    if (!f)
        return -1;
    char line[QB_MAX_PATH], folder[QB_MAX_PATH + 32];
    int64_t least = -1;
    while (fgets(line, sizeof(line), f)) {
        if (strncmp(line, "0::", 3) != 0)
            continue;
        line[strcspn(line, "\n")] = 0;
        snprintf(folder, sizeof(folder), "/sys/fs/cgroup%s", line + 3);
        while (strlen(folder) >= strlen("/sys/fs/cgroup")) {
            int64_t room = group_free(folder);
            if (room >= 0 && (least < 0 || room < least))
                least = room;
            char *slash = strrchr(folder, '/');
            *slash = 0;
        }
    }
    fclose(f);
    int64_t v1 = number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes", NULL);
    if (v1 > 0 && v1 < (int64_t)1 << 60 && (least < 0 || v1 < least))
        least = v1;
    return least;
}

size_t qb_memory_default(void)
{
    int64_t kib = number_in("/proc/meminfo", "MemAvailable:");
    int64_t room = kib > 0 ? kib * 1024 : (int64_t)1 << 30;
    int64_t group = groups_free();
    if (group >= 0 && group < room)
        room = group;
    return (size_t)(room / 2);
}

size_t qb_memory_used(void)
{
    int64_t kib = number_in("/proc/self/status", "VmRSS:");
    return kib > 0 ? (size_t)kib * 1024 : 0;
}
