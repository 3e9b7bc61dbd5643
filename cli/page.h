/* The report as one page that needs no network. */
#ifndef QB_CLI_PAGE_H
#define QB_CLI_PAGE_H

#include "runtime/report.h"

/* Parts of the page (JSON each; NULL: null): the report, what only a run that kept its tasks knows, and 'qbic scale --json'. */
typedef struct QbPage {
    const char *report, *extra, *scale;
} QbPage;

/* The page of a sweep around its data in JSON. */
bool qb_page_write_sweep(const char *data, FILE *f);
bool qb_page_write(const QbPage *p, FILE *f);
/* Tasks of each thread, memory over time, the graph as SVG where Graphviz is there, and what was shown of the results: first
 * rows of tables, sizes of objects, small pictures. */
void qb_page_extra(const QbPlan *plan, const QbRunResult *r, QbText *out);

#endif
