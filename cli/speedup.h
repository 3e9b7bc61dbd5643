/* What the wall times of runs with several numbers of threads say: medians, speed-up, and how serial the program is. */
#ifndef QB_CLI_SPEEDUP_H
#define QB_CLI_SPEEDUP_H

#include "core/text.h"

enum { QB_SPEEDUP_MOST = 16 };

typedef struct QbSpeedupRow {
    int threads;
    double *wall; /* seconds of each run, in the order of the runs */
    double median;
    double speedup;    /* T(1) / T(n), of medians */
    double efficiency; /* speedup / n */
    double
        karp_flatt; /* experimentally determined serial fraction, Karp and Flatt (1990); NaN for one thread */
    double
        predicted; /* speed-up after Amdahl with the p that the report of a run on one thread gives */
} QbSpeedupRow;

typedef struct QbSpeedup {
    QbSpeedupRow row[QB_SPEEDUP_MOST];
    int n_rows, repeat;
    double p,
        p_error; /* Amdahl's p and its standard error: T(n) = serial + parallel / n by least squares over all runs; NaN
                          * where there is one number of threads */
    double predicted_p; /* of the reports of the runs on one thread, median */
    double off;         /* largest relative difference of predicted and measured speed-up */
    bool agrees;        /* it is less than QB_SPEEDUP_AGREES */
} QbSpeedup;

#define QB_SPEEDUP_AGREES 0.1

/* From the walls and predicted_p to all else. */
void qb_speedup_solve(QbSpeedup *m);
double qb_median(double *v, int n); /* sorts */
void qb_speedup_table(const QbSpeedup *m, QbText *out);
void qb_speedup_json(const QbSpeedup *m, QbText *out);

#endif
