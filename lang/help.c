/* A parameter's help text: the comment on its line, or the comment lines just above it. Works on the source's
 * text: the grammar never sees comments. */
#include "lang/build.h"

#include "core/text.h"

#include <string.h>

static uint32_t line_start(const char *text, uint32_t at)
{
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return at;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static uint32_t skip_blanks(const char *text, uint32_t at)
{
    while (is_blank(text[at]))
        at++;
    return at;
}

/* Where a comment starts on the line that `at` lies in, from `at` on; 0 where there is none. */
static uint32_t find_comment(const char *text, uint32_t at)
{
    bool in_string = false;
    for (; text[at] && text[at] != '\n'; at++) {
        if (in_string && text[at] == '\\' && text[at + 1])
            at++;
        else if (text[at] == '"')
            in_string = !in_string;
        else if (text[at] == '#' && !in_string)
            return at;
    }
    return 0;
}

/* Adds what a comment says: without its signs and the blanks around. */
static void add_comment(QbText *out, const char *text, uint32_t at)
{
    while (text[at] == '#')
        at++;
    at = skip_blanks(text, at);
    size_t n = strcspn(text + at, "\n");
    while (n > 0 && is_blank(text[at + n - 1]))
        n--;
    if (n > 0 && out->n > 0)
        qb_text_add(out, " ");
    qb_text_addn(out, text + at, n);
}

/* The comment lines that end right above the line at `start`. */
static void add_lines_above(QbText *out, const char *text, uint32_t start)
{
    uint32_t top = start;
    while (top > 0) {
        uint32_t above = line_start(text, top - 1);
        if (text[skip_blanks(text, above)] != '#')
            break;
        top = above;
    }
    while (top < start) {
        add_comment(out, text, skip_blanks(text, top));
        top += (uint32_t)strcspn(text + top, "\n") + 1;
    }
}

const char *qb_help_find(QbParser *p, QbSpan at)
{
    const char *text = p->source->text;
    uint32_t comment = find_comment(text, at.lo);
    if (!comment)
        comment = find_comment(text, at.hi);
    QbText out = {0};
    if (comment)
        add_comment(&out, text, comment);
    else
        add_lines_above(&out, text, line_start(text, at.lo));
    const char *help = out.n > 0 ? qb_arena_strdup(p->arena, out.s) : NULL;
    qb_text_free(&out);
    return help;
}
