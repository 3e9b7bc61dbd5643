/* Finds a story and writes it down, for a terminal, for programs and as a page. */
#include "cli/stories.h"

#include <string.h>
#include <strings.h>

#define WIDTH 88 /* characters of a line of prose on a terminal */

const QbStory *qb_story_at(int k)
{
    const QbStory *const tables[] = {qb_stories_syntax, qb_stories_names, qb_stories_values};
    const int n[] = {qb_n_stories_syntax, qb_n_stories_names, qb_n_stories_values};
    for (int t = 0; t < QB_COUNT(tables); t++) {
        if (k < n[t])
            return &tables[t][k];
        k -= n[t];
    }
    return NULL;
}

const QbStory *qb_story_find(const char *code)
{
    const QbStory *s;
    for (int k = 0; (s = qb_story_at(k)); k++)
        if (strcasecmp(s->code, code) == 0)
            return s;
    return NULL;
}

static void add_wrapped(const char *text, QbText *out)
{
    size_t column = 0;
    while (*text) {
        size_t n = strcspn(text, " ");
        if (column && column + 1 + n > WIDTH) {
            qb_text_add(out, "\n");
            column = 0;
        }
        qb_text_add(out, column ? " " : "");
        qb_text_addn(out, text, n);
        column += n + (column > 0);
        text += n + (text[n] == ' ');
    }
    qb_text_add(out, "\n");
}

static void add_indented(const char *program, QbText *out)
{
    while (*program) {
        size_t n = strcspn(program, "\n");
        qb_text_add(out, "    ");
        qb_text_addn(out, program, n);
        qb_text_add(out, "\n");
        program += n + (program[n] == '\n');
    }
}

void qb_story_text(const QbStory *s, QbText *out)
{
    qb_text_addf(out, "%s: %s\n\n", s->code, s->title);
    add_wrapped(s->text, out);
    if (s->wrong) {
        qb_text_add(out, "\nsuch as\n");
        add_indented(s->wrong, out);
    }
    if (s->command) {
        qb_text_add(out, s->wrong ? "\nwith\n" : "\nas after\n");
        add_indented(s->command, out);
    }
    qb_text_add(out, "\nrather\n");
    add_indented(s->mend, out);
}

static void add_member(const char *name, const char *value, const char *before, QbText *out)
{
    qb_text_addf(out, "%s\"%s\": ", before, name);
    if (value)
        qb_text_add_json(out, value);
    else
        qb_text_add(out, "null");
}

void qb_story_json(const QbStory *s, QbText *out)
{
    add_member("code", s->code, "{", out);
    add_member("title", s->title, ", ", out);
    add_member("text", s->text, ", ", out);
    add_member("wrong", s->wrong, ", ", out);
    add_member("command", s->command, ", ", out);
    add_member("mend", s->mend, ", ", out);
    qb_text_add(out, "}\n");
}

static void add_block(const char *program, QbText *out)
{
    size_t n = strlen(program);
    qb_text_addf(out, "```text\n%s%s```\n", program, n && program[n - 1] == '\n' ? "" : "\n");
}

void qb_stories_page(QbText *out)
{
    const QbStory *s;
    qb_text_add(
        out, "# Diagnostics\n\nEvery error and note has a code that stays (`qbic check --json` "
             "shows it). "
             "This page is made by `qbic explain --md`;\n`qbic explain CODE` tells one story.\n");
    for (int k = 0; (s = qb_story_at(k)); k++) {
        qb_text_addf(out, "\n## %s: %s\n\n%s\n\n", s->code, s->title, s->text);
        if (s->wrong)
            add_block(s->wrong, out);
        if (s->command)
            add_block(s->command, out);
        qb_text_add(out, "\nrather\n\n");
        add_block(s->mend, out);
    }
}
