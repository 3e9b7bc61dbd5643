/* Images that are made: what their operators share. Every voxel is a function of the seed and its coordinates, so that any
 * region is the same however the image is cut. Knows no kernels of one processor. */
#ifndef QB_STDLIB_PHANTOM_H
#define QB_STDLIB_PHANTOM_H

#include "core/op.h"
#include "stdlib/kernels/map.h"

/* The type of an image of that shape; an error at the call where it has too many voxels. */
bool qb_phantom_check(QbCheck *c, const QbShape *shape, QbPix pix);
/* Every voxel of the tile is `value`. */
void qb_phantom_flat(const QbTask *t, double value);
/* The random key of a row, of a cell's property …: `stream` keeps uses of one coordinate apart. */
uint64_t qb_phantom_hash(int64_t seed, int stream, int64_t i, int64_t y, int64_t x);
QbRowKey qb_phantom_row_key(int64_t seed, int stream, int64_t i, int64_t y);
/* In [0, 1), from 20 of the hash's bits, a third of them for each part 0, 1, 2. */
float qb_phantom_unit(uint64_t hash, int part);

/* Parameters of blobs: shared with tests, which know how many there are. */
typedef struct QbBlobs {
    QbShape shape;
    int64_t seed;
    int64_t cell;  /* edge of the grid's cells */
    double radius; /* of the largest */
    double fill;   /* share of the cells that hold a blob */
    double noise;  /* standard deviation */
} QbBlobs;

typedef struct QbBlob {
    bool is_there;
    float centre[3], radius; /* in voxels from the cell's first voxel, physical axes */
} QbBlob;

/* The blob of one cell (counted from 0 along the physical axes; axis 1 of a 2D image: 0). Cells that the image's end
 * cuts hold none. */
QbBlob qb_phantom_blob(const QbBlobs *p, const int64_t cell[3]);
/* How many blobs the image has. */
int64_t qb_phantom_blob_count(const QbBlobs *p);

#endif
