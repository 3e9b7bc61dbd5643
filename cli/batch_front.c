/* The pipeline of a batch: parsed once, lowered and planned for each image, with all that tells whether what an earlier batch
 * made is still right. Called by many threads; what they share is read only, but for the hashes of other files. */
#include "cli/sweep.h"

#include <stdio.h>
#include <string.h>

#include "compiler/canonical.h"
#include "runtime/imgio.h"

/* Stands for all images where none is looked at. */
#define ANY_IMAGE "./.any image.tif"

/* ---- opening ----------------------------------------------------------------------------------------- */

const char *qb_front_image(const QbFile *file)
{
    for (int k = 0; file && k < file->n; k++) {
        const QbStmt *s = file->stmts[k];
        if (s->kind == QB_S_PARAM && s->type && !strcmp(s->type, "path"))
            return s->name;
    }
    return NULL;
}

void qb_front_begin(QbFrontState *f, QbPipeline *p, const QbCliOptions *o, const QbBatchList *list)
{
    *f = (QbFrontState){.p = p, .o = o, .list = list, .lock = PTHREAD_MUTEX_INITIALIZER};
    f->base = qb_round_up(qb_memory_used() + ((size_t)1 << 20), (size_t)4 << 20);
    f->n_points = 1;
    f->input = qb_front_image(p->file);
}

int qb_front_open(QbFrontState *f, QbPipeline *p, const QbCliOptions *o, const QbBatchList *list)
{
    static const char *const any[] = {ANY_IMAGE};
    qb_front_begin(f, p, o, list);
    int status = qb_pipeline_options(p, o, &f->lower);
    if (status != 0)
        return status;
    f->lower.images = any;
    f->lower.n_images = 1;
    f->lower.check_only = true;
    p->dag = qb_lower(p->arena, p->file, &f->lower, qb_ops, qb_n_ops, &p->diags);
    f->lower.check_only = false;
    f->lower.n_images = 0;
    f->binds_image = true;
    qb_diags_sort(&p->diags, 0);
    qb_pipeline_print(p, false);
    qb_pipeline_sha256(p, f->sha256);
    return qb_pipeline_status(p);
}

void qb_front_close(QbFrontState *f)
{
    pthread_mutex_destroy(&f->lock);
}

/* ---- lowering ---------------------------------------------------------------------------------------- */

#define NAME_SIGNS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"

/* The operator at a place of the pipeline: "read", also where the place is its first argument. */
static void name_at(QbSpan span, char *to, size_t room)
{
    const char *text = span.source->text, *s = text + span.lo;
    if (s > text && s[-1] == '(')
        for (s--; s > text && strchr(NAME_SIGNS, s[-1]);)
            s--;
    snprintf(to, room, "%.*s", (int)strspn(s, NAME_SIGNS), s);
}

static void take_failure(const QbPipeline *p, const QbDiags *diags, QbFailure *out)
{
    const QbDiag *d = NULL;
    for (int k = 0; k < diags->n && !d; k++)
        d = diags->v[k].severity == QB_ERROR ? &diags->v[k] : NULL;
    if (!d)
        return;
    /* The image's path has no line: the place in the pipeline that needs it does. */
    QbSpan span = d->span.source && d->span.source->real ? d->span : d->other;
    *out = (QbFailure){0};
    snprintf(out->code, sizeof(out->code), "%s", d->code);
    snprintf(out->message, sizeof(out->message), "%s", d->message);
    if (!span.source)
        return;
    qb_source_place(span.source, span.lo, &out->line, &out->column);
    if (span.source->text == p->source.text)
        name_at(span, out->node, sizeof(out->node));
}

/* The hash of a file that all images share is made once. */
static bool hash_other(QbFrontState *f, const char *path, char hex[65], QbErr *err)
{
    bool ok = true, found = false;
    pthread_mutex_lock(&f->lock);
    for (int k = 0; k < f->n_hashes && !found; k++) {
        found = !strcmp(f->hashes[k].path, path);
        if (found)
            memcpy(hex, f->hashes[k].sha256, 65);
    }
    if (!found) {
        ok = qb_batch_hash(path, hex, err);
        QbFileHash h = {.path = qb_arena_strdup(f->p->arena, path)};
        memcpy(h.sha256, hex, 65);
        if (ok)
            QB_PUSH(f->p->arena, f->hashes, f->n_hashes, f->cap_hashes, h);
    }
    pthread_mutex_unlock(&f->lock);
    return ok;
}

static bool make_key(QbFrontState *f, QbBatchJob *job, const QbDag *g)
{
    QbText t = {0};
    QbErr err = {0};
    char hex[65];
    bool ok = true;
    const char *path = job->path ? job->path : "";
    qb_canonical_text(g, path, qb_path_stem(job->arena, path), &t);
    for (int k = 0; ok && k < g->n_input_paths; k++) {
        if (!strcmp(g->input_paths[k], path))
            continue;
        ok = hash_other(f, g->input_paths[k], hex, &err);
        qb_text_addf(&t, "file %s sha256=%s\n", g->input_paths[k], hex);
    }
    qb_sha256_hex(t.s, t.n, hex);
    memcpy(job->key, hex, 16);
    job->canonical = qb_arena_strdup(job->arena, t.s ? t.s : "");
    qb_text_free(&t);
    if (!ok) {
        snprintf(job->failure.code, sizeof(job->failure.code), "QB0501");
        snprintf(job->failure.message, sizeof(job->failure.message), "%s", err.text);
    }
    return ok;
}

/* The type of the image as it is read. */
static void find_type(QbBatchJob *job, const QbDag *g)
{
    unsigned char *live = qb_arena_alloc(job->arena, (size_t)g->n_nodes + 1);
    qb_dag_mark_live(g, live);
    for (int id = 0; id < g->n_nodes; id++) {
        const QbNode *x = qb_dag_at(g, id);
        for (int k = 0; live[id] && x->op && k < x->op->n_params; k++) {
            if (x->op->params[k].slot != QB_SLOT_PATH)
                continue;
            const char *path =
                *(const char *const *)((const char *)x->params + x->op->params[k].offset);
            if (path && job->path && !strcmp(path, job->path)) {
                job->type = x->type;
                return;
            }
        }
    }
}

static void find_tables(QbBatchJob *job, const QbDag *g)
{
    job->tables = QB_NEW_N(job->arena, QbResultTable, g->n_outputs + 1);
    for (int i = 0; i < g->n_outputs; i++) {
        const QbOutput *o = &g->outputs[i];
        bool known = o->format == QB_FORMAT_PRINT || qb_dag_at(g, o->node)->type.kind != QB_TABLE;
        for (int k = 0; k < job->n_tables && !known; k++)
            known = !strcmp(job->tables[k].name, o->table);
        if (known)
            continue;
        const QbType *type = &qb_dag_at(g, o->node)->type;
        QbResultTable *t = &job->tables[job->n_tables++];
        *t = (QbResultTable){.name = o->table, .n_columns = type->n_columns};
        memcpy(t->columns, type->columns, sizeof(t->columns));
    }
}

/* What a report shows of an image: its labels, or what comes nearest to them. */
static int find_picture(const QbDag *g)
{
    static const QbKind kinds[] = {QB_LABELS, QB_MASK, QB_PICTURE, QB_IMAGE};
    for (int k = 0; k < QB_COUNT(kinds); k++)
        for (int i = 0; i < g->n_outputs; i++)
            if (g->outputs[i].format != QB_FORMAT_PRINT &&
                qb_dag_at(g, g->outputs[i].node)->type.kind == kinds[k])
                return i;
    return -1;
}

/* Files lie in a folder for each image. */
static void take_outputs(const QbFrontState *f, QbBatchJob *job, const QbDag *g)
{
    const char *provenance = qb_provenance_of(job->arena, g, f->sha256);
    for (int i = 0; i < g->n_outputs; i++) {
        QbOutput *o = &g->outputs[i];
        o->provenance = provenance;
        if (o->path && o->path[0] != '/')
            o->path = qb_arena_printf(job->arena, "%s/%s", f->list->v[job->image].name, o->path);
    }
    job->outputs = g->outputs;
    job->n_outputs = g->n_outputs;
    job->picture = f->o->reports.n ? find_picture(g) : -1;
}

/* A batch binds its image first; a sweep without one has all that it needs by its name. */
static void bind_point(const QbFrontState *f, const QbBatchJob *job, QbLowerOptions *lo)
{
    if (f->binds_image) {
        const char **images = QB_NEW_N(job->arena, const char *, f->lower.n_images + 1);
        *images = job->path;
        for (int k = 0; k < f->lower.n_images; k++)
            images[k + 1] = f->lower.images[k];
        lo->images = images;
        lo->n_images = f->lower.n_images + 1;
    }
    if (f->sweep)
        qb_sweep_override(f->sweep, job->image % f->n_points, job->arena, lo);
}

bool qb_front_lower(void *ctx, QbBatchJob *job)
{
    QbFrontState *f = ctx;
    QbDiags *diags = QB_NEW(job->arena, QbDiags);
    QbLowerOptions lo = f->lower;
    bind_point(f, job, &lo);
    lo.out_dir = qb_arena_printf(job->arena, "%s/%s", f->o->output, f->list->v[job->image].name);
    lo.is_one_of_many = true;
    lo.into = job->dag;
    qb_diags_init(diags, job->arena);
    QbDag *g = qb_lower(job->arena, f->p->file, &lo, qb_ops, qb_n_ops, diags);
    job->dag = g;
    if (diags->n_errors) {
        qb_diags_sort(diags, 0);
        take_failure(f->p, diags, &job->failure);
        return false;
    }
    find_type(job, g);
    find_tables(job, g);
    if (!make_key(f, job, g))
        return false;
    take_outputs(f, job, g);
    return true;
}

bool qb_front_plan(void *ctx, QbBatchJob *job, int threads, size_t memory)
{
    QbFrontState *f = ctx;
    QbDag *g = job->dag;
    QbErr err = {0};
    QbPassOptions passes = {.off = f->o->no_pass.v, .n_off = f->o->no_pass.n};
    qb_passes_run(g, &passes);
    QbPlanOptions po = {
        .threads = threads,
        .memory = memory,
        .base = f->base,
        .chunk_i = f->o->chunk[0],
        .chunk_y = f->o->chunk[1],
        .passes = &passes,
        .sink_atom = qb_writer_atom,
        .sink_bound = qb_writer_pack_bound,
    };
    if (qb_plan_make(job->arena, g, &po, &job->plan, &err))
        return true;
    job->too_big = true;
    job->failure = (QbFailure){0};
    snprintf(job->failure.message, sizeof(job->failure.message), "%s", err.text);
    return false;
}
