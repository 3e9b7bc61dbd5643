/* The pipeline of a batch: parsed once, lowered and planned for each image, with all that tells whether what an earlier batch
 * made is still right. Called by many threads; what they share is read only, but for the hashes of other files. */
#include "cli/batch.h"

#include <stdio.h>
#include <string.h>

#include "compiler/canonical.h"
#include "runtime/imgio.h"

/* Stands for all images where none is looked at. */
#define ANY_IMAGE "./.any image.tif"

/* ---- opening ----------------------------------------------------------------------------------------- */

static const char *image_parameter(const QbFile *file)
{
    for (int k = 0; file && k < file->n; k++) {
        const QbStmt *s = file->stmts[k];
        if (s->kind == QB_S_PARAM && s->type && !strcmp(s->type, "path"))
            return s->name;
    }
    return NULL;
}

int qb_front_open(QbFrontState *f, QbPipeline *p, const QbCliOptions *o, const QbBatchList *list)
{
    static const char *const any[] = {ANY_IMAGE};
    *f = (QbFrontState){.p = p, .o = o, .list = list, .lock = PTHREAD_MUTEX_INITIALIZER};
    f->base = qb_round_up(qb_memory_used() + ((size_t)1 << 20), (size_t)4 << 20);
    int status = qb_pipeline_options(p, o, &f->lower);
    if (status != 0)
        return status;
    f->lower.images = any;
    f->lower.n_images = 1;
    f->lower.check_only = true;
    p->dag = qb_lower(p->arena, p->file, &f->lower, qb_ops, qb_n_ops, &p->diags);
    f->lower.check_only = false;
    qb_diags_sort(&p->diags, 0);
    qb_pipeline_print(p, false);
    qb_pipeline_sha256(p, f->sha256);
    f->input = image_parameter(p->file);
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
    qb_canonical_text(g, job->path, qb_path_stem(job->arena, job->path), &t);
    for (int k = 0; ok && k < g->n_input_paths; k++) {
        if (!strcmp(g->input_paths[k], job->path))
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
            if (path && !strcmp(path, job->path)) {
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

bool qb_front_lower(void *ctx, QbBatchJob *job)
{
    QbFrontState *f = ctx;
    QbDiags *diags = QB_NEW(job->arena, QbDiags);
    const char **images = QB_NEW(job->arena, const char *);
    QbLowerOptions lo = f->lower;
    *images = job->path;
    lo.images = images;
    lo.out_dir = qb_arena_printf(job->arena, "%s/%s", f->o->output, f->list->v[job->image].name);
    qb_diags_init(diags, job->arena);
    QbDag *g = qb_lower(job->arena, f->p->file, &lo, qb_ops, qb_n_ops, diags);
    job->dag = g;
    job->front = g;
    if (diags->n_errors) {
        qb_diags_sort(diags, 0);
        take_failure(f->p, diags, &job->failure);
        return false;
    }
    find_type(job, g);
    find_tables(job, g);
    return make_key(f, job, g);
}

bool qb_front_plan(void *ctx, QbBatchJob *job, int threads, size_t memory)
{
    QbFrontState *f = ctx;
    QbDag *g = job->front;
    QbErr err = {0};
    job->provenance = qb_provenance_of(job->arena, g, f->sha256);
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
