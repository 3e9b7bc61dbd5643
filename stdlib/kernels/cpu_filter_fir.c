/* Symmetric weighted sums along one axis at a time, as scipy.ndimage does them: in double, the centre first, then the pairs
 * from the farthest in, rounded to the result's type after each axis. No sum runs from voxel to voxel, so the bits do
 * not depend on how boxes are cut. Voxels become doubles as they are loaded; two outputs of neighbouring rows are made
 * together, since all but two of their rows are the same. */
#include "stdlib/kernels/filter_layout.h"
#include "stdlib/kernels/filter_vec.h"
#include "stdlib/kernels/pad.h"

typedef double Doubles __attribute__((vector_size(QB_VEC_BYTES)));
typedef double DoublesAt __attribute__((vector_size(QB_VEC_BYTES), aligned(8), may_alias));
typedef float Floats __attribute__((vector_size(QB_VEC_BYTES / 2)));
typedef float FloatsAt __attribute__((vector_size(QB_VEC_BYTES / 2), aligned(4), may_alias));
typedef int32_t Wholes __attribute__((vector_size(QB_VEC_BYTES / 2)));

#define LANES ((int64_t)(QB_VEC_BYTES / sizeof(double)))
#define BLOCK (QB_VEC_BYTES == 64 ? 4 : 2) /* vectors of each output whose sums stay in registers */

/* ---- loading and storing ---------------------------------------------------------------------------- */

/* gcc takes vectors shorter than its registers apart, lane by lane: widening is named where one instruction does it. */

QB_VEC_INLINE Doubles doubles_of(Wholes v)
{
#if QB_VEC_BYTES == 64
    return (Doubles)_mm512_cvtepi32_pd((__m256i)v);
#elif QB_VEC_BYTES == 32
    return (Doubles)_mm256_cvtepi32_pd((__m128i)v);
#else
    return __builtin_convertvector(v, Doubles);
#endif
}

/* LANES voxels of one byte or two. */
QB_VEC_INLINE Wholes wholes_of(QbPix pix, const void *from)
{
#if QB_VEC_BYTES >= 32
    __m128i v = _mm_setzero_si128();
    memcpy(&v, from, (size_t)LANES * (pix == QB_U8 || pix == QB_I8 ? 1 : 2));
#if QB_VEC_BYTES == 64
    return pix == QB_U8    ? (Wholes)_mm256_cvtepu8_epi32(v)
           : pix == QB_I8  ? (Wholes)_mm256_cvtepi8_epi32(v)
           : pix == QB_U16 ? (Wholes)_mm256_cvtepu16_epi32(v)
                           : (Wholes)_mm256_cvtepi16_epi32(v);
#else
    return pix == QB_U8    ? (Wholes)_mm_cvtepu8_epi32(v)
           : pix == QB_I8  ? (Wholes)_mm_cvtepi8_epi32(v)
           : pix == QB_U16 ? (Wholes)_mm_cvtepu16_epi32(v)
                           : (Wholes)_mm_cvtepi16_epi32(v);
#endif
#else
    Wholes v;
    for (int k = 0; k < LANES; k++)
        v[k] = pix == QB_U8    ? ((const uint8_t *)from)[k]
               : pix == QB_I8  ? ((const int8_t *)from)[k]
               : pix == QB_U16 ? ((const uint16_t *)from)[k]
                               : ((const int16_t *)from)[k];
    return v;
#endif
}

/* LANES voxels of a row as doubles; every pixel type fits. */
QB_VEC_INLINE Doubles fetch(QbPix pix, const void *row, int64_t x)
{
    Wholes v;
    switch (pix) {
    case QB_U8:
    case QB_I8:
        return doubles_of(wholes_of(pix, (const uint8_t *)row + x));
    case QB_U16:
    case QB_I16:
        return doubles_of(wholes_of(pix, (const uint16_t *)row + x));
    case QB_I32:
        memcpy(&v, (const int32_t *)row + x, sizeof(v));
        return doubles_of(v);
    case QB_U32: /* 2^31 less, then added again: both exact */
        memcpy(&v, (const uint32_t *)row + x, sizeof(v));
        return doubles_of(v ^ INT32_MIN) + 2147483648.0;
    case QB_F32:
        return __builtin_convertvector((Floats) * (const FloatsAt *)((const float *)row + x),
                                       Doubles);
    case QB_F64:
    case QB_PIX_COUNT:
        break;
    }
    return (Doubles) * (const DoublesAt *)((const double *)row + x);
}

/* Where results of axes 0 and 1 go: rows of the output, or lines of doubles that axis 2 is filtered from. */
typedef enum Goal {
    GOAL_OUTPUT,
    GOAL_LINE,
    GOAL_EXACT_LINE /* not rounded: nothing was filtered yet */
} Goal;

QB_VEC_INLINE void put(bool wide, Goal goal, void *row, int64_t x, Doubles v)
{
    if (wide || goal == GOAL_EXACT_LINE) {
        *(DoublesAt *)((double *)row + x) = (DoublesAt)v;
        return;
    }
    Floats f = __builtin_convertvector(v, Floats);
    if (goal == GOAL_LINE)
        *(DoublesAt *)((double *)row + x) = (DoublesAt) __builtin_convertvector(f, Doubles);
    else
        *(FloatsAt *)((float *)row + x) = (FloatsAt)f;
}

/* ---- along axes 0 and 1 ----------------------------------------------------------------------------- */

/* Weights of one axis. */
typedef struct Taps {
    const double *w;
    int64_t r;
    double divisor; /* of the sum; 1: none */
} Taps;

static Taps taps_of(const QbFirParams *p, int axis, double *w)
{
    qb_fir_weights(p, axis, w);
    return (Taps){w, qb_fir_radius(p, axis), p->size[axis] > 1 ? (double)p->size[axis] : 1};
}

/* One output row, or two that lie behind one another. */
typedef struct Rows {
    const void *const *centre; /* pointer to the first output's own input row */
    int64_t step;              /* pointers from a row to the next along the axis */
    int64_t column;            /* of the input rows, where the outputs start */
    Taps taps;
    int64_t group;   /* pairs of rows that are added in one sweep over the columns */
    double *partial; /* sums between sweeps; not used where one sweep does */
    Goal goal;
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

QB_VEC_INLINE void load_sums(QbPix pix, const Rows *s, const Sweep *w, int k, Doubles *sum)
{
    const void *row = row_at(s, k);
    for (int v = 0; v < w->n; v++) {
        if (w->j == s->taps.r)
            sum[v] = fetch(pix, row, s->column + w->x + v * LANES) * s->taps.w[0];
        else
            sum[v] = fetch(QB_F64, w->partial, (k * BLOCK + v) * LANES);
    }
}

QB_VEC_INLINE void divide(Doubles *sum, int n, double divisor)
{
    if (divisor != 1)
        for (int v = 0; v < n; v++)
            sum[v] /= divisor;
}

QB_VEC_INLINE void put_sums(QbPix pix, const Rows *s, const Sweep *w, int k, Doubles *sum)
{
    if (w->last > 0) {
        for (int v = 0; v < w->n; v++)
            put(true, s->goal, w->partial, (k * BLOCK + v) * LANES, sum[v]);
        return;
    }
    divide(sum, w->n, s->taps.divisor);
    for (int v = 0; v < w->n; v++)
        put(pix == QB_F64, s->goal, s->out[k], w->x + v * LANES, sum[v]);
}

QB_VEC_INLINE void sum_one(QbPix pix, const Rows *s, const Sweep *w)
{
    Doubles sum[BLOCK];
    int64_t at = s->column + w->x;
    load_sums(pix, s, w, 0, sum);
    for (int64_t j = w->j; j > w->last; j--) {
        const void *low = row_at(s, -j), *high = row_at(s, j);
        double weight = s->taps.w[j];
        for (int v = 0; v < w->n; v++)
            sum[v] += (fetch(pix, low, at + v * LANES) + fetch(pix, high, at + v * LANES)) * weight;
    }
    put_sums(pix, s, w, 0, sum);
}

/* Two outputs. What lies j below and above the first lies j + 1 below and j − 1 above the second. */
QB_VEC_INLINE void sum_two(QbPix pix, const Rows *s, const Sweep *w)
{
    Doubles sum0[BLOCK], sum1[BLOCK], low[BLOCK], high[BLOCK];
    int64_t at = s->column + w->x;
    load_sums(pix, s, w, 0, sum0);
    load_sums(pix, s, w, 1, sum1);
    for (int v = 0; v < w->n; v++) {
        low[v] = fetch(pix, row_at(s, -w->j), at + v * LANES);
        high[v] = fetch(pix, row_at(s, w->j + 1), at + v * LANES);
    }
    for (int64_t j = w->j; j > w->last; j--) {
        const void *next_low = row_at(s, 1 - j), *next_high = row_at(s, j);
        double weight = s->taps.w[j];
        for (int v = 0; v < w->n; v++) {
            Doubles a = fetch(pix, next_low, at + v * LANES),
                    b = fetch(pix, next_high, at + v * LANES);
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
            if (pix == QB_F64 || s->goal == GOAL_EXACT_LINE)
                ((double *)s->out[k])[x] = sum;
            else if (s->goal == GOAL_LINE)
                ((double *)s->out[k])[x] = (float)sum;
            else
                ((float *)s->out[k])[x] = (float)sum;
        }
}

/* All columns of one sweep, the last of them overlapping those before. */
QB_VEC_INLINE void sweep_rows(QbPix pix, const Rows *s, Sweep w, int64_t n, bool two)
{
    for (int64_t x = 0; x < n; x += w.n * LANES) {
        w.x = qb_min64(x, n - w.n * LANES);
        if (two)
            sum_two(pix, s, &w);
        else
            sum_one(pix, s, &w);
        if (w.partial) /* one group of lines keeps no partial sums */
            w.partial += 2 * BLOCK * LANES;
    }
}

/* n voxels of one output row, or of two. */
QB_VEC_INLINE void sum_rows(QbPix pix, const Rows *s, int64_t n)
{
    if (n < LANES) {
        sum_narrow(pix, s, n);
        return;
    }
    Sweep w = {.j = s->taps.r, .partial = s->partial};
    do {
        w.last = qb_max64(0, w.j - s->group);
        w.n = n >= BLOCK * LANES ? BLOCK : 1;
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
    Rows s = {.step = t->in->ny, .taps = taps_of(p, 0, t->scratch), .goal = GOAL_OUTPUT};
    s.partial = (double *)t->scratch + qb_fir_layout(p, nx).weights / sizeof(double);
    s.group = QB_FIR_GROUP;
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

/* ---- axes 1 and 2 ----------------------------------------------------------------------------------- */

QB_VEC_INLINE void sum_pairs(const double *at, Taps taps, Doubles *sum)
{
    for (int64_t j = taps.r; j > 0; j--)
        for (int v = 0; v < BLOCK; v++)
            sum[v] +=
                (fetch(QB_F64, at, v * LANES - j) + fetch(QB_F64, at, v * LANES + j)) * taps.w[j];
}

/* BLOCK vectors at column x, or what of them lies within n columns. */
QB_VEC_INLINE void put_line(bool wide, void *out, int64_t x, int64_t n, const Doubles *sum)
{
    size_t bytes = wide ? sizeof(double) : sizeof(float);
    double part[BLOCK * LANES];
    bool all = x + BLOCK * LANES <= n;
    for (int v = 0; v < BLOCK; v++)
        put(wide, GOAL_OUTPUT, all ? (char *)out + (size_t)x * bytes : (char *)part, v * LANES,
            sum[v]);
    if (!all)
        memcpy((char *)out + (size_t)x * bytes, part, (size_t)(n - x) * bytes);
}

/* Along a line of doubles, whose first output stands at `line`; up to BLOCK·LANES − 1 doubles behind the last one's reach are
 * read, and not used. */
QB_VEC_INLINE void sum_line(bool wide, const double *line, Taps taps, void *out, int64_t n)
{
    for (int64_t x = 0; x < n; x += BLOCK * LANES) {
        Doubles sum[BLOCK];
        for (int v = 0; v < BLOCK; v++)
            sum[v] = fetch(QB_F64, line, x + v * LANES) * taps.w[0];
        sum_pairs(line + x, taps, sum);
        divide(sum, BLOCK, taps.divisor);
        put_line(wide, out, x, n, sum);
    }
}

/* A row, or two, that nothing is to be added to: axis 1 of a picture. */
QB_VEC_INLINE void widen_rows(QbPix pix, const Rows *s, int64_t n)
{
    for (int k = 0; k < 2 && s->out[k]; k++) {
        int64_t x = 0;
        for (; x + LANES <= n; x += LANES)
            put(true, s->goal, s->out[k], x, fetch(pix, row_at(s, k), s->column + x));
        for (; x < n; x++)
            ((double *)s->out[k])[x] = qb_pix_get(pix, row_at(s, k), s->column + x);
    }
}

QB_VEC_INLINE void plane(const QbTask *t, QbPix pix)
{
    const QbFirParams *p = t->params;
    const QbBox *box = &t->out.box;
    int64_t ny = box->hi[1] - box->lo[1], nx = box->hi[2] - box->lo[2], r2 = qb_fir_radius(p, 2);
    int64_t from = box->lo[2] - r2, to = box->hi[2] + r2, a = qb_max64(from, 0),
            b = qb_min64(to, t->in->nx);
    QbFirLayout layout = qb_fir_layout(p, nx);
    double *w1 = t->scratch, *w2 = w1 + layout.weights / sizeof(double), *line[2];
    line[0] = w2 + layout.weights / sizeof(double);
    line[1] = line[0] + layout.line / sizeof(double);
    Taps taps2 = taps_of(p, 2, w2);
    QbPad pad = {QB_BORDER_MIRROR, sizeof(double), t->in->nx, NULL};
    Rows s = {.step = 1, .column = a - t->in->x0, .taps = taps_of(p, 1, w1)};
    s.group = s.taps.r + 1;
    s.goal = s.taps.r ? GOAL_LINE : GOAL_EXACT_LINE;
    for (int64_t i = box->lo[0]; i < box->hi[0]; i++)
        for (int64_t y = 0; y < ny; y += 2) {
            int n = y + 1 < ny ? 2 : 1;
            s.centre = &t->in->row[(i - t->in->i0) * t->in->ny + (box->lo[1] + y - t->in->y0)];
            for (int k = 0; k < 2; k++)
                s.out[k] = k < n ? line[k] + (a - from) : NULL;
            if (s.taps.r)
                sum_rows(pix, &s, b - a);
            else
                widen_rows(pix, &s, b - a);
            for (int k = 0; k < n; k++) {
                qb_pad_edges(&pad, line[k] - from, from, to);
                sum_line(pix == QB_F64, line[k] + r2, taps2,
                         qb_tile_row(&t->out, i, box->lo[1] + y + k), nx);
            }
        }
}

/* ---- by pixel type ---------------------------------------------------------------------------------- */

QB_VEC_INLINE void dispatch(const QbTask *t, void (*body)(const QbTask *t, QbPix pix))
{
    switch (t->in_type[0]->pix) {
    case QB_U8:
        body(t, QB_U8);
        break;
    case QB_U16:
        body(t, QB_U16);
        break;
    case QB_U32:
        body(t, QB_U32);
        break;
    case QB_I8:
        body(t, QB_I8);
        break;
    case QB_I16:
        body(t, QB_I16);
        break;
    case QB_I32:
        body(t, QB_I32);
        break;
    case QB_F32:
        body(t, QB_F32);
        break;
    case QB_F64:
        body(t, QB_F64);
        break;
    case QB_PIX_COUNT:
        break;
    }
}

void QB_CPU_NAME(qb_fir_axis0)(const QbTask *t)
{
    dispatch(t, axis0);
}

void QB_CPU_NAME(qb_fir_plane)(const QbTask *t)
{
    dispatch(t, plane);
}
