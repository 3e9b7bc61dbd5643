/* The vocabulary that every layer shares: sizes that are multiplied with a check, the error of the
 * environment, the report of our own bugs. Knows nothing of images, languages or files. */
#ifndef QB_CORE_BASE_H
#define QB_CORE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QB_VERSION           "0.1.0"
#define QB_COUNT(a)          ((int)(sizeof(a) / sizeof((a)[0])))
#define QB_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define QB_MAX_PATH          4096

/* What can go wrong outside the user's program: a file, memory, a disk. Passed as the last parameter;
 * set once, by whoever finds the error first. `status` is the exit status that the command gives. */
typedef struct QbErr {
    bool set;
    int status; /* 1: input, memory, disk or output; 130: interrupted */
    char text[1024];
} QbErr;

/* Sets the error (unless one is set already) and returns false, so that `return qb_err_set(…)` reads well. */
bool qb_err_set(QbErr *err, const char *fmt, ...) QB_PRINTF(2, 3);

/* Products and sums of sizes that came from a file or a program; false on overflow. */
static inline bool qb_mul_size(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}
static inline bool qb_mul_i64(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

static inline int64_t qb_min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}
static inline int64_t qb_max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}
static inline int64_t qb_clamp64(int64_t v, int64_t lo, int64_t hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}
static inline size_t qb_round_up(size_t v, size_t to)
{
    return (v + to - 1) / to * to;
}

/* Our own mistakes: says so, asks for a report, aborts. Never for what a user or a file can cause. */
#define QB_BUG(...)    qb_bug(__FILE__, __LINE__, __VA_ARGS__)
#define QB_CHECK(cond) ((cond) ? (void)0 : qb_bug(__FILE__, __LINE__, "%s", #cond))
_Noreturn void qb_bug(const char *file, int line, const char *fmt, ...) QB_PRINTF(3, 4);

/* malloc family that cannot return NULL for the compiler's small data (prints and aborts with status 1
 * when the machine has no memory left). Image data never comes from here: see runtime/memory.h. */
void *qb_xmalloc(size_t n);
void *qb_xcalloc(size_t n, size_t size);
void *qb_xrealloc(void *p, size_t n);

#endif
