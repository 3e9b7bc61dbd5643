/* What the pages of operators share: facts that are not rows of the descriptor but follow from it. Private to the verb
 * `ops`. */
#ifndef QB_CLI_OPS_H
#define QB_CLI_OPS_H

#include "cli/cli.h"

/* What the type checker and the descriptor say of an operator's examples. */
typedef struct QbOpFacts {
    unsigned gives; /* bit set of kinds that its own calls gave */
    bool has_halo;
    const char *halo_of; /* the example that the halo belongs to */
    QbHalo halo;
    int rank;
    const char *made_of;        /* the operators that a composed one becomes, or NULL */
    const char **example_types; /* one per example; "" where it is not known */
} QbOpFacts;

/* The operators that are shown, group by group, in the order of the manual. */
int qb_ops_shown(QbArena *arena, const QbOp *const **ops);
QbOpFacts qb_op_facts(QbArena *arena, const QbOp *op);
/* How it runs, in words. */
const char *qb_op_class_text(const QbOp *op);
/* "image or mask" */
void qb_add_kinds(unsigned kinds, QbText *t);
/* What an argument may be, with its bounds and unit: "whole number, from 1 to 64, voxels". */
void qb_add_param_type(const QbParam *p, QbText *t);
/* "median(image, size) → image" */
void qb_add_signature(const QbOp *op, const QbOpFacts *f, QbText *t);
/* The examples, one a line, with the types that they have. */
void qb_add_examples(const QbOp *op, const QbOpFacts *f, const char *indent, QbText *t);
/* The lines of the qbi code that an operator is written in; nothing for others. */
void qb_add_code(const QbOp *op, const char *indent, QbText *t);
/* "2 voxels on each side along every axis, of median(image, 5)" */
void qb_add_halo(const QbOpFacts *f, QbText *t);

void qb_ops_json(QbArena *arena, const QbOp *const *ops, int n, QbText *t);
void qb_ops_md(QbArena *arena, const QbOp *const *ops, int n, bool all, QbText *t);

#endif
