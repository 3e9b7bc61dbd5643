/* What the kernel bench times, and the images that it times it on. */
#ifndef QB_BENCH_CASES_H
#define QB_BENCH_CASES_H

#include "bench/held.h"
#include "bench/roof.h"
#include "core/text.h"

typedef enum Use {
    DROP,   /* an image whose reader does nothing */
    KEEP,   /* an image that is put in memory whole */
    PRINT,  /* a number */
    TABLE,  /* gathered, not written */
    DIRECT, /* an image that is put in memory whole, without rings and scheduler (held_direct) */
} Use;

/* What is timed beside a case, in the same rounds, without qbic. */
typedef enum Beside {
    ALONE,
    BESIDE_LOOP,    /* the loop that anyone would write for it */
    BESIDE_LIBTIFF, /* the same file, read with libtiff */
} Beside;

/* `bytes` a voxel go to and from memory at least; `ops` of `unit` a voxel are what the method needs; 0: not counted. */
typedef struct Case {
    const char *name, *text;
    Use use;
    double bytes, ops;
    RoofUnit unit;
    Beside beside;
} Case;

extern const Case bench_cases[];
extern const int bench_n_cases;

/* Images that are held once a text needs them, and files made of them. */
typedef struct Inputs Inputs;

/* `data`: a folder of images that stand for phantoms, or NULL; tiny: shapes for a test. */
Inputs *inputs_new(const HeldOptions *how, const char *data, bool tiny);
void inputs_free(Inputs *in);
/* The text with shapes and paths for $names and addresses for inputs, which are held from here on. */
bool inputs_expand(Inputs *in, const char *text, QbText *out);
/* NULL: not held. */
const Held *inputs_find(const Inputs *in, const char *name);
/* The file that a text reads, `$raw` or `$packed`. */
const char *inputs_file(const Inputs *in, const char *text);

#endif
