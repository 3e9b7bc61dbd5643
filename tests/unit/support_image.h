/* Image files for tests: a folder that is taken away again, whole images read back in random boxes, and TIFF directories put
 * together byte by byte, right or wrong. */
#ifndef QB_TESTS_SUPPORT_IMAGE_H
#define QB_TESTS_SUPPORT_IMAGE_H

#include "runtime/imgio.h"

/* A new folder under /tmp. */
void image_folder_new(char folder[64]);
void image_folder_free(const char *folder);
void image_put_file(const char *path, const void *bytes, size_t n);

/* The whole image, dense, read in boxes drawn by the seed (0: at once) into rows at odd places, whose surroundings are checked.
 * NULL: *err says why. To be freed. */
void *image_read(const QbReadSpec *spec, uint64_t seed, QbImageInfo *info, QbErr *err);
/* All of a file, whatever is in it: true if it was read. */
bool image_try(const char *path, QbErr *err);
/* A hash of where a voxel is. */
uint64_t image_hash(uint64_t a, uint64_t b);

/* ---- files byte by byte ------------------------------------------------------------------------------ */

typedef struct ImageTag {
    int tag, type;
    uint64_t count, value; /* the value itself, or where the values are; in place where it fits */
} ImageTag;

typedef struct ImageBytes {
    bool big_endian, big_tiff;
    size_t n, link; /* bytes, and where the offset of the next directory stands */
    uint8_t v[65536];
} ImageBytes;

void image_begin(ImageBytes *b);
/* Appends; returns where. */
size_t image_add(ImageBytes *b, const void *bytes, size_t n);
size_t image_add_number(ImageBytes *b, uint64_t v, int bytes);
void image_set_number(ImageBytes *b, size_t at, uint64_t v, int bytes);
/* Appends a directory and links it to the one before; returns where it is. */
size_t image_add_directory(ImageBytes *b, const ImageTag *tags, int n);

#endif
