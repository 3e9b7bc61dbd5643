/* Any bytes as a .qbi file: the lexer and the parser must end, without an error of memory, and their diagnostics must
 * print. */
#include "lang/ast.h"
#include "lang/print.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    QbArena *arena = qb_arena_new();
    char *text = qb_arena_alloc(arena, size + 1);
    memcpy(text, data, size);
    QbSource source = {.name = "fuzz.qbi", .text = text, .length = size};
    QbDiags diags;
    qb_diags_init(&diags, arena);
    qb_parse_file(arena, &source, &diags);
    QbText out = {0};
    qb_diags_text(&diags, false, &out);
    qb_diags_json(&diags, &out);
    qb_text_free(&out);
    qb_arena_free(arena);
    return 0;
}
