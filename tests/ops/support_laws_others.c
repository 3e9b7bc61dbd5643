/* Laws of sources, and of operators that passes make: most are tried through the operators that they stand for. */
#include "tests/ops/support_case.h"

const QbLaw qb_laws_others[] = {
    {NULL, NULL, NULL},
};
