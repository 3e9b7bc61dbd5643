/* The live line of a run on a terminal. */
#ifndef QB_CLI_PROGRESS_H
#define QB_CLI_PROGRESS_H

#include "cli/cli.h"
#include "runtime/run.h"

/* Standard error is a terminal, and neither -q nor NO_PROGRESS asks for silence. */
bool qb_progress_wanted(const QbCliOptions *o);
/* For QbRunOptions.progress; `ctx` is not used. */
void qb_progress_show(void *ctx, const QbProgress *p);
void qb_progress_erase(void);
/* Writes a line of one's own over the last one, as much of it as fits. */
void qb_progress_line(const QbText *t);
void qb_progress_time(QbText *t, double seconds); /* "25 s", "3 min 07 s" */

#endif
