/* What the phases of the parser share: the token array between lexing, layout and grammar, and the state of
 * one parse. Private to lang/. */
#ifndef QB_LANG_PARSER_H
#define QB_LANG_PARSER_H

#include "lang/ast.h"
#include "lang/lexer.h"

enum { QB_TOLD_COMMENT = 1, QB_TOLD_SEMICOLON = 2 };

typedef struct QbTokens {
    QbToken *v;
    int n, cap;
} QbTokens;

typedef struct QbParser {
    QbArena *arena;
    const QbSource *source;
    QbDiags *diags;
    bool whole_file; /* or one expression */
    QbToken
        *tokens; /* laid out: line ends stand only where statements end, every bracket is paired */
    int n_tokens, cap_tokens;
    QbTokens raw;     /* as they are spelt, while they are mended */
    uint32_t skipped; /* raw tokens before this byte are inside a foreign comment or string */
    int at;           /* the raw token that is mended now */
    QbTokens words;   /* bad names that were reported: once is enough */
    unsigned told;    /* QB_TOLD_…: mistakes that are told once in a file */
    uint64_t
        taken; /* bit `kind - QB_T_FIRST`: a reserved word that the file uses as a name, which was reported */
    int next;   /* the token that the grammar gets next */
    int first;  /* the first token of the statement at hand */
    bool quiet; /* a mistake in the statement at hand was reported: its echoes are not */
    bool any;   /* a statement was read: the version can no longer be given */
    QbStmt **stmts;
    int n_stmts, cap_stmts;
    QbExpr *expr;
} QbParser;

QbSpan qb_token_span(const QbParser *p, const QbToken *t);
/* The token's text, in the arena. */
char *qb_token_text(const QbParser *p, const QbToken *t);

bool qb_token_is(const QbParser *p, const QbToken *t, const char *word);
/* "number", "image" … */
bool qb_token_names_type(const QbParser *p, const QbToken *t);

/* Checks that the source is text. False after an error that leaves nothing to parse. */
bool qb_source_check(QbParser *p);
/* All tokens of the source, mistakes of spelling reported and mended. The last is QB_T_END. */
QbToken *qb_tokens_read(QbParser *p, int *n);
void qb_tokens_put(QbParser *p, QbTokens *out, QbToken t);
/* Whether a line that ends in this token goes on in the next. */
bool qb_line_goes_on(int kind);
/* Reports a QbMistake and gives the token the kind that was meant, or QB_X_DROPPED. */
void qb_mistake_mend(QbParser *p, QbToken *t);
/* Decides which line ends end statements, pairs the brackets, and fills p->tokens. */
void qb_layout(QbParser *p, const QbToken *raw, int n);
/* The token that the grammar gets next. */
const QbToken *qb_parser_next(QbParser *p);
/* Reports that the grammar cannot go on with token p->next - 1. Bit `kind - QB_T_FIRST` of `expected` is
 * set for every kind that it could have gone on with. */
void qb_expect_report(QbParser *p, uint64_t expected);

/* Adds an error unless the statement at hand has one already; NULL then. */
QbDiag *qb_parser_error(QbParser *p, const char *code, QbSpan span, const char *fmt, ...)
    QB_PRINTF(4, 5);

#endif
