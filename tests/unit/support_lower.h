/* Lowers a text with a small table of operators: real ones behind signs, names and indices, and fakes that only have rows
 * and a type rule. */
#ifndef QB_TESTS_UNIT_SUPPORT_LOWER_H
#define QB_TESTS_UNIT_SUPPORT_LOWER_H

#include "compiler/lower.h"

typedef struct QbLowered {
    QbArena *arena;
    QbSource source;
    QbDiags diags;
    QbDag *dag;
} QbLowered;

QbLowered qb_lowered(const char *text, const QbLowerOptions *o);
void qb_lowered_free(QbLowered *x);
/* The texts that `use` finds in tests, by path: tools.qbi, deep.qbi and others in support_use.c. */
const QbSource *qb_lowered_file(QbArena *arena, const char *path, QbErr *err);
extern const QbSource qb_lowered_modules[];
/* "2:7 QB0314 message [hint]" a line, "tools.qbi:2:7 …" in other files; notes begin with "note ". */
const char *qb_lowered_messages(const QbLowered *x);
/* Live nodes of that operator. */
int qb_lowered_count(const QbLowered *x, const char *op);
/* The only live node of that operator. */
const QbNode *qb_lowered_node(const QbLowered *x, const char *op);
/* A field of its parameters. */
void *qb_lowered_field(const QbLowered *x, const char *op, const char *row);

#endif
