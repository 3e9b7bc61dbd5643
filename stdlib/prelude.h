/* The modules of the standard library that are written in qbi (stdlib/prelude): their texts, made into the program by
 * CMake. `use NAME` finds one by `real`, its name; `name` is the file that messages show. */
#ifndef QB_STDLIB_PRELUDE_H
#define QB_STDLIB_PRELUDE_H

#include "core/diag.h"

extern const QbSource qb_modules[];
extern const int qb_n_modules;

#endif
