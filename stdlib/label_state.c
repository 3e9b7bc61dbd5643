/* The label engine's state: what it costs, how it begins and ends, labels from slots, the table. */
#include "stdlib/label_state.h"

#include <stdlib.h>

/* ---- sizes ------------------------------------------------------------------------------------------ */

/* What one growing log or column keeps in memory when it will never hold more than `worst` bytes. */
static size_t share(const QbRunEnv *env, double worst)
{
    const double page = 64 << 10; /* the least that a column keeps */
    double most = (double)env->spill_above > page ? (double)env->spill_above : page;
    return (size_t)(worst + page < most ? worst + page : most);
}

/* Beams of one layer: cuts at odd rows make beams of one row, so two in three rows is the worst of tiles of 2 rows or
 * more. */
static int64_t beams_of_layer(const QbBeams *b, int64_t ny)
{
    return b->by == 1 ? ny : 2 * ny / 3 + 2;
}

size_t qb_label_state_bytes(const QbFoldCtx *c, const QbBeams *b)
{
    const int64_t *lo = c->domain.lo, *hi = c->domain.hi;
    int64_t ny = hi[1] - lo[1], nx = hi[2] - lo[2], beams = beams_of_layer(b, ny),
            runs = beams * ((nx + 1) / 2);
    size_t bytes = sizeof(QbLabelState);
    bytes += (size_t)ny * sizeof(uint32_t) + (size_t)(ny + 1) * sizeof(uint32_t);
    bytes += (size_t)runs * (2 * sizeof(int64_t) + 3 * sizeof(uint32_t));
    bytes += 2 * (size_t)(ny * qb_label_pitch(nx)) * sizeof(uint64_t);
    double voxels = (double)(hi[0] - lo[0]) * (double)ny * (double)nx;
    double slots = voxels / (b->solid ? 2 : 4); /* more components than that do not fit */
    bytes += share(c->env, slots * 8);
    if (c->wants_image) {
        /* Tiles of one slice have beams of one slice. Heads and rows. */
        double layers = (double)(hi[0] - lo[0]), rows = layers * (double)ny;
        double all_runs = layers * (double)runs * sizeof(uint32_t) +
                          2 * rows * (double)qb_label_pitch(nx) * sizeof(uint64_t);
        bytes += share(c->env, slots * 8) + share(c->env, all_runs);
        bytes += share(c->env, slots * 8) + share(c->env, slots * 4) + share(c->env, voxels / 1024);
    }
    return bytes;
}

/* Beside the tile itself, one entry of `parent` and of `mark` for each component: the merge that needs them comes
 * when the partial is there. */
size_t qb_label_partial_bytes(const QbBeams *b, int64_t ni, int64_t ny, int64_t nx)
{
    int64_t beams = (ni + b->bz - 1) / b->bz * ((ny + b->by - 1) / b->by);
    return qb_label_tile_bytes(b, ni, ny, nx) +
           (size_t)(beams * ((nx + 1) / 2)) * 2 * sizeof(uint32_t);
}

/* ---- life ------------------------------------------------------------------------------------------- */

bool qb_label_open(const QbFoldCtx *c, const QbBeams *b, QbLabelState **state, QbErr *err)
{
    QbLabelState *s = qb_xcalloc(1, sizeof(*s));
    s->env = *c->env;
    s->beams = *b;
    s->cpu = c->cpu->label;
    s->wants_image = c->wants_image;
    s->domain = c->domain;
    s->ny = c->domain.hi[1] - c->domain.lo[1];
    s->nx = c->domain.hi[2] - c->domain.lo[2];
    s->pitch = qb_label_pitch(s->nx);
    s->live.i = -1;
    s->live.beam = calloc((size_t)s->ny, sizeof(uint32_t));
    s->live.start = calloc((size_t)s->ny + 1, sizeof(uint32_t));
    s->live.bits = calloc((size_t)(s->ny * s->pitch), sizeof(uint64_t));
    s->live.heads = calloc((size_t)(s->ny * s->pitch), sizeof(uint64_t));
    s->voxels = qb_column_new(&s->env);
    if (s->wants_image) {
        s->forward = qb_column_new(&s->env);
        s->runs = qb_log_new(&s->env);
        s->slots = qb_log_new(&s->env);
        s->labels = qb_log_new(&s->env);
        s->index = qb_log_new(&s->env);
    }
    if (!s->live.beam || !s->live.start || !s->live.bits || !s->live.heads) {
        qb_label_close(s);
        return qb_err_set(err, "out of memory: labelling needs room for one slice");
    }
    *state = s;
    return true;
}

static void free_live(QbLabelState *s)
{
    QbLiveSet *l = &s->live;
    free(l->bits);
    free(l->heads);
    free(l->beam);
    free(l->start);
    free(l->comp);
    free(l->slot);
    free(l->root_slot);
    free(s->parent);
    free(s->mark);
    *l = (QbLiveSet){.i = -1};
    s->parent = s->mark = NULL;
    s->node_cap = 0;
}

void qb_label_close(QbLabelState *s)
{
    if (!s)
        return;
    free_live(s);
    qb_column_free(s->voxels);
    qb_column_free(s->forward);
    qb_log_free(s->runs);
    qb_log_free(s->slots);
    qb_log_free(s->labels);
    qb_log_free(s->index);
    free(s);
}

/* ---- numbering -------------------------------------------------------------------------------------- */

/* One ascending sweep: a slot that lost follows a smaller one, which has its label by then. */
static bool number_slots(QbLabelState *s, QbErr *err)
{
    int64_t n = 0, voxels, label;
    for (int64_t slot = 0; slot < s->n_slots; slot++) {
        if (!qb_column_get(s->voxels, slot, &voxels, err))
            return false;
        n += voxels > 0;
        if (!s->forward)
            continue;
        label = n;
        if (voxels == 0) {
            int64_t winner;
            if (!qb_column_get(s->forward, slot, &winner, err) ||
                !qb_column_get(s->forward, winner, &label, err))
                return false;
        }
        if (!qb_column_set(s->forward, slot, label, err))
            return false;
    }
    s->n_labels = n;
    if (n > UINT32_MAX)
        return qb_err_set(err, "%lld objects: labels hold at most %u", (long long)n, UINT32_MAX);
    return true;
}

/* The tables of slots become tables of labels, which any thread can read. */
static bool write_labels(QbLabelState *s, QbErr *err)
{
    int64_t slot[512];
    uint32_t label[512];
    for (int64_t from = 0; from < s->n_comps; from += 512) {
        size_t n = (size_t)qb_min64(512, s->n_comps - from);
        if (!qb_log_read(s->slots, from * (int64_t)sizeof(*slot), slot, n * sizeof(*slot), err))
            return false;
        for (size_t k = 0; k < n; k++) {
            int64_t v;
            if (!qb_column_get(s->forward, slot[k], &v, err))
                return false;
            label[k] = (uint32_t)v;
        }
        if (!qb_log_append(s->labels, label, n * sizeof(*label), NULL, err))
            return false;
    }
    return true;
}

bool qb_label_finish(QbLabelState *s, QbErr *err)
{
    free_live(s);
    if (!number_slots(s, err))
        return false;
    if (!s->wants_image)
        return true;
    if (!write_labels(s, err))
        return false;
    qb_column_free(s->forward);
    qb_log_free(s->slots);
    s->forward = NULL;
    s->slots = NULL;
    return true;
}

bool qb_label_rows(QbLabelState *s, QbTable *t, QbErr *err)
{
    int64_t row = 0, voxels;
    for (int64_t slot = 0; slot < s->n_slots; slot++) {
        if (!qb_column_get(s->voxels, slot, &voxels, err))
            return false;
        if (voxels == 0)
            continue;
        if (!qb_table_put_whole(t, row, 0, row + 1, err) ||
            !qb_table_put_whole(t, row, 1, voxels, err))
            return false;
        row++;
    }
    return true;
}
