/* From nodes to steps: in which passes each node runs, what is stored between passes and what is computed again, and the list
 * of steps in topological order. A value that is measured (otsu) splits the run: what depends on it comes in a later pass. */
#include "compiler/opinfo.h"
#include "compiler/plan_parts.h"

#include <string.h>

#define MAX_PASSES 64
#define RECOMPUTE_NS \
    3.0               /* a voxel that costs less than this is computed again rather than stored */
#define SPILL_NS 25.0 /* one that costs more is worth a spill file */

typedef struct Level {
    int at; /* rasters and folds: their first pass; values: the pass before which they are there */
    uint64_t passes;  /* passes in which a raster streams */
    uint64_t refills; /* passes in which the state of a fold is streamed */
    double cost;      /* ns a voxel, with all that it takes to get there */
    bool live, stored, spilled, wants_image, random_store;
    int store_step, fold_step;
} Level;

typedef struct Steps {
    Planner *p;
    Level *lv;
    int n_passes;
    int *step_of;    /* [node * n_passes + pass] → step, or -1 */
    int *value_step; /* constants, scalars, folds: node → step */
} Steps;

static bool is_fold(const QbNode *n)
{
    return n->op && n->op->class == QB_OP_FOLD;
}
static bool is_raster(const QbNode *n)
{
    return qb_is_raster(n->type.kind);
}
static bool is_random(const QbDag *g, const QbNode *n)
{
    const QbType *in[QB_MAX_INPUTS];
    for (int k = 0; k < n->n_in; k++)
        in[k] = n->in[k] >= 0 ? &qb_dag_at(g, n->in[k])->type : NULL;
    return n->op && n->op->class == QB_OP_KERNEL && n->op->random && n->op->random(n->params, in);
}

static double own_cost(const QbDag *g, const QbNode *n)
{
    const QbType *in[QB_MAX_INPUTS];
    for (int k = 0; k < n->n_in; k++)
        in[k] = n->in[k] >= 0 ? &qb_dag_at(g, n->in[k])->type : NULL;
    return n->op && n->op->cost ? n->op->cost(n->params, in) : 0.5;
}

/* The first pass in which each node can run. */
static void find_levels(Steps *s)
{
    const QbDag *g = s->p->g;
    for (int i = 0; i < g->n_nodes; i++) {
        const QbNode *n = g->nodes[i];
        Level *l = &s->lv[i];
        if (!l->live || !n->op)
            continue;
        bool random = is_random(g, n);
        l->cost = own_cost(g, n);
        for (int k = 0; k < n->n_in; k++) {
            if (n->in[k] < 0)
                continue;
            const QbNode *x = qb_dag_at(g, n->in[k]);
            const Level *in = &s->lv[n->in[k]];
            int at = in->at;
            if (qb_node_is_scalar(g, n))
                at += is_fold(x);
            else if (is_raster(x))
                at += is_fold(x) || random;
            else
                at += is_fold(x);
            if (at > l->at)
                l->at = at;
            if (is_raster(x))
                l->cost += in->cost;
        }
    }
}

static int sink_level(const Steps *s, const QbOutput *o)
{
    const QbDag *g = s->p->g;
    const QbNodeId ids[3] = {o->node, o->low, o->high};
    int at = 0;
    for (int k = 0; k < 3; k++) {
        if (ids[k] < 0)
            continue;
        int l = s->lv[ids[k]].at + is_fold(qb_dag_at(g, ids[k]));
        at = l > at ? l : at;
    }
    return at;
}

static bool is_raster_sink(const QbDag *g, const QbOutput *o)
{
    return o->format != QB_FORMAT_PRINT && o->node >= 0 && is_raster(qb_dag_at(g, o->node));
}

/* Node `id` must be there as a stream in pass p. */
static void want(Steps *s, QbNodeId id, int p)
{
    const QbNode *n = qb_dag_at(s->p->g, id);
    Level *l = &s->lv[id];
    if (is_fold(n)) {
        l->refills |= 1ull << p;
        l->wants_image = true;
    } else {
        l->passes |= 1ull << p;
    }
}

static double raster_bytes(const QbType *t)
{
    return (double)t->n[0] * (double)t->n[1] * (double)t->n[2] * (double)qb_pix_bytes(t->pix);
}

/* A raster that several passes need is stored in the first and read back in the others, when that is cheaper than computing
 * it again and there is room. `room` is what may stay resident. */
static void settle_passes(Level *l, const QbType *t, double *room)
{
    if (__builtin_popcountll(l->passes) < 2)
        return;
    double bytes = raster_bytes(t);
    if (l->cost <= RECOMPUTE_NS || (bytes > *room && l->cost <= SPILL_NS))
        return;
    l->spilled = bytes > *room;
    if (!l->spilled)
        *room -= bytes;
    l->stored = true;
    int first = __builtin_ctzll(l->passes);
    l->refills = l->passes & ~(1ull << first);
    l->passes = 1ull << first;
}

static void want_inputs(Steps *s, int id)
{
    const QbDag *g = s->p->g;
    const QbNode *n = g->nodes[id];
    Level *l = &s->lv[id];
    bool random = is_random(g, n);
    for (int k = 0; k < n->n_in; k++) {
        if (n->in[k] < 0 || !is_raster(qb_dag_at(g, n->in[k])))
            continue;
        Level *in = &s->lv[n->in[k]];
        if (is_fold(n)) {
            want(s, n->in[k], l->at);
        } else if (random && is_fold(qb_dag_at(g, n->in[k]))) {
            in->wants_image = true;
        } else if (random) {
            in->random_store = true;
            in->passes |= 1ull << in->at;
        } else {
            for (int p = 0; p < s->n_passes; p++)
                if (l->passes >> p & 1)
                    want(s, n->in[k], p);
        }
    }
}

static void find_passes(Steps *s)
{
    const QbDag *g = s->p->g;
    double room = (double)s->p->o->memory / 4;
    for (int i = 0; i < g->n_outputs; i++)
        if (is_raster_sink(g, &g->outputs[i]))
            want(s, g->outputs[i].node, sink_level(s, &g->outputs[i]));
    for (int i = g->n_nodes - 1; i >= 0; i--) {
        const QbNode *n = g->nodes[i];
        if (!s->lv[i].live || !n->op || qb_node_is_scalar(g, n))
            continue;
        if (is_raster(n) && !is_fold(n)) {
            if (s->lv[i].random_store) { /* stored anyhow: other passes read it back */
                uint64_t first = 1ull << s->lv[i].at;
                s->lv[i].refills = s->lv[i].passes & ~first;
                s->lv[i].passes = first;
                s->lv[i].stored = true;
                s->lv[i].spilled = raster_bytes(&n->type) > room;
                if (!s->lv[i].spilled)
                    room -= raster_bytes(&n->type);
            } else {
                settle_passes(&s->lv[i], &n->type, &room);
            }
        }
        want_inputs(s, i);
    }
}

/* ---- making the steps ------------------------------------------------------------------------------- */

static const char *label_of(QbArena *arena, const QbNode *n)
{
    if (!n->op)
        return "number";
    return n->origin ? qb_arena_printf(arena, "%s: %s", n->origin, n->op->name) : n->op->name;
}

static QbStep *add_step(Steps *s, QbStepKind kind, const QbNode *n)
{
    Planner *p = s->p;
    QbStep zero = {.id = p->n_steps,
                   .kind = kind,
                   .node = n ? n->id : -1,
                   .output = -1,
                   .pass = -1,
                   .recompute = 1};
    for (int k = 0; k < QB_MAX_INPUTS; k++)
        zero.in[k] = -1;
    if (n) {
        zero.op = n->op;
        zero.params = n->params;
        zero.span = n->span;
        zero.type = n->type;
        zero.number = n->number;
        zero.label = label_of(p->arena, n);
        zero.n_in = n->n_in;
    }
    QB_PUSH(p->arena, p->steps, p->n_steps, p->cap_steps, zero);
    return &p->steps[p->n_steps - 1];
}

/* Inputs of a step that runs in pass `pass` (values: whenever they are there). */
static void connect(Steps *s, QbStep *step, const QbNode *n, int pass)
{
    const QbDag *g = s->p->g;
    bool random = is_random(g, n);
    for (int k = 0; k < n->n_in; k++) {
        if (n->in[k] < 0)
            continue;
        const QbNode *x = qb_dag_at(g, n->in[k]);
        const Level *in = &s->lv[n->in[k]];
        step->in_type[k] = &x->type;
        step->in_random[k] = random && is_raster(x);
        if (step->in_random[k])
            step->in[k] = is_fold(x) ? in->fold_step : in->store_step;
        else if (is_raster(x) && step->kind != QB_STEP_SCALAR)
            step->in[k] = s->step_of[n->in[k] * s->n_passes + pass];
        else
            step->in[k] = s->value_step[n->in[k]];
        QB_CHECK(step->in[k] >= 0);
    }
}

static int add_store(Steps *s, int producer, const Level *l, int pass)
{
    const QbDag *g = s->p->g;
    const QbOp *op = qb_op_find(g->ops, g->n_ops, "store");
    QB_CHECK(op != NULL);
    QbNode n = *qb_dag_at(g, s->p->steps[producer].node);
    QbStep *step = add_step(s, QB_STEP_FOLD, NULL);
    void *params = qb_arena_alloc(s->p->arena, op->param_size);
    *(bool *)qb_op_field(op, params, "spill") = l->spilled;
    step->op = op;
    step->params = params;
    step->label = "store";
    step->span = n.span;
    step->type = n.type;
    step->n_in = 1;
    step->in[0] = producer;
    step->in_type[0] = &qb_dag_at(g, n.id)->type;
    step->pass = pass;
    step->wants_image = true;
    return step->id;
}

static int add_refill(Steps *s, const QbNode *n, int from, int pass)
{
    QbStep *step = add_step(s, QB_STEP_REFILL, n);
    step->label = "read back";
    step->n_in = 1;
    step->in[0] = from;
    step->in_type[0] = &n->type;
    step->pass = pass;
    return step->id;
}

static void add_raster(Steps *s, int id, int pass)
{
    const QbNode *n = qb_dag_at(s->p->g, id);
    Level *l = &s->lv[id];
    QbStep *step = add_step(s, n->op->class == QB_OP_SOURCE ? QB_STEP_SOURCE : QB_STEP_KERNEL, n);
    step->pass = pass;
    step->recompute = __builtin_popcountll(l->passes);
    connect(s, step, n, pass);
    s->step_of[id * s->n_passes + pass] = step->id;
    if (l->stored && l->store_step < 0)
        l->store_step = add_store(s, step->id, l, pass);
}

static void add_node_steps(Steps *s, int id, int pass)
{
    const QbDag *g = s->p->g;
    const QbNode *n = qb_dag_at(g, id);
    Level *l = &s->lv[id];
    if (!l->live || !n->op)
        return;
    if (qb_node_is_scalar(g, n)) {
        if (l->at == pass) {
            QbStep *step = add_step(s, QB_STEP_SCALAR, n);
            connect(s, step, n, pass);
            s->value_step[id] = step->id;
        }
        return;
    }
    if (l->refills >> pass & 1)
        s->step_of[id * s->n_passes + pass] =
            add_refill(s, n, is_fold(n) ? l->fold_step : l->store_step, pass);
    if (is_fold(n) && l->at == pass) {
        QbStep *step = add_step(s, QB_STEP_FOLD, n);
        step->pass = pass;
        step->wants_image = l->wants_image;
        connect(s, step, n, pass);
        l->fold_step = s->value_step[id] = step->id;
    } else if (!is_fold(n) && (l->passes >> pass & 1)) {
        add_raster(s, id, pass);
    }
}

static void add_sink(Steps *s, int output, int pass)
{
    const QbDag *g = s->p->g;
    const QbOutput *o = &g->outputs[output];
    const QbNode *n = qb_dag_at(g, o->node);
    QbStep *step = add_step(s, QB_STEP_SINK, NULL);
    step->label = "save";
    step->span = o->span;
    step->type = n->type;
    step->output = output;
    step->pass = pass;
    step->n_in = 1;
    step->in[0] = s->step_of[o->node * s->n_passes + pass];
    step->in_type[0] = &n->type;
    const QbNodeId range[2] = {o->low, o->high};
    for (int k = 0; k < 2; k++) {
        if (range[k] < 0)
            continue;
        step->n_in = 2 + k;
        step->in[1 + k] = s->value_step[range[k]];
        step->in_type[1 + k] = &qb_dag_at(g, range[k])->type;
    }
    QB_CHECK(step->in[0] >= 0);
}

static void add_all(Steps *s)
{
    const QbDag *g = s->p->g;
    for (int i = 0; i < g->n_nodes; i++)
        if (s->lv[i].live && !g->nodes[i]->op)
            s->value_step[i] = add_step(s, QB_STEP_CONST, g->nodes[i])->id;
    for (int pass = 0; pass < s->n_passes; pass++) {
        for (int i = 0; i < g->n_nodes; i++)
            add_node_steps(s, i, pass);
        for (int i = 0; i < g->n_outputs; i++)
            if (is_raster_sink(g, &g->outputs[i]) && sink_level(s, &g->outputs[i]) == pass)
                add_sink(s, i, pass);
    }
}

static bool count_passes(Steps *s, QbErr *err)
{
    const QbDag *g = s->p->g;
    int last = 0;
    for (int i = 0; i < g->n_nodes; i++)
        if (s->lv[i].live && s->lv[i].at > last)
            last = s->lv[i].at;
    for (int i = 0; i < g->n_outputs; i++)
        if (is_raster_sink(g, &g->outputs[i]) && sink_level(s, &g->outputs[i]) > last)
            last = sink_level(s, &g->outputs[i]);
    s->n_passes = last + 1;
    if (s->n_passes > MAX_PASSES)
        return qb_err_set(err,
                          "the pipeline needs %d passes over the images, more than %d: too many "
                          "measured numbers depend on one another",
                          s->n_passes, MAX_PASSES);
    return true;
}

bool qb_plan_steps(Planner *p, QbErr *err)
{
    QbDag *g = p->g;
    int n = g->n_nodes;
    unsigned char *live = QB_NEW_N(p->arena, unsigned char, n + 1);
    Steps s = {.p = p, .lv = QB_NEW_N(p->arena, Level, n + 1)};
    qb_dag_mark_live(g, live);
    for (int i = 0; i < n; i++) {
        s.lv[i].live = live[i];
        s.lv[i].store_step = s.lv[i].fold_step = -1;
    }
    find_levels(&s);
    if (!count_passes(&s, err))
        return false;
    find_passes(&s);
    s.step_of = QB_NEW_N(p->arena, int, (size_t)n *(size_t)s.n_passes + 1);
    s.value_step = QB_NEW_N(p->arena, int, n + 1);
    memset(s.step_of, -1, sizeof(int) * ((size_t)n * (size_t)s.n_passes + 1));
    memset(s.value_step, -1, sizeof(int) * ((size_t)n + 1));
    add_all(&s);
    p->plan->n_passes = s.n_passes;
    p->plan->step_of_node = s.value_step;
    for (int i = 0; i < p->n_steps; i++)
        if (p->steps[i].node >= 0 && s.value_step[p->steps[i].node] < 0)
            s.value_step[p->steps[i].node] = i;
    return true;
}
