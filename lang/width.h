/* How wide a terminal shows characters. Private to lang/. */
#ifndef QB_LANG_WIDTH_H
#define QB_LANG_WIDTH_H

#include "core/base.h"

/* Columns that the character takes: 0, 1 or 2. */
int qb_width_of(uint32_t code);
/* Whether the character would be invisible, move the cursor or turn the writing direction. */
bool qb_width_hides(uint32_t code);

#endif
