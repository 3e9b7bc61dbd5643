/* Open addressing over a power of two, at most half full. Knows nothing of what the names stand for. */
#include "compiler/name_map.h"

#include <string.h>

typedef struct Entry {
    const char *name;
    uint64_t hash;
    int value;
} Entry;

struct QbNameMap {
    QbArena *arena;
    Entry *entries;
    size_t cap;
    size_t n;
};

static uint64_t hash_name(const char *s)
{
    uint64_t h = 1469598103934665603u;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 1099511628211u;
    return h ^ (h >> 29);
}

QbNameMap *qb_name_map_new(QbArena *arena)
{
    QbNameMap *m = QB_NEW(arena, QbNameMap);
    m->arena = arena;
    m->cap = 64;
    m->entries = QB_NEW_N(arena, Entry, m->cap);
    return m;
}

/* The entry of `name`, or the empty one where it would go. */
static Entry *slot_of(const QbNameMap *m, const char *name, uint64_t hash)
{
    size_t i = hash & (m->cap - 1);
    while (m->entries[i].name &&
           (m->entries[i].hash != hash || strcmp(m->entries[i].name, name) != 0))
        i = (i + 1) & (m->cap - 1);
    return &m->entries[i];
}

static void grow(QbNameMap *m)
{
    Entry *old = m->entries;
    size_t old_cap = m->cap;
    m->cap *= 2;
    m->entries = QB_NEW_N(m->arena, Entry, m->cap);
    for (size_t i = 0; i < old_cap; i++)
        if (old[i].name)
            *slot_of(m, old[i].name, old[i].hash) = old[i];
}

int qb_name_map_get(const QbNameMap *m, const char *name)
{
    const Entry *e = slot_of(m, name, hash_name(name));
    return e->name ? e->value : -1;
}

static Entry *put_entry(QbNameMap *m, const char *name, uint64_t hash)
{
    if (2 * (m->n + 1) > m->cap)
        grow(m);
    Entry *e = slot_of(m, name, hash);
    if (!e->name) {
        e->name = name;
        e->hash = hash;
        m->n++;
    }
    return e;
}

void qb_name_map_put(QbNameMap *m, const char *name, int value)
{
    put_entry(m, name, hash_name(name))->value = value;
}

const char *qb_name_map_intern(QbNameMap *m, const char *s)
{
    if (!s)
        return NULL;
    uint64_t hash = hash_name(s);
    Entry *e = slot_of(m, s, hash);
    if (e->name)
        return e->name;
    return put_entry(m, qb_arena_strdup(m->arena, s), hash)->name;
}
