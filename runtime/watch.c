/* What is seen of a run while it goes: the tasks that were kept, how far it is and how long it will take, memory now and
 * then. Changes nothing of the run, and takes a bounded amount of memory however long it is. */
#include "runtime/parts.h"

#include <math.h>
#include <stdlib.h>

#define TELL_EVERY   0.1   /* seconds between two calls of `progress` */
#define SAMPLE_EVERY 0.005 /* between two looks at memory, at first */
#define MOST_SAMPLES 512

/* ---- tasks ------------------------------------------------------------------------------------------ */

/* A full buffer gives up its shortest tasks: the bound doubles until half of it is free. They are counted. */
static void coarsen(Worker *w)
{
    QbThreadTime *t = &w->thread;
    while (t->n_notes > w->most_notes / 2) {
        int64_t kept = 0;
        w->shortest = w->shortest > 0 ? 2 * w->shortest : 1e-6;
        for (int64_t k = 0; k < t->n_notes; k++) {
            if (t->notes[k].end - t->notes[k].start >= w->shortest)
                t->notes[kept++] = t->notes[k];
        }
        t->left_out += t->n_notes - kept;
        t->n_notes = kept;
    }
}

void qb_watch_keep(const Run *run, Worker *w, const QbTaskNote *n)
{
    QbThreadTime *t = &w->thread;
    int64_t most = qb_max64(run->o->trace_notes, 1024);
    w->most_notes = most;
    if (n->end - n->start < w->shortest) {
        t->left_out++;
        return;
    }
    if (t->n_notes == w->cap_notes && w->cap_notes < most) {
        w->cap_notes = qb_min64(most, w->cap_notes ? 2 * w->cap_notes : 256);
        t->notes = qb_xrealloc(t->notes, sizeof(*t->notes) * (size_t)w->cap_notes);
    }
    if (t->n_notes == most)
        coarsen(w);
    t->notes[t->n_notes++] = *n;
}

/* ---- how far it is ---------------------------------------------------------------------------------- */

static double total_voxels(const QbStep *s)
{
    return (double)s->ticks * (double)(s->box.hi[1] - s->box.lo[1]) *
           (double)(s->box.hi[2] - s->box.lo[2]);
}

/* Measured seconds for one that was planned, over all steps that did something. */
static double slowness(const Run *run)
{
    double measured = 0, planned = 0;
    for (int i = 0; i < run->plan->n_steps; i++) {
        const Live *l = &run->live[i];
        measured += l->seconds;
        planned += (double)l->voxels * l->step->cost * 1e-9;
    }
    return planned > 0 ? measured / planned : 1;
}

#define KNOWN 0.02 /* part of a step after which its own pace tells more than its planned cost */

/* Thread-seconds that a step still takes. */
static double remaining(const Live *l, double slow)
{
    double left = total_voxels(l->step) - (double)(l->voxels + l->skipped);
    if (left <= 0)
        return 0;
    if ((double)l->voxels < KNOWN * total_voxels(l->step))
        return left * l->step->cost * 1e-9 * slow;
    return left * l->seconds / (double)l->voxels;
}

void qb_watch_snapshot(Run *run, int pass, double now, QbProgress *p)
{
    double slow = slowness(run), done = 0, left = 0, most = -1, elapsed = now - run->began;
    int64_t voxels = 0;
    *p = (QbProgress){.pass = pass, .n_passes = run->plan->n_passes, .node = ""};
    for (int i = 0; i < run->plan->n_steps; i++) {
        const Live *l = &run->live[i];
        if (!qb_step_runs(l->step))
            continue;
        double r = remaining(l, slow);
        done += l->seconds;
        left += r;
        voxels +=
            l->step->kind == QB_STEP_SOURCE || l->step->kind == QB_STEP_REFILL ? l->voxels : 0;
        if (l->step->pass == pass && !l->finished && r > most) {
            most = r;
            p->node = l->step->label;
        }
    }
    p->fraction = done + left > 0 ? done / (done + left) : 0;
    if (p->fraction < run->fraction)
        p->fraction = run->fraction;
    run->fraction = p->fraction;
    p->left_s = done > 0 ? left * elapsed / done : 0;
    p->voxels_per_s = elapsed > 0 ? (double)voxels / elapsed : 0;
    run->next_look = INFINITY; /* until this look is over */
}

static void sample(Run *run, double now, size_t bytes)
{
    QbRunResult *r = run->r;
    if (r->n_samples == MOST_SAMPLES) {
        for (int k = 0; 2 * k < r->n_samples; k++)
            r->samples[k] = r->samples[2 * k];
        r->n_samples /= 2;
        run->sample_every *= 2;
    }
    r->samples[r->n_samples++] = (QbMemorySample){now - run->origin, bytes};
}

double qb_watch_tell(Run *run, double now, QbProgress *p)
{
    p->memory = qb_memory_resident();
    if (run->o->trace)
        sample(run, now, p->memory);
    if (run->o->progress && now >= run->next_tell) {
        run->next_tell = now + TELL_EVERY;
        run->o->progress(run->o->progress_ctx, p);
    }
    return now + (run->o->trace ? run->sample_every : TELL_EVERY);
}

/* ---- its life --------------------------------------------------------------------------------------- */

void qb_watch_open(Run *run)
{
    run->began = qb_now();
    run->sample_every = SAMPLE_EVERY;
    run->next_look = run->o->trace ? 0 : run->o->progress ? run->began + TELL_EVERY : INFINITY;
    run->next_tell = run->began + TELL_EVERY;
    if (run->o->trace)
        run->r->samples = qb_xcalloc(MOST_SAMPLES, sizeof(*run->r->samples));
}
