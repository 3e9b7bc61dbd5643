/* What the files of the report share: sums over a run; nobody else includes it. */
#ifndef QB_RUNTIME_REPORT_PARTS_H
#define QB_RUNTIME_REPORT_PARTS_H

#include "runtime/report.h"

typedef struct QbReportSums {
    double busy, serial, parallel, p, other, waiting, utilisation;
    int hotspot; /* step, or −1 */
} QbReportSums;

QbReportSums qb_report_sum(const QbPlan *plan, const QbRunResult *r);
/* Speed-up over one thread; threads 0: without end. */
double qb_report_amdahl(double p, double threads);
double qb_report_fraction(const QbStepTime *t); /* parallel part of a step's busy time */
/* Seconds inside tasks that the voxels were to take on one thread. */
double qb_report_planned(const QbStep *step, const QbStepTime *t);
void qb_report_advice(const QbStep *step, const QbStepTime *t, QbText *out);

#endif
