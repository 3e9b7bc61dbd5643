/* Outputs: rasters are packed in parallel and appended in order while the passes run; at the end all files appear, or none. */
#include "runtime/parts.h"
#include "runtime/table_db.h"
#include "runtime/thumb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The path of an output: relative ones start at the output folder. Caller frees. */
static char *output_path(const Run *run, const QbOutput *o)
{
    const char *dir = run->o->out_dir;
    QbText t = {0};
    if (dir && *dir && o->path[0] != '/')
        qb_text_addf(&t, "%s/", dir);
    qb_text_add(&t, o->path);
    return t.s;
}

/* u16, unless a label does not fit: in[2] holds the largest. */
static QbPix label_store(const Live *l, const QbOutput *o, const QbValue *largest)
{
    (void)l;
    if (o->label_type != QB_PIX_COUNT)
        return o->label_type;
    return largest && largest->number > qb_pix_info[QB_U16].hi ? QB_U32 : QB_U16;
}

bool qb_sink_open(Run *run, Live *l, QbErr *err)
{
    const QbStep *s = l->step;
    const QbOutput *o = &run->plan->dag->outputs[s->output];
    const QbValue *low = s->in[1] >= 0 ? &run->live[s->in[1]].value : NULL;
    const QbValue *high = s->in[2] >= 0 ? &run->live[s->in[2]].value : NULL;
    char *path = output_path(run, o), part[QB_MAX_PATH];
    const QbKept *resume;
    QbWriteSpec spec = {.path = path,
                        .part = qb_checkpoint_out(run, s, part, &resume),
                        .type = s->type,
                        .store = s->type.pix,
                        .description = o->provenance ? o->provenance : run->o->provenance,
                        .low = low ? low->number : 0,
                        .high = high ? high->number : 255,
                        .bar = o->bar};
    if (s->type.kind == QB_MASK)
        spec.store = QB_U8;
    if (s->type.kind == QB_LABELS)
        spec.store = label_store(l, o, high);
    spec.resume = resume;
    if (spec.part)
        qb_atomic_clear(path);
    if (run->o->thumb_side > 0)
        spec.thumb = l->thumb = qb_thumb_new(&s->type, run->o->thumb_side);
    bool ok;
    QbImageWriter *w = NULL;
    if (o->format == QB_FORMAT_PNG)
        ok = qb_writer_open_png(&spec, &w, err);
    else if (o->format == QB_FORMAT_NPY)
        ok = qb_writer_open_npy(&spec, &w, err);
    else
        ok = qb_writer_open_tiff(&spec, &w, err);
    l->state = w;
    free(path);
    return ok;
}

bool qb_sink_pack(Run *run, Live *l, const QbTask *t, unsigned char *partial, QbErr *err)
{
    (void)run;
    const QbRows *r = &t->in[0];
    QbPacked *packed = NULL;
    bool ok = qb_writer_pack(l->state, &t->out.box, r->row, &packed, err);
    memcpy(partial, &packed, sizeof(packed));
    return ok;
}

bool qb_sink_append(Live *l, const Flight *f, QbErr *err)
{
    bool ok = true;
    for (int64_t t = 0; t < f->tiles && ok; t++) {
        unsigned char *slot = f->partials + (size_t)t * l->partial_stride;
        QbPacked *packed = NULL;
        memcpy(&packed, slot, sizeof(packed));
        memset(slot, 0, sizeof(packed));
        ok = qb_writer_append(l->state, packed, err);
    }
    return ok;
}

static void drop_packed(Live *l)
{
    int64_t slots = (int64_t)l->step->depth * l->step->max_tiles;
    for (int64_t t = 0; l->partials && t < slots; t++) {
        QbPacked *packed = NULL;
        memcpy(&packed, l->partials + (size_t)t * l->partial_stride, sizeof(packed));
        if (packed)
            qb_packed_free(packed);
    }
}

void qb_outputs_abort(Run *run)
{
    for (int i = 0; i < run->plan->n_steps; i++) {
        Live *l = &run->live[i];
        if (l->step->kind != QB_STEP_SINK)
            continue;
        qb_thumb_free(l->thumb);
        l->thumb = NULL;
        if (!l->state)
            continue;
        drop_packed(l);
        qb_writer_abort(l->state);
        l->state = NULL;
    }
}

static const char *kind_of(const QbType *t)
{
    return qb_kind_name(t->kind);
}

/* A file that is whole but for its name. */
typedef struct Pending {
    QbAtomicFile *file;
    QbTableDb *db; /* of the first output that goes there */
    const QbTableDb *shared;
} Pending;

/* Tables of one database share it. */
static QbTableDb *database_of(const QbDag *g, const Pending *pending, int i)
{
    for (int k = 0; k < i; k++)
        if (pending[k].db && !strcmp(g->outputs[k].path, g->outputs[i].path))
            return pending[k].db;
    return NULL;
}

static bool put_in_database(const Run *run, int i, QbTable *table, Pending *pending, QbErr *err)
{
    const QbDag *g = run->plan->dag;
    QbTableDb *db = database_of(g, pending, i);
    if (!db) {
        char *path = output_path(run, &g->outputs[i]);
        bool ok = qb_table_db_open(path, &pending[i].db, err);
        free(path);
        if (!ok)
            return false;
        db = pending[i].db;
    }
    pending[i].shared = db;
    return qb_table_db_put(db, g->outputs[i].table, table, err);
}

static bool write_table(const Run *run, int i, QbTable *table, Pending *pending, QbErr *err)
{
    const QbOutput *o = &run->plan->dag->outputs[i];
    if (o->format == QB_FORMAT_DB)
        return put_in_database(run, i, table, pending, err);
    char *path = output_path(run, o);
    if (run->o->checkpoint)
        qb_atomic_clear(path);
    QbAtomicFile **file = &pending[i].file;
    bool ok = o->format == QB_FORMAT_JSON
                  ? qb_table_write_json(path, table, file, err)
                  : qb_table_write(path, table, o->format == QB_FORMAT_TSV ? '\t' : ',', file, err);
    free(path);
    return ok;
}

static bool write_plot(const Run *run, int i, QbAtomicFile **file, QbErr *err)
{
    char *path = output_path(run, &run->plan->dag->outputs[i]);
    bool ok = qb_plot_sink(run, i, path, file, err);
    free(path);
    return ok;
}

/* Writes every file to its end beside its final name. */
static bool finish_files(Run *run, Pending *pending, QbErr *err)
{
    const QbDag *g = run->plan->dag;
    for (int i = 0; i < run->plan->n_steps; i++) {
        Live *l = &run->live[i];
        if (l->step->kind != QB_STEP_SINK)
            continue;
        QbImageWriter *w = l->state;
        l->state = NULL;
        bool ok =
            qb_writer_finish(w, &pending[l->step->output].file, err) &&
            (!l->thumb || qb_thumb_png(l->thumb, &run->r->outputs[l->step->output].thumb, err));
        qb_thumb_free(l->thumb);
        l->thumb = NULL;
        if (!ok)
            return false;
    }
    for (int i = 0; i < g->n_outputs; i++) {
        const QbOutput *o = &g->outputs[i];
        QbKind kind = o->format == QB_FORMAT_PRINT ? QB_NONE : qb_dag_at(g, o->node)->type.kind;
        if (kind == QB_PLOT && !write_plot(run, i, &pending[i].file, err))
            return false;
        if (kind != QB_TABLE)
            continue;
        const Live *l = &run->live[run->plan->step_of_node[o->node]];
        if (!run->o->gather && !write_table(run, i, l->value.table, pending, err))
            return false;
    }
    for (int i = 0; i < g->n_outputs; i++)
        if (pending[i].db && !qb_table_db_settle(pending[i].db, err))
            return false;
    return true;
}

/* The run's tables change hands: the result frees them. */
static void gather_tables(Run *run)
{
    const QbDag *g = run->plan->dag;
    for (int i = 0; i < g->n_outputs; i++) {
        const QbOutput *o = &g->outputs[i];
        if (o->format != QB_FORMAT_PRINT && qb_dag_at(g, o->node)->type.kind == QB_TABLE)
            run->r->outputs[i].table = run->live[run->plan->step_of_node[o->node]].value.table;
    }
    for (int i = 0; i < g->n_outputs; i++)
        if (run->r->outputs[i].table)
            run->live[run->plan->step_of_node[g->outputs[i].node]].value.table = NULL;
}

static bool add_head(Run *run, int output, QbErr *err)
{
    const QbDag *g = run->plan->dag;
    QbNodeId node = g->outputs[output].node;
    if (qb_dag_at(g, node)->type.kind != QB_TABLE)
        return true;
    QbTable *table = run->live[run->plan->step_of_node[node]].value.table;
    QbText t = {0};
    run->r->outputs[output].rows = table->n_rows;
    if (!run->o->head_rows)
        return true;
    bool ok = qb_print_table(table, run->o->head_rows, &t, err);
    run->r->outputs[output].head = t.s;
    if (ok && run->o->show)
        ok = qb_show_rows(table, run->o->head_rows, &run->r->outputs[output].cells, err);
    return ok;
}

/* Gives what is pending its name. */
static bool commit(Pending *p, QbErr *err)
{
    bool ok = !p->file || qb_atomic_commit(p->file, err);
    if (ok && p->db)
        return qb_table_db_commit(p->db, err);
    qb_table_db_abort(p->db);
    return ok;
}

static void drop_pending(Pending *p)
{
    qb_atomic_abort(p->file);
    qb_table_db_abort(p->db);
}

static bool note_output(Run *run, const Pending *p, int i, QbErr *err)
{
    const QbDag *g = run->plan->dag;
    QbOutputDone *r = &run->r->outputs[i];
    r->path = g->outputs[i].path;
    r->kind = kind_of(&qb_dag_at(g, g->outputs[i].node)->type);
    r->bytes = p->file ? qb_atomic_size(p->file) : qb_table_db_size(p->shared);
    if (p->file || p->db) /* tables of one database are counted once */
        run->r->bytes_written += r->bytes;
    return add_head(run, i, err);
}

bool qb_outputs_commit(Run *run, QbErr *err)
{
    int n = run->plan->dag->n_outputs;
    Pending *pending = qb_xcalloc((size_t)n + 1, sizeof(*pending));
    bool ok = finish_files(run, pending, err) && qb_show_sizes(run, err);
    for (int i = 0; ok && i < n; i++)
        if (pending[i].file || pending[i].shared)
            ok = note_output(run, &pending[i], i, err);
    /* Parts of images leave the checkpoint: from here on there is nothing to go on from. */
    if (ok && run->o->checkpoint)
        qb_checkpoint_over(run->o->checkpoint);
    /* All bytes are on the disk by now: what is left is to give each file its name. */
    for (int i = 0; i < n; i++) {
        if (ok)
            ok = commit(&pending[i], err);
        else
            drop_pending(&pending[i]);
    }
    free(pending);
    if (ok && run->o->gather)
        gather_tables(run);
    return ok;
}
