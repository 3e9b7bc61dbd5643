/* What the files of `qbic verify` share: how the runs differ, how one is made, how two outputs are compared. */
#ifndef QB_CLI_VERIFY_H
#define QB_CLI_VERIFY_H

#include "cli/cli.h"

/* A way to run the pipeline; 0 and NULL: as it comes. */
typedef struct QbVariant {
    char name[64]; /* "chunks of 3, 17 rows" */
    int threads;
    int64_t chunk[2];
    bool tight; /* the smallest memory that suffices */
    const char *cpu;
    const char *const *off; /* passes */
    int n_off;
} QbVariant;

/* Runs it in a process of its own, into `dir`, where output k of the pipeline becomes a file of that name (qb_verify_name), and what
 * is printed becomes "printed". With `as_arrays` images are written as .npy, whatever they are saved as. The exit status. */
int qb_verify_run(const QbCliOptions *o, const QbVariant *v, const char *dir, bool as_arrays);
/* "003.tif" */
void qb_verify_name(const QbOutput *output, int k, bool as_arrays, char name[32]);

/* Offset of the first byte in which two files differ, -1: none. Files of other lengths differ where the shorter one ends; one that
 * cannot be read differs at once. */
int64_t qb_verify_first_byte(const char *a, const char *b);
/* "line 4: '12,963', in the reference '12,964'" of two texts that differ. */
void qb_verify_text(const char *reference, const char *other, QbText *out);
/* "voxel [3, 4, 5]: 7, in the reference 6" of two .npy files. False where they do not differ, or are no arrays of one shape. */
bool qb_verify_voxel(const char *reference, const char *other, QbText *out);

#endif
