/* What kernels of extremes compare: the smallest or the largest, of which pixel type. A kind is a compile-time constant of
 * each instance of their bodies. */
#ifndef QB_STDLIB_FILTER_KIND_H
#define QB_STDLIB_FILTER_KIND_H

#include "core/op.h"
#include "stdlib/kernels/filter_key.h"

typedef struct QbExtremeKind {
    QbLane lane;
    bool floats;
    bool largest;
} QbExtremeKind;

QB_VEC_INLINE QbVec qb_extreme_of(QbExtremeKind k, QbVec a, QbVec b)
{
    return k.largest ? qb_vec_max(k.lane, a, b) : qb_vec_min(k.lane, a, b);
}

QB_VEC_INLINE QbVec qb_extreme_key(QbExtremeKind k, QbVec voxels)
{
    return k.floats ? qb_vec_key(k.lane, voxels, k.largest) : voxels;
}

QB_VEC_INLINE QbVec qb_extreme_voxels(QbExtremeKind k, QbVec keys)
{
    return k.floats ? qb_vec_unkey(k.lane, keys) : keys;
}

/* Calls the body with the kind of the first input. */
QB_VEC_INLINE void qb_extreme_dispatch(const QbTask *t, bool largest,
                                       void (*body)(const QbTask *t, QbExtremeKind k, QbPix pix))
{
    switch (t->in_type[0]->pix) {
    case QB_U8:
        body(t, (QbExtremeKind){QB_LANE_U8, false, largest}, QB_U8);
        break;
    case QB_U16:
        body(t, (QbExtremeKind){QB_LANE_U16, false, largest}, QB_U16);
        break;
    case QB_U32:
        body(t, (QbExtremeKind){QB_LANE_U32, false, largest}, QB_U32);
        break;
    case QB_I8:
        body(t, (QbExtremeKind){QB_LANE_I8, false, largest}, QB_I8);
        break;
    case QB_I16:
        body(t, (QbExtremeKind){QB_LANE_I16, false, largest}, QB_I16);
        break;
    case QB_I32:
        body(t, (QbExtremeKind){QB_LANE_I32, false, largest}, QB_I32);
        break;
    case QB_F32:
        body(t, (QbExtremeKind){QB_LANE_I32, true, largest}, QB_F32);
        break;
    case QB_F64:
        body(t, (QbExtremeKind){QB_LANE_I64, true, largest}, QB_F64);
        break;
    case QB_PIX_COUNT:
        break;
    }
}

#endif
