/* Tables made small enough to be drawn: rows counted in bins, and never more points than a page can show. Reads a table row by
 * row, so that it may be larger than memory. Knows no pixels and no files. */
#ifndef QB_STDLIB_FIGURE_H
#define QB_STDLIB_FIGURE_H

#include "core/figure.h"
#include "core/table.h"

/* Equal bins of a histogram: [low + k·width, low + (k+1)·width), the last one closed; of log10(v) with `logs`. */
typedef struct QbRowBins {
    double low, width;
    int64_t n; /* 0: no row can be counted */
    bool logs;
} QbRowBins;

/* Bins for a column: `want` of equal width from the smallest to the largest, or with 0 about as many as Rice's rule has for so many
 * rows (2·∛n), at round numbers; whole numbers lie in the middle of theirs. Rows that are not finite, or with `logs` not positive,
 * are left out. */
bool qb_figure_bins(QbTable *t, int column, int64_t want, QbRowBins *bins, QbErr *err);
double qb_figure_edge(const QbRowBins *bins, int64_t k);
/* Counts the rows of each bin into count[0 … bins->n), which are 0. */
bool qb_figure_count(QbTable *t, int column, const QbRowBins *bins, int64_t *count, QbErr *err);

/* Fills `out`, whose columns are those of the figure's kind, from columns x and y (−1: none) of `t`. */
typedef struct QbFigureAsk {
    const QbFigure *figure;
    QbTable *t;
    int x, y;
} QbFigureAsk;
bool qb_figure_fill(const QbFigureAsk *ask, QbTable *out, QbErr *err);

#endif
