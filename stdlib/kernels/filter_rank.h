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
    int64_t size; /* columns of a window */
    int64_t n;    /* outputs, at most QB_RANK_STRIP */
    int64_t rank;
    int64_t low, high;     /* lanes of one byte: no key is outside */
    bool floats;           /* a NaN (the largest key) anywhere in a window is its result */
    size_t bytes;          /* of a key */
    size_t pitch;          /* of rows of keys, and of those in `sorted` */
    unsigned char *sorted; /* NETWORK */
    unsigned char *result; /* a strip of keys; vectors may run past the n-th */
} QbRankStrip;

/* ORDER: one block of a task. Axes are in the order lanes, other rows, columns. */
typedef struct QbRankOrder {
    int64_t in[3];    /* voxels, halo included */
    int64_t size[3];  /* of the window */
    int64_t lanes[2]; /* along the first two */
    int64_t rank;
    size_t bytes; /* of a key */
    bool floats;
    uint64_t flip;         /* makes keys of 4 and 8 bytes unsigned */
    int64_t n;             /* voxels that were taken: all, when sorted */
    int64_t first_nan;     /* the rank of the first NaN; n: there is none */
    uint64_t *pair;        /* the sorted voxels: upper half of the key, place */
    uint64_t *spare;       /* as large */
    uint64_t *wide;        /* 8 bytes: the keys of all places */
    uint32_t *ranks;       /* of all places; lanes run fastest, then rows */
    uint32_t *masks;       /* of the places along each axis: the lanes whose windows hold them */
    void *bits;            /* of windows: a word of each lane, then the next of each */
    unsigned char *result; /* a row of keys for each lane */
    size_t pitch;          /* of those rows */
    uint32_t group[QB_ORDER_LANES]; /* of words, where the ranks are looked for first */
} QbRankOrder;

#ifdef QB_CPU
/* Signed lanes: I8, I16, I32, I64, by the bytes of a key. */
void QB_CPU_NAME(qb_rank_bisect)(const QbRankStrip *s);
/* U8, I16, I32, I64; the median of a window that qb_rank_layout picks it for. */
void QB_CPU_NAME(qb_rank_network)(const QbRankStrip *s);
/* Unsigned keys of one and two bytes, others with `flip` made so: a row of keys at lane u, row v of the block; all are sorted;
 * then the results of all columns of some lanes from u on, in row v. */
void QB_CPU_NAME(qb_rank_order_masks)(QbRankOrder *o);
void QB_CPU_NAME(qb_rank_order_take)(QbRankOrder *o, const void *row, int64_t u, int64_t v);
void QB_CPU_NAME(qb_rank_order_sort)(QbRankOrder *o);
void QB_CPU_NAME(qb_rank_order_sweep)(QbRankOrder *o, int64_t u, int64_t v, const int64_t lanes[2]);
#endif

#endif
