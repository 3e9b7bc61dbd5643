/* The types of the qbi language, and the physical shape that everything below the checker works with. */
#ifndef QB_CORE_TYPE_H
#define QB_CORE_TYPE_H

#include "core/pix.h"

typedef enum QbKind {
    QB_NONE,
    QB_NUMBER,
    QB_BOOL,
    QB_STRING,
    QB_PATH,
    QB_LENGTH,
    QB_TIME,
    QB_LIST,
    QB_IMAGE,
    QB_MASK,
    QB_LABELS,
    QB_PICTURE, /* colours to look at (core/colour.h): saved, placed and cut, never computed with */
    QB_ELEMENT,
    QB_TABLE,
    QB_STAGE,
    QB_PLOT, /* a table and how it is drawn (core/figure.h) */
    QB_BLOB, /* internal: the result of a fold that only another operator reads (a histogram's counts) */
    QB_KIND_COUNT
} QbKind;

const char *qb_kind_name(QbKind k); /* "image" */

#define QB_MAX_COLUMNS 16

typedef struct QbColumnType {
    const char *name;
    bool whole; /* a whole number */
} QbColumnType;

/* Physical shape: three axes, the slowest first, axis 0 is the clock along which images stream.
 *   a volume (z, y, x) has n = {Z, Y, X};   a 2D image (y, x) has n = {Y, 1, X}.
 * So a 2D image streams by rows, and a kernel written for (axis 0, axis 1, axis 2) serves both.
 * A mask is stored as u8, 0 or 1; labels and pictures as u32. */
typedef struct QbType {
    QbKind kind;
    /* image, mask, labels, picture: */
    int rank; /* 2 or 3 */
    QbPix pix;
    int64_t n[3];
    double spacing[3]; /* voxel size along the physical axes in micrometres; 0: unknown (never 1) */
    bool nan_free;     /* proved: no voxel is NaN */
    /* number and bool: the value is measured from pixels, so it is not known before the run */
    bool measured;
    /* table: */
    int n_columns;
    QbColumnType columns[QB_MAX_COLUMNS];
} QbType;

static inline bool qb_is_raster(QbKind k)
{
    return k == QB_IMAGE || k == QB_MASK || k == QB_LABELS || k == QB_PICTURE;
}
/* User axis u (0 = slowest of `rank`) to physical axis. */
static inline int qb_axis(int rank, int u)
{
    return rank == 3 ? u : u == 0 ? 0 : 2;
}
static inline int64_t qb_voxels(const QbType *t)
{
    return t->n[0] * t->n[1] * t->n[2];
}
/* "image u8 600×250×350"; `buf` holds at least 96 bytes. */
const char *qb_type_text(const QbType *t, char buf[96]);

/* A box of voxels, half open, physical axes. */
typedef struct QbBox {
    int64_t lo[3], hi[3];
} QbBox;

static inline bool qb_box_is_empty(const QbBox *b)
{
    return b->lo[0] >= b->hi[0] || b->lo[1] >= b->hi[1] || b->lo[2] >= b->hi[2];
}
/* Grows the box, and clips it to the domain [0, n). */
static inline QbBox qb_box_grow(QbBox b, const int64_t before[3], const int64_t after[3],
                                const int64_t n[3])
{
    for (int a = 0; a < 3; a++) {
        b.lo[a] = qb_clamp64(b.lo[a] - before[a], 0, n[a]);
        b.hi[a] = qb_clamp64(b.hi[a] + after[a], 0, n[a]);
    }
    return b;
}
/* The index inside [0, n) that mirrors i with the edge voxel repeated (d c b a | a b c d | d c b a); repeats
 * where i lies further away than the extent. */
static inline int64_t qb_mirror(int64_t i, int64_t n)
{
    if (i >= 0 && i < n)
        return i;
    int64_t period = 2 * n;
    i %= period;
    if (i < 0)
        i += period;
    return i < n ? i : period - 1 - i;
}

/* A structuring element: the set of offsets (dz, dy, dx) of a named shape. */
typedef enum QbElementShape { QB_BALL, QB_DISK, QB_BOX, QB_CROSS } QbElementShape;
typedef struct QbElement {
    QbElementShape shape;
    double r; /* ball and disk: radius (voxels at most r from the centre); cross: arm */
    int64_t size
        [3]; /* box: width per user axis (slowest first), 0 beyond `axes`; a scalar box has axes = 0 and size[0] */
    int axes;
    double along
        [3]; /* ball, disk, cross whose radius differs from axis to axis (physical ones; r is not used); else 0 */
} QbElement;

static inline bool qb_element_is_stretched(const QbElement *e)
{
    return e->along[0] > 0 || e->along[1] > 0 || e->along[2] > 0;
}

#endif
