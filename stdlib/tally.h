/* Counts of voxels by value, or for types of 32 and 64 bits by 16 bits of their sort keys at a time: what percentiles, and
 * histograms of narrow whole numbers, are read from. What it must not know: images, threads, and who reads it. */
#ifndef QB_STDLIB_TALLY_H
#define QB_STDLIB_TALLY_H

#include "stdlib/kernels/label.h"

/* Two neighbouring ranks, which a percentile lies between: the leading bits of their keys, as far as they are known,
 * and their ranks among the voxels that share these bits. */
typedef struct QbSeek {
    int level; /* digits that are known */
    uint64_t prefix[2], rank[2];
} QbSeek;

/* The finished state of the fold `tally`. Level 0 counts every voxel by the first digit of its key, the levels after it count
 * the next digit of those that share a prefix. Types of 8 and 16 bits have one digit, the value itself. */
typedef struct QbTally {
    QbPix pix;
    int64_t n_bins;     /* 256 or 65536 */
    QbSeek seek;        /* what the level before found; level 0: nothing */
    uint64_t n, n_nan;  /* voxels that are numbers, and that are not */
    uint64_t *count[2]; /* of either prefix; one table where they are equal */
} QbTally;

/* The parameters of the fold. */
typedef struct QbTallyParams {
    double p; /* level 0: 0, so that all percentiles share it */
    int64_t level;
} QbTallyParams;

/* Voxels of that many 16-bit digits (8-bit types: of one, which is 8 bits). */
int qb_tally_levels(QbPix pix);
static inline int64_t qb_tally_bins(QbPix pix)
{
    return qb_pix_bytes(pix) == 1 ? 256 : 65536;
}
/* The value of bin k of a type of 8 or 16 bits. */
static inline int64_t qb_tally_value(QbPix pix, int64_t k)
{
    return k + (int64_t)qb_pix_info[pix].lo;
}
QbTally *qb_tally_new(QbPix pix, const QbSeek *seek);
void qb_tally_free(QbTally *t);
/* Where the p-th percentile lies once the counts of this level are known. There is a number. */
QbSeek qb_tally_seek(const QbTally *t, double p);
/* The p-th percentile, from the last level. NaN where a voxel is. */
double qb_tally_percentile(const QbTally *t, double p);

/* What one worker counts: 32-bit tables, emptied into the tally before they overflow. */
typedef struct QbTallyPart {
    uint64_t added, n_nan;
    uint32_t count[];
} QbTallyPart;

size_t qb_tally_part_bytes(QbPix pix);
void qb_tally_part_open(QbPix pix, QbTallyPart *part);
/* Counts the voxels of a row. From any thread: each has its part. */
void qb_tally_add(const QbLabelKernels *cpu, QbTally *t, QbTallyPart *part, const void *row,
                  int64_t n);
/* Moves a part's counts into the tally. From any thread. */
void qb_tally_flush(QbTally *t, QbTallyPart *part);

#endif
