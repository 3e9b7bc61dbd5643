/* qbic explain: of a pipeline, the graph before and after each pass, and why; of a diagnostic's code, its long story. */
#include "cli/cli.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/engine.h"
#include "cli/stories.h"
#include "compiler/explain.h"

static int explain_pipeline(const QbCliOptions *o)
{
    QbPipeline p;
    int status = qb_pipeline_load(&p, o, false);
    if (status == 0) {
        QbExplain e = {.arena = p.arena};
        QbPlan *plan = NULL;
        QbText t = {0};
        status = qb_engine_plan_watched(&p, o, qb_explain_watch, &e, &plan);
        if (o->json)
            qb_explain_json(&e, p.dag, plan, &t);
        else
            qb_explain_text(&e, p.dag, plan, &t);
        int printed = qb_print(&t);
        status = status ? status : printed;
    }
    qb_pipeline_close(&p);
    return status;
}

/* Without a name: all codes, each with its title, or with all that is told of it. */
static int list_stories(const QbCliOptions *o)
{
    QbText t = {0};
    const QbStory *s;
    if (o->md)
        qb_stories_page(&t);
    for (int k = 0; !o->md && (s = qb_story_at(k)); k++) {
        if (o->json)
            qb_story_json(s, &t);
        else
            qb_text_addf(&t, "%s  %s\n", s->code, s->title);
    }
    return qb_print(&t);
}

/* QB0403, and what can be nothing else: QB, QB04x */
static bool is_code(const char *word)
{
    if (strncasecmp(word, "QB", 2) != 0)
        return false;
    bool digits = strspn(word + 2, "0123456789") == strlen(word + 2);
    return digits || (!strchr(word, '.') && access(word, F_OK) != 0);
}

static int explain_codes(const QbCliOptions *o)
{
    QbText t = {0};
    for (int k = 0; k < o->positional.n; k++) {
        const QbStory *s = qb_story_find(o->positional.v[k]);
        if (!s) {
            qb_text_free(&t);
            return qb_fail(QB_EXIT_USAGE,
                           "no diagnostic has the code '%s'; 'qbic explain' lists the codes",
                           o->positional.v[k]);
        }
        if (o->json) {
            qb_story_json(s, &t);
        } else {
            qb_text_add(&t, k ? "\n" : "");
            qb_story_text(s, &t);
        }
    }
    return qb_print(&t);
}

int qb_cli_explain(const QbCliOptions *o)
{
    if (!qb_pass_names_ok(o))
        return QB_EXIT_USAGE;
    if (o->positional.n == 0)
        return list_stories(o);
    return is_code(o->positional.v[0]) ? explain_codes(o) : explain_pipeline(o);
}
