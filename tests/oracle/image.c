/* Images of the oracles: making them, looking at them beyond their border, and what a store keeps of a double.
 * Nothing here knows an operator. */
#include "tests/oracle/oracle.h"

#include <math.h>

QbOracleImage qb_oracle_new(QbArena *a, QbType type)
{
    QbOracleImage m = {.type = type};
    m.v = QB_NEW_N(a, double, qb_voxels(&type) + 1);
    return m;
}

QbOracleImage qb_oracle_like(QbArena *a, const QbOracleImage *image, QbKind kind, QbPix pix)
{
    QbType type = image->type;
    type.kind = kind;
    type.pix = kind == QB_MASK ? QB_U8 : kind == QB_LABELS || kind == QB_PICTURE ? QB_U32 : pix;
    return qb_oracle_new(a, type);
}

/* d c b a | a b c d | d c b a, found by walking: the border law, said the slow way. */
static int64_t reflect(int64_t i, int64_t n)
{
    while (i < 0 || i >= n)
        i = i < 0 ? -1 - i : 2 * n - 1 - i;
    return i;
}

double qb_oracle_mirrored(const QbOracleImage *m, int64_t z, int64_t y, int64_t x)
{
    const int64_t *n = m->type.n;
    return *qb_oracle_at(m, reflect(z, n[0]), reflect(y, n[1]), reflect(x, n[2]));
}

double qb_oracle_store(QbPix pix, double v)
{
    if (pix == QB_F64)
        return v;
    if (pix == QB_F32)
        return (double)(float)v;
    if (isnan(v))
        return 0;
    static const double lo[] = {0, 0, 0, -128, -32768, -2147483648.0};
    static const double hi[] = {255, 65535, 4294967295.0, 127, 32767, 2147483647.0};
    double whole = floor(v), part = v - whole;
    if (part > 0.5 || (part == 0.5 && fmod(whole, 2) != 0))
        whole += 1;
    return whole < lo[pix] ? lo[pix] : whole > hi[pix] ? hi[pix] : whole + 0.0; /* no -0 */
}

QbPix qb_oracle_real(QbPix pix)
{
    return pix == QB_F64 ? QB_F64 : QB_F32;
}
