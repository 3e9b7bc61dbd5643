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

const char *qb_op_path(const QbOp *op, const void *params)
{
    for (int k = 0; params && k < op->n_params; k++) {
        const QbParam *p = &op->params[k];
        if (p->slot == QB_SLOT_PATH)
            return *(const char *const *)((const char *)params + p->offset);
    }
    return NULL;
}
