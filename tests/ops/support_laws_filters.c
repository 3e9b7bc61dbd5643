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
    wants(
        c,
        qb_oracle_rank(c->arena, &c->image[0], qb_case_field(c, "size"), k < 0 ? k + window(c) : k),
        0);
}

static void adjust_count_box(QbCase *c)
{
    *(int64_t *)qb_case_field(c, "need") = qb_rng_whole(c->rng, 1, window(c));
}

/* The middle as often as any other place: medians have methods of their own. */
static void adjust_rank_box(QbCase *c)
{
    int64_t n = window(c);
    *(int64_t *)qb_case_field(c, "rank") =
        qb_rng_chance(c->rng, 50) ? n / 2 : qb_rng_whole(c->rng, 0, n - 1);
}

/* True where the window holds as many voxels of the mask as are needed. */
static void wants_enough(QbCase *c, const QbOracleImage *mask)
{
    QbOracleImage n = qb_oracle_window_count(c->arena, mask, qb_case_field(c, "size"));
    QbOracleImage out = qb_oracle_like(c->arena, mask, QB_MASK, QB_U8);
    for (int64_t k = 0; k < qb_voxels(&out.type); k++)
        out.v[k] = n.v[k] >= (double)*(int64_t *)qb_case_field(c, "need");
    wants(c, out, 0);
}

static void expect_count_box(QbCase *c)
{
    wants_enough(c, &c->image[0]);
}

/* Sums that fit a byte; bounds anywhere in the pixel type. */
static void adjust_count_within(QbCase *c)
{
    const QbType *type = &c->image[0].type;
    int64_t *size = qb_case_field(c, "size"), *low = qb_case_field(c, "low"),
            *high = qb_case_field(c, "high");
    for (int a = 0; window(c) > UINT8_MAX; a = (a + 1) % 3)
        size[a] = qb_max64(1, size[a] - 2);
    adjust_count_box(c);
    int64_t from = (int64_t)qb_pix_info[type->pix].lo, to = (int64_t)qb_pix_info[type->pix].hi;
    *low = type->kind == QB_MASK ? 1 : qb_rng_whole(c->rng, from, to);
    *high = type->kind == QB_MASK ? 1 : qb_rng_whole(c->rng, *low, to);
}

static void expect_count_within(QbCase *c)
{
    double low = (double)*(int64_t *)qb_case_field(c, "low"),
           high = (double)*(int64_t *)qb_case_field(c, "high");
    QbOracleImage mask = qb_oracle_like(c->arena, &c->image[0], QB_MASK, QB_U8);
    for (int64_t k = 0; k < qb_voxels(&mask.type); k++)
        mask.v[k] = c->image[0].v[k] >= low && c->image[0].v[k] <= high;
    wants_enough(c, &mask);
}

/* ---- smoothing ----------------------------------------------------------------------------------------- */

static void expect_uniform(QbCase *c)
{
    wants(c, qb_oracle_uniform(c->arena, &c->image[0], qb_case_field(c, "size")),
          real_tolerance(c));
}

static void expect_gaussian(QbCase *c)
{
    wants(c, qb_oracle_gaussian(c->arena, &c->image[0], qb_case_field(c, "sigma")),
          real_tolerance(c));
}

/* Axes first … last: means where the size is above 1, else the Gaussian. */
static void expect_fir(QbCase *c, int first, int last)
{
    int64_t size[3] = {1, 1, 1};
    double sigma[3] = {0};
    for (int a = first; a <= last; a++) {
        size[a] = ((const int64_t *)qb_case_field(c, "size"))[a];
        sigma[a] = size[a] > 1 ? 0 : ((const double *)qb_case_field(c, "sigma"))[a];
    }
    QbOracleImage mean = qb_oracle_uniform(c->arena, &c->image[0], size);
    wants(c, qb_oracle_gaussian(c->arena, &mean, sigma), real_tolerance(c));
}

static void expect_fir_axis0(QbCase *c)
{
    expect_fir(c, 0, 0);
}

static void expect_fir_plane(QbCase *c)
{
    expect_fir(c, c->rank == 2 ? 0 : 1, 2);
}

/* ---- morphology ---------------------------------------------------------------------------------------- */

/* One erosion or dilation: of masks with what lies outside, of grey values mirrored. */
static QbOracleImage step(QbCase *c, const QbOracleImage *m, bool dilates, int outside)
{
    QbOracleOffsets e = qb_oracle_offsets(c->arena, qb_case_field(c, "element"), c->rank);
    if (m->type.kind != QB_MASK)
        return qb_oracle_extremum(c->arena, m, &e, dilates);
    return dilates ? qb_oracle_dilate(c->arena, m, &e, outside)
                   : qb_oracle_erode(c->arena, m, &e, outside);
}

static void expect_erode(QbCase *c)
{
    wants(c, step(c, &c->image[0], false, *(bool *)qb_case_field(c, "outside")), 0);
}

static void expect_dilate(QbCase *c)
{
    wants(c, step(c, &c->image[0], true, *(bool *)qb_case_field(c, "outside")), 0);
}

static void adjust_extreme_element(QbCase *c)
{
    double *outside = qb_case_field(c, "outside");
    *outside =
        c->kind[0] == QB_MASK ? *outside > 0 : qb_oracle_store(c->image[0].type.pix, *outside);
}

static void expect_extreme_element(QbCase *c)
{
    QbOracleOffsets e = qb_oracle_offsets(c->arena, qb_case_field(c, "element"), c->rank);
    bool is_mirrored = strcmp(qb_case_choice(c, "border"), "mirror") == 0;
    double outside = is_mirrored ? NAN : *(double *)qb_case_field(c, "outside");
    wants(
        c,
        qb_oracle_under(c->arena, &c->image[0], &e, outside, *(bool *)qb_case_field(c, "largest")),
        0);
}

/* Distances are held in the smallest type that has room for r² and one value beyond. */
static QbPix distance_pix(double r)
{
    return r * r < 255 ? QB_U8 : r * r < 65535 ? QB_U16 : QB_U32;
}

static double none_of(double r)
{
    return r * r < 255 ? 255 : r * r < 65535 ? 65535 : 1073741823;
}

/* Small radii, both sides of every change of type and of method, and one beyond the image. */
static void adjust_near_mask(QbCase *c)
{
    static const double radii[] = {0, 0.5, 1, 1.5, 4, 12, 15.9, 16, 24, 25, 40.5, 255.9, 256, 300};
    if (qb_rng_chance(c->rng, 70))
        *(double *)qb_case_field(c, "r") = radii[qb_rng_whole(c->rng, 0, QB_COUNT(radii) - 1)];
}

static void adjust_near(QbCase *c)
{
    adjust_near_mask(c);
    double r = *(double *)qb_case_field(c, "r"),
           far = qb_rng_chance(c->rng, 50) ? r * r : none_of(r);
    c->image[0] = qb_case_image(c, QB_IMAGE, distance_pix(r), false);
    for (int64_t k = 0; k < qb_voxels(&c->image[0].type); k++)
        if (c->image[0].v[k] > floor(far))
            c->image[0].v[k] = qb_rng_chance(c->rng, 50) ? none_of(r) : floor(far / 2);
}

static void expect_near(QbCase *c, int axis, QbOracleImage in)
{
    double r = *(double *)qb_case_field(c, "r");
    bool target = *(bool *)qb_case_field(c, "target"), last = *(bool *)qb_case_field(c, "last");
    bool is_hit = *(bool *)qb_case_field(c, "outside") == target;
    QbOracleImage out =
        qb_oracle_nearest(c->arena, &in, axis, r, (double[]){none_of(r), is_hit ? 0 : none_of(r)});
    out.type.pix = distance_pix(r);
    wants(c, last && axis < 2 ? qb_oracle_within(c->arena, &out, r, target) : out, 0);
}

static void expect_near_axis2(QbCase *c)
{
    double r = *(double *)qb_case_field(c, "r");
    expect_near(
        c, 2,
        qb_oracle_marks(c->arena, &c->image[0], *(bool *)qb_case_field(c, "target"), none_of(r)));
}

static void expect_near_axis1(QbCase *c)
{
    expect_near(c, 1, c->image[0]);
}

static void expect_near_axis0(QbCase *c)
{
    expect_near(c, 0, c->image[0]);
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
    *connectivity =
        c->rank == 2 ? flat[qb_rng_whole(c->rng, 0, 2)] : deep[qb_rng_whole(c->rng, 0, 3)];
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
    {"count_within", adjust_count_within, expect_count_within},
    {"sum_axis0", NULL, NULL}, /* through count_box */
    {"count_plane", NULL, NULL},
    {"uniform", NULL, expect_uniform},
    {"gaussian", NULL, expect_gaussian},
    {"erode", NULL, expect_erode},
    {"dilate", NULL, expect_dilate},
    {"open", NULL, NULL}, /* written in qbi: tests/cli/prelude.sh */
    {"close", NULL, NULL},
    {"tophat", NULL, NULL}, /* written in qbi: tests/cli/prelude.sh */
    {"dog", NULL, NULL},
    {"unsharp", NULL, NULL},
    {"background", NULL, NULL},
    {"fir_axis0", NULL, expect_fir_axis0},
    {"fir_plane", NULL, expect_fir_plane},
    {"extreme_element", adjust_extreme_element, expect_extreme_element},
    {"near_axis2", adjust_near_mask, expect_near_axis2},
    {"near_axis1", adjust_near, expect_near_axis1},
    {"near_axis0", adjust_near, expect_near_axis0},
    {"label", adjust_label, expect_label},
    {"count", NULL, expect_count},
    {NULL, NULL, NULL},
};
