/* An arena as a list of blocks: memory is cut from the newest one, and all of them are freed
 * together. Blocks double up to a limit, so that a long file costs few of them and a short one
 * wastes little. */
#include "core/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 16, FIRST_BLOCK = 16 << 10, LARGEST_BLOCK = 1 << 20 };

typedef struct Block Block;
struct Block {
    Block *older;
    size_t used, size;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

struct QbArena {
    Block *newest;
    size_t next_size;
};

QbArena *qb_arena_new(void)
{
    QbArena *a = qb_xcalloc(1, sizeof(*a));
    a->next_size = FIRST_BLOCK;
    return a;
}

void qb_arena_free(QbArena *a)
{
    if (!a)
        return;
    for (Block *b = a->newest; b;) {
        Block *older = b->older;
        free(b);
        b = older;
    }
    free(a);
}

static Block *add_block(QbArena *a, size_t size)
{
    Block *b = qb_xcalloc(1, sizeof(Block) + size);
    b->size = size;
    b->older = a->newest;
    a->newest = b;
    return b;
}

/* A request that would waste most of a block gets one of its own, behind the newest, which stays in
 * use. */
static void *alloc_apart(QbArena *a, size_t n)
{
    Block *current = a->newest;
    Block *own = add_block(a, n);
    own->used = n;
    if (current) {
        own->older = current->older;
        current->older = own;
        a->newest = current;
    }
    return own->bytes;
}

void *qb_arena_alloc(QbArena *a, size_t n)
{
    QB_CHECK(n <= SIZE_MAX / 4);
    size_t need = qb_round_up(n ? n : 1, ALIGNMENT);
    Block *b = a->newest;
    if (!b || b->size - b->used < need) {
        if (need > a->next_size / 4)
            return alloc_apart(a, need);
        b = add_block(a, a->next_size);
        a->next_size = a->next_size < LARGEST_BLOCK ? 2 * a->next_size : LARGEST_BLOCK;
    }
    void *p = b->bytes + b->used;
    b->used += need;
    return p;
}

void *qb_arena_memdup(QbArena *a, const void *p, size_t n)
{
    void *copy = qb_arena_alloc(a, n);
    if (n)
        memcpy(copy, p, n);
    return copy;
}

char *qb_arena_strndup(QbArena *a, const char *s, size_t n)
{
    size_t length = strnlen(s, n);
    char *copy = qb_arena_alloc(a, length + 1);
    memcpy(copy, s, length);
    return copy;
}

char *qb_arena_strdup(QbArena *a, const char *s)
{
    return qb_arena_memdup(a, s, strlen(s) + 1);
}

char *qb_arena_printf(QbArena *a, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    QB_CHECK(n >= 0);
    char *s = qb_arena_alloc(a, (size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, fmt, again);
    va_end(again);
    return s;
}
