/* What other tools call things. Private to the compiler. */
#ifndef QB_COMPILER_ELSEWHERE_H
#define QB_COMPILER_ELSEWHERE_H

#include <stdbool.h>

/* The operator of qbi that does what `name` does in another tool, whether this qbic has it or not; NULL: none is known. */
const char *qb_elsewhere_operator(const char *name);
/* A hint for a name that no operator stands for one to one; NULL: none is known. */
const char *qb_elsewhere_hint(const char *name);
/* What a word for a value or type of another language is in qbi; NULL: none is known. `*fix`: what to write in its
 * place, or NULL. */
const char *qb_elsewhere_value(const char *name, const char **fix);
/* The pixel type that is called so elsewhere; NULL: none is known. */
const char *qb_elsewhere_pixels(const char *name);
const char *qb_elsewhere_type(const char *name, const char **fix);

#endif
