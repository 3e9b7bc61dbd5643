/* Rows with their border: the columns beyond an image, filled in a row buffer of the kernel's own, mirrored (as often as the
 * halo exceeds the extent) or constant. Knows element sizes, no pixel types. */
#ifndef QB_STDLIB_PAD_H
#define QB_STDLIB_PAD_H

#include "core/op.h"

#include <string.h>

/* What columns hold. `fill` points at one element (CONSTANT only). */
typedef struct QbPad {
    QbBorder border;
    size_t bytes; /* of one element */
    int64_t nx;   /* the domain is [0, nx) */
    const void *fill;
} QbPad;

static inline void qb_pad_one(const QbPad *p, unsigned char *at0, int64_t c)
{
    const void *from = p->fill;
    if (p->border == QB_BORDER_MIRROR)
        from = at0 + qb_mirror(c, p->nx) * (int64_t)p->bytes;
    switch (p->bytes) {
    case 1:
        memcpy(at0 + c, from, 1);
        break;
    case 2:
        memcpy(at0 + c * 2, from, 2);
        break;
    case 4:
        memcpy(at0 + c * 4, from, 4);
        break;
    default:
        memcpy(at0 + c * 8, from, 8);
        break;
    }
}

/* Fills the columns of [from, to) that lie outside the domain, from those inside. `column0` is where column 0 is, or would
 * be; the columns of [from, to) inside the domain are there. */
static inline void qb_pad_edges(const QbPad *p, void *column0, int64_t from, int64_t to)
{
    for (int64_t c = from; c < 0; c++)
        qb_pad_one(p, column0, c);
    for (int64_t c = p->nx; c < to; c++)
        qb_pad_one(p, column0, c);
}

/* Columns [from, to) of a row into dst; those inside the domain are in `row`, whose first element is column x0. */
static inline void qb_pad_row(const QbPad *p, void *dst, const void *row, int64_t x0, int64_t from,
                              int64_t to)
{
    int64_t bytes = (int64_t)p->bytes, a = qb_max64(from, 0), b = qb_min64(to, p->nx);
    unsigned char *at0 = (unsigned char *)dst - from * bytes;
    memcpy(at0 + a * bytes, (const unsigned char *)row + (a - x0) * bytes,
           (size_t)((b - a) * bytes));
    qb_pad_edges(p, at0, from, to);
}

#endif
