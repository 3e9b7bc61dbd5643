/* Source texts, spans in them, and the list of diagnostics that the phases add to. Printing is elsewhere
 * (lang/print.h); nothing here stops a phase: it adds, and goes on. */
#ifndef QB_CORE_DIAG_H
#define QB_CORE_DIAG_H

#include "core/arena.h"

/* A text that spans point into: a .qbi file, or the text of an override ("-p filter"). */
typedef struct QbSource {
    const char *name; /* as the user typed it */
    const char *text; /* NUL-terminated, UTF-8 */
    size_t length;
    const char *real; /* one and the same for all paths of a file; NULL: not known */
    int lines_before; /* of a text that is a part of a file */
} QbSource;

/* Half-open byte range of one source. `source` NULL: no place (the command line, the environment). */
typedef struct QbSpan {
    const QbSource *source;
    uint32_t lo, hi;
} QbSpan;

static inline QbSpan qb_span_join(QbSpan a, QbSpan b)
{
    return (QbSpan){a.source, a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi};
}

typedef enum QbSeverity { QB_NOTE, QB_WARNING, QB_ERROR } QbSeverity;

typedef struct QbDiag {
    QbSeverity severity;
    const char
        *code; /* stable: "QB0123"; see docs/errors.md. Ranges: 01 lexing and grammar, 02 names,
                            03 types, 04 values and domains, 05 files, 06 outputs */
    QbSpan span;
    const char *message; /* lower case, no full stop, the user's text in 'quotes' */
    const char *hint;    /* shown beside the caret: the likely mend; or NULL */
    const char
        *fix;     /* what the text of `span` is to be replaced by, where that mends it; or NULL */
    QbSpan other; /* a second place ("declared here"), when other.source is set */
    const char *other_text;
    bool input_missing; /* an input file that cannot be opened: exit status 1, not 2 */
    const char *input;  /* that file; or NULL */
} QbDiag;

typedef struct QbDiags {
    QbArena *arena;
    QbDiag *v;
    int n, cap;
    int n_errors;
} QbDiags;

void qb_diags_init(QbDiags *d, QbArena *arena);
/* Adds one and returns it, so that the caller can set hint, other or input_missing. The same message at the same span is added
 * once: then the earlier one is returned. Text is copied into the arena. */
QbDiag *qb_diag_add(QbDiags *d, QbSeverity severity, const char *code, QbSpan span, const char *fmt,
                    ...) QB_PRINTF(5, 6);

/* Puts those from number `from` on in the order of their places: by source, in the order in which sources come up, then by
 * start. What starts at one place stays in its order. */
void qb_diags_sort(QbDiags *d, int from);

/* Line and column, both from 1, of a byte offset; columns count characters, not bytes. */
void qb_source_place(const QbSource *s, uint32_t offset, int *line, int *column);

#endif
