/* Graphviz's own program, where it is there. */
#ifndef QB_CLI_GRAPHVIZ_H
#define QB_CLI_GRAPHVIZ_H

#include "core/text.h"

/* dot -Tformat -o FILE with the text on its standard input; its own messages go to standard error. */
bool qb_graphviz_file(const QbText *dot, const char *format, const char *to, QbErr *err);
/* The same into a text, without a word where it cannot be had. */
bool qb_graphviz_text(const QbText *dot, const char *format, QbText *out);

#endif
