/* Random cases for any descriptor: legal parameters and inputs made from its rows alone, and what the oracle expects. */
#ifndef QB_TESTS_OPS_SUPPORT_CASE_H
#define QB_TESTS_OPS_SUPPORT_CASE_H

#include "tests/ops/support.h"

typedef struct QbCase {
    QbLab *lab;
    QbArena *arena; /* the lab's */
    QbRng *rng;
    const QbOp *op;
    void *params;
    int rank;
    int64_t n[3]; /* shape of the subject */
    int n_in;
    QbKind kind[QB_MAX_INPUTS]; /* QB_NONE: not given */
    QbOracleImage image[QB_MAX_INPUTS];
    double number[QB_MAX_INPUTS];
    bool measured[QB_MAX_INPUTS];
    int in[QB_MAX_INPUTS]; /* nodes of the lab */
    int node;              /* of the operator; −1: refused */
    QbType out;            /* what the checker says it gives */
    const char *file;      /* temporary; NULL: none */
    /* What the oracle says. `want` QB_NONE: nothing can be said of this case. */
    QbKind want;
    QbOracleImage want_image;
    double want_number;
    QbOracleTable want_table;
    double tolerance; /* of the largest finite value; 0: exact */
    bool each;        /* the tolerance is relative to each voxel */
    int ulps;         /* how many steps of its type each voxel may be off instead */
    bool zeros;       /* -0 and 0 differ */
    double scale;     /* of a number: what the tolerance is relative to; 0: the number itself */
} QbCase;

/* How one operator is tried: `adjust` narrows what was drawn to what the operator takes, `expect` asks the oracle. */
typedef struct QbLaw {
    const char *op;
    void (*adjust)(QbCase *c);
    void (*expect)(QbCase *c);
} QbLaw;

/* A table of laws ends with a row without a name. */
extern const QbLaw qb_laws_pixels[], qb_laws_filters[], qb_laws_measures[], qb_laws_index[],
    qb_laws_others[], qb_laws_sources[], qb_laws_pictures[];

/* The laws of an operator; NULL: nobody wrote its oracle. */
const QbLaw *qb_law_find(const char *op);

/* Draws case number `index` (its size grows with it), and makes its node; false when the checker refused it. */
bool qb_case_draw(QbCase *c, const QbLaw *law, int index);
/* A parameter's field in the struct; the row must exist. */
void *qb_case_field(const QbCase *c, const char *name);
bool qb_case_has(const QbCase *c, const char *name);
/* Index of the input row of that name among the inputs; −1: none. */
int qb_case_input(const QbCase *c, const char *name);

/* Random voxels of the type's kind and pixel type. `plain`: no NaN, no infinities, moderate values. */
QbOracleImage qb_case_image(QbCase *c, QbKind kind, QbPix pix, bool plain);
QbElement qb_case_element(QbRng *rng, int rank, int64_t reach);
/* The choice that a CHOICE parameter holds, as its name. */
const char *qb_case_choice(const QbCase *c, const char *name);
/* The checker's own words on the case, for messages. */
const char *qb_case_text(const QbCase *c);

/* A TIFF file of the image, one page a slice; the case's file is removed with it. */
const char *qb_case_tiff(QbCase *c, const QbOracleImage *m, int64_t rows_per_strip);

/* "" or how a result differs from what the oracle wants. */
const char *qb_case_compare(const QbCase *c, const QbLabNode *result);

#endif
