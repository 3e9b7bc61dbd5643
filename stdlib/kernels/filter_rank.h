/* What the kernels of ranks hand to each other: one strip of one output row, whose window is a list of rows of keys in
 * scratch. Keys are lanes that one integer comparison orders; pixel types and borders are known where rows are taken in. */
#ifndef QB_STDLIB_FILTER_RANK_H
#define QB_STDLIB_FILTER_RANK_H

#include "stdlib/kernels/filter_key.h"
#include "stdlib/kernels/filter_layout.h"

typedef struct QbRankStrip {
    const unsigned char *const *
        row; /* the window's rows, axis 0 fastest: row[r] points at the first window's first column */
    int64_t n_rows;
    int64_t size0; /* … along axis 0; the row one index before is `pitch` bytes before */
    int64_t size;  /* columns of a window */
    int64_t n;     /* outputs, at most QB_RANK_STRIP */
    int64_t rank;
    int64_t low, high; /* lanes of one byte: no key is outside */
    bool floats;       /* a NaN (the largest key) anywhere in a window is its result */
    bool
        first; /* COLUMNS: the strip before is another; else it is this one, one index before along axis 0 */
    size_t bytes;          /* of a key */
    size_t pitch;          /* of rows of keys, and of those in `sorted` */
    unsigned char *sorted; /* NETWORK */
    uint16_t *counts; /* SLIDE: all 0 before and after; COLUMNS: kept from one strip to the next */
    unsigned char *result; /* a strip of keys; vectors may run past the n-th */
} QbRankStrip;

#ifdef QB_CPU
/* Signed lanes: I8, I16, I32, I64, by the bytes of a key. */
void QB_CPU_NAME(qb_rank_bisect)(const QbRankStrip *s);
/* Unsigned keys of two bytes. */
void QB_CPU_NAME(qb_rank_slide)(const QbRankStrip *s);
/* Unsigned keys of one byte. */
void QB_CPU_NAME(qb_rank_columns)(const QbRankStrip *s);
/* U8, I16, I32, I64; the median of a window that qb_rank_layout picks it for. */
void QB_CPU_NAME(qb_rank_network)(const QbRankStrip *s);
#endif

#endif
