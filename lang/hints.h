/* The likely mend of a syntax error. Private to lang/. */
#ifndef QB_LANG_HINTS_H
#define QB_LANG_HINTS_H

#include "lang/parser.h"

/* What the grammar could have gone on with, in the terms that hints are chosen by. */
typedef struct QbExpectation {
    int at; /* index of `found` */
    const QbToken *found;
    bool statement; /* the start of one */
    bool body;      /* the start of a line of a def's body */
    bool operand;   /* the start of an expression */
    bool operator_; /* an expression could go on here */
    bool name;
    bool definition; /* NAME at a statement's start was read, '=' can follow */
    bool else_, close_paren, close_bracket, comma, colon, to, then, dots;
} QbExpectation;

/* In the arena or constant; NULL where no mend is likely. */
const char *qb_hint_for(QbParser *p, const QbExpectation *e);

#endif
