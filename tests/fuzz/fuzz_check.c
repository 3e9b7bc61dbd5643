/* Any text as a pipeline: parsing, lowering with checks, the passes and the plan must end without an error of memory. No
 * file is read but those a text happens to name. A first line "#-p NAME=VALUE" is an override, too. */
#include "compiler/lower.h"
#include "compiler/passes.h"
#include "compiler/plan.h"
#include "lang/print.h"
#include "stdlib/prelude.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static QbOverride override_of(QbArena *arena, const char *text)
{
    QbOverride o = {.from = "command line"};
    size_t n = strcspn(text, "\n"), name = strcspn(text, "=");
    if (strncmp(text, "#-p ", 4) != 0 || name < 4 || name >= n)
        return o;
    o.name = qb_arena_strndup(arena, text + 4, name - 4);
    o.value = qb_arena_strndup(arena, text + name + 1, n - name - 1);
    return o;
}

static void plan(QbArena *arena, QbDag *dag, const QbPassOptions *passes)
{
    QbPlanOptions o = {.threads = 2, .memory = (size_t)1 << 30, .passes = passes};
    QbPlan *made = NULL;
    QbErr err = {0};
    QbText out = {0};
    if (qb_plan_make(arena, dag, &o, &made, &err))
        qb_plan_text(made, &out);
    qb_text_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    QbArena *arena = qb_arena_new();
    char *text = qb_arena_alloc(arena, size + 1);
    memcpy(text, data, size);
    QbSource source = {.name = "fuzz.qbi", .text = text, .length = size};
    QbDiags diags;
    qb_diags_init(&diags, arena);
    QbFile *file = qb_parse_file(arena, &source, &diags);
    QbOverride override = override_of(arena, text);
    QbLowerOptions options = {.check_only = true, .modules = qb_modules, .n_modules = qb_n_modules};
    options.overrides = &override;
    options.n_overrides = override.name != NULL;
    QbDag *dag = qb_lower(arena, file, &options, qb_ops, qb_n_ops, &diags);
    QbText out = {0};
    qb_diags_text(&diags, false, &out);
    qb_text_free(&out);
    if (diags.n_errors == 0) {
        QbPassOptions passes = {0};
        qb_passes_run(dag, &passes);
        plan(arena, dag, &passes);
    }
    qb_arena_free(arena);
    return 0;
}
