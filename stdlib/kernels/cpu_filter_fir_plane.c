/* Symmetric weighted sums along both axes of a plane, as scipy.ndimage does them: in double, the centre first, then the pairs
 * from the farthest in, rounded to the result's type after each axis. No sum runs from voxel to voxel, so the bits do not
 * depend on how boxes are cut. A few rows are filtered together, some columns at a time, so that all between voxel and
 * result stays in the first cache: the rows become doubles, are summed down, and are turned over in registers. A vector then
 * holds one column of several rows, and the sums across are the same sums over vectors that follow one another. */
#include "stdlib/kernels/filter_doubles.h"
#include "stdlib/kernels/filter_layout.h"

/* The rows of a tile that are made together. */
typedef struct Strip {
    const void *const *in; /* pointer to the first row in reach */
    void *const *out;      /* to the first row that is made */
    int64_t n_rows;
    QbTaps down, across;
    double *rows;    /* the rows in reach, a chunk of each, QB_FIR_PITCH apart */
    double *columns; /* what was summed down: QB_FIR_ROWS voxels of each column */
    int64_t first;   /* the first column there */
} Strip;

static double *column_at(const Strip *s, int64_t x)
{
    return s->columns + (x - s->first) * QB_FIR_ROWS;
}

/* ---- sums ------------------------------------------------------------------------------------------- */

/* QB_DOUBLES outputs that follow one another, of a vector each. Of the vectors that lie j before and after them all but one served the pair before. */
QB_VEC_INLINE void sum_block(const double *centre, int64_t step, QbTaps taps, QbDoubles *sum)
{
    QbDoubles low[QB_DOUBLES], high[QB_DOUBLES];
    for (int k = 0; k < QB_DOUBLES; k++) {
        sum[k] = qb_doubles_load(QB_F64, centre, k * step) * taps.w[0];
        low[k] = qb_doubles_load(QB_F64, centre, (k - taps.r) * step);
        high[k] = qb_doubles_load(QB_F64, centre, (k + taps.r) * step);
    }
    for (int64_t j = taps.r; j > 0; j--) {
        double weight = taps.w[j];
        for (int k = 0; k < QB_DOUBLES; k++)
            sum[k] += (low[k] + high[k]) * weight;
        for (int k = 1; k < QB_DOUBLES; k++) {
            low[k - 1] = low[k];
            high[QB_DOUBLES - k] = high[QB_DOUBLES - k - 1];
        }
        low[QB_DOUBLES - 1] = qb_doubles_load(QB_F64, centre, (QB_DOUBLES - j) * step);
        high[0] = qb_doubles_load(QB_F64, centre, (j - 1) * step);
    }
    qb_doubles_divide(sum, QB_DOUBLES, taps.divisor);
}

/* Lane k of vector j becomes lane j of vector k. */
QB_VEC_INLINE void turn_over(QbDoubles *v)
{
#if QB_VEC_BYTES == 64
    __m512d pair[8], four[4];
    for (int k = 0; k < 8; k += 2) {
        pair[k] = _mm512_unpacklo_pd((__m512d)v[k], (__m512d)v[k + 1]);
        pair[k + 1] = _mm512_unpackhi_pd((__m512d)v[k], (__m512d)v[k + 1]);
    }
    for (int k = 0; k < 2; k++) {
        four[0] = _mm512_shuffle_f64x2(pair[k], pair[k + 2], 0x44);
        four[1] = _mm512_shuffle_f64x2(pair[k], pair[k + 2], 0xee);
        four[2] = _mm512_shuffle_f64x2(pair[k + 4], pair[k + 6], 0x44);
        four[3] = _mm512_shuffle_f64x2(pair[k + 4], pair[k + 6], 0xee);
        v[k] = (QbDoubles)_mm512_shuffle_f64x2(four[0], four[2], 0x88);
        v[k + 2] = (QbDoubles)_mm512_shuffle_f64x2(four[0], four[2], 0xdd);
        v[k + 4] = (QbDoubles)_mm512_shuffle_f64x2(four[1], four[3], 0x88);
        v[k + 6] = (QbDoubles)_mm512_shuffle_f64x2(four[1], four[3], 0xdd);
    }
#elif QB_VEC_BYTES == 32
    __m256d pair[4];
    for (int k = 0; k < 4; k += 2) {
        pair[k] = _mm256_unpacklo_pd((__m256d)v[k], (__m256d)v[k + 1]);
        pair[k + 1] = _mm256_unpackhi_pd((__m256d)v[k], (__m256d)v[k + 1]);
    }
    for (int k = 0; k < 2; k++) {
        v[k] = (QbDoubles)_mm256_permute2f128_pd(pair[k], pair[k + 2], 0x20);
        v[k + 2] = (QbDoubles)_mm256_permute2f128_pd(pair[k], pair[k + 2], 0x31);
    }
#else
    QbDoubles first = {v[0][0], v[1][0]}, second = {v[0][1], v[1][1]};
    v[0] = first;
    v[1] = second;
#endif
}

/* ---- down ------------------------------------------------------------------------------------------- */

/* The rows are too many for the processor to foresee that they go on. */
static inline void prefetch_chunk(const void *row, int64_t column, size_t bytes)
{
    const char *at = (const char *)row + (size_t)column * bytes;
    for (size_t k = 0; k < QB_FIR_CHUNK * bytes; k += 64)
        __builtin_prefetch(at + k);
}

/* n columns of the rows in reach, as doubles. */
QB_VEC_INLINE void widen_rows(QbPix pix, const Strip *s, int64_t column, int64_t n)
{
    for (int64_t y = 0; y < s->n_rows + 2 * s->down.r; y++) {
        double *to = s->rows + y * QB_FIR_PITCH;
        int64_t x = 0;
        for (; x + QB_DOUBLES <= n; x += QB_DOUBLES)
            qb_doubles_store(true, to, x, qb_doubles_load(pix, s->in[y], column + x));
        for (; x < n; x++)
            to[x] = qb_pix_get(pix, s->in[y], column + x);
        prefetch_chunk(s->in[y], column + QB_FIR_CHUNK, qb_pix_bytes(pix));
    }
}

static void widen(QbPix pix, const Strip *s, int64_t column, int64_t n)
{
    switch (pix) {
    case QB_U8:
        widen_rows(QB_U8, s, column, n);
        break;
    case QB_U16:
        widen_rows(QB_U16, s, column, n);
        break;
    case QB_U32:
        widen_rows(QB_U32, s, column, n);
        break;
    case QB_I8:
        widen_rows(QB_I8, s, column, n);
        break;
    case QB_I16:
        widen_rows(QB_I16, s, column, n);
        break;
    case QB_I32:
        widen_rows(QB_I32, s, column, n);
        break;
    case QB_F32:
        widen_rows(QB_F32, s, column, n);
        break;
    case QB_F64:
        widen_rows(QB_F64, s, column, n);
        break;
    case QB_PIX_COUNT:
        break;
    }
}

/* n columns that were widened, and what is in their last vector beyond them. */
QB_VEC_INLINE void sum_down(const Strip *s, bool rounds, double *to, int64_t n)
{
    for (int64_t x = 0; x < n; x += QB_DOUBLES)
        for (int64_t y = 0; y < s->n_rows; y += QB_DOUBLES) {
            QbDoubles v[QB_DOUBLES];
            sum_block(s->rows + (y + s->down.r) * QB_FIR_PITCH + x, QB_FIR_PITCH, s->down, v);
            for (int k = 0; k < QB_DOUBLES && rounds; k++)
                v[k] = qb_doubles_of_floats(qb_floats_of(v[k]));
            turn_over(v);
            for (int k = 0; k < QB_DOUBLES; k++)
                qb_doubles_store(true, to, (x + k) * QB_FIR_ROWS + y, v[k]);
        }
}

static void sum_down_exact(const Strip *s, double *to, int64_t n)
{
    sum_down(s, false, to, n);
}

static void sum_down_rounded(const Strip *s, double *to, int64_t n)
{
    sum_down(s, true, to, n);
}

/* ---- across ----------------------------------------------------------------------------------------- */

/* Mirrored columns [from, to) of a domain of nx; those that they mirror are there. */
static void mirror_columns(const Strip *s, int64_t from, int64_t to, int64_t nx)
{
    for (int64_t x = from; x < to; x++)
        memcpy(column_at(s, x), column_at(s, qb_mirror(x, nx)), QB_FIR_ROWS * sizeof(double));
}

/* The first n voxels of a vector. */
static void store_part(bool wide, void *row, int64_t x, int64_t n, QbDoubles v)
{
    double part[QB_DOUBLES];
    size_t bytes = wide ? sizeof(double) : sizeof(float);
    qb_doubles_store(wide, part, 0, v);
    memcpy((char *)row + (size_t)x * bytes, part, (size_t)n * bytes);
}

/* Eight by eight voxels, or as many as a vector holds, at column x; column x0 of the image is the first of the rows that
 * are made. */
QB_VEC_INLINE void sum_block_across(const Strip *s, int64_t x, int64_t y, QbDoubles *v)
{
    sum_block(column_at(s, x) + y, QB_FIR_ROWS, s->across, v);
    turn_over(v);
}

/* The first n columns of a block, of the rows that there are. */
static __attribute__((noinline)) void sum_corner(const Strip *s, bool wide, int64_t x0, int64_t x,
                                                 int64_t y, int64_t n)
{
    QbDoubles v[QB_DOUBLES];
    sum_block_across(s, x, y, v);
    for (int64_t k = 0; k < qb_min64(s->n_rows - y, QB_DOUBLES); k++)
        store_part(wide, s->out[y + k], x - x0, qb_min64(n, QB_DOUBLES), v[k]);
}

/* Columns [at, at + n) of the result. */
QB_VEC_INLINE void sum_across(const Strip *s, bool wide, int64_t x0, int64_t at, int64_t n)
{
    for (int64_t x = at; x < at + n; x += QB_DOUBLES)
        for (int64_t y = 0; y < s->n_rows; y += QB_DOUBLES) {
            if (at + n - x < QB_DOUBLES || s->n_rows - y < QB_DOUBLES) {
                sum_corner(s, wide, x0, x, y, at + n - x);
                continue;
            }
            QbDoubles v[QB_DOUBLES];
            sum_block_across(s, x, y, v);
            for (int k = 0; k < QB_DOUBLES; k++)
                qb_doubles_store(wide, s->out[y + k], x - x0, v[k]);
        }
}

static void sum_across_f32(const Strip *s, int64_t x0, int64_t at, int64_t n)
{
    sum_across(s, false, x0, at, n);
}

static void sum_across_f64(const Strip *s, int64_t x0, int64_t at, int64_t n)
{
    sum_across(s, true, x0, at, n);
}

/* ---- the whole -------------------------------------------------------------------------------------- */

/* All columns of a strip. Columns come in as chunks; results go out as soon as all that they reach is there, whole vectors of
 * them; the columns that the next results reach move to the front. */
static void run_strip(const QbTask *t, Strip *s)
{
    QbPix pix = t->in_type[0]->pix;
    int64_t lo = t->out.box.lo[2], hi = t->out.box.hi[2], r = s->across.r, nx = t->in->nx;
    int64_t made = qb_max64(lo - r, 0), end = qb_min64(hi + r, nx), done = lo;
    s->first = lo - r;
    while (done < hi) {
        int64_t n = qb_min64(end - made, QB_FIR_CHUNK);
        widen(pix, s, made - t->in->x0, n);
        (pix == QB_F64 || s->down.r == 0 ? sum_down_exact : sum_down_rounded)(s, column_at(s, made),
                                                                              n);
        made += n;
        int64_t ready = hi - done;
        if (made < end)
            ready = (made - r - done) / QB_DOUBLES * QB_DOUBLES;
        if (ready <= 0)
            continue;
        if (done == lo)
            mirror_columns(s, lo - r, 0, nx);
        if (made == end)
            mirror_columns(s, nx, hi + r, nx);
        (pix == QB_F64 ? sum_across_f64 : sum_across_f32)(s, lo, done, ready);
        done += ready;
        memmove(s->columns, column_at(s, done - r),
                (size_t)(made - done + r) * QB_FIR_ROWS * sizeof(double));
        s->first = done - r;
    }
}

void QB_CPU_NAME(qb_fir_plane)(const QbTask *t)
{
    const QbFirParams *p = t->params;
    const QbBox *box = &t->out.box;
    int down = qb_fir_down(t->in_type[0]);
    QbFirLayout layout = qb_fir_layout(p, down);
    double *w1 = t->scratch, *w2 = w1 + layout.weights / sizeof(double);
    Strip s = {.down = qb_taps(p, down, w1), .across = qb_taps(p, 2, w2)};
    s.rows = w2 + layout.weights / sizeof(double);
    s.columns = s.rows + layout.rows / sizeof(double);
    /* A picture is one plane whose rows lie along axis 0. */
    int64_t planes = down == 0 ? 1 : box->hi[0] - box->lo[0], n = box->hi[down] - box->lo[down];
    int64_t before = down == 0 ? box->lo[0] - t->in->i0 : box->lo[1] - t->in->y0;
    int64_t skipped = down == 0 ? 0 : box->lo[0] - t->in->i0;
    for (int64_t i = 0; i < planes; i++)
        for (int64_t y = 0; y < n; y += QB_FIR_ROWS) {
            s.n_rows = qb_min64(n - y, QB_FIR_ROWS);
            s.in = t->in->row + (skipped + i) * t->in->ny + before + y - s.down.r;
            s.out = t->out.row + i * n + y;
            run_strip(t, &s);
        }
}
