/* A pipeline file on its way to a graph: read, parsed, lowered with what the command line overrides, its diagnostics
 * printed, and the text that tells in every output where it came from. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lang/print.h"
#include "stdlib/prelude.h"

/* The path of a file that is the same however it is spelled; NULL where it cannot be told. */
static const char *real_path(QbArena *arena, const char *path)
{
    char *real = realpath(path, NULL);
    const char *copy = real ? qb_arena_strdup(arena, real) : NULL;
    free(real);
    return copy;
}

/* A file that a pipeline uses. */
static const QbSource *use_file(QbArena *arena, const char *path, QbErr *err)
{
    struct stat s;
    char *text;
    QbSource *source = QB_NEW(arena, QbSource);
    bool is_other = stat(path, &s) == 0 && !S_ISREG(s.st_mode);
    if (is_other || !qb_file_read(arena, path, &text, &source->length)) {
        qb_err_set(err, "cannot open '%s': %s", path, is_other ? "not a file" : strerror(errno));
        return NULL;
    }
    source->name = qb_arena_strdup(arena, path);
    source->text = text;
    source->real = real_path(arena, path);
    return source;
}

int qb_pipeline_open(QbPipeline *p, const char *path)
{
    *p = (QbPipeline){.arena = qb_arena_new()};
    qb_diags_init(&p->diags, p->arena);
    char *text;
    size_t n;
    if (!qb_file_read(p->arena, path, &text, &n))
        return qb_fail(QB_EXIT_FAILED, "cannot open '%s': %s", path, strerror(errno));
    p->source =
        (QbSource){.name = path, .text = text, .length = n, .real = real_path(p->arena, path)};
    p->file = qb_parse_file(p->arena, &p->source, &p->diags);
    return QB_EXIT_DONE;
}

void qb_pipeline_close(QbPipeline *p)
{
    if (p->arena)
        qb_arena_free(p->arena);
    *p = (QbPipeline){0};
}

static bool param_from_text(QbArena *arena, const char *text, QbOverride *out)
{
    const char *eq = strchr(text, '=');
    if (!eq || eq == text)
        return qb_fail(0, "'-p' expects NAME=VALUE, found '%s'", text);
    *out = (QbOverride){.name = qb_arena_strndup(arena, text, (size_t)(eq - text)),
                        .value = eq + 1,
                        .from = "command line"};
    return true;
}

/* Adds an override; a later one of the same name replaces an earlier one. */
static void put(QbOverride *v, int *n, QbOverride item)
{
    for (int k = 0; k < *n; k++) {
        if (strcmp(v[k].name, item.name) == 0) {
            v[k] = item;
            return;
        }
    }
    v[(*n)++] = item;
}

int qb_pipeline_options(QbPipeline *p, const QbCliOptions *o, QbLowerOptions *lo)
{
    QbOverride *from_file = NULL;
    int n_file = 0, n = 0, status = 0;
    if (o->params_file && !qb_params_read(p->arena, o->params_file, &from_file, &n_file, &status))
        return status;
    QbOverride *v = QB_NEW_N(p->arena, QbOverride, n_file + o->params.n + 1);
    for (int k = 0; k < n_file; k++)
        put(v, &n, from_file[k]);
    for (int k = 0; k < o->params.n; k++) {
        QbOverride item;
        if (!param_from_text(p->arena, o->params.v[k], &item))
            return QB_EXIT_USAGE;
        put(v, &n, item);
    }
    QbPassOptions passes = {.off = o->no_pass.v, .n_off = o->no_pass.n};
    *lo = (QbLowerOptions){
        .overrides = v,
        .n_overrides = n,
        .images = o->positional.v + 1,
        .n_images = o->positional.n - 1,
        .out_dir = o->output,
        .use_file = use_file,
        .modules = qb_modules,
        .n_modules = qb_n_modules,
        .no_sharing = qb_pass_is_off(&passes, "share-nodes"),
    };
    return 0;
}

int qb_pipeline_lower(QbPipeline *p, const QbCliOptions *o, bool check_only)
{
    QbLowerOptions lo;
    int status = qb_pipeline_options(p, o, &lo);
    if (status != 0)
        return status;
    lo.check_only = check_only;
    p->dag = qb_lower(p->arena, p->file, &lo, qb_ops, qb_n_ops, &p->diags);
    qb_diags_sort(&p->diags, 0);
    return 0;
}

int qb_pipeline_status(const QbPipeline *p)
{
    int status = QB_EXIT_DONE;
    for (int k = 0; k < p->diags.n; k++) {
        const QbDiag *d = &p->diags.v[k];
        if (d->severity != QB_ERROR)
            continue;
        if (!d->input_missing)
            return QB_EXIT_USAGE;
        status = QB_EXIT_FAILED;
    }
    return status;
}

void qb_pipeline_print(const QbPipeline *p, bool notes)
{
    QbDiags shown;
    qb_diags_init(&shown, p->arena);
    for (int k = 0; k < p->diags.n; k++) {
        if (notes || p->diags.v[k].severity == QB_ERROR)
            QB_PUSH(p->arena, shown.v, shown.n, shown.cap, p->diags.v[k]);
    }
    shown.n_errors = p->diags.n_errors;
    QbText t = {0};
    qb_diags_text(&shown, qb_color_wanted(), &t);
    if (t.n)
        fwrite(t.s, 1, t.n, stderr);
    qb_text_free(&t);
}

int qb_pipeline_load(QbPipeline *p, const QbCliOptions *o, bool notes)
{
    if (o->positional.n == 0) {
        *p = (QbPipeline){0};
        return qb_fail(QB_EXIT_USAGE, "expected a pipeline, as in 'qbic run cells.qbi'");
    }
    int status = qb_pipeline_open(p, o->positional.v[0]);
    if (status == 0)
        status = qb_pipeline_lower(p, o, false);
    if (status != 0)
        return status;
    qb_pipeline_print(p, notes);
    return qb_pipeline_status(p);
}

bool qb_pass_names_ok(const QbCliOptions *o)
{
    int n = 0;
    while (qb_pass_names[n])
        n++;
    for (int k = 0; k < o->no_pass.n; k++) {
        const char *name = o->no_pass.v[k];
        bool known = false;
        for (int j = 0; j < n; j++)
            known |= strcmp(name, qb_pass_names[j]) == 0;
        if (known)
            continue;
        const char *near = qb_nearest(name, qb_pass_names, n);
        QbText t = {0};
        for (int j = 0; j < n; j++)
            qb_text_addf(&t, "%s%s", j ? ", " : "", qb_pass_names[j]);
        if (near)
            qb_fail(0, "unknown pass '%s'; did you mean '%s'?", name, near);
        else
            qb_fail(0, "unknown pass '%s'; the passes are %s", name, t.s);
        qb_text_free(&t);
        return false;
    }
    return true;
}

/* Of a pipeline that uses no file the hash of its text; else the hash of the hashes of all texts, one a line. */
void qb_pipeline_sha256(const QbPipeline *p, char hex[65])
{
    qb_sha256_hex(p->source.text, p->source.length, hex);
    if (p->dag->n_sources == 1)
        return;
    QbText t = {0};
    for (int k = 0; k < p->dag->n_sources; k++) {
        qb_sha256_hex(p->dag->sources[k]->text, p->dag->sources[k]->length, hex);
        qb_text_addf(&t, "%s\n", hex);
    }
    qb_sha256_hex(t.s, t.n, hex);
    qb_text_free(&t);
}

const char *qb_provenance(const QbPipeline *p, const char *sha256)
{
    return qb_provenance_of(p->arena, p->dag, sha256);
}

const char *qb_provenance_of(QbArena *arena, const QbDag *g, const char *sha256)
{
    QbText t = {0};
    qb_text_addf(&t, "qbic %s\npipeline sha256 %s\n", QB_VERSION, sha256);
    for (int k = 0; k < g->n_param_values; k++) {
        const QbParamValue *v = &g->param_values[k];
        qb_text_addf(&t, "%s = %s (%s)\n", v->name, v->value, v->from);
    }
    const char *s = qb_arena_strdup(arena, t.s);
    qb_text_free(&t);
    return s;
}
