/* What the files of the formatter share: tokens with the comments before them, and the lines that come out. Private to
 * lang/. */
#ifndef QB_LANG_FORMAT_PARTS_H
#define QB_LANG_FORMAT_PARTS_H

#include "lang/parser.h"

#include "core/text.h"

enum { QB_FORMAT_WIDTH = 100, QB_FORMAT_INDENT = 4, QB_FORMAT_PIPES = 3 /* in one line */ };

typedef struct QbNote {
    const char *text; /* with its sign, without blanks at its end */
    bool own_line;    /* nothing stood before it on its line */
    bool blank;       /* a blank line stood before it */
} QbNote;

/* A token that the source has, and what stood between it and the one before. */
typedef struct QbWritten {
    int kind;
    uint32_t lo, hi; /* bytes of the source */
    const char *text;
    int width;           /* of the text */
    const QbNote *notes; /* the comments before it */
    int n_notes;
    bool blank;       /* a blank line stands just before it */
    bool statement;   /* first of a statement, a body's line, or the closing brace of a body */
    bool unary;       /* '-' with one operand */
    bool space;       /* a blank before it where it shares a line with the one before */
    int close;        /* of an opening bracket: the token that closes it */
    int64_t start;    /* its column if all tokens stood in one line */
    int notes_before; /* comments before all tokens up to this one, this one's included */
} QbWritten;

typedef enum QbLineRole {
    QB_LINE_PLAIN,   /* ends what is aligned */
    QB_LINE_NEUTRAL, /* takes no part: goes on a statement, or a parameter with a domain */
    QB_LINE_PARAM,   /* '=' is aligned with those of its kind */
    QB_LINE_DEFINE,
} QbLineRole;

typedef struct QbLine {
    const char *text;
    const char *comment; /* at its end; or NULL */
    int indent;
    int width; /* of the text */
    int head;  /* width of what stands before the '=' that is aligned */
    int head_bytes;
    QbLineRole role;
    bool whole; /* a statement that takes this one line */
    bool blank; /* a blank line goes before */
} QbLine;

typedef struct QbWriter {
    QbArena *arena;
    const QbSource *source;
    QbWritten *v;
    int n, cap;
    QbLine *lines;
    int n_lines, cap_lines;
    QbText at;            /* the line that is being written */
    int width;            /* of it */
    int indent;           /* of it */
    int cont;             /* the indent of lines that comments force */
    int done;             /* comments before tokens up to this one are written */
    int head, head_bytes; /* of the line that is being written; 0: none */
} QbWriter;

/* format_tokens.c: fills w->v; the last one is QB_T_END and holds the comments at the end. */
void qb_format_tokens(QbWriter *w, const QbParser *p);
/* format_break.c: one expression, list element or setting, tokens lo..hi-1, on a line whose indent is `base`. */
void qb_format_range(QbWriter *w, int lo, int hi, int base);
/* Bracket `open` and what is in it, over several lines. */
void qb_format_brackets(QbWriter *w, int open, int base);
void qb_format_put(QbWriter *w, int lo, int hi);
/* Ends the line; the next starts with token `next`. Comments before it go where they were. */
void qb_format_newline(QbWriter *w, int indent, int next);
/* Adds the line that is being written. */
void qb_format_flush(QbWriter *w);
bool qb_format_fits(const QbWriter *w, int lo, int hi);
/* The first token of that kind outside brackets in lo..hi-1, or hi. */
int qb_format_find(const QbWriter *w, int kind, int lo, int hi);
/* How many there are. */
int qb_format_count(const QbWriter *w, int kind, int lo, int hi);
/* format_align.c: '=' and comments of adjacent lines go below each other. */
void qb_format_align(QbWriter *w, QbText *out);

#endif
