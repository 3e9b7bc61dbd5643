/* qbic report: the page of an earlier run, from its JSON report; measurements of 'qbic scale --json' are drawn into it. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/page.h"

/* The text of a JSON file that has what the page looks at; NULL after an error that was printed. */
static const char *read_json(QbArena *arena, const char *path, const char *const *keys,
                             const char *what)
{
    char *text = NULL;
    size_t n = 0;
    if (!qb_file_read(arena, path, &text, &n)) {
        qb_fail(0, "cannot open '%s': %s", path, strerror(errno));
        return NULL;
    }
    if (strlen(text) == n && qb_json_has(text, keys))
        return text;
    qb_fail(0, "'%s' is not %s", path, what);
    return NULL;
}

static bool write_page(const void *page, const char *path, FILE *f)
{
    (void)path;
    return qb_page_write(page, f);
}

int qb_cli_report(const QbCliOptions *o)
{
    static const char *const report_keys[] = {"pipeline", "params", "run", "nodes",
                                              "outputs",  "passes", NULL};
    static const char *const scale_keys[] = {"rows", "amdahl", "predicted", NULL};
    if (o->positional.n < 1 || o->positional.n > 2)
        return qb_fail(QB_EXIT_USAGE, "'report' expects a report, RUN.json, and may have the "
                                      "measurements of 'qbic scale --json'");
    if (!o->output || !qb_ends_with(o->output, ".html"))
        return qb_fail(QB_EXIT_USAGE, "'report' expects -o FILE.html%s%s",
                       o->output ? ", found " : "", o->output ? o->output : "");
    QbArena *arena = qb_arena_new();
    QbPage page = {0};
    page.report = read_json(arena, o->positional.v[0], report_keys, "the JSON report of a run");
    bool ok = page.report != NULL;
    if (ok && o->positional.n == 2) {
        page.scale =
            read_json(arena, o->positional.v[1], scale_keys, "what 'qbic scale --json' writes");
        ok = page.scale != NULL;
    }
    ok = ok && qb_file_whole(o->output, write_page, &page);
    qb_arena_free(arena);
    return ok ? QB_EXIT_DONE : QB_EXIT_FAILED;
}
