/* What a second thread would have done. A run on one thread does not show which of its time is serial: the scheduler works
 * depth first, so while a page is read nothing else is ready, although it would have been had two threads shared the work.
 * So the pass is gone through once more, in numbers only: the same order of tasks, the rings of the same plan, two workers,
 * and the times per voxel that were measured. Time in which one of them works and the other finds nothing is serial. */
#include "runtime/parts.h"

enum { VIRTUAL = 2 };

typedef struct Worked {
    Task task;
    double end; /* in the time of the replay; < 0: idle */
} Worked;

static double seconds_of(const Run *run, const Task *t)
{
    const QbStepTime *m = &run->r->steps[t->l->step->id];
    if (t->tile < 0)
        return m->merges ? m->merge / (double)m->merges : 0;
    QbBox b = qb_step_tile(t->l->step, t->f->a, t->f->b, t->tile);
    double voxels = (double)((b.hi[0] - b.lo[0]) * (b.hi[1] - b.lo[1]) * (b.hi[2] - b.lo[2]));
    return m->voxels > 0 ? (m->busy - m->merge) * voxels / (double)m->voxels : 0;
}

static void hand_out(Run *run, Ready *c, Worked w[VIRTUAL], int n, double now)
{
    for (int k = 0; k < n; k++)
        if (w[k].end < 0 && qb_ready_pick(c, true, &w[k].task))
            w[k].end = now + seconds_of(run, &w[k].task);
}

static int first_done(const Worked w[VIRTUAL])
{
    int first = -1;
    for (int k = 0; k < VIRTUAL; k++)
        if (w[k].end >= 0 && (first < 0 || w[k].end < w[first].end))
            first = k;
    return first;
}

static void replay_pass(Run *run, int pass)
{
    Ready c;
    Worked w[VIRTUAL] = {{.end = -1}, {.end = -1}};
    int n = qb_sched_threads(run, pass, VIRTUAL);
    double now = 0;
    qb_ready_open(&c, run, pass);
    while (c.n_finished < c.n) {
        hand_out(run, &c, w, n, now);
        int k = first_done(w);
        if (k < 0)
            QB_BUG("no task of the replay is ready and none is running");
        if (w[1 - k].end < 0)
            run->serial[w[k].task.l->step->id] += w[k].end - now;
        now = w[k].end;
        w[k].end = -1;
        qb_ready_complete(&c, &w[k].task);
    }
    qb_ready_close(&c);
}

void qb_replay(Run *run)
{
    for (int pass = 0; pass < run->plan->n_passes; pass++) {
        for (int i = 0; i < run->plan->n_steps; i++)
            if (run->plan->steps[i].pass == pass && qb_step_runs(&run->plan->steps[i]))
                qb_ready_rewind(&run->live[i]);
        qb_users_link(run, pass);
        replay_pass(run, pass);
        qb_users_unlink(run, pass);
    }
}
