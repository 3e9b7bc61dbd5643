/* Finds operators in a table by name. The table itself is made by CMake; a test may hand in three of its own. */
#include "core/op.h"

#include <string.h>

const QbOp *qb_op_find(const QbOp *const *ops, int n, const char *name)
{
    for (int k = 0; k < n; k++) {
        if (strcmp(ops[k]->name, name) == 0)
            return ops[k];
    }
    return NULL;
}
