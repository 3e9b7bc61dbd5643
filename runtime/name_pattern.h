/* What the names of images say: a pattern such as '{plate}_{well}_s{site:int}.tif' turns parts of them into columns. */
#ifndef QB_RUNTIME_NAME_PATTERN_H
#define QB_RUNTIME_NAME_PATTERN_H

#include "core/arena.h"
#include "runtime/results.h"

typedef struct QbNamePattern {
    const char *text;
    int slashes;          /* so many folders of a path are matched too */
    int n;                /* columns; between them, and around them, stand n + 1 texts */
    const char **between; /* never empty but for the first and the last */
    QbTag *tags;
} QbNamePattern;

/* Columns are {name}, {name:str}, {name:int} or {name:float}; {{ and }} are braces. */
bool qb_name_pattern_parse(QbArena *arena, const char *text, QbNamePattern *p, QbErr *err);
/* The texts of the columns, as they stand in a CSV file: 007 is 7 where it is whole. NULL: the path does not match. Earlier
 * columns take as little as they can. */
const char **qb_name_pattern_match(const QbNamePattern *p, QbArena *arena, const char *path);

#endif
