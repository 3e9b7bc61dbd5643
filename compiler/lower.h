/* AST → DAG: resolves names, applies overrides, inlines stages and defs, evaluates what is fixed, types the rest. */
#ifndef QB_COMPILER_LOWER_H
#define QB_COMPILER_LOWER_H

#include "compiler/dag.h"
#include "lang/ast.h"

/* One -p NAME=VALUE, or one entry of --params FILE. */
typedef struct QbOverride {
    const char *name;
    const char *value; /* qbi expression; for string and path parameters the text itself */
    const char *from;  /* "command line" or "file" */
    bool
        literal_string; /* from a JSON string: for a parameter without type it is a string unless it parses as an expression that checks */
} QbOverride;

/* The text of a file that a pipeline uses, in the arena; NULL after an error. */
typedef const QbSource *QbUseFile(QbArena *arena, const char *path, QbErr *err);

typedef struct QbLowerOptions {
    const QbOverride *overrides;
    int n_overrides;
    const char *const *images; /* positional images, bound to path parameters in order */
    int n_images;
    const char *out_dir;     /* where outputs with relative paths go; NULL: here */
    QbUseFile *use_file;     /* for `use "file.qbi"`; NULL: there are no files */
    const QbSource *modules; /* for `use NAME`: the modules of the standard library, by name */
    int n_modules;
    bool no_sharing; /* equal subexpressions stay apart (the pass share-nodes is off) */
    bool
        check_only; /* qbic check: a missing input is a note, and what needs it is not checked further */
} QbLowerOptions;

/* "im042" of "images/im042.tif"; of slices, "scan1/" and a pattern, their folder's name. In the arena, or a part of the path. */
const char *qb_path_stem(QbArena *arena, const char *path);

/* Always returns a graph; it may be used further only when diags->n_errors is 0. */
QbDag *qb_lower(QbArena *arena, const QbFile *file, const QbLowerOptions *o, const QbOp *const *ops,
                int n_ops, QbDiags *diags);

#endif
