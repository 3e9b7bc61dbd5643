/* How many indices each ring must hold. One legal order of all quanta is walked through (sinks and folds in turn, first the one
 * that needs least of the sources, each pulling what it needs), and the widest spread of every ring is kept. Running a quantum never makes
 * another one impossible, so with rings of that size any order that the scheduler takes reaches the end too. Where the walk
 * repeats itself it leaps: the work does not grow with the number of quanta. */
#include "compiler/plan_parts.h"

#include <math.h>
#include <string.h>

typedef struct Cursor {
    int interval;   /* of the next quantum */
    int64_t at;     /* its first index */
    int64_t done;   /* ticks that are computed */
    int64_t spread; /* widest so far */
} Cursor;

/* How far the sources must be read, as a part of them, for index i of a step: at0 + more * i. */
typedef struct Reach {
    double at0, more;
} Reach;

typedef struct Walk {
    Planner *p;
    Cursor *cursor;
    Reach *reach;
    int *user_start, *user; /* consumers of each step's ring, CSR of step ids */
    int *user_input;
    Cursor *before; /* as the cursors were `steps` picks ago; taken anew after `period` picks */
    int64_t steps, period;
    int *left; /* per pass: sinks and folds that are not at their end */
} Walk;

static bool at_end(const Walk *w, int id)
{
    return w->cursor[id].interval >= w->p->steps[id].n_intervals;
}

static QbBox box_at(const QbStep *s, int interval, int64_t at)
{
    QbBox box = s->box;
    box.lo[0] = at;
    box.hi[0] = qb_step_quantum_end(s, &s->interval[interval], at);
    return box;
}

static QbBox next_box(const Walk *w, int id)
{
    return box_at(&w->p->steps[id], w->cursor[id].interval, w->cursor[id].at);
}

/* First tick of step `id` that some consumer still needs. */
static int64_t released(const Walk *w, int id)
{
    const QbStep *s = &w->p->steps[id];
    int64_t low = s->ticks;
    for (int u = w->user_start[id]; u < w->user_start[id + 1]; u++) {
        int c = w->user[u];
        if (at_end(w, c))
            continue;
        QbBox box = next_box(w, c), need;
        qb_step_need(&w->p->steps[c], w->user_input[u], &box, &need, NULL);
        if (!qb_box_is_empty(&need))
            low = qb_min64(low, qb_step_tick(s, need.lo[0]));
    }
    return low;
}

static void run_next(Walk *w, int id);

static void pull(Walk *w, int id, int64_t ticks)
{
    while (w->cursor[id].done < ticks && !at_end(w, id))
        run_next(w, id);
}

static bool from_ring(const Walk *w, const QbStep *s, int k)
{
    return s->in[k] >= 0 && !s->in_random[k] && qb_step_has_ring(&w->p->steps[s->in[k]]) &&
           (s->kind == QB_STEP_KERNEL || s->kind == QB_STEP_FOLD || s->kind == QB_STEP_SINK);
}

static void run_next(Walk *w, int id)
{
    const QbStep *s = &w->p->steps[id];
    Cursor *c = &w->cursor[id];
    QbBox box = next_box(w, id), need;
    for (int k = 0; k < s->n_in; k++) {
        if (!from_ring(w, s, k))
            continue;
        qb_step_need(s, k, &box, &need, NULL);
        if (!qb_box_is_empty(&need))
            pull(w, s->in[k], qb_step_tick(&w->p->steps[s->in[k]], need.hi[0] - 1) + 1);
    }
    c->done += box.hi[0] - box.lo[0];
    c->at = box.hi[0];
    if (c->at >= s->interval[c->interval].hi) {
        c->interval++;
        if (c->interval < s->n_intervals)
            c->at = s->interval[c->interval].lo;
    }
    /* What nobody needs has a place as well while it is written: quanta in flight must not share one. */
    int64_t kept = qb_min64(released(w, id), c->done - (box.hi[0] - box.lo[0]));
    c->spread = qb_max64(c->spread, c->done - kept);
}

static void find_users(Walk *w)
{
    Planner *p = w->p;
    w->user_start = QB_NEW_N(p->arena, int, p->n_steps + 2);
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < p->n_steps; i++) {
            const QbStep *s = &p->steps[i];
            for (int k = 0; k < s->n_in; k++) {
                if (!from_ring(w, s, k))
                    continue;
                if (pass == 0) {
                    w->user_start[s->in[k] + 2]++;
                    continue;
                }
                int at = w->user_start[s->in[k] + 1]++;
                w->user[at] = i;
                w->user_input[at] = k;
            }
        }
        if (pass == 1)
            break;
        for (int i = 0; i < p->n_steps; i++)
            w->user_start[i + 2] += w->user_start[i + 1];
        w->user = QB_NEW_N(p->arena, int, w->user_start[p->n_steps + 1] + 1);
        w->user_input = QB_NEW_N(p->arena, int, w->user_start[p->n_steps + 1] + 1);
    }
}

/* ---- reaches ---------------------------------------------------------------------------------------- */

static double reach_at(const Walk *w, int id, int64_t i)
{
    return w->reach[id].at0 + w->reach[id].more * (double)i;
}

/* Of what step `id` needs of input k for index i. */
static double reach_through(const Walk *w, int id, int k, int64_t i)
{
    const QbStep *s = &w->p->steps[id];
    QbBox box = s->box, need;
    box.lo[0] = i;
    box.hi[0] = i + 1;
    qb_step_need(s, k, &box, &need, NULL);
    return qb_box_is_empty(&need) ? 0 : reach_at(w, s->in[k], need.hi[0] - 1);
}

/* Halos, which all have, do not count: steps that go side by side stay so, to the last bit. */
static Reach reach_by(const Walk *w, int id, int k)
{
    const QbStep *s = &w->p->steps[id];
    if (s->kind != QB_STEP_KERNEL || !s->op->need)
        return w->reach[s->in[k]];
    int64_t first = s->interval[0].lo, last = s->interval[s->n_intervals - 1].hi - 1;
    double low = reach_through(w, id, k, first), high = reach_through(w, id, k, last);
    double more = last > first ? fmax(0, (high - low) / (double)(last - first)) : 0;
    return (Reach){low - more * (double)first, more};
}

/* A step comes after those that it reads. */
static void find_reaches(Walk *w)
{
    for (int i = 0; i < w->p->n_steps; i++) {
        const QbStep *s = &w->p->steps[i];
        if (!qb_step_runs(s) || !s->n_intervals)
            continue;
        double last = (double)s->interval[s->n_intervals - 1].hi, far = -1;
        w->reach[i] = (Reach){0, 1 / (double)(s->type.n[0] + 1)};
        for (int k = 0; k < s->n_in; k++) {
            if (!from_ring(w, s, k))
                continue;
            Reach r = reach_by(w, i, k);
            if (r.at0 + r.more * last > far)
                w->reach[i] = r;
            far = fmax(far, r.at0 + r.more * last);
        }
    }
}

/* ---- leaps ------------------------------------------------------------------------------------------ */

/* A period are the picks since `before` if every step has gone on by whole quanta, and all that it needs next by as many ticks
 * as its producers. Away from the ends of the intervals needs are linear, so the same picks are legal again and again, with
 * the same spreads. */

static int64_t moved(const Walk *w, int id)
{
    return w->cursor[id].done - w->before[id].done;
}

/* First and last tick of what step `id` needs of input k when it has gone on by `periods` since `before`. */
static void needed_ticks(const Walk *w, int id, int k, int64_t periods, int64_t ticks[2])
{
    const QbStep *s = &w->p->steps[id], *in = &w->p->steps[s->in[k]];
    const Cursor *c = &w->before[id];
    QbBox box = box_at(s, c->interval, c->at + periods * moved(w, id)), need;
    qb_step_need(s, k, &box, &need, NULL);
    ticks[0] = qb_step_tick(in, need.lo[0]);
    ticks[1] = qb_step_tick(in, qb_max64(need.lo[0], need.hi[0] - 1));
}

static bool is_linear(const QbStep *s)
{
    return s->kind != QB_STEP_KERNEL || !s->op->need || s->op->linear_need;
}

/* What step `id` needs keeps pace with its producers over so many periods. */
static bool keeps_pace(const Walk *w, int id, int64_t periods)
{
    const QbStep *s = &w->p->steps[id];
    for (int k = 0; k < s->n_in && !at_end(w, id); k++) {
        int64_t first[2], then[2];
        if (!from_ring(w, s, k))
            continue;
        if (moved(w, id) && !is_linear(s))
            return false;
        needed_ticks(w, id, k, 0, first);
        int64_t way = periods * moved(w, s->in[k]);
        if (!moved(w, id) && first[0] > w->before[s->in[k]].done + way)
            continue; /* it waits for what lies further on */
        needed_ticks(w, id, k, periods, then);
        if (then[0] - first[0] != way || then[1] - first[1] != way)
            return false;
    }
    return true;
}

static bool all_keep_pace(const Walk *w, int64_t periods)
{
    for (int i = 0; i < w->p->n_steps; i++)
        if (qb_step_runs(&w->p->steps[i]) && !keeps_pace(w, i, periods))
            return false;
    return true;
}

static bool is_period(const Walk *w)
{
    for (int i = 0; i < w->p->n_steps; i++) {
        const QbStep *s = &w->p->steps[i];
        if (qb_step_runs(s) &&
            (w->cursor[i].interval != w->before[i].interval || moved(w, i) % s->quantum))
            return false;
    }
    return all_keep_pace(w, 1);
}

/* Periods before some step is less than one away from the end of its interval, or those that are least and most advanced
 * are further apart than a quantum. */
static int64_t most_periods(const Walk *w)
{
    int64_t most = INT64_MAX;
    double slow = INFINITY, fast = 0, apart = INFINITY;
    for (int i = 0; i < w->p->n_steps; i++) {
        const QbStep *s = &w->p->steps[i];
        const Cursor *c = &w->cursor[i];
        if (!qb_step_runs(s) || !moved(w, i))
            continue;
        most = qb_min64(most, (s->interval[c->interval].hi - s->quantum - c->at) / moved(w, i) - 1);
        if (s->kind != QB_STEP_FOLD && s->kind != QB_STEP_SINK)
            continue;
        double part = w->reach[i].more * (double)moved(w, i);
        slow = fmin(slow, part);
        fast = fmax(fast, part);
        apart = fmin(apart, w->reach[i].more * (double)s->quantum);
    }
    bool drifts = fast - slow > 0 && apart / (fast - slow) < (double)most;
    return drifts ? (int64_t)(apart / (fast - slow)) : most;
}

static bool leap(Walk *w)
{
    int64_t most = most_periods(w), can = 0;
    while (
        can <
        most) { /* one period that was walked, those that are left out, one that is walked again */
        int64_t mid = can + (most - can + 1) / 2;
        if (all_keep_pace(w, mid + 2))
            can = mid;
        else
            most = mid - 1;
    }
    for (int i = 0; i < w->p->n_steps; i++) {
        int64_t way = can * moved(w, i);
        w->cursor[i].at += way;
        w->cursor[i].done += way;
    }
    return can > 0;
}

/* Periods are found as Brent finds cycles: what is compared with is taken anew after 1, 2, 4 … picks. In a period each of the
 * sinks and folds that are `left` in the pass is picked. */
static bool leap_if_steady(Walk *w, int left)
{
    w->steps++;
    bool leapt = w->steps >= left && is_period(w) && leap(w);
    if (!leapt && w->steps < w->period)
        return false;
    memcpy(w->before, w->cursor, sizeof(*w->cursor) * (size_t)w->p->n_steps);
    w->period = leapt ? 1 : 2 * qb_min64(w->period, 1 << 20);
    w->steps = 0;
    return leapt;
}

/* ---- the walk --------------------------------------------------------------------------------------- */

/* Sinks and folds that are not at their end, first the one that reaches least far (of equals the earlier step): a binary heap. */
typedef struct Queue {
    int *id;      /* of steps */
    double *part; /* per step: its pass, and which part of the sources its next quantum needs */
    int n;
} Queue;

static bool comes_before(const Queue *q, int a, int b)
{
    return q->part[a] != q->part[b] ? q->part[a] < q->part[b] : a < b;
}

static void sink_down(Queue *q, int at)
{
    for (;;) {
        int best = at;
        for (int k = 2 * at + 1; k <= 2 * at + 2 && k < q->n; k++)
            if (comes_before(q, q->id[k], q->id[best]))
                best = k;
        if (best == at)
            return;
        int moved = q->id[at];
        q->id[at] = q->id[best];
        q->id[best] = moved;
        at = best;
    }
}

static void weigh(const Walk *w, Queue *q, int id)
{
    const QbStep *s = &w->p->steps[id];
    int64_t next = at_end(w, id) ? s->interval[0].lo : next_box(w, id).hi[0] - 1;
    q->part[id] = s->pass + fmin(1 - 0x1p-40, reach_at(w, id, next));
}

static void fill_queue(const Walk *w, Queue *q)
{
    int n = w->p->n_steps;
    q->n = 0;
    memset(w->left, 0, sizeof(*w->left) * (size_t)w->p->plan->n_passes);
    for (int i = 0; i < n; i++) {
        const QbStep *s = &w->p->steps[i];
        if ((s->kind != QB_STEP_FOLD && s->kind != QB_STEP_SINK) || at_end(w, i))
            continue;
        weigh(w, q, i);
        q->id[q->n++] = i;
        w->left[s->pass]++;
    }
    for (int k = q->n / 2 - 1; k >= 0; k--)
        sink_down(q, k);
}

static void walk(Walk *w)
{
    QbArena *arena = w->p->arena;
    size_t n = (size_t)w->p->n_steps + 1;
    Queue q = {.id = QB_NEW_N(arena, int, n), .part = QB_NEW_N(arena, double, n)};
    w->left = QB_NEW_N(arena, int, w->p->plan->n_passes + 1);
    fill_queue(w, &q);
    while (q.n) {
        int i = q.id[0];
        int *left = &w->left[w->p->steps[i].pass];
        run_next(w, i);
        weigh(w, &q, i);
        *left -= at_end(w, i);
        if (at_end(w, i))
            q.id[0] = q.id[--q.n];
        sink_down(&q, 0);
        if (leap_if_steady(w, *left))
            fill_queue(w, &q);
    }
}

void qb_plan_rings(Planner *p)
{
    Walk w = {.p = p,
              .cursor = QB_NEW_N(p->arena, Cursor, p->n_steps),
              .before = QB_NEW_N(p->arena, Cursor, p->n_steps),
              .reach = QB_NEW_N(p->arena, Reach, p->n_steps + 1),
              .period = 1};
    find_users(&w);
    for (int i = 0; i < p->n_steps; i++)
        if (qb_step_runs(&p->steps[i]) && p->steps[i].n_intervals)
            w.cursor[i].at = p->steps[i].interval[0].lo;
    memcpy(w.before, w.cursor, sizeof(*w.cursor) * (size_t)p->n_steps);
    find_reaches(&w);
    walk(&w);
    for (int i = 0; i < p->n_steps; i++) {
        QbStep *s = &p->steps[i];
        if (qb_step_has_ring(s))
            s->ring = qb_min64(s->ticks, w.cursor[i].spread + s->quantum * (s->depth - 1));
    }
}
