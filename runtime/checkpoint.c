/* States of a pass on their way into a checkpoint and back, and when that is worth its time. A pass is saved between two
 * quanta of every step, when no task is at work: folds and sinks tell how far they are and what they hold; rings are not
 * saved, for what they held is computed again from the first index that somebody still needs. */
#include "runtime/checkpoint_parts.h"

#include "core/sha256.h"
#include "core/spill.h"
#include "core/text.h"
#include "runtime/deflate.h"
#include "runtime/thumb.h"

#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVERY      3.0   /* seconds between two */
#define SHARE      40.0  /* a checkpoint takes one part of so many of the time: 2.5 % */
#define FIRST_RATE 200e6 /* bytes a second, before one was measured */
enum { BLOCK = 1 << 18 };

static bool is_kept(const QbStep *s, int pass)
{
    return s->pass == pass && (s->kind == QB_STEP_FOLD || s->kind == QB_STEP_SINK);
}

/* ---- does it fit ------------------------------------------------------------------------------------ */

/* What the order of states and their domains depend on; not chunks, threads, or where images are stored. */
static void hash_plan(const QbPlan *plan, char hex[65])
{
    QbText t = {0};
    for (int i = 0; i < plan->n_steps; i++) {
        const QbStep *s = &plan->steps[i];
        qb_text_addf(&t, "%d %s.%d %d %d %d%d%d %d", s->kind, s->op ? s->op->name : "",
                     s->op ? s->op->version : 0, s->pass, s->output, s->type.kind, s->type.pix,
                     s->wants_image, s->n_intervals);
        for (int a = 0; a < 3; a++)
            qb_text_addf(&t, " %" PRId64 ":%" PRId64, s->box.lo[a], s->box.hi[a]);
        for (int v = 0; v < s->n_intervals; v++)
            qb_text_addf(&t, " %" PRId64 "-%" PRId64, s->interval[v].lo, s->interval[v].hi);
        for (int k = 0; k < s->n_in; k++)
            qb_text_addf(&t, " <%d", s->in[k]);
        qb_text_add(&t, "\n");
    }
    qb_sha256_hex(t.s ? t.s : "", t.n, hex);
    qb_text_free(&t);
}

static bool can_keep(const QbPlan *plan, int pass)
{
    for (int i = 0; i < plan->n_steps; i++) {
        const QbStep *s = &plan->steps[i];
        if (s->pass == pass && s->kind == QB_STEP_FOLD && !s->op->fold->keep &&
            !s->op->fold->is_flat)
            return false;
    }
    return true;
}

void qb_checkpoint_fit(QbCheckpoint *c, const QbPlan *plan, QbCheckpointFound *found)
{
    char hex[65];
    hash_plan(plan, hex);
    *found = (QbCheckpointFound){.damaged = c->damaged, .n_passes = plan->n_passes};
    for (int pass = 0; pass < plan->n_passes && pass < QB_MOST_PASSES; pass++)
        c->can[pass] = can_keep(plan, pass);
    found->other_plan = c->plan[0] && strcmp(c->plan, hex) != 0;
    if (found->other_plan)
        qb_checkpoint_drop(c);
    memcpy(c->plan, hex, sizeof(c->plan));
    for (int pass = 0; pass < plan->n_passes && pass < QB_MOST_PASSES; pass++) {
        if (!c->kept[pass].there)
            continue;
        found->any = true;
        found->pass = pass;
        found->fraction = c->kept[pass].fraction;
    }
    c->last = qb_now();
    c->next = c->last + (c->fixed ? c->every : EVERY);
    c->rate = FIRST_RATE;
}

/* ---- parts of a state ------------------------------------------------------------------------------- */

/* The state of one step on its way. */
typedef struct Keeper {
    QbKeep keep; /* first */
    QbCheckpoint *c;
    Stream *s;
    int64_t count; /* bytes that would be written, where there is no stream */
    int pass, step, n_grown;
} Keeper;

static bool bytes(QbKeep *keep, void *bytes, size_t n, QbErr *err)
{
    Keeper *k = (Keeper *)keep;
    k->count += (int64_t)n;
    if (!k->s)
        return true;
    return keep->loading ? qb_stream_read(k->s, bytes, n, err)
                         : qb_stream_write(k->s, bytes, n, err);
}

static bool open_part(const QbCheckpoint *c, Part *p, QbErr *err)
{
    char path[QB_MAX_PATH];
    if (p->kept.fd >= 0)
        return true;
    qb_checkpoint_path(c, p->name, path);
    p->own_file = true;
    p->kept.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    return (p->kept.fd >= 0 && ftruncate(p->kept.fd, p->kept.size) == 0) ||
           qb_checkpoint_fail(path, err);
}

static bool save_grown(Part *p, int64_t size, const QbGrown *g, QbErr *err)
{
    unsigned char *block = qb_xmalloc(BLOCK);
    bool ok = true;
    while (ok && p->kept.size < size) {
        size_t n = (size_t)qb_min64(BLOCK, size - p->kept.size);
        ok = g->read(g->ctx, p->kept.size, block, n, err) &&
             qb_spill_write(p->kept.fd, p->kept.size, block, n, err);
        if (!ok)
            break;
        p->kept.crc = qb_crc32(p->kept.crc, block, n);
        p->kept.size += (int64_t)n;
    }
    free(block);
    return ok;
}

static bool load_grown(const Part *p, int64_t size, const QbGrown *g, QbErr *err)
{
    unsigned char *block = qb_xmalloc(BLOCK);
    bool ok = true;
    for (int64_t at = 0; ok && at < size; at += BLOCK) {
        size_t n = (size_t)qb_min64(BLOCK, size - at);
        ok = qb_spill_read(p->kept.fd, at, block, n, err) && g->write(g->ctx, at, block, n, err);
    }
    free(block);
    return ok;
}

static bool grown(QbKeep *keep, int64_t size, const QbGrown *g, QbErr *err)
{
    Keeper *k = (Keeper *)keep;
    char name[PART_NAME];
    snprintf(name, sizeof(name), "part-%d-%d-%d", k->pass, k->step, k->n_grown++);
    Part *p = qb_checkpoint_part(k->c, name);
    if (!k->s) {
        k->count += size - (p ? p->kept.size : 0);
        return true;
    }
    if (!p)
        p = qb_checkpoint_add_part(k->c, name, k->pass);
    if (!open_part(k->c, p, err))
        return false;
    return keep->loading ? load_grown(p, p->kept.size, g, err) : save_grown(p, size, g, err);
}

static void out_name(const QbStep *s, char name[PART_NAME])
{
    snprintf(name, PART_NAME, "out-%d", s->output);
}

static bool keep_sink(Keeper *k, Live *l, QbErr *err)
{
    char name[PART_NAME];
    QbKept kept;
    out_name(l->step, name);
    if (!qb_writer_keep(l->state, &k->keep, &kept, err) || !qb_thumb_keep(l->thumb, &k->keep, err))
        return false;
    if (!k->s || k->keep.loading)
        return true;
    Part *p = qb_checkpoint_part(k->c, name);
    if (!p)
        p = qb_checkpoint_add_part(k->c, name, k->pass);
    p->kept = kept;
    return true;
}

static int64_t end_of(const Live *l)
{
    const QbStep *s = l->step;
    return l->interval < s->n_intervals ? l->at : s->interval[s->n_intervals - 1].hi;
}

static bool keep_state(const Run *run, Keeper *k, Live *l, QbErr *err)
{
    const QbStep *s = l->step;
    const QbValue *values[QB_MAX_INPUTS];
    k->step = s->id;
    k->n_grown = 0;
    k->keep.end = end_of(l);
    if (s->kind == QB_STEP_SINK)
        return keep_sink(k, l, err);
    QbFoldCtx c = qb_exec_ctx(run, l, values);
    return s->op->fold->is_flat
               ? qb_keep_bytes(&k->keep, l->state, s->op->fold->state_bytes(&c), err)
               : s->op->fold->keep(&c, l->state, &k->keep, err);
}

/* ---- saving ----------------------------------------------------------------------------------------- */

/* What workers gathered goes into the state; they begin anew. */
static bool merge_partials(const Run *run, Live *l, QbErr *err)
{
    const QbFoldOps *ops = l->step->op->fold;
    const QbValue *values[QB_MAX_INPUTS];
    bool ok = true;
    if (ops->order != QB_FOLD_ANY || !ops->merge || !l->partial_used)
        return true;
    QbFoldCtx c = qb_exec_ctx(run, l, values);
    for (int w = 0; ok && w < run->threads; w++) {
        void *partial = l->partials + (size_t)w * l->partial_stride;
        if (l->partial_used[w])
            ok = ops->merge(&c, l->state, &partial, NULL, 1, err);
        l->partial_used[w] = false;
    }
    return ok;
}

static bool keep_all(const Run *run, Keeper *k, QbErr *err)
{
    for (int i = 0; i < run->plan->n_steps; i++) {
        Live *l = &run->live[i];
        if (!is_kept(l->step, k->pass))
            continue;
        if (l->step->kind == QB_STEP_FOLD && !k->keep.loading && !merge_partials(run, l, err))
            return false;
        if (!qb_keep_bytes(&k->keep, &l->published, sizeof(l->published), err))
            return false;
        if (k->keep.loading)
            qb_ready_seek(l, l->published);
        if (!keep_state(run, k, l, err))
            return false;
    }
    return true;
}

static double fraction_of(const Run *run, int pass)
{
    double done = 0, all = 0;
    for (int i = 0; i < run->plan->n_steps; i++) {
        if (!is_kept(&run->plan->steps[i], pass))
            continue;
        done += (double)run->live[i].published;
        all += (double)run->plan->steps[i].ticks;
    }
    return all > 0 ? done / all : 1;
}

double qb_checkpoint_next(const Run *run, int pass)
{
    const QbCheckpoint *c = run->o->checkpoint;
    return c && pass < QB_MOST_PASSES && c->can[pass] ? c->next : INFINITY;
}

bool qb_checkpoint_save(Run *run, int pass, bool anyhow, QbErr *err)
{
    QbCheckpoint *c = run->o->checkpoint;
    Keeper k = {.keep = {.bytes = bytes, .grown = grown}, .c = c, .pass = pass};
    double now = qb_now();
    if (!keep_all(run, &k, err))
        return false;
    double wait = SHARE * (double)k.count / c->rate;
    if (!anyhow && !c->fixed && now < c->last + wait) {
        c->next = c->last + wait;
        return true;
    }
    c->started = now;
    c->bytes = k.count;
    c->next = INFINITY;
    bool ok = qb_stream_create(c, pass, fraction_of(run, pass), &k.s, err) &&
              keep_all(run, &k, err) && qb_stream_end(k.s, c, pass, err);
    c->pending = ok ? pass : -1;
    c->saving = k.s;
    return ok;
}

bool qb_checkpoint_settle(Run *run, QbErr *err)
{
    QbCheckpoint *c = run->o->checkpoint;
    char name[PART_NAME], new[QB_MAX_PATH], path[QB_MAX_PATH];
    if (c->pending < 0)
        return true;
    qb_checkpoint_pass_name(c->pending, name);
    qb_checkpoint_path(c, name, path);
    qb_checkpoint_path(c, "pass.new", new);
    /* Some file systems cannot: then the sums tell. */
    for (int k = 0; k < c->n_parts; k++)
        if (c->parts[k].pass == c->pending && c->parts[k].kept.fd >= 0)
            fdatasync(c->parts[k].kept.fd);
    fdatasync(c->saving->fd);
    qb_stream_close(c->saving);
    c->saving = NULL;
    if (rename(new, path) != 0)
        return qb_checkpoint_fail(path, err);
    c->kept[c->pending].there = true;
    c->pending = -1;
    double cost = qb_now() - c->started;
    c->rate = fmax((double)c->bytes, 1e6) / fmax(cost, 1e-4);
    c->last = qb_now();
    c->next = c->last + (c->fixed ? c->every : fmax(EVERY, SHARE * cost));
    return true;
}

/* ---- going on --------------------------------------------------------------------------------------- */

const char *qb_checkpoint_out(const Run *run, const QbStep *s, char path[QB_MAX_PATH],
                              const QbKept **resume)
{
    const QbCheckpoint *c = run->o->checkpoint;
    char name[PART_NAME];
    *resume = NULL;
    if (!c || s->pass >= QB_MOST_PASSES || !c->can[s->pass])
        return NULL;
    out_name(s, name);
    qb_checkpoint_path(c, name, path);
    const Part *p = qb_checkpoint_part(run->o->checkpoint, name);
    if (c->kept[s->pass].there && p)
        *resume = &p->kept;
    return path;
}

/* Rings begin where those that read them go on. Steps are in topological order. */
static void seek_rings(Run *run, int pass)
{
    for (int i = run->plan->n_steps - 1; i >= 0; i--) {
        Live *l = &run->live[i];
        if (l->step->pass == pass && qb_step_has_ring(l->step))
            qb_ready_seek(l, qb_ready_released(run, l));
    }
}

bool qb_checkpoint_load(Run *run, int pass, QbErr *err)
{
    QbCheckpoint *c = run->o->checkpoint;
    Keeper k = {.keep = {.loading = true, .bytes = bytes, .grown = grown}, .c = c, .pass = pass};
    if (!c || pass >= QB_MOST_PASSES || !c->kept[pass].there)
        return true;
    bool ok = qb_stream_open(c, pass, &k.s, err) && keep_all(run, &k, err);
    qb_stream_close(k.s);
    if (ok)
        seek_rings(run, pass);
    return ok;
}
