/* A hash table from names to small numbers, and the interning of strings. Lives in an arena; nothing is ever removed. */
#ifndef QB_COMPILER_NAME_MAP_H
#define QB_COMPILER_NAME_MAP_H

#include "core/arena.h"

typedef struct QbNameMap QbNameMap;

QbNameMap *qb_name_map_new(QbArena *arena);
/* The number that was put for `name`, or -1. */
int qb_name_map_get(const QbNameMap *m, const char *name);
/* Puts or replaces. `name` is borrowed and must live as long as the map; `value` is not negative. */
void qb_name_map_put(QbNameMap *m, const char *name, int value);
/* The one copy of `s` in this map: equal strings give equal pointers. NULL stays NULL. */
const char *qb_name_map_intern(QbNameMap *m, const char *s);

#endif
