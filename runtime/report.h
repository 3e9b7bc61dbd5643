/* The timing report of a run: JSON for programs, a table for people. */
#ifndef QB_RUNTIME_REPORT_H
#define QB_RUNTIME_REPORT_H

#include "runtime/run.h"

#include <stdio.h>

/* What made a run fail. */
typedef struct QbReportError {
    const char *code; /* "" where it has none */
    const char *message;
    QbSpan span;       /* source NULL: no place in the pipeline */
    int node;          /* step in which it came up; −1: before the run, or in none */
    const char *image; /* the input that it is about; NULL: none */
} QbReportError;

typedef struct QbReportInfo {
    const char *pipeline; /* file as typed */
    const char *sha256;   /* of its text, hexadecimal */
    int status;           /* exit status of the run */
    const QbReportError *errors;
    int n_errors;
} QbReportInfo;

void qb_report_json(const QbPlan *plan, const QbRunResult *r, const QbReportInfo *info,
                    QbText *out);
void qb_report_table(const QbPlan *plan, const QbRunResult *r, QbText *out);
/* The input that a step works on: its own file, or the first one upstream of it; NULL: none. */
const char *qb_report_image(const QbPlan *plan, int step);
/* A line for each error: where, what, of which image. Nothing for a run that succeeded. */
void qb_report_errors(const QbReportInfo *info, QbText *out);
/* One line: "0.31 s on 2 threads, p = 0.96; read is the hotspot (41 %); 8 cores would give 5.6×". */
void qb_report_verdict(const QbPlan *plan, const QbRunResult *r, QbText *out);
/* Chrome's trace-event format, of a run with options.trace (trace.c). False: the file could not be written. */
bool qb_trace_write(const QbPlan *plan, const QbRunResult *r, const QbReportInfo *info, FILE *f);

#endif
