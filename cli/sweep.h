/* What the files of `qbic sweep` share: the values that parameters take, the points that they make, and what becomes of them. */
#ifndef QB_CLI_SWEEP_H
#define QB_CLI_SWEEP_H

#include "cli/batch.h"

#define QB_MOST_POINTS 100000 /* of a sweep, and values of a parameter */

/* A value as it was written, or as a range gives it. */
typedef struct QbSweepValue {
    const char *text;
    const QbOverrideText *in; /* NULL: it stands nowhere */
} QbSweepValue;

/* Parameters that take their values together: one of -p, or the columns of a table of points. */
typedef struct QbSweepAxis {
    const char **names;
    const QbOverrideText **headers; /* of a table: where the names stand */
    int n_names;
    QbSweepValue *v; /* n rows of n_names */
    int n, cap;
    const char *from; /* "command line" or "file" */
} QbSweepAxis;

typedef struct QbSweepPoint {
    const char *name;    /* "level=20,sigma=1.5", as a folder may be called */
    const char **values; /* qbi text of each swept parameter; strings as they are */
    const char *image;   /* the value of the first path parameter; NULL: there is none */
} QbSweepPoint;

typedef struct QbSweep {
    QbArena *arena;
    QbPipeline *p;
    const QbCliOptions *o;
    QbLowerOptions lower; /* with what is the same at every point */
    QbDiags diags;        /* of the values */
    QbSweepAxis *axes;
    int n_axes, cap_axes;
    bool zip;
    const char **names; /* of all axes */
    QbTag *tags;        /* the columns that they become */
    int n_names;
    QbSweepPoint *points;
    int n_points;
} QbSweep;

/* sweep_values.c: the values of a -p. False after mistakes, which are in the diagnostics. `textual`: it takes its text as it is. */
bool qb_sweep_values(QbSweep *s, const char *name, const char *text, bool textual,
                     QbSweepAxis *axis);
/* A mistake at [lo, hi) of a text. */
QbDiag *qb_sweep_mistake(QbSweep *s, const QbOverrideText *in, size_t n, const char *fmt, ...)
    QB_PRINTF(4, 5);
void qb_sweep_add_value(QbSweep *s, QbSweepAxis *axis, const char *text, const QbOverrideText *in);

/* sweep_table.c: an axis from a CSV file whose header names parameters. 0, or the exit status; mistakes are in the diagnostics. */
int qb_sweep_table(QbSweep *s, const char *path, QbSweepAxis *axis);

/* sweep_points.c: all points, each with values that fit their parameters. 0, or the exit status after errors that were printed. */
int qb_sweep_open(QbSweep *s, QbPipeline *p, const QbCliOptions *o);
bool qb_sweep_sets(const QbSweep *s, const char *param);
/* The point that differs from another in one axis alone; the same one where there is none. */
int qb_sweep_neighbour(const QbSweep *s, int point, int axis);
/* Adds what a point overrides. Called by many threads. */
void qb_sweep_override(const QbSweep *s, int point, QbArena *arena, QbLowerOptions *lo);

/* sweep_units.c: which points are made together: those that share most. */
void qb_sweep_units(QbFrontState *f);
/* What all units would share. */
void qb_sweep_sharing(QbFrontState *f, QbSharing *sum);

/* sweep_report.c: whether the reports, and what they are to plot, can be had; the reports. 0, or the exit status. */
int qb_sweep_report_fits(QbFrontState *f);
int qb_sweep_report(QbFrontState *f, const QbNamePattern *columns);

#endif
