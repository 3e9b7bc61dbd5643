/* What neighbourhood operators share outside their kernels: radii and weights, windows, type rules. Runs while compiling
 * and at the start of a task, never for each voxel. */
#include "stdlib/kernels/filter.h"

#include "core/qmath.h"

/* scipy's truncate=4. */
static int64_t gaussian_radius(double sigma)
{
    return (int64_t)(4.0 * sigma + 0.5);
}

int64_t qb_fir_radius(const QbFirParams *p, int axis)
{
    if (p->size[axis] > 1)
        return p->size[axis] / 2;
    return p->sigma[axis] > 0 ? gaussian_radius(p->sigma[axis]) : 0;
}

/* Sum of the 2r + 1 values v[|k|], k = −r … r, [at, at + n) of them, in the order of numpy's pairwise sum: so that
 * weights agree with scipy's to the last bit. */
static double pairwise_sum(const double *v, int64_t r, int64_t at, int64_t n)
{
    if (n > 128) {
        int64_t half = n / 2 / 8 * 8;
        return pairwise_sum(v, r, at, half) + pairwise_sum(v, r, at + half, n - half);
    }
    double lane[8] = {0}, sum = 0;
    int64_t i = 0, whole = n / 8 * 8;
    for (; i < whole; i++) {
        int64_t k = at + i - r;
        lane[i % 8] = i < 8 ? v[k < 0 ? -k : k] : lane[i % 8] + v[k < 0 ? -k : k];
    }
    if (whole)
        sum = ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
              ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    for (; i < n; i++) {
        int64_t k = at + i - r;
        sum += v[k < 0 ? -k : k];
    }
    return sum;
}

void qb_fir_weights(const QbFirParams *p, int axis, double *w)
{
    int64_t r = qb_fir_radius(p, axis);
    double sigma = p->sigma[axis];
    if (p->size[axis] > 1) {
        for (int64_t k = 0; k <= r; k++)
            w[k] = 1;
        return;
    }
    for (int64_t k = 0; k <= r; k++)
        w[k] = k ? qb_exp(-0.5 / (sigma * sigma) * (double)(k * k)) : 1.0;
    if (r == 0)
        return;
    double sum = pairwise_sum(w, r, 0, 2 * r + 1);
    for (int64_t k = 0; k <= r; k++)
        w[k] /= sum;
}

void qb_halo_of_sizes(const int64_t size[3], QbHalo *halo)
{
    for (int a = 0; a < 3; a++)
        halo->before[a] = halo->after[a] = size[a] / 2;
    halo->border = QB_BORDER_MIRROR;
    halo->fill = 0;
}

int64_t qb_window_voxels(const int64_t size[3])
{
    return size[0] * size[1] * size[2];
}

/* ---- type rules ------------------------------------------------------------------------------------- */

static void copy_raster(QbCheck *c)
{
    const QbType *in = c->in[0];
    c->out->kind = in->kind;
    c->out->rank = in->rank;
    c->out->pix = in->pix;
    c->out->nan_free = in->nan_free;
    for (int a = 0; a < 3; a++) {
        c->out->n[a] = in->n[a];
        c->out->spacing[a] = in->spacing[a];
    }
}

bool qb_filter_check_same(QbCheck *c)
{
    if (c->in[0]->kind == QB_LABELS)
        return c->fail(c, 0, "|> as(f32)", "'%s' takes an image or a mask, found labels",
                       c->op->name);
    copy_raster(c);
    return true;
}

bool qb_filter_check_float(QbCheck *c)
{
    QbKind kind = c->in[0]->kind;
    if (kind != QB_IMAGE)
        return c->fail(c, 0, kind == QB_MASK ? "|> as(u8)" : "|> as(f32)",
                       "'%s' takes an image, found %s", c->op->name, qb_kind_name(kind));
    copy_raster(c);
    c->out->pix = c->in[0]->pix == QB_F64 ? QB_F64 : QB_F32;
    /* Infinities may meet and make NaN, whole numbers never. */
    c->out->nan_free = !qb_pix_info[c->in[0]->pix].is_float;
    return true;
}

bool qb_filter_check_window(QbCheck *c, const int64_t size[3], int param)
{
    if (qb_window_voxels(size) > QB_FILTER_MAX_WINDOW)
        return c->fail(c, param, NULL, "the window of '%s' has %lld voxels, expected at most %d",
                       c->op->name, (long long)qb_window_voxels(size), QB_FILTER_MAX_WINDOW);
    return qb_filter_check_same(c);
}
