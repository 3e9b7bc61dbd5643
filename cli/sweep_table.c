/* A table of points: a CSV file whose header names parameters and whose lines give their values. Every mistake is told with its
 * line and column. */
#include <errno.h>
#include <string.h>

#include "cli/sweep.h"

/* A line of the file, and where the next cell starts. */
typedef struct Line {
    QbSweep *s;
    const char *place, *text;
    int number; /* from 0 */
    size_t at;
    bool ended;
} Line;

static QbOverrideText *here(const Line *l, size_t at)
{
    QbOverrideText in = {.place = l->place, .text = l->text, .at = at, .lines_before = l->number};
    return qb_arena_memdup(l->s->arena, &in, sizeof(in));
}

/* ---- cells ------------------------------------------------------------------------------------------- */

/* The text of a cell in quotes that starts at l->at; NULL after a mistake. */
static char *quoted(Line *l)
{
    const char *text = l->text;
    char *cell = qb_arena_alloc(l->s->arena, strlen(text + l->at) + 1);
    size_t start = l->at, n = 0, at = l->at + 1;
    while (text[at] && (text[at] != '"' || text[at + 1] == '"')) {
        at += text[at] == '"';
        cell[n++] = text[at++];
    }
    l->at = at + (text[at] == '"');
    if (text[at] == '"' && (!text[at + 1] || text[at + 1] == ','))
        return cell;
    qb_sweep_mistake(l->s, here(l, start), l->at - start,
                     text[at] ? "behind a cell in quotes stands a comma or the end of the line"
                              : "the quotes are not closed in this line");
    return NULL;
}

static char *bare(Line *l)
{
    size_t n = strcspn(l->text + l->at, ",");
    size_t end = l->at + n;
    while (n > 0 && strchr(" \t", l->text[l->at]))
        l->at++, n--;
    while (n > 0 && strchr(" \t", l->text[l->at + n - 1]))
        n--;
    char *cell = qb_arena_strndup(l->s->arena, l->text + l->at, n);
    l->at = end;
    return cell;
}

/* The next cell, and where it stands; NULL after a mistake. */
static const char *next_cell(Line *l, const QbOverrideText **in)
{
    size_t start = l->at;
    while (l->text[start] && strchr(" \t", l->text[start]))
        start++;
    bool in_quotes = l->text[start] == '"';
    if (in_quotes)
        l->at = start;
    const char *cell = in_quotes ? quoted(l) : bare(l);
    if (!cell)
        return NULL;
    /* What was doubled in quotes stands nowhere as it is. */
    bool as_it_is = !strncmp(l->text + start + in_quotes, cell, strlen(cell));
    *in = as_it_is ? here(l, start + in_quotes) : NULL;
    if (!*in) {
        QbOverrideText *alone = here(l, 0);
        alone->text = cell;
        *in = alone;
    }
    if (!cell[0]) {
        qb_sweep_mistake(l->s, here(l, start), 1, "this cell is empty, expected a value");
        return NULL;
    }
    l->ended = l->text[l->at] != ',';
    l->at += !l->ended;
    return cell;
}

/* ---- lines ------------------------------------------------------------------------------------------- */

static bool read_header(Line *l, QbSweepAxis *axis)
{
    int cap = 0, n_headers = 0, cap_headers = 0;
    bool ok = true;
    while (!l->ended) {
        const QbOverrideText *in;
        const char *name = next_cell(l, &in);
        if (!name)
            return false;
        for (int k = 0; k < axis->n_names; k++) {
            if (strcmp(axis->names[k], name) != 0)
                continue;
            qb_sweep_mistake(l->s, in, strlen(name), "there are two columns '%s'", name);
            ok = false;
        }
        QB_PUSH(l->s->arena, axis->names, axis->n_names, cap, name);
        QB_PUSH(l->s->arena, axis->headers, n_headers, cap_headers, in);
    }
    return ok;
}

static bool read_row(Line *l, QbSweepAxis *axis)
{
    int n = 0, rows = axis->n;
    while (!l->ended && n <= axis->n_names) {
        const QbOverrideText *in;
        const char *cell = next_cell(l, &in);
        if (!cell)
            return false;
        if (n++ < axis->n_names)
            qb_sweep_add_value(l->s, axis, cell, in);
    }
    if (n == axis->n_names)
        return true;
    axis->n = rows;
    qb_sweep_mistake(l->s, here(l, 0), strlen(l->text),
                     n > axis->n_names ? "expected %d values, as in the header, found more"
                                       : "expected %d values, as in the header, found %d",
                     axis->n_names, n);
    return false;
}

/* Cuts the text into lines; those that are blank are passed over. */
static bool next_line(Line *l, char **text)
{
    while (**text) {
        char *line = *text;
        size_t n = strcspn(line, "\n");
        *text += n + (line[n] == '\n');
        l->number++;
        line[n] = '\0';
        if (n > 0 && line[n - 1] == '\r')
            line[n - 1] = '\0';
        l->text = line;
        l->at = 0;
        l->ended = false;
        if (line[strspn(line, " \t")])
            return true;
    }
    return false;
}

static bool read_lines(QbSweep *s, const char *path, char *text, QbSweepAxis *axis)
{
    Line l = {.s = s, .place = path, .number = -1};
    if (!strncmp(text, "\xEF\xBB\xBF", 3))
        text += 3;
    if (!next_line(&l, &text)) {
        QbOverrideText nothing = {.place = path, .text = ""};
        qb_sweep_mistake(s, &nothing, 0, "the table is empty, expected a header of parameters");
        return false;
    }
    bool ok = read_header(&l, axis);
    while (ok && next_line(&l, &text) && axis->n / axis->n_names <= QB_MOST_POINTS)
        ok = read_row(&l, axis);
    axis->n /= axis->n_names ? axis->n_names : 1;
    if (!ok)
        return false;
    if (axis->n == 0)
        qb_sweep_mistake(s, here(&l, 0), strlen(l.text), "the table has no line of values");
    else if (axis->n > QB_MOST_POINTS)
        qb_sweep_mistake(s, here(&l, 0), strlen(l.text), "the table has more than %d points",
                         QB_MOST_POINTS);
    return s->diags.n_errors == 0;
}

int qb_sweep_table(QbSweep *s, const char *path, QbSweepAxis *axis)
{
    char *text;
    size_t n;
    *axis = (QbSweepAxis){.from = "file"};
    if (!qb_file_read(s->arena, path, &text, &n))
        return qb_fail(QB_EXIT_FAILED, "cannot open '%s': %s", path, strerror(errno));
    if (strlen(text) != n)
        return qb_fail(QB_EXIT_USAGE, "'%s' is no table of points: it holds a byte 0", path);
    return read_lines(s, path, text, axis) ? 0 : QB_EXIT_USAGE;
}
