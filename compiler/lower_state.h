/* What the parts of the lowering share: compile-time values, names, scopes, stages. Only compiler/lower*.c includes it. */
#ifndef QB_COMPILER_LOWER_STATE_H
#define QB_COMPILER_LOWER_STATE_H

#include "compiler/lower.h"
#include "compiler/name_map.h"
#include "core/text.h"

/* ---- values ----------------------------------------------------------------------------------------- */

typedef struct QbVal QbVal;
typedef struct QbStep QbStep;
typedef struct QbStage QbStage;
typedef struct QbFunc QbFunc;
typedef struct QbLower QbLower;
typedef struct QbScope QbScope;
typedef struct QbModule QbModule;

/* A value while compiling. Fixed ones are held here; what needs the run is a node. A raster or table without a node
 * stands for one that cannot be known (its file is missing): like a mistake it silences what depends on it. */
struct QbVal {
    QbKind kind;   /* QB_NONE: a mistake that was reported */
    QbNodeId node; /* rasters, tables, measured numbers and bools; else -1 */
    double
        number; /* fixed number; bool 0 or 1; length: micrometres; time: seconds; list: values in it */
    double voxels;      /* length: the part given in voxels; list: levels of lists */
    const char *text;   /* string, path */
    const QbVal *items; /* list */
    int n_items;
    const QbElement *element;
    const QbStep
        *waits; /* of an element with a length in a physical unit: what makes it for an image */
    const QbStage *stage;
    QbSpan span; /* where it was written last */
};

/* One argument row of a call. */
typedef struct QbBound {
    bool given;
    QbVal val;
} QbBound;

/* An operator or def with its arguments but perhaps without its subject (row 0). */
struct QbStep {
    const QbOp *op; /* or */
    const QbFunc *func;
    QbBound *args;    /* one per row */
    QbSpan name_span; /* the operator's name */
    QbSpan span;      /* the call */
};

/* Steps in a row, the last one first. */
struct QbStage {
    const QbStage *before;
    const QbStep *step;
    int n;
};

/* ---- names ------------------------------------------------------------------------------------------ */

typedef enum QbSymbolKind {
    QB_SYM_PARAM,
    QB_SYM_DEFINITION,
    QB_SYM_FUNC,
    QB_SYM_OUTPUT
} QbSymbolKind;
typedef enum QbSymbolState { QB_SYM_NEW, QB_SYM_OPEN, QB_SYM_DONE } QbSymbolState;

typedef struct QbMention {
    int symbol;
    bool strict; /* not in a branch of an `if`: evaluated whenever the definition is */
} QbMention;

typedef struct QbSymbol {
    QbSymbolKind kind;
    const char *name;
    const QbStmt *stmt;
    const QbModule *module; /* the file that it stands in */
    QbSymbolState state;
    QbVal val;
    QbMention *mentions;
    int n_mentions, cap_mentions;
    const char **ops; /* operators it mentions, in order */
    int n_ops, cap_ops;
    QbFunc *func;
    bool reached; /* an output needs it */
    int walk;     /* the last symbol whose walk mentioned it, + 1; its mention is number walk_at */
    int walk_at;
    /* parameters */
    const QbOverride *override;
    const QbExpr *given; /* the override's expression */
    const char *literal; /* the override's text, for strings and paths */
    const char *from;
    QbSpan from_span;
} QbSymbol;

struct QbFunc {
    const char *name;
    const QbStmt *stmt;
    const QbModule *module;
    QbNameMap *locals; /* parameters 0 … n_params−1, then the definitions of the body */
    int n_params, n_locals;
    bool recursive; /* reported; never expanded */
    int symbol;
};

typedef struct QbLocal {
    QbSymbolState state;
    int opened; /* the order in which open locals were opened */
    QbVal val;
} QbLocal;

typedef enum QbScopeKind {
    QB_SCOPE_FILE,
    QB_SCOPE_PARAM, /* a default or an override: no definitions */
    QB_SCOPE_OPS,   /* the default of an operator's argument: operators alone */
} QbScopeKind;

struct QbScope {
    QbScopeKind kind;
    const QbModule *module; /* whose names are seen; NULL: operators alone */
    const QbFunc *func;     /* inside a def */
    QbLocal *locals;
};

typedef enum QbNameKind { QB_NAME_UNKNOWN, QB_NAME_LOCAL, QB_NAME_SYMBOL, QB_NAME_OP } QbNameKind;
typedef struct QbName {
    QbNameKind kind;
    int index; /* local or symbol */
    const QbOp *op;
} QbName;

/* One file of the program: the pipeline itself, or one that is used. */
struct QbModule {
    const QbFile *file;
    QbNameMap *names;  /* its own symbols that have a name, then the defs and params that it uses */
    const char *label; /* as it is called in messages */
    int first, n;      /* its own symbols */
    bool is_library;   /* of the standard library */
    bool is_open;      /* what it uses is being read */
    bool is_unread;    /* its text has mistakes: it may have lost a name */
    bool is_partial;   /* something it uses could not be read: unknown names may be of that */
};

/* ---- the lowering ----------------------------------------------------------------------------------- */

struct QbLower {
    QbDag *g;
    QbArena *arena;
    QbDiags *diags;
    const QbLowerOptions *options;
    const QbOp *const *ops;
    int n_ops;
    QbNameMap *op_names; /* operators of the language */
    QbModule *root;      /* the pipeline's own file */
    QbModule **modules;  /* every file, each once, in the order in which they were met */
    int n_modules, cap_modules;
    QbNameMap *
        params; /* parameters that can be overridden: of two with one name the first that was met */
    QbSymbol *symbols;
    int n_symbols, cap_symbols;
    int *open; /* symbols being evaluated, outermost first: the path of a cycle */
    int n_open, cap_open;
    QbNameMap *default_texts; /* operator defaults that were parsed, by their text */
    QbVal *defaults;
    int n_defaults, cap_defaults;
    QbNameMap *code_names; /* operators written in qbi that were read, by name */
    QbFunc **codes;
    int n_codes, cap_codes;
    int depth;      /* of nested evaluation */
    int expansions; /* of defs */
    bool too_far;   /* reported once */
    bool unread;    /* the text has mistakes: what outputs need is not known */
    bool reaching;  /* what is evaluated now is needed by an output */
    int n_opened;   /* locals of defs opened so far */
};

static inline bool qb_val_is_poison(const QbVal *v)
{
    return v->kind == QB_NONE || ((qb_is_raster(v->kind) || v->kind == QB_TABLE) && v->node < 0);
}
static inline bool qb_val_is_fixed(const QbVal *v, QbKind kind)
{
    return v->kind == kind && v->node < 0;
}

/* lower_value.c: values as such */
QbVal qb_val_poison(QbSpan span);
QbVal qb_val_number(double v, QbSpan span);
QbVal qb_val_bool(bool v, QbSpan span);
QbVal qb_val_text(QbKind kind, const char *text, QbSpan span);
/* Whether it is, or holds, a length in a physical unit. */
bool qb_val_has_unit(const QbVal *v);
QbVal qb_val_node(const QbLower *L, QbNodeId id, QbSpan span);
/* The node of a value that can be one (fixed numbers and bools become constants); -1 otherwise. */
QbNodeId qb_val_to_node(QbLower *L, const QbVal *v);
/* "an image", "a measured number": for "found …". */
const char *qb_val_found(const QbVal *v);
const char *qb_kind_phrase(QbKind kind);
/* "an image, a mask or labels" of a set of kinds. */
const char *qb_kinds_phrase(QbArena *arena, unsigned accepts);
/* Canonical qbi text. */
void qb_val_write(const QbLower *L, const QbVal *v, QbText *out);
const char *qb_val_source(QbArena *arena, const QbVal *v);
/* The same as an operand of |>: in brackets where it needs them. */
const char *qb_val_operand(QbArena *arena, const QbVal *v);
bool qb_val_equal(const QbLower *L, const QbVal *a, const QbVal *b);
/* The kind with that name in a program ("image"); QB_NONE for an unknown name. */
QbKind qb_kind_named(const char *name);

/* lower_fold.c: arithmetic on fixed values. False where these kinds have no such operation. */
bool qb_fold_binary(QbLower *L, QbOperator op, const QbVal *a, const QbVal *b, QbVal *out);
bool qb_fold_unary(QbLower *L, QbOperator op, const QbVal *a, QbVal *out);
const char *qb_operator_sign(QbOperator op);
const char *qb_operator_op(QbOperator op); /* "add" */

/* lower_report.c: mistakes that several parts report alike */
QbDiag *qb_lower_error(QbLower *L, const char *code, QbSpan span, const char *fmt, ...)
    QB_PRINTF(4, 5);
void qb_lower_hint(const QbLower *L, QbDiag *d, const char *fmt, ...) QB_PRINTF(3, 4);
void qb_lower_nearest(const QbLower *L, QbDiag *d, const char *word, const char *const *candidates,
                      int n);
/* The mend of a value of the wrong kind; `wanted`: QB_ACCEPT bits of the kinds that would do. */
void qb_lower_hint_kind(const QbLower *L, QbDiag *d, unsigned wanted, const QbVal *v);
void qb_lower_unknown_name(QbLower *L, const QbScope *scope, const char *name, QbSpan span,
                           bool called);
void qb_lower_unknown_argument(QbLower *L, const QbOp *op, const QbFunc *func, const QbArg *arg);
void qb_lower_unknown_choice(QbLower *L, const QbOp *op, int row, const char *word, QbSpan span);
/* An argument (of row `row`, -1: some positional one) that is a bare name and means nothing. */
void qb_lower_unknown_bare(QbLower *L, const QbScope *scope, const QbOp *op, int row,
                           const QbArg *arg);
/* `path` joined by arrows, and back to its start. */
void qb_lower_cycle(QbLower *L, const char *const *path, int n, QbSpan span, const char *hint);

/* lower.c: the statements of a file become symbols */
void qb_lower_add_statements(QbLower *L, QbModule *m);
QbFunc *qb_lower_make_func(QbLower *L, const QbModule *m, const QbStmt *s, int symbol);

/* lower_code.c: a step of an operator that is written in qbi, its arguments checked by its rows */
QbVal qb_lower_code(QbLower *L, const QbStep *step);

/* lower_use.c: other files. The pipeline's own file, with all that it uses. */
void qb_lower_load(QbLower *L, const QbFile *file);

/* lower_names.c: what a name means; the static walk over every expression */
QbName qb_lower_resolve(const QbLower *L, const QbScope *scope, const char *name);
void qb_lower_walk_symbols(QbLower *L);
/* Whether every name of an override's value means something. */
bool qb_lower_names_known(QbLower *L, const QbExpr *e);
/* Whether a CHOICE, PIX or KIND row takes this bare name. */
bool qb_lower_is_choice(const QbParam *p, const char *name);

/* lower_demand.c: evaluation of symbols in the order of their needs */
QbVal qb_lower_demand(QbLower *L, int symbol);
/* A symbol whose value is asked for while it is being evaluated. */
QbVal qb_lower_ask(QbLower *L, int symbol, QbSpan span);
void qb_lower_find_dead_cycles(QbLower *L);
void qb_lower_find_recursion(QbLower *L);

/* lower_params.c */
void qb_lower_bind_overrides(QbLower *L);
QbVal qb_lower_param_value(QbLower *L, QbSymbol *s);
void qb_lower_record_params(QbLower *L);

/* lower_expr.c */
QbVal qb_lower_expr(QbLower *L, const QbScope *scope, const QbExpr *e);

/* lower_string.c */
QbVal qb_lower_string(QbLower *L, const QbScope *scope, const QbExpr *e);
QbVal qb_lower_member(QbLower *L, const QbVal *v, const char *member, QbSpan span);

/* lower_operator.c: arithmetic and comparisons that need the run */
QbVal qb_lower_binary(QbLower *L, QbOperator op, const QbVal *a, const QbVal *b, QbSpan span);
QbVal qb_lower_unary(QbLower *L, QbOperator op, const QbVal *a, QbSpan span);
QbVal qb_lower_select(QbLower *L, const QbVal *cond, const QbVal *a, const QbVal *b, QbSpan span);

/* lower_pipe.c: |> and stages */
QbVal qb_lower_pipe(QbLower *L, const QbScope *scope, const QbExpr *e);
QbVal qb_lower_apply_stage(QbLower *L, const QbStage *stage, QbVal subject, QbSpan span);
QbVal qb_lower_stage_of(QbLower *L, const QbStep *step, QbSpan span);

/* lower_call.c: matching arguments to rows */
QbVal qb_lower_call(QbLower *L, const QbScope *scope, const QbExpr *e, const QbVal *piped);
/* A bare name of an operator or def: a stage, or with `piped` its application. */
QbVal qb_lower_bare(QbLower *L, const QbScope *scope, const QbExpr *e, const QbVal *piped);
QbVal qb_lower_apply_op(QbLower *L, const char *op, const QbVal *subject, QbSpan span);

/* lower_apply.c: a step with its subject becomes nodes */
QbVal qb_lower_apply(QbLower *L, const QbStep *step);
/* Everything about the arguments that can be checked before the subject is known. False after an error. */
bool qb_lower_check_step(QbLower *L, const QbStep *step);
bool qb_lower_fits(const QbVal *v, QbKind kind);

/* lower_slots.c: one argument into its field. `subject`: the first raster input, or NULL where there is none (yet). */
typedef struct QbSlotCtx {
    QbLower *L;
    const QbStep *step;
    const QbType *subject;
    char *params;
} QbSlotCtx;
bool qb_lower_store(const QbSlotCtx *c, int row, const QbVal *v);
/* The names that a CHOICE, PIX or KIND row takes, NULL-terminated; NULL for other rows. */
const char *const *qb_lower_choices(const QbParam *p);
bool qb_lower_default(QbLower *L, const QbParam *p, QbVal *out);
/* Reports a value of a kind that the row does not take, or that is measured. Returns false. */
bool qb_lower_wrong_kind(const QbSlotCtx *c, int row, const QbVal *v);

/* lower_sizes.c: rows that hold numbers per axis */
bool qb_lower_store_number(const QbSlotCtx *c, int row, const QbVal *v, int axis, double *out);
bool qb_lower_store_sizes(const QbSlotCtx *c, int row, const QbVal *v);
bool qb_lower_store_shape(const QbSlotCtx *c, int row, const QbVal *v);
bool qb_lower_store_numbers(const QbSlotCtx *c, int row, const QbVal *v);

/* lower_index.c */
QbVal qb_lower_index(QbLower *L, const QbScope *scope, const QbExpr *e);

/* lower_outputs.c, lower_files.c */
QbVal qb_lower_output(QbLower *L, const QbStmt *s);
/* lower_title.c: what of the pipeline a saved expression draws, on one line. */
const char *qb_lower_title(QbLower *L, const QbExpr *e);
void qb_lower_check_files(QbLower *L);

/* lower_notes.c: dead definitions, and the list of definitions for the graph */
void qb_lower_record_definitions(QbLower *L);

#endif
