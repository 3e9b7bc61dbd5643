/* How a table is drawn: the parameters of the operator `plot`, which picks and counts, and which whoever draws looks at. */
#ifndef QB_CORE_FIGURE_H
#define QB_CORE_FIGURE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum QbFigureKind {
    QB_FIGURE_AUTO,      /* scatter with y, bars of a table that is a histogram, else histogram */
    QB_FIGURE_HISTOGRAM, /* columns: from, to, how many rows of x lie there */
    QB_FIGURE_SCATTER,   /* x, y, how many rows share the place */
    QB_FIGURE_LINE,      /* x, y */
    QB_FIGURE_BARS,      /* from, to, y: each row a bar about its x */
} QbFigureKind;

typedef struct QbFigure {
    int kind;          /* QbFigureKind; never AUTO once it was checked */
    const char *x, *y; /* columns of the table; "": not given */
    int64_t bins;      /* of a histogram; 0: so many as suit the rows, at round numbers */
    bool log_x, log_y;
    const char *title; /* "": what is drawn, as the pipeline says it */
} QbFigure;

#endif
