/* Draws random legal parameters and inputs for a descriptor from its rows: ranges, odd sizes, kinds accepted. */
#include "tests/ops/support_case.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One voxel, one row, one column, primes, smaller than most halos, longer than a vector or a block. */
static const int64_t shapes[][4] = {
    {2, 1, 1, 1},   {3, 1, 1, 1},   {2, 1, 1, 23}, {2, 19, 1, 1},   {3, 1, 1, 17},  {3, 13, 1, 1},
    {3, 2, 3, 5},   {2, 7, 1, 11},  {3, 7, 5, 13}, {2, 31, 1, 37},  {3, 3, 11, 67}, {2, 5, 1, 131},
    {3, 17, 2, 9},  {3, 4, 4, 32},  {2, 3, 1, 7},  {3, 11, 13, 17}, {2, 17, 1, 64}, {3, 5, 7, 19},
    {2, 2, 1, 523}, {3, 1, 9, 260}, {2, 67, 1, 3}, {3, 70, 3, 4},
};

void *qb_case_field(const QbCase *c, const char *name)
{
    for (int k = 0; k < c->op->n_params; k++)
        if (!strcmp(c->op->params[k].name, name))
            return (char *)c->params + c->op->params[k].offset;
    QB_BUG("'%s' has no parameter '%s'", c->op->name, name);
}

bool qb_case_has(const QbCase *c, const char *name)
{
    for (int k = 0; k < c->op->n_params; k++)
        if (!strcmp(c->op->params[k].name, name))
            return true;
    return false;
}

int qb_case_input(const QbCase *c, const char *name)
{
    int input = 0;
    for (int k = 0; k < c->op->n_params; k++) {
        if (c->op->params[k].slot != QB_SLOT_INPUT)
            continue;
        if (!strcmp(c->op->params[k].name, name))
            return input;
        input++;
    }
    return -1;
}

const char *qb_case_choice(const QbCase *c, const char *name)
{
    for (int k = 0; k < c->op->n_params; k++)
        if (!strcmp(c->op->params[k].name, name))
            return c->op->params[k].choices[*(int *)qb_case_field(c, name)];
    return "";
}

/* ---- voxels -------------------------------------------------------------------------------------------- */

static double any_value(QbRng *r, QbPix pix, int style)
{
    static const double special[] = {0,     -0.0,     1,    -1,    0.5,   255,
                                     65535, 16777217, 1e30, -1e30, 1e-40, 3};
    bool is_real = pix == QB_F32 || pix == QB_F64;
    double lo = is_real ? -100 : qb_pix_info[pix].lo, hi = is_real ? 100 : qb_pix_info[pix].hi;
    switch (style) {
    case 0: /* the whole range */
        return qb_rng_real(r, lo, hi);
    case 1: /* many ties */
        return (double)qb_rng_whole(r, 0, 5);
    case 2: /* the ends of the range, and what rounds oddly */
        return qb_rng_chance(r, 50)   ? special[qb_rng_whole(r, 0, QB_COUNT(special) - 1)]
               : qb_rng_chance(r, 50) ? lo
                                      : hi;
    default:
        return qb_rng_real(r, 0, is_real ? 1 : 100);
    }
}

static void spread(QbCase *c, QbOracleImage *m)
{
    /* runs and patches rather than noise alone */
    int64_t n = qb_voxels(&m->type);
    for (int64_t k = 1; k < n; k++)
        if (qb_rng_chance(c->rng, 70))
            m->v[k] =
                m->v[k >= m->type.n[2] && qb_rng_chance(c->rng, 50) ? k - m->type.n[2] : k - 1];
}

static QbOracleImage draw_mask(QbCase *c, QbType type)
{
    static const int density[] = {0, 100, 50, 30, 5, 95, 60};
    QbOracleImage m = qb_oracle_new(c->arena, type);
    int percent = density[qb_rng_whole(c->rng, 0, QB_COUNT(density) - 1)];
    for (int64_t k = 0; k < qb_voxels(&type); k++)
        m.v[k] = qb_rng_chance(c->rng, percent);
    if (qb_rng_chance(c->rng, 40))
        spread(c, &m);
    return m;
}

static QbOracleImage draw_labels(QbCase *c, QbType type)
{
    QbType of_mask = type;
    of_mask.kind = QB_MASK;
    of_mask.pix = QB_U8;
    QbOracleImage mask = draw_mask(c, of_mask);
    if (qb_rng_chance(c->rng, 50))
        return qb_oracle_label(c->arena, &mask, 0);
    QbOracleImage m = qb_oracle_like(c->arena, &mask, QB_LABELS, QB_U32);
    static const double value[] = {1, 2, 3, 7, 1000, 70000, 20000000};
    for (int64_t k = 0; k < qb_voxels(&type); k++)
        m.v[k] = mask.v[k] ? value[qb_rng_whole(c->rng, 0, QB_COUNT(value) - 1)] : 0;
    return m;
}

QbOracleImage qb_case_image(QbCase *c, QbKind kind, QbPix pix, bool plain)
{
    QbType type = {.kind = kind,
                   .rank = c->rank,
                   .pix = kind == QB_MASK                           ? QB_U8
                          : kind == QB_LABELS || kind == QB_PICTURE ? QB_U32
                                                                    : pix};
    memcpy(type.n, c->n, sizeof(type.n));
    if (kind == QB_MASK)
        return draw_mask(c, type);
    if (kind == QB_LABELS)
        return draw_labels(c, type);
    pix = type.pix;
    QbOracleImage m = qb_oracle_new(c->arena, type);
    int style = (int)qb_rng_whole(c->rng, 0, 3);
    if (plain && (style == 2 || style == 0))
        style = 3;
    bool is_real = pix == QB_F32 || pix == QB_F64;
    int nans =
        is_real && !plain && qb_rng_chance(c->rng, 30) ? (int)qb_rng_whole(c->rng, 1, 10) : 0;
    int infinities =
        is_real && !plain && qb_rng_chance(c->rng, 20) ? (int)qb_rng_whole(c->rng, 1, 10) : 0;
    double same = any_value(c->rng, pix, style);
    bool constant = qb_rng_chance(c->rng, 5);
    for (int64_t k = 0; k < qb_voxels(&type); k++) {
        double v = constant ? same : any_value(c->rng, pix, style);
        if (qb_rng_chance(c->rng, nans))
            v = NAN;
        else if (qb_rng_chance(c->rng, infinities))
            v = qb_rng_chance(c->rng, 50) ? INFINITY : -INFINITY;
        m.v[k] = qb_oracle_store(pix, v);
    }
    if (qb_rng_chance(c->rng, 30))
        spread(c, &m);
    m.type.nan_free = !nans && qb_rng_chance(c->rng, 50);
    return m;
}

/* ---- parameters ---------------------------------------------------------------------------------------- */

QbElement qb_case_element(QbRng *rng, int rank, int64_t reach)
{
    QbElement e = {.shape =
                       (QbElementShape)qb_rng_whole(rng, rank == 3 ? QB_BALL : QB_DISK, QB_CROSS)};
    if (rank == 2 && e.shape == QB_BALL)
        e.shape = QB_DISK;
    if (e.shape == QB_BOX) {
        e.axes = qb_rng_chance(rng, 50) ? rank : 0;
        for (int u = 0; u < (e.axes ? rank : 1); u++)
            e.size[u] = 2 * qb_rng_whole(rng, 0, reach) + 1;
        return e;
    }
    e.r = (double)qb_rng_whole(rng, 0, reach);
    bool stretched = qb_rng_chance(rng, 25);
    if (e.shape != QB_CROSS && qb_rng_chance(rng, 30))
        e.r = qb_rng_chance(rng, 50) ? qb_rng_real(rng, 0, (double)reach)
                                     : sqrt((double)qb_rng_whole(rng, 0, reach * reach));
    for (int u = 0; stretched && u < rank; u++)
        e.along[qb_axis(rank, u)] = qb_rng_chance(rng, 50) ? qb_rng_real(rng, 0, (double)reach)
                                                           : (double)qb_rng_whole(rng, 0, reach);
    return e;
}

static bool is_bounded(const QbParam *p)
{
    return p->min != 0 || p->max != 0;
}

static int64_t draw_whole(QbRng *r, const QbParam *p, int64_t lo, int64_t hi)
{
    if (is_bounded(p)) {
        lo = (int64_t)fmax(p->min, -1000000);
        hi = qb_min64((int64_t)fmin(p->max, 1e15), lo + qb_max64(hi, 1));
    }
    return qb_rng_whole(r, lo, qb_max64(lo, hi));
}

static double draw_number(QbRng *r, const QbParam *p)
{
    double lo = -3, hi = 3;
    if (is_bounded(p)) {
        lo = fmax(p->min, -1000);
        hi = fmin(p->max, lo + 3);
    }
    return qb_rng_chance(r, 50) ? qb_rng_real(r, lo, hi)
                                : fmin(hi, floor(qb_rng_real(r, lo, hi + 1)));
}

static void draw_sizes(QbCase *c, const QbParam *p, int64_t size[3])
{
    int64_t all = draw_whole(c->rng, p, 1, 7);
    bool each = qb_rng_chance(c->rng, 60);
    for (int a = 0; a < 3; a++) {
        size[a] = each ? draw_whole(c->rng, p, 1, 7) : all;
        if (p->odd && size[a] % 2 == 0)
            size[a]--;
        if (c->rank == 2 && a == 1)
            size[a] = 1;
    }
}

static void draw_shape(QbCase *c, QbShape *shape)
{
    shape->rank = c->rank;
    memcpy(shape->n, c->n, sizeof(shape->n));
}

static void draw_param(QbCase *c, const QbParam *p)
{
    void *field = (char *)c->params + p->offset;
    int n_choices = 0;
    switch (p->slot) {
    case QB_SLOT_NUMBER:
        *(double *)field = draw_number(c->rng, p);
        return;
    case QB_SLOT_WHOLE:
        *(int64_t *)field = draw_whole(c->rng, p, 0, 6);
        return;
    case QB_SLOT_BOOL:
        *(bool *)field = qb_rng_chance(c->rng, 50);
        return;
    case QB_SLOT_CHOICE:
        while (p->choices[n_choices])
            n_choices++;
        *(int *)field = (int)qb_rng_whole(c->rng, 0, n_choices - 1);
        return;
    case QB_SLOT_PIX:
        *(QbPix *)field = (QbPix)qb_rng_whole(c->rng, 0, p->def ? QB_PIX_COUNT : QB_PIX_COUNT - 1);
        return;
    case QB_SLOT_KIND:
        *(QbAsType *)field = (QbAsType){QB_IMAGE, (QbPix)qb_rng_whole(c->rng, 0, QB_PIX_COUNT - 1)};
        return;
    case QB_SLOT_SIZES:
        draw_sizes(c, p, field);
        return;
    case QB_SLOT_SIGMAS:
        for (int a = 0; a < 3; a++)
            ((double *)field)[a] =
                c->rank == 2 && a == 1 ? 0 : fmax(p->min, qb_rng_real(c->rng, 0, 2));
        return;
    case QB_SLOT_SHAPE:
        draw_shape(c, field);
        return;
    case QB_SLOT_ELEMENT:
        *(QbElement *)field = qb_case_element(c->rng, c->rank, 3);
        return;
    case QB_SLOT_INPUT:
    case QB_SLOT_STRING:
    case QB_SLOT_PATH:
    case QB_SLOT_NUMBERS:
        return; /* the operator's own `adjust` gives them */
    }
}

static void draw_input(QbCase *c, const QbParam *p, int k)
{
    int kinds[QB_KIND_COUNT], n = 0;
    for (int kind = 0; kind < QB_KIND_COUNT; kind++)
        if (p->accepts & QB_ACCEPT(kind) &&
            (qb_is_raster((QbKind)kind) || kind == QB_NUMBER || kind == QB_BOOL))
            kinds[n++] = kind;
    c->kind[k] = n == 0 || (p->def && qb_rng_chance(c->rng, 40))
                     ? QB_NONE
                     : (QbKind)kinds[qb_rng_whole(c->rng, 0, n - 1)];
    QbPix pix = (QbPix)qb_rng_whole(c->rng, 0, QB_PIX_COUNT - 1);
    if (k > 0 && c->kind[0] == QB_IMAGE && qb_rng_chance(c->rng, 50))
        pix = c->image[0].type.pix;
    if (qb_is_raster(c->kind[k]))
        c->image[k] = qb_case_image(c, c->kind[k], pix, false);
    c->number[k] = qb_rng_chance(c->rng, 60) ? (double)qb_rng_whole(c->rng, -3, 100)
                                             : qb_rng_real(c->rng, -5, 60);
    if (c->kind[k] == QB_BOOL)
        c->number[k] = qb_rng_chance(c->rng, 50);
    c->measured[k] = qb_rng_chance(c->rng, 40);
}

bool qb_case_draw(QbCase *c, const QbLaw *law, int index)
{
    const int64_t *shape =
        shapes[index < QB_COUNT(shapes) ? index : qb_rng_whole(c->rng, 0, QB_COUNT(shapes) - 1)];
    c->rank = (int)shape[0];
    memcpy(c->n, shape + 1, sizeof(c->n));
    c->params = qb_arena_alloc(c->arena, c->op->param_size + 16);
    for (int k = 0; k < c->op->n_params; k++) {
        if (c->op->params[k].slot == QB_SLOT_INPUT)
            draw_input(c, &c->op->params[k], c->n_in++);
        else
            draw_param(c, &c->op->params[k]);
    }
    if (law->adjust)
        law->adjust(c);
    for (int k = 0; k < c->n_in; k++) {
        if (c->kind[k] == QB_NONE)
            c->in[k] = -1;
        else if (qb_is_raster(c->kind[k]))
            c->in[k] = qb_lab_image(c->lab, &c->image[k]);
        else
            c->in[k] = qb_lab_number(c->lab, c->number[k], c->measured[k]);
    }
    c->node = qb_lab_node(c->lab, c->op, c->params, c->in, c->n_in);
    if (c->node < 0)
        return false;
    c->out = c->lab->nodes[c->node]->type;
    c->params = c->lab->nodes[c->node]->op == c->op ? c->lab->nodes[c->node]->params : c->params;
    c->want = QB_NONE;
    law->expect(c);
    return true;
}

/* ---- comparing ----------------------------------------------------------------------------------------- */

const char *qb_case_text(const QbCase *c)
{
    char buf[96];
    const char *text = qb_arena_printf(c->arena, "%s(", c->op->name);
    for (int k = 0; k < c->n_in; k++) {
        if (c->kind[k] == QB_NONE)
            text = qb_arena_printf(c->arena, "%s -", text);
        else if (qb_is_raster(c->kind[k]))
            text = qb_arena_printf(c->arena, "%s %s,", text, qb_type_text(&c->image[k].type, buf));
        else
            text = qb_arena_printf(c->arena, "%s %.17g,", text, c->number[k]);
    }
    for (int k = 0; k < c->op->n_params; k++) {
        const QbParam *p = &c->op->params[k];
        const void *f = (const char *)c->params + p->offset;
        const int64_t *s = f;
        const double *d = f;
        const QbElement *e = f;
        if (p->slot == QB_SLOT_NUMBER)
            text = qb_arena_printf(c->arena, "%s %s=%.17g", text, p->name, *d);
        else if (p->slot == QB_SLOT_WHOLE)
            text = qb_arena_printf(c->arena, "%s %s=%lld", text, p->name, (long long)*s);
        else if (p->slot == QB_SLOT_SIZES)
            text = qb_arena_printf(c->arena, "%s %s=%lldx%lldx%lld", text, p->name, (long long)s[0],
                                   (long long)s[1], (long long)s[2]);
        else if (p->slot == QB_SLOT_SIGMAS)
            text = qb_arena_printf(c->arena, "%s %s=%gx%gx%g", text, p->name, d[0], d[1], d[2]);
        else if (p->slot == QB_SLOT_BOOL)
            text = qb_arena_printf(c->arena, "%s %s=%d", text, p->name, *(const bool *)f);
        else if (p->slot == QB_SLOT_CHOICE || p->slot == QB_SLOT_PIX)
            text = qb_arena_printf(c->arena, "%s %s=%d", text, p->name, *(const int *)f);
        else if (p->slot == QB_SLOT_ELEMENT)
            text = qb_arena_printf(c->arena, "%s %s=shape %d r %g box %lldx%lldx%lld/%d", text,
                                   p->name, (int)e->shape, e->r, (long long)e->size[0],
                                   (long long)e->size[1], (long long)e->size[2], e->axes);
    }
    return qb_arena_printf(c->arena, "%s)", text);
}

static double scale_of(const double *v, int64_t n)
{
    double most = 0;
    for (int64_t k = 0; k < n; k++)
        if (isfinite(v[k]))
            most = fmax(most, fabs(v[k]));
    return most;
}

static bool agree(double got, double want, double slack)
{
    if (isnan(want) || isnan(got))
        return isnan(want) && isnan(got);
    if (isinf(want) || isinf(got))
        return got == want;
    return got == want || fabs(got - want) <= slack;
}

/* Neighbours in the type are one step apart, 0 and the numbers next to it too. */
static bool is_near(double got, double want, int ulps, QbPix pix)
{
    if (isnan(want) || isnan(got))
        return isnan(want) && isnan(got);
    for (int k = 0; k < ulps && got != want; k++)
        got = pix == QB_F32 ? (double)nextafterf((float)got, (float)want) : nextafter(got, want);
    return got == want;
}

static bool is_wanted(const QbCase *c, double got, double want, QbPix pix)
{
    if (c->ulps)
        return is_near(got, want, c->ulps, pix);
    if (c->zeros && got == 0 && want == 0)
        return !signbit(got) == !signbit(want);
    double slack = c->each ? c->tolerance * fabs(want) : c->tolerance * c->scale;
    return agree(got, want, slack);
}

static const char *compare_table(const QbCase *c, QbTable *t)
{
    QbErr err = {0};
    const QbOracleTable *w = &c->want_table;
    if (!t || t->n_rows != w->n_rows || t->n_columns < w->n_columns)
        return qb_arena_printf(c->arena, "%lld rows of %d columns instead of %lld of %d",
                               t ? (long long)t->n_rows : -1, t ? t->n_columns : 0,
                               (long long)w->n_rows, w->n_columns);
    for (int64_t k = 0; k < w->n_rows * w->n_columns; k++) {
        double got = NAN;
        int64_t row = k / w->n_columns;
        int column = (int)(k % w->n_columns);
        if (!qb_table_get(t, row, column, &got, &err))
            return qb_arena_printf(c->arena, "cannot read the table: %s", err.text);
        if (!agree(got, w->v[k], c->tolerance * fabs(w->v[k])))
            return qb_arena_printf(c->arena, "row %lld column %d is %.17g instead of %.17g",
                                   (long long)row, column, got, w->v[k]);
    }
    return "";
}

static const char *compare_number(const QbCase *c, double got)
{
    QbCase of_number = *c;
    of_number.scale = c->scale > 0 ? c->scale : fabs(c->want_number);
    if (is_wanted(&of_number, got, c->want_number, QB_F64))
        return "";
    return qb_arena_printf(c->arena, "%.17g instead of %.17g", got, c->want_number);
}

const char *qb_case_compare(const QbCase *c, const QbLabNode *result)
{
    char want[96], got[96];
    if (c->want == QB_NONE)
        return "";
    if (c->want == QB_NUMBER || c->want == QB_BOOL)
        return compare_number(c, result->value.number);
    if (c->want == QB_TABLE)
        return compare_table(c, result->value.table);
    const QbType *w = &c->want_image.type, *g = &result->type;
    if (g->kind != w->kind || g->pix != w->pix || g->rank != w->rank ||
        memcmp(g->n, w->n, sizeof(w->n)) != 0)
        return qb_arena_printf(c->arena, "type %s instead of %s", qb_type_text(g, got),
                               qb_type_text(w, want));
    int64_t n = qb_voxels(w);
    QbCase of_image = *c;
    of_image.scale = c->tolerance > 0 ? scale_of(c->want_image.v, n) : 0;
    for (int64_t k = 0; k < n; k++) {
        double v = qb_pix_get(w->pix, result->data, k);
        if (isnan(v) && g->nan_free)
            return qb_arena_printf(
                c->arena, "voxel %lld is NaN where the checker says that none is", (long long)k);
        if (!is_wanted(&of_image, v, c->want_image.v[k], w->pix))
            return qb_arena_printf(
                c->arena, "voxel %lld (%lld, %lld, %lld) is %.17g instead of %.17g", (long long)k,
                (long long)(k / w->n[2] / w->n[1]), (long long)(k / w->n[2] % w->n[1]),
                (long long)(k % w->n[2]), v, c->want_image.v[k]);
    }
    return "";
}
