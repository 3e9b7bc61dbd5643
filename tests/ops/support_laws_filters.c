/* Laws of neighbourhoods, morphology and objects: which oracle says what a case must give. */
#include "tests/ops/support_case.h"

#include <math.h>
#include <string.h>

static double real_tolerance(const QbCase *c)
{
    return c->out.pix == QB_F64 ? 1e-12 : 2e-6;
}

static void wants(QbCase *c, QbOracleImage image, double tolerance)
{
    c->want = image.type.kind;
    c->want_image = image;
    c->tolerance = tolerance;
}

/* ---- rank filters -------------------------------------------------------------------------------------- */

static int64_t window(const QbCase *c)
{
    const int64_t *size = qb_case_field(c, "size");
    return size[0] * size[1] * size[2];
}

static void expect_median(QbCase *c)
{
    wants(c, qb_oracle_median(c->arena, &c->image[0], qb_case_field(c, "size")), 0);
}

static void expect_minimum(QbCase *c)
{
    wants(c, qb_oracle_rank(c->arena, &c->image[0], qb_case_field(c, "size"), 0), 0);
}

static void expect_maximum(QbCase *c)
{
    wants(c, qb_oracle_rank(c->arena, &c->image[0], qb_case_field(c, "size"), window(c) - 1), 0);
}

/* A rank from 0; a negative one counts from the largest. */
static void adjust_rank(QbCase *c)
{
    *(int64_t *)qb_case_field(c, "rank") = qb_rng_whole(c->rng, -window(c), window(c) - 1);
}

static void expect_rank(QbCase *c)
{
    int64_t k = *(int64_t *)qb_case_field(c, "rank");
    wants(c, qb_oracle_rank(c->arena, &c->image[0], qb_case_field(c, "size"), k < 0 ? k + window(c) : k), 0);
}

static void adjust_count_box(QbCase *c)
{
    *(int64_t *)qb_case_field(c, "need") = qb_rng_whole(c->rng, 1, window(c));
    *(QbBorder *)qb_case_field(c, "border") = QB_BORDER_MIRROR;
}

/* The middle as often as any other place: medians have methods of their own. */
static void adjust_rank_box(QbCase *c)
{
    int64_t n = window(c);
    *(int64_t *)qb_case_field(c, "rank") = qb_rng_chance(c->rng, 50) ? n / 2 : qb_rng_whole(c->rng, 0, n - 1);
}

static void expect_count_box(QbCase *c)
{
    QbOracleImage n = qb_oracle_window_count(c->arena, &c->image[0], qb_case_field(c, "size"));
    QbOracleImage out = qb_oracle_like(c->arena, &c->image[0], QB_MASK, QB_U8);
    for (int64_t k = 0; k < qb_voxels(&out.type); k++)
        out.v[k] = n.v[k] >= (double)*(int64_t *)qb_case_field(c, "need");
    wants(c, out, 0);
}

/* ---- smoothing ----------------------------------------------------------------------------------------- */

static void expect_uniform(QbCase *c)
{
    wants(c, qb_oracle_uniform(c->arena, &c->image[0], qb_case_field(c, "size")), real_tolerance(c));
}

static void expect_gaussian(QbCase *c)
{
    wants(c, qb_oracle_gaussian(c->arena, &c->image[0], qb_case_field(c, "sigma")), real_tolerance(c));
}

/* ---- morphology ---------------------------------------------------------------------------------------- */

/* One erosion or dilation: of masks with what lies outside, of grey values mirrored. */
static QbOracleImage step(QbCase *c, const QbOracleImage *m, bool dilates, int outside)
{
    QbOracleOffsets e = qb_oracle_offsets(c->arena, qb_case_field(c, "element"), c->rank);
    if (m->type.kind != QB_MASK)
        return qb_oracle_extremum(c->arena, m, &e, dilates);
    return dilates ? qb_oracle_dilate(c->arena, m, &e, outside) : qb_oracle_erode(c->arena, m, &e, outside);
}

static void expect_erode(QbCase *c)
{
    wants(c, step(c, &c->image[0], false, *(bool *)qb_case_field(c, "outside")), 0);
}

static void expect_dilate(QbCase *c)
{
    wants(c, step(c, &c->image[0], true, *(bool *)qb_case_field(c, "outside")), 0);
}

static void expect_open(QbCase *c)
{
    QbOracleImage first = step(c, &c->image[0], false, 1);
    wants(c, step(c, &first, true, 0), 0);
}

static void expect_close(QbCase *c)
{
    QbOracleImage first = step(c, &c->image[0], true, 0);
    wants(c, step(c, &first, false, 1), 0);
}

/* ---- objects ------------------------------------------------------------------------------------------- */

static void expect_label(QbCase *c)
{
    int connectivity = (int)*(int64_t *)qb_case_field(c, "connectivity");
    wants(c, qb_oracle_label(c->arena, &c->image[0], connectivity), 0);
}

static void adjust_label(QbCase *c)
{
    static const int64_t flat[] = {0, 4, 8}, deep[] = {0, 6, 18, 26};
    int64_t *connectivity = qb_case_field(c, "connectivity");
    *connectivity = c->rank == 2 ? flat[qb_rng_whole(c->rng, 0, 2)] : deep[qb_rng_whole(c->rng, 0, 3)];
}

static void expect_count(QbCase *c)
{
    c->want = QB_TABLE;
    c->want_table = qb_oracle_count(c->arena, &c->image[0]);
}

const QbLaw qb_laws_filters[] = {
    {"median", NULL, expect_median},
    {"minimum", NULL, expect_minimum},
    {"maximum", NULL, expect_maximum},
    {"rank", adjust_rank, expect_rank},
    {"rank_box", adjust_rank_box, expect_rank},
    {"count_box", adjust_count_box, expect_count_box},
    {"extreme_axis0", NULL, NULL}, /* through minimum and maximum */
    {"extreme_plane", NULL, NULL},
    {"sum_axis0", NULL, NULL}, /* through count_box */
    {"count_plane", NULL, NULL},
    {"uniform", NULL, expect_uniform},
    {"gaussian", NULL, expect_gaussian},
    {"erode", NULL, expect_erode},
    {"dilate", NULL, expect_dilate},
    {"open", NULL, expect_open},
    {"close", NULL, expect_close},
    {"label", adjust_label, expect_label},
    {"count", NULL, expect_count},
    {NULL, NULL, NULL},
};
