/* Chunk sizes and memory: quanta as large as pays, tiles of a fraction of a millisecond, rings as wide as the walk of
 * plan_rings.c needs, and all of it within the budget; smaller quanta, then fewer of them in flight, when it is tight. */
#include "compiler/plan_parts.h"

#include <string.h>

#define QUANTUM_BYTES \
    (512 << 10) /* of one ring, that are published together: stays in the second cache level */
#define REACH_SHARED \
    16 /* of a tall window: one more index in a quantum shares the loads of so many */
#define RUNNING_BYTES \
    (16 * QUANTUM_BYTES)    /* what quanta may grow to where windows run along axis 0 */
#define RUNNING_SHARE 128   /* or to this part of the budget, where planes are large */
#define TILE_NS       250e3 /* time of a task */
#define PAGE          4096

static int64_t up(int64_t v, int64_t to)
{
    return (v + to - 1) / to * to;
}

static int64_t plane_voxels(const QbStep *s)
{
    return qb_max64(1, (s->box.hi[1] - s->box.lo[1]) * (s->box.hi[2] - s->box.lo[2]));
}

/* Rows lie along axis 0: a 2D image; for kernels and folds also a volume of one row. Files keep pages apart. */
static bool is_flat(const QbStep *s)
{
    if (s->kind == QB_STEP_SINK)
        return s->in_type[0]->rank == 2;
    if (s->kind == QB_STEP_SOURCE || s->kind == QB_STEP_REFILL)
        return s->type.rank == 2;
    return s->box.hi[1] - s->box.lo[1] <= 1;
}

/* Indices along axis 0 that one output looks at beside its own. */
static int64_t reach_of(const QbStep *s)
{
    int64_t reach = 0;
    for (int k = 0; s->kind == QB_STEP_KERNEL && s->op->halo && !s->op->need && k < s->n_in; k++) {
        QbHalo h = {0};
        if (!s->in_type[k] || !qb_is_raster(s->in_type[k]->kind))
            continue;
        s->op->halo(s->params, s->in_type, k, &h);
        reach = qb_max64(reach, h.before[0] + h.after[0]);
    }
    return reach;
}

/* Indices along axis 0 and rows that a task wants. */
static void wanted_tile(const QbStep *s, int64_t n[2])
{
    n[0] = n[1] = 1;
    if (s->kind == QB_STEP_KERNEL && s->op->tile)
        s->op->tile(s->params, s->in_type, n);
}

static QbFoldCtx fold_ctx(const Planner *p, const QbStep *s)
{
    return (QbFoldCtx){.params = s->params,
                       .in_type = s->in_type,
                       .n_in = s->n_in,
                       .out_type = &s->type,
                       .env = &p->env,
                       .wants_image = s->wants_image,
                       .domain = s->box};
}

/* What the steps of a pass ask of its quantum. */
typedef struct PassNeeds {
    int64_t plane, ticks, reach;
    int64_t grain;   /* of folds */
    int64_t running; /* reach of windows that run along axis 0 */
    int64_t flat;    /* indices of one task for each thread, of two quanta in flight */
    int64_t deep;    /* indices of tasks that lie side by side */
} PassNeeds;

static void add_needs(const Planner *p, PassNeeds *n, const QbStep *s)
{
    int64_t tile[2];
    const QbType *t = qb_step_has_ring(s) ? &s->type : s->in_type[0]; /* what goes through memory */
    n->plane = qb_max64(n->plane, plane_voxels(s) * (int64_t)qb_pix_bytes(t->pix));
    n->ticks = qb_max64(n->ticks, s->ticks);
    n->reach = qb_max64(n->reach, reach_of(s));
    if (s->op && s->op->running)
        n->running = qb_max64(n->running, reach_of(s));
    wanted_tile(s, tile);
    if (is_flat(s))
        n->flat = qb_max64(n->flat, tile[0] * ((p->o->threads + 1) / 2));
    else
        n->deep = qb_max64(n->deep, tile[0]);
    if (s->kind == QB_STEP_FOLD && s->op->fold->grain) {
        QbFoldCtx c = fold_ctx(p, s);
        n->grain = qb_max64(n->grain, s->op->fold->grain(&c));
    }
}

/* Quantum of each pass before the budget is looked at: the largest plane decides. */
static void find_wanted_quanta(Planner *p)
{
    PassNeeds *needs = QB_NEW_N(p->arena, PassNeeds, p->plan->n_passes + 1);
    p->wanted = QB_NEW_N(p->arena, int64_t, p->plan->n_passes + 1);
    for (int i = 0; i < p->n_steps; i++)
        if (qb_step_runs(&p->steps[i]))
            add_needs(p, &needs[p->steps[i].pass], &p->steps[i]);
    for (int pass = 0; pass < p->plan->n_passes; pass++) {
        const PassNeeds *n = &needs[pass];
        int64_t k = qb_max64(1 + n->reach / REACH_SHARED, QUANTUM_BYTES / qb_max64(1, n->plane));
        int64_t running = qb_max64(RUNNING_BYTES, (int64_t)(p->o->memory / RUNNING_SHARE)) /
                          qb_max64(1, n->plane);
        k = qb_max64(k, qb_min64(qb_max64(n->running, n->flat), running));
        /* Enough quanta that the threads find work along the clock too, but where they find it in one. */
        int64_t most = qb_max64(1, n->ticks) / (4 * p->o->threads),
                deep = qb_max64(qb_min64(n->deep, n->ticks / 4), qb_min64(n->flat, n->ticks / 2));
        k = qb_max64(qb_clamp64(k, 1, qb_max64(1, most)), qb_min64(deep, running));
        p->wanted[pass] = up(k, qb_clamp64(n->grain, 1, qb_max64(1, n->ticks)));
    }
}

static const QbType *sink_type(const QbStep *s)
{
    return s->in_type[0];
}
static QbPix sink_store(const Planner *p, const QbStep *s)
{
    const QbOutput *o = &p->g->outputs[s->output];
    const QbType *t = sink_type(s);
    if (t->kind == QB_MASK)
        return QB_U8;
    if (t->kind == QB_LABELS)
        return o->label_type == QB_PIX_COUNT ? QB_U32 : o->label_type;
    return t->pix;
}

/* Rows that must stay together: strips of a file. */
static int64_t atom_of(const Planner *p, const QbStep *s)
{
    int64_t atom = 1;
    if (s->kind == QB_STEP_SOURCE && s->op->source->atom)
        atom = s->op->source->atom(s->params, &s->type);
    if (s->kind == QB_STEP_SINK && p->o->sink_atom)
        atom = p->o->sink_atom(sink_type(s), sink_store(p, s));
    return qb_max64(1, atom);
}

/* Tiles of one quantum: as many as there is work for, and at least one for each thread where that is not too small. */
static void set_tiles(const Planner *p, QbStep *s, int64_t atom)
{
    int64_t group = s->kind == QB_STEP_KERNEL && s->op->together > 0 ? s->op->together : atom;
    int64_t rows = qb_max64(1, s->box.hi[1] - s->box.lo[1]), plane = plane_voxels(s),
            nx = plane / rows;
    bool whole_quantum = s->kind == QB_STEP_FOLD && s->op->fold->order != QB_FOLD_ANY;
    bool by_index =
        s->kind == QB_STEP_SOURCE || s->kind == QB_STEP_SINK || s->kind == QB_STEP_REFILL;
    double ns = (double)s->quantum * (double)plane * s->cost;
    int64_t tiles = (int64_t)(ns / TILE_NS) + 1, least = (int64_t)(ns / (TILE_NS / 5));
    tiles = qb_max64(tiles, qb_min64(least, p->o->threads));
    int64_t wanted[2];
    wanted_tile(s, wanted);
    s->tile_i = s->quantum;
    s->tile_y = up(rows, atom);
    if (is_flat(s)) {
        int64_t share = s->quantum * 2 / p->o->threads; /* two quanta are in flight */
        wanted[0] = qb_min64(wanted[0], qb_max64(share, reach_of(s) + 1));
        if (!whole_quantum)
            s->tile_i = up(qb_max64(qb_max64(qb_max64(1, 2048 / qb_max64(1, nx)), wanted[0]),
                                    s->quantum / tiles),
                           group);
        s->tile_y = rows;
    } else {
        if (by_index)
            s->tile_i = 1;
        int64_t per = by_index ? (tiles + s->quantum - 1) / s->quantum : tiles;
        wanted[1] = qb_min64(wanted[1], qb_max64(1, rows * 2 / p->o->threads));
        s->tile_y = up(qb_max64(wanted[1], rows / qb_max64(1, per)), group);
    }
    s->tile_i = qb_min64(s->tile_i, s->quantum);
    if (p->o->chunk_y > 0 && !is_flat(s))
        s->tile_y = up(p->o->chunk_y, atom);
}

static void set_chunks(Planner *p, QbStep *s, int64_t quantum, int depth)
{
    int64_t atom = atom_of(p, s), most = s->box.hi[0];
    s->depth = depth;
    s->quantum = quantum;
    s->serial = s->kind == QB_STEP_SOURCE && s->op->source->sequential &&
                s->op->source->sequential(s->params, &s->type);
    if (is_flat(s)) {
        int64_t whole = up(quantum, atom);
        double bytes = (double)whole * (double)plane_voxels(s) * (double)qb_pix_bytes(s->type.pix);
        bool fits = bytes < (double)p->o->memory / 8;
        if (fits || s->kind == QB_STEP_SINK)
            s->quantum = whole;
        else
            s->serial = s->kind == QB_STEP_SOURCE ||
                        s->serial; /* a strip too large to hold: rows in order, decoded once */
        atom = fits || s->kind == QB_STEP_SINK ? atom : 1;
    }
    s->quantum = qb_clamp64(s->quantum, 1,
                            qb_max64(1, up(most, s->kind == QB_STEP_SINK || atom > 1 ? atom : 1)));
    set_tiles(p, s, atom);
    if (s->serial)
        s->depth = 1;
}

/* ---- bytes ------------------------------------------------------------------------------------------ */

static size_t row_pitch(size_t bytes)
{
    size_t lines = (bytes + 63) / 64;
    return (lines | 1) * 64; /* an odd number of cache lines: rows spread over the sets */
}

static void size_ring(QbStep *s)
{
    size_t row = (size_t)(s->box.hi[2] - s->box.lo[2]) * qb_pix_bytes(s->type.pix);
    s->pitch = row_pitch(row);
    s->plane = s->pitch * (size_t)(s->box.hi[1] - s->box.lo[1]);
    s->ring_bytes = qb_round_up(s->plane * (size_t)s->ring, PAGE);
}

static void halo_rows(const QbStep *s, int k, int64_t extra[2])
{
    QbHalo h = {0};
    if (s->kind == QB_STEP_KERNEL && !s->op->need && s->op->halo)
        s->op->halo(s->params, s->in_type, k, &h);
    extra[0] = h.before[0] + h.after[0];
    extra[1] = h.before[1] + h.after[1];
}

/* Row pointers of a task's inputs and output, and what `fill` of a stored input copies. */
static size_t rows_of(const QbStep *s, int64_t ni, int64_t ny)
{
    size_t rows = (size_t)(ni * ny), bytes = 0;
    for (int k = 0; k < s->n_in; k++) {
        if (s->in[k] < 0 || !s->in_type[k] || !qb_is_raster(s->in_type[k]->kind))
            continue;
        int64_t extra[2];
        halo_rows(s, k, extra);
        if (s->kind == QB_STEP_KERNEL && s->op->need) {
            QbBox whole = s->box, need;
            whole.hi[0] = qb_min64(whole.hi[0], whole.lo[0] + ni);
            whole.hi[1] = qb_min64(whole.hi[1], whole.lo[1] + ny);
            qb_step_need(s, k, &whole, &need, NULL);
            /* Boxes of other places may need more (a montage row more): twice covers a box across one seam. */
            size_t r =
                2 * (size_t)((need.hi[0] - need.lo[0] + 1) * (need.hi[1] - need.lo[1] + 1)) + 64;
            rows += r;
            if (s->in_random[k])
                bytes += r * (size_t)(need.hi[2] - need.lo[2]) * qb_pix_bytes(s->in_type[k]->pix);
        } else {
            rows += (size_t)((ni + extra[0]) * (ny + extra[1]));
        }
    }
    return rows * sizeof(void *) + qb_round_up(bytes, 64);
}

static void size_fold(const Planner *p, QbStep *s, int64_t ni, int64_t ny, int64_t nx)
{
    const QbFoldOps *f = s->op->fold;
    QbFoldCtx c = fold_ctx(p, s);
    s->state_bytes = f->state_bytes ? f->state_bytes(&c) : 0;
    s->partial_bytes = f->partial_bytes ? qb_round_up(f->partial_bytes(&c, ni, ny, nx), 64) : 0;
}

static void size_step(const Planner *p, QbStep *s)
{
    int64_t nx = s->box.hi[2] - s->box.lo[2];
    int64_t ni = qb_min64(s->tile_i, qb_max64(1, s->ticks)),
            ny = qb_min64(s->tile_y, s->box.hi[1] - s->box.lo[1]);
    s->max_tiles = (s->quantum / s->tile_i + 2) * ((s->box.hi[1] - s->box.lo[1]) / s->tile_y + 2);
    s->rows_bytes = qb_round_up(rows_of(s, ni, ny), 64);
    s->scratch_bytes = s->partial_bytes = s->state_bytes = s->worker_bytes = 0;
    if (qb_step_has_ring(s))
        size_ring(s);
    if (s->op && s->op->scratch)
        s->scratch_bytes = qb_round_up(s->op->scratch(s->params, s->in_type, ni, ny, nx), 64);
    if (s->kind == QB_STEP_SOURCE && s->op->source->worker_bytes)
        s->worker_bytes = s->op->source->worker_bytes(s->params, &s->type);
    if (s->kind == QB_STEP_FOLD)
        size_fold(p, s, ni, ny, nx);
    if (s->kind == QB_STEP_SINK && p->o->sink_bound)
        s->partial_bytes = p->o->sink_bound(sink_type(s), sink_store(p, s), ni, ny, nx);
}

static int64_t tiles_in_flight(const QbStep *s)
{
    int64_t tiles = (s->quantum / s->tile_i + (s->quantum % s->tile_i > 0)) *
                    ((s->box.hi[1] - s->box.lo[1] + s->tile_y - 1) / s->tile_y);
    return tiles * s->depth;
}

/* Peak of one pass: its rings and partials, every state that exists by then, and what the workers hold. */
static size_t pass_bytes(const Planner *p, int pass)
{
    size_t sum = 0, scratch = 0, threads = (size_t)p->o->threads;
    for (int i = 0; i < p->n_steps; i++) {
        const QbStep *s = &p->steps[i];
        if (!qb_step_runs(s) || s->pass > pass)
            continue;
        sum += s->state_bytes;
        if (s->pass < pass)
            continue;
        bool any = s->kind == QB_STEP_FOLD && s->op->fold->order == QB_FOLD_ANY;
        sum += s->ring_bytes + s->worker_bytes * (s->serial ? 1 : threads);
        sum += s->partial_bytes * (any ? threads : (size_t)tiles_in_flight(s));
        if (s->rows_bytes + s->scratch_bytes > scratch)
            scratch = s->rows_bytes + s->scratch_bytes;
    }
    return sum + threads * scratch;
}

static size_t total_bytes(const Planner *p)
{
    size_t most = 0;
    for (int pass = 0; pass < p->plan->n_passes; pass++) {
        size_t b = pass_bytes(p, pass);
        most = b > most ? b : most;
    }
    return most + p->o->base + ((size_t)p->o->threads << 18);
}

/* Sets everything for one try: `shrink` halves the quanta, `depth` quanta in flight. */
static void try_chunks(Planner *p, int shrink, bool tight)
{
    for (int i = 0; i < p->n_steps; i++) {
        QbStep *s = &p->steps[i];
        if (!qb_step_runs(s))
            continue;
        int64_t k = p->wanted[s->pass] >> shrink;
        if (p->o->chunk_i > 0)
            k = p->o->chunk_i;
        bool deep = is_flat(s) && s->kind == QB_STEP_FOLD;
        int depth = deep ? (int)qb_min64(p->o->threads + 1, QB_MAX_FLIGHTS) : 2;
        set_chunks(p, s, qb_max64(1, k), tight ? 1 : depth);
    }
    qb_plan_rings(p);
    for (int i = 0; i < p->n_steps; i++)
        if (qb_step_runs(&p->steps[i]))
            size_step(p, &p->steps[i]);
}

/* What lies in memory is copied; labels are painted from runs. */
static double refill_cost(const QbStep *s)
{
    return s->type.kind == QB_LABELS ? 0.33 : 0.1 * (double)qb_pix_bytes(s->type.pix);
}

/* What packing takes depends on the voxels more than on anything that is known here: these are a foam's. */
static double sink_cost(const Planner *p, const QbStep *s)
{
    static const double deflate[] = {0, 12, 35, 0, 50, 0, 0, 0, 80};
    const QbType *t = s->in_type[0];
    QbFormat format = p->g->outputs[s->output].format;
    if (format == QB_FORMAT_NPY)
        return 0.4 + 0.8 * (double)qb_pix_bytes(sink_store(p, s));
    if (format == QB_FORMAT_PNG)
        return t->kind == QB_MASK ? 16 : qb_pix_info[t->pix].is_float ? 60 : 32;
    return t->kind == QB_MASK || t->kind == QB_LABELS ? 8 : deflate[qb_pix_bytes(t->pix)];
}

static double cost_of(const Planner *p, const QbStep *s)
{
    if (s->kind == QB_STEP_REFILL)
        return refill_cost(s);
    if (s->kind == QB_STEP_SINK)
        return sink_cost(p, s);
    return s->op && s->op->cost ? s->op->cost(s->params, s->in_type) : 0.5;
}

static void set_costs(Planner *p)
{
    for (int i = 0; i < p->n_steps; i++)
        p->steps[i].cost = cost_of(p, &p->steps[i]);
}

bool qb_plan_memory(Planner *p)
{
    size_t share = p->o->memory > p->o->base ? (p->o->memory - p->o->base) / 16 : 0;
    p->env = (QbRunEnv){.threads = p->o->threads,
                        .spill_above = share < (64u << 20) ? share : 64u << 20,
                        .tmp_dir = NULL};
    if (p->env.spill_above < (256u << 10))
        p->env.spill_above = 256u << 10;
    set_costs(p);
    find_wanted_quanta(p);
    int64_t most = 1;
    for (int pass = 0; pass < p->plan->n_passes; pass++)
        most = qb_max64(most, p->wanted[pass]);
    for (int shrink = 0; shrink <= 32; shrink++) {
        bool last = shrink == 32;
        try_chunks(p, last ? 31 : shrink, last);
        p->plan->predicted = total_bytes(p);
        if (p->plan->predicted <= p->o->memory)
            break;
        int64_t widest = 1;
        for (int i = 0; i < p->n_steps; i++)
            widest = qb_max64(widest, qb_step_runs(&p->steps[i]) ? p->steps[i].quantum : 1);
        if (!last && (widest == 1 || p->o->chunk_i > 0 || (most >> shrink) <= 1))
            shrink = shrink < 30 ? 30 : shrink;
    }
    p->plan->spill_above = p->env.spill_above;
    return p->plan->predicted <= p->o->memory;
}
