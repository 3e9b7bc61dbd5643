/* Statements of other languages, seen before the grammar sees them. Private to lang/. */
#ifndef QB_LANG_FOREIGN_H
#define QB_LANG_FOREIGN_H

#include "lang/parser.h"

/* Reports the statement of another language that starts at raw token `*at` and puts what stands for it: the names
 * that it would define, with an unknown value. `*at` is then the raw token to go on with. False: it is none. */
bool qb_foreign_read(QbParser *p, int *at, QbTokens *out);
/* The same of a line whose first words are not quite qbi (foreign_names.c). */
bool qb_foreign_names(QbParser *p, int *at, QbTokens *out);
/* Whether raw token `at` starts a comment of another language behind a statement: then it is reported, and the
 * rest of the line is passed over. */
bool qb_foreign_comment(QbParser *p, int at);

/* foreign_block.c: how far a statement reaches that starts at raw token `at`: over its braces, or the lines that are
 * indented more, with what goes on behind them ('else', 'end'). The raw token after all that. */
int qb_foreign_block_end(const QbParser *p, int at);
/* The end of the line that raw token `at` stands on, brackets or not. */
int qb_foreign_line_end(const QbParser *p, int at);
/* The same; a line goes on where brackets are open. */
int qb_foreign_logical_end(const QbParser *p, int at);
/* Whether the word alone on its line ends a block in another language. */
bool qb_foreign_closes(const QbParser *p, const QbToken *t);
/* Puts a definition, with an unknown value, of every name that is given a value in the raw tokens lo … hi - 1. */
void qb_foreign_put_names(QbParser *p, int lo, int hi, QbTokens *out);
void qb_foreign_put_unknown(QbParser *p, const QbToken *name, QbTokens *out);

#endif
