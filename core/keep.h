/* A state on its way into a checkpoint, or back. An operator names the parts of its state in one function that serves both
 * ways, so that what is written and what is read cannot come apart. Numbers stand as the machine has them (64 bits, little
 * endian). Knows neither files nor who keeps. */
#ifndef QB_CORE_KEEP_H
#define QB_CORE_KEEP_H

#include "core/table.h"

/* Bytes that only ever become more: what was there when they were last kept is not written again. */
typedef struct QbGrown {
    void *ctx;
    bool (*read)(void *ctx, int64_t offset, void *to, size_t n, QbErr *err);
    bool (*write)(void *ctx, int64_t offset, const void *from, size_t n, QbErr *err); /* in order */
} QbGrown;

typedef struct QbKeep {
    bool loading;
    int64_t end; /* indices of axis 0 before this one have been added */
    bool (*bytes)(struct QbKeep *k, void *bytes, size_t n, QbErr *err);
    bool (*grown)(struct QbKeep *k, int64_t size, const QbGrown *g, QbErr *err);
} QbKeep;

/* Writes n bytes, or replaces them by those that were written. */
bool qb_keep_bytes(QbKeep *k, void *bytes, size_t n, QbErr *err);
/* Loading: into ones that were just made. */
bool qb_keep_column(QbKeep *k, QbColumn *c, QbErr *err);
bool qb_keep_log(QbKeep *k, QbLog *l, QbErr *err);
/* `size` bytes; loading, the g->write of as many. */
bool qb_keep_grown(QbKeep *k, int64_t size, const QbGrown *g, QbErr *err);

#endif
