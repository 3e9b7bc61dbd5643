/* Laws of indexing and of choosing between numbers: operators behind syntax. */
#include "tests/ops/support_case.h"

/* ---- indexing ------------------------------------------------------------------------------------------ */

/* A slice of one axis that leaves something, as numpy would cut it. */
static QbOracleSlice draw_slice(QbCase *c, int64_t n)
{
    int64_t start = qb_rng_whole(c->rng, -n, n - 1), stop = qb_rng_whole(c->rng, -n - 1, n + 1);
    int64_t step = qb_rng_chance(c->rng, 50) ? 1 : qb_rng_whole(c->rng, -4, 4);
    if (step == 0)
        step = -1;
    const int64_t *from = qb_rng_chance(c->rng, 60) ? &start : NULL,
                  *to = qb_rng_chance(c->rng, 60) ? &stop : NULL;
    QbOracleSlice s = qb_oracle_slice(n, from, to, step);
    return s.count ? s : qb_oracle_slice(n, NULL, NULL, step);
}

static void adjust_slice(QbCase *c)
{
    int64_t *start = qb_case_field(c, "start"), *step = qb_case_field(c, "step");
    int64_t *count = qb_case_field(c, "count"), *drop = qb_case_field(c, "drop");
    int plain = c->rank == 3 && qb_rng_chance(c->rng, 50) ? (int)qb_rng_whole(c->rng, 0, 2) : -1;
    for (int a = 0; a < 3; a++) {
        QbOracleSlice s = draw_slice(c, c->n[a]);
        bool is_real = c->rank == 3 || a != 1;
        drop[a] = a == plain;
        start[a] = is_real ? s.start : 0;
        step[a] = is_real && !drop[a] ? s.step : 1;
        count[a] = is_real && !drop[a] ? s.count : 1;
    }
}

static void expect_slice(QbCase *c)
{
    const int64_t *start = qb_case_field(c, "start"), *step = qb_case_field(c, "step");
    const int64_t *count = qb_case_field(c, "count"), *drop = qb_case_field(c, "drop");
    QbOracleSlice s[3];
    for (int a = 0; a < 3; a++)
        s[a] = (QbOracleSlice){start[a], step[a], count[a], drop[a] != 0};
    c->want_image = qb_oracle_index(c->arena, &c->image[0], s);
    c->want = c->want_image.type.kind;
}

static void adjust_crop(QbCase *c)
{
    int64_t *start = qb_case_field(c, "start"), *size = qb_case_field(c, "size");
    for (int a = 0; a < 3; a++) {
        start[a] = qb_rng_whole(c->rng, 0, c->n[a] - 1);
        size[a] = qb_rng_whole(c->rng, 1, c->n[a] - start[a]);
    }
}

static void expect_crop(QbCase *c)
{
    const int64_t *start = qb_case_field(c, "start"), *size = qb_case_field(c, "size");
    QbOracleSlice s[3];
    for (int a = 0; a < 3; a++)
        s[a] = (QbOracleSlice){start[a], 1, size[a], false};
    c->want_image = qb_oracle_index(c->arena, &c->image[0], s);
    c->want = c->want_image.type.kind;
}

static void adjust_voxel(QbCase *c)
{
    int64_t *at = qb_case_field(c, "at");
    for (int a = 0; a < 3; a++)
        at[a] = qb_rng_whole(c->rng, 0, c->n[a] - 1);
}

static void expect_voxel(QbCase *c)
{
    const int64_t *at = qb_case_field(c, "at");
    c->want = QB_NUMBER;
    c->want_number = *qb_oracle_at(&c->image[0], at[0], at[1], at[2]);
}

/* ---- numbers ------------------------------------------------------------------------------------------- */

static void expect_select_scalar(QbCase *c)
{
    c->want = c->out.kind;
    c->want_number = c->number[0] != 0 ? c->number[1] : c->number[2];
}

static void expect_select_image(QbCase *c)
{
    c->want_image = c->image[c->number[0] != 0 ? 1 : 2];
    c->want = c->out.kind;
}

const QbLaw qb_laws_index[] = {
    {"slice", adjust_slice, expect_slice},       {"crop", adjust_crop, expect_crop},
    {"voxel", adjust_voxel, expect_voxel},       {"select_scalar", NULL, expect_select_scalar},
    {"select_image", NULL, expect_select_image}, {NULL, NULL, NULL},
};
