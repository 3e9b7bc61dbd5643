/* Noise and the grey values of foams: every number is a function of a row's key and a column. Knows no shapes. */
#include "core/qmath.h"
#include "stdlib/kernels/map_cpu.h"

/* Each bit of the result depends on each bit of h. */
static inline uint32_t mixed(uint32_t h)
{
    h ^= h >> 16;
    h *= 0x21f0aaadu;
    h ^= h >> 15;
    h *= 0x735a2d97u;
    return h ^ h >> 15;
}

static inline uint32_t first_bits(QbRowKey key, uint32_t x)
{
    return mixed(x * 0x9e3779b9u + key.a);
}

static inline uint32_t second_bits(QbRowKey key, uint32_t first)
{
    return mixed(first + key.b);
}

/* In (0, 1), symmetric about a half; 32 bits, the centre of each step. */
static inline double unit(uint32_t bits)
{
    return ((double)(int32_t)bits + 0x1.000000008p31) * 0x1p-32;
}

/* sin φ for |φ| ≤ π/2: Taylor's series up to φ^19/19!. */
static inline double sine(double p)
{
    double z = p * p, q = -1.0 / 121645100408832000.0;
    q = q * z + 1.0 / 355687428096000.0;
    q = q * z - 1.0 / 1307674368000.0;
    q = q * z + 1.0 / 6227020800.0;
    q = q * z - 1.0 / 39916800.0;
    q = q * z + 1.0 / 362880.0;
    q = q * z - 1.0 / 5040.0;
    q = q * z + 1.0 / 120.0;
    q = q * z - 1.0 / 6.0;
    return p + p * z * q;
}

/* Box and Muller (1958), the cosine half alone: a voxel's noise needs nothing of its neighbours. */
void QB_CPU_NAME(qb_map_normal)(double *restrict out, QbRowKey key, int64_t x0, int64_t n)
{
    for (int64_t k = 0; k < n; k++) {
        uint32_t h = first_bits(key, (uint32_t)(x0 + k));
        double u = unit(h), v = unit(second_bits(key, h)) - 0.5;
        double angle = 6.283185307179586 * (0.25 - fabs(v));
        out[k] = sqrt(-2.0 * qb_log_inline(u)) * sine(angle);
    }
}

void QB_CPU_NAME(qb_map_uniform)(double *restrict out, QbRowKey key, int64_t x0, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        out[k] = unit(first_bits(key, (uint32_t)(x0 + k)));
}

static inline uint32_t byte_sum(uint32_t h)
{
    uint32_t s = (h & 0x00ff00ffu) + (h >> 8 & 0x00ff00ffu);
    return (s + (s >> 16)) & 0x3ffu;
}

/* Grey values are in 0..255; the bits of v + 1.5·2^23 hold v rounded half to even. */
static inline uint8_t grey_level(float v)
{
    v = v > 0.0f ? v : 0.0f;
    v = v < 255.0f ? v : 255.0f;
    v += 0x1.8p23f;
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return (uint8_t)bits;
}

/* The noise is a sum of eight random bytes (mean 1020, standard deviation 209.02), near enough to a normal one. */
void QB_CPU_NAME(qb_map_grain)(uint8_t *restrict out, const float *restrict grey, float deviation,
                               QbRowKey key, int64_t x0, int64_t n)
{
    float scale = deviation / 209.02153f;
    for (int64_t k = 0; k < n; k++) {
        uint32_t h = first_bits(key, (uint32_t)(x0 + k));
        int32_t sum = (int32_t)(byte_sum(h) + byte_sum(second_bits(key, h))) - 1020;
        out[k] = grey_level(grey[k] + (float)sum * scale);
    }
}

/* ---- foams ------------------------------------------------------------------------------------------- */

/* Squared distances are kept as their bits: for numbers from 0 those have the same order, and the least of two whole
 * numbers is one instruction. */
typedef struct Nearest {
    int32_t first[QB_FOAM_COLUMNS], second[QB_FOAM_COLUMNS], third[QB_FOAM_COLUMNS];
} Nearest;

static inline int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}
static inline int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static inline int32_t distance_bits(float x, float seed_x, float rest)
{
    float d = x - seed_x, v = d * d + rest;
    int32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

/* Two seeds at a time, so that the three nearest are loaded and stored half as often. */
static void take_seeds(Nearest *restrict near, const float *sx, const float *rest, int64_t n)
{
    float x1 = sx[0], r1 = rest[0], x2 = sx[1], r2 = rest[1];
    for (int64_t k = 0; k < n; k++) {
        float x = (float)(int32_t)k;
        int32_t p = distance_bits(x, x1, r1), q = distance_bits(x, x2, r2);
        int32_t a = least(p, q), b = most(p, q), f = near->first[k], s = near->second[k],
                t = near->third[k];
        /* the three least of the sorted triple (f, s, t) and the sorted pair (a, b) */
        near->first[k] = least(f, a);
        near->second[k] = least(least(s, b), most(f, a));
        near->third[k] = least(t, least(most(s, a), most(f, b)));
    }
}

/* e^-t for t ≥ 0, to single precision: 2^(whole part) by its bits, 2^fraction by Taylor's series up to the sixth power. */
static inline float decay(float t)
{
    float y = (t < 80.0f ? t : 80.0f) * -1.44269504f;
    float shifted = y + 0x1.8p23f, f = (y - (shifted - 0x1.8p23f)) * 0.69314718f;
    float q = 1.0f / 720.0f;
    q = q * f + 1.0f / 120.0f;
    q = q * f + 1.0f / 24.0f;
    q = q * f + 1.0f / 6.0f;
    q = q * f + 0.5f;
    q = q * f * f + f + 1.0f;
    uint32_t bits;
    memcpy(&bits, &q, sizeof bits);
    uint32_t whole;
    memcpy(&whole, &shifted, sizeof whole);
    bits +=
        whole << 23; /* the whole part is negative: it is in the low bits, in two's complement */
    memcpy(&q, &bits, sizeof q);
    return q;
}

static inline float root(int32_t bits)
{
    float v;
    memcpy(&v, &bits, sizeof v);
    return sqrtf(v);
}

void QB_CPU_NAME(qb_map_foam)(float *restrict grey, const QbFoamSeeds *seeds,
                              const QbFoamLook *look, int64_t n)
{
    Nearest near;
    for (int64_t k = 0; k < n; k++)
        near.first[k] = near.second[k] = near.third[k] = 0x7f000000;
    for (int j = 0; j + 1 < seeds->n; j += 2)
        take_seeds(&near, seeds->x + j, seeds->rest + j, n);
    QbFoamLook l = *look;
    for (int64_t k = 0; k < n; k++) {
        float d = root(near.first[k]);
        float wall = (root(near.second[k]) - d) * l.wall, edge = (root(near.third[k]) - d) * l.edge;
        grey[k] = l.base + l.wall_grey * decay(wall * wall) + l.edge_grey * decay(edge * edge);
    }
}
