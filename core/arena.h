/* An arena: everything that one phase of the compiler allocates, freed at once. Not thread-safe. */
#ifndef QB_CORE_ARENA_H
#define QB_CORE_ARENA_H

#include "core/base.h"

typedef struct QbArena QbArena;

QbArena *qb_arena_new(void);
void qb_arena_free(QbArena *a);
/* Zeroed memory, aligned to 16 bytes, that lives as long as the arena. */
void *qb_arena_alloc(QbArena *a, size_t n);
char *qb_arena_strdup(QbArena *a, const char *s);
char *qb_arena_strndup(QbArena *a, const char *s, size_t n);
char *qb_arena_printf(QbArena *a, const char *fmt, ...) QB_PRINTF(2, 3);
void *qb_arena_memdup(QbArena *a, const void *p, size_t n);

#define QB_NEW(arena, T)      ((T *)qb_arena_alloc((arena), sizeof(T)))
#define QB_NEW_N(arena, T, n) ((T *)qb_arena_alloc((arena), sizeof(T) * (size_t)(n)))

/* Growable array whose storage is in an arena: QbVec is declared as `T *v; int n, cap;`. */
#define QB_PUSH(arena, v, n, cap, item)                                              \
    do {                                                                             \
        if ((n) == (cap)) {                                                          \
            int qb_cap_ = (cap) ? 2 * (cap) : 8;                                     \
            void *qb_new_ = qb_arena_alloc((arena), sizeof(*(v)) * (size_t)qb_cap_); \
            if (n)                                                                   \
                __builtin_memcpy(qb_new_, (v), sizeof(*(v)) * (size_t)(n));          \
            (v) = qb_new_;                                                           \
            (cap) = qb_cap_;                                                         \
        }                                                                            \
        (v)[(n)++] = (item);                                                         \
    } while (0)

#endif
