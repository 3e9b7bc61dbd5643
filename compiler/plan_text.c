/* A plan for people: what would happen, step by step, and what it would take. */
#include "compiler/plan_parts.h"

#include <string.h>

static void shape_text(const QbStep *s, QbText *out)
{
    char text[96];
    if (s->kind == QB_STEP_CONST)
        qb_text_add_number(out, s->number);
    else
        qb_text_add(out, qb_type_text(&s->type, text));
}

static void demand_text(const QbStep *s, QbText *out)
{
    for (int i = 0; i < s->n_intervals && i < 4; i++)
        qb_text_addf(out, "%s%lld..%lld", i ? "," : "", (long long)s->interval[i].lo,
                     (long long)s->interval[i].hi - 1);
    if (s->n_intervals > 4)
        qb_text_addf(out, ",… (%d parts)", s->n_intervals);
}

/* "line 7", or "tools.qbi:7" of another file that is used. */
static void place_text(const QbPlan *p, QbSpan span, QbText *out)
{
    const QbSource *source = span.source;
    int line = 0, column = 0;
    if (source)
        qb_source_place(source, span.lo, &line, &column);
    if (source && p->dag->n_sources && source != p->dag->sources[0])
        qb_text_addf(out, "%s:%d ", source->name, line);
    else
        qb_text_addf(out, "line %-4d ", line);
}

static void step_text(const QbPlan *p, const QbStep *s, QbText *out)
{
    qb_text_addf(out, "  %3d %-24s ", s->id, s->label);
    place_text(p, s->span, out);
    shape_text(s, out);
    qb_text_add(out, s->n_in ? "  from" : "");
    for (int k = 0; k < s->n_in; k++)
        if (s->in[k] >= 0)
            qb_text_addf(out, " %d", s->in[k]);
    if (qb_step_runs(s)) {
        qb_text_add(out, "\n      indices ");
        demand_text(s, out);
        qb_text_addf(out, ", chunks of %lld, tasks of %lld × %lld rows", (long long)s->quantum,
                     (long long)s->tile_i,
                     (long long)qb_min64(s->tile_y, s->box.hi[1] - s->box.lo[1]));
        if (qb_step_has_ring(s))
            qb_text_addf(out, ", window of %lld (%.1f MiB)", (long long)s->ring,
                         (double)s->ring_bytes / (1 << 20));
        qb_text_addf(out, ", about %.2g ns a voxel", s->cost);
        if (s->op && s->op->method)
            qb_text_addf(out, " by %s", s->op->method(s->params, s->in_type));
        if (s->recompute > 1)
            qb_text_addf(out, ", computed %.0f times: cheaper than storing it", s->recompute);
    }
    qb_text_add(out, "\n");
}

static double demanded(const QbStep *s)
{
    return (double)s->ticks * (double)(s->box.hi[1] - s->box.lo[1]) *
           (double)(s->box.hi[2] - s->box.lo[2]);
}

double qb_plan_pass_ns(const QbPlan *p, int pass)
{
    double ns = 0;
    for (int i = 0; i < p->n_steps; i++)
        if (p->steps[i].pass == pass && qb_step_runs(&p->steps[i]))
            ns += p->steps[i].cost * demanded(&p->steps[i]);
    return ns;
}

static bool makes_voxels(const QbStep *s)
{
    return s->kind == QB_STEP_SOURCE || s->kind == QB_STEP_KERNEL;
}

/* The step that makes most of the node's voxels: what the others make was made there, too, or could have been. */
static bool is_largest(const QbPlan *p, const QbStep *s)
{
    for (int i = 0; i < p->n_steps; i++) {
        const QbStep *other = &p->steps[i];
        if (other == s || !makes_voxels(other) || other->node != s->node)
            continue;
        if (demanded(other) > demanded(s) || (demanded(other) == demanded(s) && i < s->id))
            return false;
    }
    return true;
}

double qb_plan_recompute(const QbPlan *p)
{
    double all = 0, once = 0;
    for (int i = 0; i < p->n_steps; i++) {
        const QbStep *s = &p->steps[i];
        if (!makes_voxels(s))
            continue;
        all += demanded(s);
        if (s->recompute <= 1 || s->node < 0 || is_largest(p, s))
            once += demanded(s);
    }
    return once > 0 ? all / once : 1;
}

static void recompute_text(const QbPlan *p, QbText *out)
{
    double factor = qb_plan_recompute(p);
    if (factor <= 1) {
        qb_text_add(out, "recomputation: 1.0, every voxel is made once\n");
        return;
    }
    qb_text_addf(out, "recomputation: %.2f,", factor);
    const char *sep = " ";
    for (int i = 0; i < p->n_steps; i++) {
        const QbStep *s = &p->steps[i];
        if (!makes_voxels(s) || s->recompute <= 1 || !is_largest(p, s))
            continue;
        qb_text_addf(out, "%s%s in %.0f passes", sep, s->label, s->recompute);
        sep = ", ";
    }
    qb_text_add(out, ": cheaper than storing it until a number is measured\n");
}

static void totals(const QbPlan *p, QbText *out)
{
    int64_t pages = 0, bytes = 0;
    for (int i = 0; i < p->n_steps; i++) {
        const QbStep *s = &p->steps[i];
        if (s->kind != QB_STEP_SOURCE || strcmp(s->op->name, "read"))
            continue;
        pages += s->type.rank == 3 ? s->ticks : 1;
        bytes += s->ticks * (s->box.hi[1] - s->box.lo[1]) * (s->box.hi[2] - s->box.lo[2]) *
                 (int64_t)qb_pix_bytes(s->type.pix);
    }
    qb_text_addf(out, "reads %lld page%s, %.1f MiB of voxels\n", (long long)pages,
                 pages == 1 ? "" : "s", (double)bytes / (1 << 20));
    recompute_text(p, out);
    qb_text_addf(out, "memory: %.1f MiB predicted at its peak, budget %.1f MiB, %d thread%s\n",
                 (double)p->predicted / (1 << 20), (double)p->budget / (1 << 20), p->threads,
                 p->threads == 1 ? "" : "s");
}

static void lengths_text(const QbPlan *p, QbText *out)
{
    const QbDag *g = p->dag;
    qb_text_add(out, g->n_lengths ? "lengths\n" : "");
    for (int i = 0; i < g->n_lengths; i++) {
        const QbLengthNote *n = &g->lengths[i];
        qb_text_addf(out, "  %-28s ", qb_arena_printf(g->arena, "%s of %s", n->argument, n->op));
        place_text(p, n->span, out);
        qb_text_addf(out, "%s = %s voxels\n", n->length, n->voxels);
    }
}

void qb_plan_text(const QbPlan *p, QbText *out)
{
    for (int pass = -1; pass < p->n_passes; pass++) {
        bool any = false;
        for (int i = 0; i < p->n_steps; i++)
            any = any || (p->steps[i].pass == pass);
        if (!any)
            continue;
        if (pass < 0)
            qb_text_add(out, "values\n");
        else
            qb_text_addf(out, "pass %d, about %.3g s of work\n", pass + 1,
                         1e-9 * qb_plan_pass_ns(p, pass));
        for (int i = 0; i < p->n_steps; i++)
            if (p->steps[i].pass == pass)
                step_text(p, &p->steps[i], out);
    }
    lengths_text(p, out);
    totals(p, out);
    for (int i = 0; i < p->dag->n_passes; i++)
        if (p->dag->passes[i].changed)
            qb_text_addf(out, "%s: %d, %s\n", p->dag->passes[i].name, p->dag->passes[i].changed,
                         p->dag->passes[i].why);
}
