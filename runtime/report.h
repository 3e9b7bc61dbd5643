/* The timing report of a run: JSON for programs, a table for people. */
#ifndef QB_RUNTIME_REPORT_H
#define QB_RUNTIME_REPORT_H

#include "runtime/run.h"

#include <stdio.h>

typedef struct QbReportInfo {
    const char *pipeline; /* file as typed */
    const char *sha256;   /* of its text, hexadecimal */
} QbReportInfo;

void qb_report_json(const QbPlan *plan, const QbRunResult *r, const QbReportInfo *info,
                    QbText *out);
void qb_report_table(const QbPlan *plan, const QbRunResult *r, QbText *out);
/* One line: "0.31 s on 2 threads, p = 0.96; read is the hotspot (41 %); 8 cores would give 5.6×". */
void qb_report_verdict(const QbPlan *plan, const QbRunResult *r, QbText *out);
/* Chrome's trace-event format, of a run with options.trace (trace.c). False: the file could not be written. */
bool qb_trace_write(const QbPlan *plan, const QbRunResult *r, const QbReportInfo *info, FILE *f);

#endif
