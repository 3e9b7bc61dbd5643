/* Programs as one text: every statement fully bracketed, then every diagnostic. What tests of the front end compare. */
#ifndef QB_TESTS_SUPPORT_LANG_H
#define QB_TESTS_SUPPORT_LANG_H

#include "core/text.h"
#include "lang/ast.h"

/* A source of that text, named "t.qbi". */
QbSource *lang_source(QbArena *arena, const char *text);
/* An expression: (a + b), <…> for written brackets, "…{name.member}…" for strings. */
void lang_add_expr(QbText *out, const QbExpr *e);
/* Statements one a line, then diagnostics one a line: "2:5 QB0120 error: message | hint | other place: text". */
const char *lang_parse(QbArena *arena, const char *text);
/* Diagnostics alone, as above. */
void lang_add_diags(QbText *out, const QbDiags *d);
/* Fails the current test, with both texts, unless they are equal. */
void lang_expect(const char *what, const char *got, const char *want);

#endif
