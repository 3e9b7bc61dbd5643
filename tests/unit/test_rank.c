/* The kernel of ranks where the laws do not reach: every method and network on every pixel type and processor variant, large
 * windows, several strips of a row, a part of the columns; sampled voxels against a sorted window. */
#include "stdlib/kernels/filter_layout.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 60 };

typedef struct Case {
    QbRankMethod method; /* of 32-bit medians; other types and ranks take what they take */
    int64_t n[3], size[3];
} Case;

static const Case cases[] = {
    {QB_RANK_NETWORK, {4, 1, 1100}, {3, 1, 3}}, {QB_RANK_NETWORK, {9, 1, 77}, {5, 1, 5}},
    {QB_RANK_NETWORK, {5, 1, 600}, {7, 1, 7}},  {QB_RANK_NETWORK, {3, 4, 70}, {3, 3, 3}},
    {QB_RANK_NETWORK, {4, 6, 40}, {5, 5, 5}},   {QB_RANK_NETWORK, {3, 6, 40}, {1, 3, 3}},
    {QB_RANK_NETWORK, {2, 3, 530}, {3, 1, 3}},  {QB_RANK_NETWORK, {8, 1, 1030}, {9, 1, 9}},
    {QB_RANK_NETWORK, {5, 1, 40}, {11, 1, 11}}, {QB_RANK_ORDER, {5, 1, 600}, {9, 1, 11}},
    {QB_RANK_BISECT, {5, 1, 37}, {1, 1, 3}},    {QB_RANK_BISECT, {3, 5, 33}, {3, 5, 1}},
    {QB_RANK_ORDER, {3, 9, 40}, {7, 7, 7}},     {QB_RANK_ORDER, {40, 1, 30}, {301, 1, 3}},
    {QB_RANK_ORDER, {2, 1, 700}, {1, 1, 301}},  {QB_RANK_ORDER, {6, 1, 540}, {35, 1, 35}},
    {QB_RANK_ORDER, {3, 9, 300}, {11, 11, 11}}, {QB_RANK_ORDER, {3, 4, 30}, {3, 3, 65}},
    {QB_RANK_ORDER, {2, 1, 20}, {255, 1, 257}}, {QB_RANK_ORDER, {2, 2, 520}, {1, 63, 1023}},
    {QB_RANK_ORDER, {70, 1, 300}, {13, 1, 13}}, {QB_RANK_ORDER, {21, 37, 50}, {5, 9, 7}},
    {QB_RANK_ORDER, {35, 2, 2500}, {3, 1, 61}}, {QB_RANK_ORDER, {2, 150, 60}, {1, 15, 15}},
};

typedef struct Image {
    QbPix pix;
    int64_t n[3];
    unsigned char *voxels;
} Image;

static uint64_t next(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static int64_t whole(uint64_t *state, int64_t lo, int64_t hi)
{
    return lo + (int64_t)(next(state) % (uint64_t)(hi - lo + 1));
}

/* Noise over the whole range, few values, or a narrow range at the type's end. */
static Image draw(QbPix pix, const int64_t n[3], uint64_t *state)
{
    Image m = {pix, {n[0], n[1], n[2]}, qb_xmalloc((size_t)(n[0] * n[1] * n[2]) * 8)};
    int style = (int)whole(state, 0, 2);
    const QbPixInfo *info = &qb_pix_info[pix];
    for (int64_t k = 0; k < n[0] * n[1] * n[2]; k++) {
        double unit = (double)(next(state) >> 11) / 9007199254740992.0;
        double lo = info->is_float ? -1e3 : info->lo, hi = info->is_float ? 1e3 : info->hi,
               v = lo + unit * (hi - lo);
        if (style == 1)
            v = floor(6 * unit);
        if (style == 2)
            v = whole(state, 0, 1) ? lo + floor(9 * unit) : hi - floor(9 * unit);
        if (info->is_float && style != 1 && whole(state, 0, 999) < 2)
            v = style == 0 ? NAN : -INFINITY;
        qb_pix_put(pix, m.voxels, k, v);
    }
    return m;
}

static unsigned char *row_of(const Image *m, int64_t i, int64_t y)
{
    int64_t at = (qb_mirror(i, m->n[0]) * m->n[1] + qb_mirror(y, m->n[1])) * m->n[2];
    return m->voxels + (size_t)at * qb_pix_bytes(m->pix);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double sorted_at(const Image *m, const QbRankParams *p, const int64_t at[3])
{
    int64_t n = qb_window_voxels(p->size), k = 0;
    double *window = qb_xmalloc((size_t)n * sizeof(double));
    bool has_nan = false;
    for (int64_t i = at[0] - p->size[0] / 2; i <= at[0] + p->size[0] / 2; i++)
        for (int64_t y = at[1] - p->size[1] / 2; y <= at[1] + p->size[1] / 2; y++)
            for (int64_t x = at[2] - p->size[2] / 2; x <= at[2] + p->size[2] / 2; x++) {
                window[k] = qb_pix_get(m->pix, row_of(m, i, y), qb_mirror(x, m->n[2]));
                has_nan = has_nan || isnan(window[k]);
                k++;
            }
    qsort(window, (size_t)n, sizeof(double), ascending);
    double v = has_nan ? NAN : window[p->rank];
    free(window);
    return v;
}

/* Runs the kernel over a box; voxels of `out` are those of the box, dense. */
static void run(const Image *m, const QbRankParams *p, const QbBox *box, const QbKernels *cpu,
                unsigned char *out)
{
    QbType type = {.kind = QB_IMAGE, .rank = 3, .pix = m->pix, .n = {m->n[0], m->n[1], m->n[2]}};
    const QbType *types[1] = {&type};
    int64_t n[3], half[3];
    for (int a = 0; a < 3; a++) {
        n[a] = box->hi[a] - box->lo[a];
        half[a] = p->size[a] / 2;
    }
    QbRows in = {.i0 = box->lo[0] - half[0],
                 .y0 = box->lo[1] - half[1],
                 .ni = n[0] + 2 * half[0],
                 .ny = n[1] + 2 * half[1]};
    in.x0 = qb_clamp64(box->lo[2] - half[2], 0, m->n[2]);
    in.x1 = qb_clamp64(box->hi[2] + half[2], 0, m->n[2]);
    in.nx = m->n[2];
    const void **rows = qb_xcalloc((size_t)(in.ni * in.ny), sizeof(void *));
    void **to = qb_xcalloc((size_t)(n[0] * n[1]), sizeof(void *));
    for (int64_t k = 0; k < in.ni * in.ny; k++)
        rows[k] =
            row_of(m, in.i0 + k / in.ny, in.y0 + k % in.ny) + (size_t)in.x0 * qb_pix_bytes(m->pix);
    for (int64_t k = 0; k < n[0] * n[1]; k++)
        to[k] = out + (size_t)(k * n[2]) * qb_pix_bytes(m->pix);
    in.row = rows;
    size_t scratch = qb_round_up(qb_rank_box_scratch(p, types, n[0], n[1], n[2]), 64);
    QbTask t = {.params = p,
                .out_type = &type,
                .in_type = types,
                .n_in = 1,
                .in = &in,
                .out = {*box, to},
                .cpu = cpu};
    t.scratch = aligned_alloc(64, scratch);
    memset(t.scratch, 0xA5, scratch);
    cpu->filter->rank_box(&t);
    free(t.scratch);
    free(rows);
    free(to);
}

static void check_samples(const Image *m, const QbRankParams *p, const QbBox *box,
                          const unsigned char *out, uint64_t *state)
{
    int samples = (int)qb_clamp64(1500000 / qb_window_voxels(p->size), 4, SAMPLES);
    for (int k = 0; k < samples; k++) {
        int64_t at[3];
        for (int a = 0; a < 3; a++)
            at[a] = whole(state, box->lo[a], box->hi[a] - 1);
        int64_t row = (at[0] - box->lo[0]) * (box->hi[1] - box->lo[1]) + at[1] - box->lo[1];
        double got = qb_pix_get(m->pix, out, row * (box->hi[2] - box->lo[2]) + at[2] - box->lo[2]);
        double want = sorted_at(m, p, at);
        cr_assert(got == want || (isnan(got) && isnan(want)),
                  "%s %lldx%lldx%lld rank %lld at (%lld, %lld, %lld): %.17g, not %.17g",
                  qb_pix_info[m->pix].name, (long long)p->size[0], (long long)p->size[1],
                  (long long)p->size[2], (long long)p->rank, (long long)at[0], (long long)at[1],
                  (long long)at[2], got, want);
    }
}

/* One image: the whole against sorted windows, other variants and a part of it against the whole. */
static void try_case(const Case *c, QbPix pix, uint64_t *state)
{
    const QbKernels *cpu[3];
    int n_cpu = qb_kernels_all(cpu);
    Image m = draw(pix, c->n, state);
    QbRankParams p = {{c->size[0], c->size[1], c->size[2]}, qb_window_voxels(c->size) / 2};
    if (whole(state, 0, 2) == 0)
        p.rank = whole(state, 0, qb_window_voxels(c->size) - 1);
    QbBox all = {{0, 0, 0}, {c->n[0], c->n[1], c->n[2]}}, part = all;
    size_t bytes =
        (size_t)qb_voxels(&(QbType){.n = {c->n[0], c->n[1], c->n[2]}}) * qb_pix_bytes(pix);
    unsigned char *out = qb_xmalloc(bytes), *other = qb_xmalloc(bytes);
    run(&m, &p, &all, cpu[0], out);
    check_samples(&m, &p, &all, out, state);
    for (int k = 1; k < n_cpu; k++) {
        run(&m, &p, &all, cpu[k], other);
        cr_assert(memcmp(out, other, bytes) == 0, "%s differs on %s", qb_pix_info[pix].name,
                  cpu[k]->name);
    }
    part.lo[0] = c->n[0] / 2;
    part.lo[2] = c->n[2] / 3;
    run(&m, &p, &part, cpu[n_cpu - 1], other);
    check_samples(&m, &p, &part, other, state);
    free(out);
    free(other);
    free(m.voxels);
}

Test(rank, methods)
{
    for (int k = 0; k < QB_COUNT(cases); k++) {
        QbRankParams p = {{cases[k].size[0], cases[k].size[1], cases[k].size[2]},
                          qb_window_voxels(cases[k].size) / 2};
        QbType type = {.kind = QB_IMAGE, .rank = 3, .pix = QB_F32};
        memcpy(type.n, cases[k].n, sizeof(type.n));
        QbRankLayout l = qb_rank_layout(&p, &type, type.n);
        cr_expect_eq(l.method, cases[k].method, "case %d", k);
    }
}

/* Windows of a picture of shorter voxels: bisected for longer, and ranks that are no medians have no network. */
Test(rank, method_by_type_and_rank)
{
    static const struct {
        QbPix pix;
        int64_t size;
        bool median;
        QbRankMethod method;
    } known[] = {
        {QB_U8, 11, true, QB_RANK_NETWORK},  {QB_U8, 19, true, QB_RANK_BISECT},
        {QB_U8, 21, true, QB_RANK_ORDER},    {QB_U8, 19, false, QB_RANK_BISECT},
        {QB_I16, 11, true, QB_RANK_NETWORK}, {QB_I16, 13, true, QB_RANK_ORDER},
        {QB_I16, 11, false, QB_RANK_BISECT}, {QB_I16, 13, false, QB_RANK_ORDER},
    };
    for (int k = 0; k < QB_COUNT(known); k++) {
        int64_t voxels = known[k].size * known[k].size;
        QbRankParams p = {{known[k].size, 1, known[k].size}, known[k].median ? voxels / 2 : 2};
        QbType type = {.kind = QB_IMAGE, .rank = 2, .pix = known[k].pix, .n = {1000, 1, 1000}};
        cr_expect_eq(qb_rank_layout(&p, &type, type.n).method, known[k].method, "case %d", k);
    }
}

Test(rank, equals_sorted_windows, .timeout = 300)
{
    uint64_t state = 1;
    for (int k = 0; k < QB_COUNT(cases); k++)
        for (int pix = 0; pix < QB_PIX_COUNT; pix++)
            for (int again = 0; again < (qb_window_voxels(cases[k].size) > 1000 ? 1 : 3); again++)
                try_case(&cases[k], (QbPix)pix, &state);
}
