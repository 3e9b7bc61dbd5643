/* Axes of plots: which numbers are marked, how they are written, and what a column is called beside them. */
#ifndef QB_RUNTIME_AXIS_H
#define QB_RUNTIME_AXIS_H

#include "core/text.h"

#define QB_MOST_TICKS 64

typedef struct QbAxis {
    double lo, hi; /* what is shown; positive with `logs` */
    bool logs;
    double tick[QB_MOST_TICKS];
    int n_ticks;
    int decimals; /* of the numbers at the ticks */
    int power;    /* ticks are written as parts of 10^power; 0: as they are */
} QbAxis;

/* An axis over lo..hi with about `want` ticks at round numbers (with `logs`, at powers of ten, and 2 and 5 times these where
 * there are few). An empty range is widened. */
QbAxis qb_axis_over(double lo, double hi, bool logs, int want);
/* The same, ending at the ticks around lo..hi. */
QbAxis qb_axis_around(double lo, double hi, bool logs, int want);
/* 0 at lo, 1 at hi. */
double qb_axis_place(const QbAxis *a, double v);
void qb_axis_number(const QbAxis *a, double v, QbText *out);
/* A column's name as people write it: "volume_um3" is "volume (µm³)"; with what its numbers are parts of. */
void qb_axis_label(const QbAxis *a, const char *column, QbText *out);
/* "12,345" */
void qb_axis_grouped(int64_t n, QbText *out);

#endif
