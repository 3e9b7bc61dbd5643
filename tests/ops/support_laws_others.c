/* Laws of sources, and of operators that passes make: most are tried through the operators that they stand for. */
#include "tests/ops/support_case.h"

#include <string.h>

/* ---- read: a file that no writer of the project made ---------------------------------------------------- */

static void adjust_read(QbCase *c)
{
    QbPix pix = (QbPix)qb_rng_whole(c->rng, 0, QB_PIX_COUNT - 1);
    c->image[0] = qb_case_image(c, QB_IMAGE, pix, false);
    int64_t height = c->n[c->rank == 3], pages = c->rank == 3 ? c->n[0] : 1;
    const char *path = qb_case_tiff(c, &c->image[0], qb_rng_whole(c->rng, 1, height));
    *(const char **)qb_case_field(c, "path") = path;
    *(int64_t *)qb_case_field(c, "page") =
        qb_rng_chance(c->rng, 30) ? qb_rng_whole(c->rng, 0, pages - 1) : -1;
    *(int64_t *)qb_case_field(c, "channel") = qb_rng_chance(c->rng, 20) ? 0 : -1;
    *(int64_t *)qb_case_field(c, "time") = qb_rng_chance(c->rng, 20) ? 0 : -1;
}

static void expect_read(QbCase *c)
{
    QbOracleImage m = c->image[0];
    int64_t page = *(int64_t *)qb_case_field(c, "page");
    if (m.type.rank == 3 && (page >= 0 || m.type.n[0] == 1)) {
        m.v += qb_max64(page, 0) * m.type.n[1] * m.type.n[2];
        m.type.rank = 2;
        m.type.n[0] = m.type.n[1];
        m.type.n[1] = 1;
    }
    c->want = QB_IMAGE;
    c->want_image = m;
}

const QbLaw qb_laws_others[] = {
    {"read", adjust_read, expect_read},
    {NULL, NULL, NULL},
};
