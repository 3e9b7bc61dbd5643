/* Pixel types and what is known of them. */
#ifndef QB_CORE_PIX_H
#define QB_CORE_PIX_H

#include "core/base.h"

typedef enum QbPix {
    QB_U8,
    QB_U16,
    QB_U32,
    QB_I8,
    QB_I16,
    QB_I32,
    QB_F32,
    QB_F64,
    QB_PIX_COUNT
} QbPix;

typedef struct QbPixInfo {
    const char *name; /* "u8" */
    int bytes;
    bool is_float, is_signed;
    double lo, hi; /* smallest and largest value (integers) */
} QbPixInfo;

extern const QbPixInfo qb_pix_info[QB_PIX_COUNT];

static inline size_t qb_pix_bytes(QbPix p)
{
    return (size_t)qb_pix_info[p].bytes;
}
/* QB_PIX_COUNT when no pixel type has that name. */
QbPix qb_pix_named(const char *name);
/* One voxel as a double (exact for every type), and a double stored with round half to even, saturation, NaN to 0. */
double qb_pix_get(QbPix p, const void *row, int64_t x);
void qb_pix_put(QbPix p, void *row, int64_t x, double v);

#endif
