/* Any bytes as a .qbi file: the lexer and the parser must end, without an error of memory, and their diagnostics must
 * print. What is qbi has a layout with the same tokens, and the layout of that is itself. */
#include "lang/ast.h"
#include "lang/format.h"
#include "lang/print.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_layout(QbArena *arena, const QbSource *source)
{
    QbDiags diags;
    QbText once = {0}, twice = {0};
    qb_diags_init(&diags, arena);
    if (qb_format(arena, source, &diags, &once)) {
        QbSource again = {.name = "once.qbi", .text = once.n ? once.s : "", .length = once.n};
        QB_CHECK(qb_format(arena, &again, &diags, &twice));
        QB_CHECK(once.n == twice.n && (once.n == 0 || memcmp(once.s, twice.s, once.n) == 0));
    }
    qb_text_free(&once);
    qb_text_free(&twice);
}

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
    check_layout(arena, &source);
    qb_arena_free(arena);
    return 0;
}
