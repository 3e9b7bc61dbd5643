/* Laws of sources: images that are made from nothing. */
#include "tests/ops/support_case.h"

#include <math.h>

/* ---- flat images --------------------------------------------------------------------------------------- */

static void adjust_type(QbCase *c)
{
    QbPix *type = qb_case_field(c, "type");
    if (*type == QB_PIX_COUNT)
        *type = QB_F32;
}

static void wants_flat(QbCase *c, double value)
{
    QbType type = {.kind = QB_IMAGE, .rank = c->rank, .pix = *(QbPix *)qb_case_field(c, "type")};
    for (int a = 0; a < 3; a++)
        type.n[a] = c->n[a];
    c->want = QB_IMAGE;
    c->want_image = qb_oracle_new(c->arena, type);
    for (int64_t k = 0; k < qb_voxels(&type); k++)
        c->want_image.v[k] = qb_oracle_store(type.pix, value);
}

static void expect_zeros(QbCase *c)
{
    wants_flat(c, 0);
}

static void expect_ones(QbCase *c)
{
    wants_flat(c, 1);
}

/* A value that the type holds; others are refused. */
static void adjust_full(QbCase *c)
{
    adjust_type(c);
    double *value = qb_case_field(c, "value");
    const QbPixInfo *pix = &qb_pix_info[*(QbPix *)qb_case_field(c, "type")];
    *value *= 40;
    if (!pix->is_float)
        *value = fmin(fmax(floor(*value), pix->lo), pix->hi);
}

static void expect_full(QbCase *c)
{
    wants_flat(c, *(double *)qb_case_field(c, "value"));
}

/* ---- phantoms: what they look like is for tests/unit/test_phantom.c; here any cut must give the same voxels -- */

static void expect_any(QbCase *c)
{
    c->want = QB_NONE;
}

const QbLaw qb_laws_sources[] = {
    {"zeros", adjust_type, expect_zeros},
    {"ones", adjust_type, expect_ones},
    {"full", adjust_full, expect_full},
    {"noise", adjust_type, expect_any},
    {"blobs", NULL, expect_any},
    {"foam", NULL, expect_any},
    {NULL, NULL, NULL},
};
