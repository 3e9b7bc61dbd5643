/* The parts that states are made of: bytes, columns page by page, logs. Columns and logs are used as anybody uses them. */
#include "core/keep.h"

#include <string.h>

enum { CELLS = 2048 }; /* of a column, kept together */
#define MOST_CELL (INT64_C(1) << 48)

bool qb_keep_bytes(QbKeep *k, void *bytes, size_t n, QbErr *err)
{
    return n == 0 || k->bytes(k, bytes, n, err);
}

bool qb_keep_grown(QbKeep *k, int64_t size, const QbGrown *g, QbErr *err)
{
    return k->grown(k, size, g, err);
}

/* ---- columns ---------------------------------------------------------------------------------------- */

static bool save_column(QbKeep *k, QbColumn *c, QbErr *err)
{
    int64_t cells[CELLS], from = 0;
    while ((from = qb_column_next(c, from)) >= 0) {
        from -= from % CELLS;
        for (int64_t j = 0; j < CELLS; j++)
            if (!qb_column_get(c, from + j, &cells[j], err))
                return false;
        if (!k->bytes(k, &from, sizeof(from), err) || !k->bytes(k, cells, sizeof(cells), err))
            return false;
        from += CELLS;
    }
    return k->bytes(k, &from, sizeof(from), err); /* −1: no more */
}

static bool load_column(QbKeep *k, QbColumn *c, QbErr *err)
{
    int64_t cells[CELLS], from;
    for (;;) {
        if (!k->bytes(k, &from, sizeof(from), err))
            return false;
        if (from < 0)
            return true;
        if (from > MOST_CELL - CELLS)
            return qb_err_set(err, "the checkpoint is damaged: a column with a cell %lld",
                              (long long)from);
        if (!k->bytes(k, cells, sizeof(cells), err))
            return false;
        for (int64_t j = 0; j < CELLS; j++)
            if (cells[j] && !qb_column_set(c, from + j, cells[j], err))
                return false;
    }
}

bool qb_keep_column(QbKeep *k, QbColumn *c, QbErr *err)
{
    return k->loading ? load_column(k, c, err) : save_column(k, c, err);
}

/* ---- logs ------------------------------------------------------------------------------------------- */

static bool read_log(void *ctx, int64_t offset, void *to, size_t n, QbErr *err)
{
    return qb_log_read(ctx, offset, to, n, err);
}

static bool write_log(void *ctx, int64_t offset, const void *from, size_t n, QbErr *err)
{
    QB_CHECK(offset == qb_log_size(ctx));
    return qb_log_append(ctx, from, n, NULL, err);
}

bool qb_keep_log(QbKeep *k, QbLog *l, QbErr *err)
{
    QbGrown g = {.ctx = l, .read = read_log, .write = write_log};
    return k->grown(k, qb_log_size(l), &g, err);
}
