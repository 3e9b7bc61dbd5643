/* Any text as a pipeline: parsing, lowering with checks, and the passes must end without an error of memory. No file is
 * read but those a text happens to name. */
#include "compiler/lower.h"
#include "compiler/passes.h"
#include "lang/print.h"

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
    QbFile *file = qb_parse_file(arena, &source, &diags);
    QbLowerOptions options = {.check_only = true};
    QbDag *dag = qb_lower(arena, file, &options, qb_ops, qb_n_ops, &diags);
    QbText out = {0};
    qb_diags_text(&diags, false, &out);
    qb_text_free(&out);
    if (diags.n_errors == 0) {
        QbPassOptions passes = {0};
        qb_passes_run(dag, &passes);
    }
    qb_arena_free(arena);
    return 0;
}
