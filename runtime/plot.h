/* Plots: a small table that `plot` made, drawn on a page with axes, a title and what it was made of. */
#ifndef QB_RUNTIME_PLOT_H
#define QB_RUNTIME_PLOT_H

#include "core/figure.h"
#include "core/table.h"
#include "core/text.h"

typedef struct QbPlotSpec {
    const QbFigure *figure;
    const QbType *type; /* QB_PLOT: its columns are those of the table */
    QbTable *table;
    const char *title, *subtitle;
    const char *about; /* provenance, kept in the file; or NULL */
    int64_t width;     /* of the PNG, pixels; 0: 1280 */
} QbPlotSpec;

/* Appends the plot as the bytes of a PNG file (1280 × 800, or of another width) or an SVG file; the same table gives the same bytes. */
bool qb_plot_draw(const QbPlotSpec *spec, bool svg, QbText *out, QbErr *err);
/* A count as it is written on a plot: "12,345". */
void qb_plot_add_number(int64_t n, QbText *out);

#endif
