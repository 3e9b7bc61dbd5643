/* The syntax tree of a .qbi file: what was written, with spans, and nothing about images or operators.
 * Nodes live in the arena that the parser was given; they are never changed after parsing. */
#ifndef QB_LANG_AST_H
#define QB_LANG_AST_H

#include "core/diag.h"

#define QB_LANGUAGE    1    /* the newest language version that is known: `qbi 1` */
#define QB_MAX_NESTING 256  /* brackets inside brackets */
#define QB_MAX_DEPTH   1000 /* of an expression's tree */

typedef enum QbExprKind {
    QB_E_ERROR,   /* a mistake that was reported */
    QB_E_NUMBER,  /* number, unit */
    QB_E_STRING,  /* parts */
    QB_E_BOOL,    /* truth */
    QB_E_LIST,    /* args (unnamed) */
    QB_E_NAME,    /* name */
    QB_E_CALL,    /* callee, args */
    QB_E_PIPE,    /* left |> right */
    QB_E_UNARY,   /* op, left */
    QB_E_BINARY,  /* op, left, right: arithmetic, and, or */
    QB_E_COMPARE, /* operands[0] cmp_ops[0] operands[1] cmp_ops[1] …: chains */
    QB_E_IF,      /* cond, then_, else_ */
    QB_E_INDEX,   /* left[indices] */
    QB_E_MEMBER,  /* left.name */
    QB_E_GROUP, /* ( left ): kept, because brackets decide in pipes and stages, and for the formatter */
} QbExprKind;

typedef enum QbUnit {
    QB_UNIT_NONE,
    QB_UNIT_PX,
    QB_UNIT_NM,
    QB_UNIT_UM,
    QB_UNIT_MM,
    QB_UNIT_MS,
    QB_UNIT_S,
    QB_UNIT_MIN
} QbUnit;

typedef enum QbOperator {
    QB_ADD,
    QB_SUB,
    QB_MUL,
    QB_DIV,
    QB_FLOORDIV,
    QB_MOD,
    QB_POW,
    QB_NEG,
    QB_AND,
    QB_OR,
    QB_NOT,
    QB_LT,
    QB_LE,
    QB_GT,
    QB_GE,
    QB_EQ,
    QB_NE,
} QbOperator;

typedef struct QbExpr QbExpr;

typedef struct QbArg {
    const char *name; /* NULL: positional */
    QbSpan name_span;
    QbExpr *value;
} QbArg;

/* "{input.stem}_cells": text parts and interpolations in turn. */
typedef struct QbStringPart {
    const char *text;   /* literal text, escapes resolved; NULL for an interpolation */
    const char *name;   /* interpolated parameter */
    const char *member; /* stem, name, dir; or NULL */
    QbSpan span;
} QbStringPart;

typedef struct QbIndex {
    bool is_slice;
    QbExpr *at;                  /* a plain index */
    QbExpr *start, *stop, *step; /* each may be NULL */
    QbSpan span;
} QbIndex;

struct QbExpr {
    QbExprKind kind;
    QbSpan span;
    int depth;      /* of the tree from here down, at most QB_MAX_DEPTH: a walk may recurse */
    QbSpan op_span; /* of the operator sign: binary, compare (the first), pipe, member name */
    double number;
    QbUnit unit;
    bool truth;
    const char *name;
    QbOperator op;
    QbExpr *left, *right; /* also callee in left */
    QbExpr *cond, *then_, *else_;
    QbArg *args;
    int n_args;
    QbStringPart *parts;
    int n_parts;
    QbExpr **operands;
    QbOperator *cmp_ops;
    int n_operands;
    QbIndex *indices;
    int n_indices;
};

typedef enum QbStmtKind {
    QB_S_PARAM,
    QB_S_DEFINE,
    QB_S_DEF,
    QB_S_SAVE,
    QB_S_PRINT,
    QB_S_VERSION,
    QB_S_USE
} QbStmtKind;

typedef struct QbDefParam {
    const char *name;
    const char *type; /* the type's name as written, or NULL */
    QbSpan span, type_span;
    QbExpr *value; /* default, or NULL */
} QbDefParam;

typedef struct QbStmt QbStmt;
struct QbStmt {
    QbStmtKind kind;
    QbSpan span; /* the whole statement */
    QbSpan name_span;
    const char *name; /* param, definition, def, use (module or file; NULL after a mistake) */
    /* param */
    const char *type; /* as written; NULL without */
    QbSpan type_span;
    QbExpr *domain_lo, *domain_hi; /* in 0..255 */
    QbExpr **domain_values;        /* in [a, b, c] */
    int n_domain_values;
    bool has_domain;
    const char *help; /* the comment on the line, or the comment lines just above; or NULL */
    QbExpr *value;    /* param default, definition, save's expression, one-line def body */
    /* save */
    QbExpr *path;
    QbArg *with;
    int n_with;
    /* print */
    QbExpr **values;
    int n_values;
    /* def */
    QbDefParam *params;
    int n_params;
    QbStmt **body; /* local definitions of a { } body; value is its last expression */
    int n_body;
    /* use */
    bool use_file; /* use "file.qbi" */
    int version;   /* qbi N */
};

typedef struct QbFile {
    const QbSource *source;
    QbStmt **stmts;
    int n;
} QbFile;

/* Parses a whole file; mistakes are added to `diags`, and what could be understood is returned (never NULL). */
QbFile *qb_parse_file(QbArena *arena, const QbSource *source, QbDiags *diags);
/* Parses one expression (the value of an override). QB_E_ERROR after a mistake. */
QbExpr *qb_parse_expr(QbArena *arena, const QbSource *source, QbDiags *diags);

#endif
