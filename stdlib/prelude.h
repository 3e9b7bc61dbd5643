/* What of the standard library is written in qbi, as texts that CMake makes into the program: modules (stdlib/modules),
 * which `use NAME` finds by `real`, and the code of operators (stdlib/prelude/NAME.qbi), which their descriptors name.
 * `name` is the file that messages show. */
#ifndef QB_STDLIB_PRELUDE_H
#define QB_STDLIB_PRELUDE_H

#include "core/diag.h"

extern const QbSource qb_modules[];
extern const int qb_n_modules;

extern const QbSource qb_code_background, qb_code_close, qb_code_dog, qb_code_mean_level,
    qb_code_open, qb_code_tophat, qb_code_unsharp;

#endif
