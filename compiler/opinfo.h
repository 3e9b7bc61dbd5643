/* Small questions about descriptors and their parameter structs that several passes ask. */
#ifndef QB_COMPILER_OPINFO_H
#define QB_COMPILER_OPINFO_H

#include "compiler/dag.h"

/* The row of that name, or NULL. */
const QbParam *qb_op_param(const QbOp *op, const char *name);
/* Address of a parameter's field in a parameter struct; a missing row is a bug of ours. */
void *qb_op_field(const QbOp *op, void *params, const char *name);
bool qb_op_is(const QbNode *n, const char *name);
/* A map operator all of whose inputs are numbers is evaluated between passes, like a scalar operator. */
bool qb_node_is_scalar(const QbDag *g, const QbNode *n);
/* Users of each node among the live ones: CSR lists, in the DAG's arena. */
typedef struct QbUsers {
    int *start; /* n_nodes + 1 */
    QbNodeId *user;
    unsigned char *by_output;
    unsigned char *live;
} QbUsers;
QbUsers qb_dag_users(const QbDag *g);
/* Calls visit for every node that an output names. */
void qb_dag_each_output_node(const QbDag *g, void (*visit)(void *ctx, QbNodeId id), void *ctx);

#endif
