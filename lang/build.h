/* The builders: every grammar action is one call of these. They make nodes in the arena and report the
 * mistakes that the grammar lets through on purpose, so that the message can name the mend. Private to lang/. */
#ifndef QB_LANG_BUILD_H
#define QB_LANG_BUILD_H

#include "lang/parser.h"

/* A name, or a type's name, where it stands. */
typedef struct QbWord {
    const char *name;
    QbSpan span;
} QbWord;

/* An operator, where it stands. */
typedef struct QbSign {
    QbOperator op;
    QbSpan span;
} QbSign;

typedef struct QbArgs {
    QbArg *v;
    int n, cap;
} QbArgs;

typedef struct QbIndices {
    QbIndex *v;
    int n, cap;
} QbIndices;

typedef struct QbDefParams {
    QbDefParam *v;
    int n, cap;
} QbDefParams;

/* The lines of a body. */
typedef struct QbLines {
    QbStmt **v;
    int n, cap;
} QbLines;

/* A parameter's range (lo and hi) or list of values. */
typedef struct QbDomain {
    QbExpr *lo, *hi, *list;
    QbSpan span;
} QbDomain;

/* A call's arguments, a list's elements, a save's settings. */
QbArgs *qb_build_args(QbParser *p);
QbArgs *qb_build_add_arg(QbParser *p, QbArgs *args, QbWord name, QbExpr *value);

QbExpr *qb_build_number(QbParser *p, const QbToken *t);
QbExpr *qb_build_string(QbParser *p, const QbToken *t);
QbExpr *qb_build_bool(QbParser *p, QbSpan at, bool truth);
QbExpr *qb_build_list(QbParser *p, QbSpan at, const QbArgs *elements);
QbExpr *qb_build_name(QbParser *p, QbWord name);
QbExpr *qb_build_call(QbParser *p, QbSpan at, QbExpr *callee, const QbArgs *args);
QbExpr *qb_build_pipe(QbParser *p, QbExpr *left, QbSpan sign, QbExpr *right);
QbExpr *qb_build_unary(QbParser *p, QbSign sign, QbExpr *operand);
QbExpr *qb_build_binary(QbParser *p, QbExpr *left, QbSign sign, QbExpr *right);
/* The first comparison of a chain, and the ones after it. */
QbExpr *qb_build_compare(QbParser *p, QbExpr *left, QbSign sign, QbExpr *right);
QbExpr *qb_build_compare_on(QbParser *p, QbExpr *chain, QbSign sign, QbExpr *right);
QbExpr *qb_build_if(QbParser *p, QbSpan at, QbExpr *cond, QbExpr *then_, QbExpr *else_);
QbExpr *qb_build_member(QbParser *p, QbExpr *left, QbWord member);
QbExpr *qb_build_group(QbParser *p, QbSpan at, QbExpr *inner);
QbExpr *qb_build_index(QbParser *p, QbSpan at, QbExpr *left, const QbIndices *indices);
QbIndices *qb_build_indices(QbParser *p, QbIndices *before, const QbIndex *index);
QbIndex *qb_build_at(QbParser *p, QbExpr *at);
QbIndex *qb_build_slice(QbParser *p, QbSpan at, QbExpr *start, QbExpr *stop, QbExpr *step);

/* Checks what stands right of |>; the mistake is reported and an error node returned. */
QbExpr *qb_build_pipe_mistake(QbParser *p, const QbExpr *left, const QbExpr *right);
/* Shared by the builders: a node, an error node, and the check of a finished node's depth. */
QbExpr *qb_build_node(QbParser *p, QbExprKind kind, QbSpan at);
QbExpr *qb_build_finish(QbParser *p, QbExpr *e);

QbStmt *qb_build_param_head(QbParser *p, QbWord name, QbWord type);
QbStmt *qb_build_param(QbParser *p, QbSpan at, QbStmt *head, const QbDomain *domain, QbExpr *value);
QbDomain *qb_build_range(QbParser *p, QbExpr *lo, QbExpr *hi);
QbDomain *qb_build_choice(QbParser *p, QbExpr *list);
QbStmt *qb_build_define(QbParser *p, QbSpan at, QbWord name, QbExpr *value);
/* An expression on a line of its own: the end of a body, elsewhere a mistake. */
QbStmt *qb_build_bare(QbParser *p, QbExpr *value);
QbDefParams *qb_build_def_params(QbParser *p);
QbDefParams *qb_build_add_def_param(QbParser *p, QbDefParams *params, const QbDefParam *param);
QbDefParam *qb_build_def_param(QbParser *p, QbSpan at, QbWord name, QbWord type, QbExpr *value);
QbStmt *qb_build_def_head(QbParser *p, QbWord name, const QbDefParams *params);
QbStmt *qb_build_def(QbSpan at, QbStmt *head, QbExpr *value);
QbStmt *qb_build_def_body(QbParser *p, QbSpan at, QbStmt *head, const QbLines *lines);
QbLines *qb_build_lines(QbParser *p);
QbLines *qb_build_add_line(QbParser *p, QbLines *lines, QbStmt *line);
QbStmt *qb_build_save(QbParser *p, QbSpan at, QbExpr *value, QbExpr *path, const QbArgs *with);
QbStmt *qb_build_print(QbParser *p, QbSpan at, const QbArgs *values);
QbStmt *qb_build_use(QbParser *p, QbSpan at, QbWord module);
QbStmt *qb_build_use_file(QbParser *p, QbSpan at, QbExpr *path);
QbStmt *qb_build_version(QbParser *p, QbSpan at, const QbToken *number);
/* What stands for a statement that could not be read: the name it would define, or an output, with an error
 * as its value, so that later phases do not miss it. NULL where it would have neither. */
QbStmt *qb_build_failed(QbParser *p);
void qb_build_add_stmt(QbParser *p, QbStmt *stmt);

/* The help of the parameter whose statement covers `at`, or NULL. */
const char *qb_help_find(QbParser *p, QbSpan at);

#endif
