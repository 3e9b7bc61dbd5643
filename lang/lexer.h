/* Tokens and the cursor that the lexer moves over a source. Knows bytes and spelling, no grammar. */
#ifndef QB_LANG_LEXER_H
#define QB_LANG_LEXER_H

#include "core/base.h"

typedef struct QbToken {
    int kind;        /* QB_T_… of lang/grammar.h, or a QbMistake until that is mended */
    uint32_t lo, hi; /* bytes of the source */
    uint32_t indent; /* of a token that is first on its line: bytes before it */
    bool first;      /* on its line */
    bool bad;     /* a mistake here was reported: what follows in the statement may be its echo */
    uint8_t unit; /* QbUnit of a number, whose span then ends after the unit */
} QbToken;

/* Spellings that are no qbi, but that the lexer knows so as to name the mend (lang/mistakes.c). */
typedef enum QbMistake {
    QB_X_DROPPED = -1, /* reported, and nothing stands for it */
    QB_X_CHARACTER = 1000,
    QB_X_NAME, /* a name with other than ASCII letters */
    QB_X_UNTERMINATED,
    QB_X_SINGLE_QUOTED,
    QB_X_TRIPLE_QUOTED,
    QB_X_PREFIXED, /* f"…" */
    QB_X_RUN_ON,   /* 5cm, 0x1F: a number and the letters after it */
    QB_X_LEADING_DOT,
    QB_X_TRAILING_DOT,
    QB_X_ELLIPSIS,
    QB_X_AND,
    QB_X_OR,
    QB_X_NOT,
    QB_X_POWER,
    QB_X_EQUAL,
    QB_X_NOT_EQUAL,
    QB_X_LESS_EQUAL,
    QB_X_GREATER_EQUAL,
    QB_X_DEFINE,
    QB_X_UPDATE, /* += and the like */
    QB_X_ARROW,
    QB_X_DOTTED, /* .* and the like */
    QB_X_FOREIGN_PIPE,
    QB_X_BAR,
    QB_X_SEMICOLON,
    QB_X_QUESTION,
    QB_X_BACKSLASH,
    QB_X_COMMENT,
    QB_X_AT,
    QB_X_DOLLAR,
    QB_X_CARRIAGE_RETURN,
} QbMistake;

typedef struct QbCursor {
    const unsigned char *text, *at, *marker; /* `text` ends in a NUL, the only one in it */
} QbCursor;

/* The next token: kind, lo and hi. Blanks and comments are passed over; the end is QB_T_END, again and again. */
QbToken qb_lexer_next(QbCursor *c);

#endif
