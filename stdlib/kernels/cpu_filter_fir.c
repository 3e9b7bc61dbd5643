/* Symmetric weighted sums along one axis at a time, as scipy.ndimage does them: in double, the centre first, then the pairs
 * from the farthest in, rounded to the result's type after each axis. No sum runs from voxel to voxel, so the bits do
 * not depend on how boxes are cut. */
#include "stdlib/kernels/filter_layout.h"
#include "stdlib/kernels/filter_vec.h"
#include "stdlib/kernels/pad.h"

typedef double Doubles __attribute__((vector_size(QB_VEC_BYTES)));
typedef double DoublesAt __attribute__((vector_size(QB_VEC_BYTES), aligned(8), may_alias));
typedef float Floats __attribute__((vector_size(QB_VEC_BYTES / 2)));
typedef float FloatsAt __attribute__((vector_size(QB_VEC_BYTES / 2), aligned(4), may_alias));

#define LANES ((int64_t)(QB_VEC_BYTES / sizeof(double)))
#define BLOCK 4 /* vectors whose sums stay in registers */

QB_VEC_INLINE Doubles load(const double *p)
{
    return (Doubles) * (const DoublesAt *)p;
}

/* n voxels of a row as doubles. */
static void load_doubles(QbPix pix, double *restrict to, const void *row, int64_t n)
{
#define LOOP(T)                                                                                                        \
    for (int64_t x = 0; x < n; x++)                                                                                    \
        to[x] = (double)((const T *)row)[x];                                                                           \
    break
    switch (pix) {
    case QB_U8:
        LOOP(uint8_t);
    case QB_U16:
        LOOP(uint16_t);
    case QB_U32:
        LOOP(uint32_t);
    case QB_I8:
        LOOP(int8_t);
    case QB_I16:
        LOOP(int16_t);
    case QB_I32:
        LOOP(int32_t);
    case QB_F32:
        LOOP(float);
    case QB_F64:
        memcpy(to, row, (size_t)n * sizeof(double));
        break;
    case QB_PIX_COUNT:
        break;
    }
#undef LOOP
}

/* One vector of results: LANES voxels, or the n that are left. */
QB_VEC_INLINE void store(bool wide, void *row, int64_t x, Doubles v, int64_t n)
{
    if (wide) {
        double *to = (double *)row + x;
        if (n >= LANES)
            *(DoublesAt *)to = (DoublesAt)v;
        else
            memcpy(to, &v, (size_t)n * sizeof(double));
        return;
    }
    Floats f = __builtin_convertvector(v, Floats);
    float *to = (float *)row + x;
    if (n >= LANES)
        *(FloatsAt *)to = (FloatsAt)f;
    else
        memcpy(to, &f, (size_t)n * sizeof(float));
}

/* Weights of one axis. */
typedef struct Taps {
    const double *w;
    int64_t r;
    int64_t stride; /* doubles from a voxel to the next along the axis */
} Taps;

/* out[x] for BLOCK·LANES voxels x from `at` on; n of them are wanted. */
QB_VEC_INLINE void fir_block(const double *centre, Taps taps, bool wide, void *out, int64_t at, int64_t n)
{
    Doubles sum[BLOCK];
    for (int v = 0; v < BLOCK; v++)
        sum[v] = load(centre + at + v * LANES) * taps.w[0];
    for (int64_t j = taps.r; j > 0; j--) {
        const double *a = centre + at - j * taps.stride, *b = centre + at + j * taps.stride;
        double w = taps.w[j];
        for (int v = 0; v < BLOCK; v++)
            sum[v] += (load(a + v * LANES) + load(b + v * LANES)) * w;
    }
    for (int v = 0; v < BLOCK; v++)
        if (n > v * LANES)
            store(wide, out, at + v * LANES, sum[v], n - v * LANES);
}

/* out[x] for n voxels from `centre` on. Up to BLOCK·LANES − 1 doubles behind the last are read, and not used. */
static void fir_line(const double *centre, Taps taps, bool wide, void *out, int64_t n)
{
    for (int64_t at = 0; at < n; at += BLOCK * LANES) {
        if (wide)
            fir_block(centre, taps, true, out, at, n - at);
        else
            fir_block(centre, taps, false, out, at, n - at);
    }
}

static const void *input_at(const QbTask *t, int64_t i, int64_t y, int64_t column)
{
    const QbRows *in = t->in;
    size_t bytes = qb_pix_bytes(t->in_type[0]->pix);
    return (const unsigned char *)qb_row(in, i, y) + (size_t)(column - in->x0) * bytes;
}

static int64_t block_end(int64_t column, int64_t end)
{
    return qb_min64(column + QB_FIR_BLOCK, end) - column;
}

void QB_CPU_NAME(qb_fir_axis0)(const QbTask *t)
{
    const QbFirParams *p = t->params;
    const QbBox *box = &t->out.box;
    int64_t r = qb_fir_radius(p, 0), ni = box->hi[0] - box->lo[0];
    QbPix in = t->in_type[0]->pix, out = t->out_type->pix;
    QbFirLayout layout = qb_fir_layout(p, out, 0, ni, 0);
    double *w = t->scratch, *rows = (double *)((unsigned char *)t->scratch + layout.weights);
    qb_fir_weights(p, 0, w);
    Taps taps = {w, r, QB_FIR_BLOCK};
    memset(rows, 0, layout.rows + QB_FILTER_SLACK);
    for (int64_t y = box->lo[1]; y < box->hi[1]; y++)
        for (int64_t x = box->lo[2]; x < box->hi[2]; x += QB_FIR_BLOCK) {
            int64_t n = block_end(x, box->hi[2]);
            for (int64_t k = 0; k < ni + 2 * r; k++)
                load_doubles(in, rows + k * QB_FIR_BLOCK, input_at(t, box->lo[0] - r + k, y, x), n);
            for (int64_t i = 0; i < ni; i++) {
                unsigned char *to = qb_tile_row(&t->out, box->lo[0] + i, y);
                to += (size_t)(x - box->lo[2]) * qb_pix_bytes(out);
                fir_line(rows + (i + r) * QB_FIR_BLOCK, taps, out == QB_F64, to, n);
            }
        }
}

/* What fir_plane works with: axis 1 from the input into `plane`, axis 2 from there, or from the input. */
typedef struct Plane {
    const QbTask *t;
    int64_t from, to; /* columns that are needed … */
    int64_t a, b;     /* … and those of them in the domain */
    QbPix in, out;
    Taps taps1, taps2;
    QbFirLayout layout;
    double *rows, *line;
    unsigned char *plane; /* column a of the first row */
} Plane;

static void filter_axis1(const Plane *s, int64_t i)
{
    const QbBox *box = &s->t->out.box;
    int64_t r = s->taps1.r, ny = box->hi[1] - box->lo[1];
    for (int64_t x = s->a; x < s->b; x += QB_FIR_BLOCK) {
        int64_t n = block_end(x, s->b);
        for (int64_t k = 0; k < ny + 2 * r; k++)
            load_doubles(s->in, s->rows + k * QB_FIR_BLOCK, input_at(s->t, i, box->lo[1] - r + k, x), n);
        for (int64_t y = 0; y < ny; y++) {
            unsigned char *to = s->plane + (size_t)y * s->layout.pitch;
            to += (size_t)(x - s->a) * qb_pix_bytes(s->out);
            fir_line(s->rows + (y + r) * QB_FIR_BLOCK, s->taps1, s->out == QB_F64, to, n);
        }
    }
}

static void filter_axis2(const Plane *s, int64_t i)
{
    const QbBox *box = &s->t->out.box;
    QbPad pad = {QB_BORDER_MIRROR, sizeof(double), s->t->in->nx, NULL};
    for (int64_t y = box->lo[1]; y < box->hi[1]; y++) {
        const void *row = s->plane + (size_t)(y - box->lo[1]) * s->layout.pitch;
        if (s->taps1.r == 0)
            row = input_at(s->t, i, y, s->a);
        load_doubles(s->taps1.r ? s->out : s->in, s->line + (s->a - s->from), row, s->b - s->a);
        qb_pad_edges(&pad, s->line - s->from, s->from, s->to);
        fir_line(s->line + s->taps2.r, s->taps2, s->out == QB_F64, qb_tile_row(&s->t->out, i, y),
                 box->hi[2] - box->lo[2]);
    }
}

void QB_CPU_NAME(qb_fir_plane)(const QbTask *t)
{
    const QbFirParams *p = t->params;
    const QbBox *box = &t->out.box;
    int64_t r1 = qb_fir_radius(p, 1), r2 = qb_fir_radius(p, 2);
    Plane s = {.t = t, .from = box->lo[2] - r2, .to = box->hi[2] + r2};
    s.a = qb_max64(s.from, 0);
    s.b = qb_min64(s.to, t->in->nx);
    s.in = t->in_type[0]->pix;
    s.out = t->out_type->pix;
    s.layout = qb_fir_layout(p, s.out, 1, box->hi[1] - box->lo[1], box->hi[2] - box->lo[2]);
    double *w1 = t->scratch, *w2 = w1 + s.layout.weights / sizeof(double);
    s.rows = w2 + s.layout.weights / sizeof(double);
    s.line = s.rows + (s.layout.rows + QB_FILTER_SLACK) / sizeof(double);
    s.plane = (unsigned char *)s.line + s.layout.line + QB_FILTER_SLACK;
    qb_fir_weights(p, 1, w1);
    qb_fir_weights(p, 2, w2);
    s.taps1 = (Taps){w1, r1, QB_FIR_BLOCK};
    s.taps2 = (Taps){w2, r2, 1};
    memset(s.rows, 0, s.layout.rows + s.layout.line + 2 * QB_FILTER_SLACK);
    for (int64_t i = box->lo[0]; i < box->hi[0]; i++) {
        if (r1)
            filter_axis1(&s, i);
        filter_axis2(&s, i);
    }
}
