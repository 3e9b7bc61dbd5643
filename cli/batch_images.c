/* Which images a batch is about: the words of the command, lists of them, and what their names say. Opens no image. */
#include "cli/batch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool add_lines(QbBatchList *l, const char *path, QbErr *err)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    if (!f)
        return qb_err_set(err, "cannot open '%s': %s", path, strerror(errno));
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    bool ok = true;
    while (ok && (n = getline(&line, &cap, f)) > 0) {
        while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
            line[--n] = '\0';
        ok = n == 0 || qb_batch_add(l, line, err);
    }
    if (ok && ferror(f))
        ok = qb_err_set(err, "cannot read '%s': %s", path, strerror(errno));
    free(line);
    if (f != stdin)
        fclose(f);
    return ok;
}

static int add_word(QbBatchList *l, const char *word)
{
    QbErr err = {0};
    bool list = strcmp(word, "-") == 0;
    if (!list && !strpbrk(word, "*?[") && access(word, F_OK) != 0)
        return qb_fail(QB_EXIT_FAILED, "cannot open '%s': %s", word, strerror(errno));
    bool ok = list ? add_lines(l, word, &err) : qb_batch_add(l, word, &err);
    return ok ? 0 : qb_fail(QB_EXIT_FAILED, "%s", err.text);
}

static int read_names(const QbCliOptions *o, QbBatchList *l, QbNamePattern *pattern)
{
    QbErr err = {0};
    if (!qb_name_pattern_parse(l->arena, o->pattern, pattern, &err))
        return qb_fail(QB_EXIT_USAGE, "%s", err.text);
    if (qb_batch_tag(l, pattern) > 0)
        return 0;
    return qb_fail(QB_EXIT_USAGE, "'--pattern': no image's name matches '%s'; the first is '%s'",
                   o->pattern, l->v[0].folder ? l->v[0].folder : l->v[0].path);
}

int qb_batch_images(const QbCliOptions *o, QbBatchList *l, QbNamePattern *pattern)
{
    QbErr err = {0};
    int status = 0;
    for (int k = 1; status == 0 && k < o->positional.n; k++)
        status = add_word(l, o->positional.v[k]);
    for (int k = 0; status == 0 && k < o->lists.n; k++)
        if (!add_lines(l, o->lists.v[k], &err))
            status = qb_fail(QB_EXIT_FAILED, "%s", err.text);
    if (status != 0)
        return status;
    qb_batch_name(l);
    if (l->n == 0)
        return qb_fail(QB_EXIT_FAILED, "there is no image (.tif or .tiff) in what was given");
    return o->pattern ? read_names(o, l, pattern) : 0;
}
