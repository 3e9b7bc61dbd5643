/* Diagnostics as text for people, or as one JSON object a line for programs. */
#ifndef QB_LANG_PRINT_H
#define QB_LANG_PRINT_H

#include "core/diag.h"
#include "core/text.h"

/* file:line:column: error: message, the line, a caret under the whole range (aligned by display width), the hint.
 * At most 20 errors, then how many more; notes last, at most 20 too. `color` adds ANSI colours. */
void qb_diags_text(const QbDiags *d, bool color, QbText *out);
void qb_diags_json(const QbDiags *d, QbText *out);

#endif
