/* Symmetric weighted sums along axis 0, as scipy.ndimage does them: in double, the centre first, then the pairs
 * from the farthest in, rounded to the result's type. No sum runs from voxel to voxel, so the bits do
 * not depend on how boxes are cut. Voxels become doubles as they are loaded; two outputs of neighbouring rows are made
 * together, since all but two of their rows are the same. */
#include "stdlib/kernels/filter_doubles.h"
#include "stdlib/kernels/filter_layout.h"

#define BLOCK (QB_VEC_BYTES == 64 ? 4 : 2) /* vectors of each output whose sums stay in registers */

/* One output row, or two that lie behind one another. */
typedef struct Rows {
    const void *const *centre; /* pointer to the first output's own input row */
    int64_t step;              /* pointers from a row to the next along the axis */
    int64_t column;            /* of the input rows, where the outputs start */
    QbTaps taps;
    double *partial; /* sums between sweeps */
    void *out[2];
} Rows;

QB_VEC_INLINE const void *row_at(const Rows *s, int64_t j)
{
    return s->centre[j * s->step];
}

/* Some columns of one sweep. */
typedef struct Sweep {
    int64_t x;       /* the first, counted from the output's */
    int64_t j, last; /* pairs j, j − 1 … last + 1; j = r starts the sums, last = 0 ends them */
    int n;           /* vectors */
    double *partial; /* their sums: BLOCK vectors of the first output, then of the second */
} Sweep;

QB_VEC_INLINE void load_sums(QbPix pix, const Rows *s, const Sweep *w, int k, QbDoubles *sum)
{
    const void *row = row_at(s, k);
    for (int v = 0; v < w->n; v++) {
        if (w->j == s->taps.r)
            sum[v] = qb_doubles_load(pix, row, s->column + w->x + v * QB_DOUBLES) * s->taps.w[0];
        else
            sum[v] = qb_doubles_load(QB_F64, w->partial, (k * BLOCK + v) * QB_DOUBLES);
    }
}

QB_VEC_INLINE void put_sums(QbPix pix, const Rows *s, const Sweep *w, int k, QbDoubles *sum)
{
    if (w->last > 0) {
        for (int v = 0; v < w->n; v++)
            qb_doubles_store(true, w->partial, (k * BLOCK + v) * QB_DOUBLES, sum[v]);
        return;
    }
    qb_doubles_divide(sum, w->n, s->taps.divisor);
    for (int v = 0; v < w->n; v++)
        qb_doubles_store(pix == QB_F64, s->out[k], w->x + v * QB_DOUBLES, sum[v]);
}

QB_VEC_INLINE void sum_one(QbPix pix, const Rows *s, const Sweep *w)
{
    QbDoubles sum[BLOCK];
    int64_t at = s->column + w->x;
    load_sums(pix, s, w, 0, sum);
    for (int64_t j = w->j; j > w->last; j--) {
        const void *low = row_at(s, -j), *high = row_at(s, j);
        double weight = s->taps.w[j];
        for (int v = 0; v < w->n; v++)
            sum[v] += (qb_doubles_load(pix, low, at + v * QB_DOUBLES) +
                       qb_doubles_load(pix, high, at + v * QB_DOUBLES)) *
                      weight;
    }
    put_sums(pix, s, w, 0, sum);
}

/* Two outputs. What lies j below and above the first lies j + 1 below and j − 1 above the second. */
QB_VEC_INLINE void sum_two(QbPix pix, const Rows *s, const Sweep *w)
{
    QbDoubles sum0[BLOCK], sum1[BLOCK], low[BLOCK], high[BLOCK];
    int64_t at = s->column + w->x;
    load_sums(pix, s, w, 0, sum0);
    load_sums(pix, s, w, 1, sum1);
    for (int v = 0; v < w->n; v++) {
        low[v] = qb_doubles_load(pix, row_at(s, -w->j), at + v * QB_DOUBLES);
        high[v] = qb_doubles_load(pix, row_at(s, w->j + 1), at + v * QB_DOUBLES);
    }
    for (int64_t j = w->j; j > w->last; j--) {
        const void *next_low = row_at(s, 1 - j), *next_high = row_at(s, j);
        double weight = s->taps.w[j];
        for (int v = 0; v < w->n; v++) {
            QbDoubles a = qb_doubles_load(pix, next_low, at + v * QB_DOUBLES),
                      b = qb_doubles_load(pix, next_high, at + v * QB_DOUBLES);
            sum0[v] += (low[v] + b) * weight;
            sum1[v] += (a + high[v]) * weight;
            low[v] = a;
            high[v] = b;
        }
    }
    put_sums(pix, s, w, 0, sum0);
    put_sums(pix, s, w, 1, sum1);
}

/* Rows shorter than a vector. */
static void sum_narrow(QbPix pix, const Rows *s, int64_t n)
{
    for (int k = 0; k < 2 && s->out[k]; k++)
        for (int64_t x = 0; x < n; x++) {
            double sum = qb_pix_get(pix, row_at(s, k), s->column + x) * s->taps.w[0];
            for (int64_t j = s->taps.r; j > 0; j--)
                sum += (qb_pix_get(pix, row_at(s, k - j), s->column + x) +
                        qb_pix_get(pix, row_at(s, k + j), s->column + x)) *
                       s->taps.w[j];
            sum = s->taps.divisor == 1 ? sum : sum / s->taps.divisor;
            if (pix == QB_F64)
                ((double *)s->out[k])[x] = sum;
            else
                ((float *)s->out[k])[x] = (float)sum;
        }
}

/* All columns of one sweep, the last of them overlapping those before. */
QB_VEC_INLINE void sweep_rows(QbPix pix, const Rows *s, Sweep w, int64_t n, bool two)
{
    for (int64_t x = 0; x < n; x += w.n * QB_DOUBLES) {
        w.x = qb_min64(x, n - w.n * QB_DOUBLES);
        if (two)
            sum_two(pix, s, &w);
        else
            sum_one(pix, s, &w);
        w.partial += 2 * BLOCK * QB_DOUBLES;
    }
}

/* n voxels of one output row, or of two. */
QB_VEC_INLINE void sum_rows(QbPix pix, const Rows *s, int64_t n)
{
    if (n < QB_DOUBLES) {
        sum_narrow(pix, s, n);
        return;
    }
    Sweep w = {.j = s->taps.r, .partial = s->partial};
    do {
        w.last = qb_max64(0, w.j - QB_FIR_GROUP);
        w.n = n >= BLOCK * QB_DOUBLES ? BLOCK : 1;
        if (w.n > 1) {
            w.n = BLOCK; /* a constant to what is inlined */
            sweep_rows(pix, s, w, n, s->out[1] != NULL);
        } else {
            w.n = 1;
            sweep_rows(pix, s, w, n, s->out[1] != NULL);
        }
        w.j = w.last;
    } while (w.j > 0);
}

/* ---- axis 0 ----------------------------------------------------------------------------------------- */

QB_VEC_INLINE void axis0(const QbTask *t, QbPix pix)
{
    const QbFirParams *p = t->params;
    const QbBox *box = &t->out.box;
    int64_t nx = box->hi[2] - box->lo[2];
    size_t bytes = qb_pix_bytes(t->out_type->pix);
    Rows s = {.step = t->in->ny, .taps = qb_taps(p, 0, t->scratch)};
    s.partial = (double *)t->scratch + qb_fir_layout(p, 0).weights / sizeof(double);
    int64_t block = qb_min64(nx, QB_FIR_COLUMNS);
    for (int64_t y = box->lo[1]; y < box->hi[1]; y++)
        for (int64_t x = 0; x < nx; x += block)
            for (int64_t i = box->lo[0]; i < box->hi[0]; i += 2) {
                int64_t at = qb_min64(x, nx - block);
                s.centre = &t->in->row[(i - t->in->i0) * t->in->ny + (y - t->in->y0)];
                s.column = box->lo[2] - t->in->x0 + at;
                for (int k = 0; k < 2; k++)
                    s.out[k] = i + k < box->hi[0]
                                   ? (char *)qb_tile_row(&t->out, i + k, y) + (size_t)at * bytes
                                   : NULL;
                sum_rows(pix, &s, block);
            }
}

/* ---- by pixel type ---------------------------------------------------------------------------------- */

void QB_CPU_NAME(qb_fir_axis0)(const QbTask *t)
{
    switch (t->in_type[0]->pix) {
    case QB_U8:
        axis0(t, QB_U8);
        break;
    case QB_U16:
        axis0(t, QB_U16);
        break;
    case QB_U32:
        axis0(t, QB_U32);
        break;
    case QB_I8:
        axis0(t, QB_I8);
        break;
    case QB_I16:
        axis0(t, QB_I16);
        break;
    case QB_I32:
        axis0(t, QB_I32);
        break;
    case QB_F32:
        axis0(t, QB_F32);
        break;
    case QB_F64:
        axis0(t, QB_F64);
        break;
    case QB_PIX_COUNT:
        break;
    }
}
