/* Finds the laws of an operator among the tables; a name belongs to one of them. */
#include "tests/ops/support_case.h"

#include <string.h>

const QbLaw *qb_law_find(const char *op)
{
    const QbLaw *tables[] = {qb_laws_pixels, qb_laws_filters, qb_laws_measures, qb_laws_index,
                             qb_laws_others, qb_laws_sources, qb_laws_pictures};
    for (int t = 0; t < QB_COUNT(tables); t++)
        for (const QbLaw *law = tables[t]; law->op; law++)
            if (!strcmp(law->op, op))
                return law;
    return NULL;
}
