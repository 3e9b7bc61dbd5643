/* How many indices each ring must hold. One legal order of all quanta is walked through (sinks and folds in turn, the least
 * advanced first, each pulling what it needs), and the widest spread of every ring is kept. Running a quantum never makes
 * another one impossible, so with rings of that size any order that the scheduler takes reaches the end too. */
#include "compiler/plan_parts.h"

typedef struct Cursor {
    int interval;   /* of the next quantum */
    int64_t at;     /* its first index */
    int64_t done;   /* ticks that are computed */
    int64_t spread; /* widest so far */
} Cursor;

typedef struct Walk {
    Planner *p;
    Cursor *cursor;
    int *user_start, *user; /* consumers of each step's ring, CSR of step ids */
    int *user_input;
} Walk;

static bool at_end(const Walk *w, int id)
{
    return w->cursor[id].interval >= w->p->steps[id].n_intervals;
}

static QbBox next_box(const Walk *w, int id)
{
    const QbStep *s = &w->p->steps[id];
    const Cursor *c = &w->cursor[id];
    QbBox box = s->box;
    box.lo[0] = c->at;
    box.hi[0] = qb_step_quantum_end(s, &s->interval[c->interval], c->at);
    return box;
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
    c->spread = qb_max64(c->spread, c->done - released(w, id));
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

/* Sinks and folds that are not at their end, the least advanced first (of equals the earlier step): a binary heap. */
typedef struct Queue {
    int *id;      /* of steps */
    double *part; /* per step: its pass, and which part of it is done */
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
    q->part[id] = s->pass + (double)w->cursor[id].done / (double)(s->ticks + 1);
}

static void fill_queue(const Walk *w, Queue *q)
{
    int n = w->p->n_steps;
    q->id = QB_NEW_N(w->p->arena, int, n + 1);
    q->part = QB_NEW_N(w->p->arena, double, n + 1);
    for (int i = 0; i < n; i++) {
        const QbStep *s = &w->p->steps[i];
        if ((s->kind != QB_STEP_FOLD && s->kind != QB_STEP_SINK) || at_end(w, i))
            continue;
        weigh(w, q, i);
        q->id[q->n++] = i;
    }
    for (int k = q->n / 2 - 1; k >= 0; k--)
        sink_down(q, k);
}

static void walk(Walk *w)
{
    Queue q = {0};
    fill_queue(w, &q);
    while (q.n) {
        int i = q.id[0];
        run_next(w, i);
        weigh(w, &q, i);
        if (at_end(w, i))
            q.id[0] = q.id[--q.n];
        sink_down(&q, 0);
    }
}

void qb_plan_rings(Planner *p)
{
    Walk w = {.p = p, .cursor = QB_NEW_N(p->arena, Cursor, p->n_steps)};
    find_users(&w);
    for (int i = 0; i < p->n_steps; i++)
        if (qb_step_runs(&p->steps[i]) && p->steps[i].n_intervals)
            w.cursor[i].at = p->steps[i].interval[0].lo;
    walk(&w);
    for (int i = 0; i < p->n_steps; i++) {
        QbStep *s = &p->steps[i];
        if (qb_step_has_ring(s))
            s->ring = qb_min64(s->ticks, w.cursor[i].spread + s->quantum * (s->depth - 1));
    }
}
