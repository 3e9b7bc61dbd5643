/* The graph of a pipeline as text that Graphviz reads. */
#ifndef QB_COMPILER_GRAPH_H
#define QB_COMPILER_GRAPH_H

#include "compiler/dag.h"
#include "core/text.h"

/* Adds a digraph: a rounded box for each node that an output reaches (its definition's name, operator and type), a filled
 * box for each output, a dashed one for each definition that no output needs. The same graph gives the same text. */
void qb_graph_dot(const QbDag *g, QbText *out);

#endif
