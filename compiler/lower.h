/* AST → DAG: resolves names, applies overrides, inlines stages and defs, evaluates what is fixed, types the rest. */
#ifndef QB_COMPILER_LOWER_H
#define QB_COMPILER_LOWER_H

#include "compiler/dag.h"
#include "lang/ast.h"

/* A text that holds several values: "10,20,30", a line of a table of points. */
typedef struct QbOverrideText {
    const char *place; /* what errors call it */
    const char *text;
    size_t at;        /* first byte of the value in it */
    int lines_before; /* where it is a line of a file */
} QbOverrideText;

/* One -p NAME=VALUE, or one entry of --params FILE. */
typedef struct QbOverride {
    const char *name;
    const char *value; /* qbi expression; for string and path parameters the text itself */
    const char *from;  /* "command line" or "file" */
    bool
        literal_string; /* from a JSON string: for a parameter without type it is a string unless it parses as an expression that checks */
    const QbOverrideText *in; /* what the value stands in, as one of several; NULL: by itself */
} QbOverride;

/* The text of a file that a pipeline uses, in the arena; NULL after an error. */
typedef const QbSource *QbUseFile(QbArena *arena, const char *path, QbErr *err);

typedef struct QbLowerOptions {
    const QbOverride *overrides;
    int n_overrides;
    const char *const *images; /* positional images, bound to path parameters in order */
    int n_images;
    const char *out_dir;     /* where outputs with relative paths go; NULL: here */
    bool is_one_of_many;     /* of a batch or sweep: outputs stay below out_dir */
    QbUseFile *use_file;     /* for `use "file.qbi"`; NULL: there are no files */
    const QbSource *modules; /* for `use NAME`: the modules of the standard library, by name */
    int n_modules;
    bool no_sharing; /* equal subexpressions stay apart (the pass share-nodes is off) */
    bool
        check_only; /* qbic check: a missing input is a note, and what needs it is not checked further */
    bool params_only; /* parameters have their values and are checked; nothing else is lowered */
    /* The graph of other points of a sweep, in the same arena: what is there already is found in it. The lists of outputs,
     * parameters, definitions and files start anew; who wants the earlier ones has taken them. */
    QbDag *into;
} QbLowerOptions;

/* "im042" of "images/im042.tif"; of slices, "scan1/" and a pattern, their folder's name. In the arena, or a part of the path. */
const char *qb_path_stem(QbArena *arena, const char *path);

/* Always returns a graph; it may be used further only when diags->n_errors is 0. */
QbDag *qb_lower(QbArena *arena, const QbFile *file, const QbLowerOptions *o, const QbOp *const *ops,
                int n_ops, QbDiags *diags);

#endif
