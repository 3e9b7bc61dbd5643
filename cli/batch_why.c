/* What a batch would do, and why: --why and --dry-run. Reads the results of a folder and writes nothing. */
#include <stdio.h>
#include <string.h>

#include "cli/batch.h"

/* ---- differences ------------------------------------------------------------------------------------- */

static size_t line_end(const char *s)
{
    return strcspn(s, "\n");
}

static int count_lines(const char *s)
{
    int n = 0;
    for (; *s; s++)
        n += *s == '\n';
    return n;
}

/* Where the argument that holds byte `at` starts: behind the space before "name=". */
static size_t argument_start(const char *line, size_t at)
{
    size_t start = 0;
    for (size_t k = 1; k <= at; k++) {
        size_t name = strspn(line + k, "abcdefghijklmnopqrstuvwxyz_0123456789");
        if (line[k - 1] == ' ' && name && line[k + name] == '=')
            start = k;
    }
    return start;
}

static size_t argument_end(const char *line, size_t from, size_t n)
{
    for (size_t k = from + 1; k < n; k++) {
        size_t name = strspn(line + k, "abcdefghijklmnopqrstuvwxyz_0123456789");
        if (line[k - 1] == ' ' && name && line[k + name] == '=')
            return k - 1;
    }
    return n;
}

/* "%3 median.1 image=%2 size=5" and the same with 7: "median size 5 → 7". */
static void differ(const char *a, size_t na, const char *b, size_t nb, QbText *out)
{
    size_t same = 0;
    while (same < na && same < nb && a[same] == b[same])
        same++;
    size_t start = argument_start(a, same),
           name = strspn(a + start, "abcdefghijklmnopqrstuvwxyz_0123456789");
    if (start == 0 || a[0] != '%' || same < start + name) {
        qb_text_addf(out, "%.*s → %.*s\n", (int)na, a, (int)nb, b);
        return;
    }
    const char *op = a + strcspn(a, " ") + 1;
    size_t value = start + name + 1;
    qb_text_addf(out, "%.*s %.*s %.*s → %.*s\n", (int)strcspn(op, "."), op, (int)name, a + start,
                 (int)(argument_end(a, start, na) - value), a + value,
                 (int)(argument_end(b, start, nb) - value), b + value);
}

void qb_batch_difference(const char *before, const char *now, QbText *out)
{
    if (count_lines(before) != count_lines(now)) {
        qb_text_addf(out, "the pipeline had %d steps and outputs, and has %d now\n",
                     count_lines(before), count_lines(now));
        return;
    }
    while (*before && *now) {
        size_t a = line_end(before), b = line_end(now);
        if (a != b || memcmp(before, now, a) != 0)
            differ(before, a, now, b, out);
        before += a + (before[a] == '\n');
        now += b + (now[b] == '\n');
    }
}

/* ---- one image --------------------------------------------------------------------------------------- */

/* Adds why the image would run; nothing where it is done. */
static bool add_reasons(QbFrontState *f, QbResults *r, int image, QbText *out, QbErr *err)
{
    const QbBatchImage *v = &f->list->v[image];
    QbBatchJob job = {.image = image, .path = v->path, .arena = qb_arena_new(), .picture = -1};
    QbResultOld old = {0};
    QbText before = {0};
    char sha256[65];
    QbErr own = {0};
    bool ok = !r || qb_results_old(r, v->name, &old, err);
    if (!ok || (r && old.key[0] && !qb_results_canonical(r, old.key, &before, err)))
        ok = false;
    else if (v->fault)
        qb_text_addf(out, "%s\n", v->fault);
    else if (!qb_batch_hash(v->path, sha256, &own))
        qb_text_addf(out, "%s\n", own.text);
    else if (!qb_front_lower(f, &job))
        qb_text_addf(out, "%s\n", job.failure.message);
    else if (!old.sha256[0] && !old.done)
        qb_text_add(out, "it is new\n");
    else if (strcmp(old.sha256, sha256) != 0)
        qb_text_add(out, "its bytes differ\n");
    else if (strcmp(old.key, job.key) != 0)
        qb_batch_difference(before.s ? before.s : "", job.canonical, out);
    else if (!old.done)
        qb_text_add(out, "it failed\n");
    else if (!qb_batch_is_done(&job, &old, f->o->output, sha256))
        qb_text_add(out, "its output files are gone\n");
    qb_text_free(&before);
    qb_arena_free(job.arena);
    return ok;
}

static void add_named(QbText *out, const char *name, const char *reasons)
{
    while (*reasons) {
        size_t n = line_end(reasons);
        qb_text_addf(out, "%s: %.*s\n", name, (int)n, reasons);
        reasons += n + (reasons[n] == '\n');
    }
}

static int find_image(const QbBatchList *l, const char *image)
{
    for (int k = 0; k < l->n; k++)
        if (!strcmp(l->v[k].name, image) || !strcmp(l->v[k].path, image) ||
            (l->v[k].folder && !strcmp(l->v[k].folder, image)))
            return k;
    for (int k = 0; k < l->n; k++) {
        const char *slash = strrchr(l->v[k].path, '/');
        if (!strcmp(slash ? slash + 1 : l->v[k].path, image))
            return k;
    }
    return -1;
}

int qb_batch_why(QbFrontState *f, const char *image)
{
    int k = find_image(f->list, image);
    if (k < 0)
        return qb_fail(QB_EXIT_USAGE, "'--why' expects one of the images, found '%s'", image);
    QbErr err = {0};
    QbResults *r = NULL;
    QbText out = {0}, reasons = {0};
    bool ok = qb_results_open(f->o->output, true, &r, &err) && add_reasons(f, r, k, &reasons, &err);
    qb_results_close(r);
    if (reasons.n)
        add_named(&out, f->list->v[k].name, reasons.s);
    else
        qb_text_addf(&out, "%s: nothing differs, it is done\n", f->list->v[k].name);
    qb_text_free(&reasons);
    if (ok)
        return qb_print(&out);
    qb_text_free(&out);
    return qb_fail(QB_EXIT_FAILED, "%s", err.text);
}

int qb_batch_dry_run(QbFrontState *f)
{
    QbErr err = {0};
    QbResults *r = NULL;
    QbText out = {0};
    int n = 0;
    bool ok = qb_results_open(f->o->output, true, &r, &err);
    for (int k = 0; ok && k < f->list->n; k++) {
        QbText reasons = {0};
        ok = add_reasons(f, r, k, &reasons, &err);
        n += reasons.n > 0;
        if (reasons.n)
            add_named(&out, f->list->v[k].name, reasons.s);
        qb_text_free(&reasons);
    }
    qb_results_close(r);
    if (!ok) {
        qb_text_free(&out);
        return qb_fail(QB_EXIT_FAILED, "%s", err.text);
    }
    int status = qb_print(&out);
    if (status == 0 && !f->o->quiet)
        fprintf(stderr, "%d of %d %s would run\n", n, f->list->n, f->sweep ? "points" : "images");
    return status;
}
