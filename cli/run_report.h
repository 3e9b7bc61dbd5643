/* The reports and the trace that a run was asked for. */
#ifndef QB_CLI_RUN_REPORT_H
#define QB_CLI_RUN_REPORT_H

#include "cli/cli.h"
#include "runtime/report.h"

typedef struct QbTold {
    const QbPlan *plan;
    const QbRunResult *r;
    QbReportInfo info;
} QbTold;

/* Their names say what they are; false after an error that was printed. */
bool qb_reports_ok(const QbCliOptions *o);
bool qb_reports_want_page(const QbCliOptions *o);
/* Tasks that each thread keeps at most, the side of small pictures, and bytes that all this takes beside the run itself. */
int64_t qb_reports_notes(const QbCliOptions *o, size_t budget, int threads);
int qb_reports_side(const QbCliOptions *o, size_t budget, int outputs);
size_t qb_reports_room(const QbCliOptions *o, size_t budget, int threads, int outputs);
/* Before the run, which may take hours: whether they can be written at all; false after an error that was printed. */
bool qb_reports_try(const QbCliOptions *o);
/* Each appears whole or not at all. Returns the exit status after what is wrong was printed. */
int qb_reports_write(const QbCliOptions *o, const QbTold *told);
/* Of a run that failed before there was a plan: with what the diagnostics say, or `message`, or that its options are wrong. */
int qb_reports_unplanned(const QbCliOptions *o, const QbPipeline *p, int status,
                         const char *message, double started);

#endif
