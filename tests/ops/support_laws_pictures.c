/* Laws of boundaries, overlays and orthogonal slices. */
#include "core/colour.h"
#include "tests/ops/support_case.h"

#include <math.h>
#include <string.h>

/* ---- boundaries ------------------------------------------------------------------------------------------ */

static void expect_boundaries(QbCase *c)
{
    bool thick = !strcmp(qb_case_choice(c, "mode"), "thick");
    c->want_image = qb_oracle_boundaries(c->arena, &c->image[0], thick);
    c->want = QB_MASK;
}

/* ---- overlay --------------------------------------------------------------------------------------------- */

static double colour_of_label(double label)
{
    return qb_colour_of_label((uint32_t)label);
}

static double colour_of_mask(double label)
{
    (void)label;
    return QB_COLOUR_MASK;
}

static void adjust_overlay(QbCase *c)
{
    int64_t *width = qb_case_field(c, "width");
    if (c->kind[0] != QB_IMAGE) {
        c->kind[0] = QB_IMAGE;
        c->image[0] = qb_case_image(c, QB_IMAGE, QB_U16, false);
    }
    *width = qb_rng_chance(c->rng, 70) ? 1 : qb_rng_whole(c->rng, 1, 4);
}

/* The smallest and largest finite voxel. */
static void finite_range(const QbOracleImage *m, double range[2])
{
    range[0] = INFINITY, range[1] = -INFINITY;
    for (int64_t k = 0; k < qb_voxels(&m->type); k++)
        if (isfinite(m->v[k])) {
            range[0] = fmin(range[0], m->v[k]);
            range[1] = fmax(range[1], m->v[k]);
        }
}

static void expect_overlay(QbCase *c)
{
    double range[2];
    finite_range(&c->image[0], range);
    if (c->image[0].type.pix == QB_U8)
        range[0] = 0, range[1] = 255;
    QbOracleOverlay how = {.low = c->kind[2] == QB_NONE ? range[0] : c->number[2],
                           .high = c->kind[3] == QB_NONE ? range[1] : c->number[3],
                           .width = (int)*(int64_t *)qb_case_field(c, "width"),
                           .colour = c->kind[1] == QB_MASK ? colour_of_mask : colour_of_label};
    c->want_image = qb_oracle_overlay(c->arena, &c->image[0], &c->image[1], &how);
    c->want = QB_PICTURE;
}

/* ---- ortho ----------------------------------------------------------------------------------------------- */

static void adjust_ortho(QbCase *c)
{
    QbNumbers *at = qb_case_field(c, "at");
    *(int64_t *)qb_case_field(c, "gap") = qb_rng_whole(c->rng, 0, 3);
    at->n = qb_rng_chance(c->rng, 60) ? 3 : 0;
    for (int a = 0; a < at->n; a++)
        at->v[a] = (double)qb_rng_whole(c->rng, -c->n[a], c->n[a] - 1);
    if (qb_rng_chance(c->rng, 50))
        for (int a = 0; a < 3; a++)
            c->image[0].type.spacing[a] = (double)qb_rng_whole(c->rng, 1, 8) / 2;
}

/* Axis 0 is as long as it is in voxels of the other axis. */
static int64_t drawn(const QbType *t, int other)
{
    if (t->spacing[0] == 0)
        return t->n[0];
    double n = rint((double)t->n[0] * (t->spacing[0] / t->spacing[other]));
    return n < 1 ? 1 : (int64_t)n;
}

static void expect_ortho(QbCase *c)
{
    const QbNumbers *given = qb_case_field(c, "at");
    const QbType *t = &c->image[0].type;
    int64_t at[3];
    for (int a = 0; a < 3; a++) {
        at[a] = given->n ? (int64_t)given->v[a] : c->n[a] / 2;
        at[a] += at[a] < 0 ? c->n[a] : 0;
    }
    QbOracleOrtho how = {*(int64_t *)qb_case_field(c, "gap"), drawn(t, 1), drawn(t, 2)};
    c->want_image = qb_oracle_ortho(c->arena, &c->image[0], at, &how);
    c->want = t->kind;
}

/* ---- the range of a picture ------------------------------------------------------------------------------ */

static void expect_end(QbCase *c, int which)
{
    double range[2];
    finite_range(&c->image[0], range);
    c->want = QB_NUMBER;
    c->want_number = range[which];
}

static void adjust_end(QbCase *c)
{
    if (c->kind[0] == QB_LABELS) {
        c->kind[0] = QB_IMAGE;
        c->image[0] = qb_case_image(c, QB_IMAGE, QB_F32, false);
    }
}

static void expect_darkest(QbCase *c)
{
    expect_end(c, 0);
}

static void expect_brightest(QbCase *c)
{
    expect_end(c, 1);
}

/* What is drawn by others is tried through them; tables of plots by tests/unit/test_plot.c. */
const QbLaw qb_laws_pictures[] = {
    {"darkest", adjust_end, expect_darkest},
    {"brightest", adjust_end, expect_brightest},
    {"overlay_draw", NULL, NULL},
    {"plot", NULL, NULL},
    {"boundaries", NULL, expect_boundaries},
    {"overlay", adjust_overlay, expect_overlay},
    {"ortho", adjust_ortho, expect_ortho},
    {NULL, NULL, NULL},
};
