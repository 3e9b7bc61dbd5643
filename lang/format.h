/* The canonical layout of a .qbi file. Its tokens stay what they are, and so does its tree: only blanks and line
 * ends change. Every comment is kept, and one blank line where there were some. */
#ifndef QB_LANG_FORMAT_H
#define QB_LANG_FORMAT_H

#include "core/diag.h"
#include "core/text.h"

/* Adds the layout of `source` to `out`. False, with errors in `diags`, where the source is no qbi. */
bool qb_format(QbArena *arena, const QbSource *source, QbDiags *diags, QbText *out);

#endif
