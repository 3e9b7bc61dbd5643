/* Rows of unpacked bytes turned into voxels: predictors and byte order undone, samples picked or mixed to luma, bits
 * spread, NaN made canonical. Knows no files. */
#include "runtime/tiff_read.h"

#include <string.h>

/* ---- byte and bit order ----------------------------------------------------------------------------- */

void qb_tiff_reverse_bits(uint8_t *bytes, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        uint8_t b = bytes[k];
        b = (uint8_t)(b >> 4 | b << 4);
        b = (uint8_t)((b & 0xcc) >> 2 | (b & 0x33) << 2);
        bytes[k] = (uint8_t)((b & 0xaa) >> 1 | (b & 0x55) << 1);
    }
}

/* Rows start at multiples of their samples' size only by chance: memcpy keeps the compiler honest about it. */
#define LOAD(T, p, k)                                             \
    ({                                                            \
        T load_;                                                  \
        memcpy(&load_, (p) + (size_t)(k) * sizeof(T), sizeof(T)); \
        load_;                                                    \
    })
#define STORE(T, p, k, v)                                          \
    do {                                                           \
        T store_ = (T)(v);                                         \
        memcpy((p) + (size_t)(k) * sizeof(T), &store_, sizeof(T)); \
    } while (0)

static void swap_bytes(uint8_t *row, int64_t n, int bytes)
{
    if (bytes == 2)
        for (int64_t k = 0; k < n; k++)
            STORE(uint16_t, row, k, __builtin_bswap16(LOAD(uint16_t, row, k)));
    else if (bytes == 4)
        for (int64_t k = 0; k < n; k++)
            STORE(uint32_t, row, k, __builtin_bswap32(LOAD(uint32_t, row, k)));
    else if (bytes == 8)
        for (int64_t k = 0; k < n; k++)
            STORE(uint64_t, row, k, __builtin_bswap64(LOAD(uint64_t, row, k)));
}

/* ---- predictors ------------------------------------------------------------------------------------- */

/* Each value is stored less the one `step` before it. */
static void add_up(uint8_t *row, int64_t n, int64_t step, int bytes)
{
    if (bytes == 1 && step == 1) {
        uint8_t sum = 0;
        for (int64_t k = 0; k < n; k++)
            row[k] = sum = (uint8_t)(sum + row[k]);
    } else if (bytes == 1) {
        for (int64_t k = step; k < n; k++)
            row[k] = (uint8_t)(row[k] + row[k - step]);
    } else if (bytes == 2) {
        for (int64_t k = step; k < n; k++)
            STORE(uint16_t, row, k, LOAD(uint16_t, row, k) + LOAD(uint16_t, row, k - step));
    } else if (bytes == 4) {
        for (int64_t k = step; k < n; k++)
            STORE(uint32_t, row, k, LOAD(uint32_t, row, k) + LOAD(uint32_t, row, k - step));
    } else {
        for (int64_t k = step; k < n; k++)
            STORE(uint64_t, row, k, LOAD(uint64_t, row, k) + LOAD(uint64_t, row, k - step));
    }
}

/* Floats are split into planes of bytes, the most significant first whatever the file's byte order, and the bytes of
 * the whole row are stored as differences. */
static void join_floats(uint8_t *row, uint8_t *line, int64_t n, int64_t step, int bytes)
{
    add_up(row, n * bytes, step, 1);
    memcpy(line, row, (size_t)(n * bytes));
    for (int64_t k = 0; k < n; k++)
        for (int b = 0; b < bytes; b++)
            row[k * bytes + b] = line[(bytes - 1 - b) * n + k];
}

void qb_tiff_row_undo(const QbTiffPage *p, uint8_t *row, uint8_t *line)
{
    int bytes = p->bits / 8;
    if (bytes == 0 || p->codec == QB_TIFF_LIBTIFF)
        return;
    int64_t step = p->planar ? 1 : p->samples, n = p->cw * step;
    if (p->predictor == 3) {
        join_floats(row, line, n, step, bytes);
        return;
    }
    if (p->swap)
        swap_bytes(row, n, bytes);
    if (p->predictor == 2)
        add_up(row, n, step, bytes);
}

/* ---- samples to voxels ------------------------------------------------------------------------------ */

/* Source of a row's samples: sample k of voxel x is at plane[k] + x * step, in samples. */
typedef struct Samples {
    const uint8_t *plane[3];
    int64_t step;
} Samples;

/* Rounds half to even; exact, as 64 bits hold 1000 times the largest sample. */
static inline int64_t luma(int64_t r, int64_t g, int64_t b)
{
    int64_t t = 299 * r + 587 * g + 114 * b;
    int64_t q = t / 1000, rest = t % 1000;
    if (rest < 0) {
        q--;
        rest += 1000;
    }
    return q + (rest > 500 || (rest == 500 && (q & 1)));
}

#define LUMA_WHOLE(T)                                                                \
    for (int64_t x = 0; x < n; x++)                                                  \
    STORE(T, to, x,                                                                  \
          luma(LOAD(T, s->plane[0], x * s->step), LOAD(T, s->plane[1], x * s->step), \
               LOAD(T, s->plane[2], x * s->step)))
#define LUMA_FLOAT(T)                                           \
    for (int64_t x = 0; x < n; x++)                             \
    STORE(T, to, x,                                             \
          (299.0 * (double)LOAD(T, s->plane[0], x * s->step) +  \
           587.0 * (double)LOAD(T, s->plane[1], x * s->step) +  \
           114.0 * (double)LOAD(T, s->plane[2], x * s->step)) / \
              1000.0)

static void mix(const Samples *s, QbPix pix, int64_t n, uint8_t *to)
{
    switch (pix) {
    case QB_U8:
        LUMA_WHOLE(uint8_t);
        break;
    case QB_U16:
        LUMA_WHOLE(uint16_t);
        break;
    case QB_U32:
        LUMA_WHOLE(uint32_t);
        break;
    case QB_I8:
        LUMA_WHOLE(int8_t);
        break;
    case QB_I16:
        LUMA_WHOLE(int16_t);
        break;
    case QB_I32:
        LUMA_WHOLE(int32_t);
        break;
    case QB_F32:
        LUMA_FLOAT(float);
        break;
    case QB_F64:
        LUMA_FLOAT(double);
        break;
    case QB_PIX_COUNT:
        break;
    }
}

static void pick(const uint8_t *from, int64_t step, int bytes, int64_t n, uint8_t *to)
{
    if (step == 1)
        memcpy(to, from, (size_t)(n * bytes));
    else if (bytes == 1)
        for (int64_t x = 0; x < n; x++)
            to[x] = from[x * step];
    else if (bytes == 2)
        for (int64_t x = 0; x < n; x++)
            STORE(uint16_t, to, x, LOAD(uint16_t, from, x * step));
    else if (bytes == 4)
        for (int64_t x = 0; x < n; x++)
            STORE(uint32_t, to, x, LOAD(uint32_t, from, x * step));
    else
        for (int64_t x = 0; x < n; x++)
            STORE(uint64_t, to, x, LOAD(uint64_t, from, x * step));
}

static void spread_bits(const QbTiffPage *p, const uint8_t *row, int64_t x0, int64_t x1,
                        uint8_t *to)
{
    uint8_t flip = p->white_is_zero ? 255 : 0;
    for (int64_t x = x0; x < x1; x++)
        *to++ = (row[x >> 3] >> (7 - (x & 7)) & 1 ? 255 : 0) ^ flip;
}

static void canonical_nan(QbPix pix, uint8_t *to, int64_t n)
{
    if (pix == QB_F32)
        for (int64_t x = 0; x < n; x++) {
            uint32_t v = LOAD(uint32_t, to, x);
            STORE(uint32_t, to, x, (v & 0x7fffffffu) > 0x7f800000u ? 0x7fc00000u : v);
        }
    if (pix == QB_F64)
        for (int64_t x = 0; x < n; x++) {
            uint64_t v = LOAD(uint64_t, to, x);
            STORE(uint64_t, to, x,
                  (v & 0x7fffffffffffffffu) > 0x7ff0000000000000u ? 0x7ff8000000000000u : v);
        }
}

void qb_tiff_row_voxels(const QbTiffPage *p, const uint8_t *const plane[3], int sample, int64_t x0,
                        int64_t x1, void *to)
{
    int bytes = p->bits / 8;
    int64_t step = p->planar ? 1 : p->samples;
    if (bytes == 0) {
        spread_bits(p, plane[0], x0, x1, to);
        return;
    }
    if (sample >= 0) {
        const uint8_t *from = plane[0] + (p->planar ? 0 : sample * bytes);
        if (from != to || step != 1)
            pick(from + x0 * step * bytes, step, bytes, x1 - x0, to);
    } else {
        Samples s = {.step = step};
        for (int k = 0; k < 3; k++)
            s.plane[k] = (p->planar ? plane[k] : plane[0] + k * bytes) + x0 * step * bytes;
        mix(&s, p->pix, x1 - x0, to);
    }
    canonical_nan(p->pix, to, x1 - x0);
}
