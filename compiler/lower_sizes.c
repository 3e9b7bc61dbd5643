/* Arguments that are numbers: alone, or one for each axis of the subject. Ranges, whole and odd numbers, and lengths in
 * physical units, which become voxels by the subject's own voxel size. Knows no single operator. */
#include "compiler/lower_state.h"

#include <math.h>
#include <string.h>

#define MOST_WHOLE 9007199254740992.0 /* 2^53: beyond it a double skips whole numbers */

static const QbParam *row_of(const QbSlotCtx *c, int row)
{
    return &c->step->op->params[row];
}

static bool is_whole_slot(QbSlot slot)
{
    return slot == QB_SLOT_WHOLE || slot == QB_SLOT_SIZES || slot == QB_SLOT_SHAPE;
}

/* The subject comes later, an element's with the operator that takes it: what depends on it is checked then. */
static bool subject_waits(const QbSlotCtx *c)
{
    const QbOp *op = c->step->op;
    bool has_one =
        op->class == QB_OP_VALUE || (op->n_params && op->params[0].slot == QB_SLOT_INPUT);
    return !c->subject && has_one;
}

/* ---- lengths ----------------------------------------------------------------------------------------- */

static bool report_no_voxel_size(const QbSlotCtx *c, int row, const QbVal *v)
{
    QbLower *L = c->L;
    const char *text = qb_val_source(L->arena, v);
    QbDiag *d;
    if (c->subject)
        d = qb_lower_error(L, "QB0413", v->span,
                           "the image has no voxel size, so '%s' cannot be turned into voxels",
                           text);
    else
        d = qb_lower_error(L, "QB0413", v->span,
                           "'%s' has no image whose voxel size would turn '%s' into voxels",
                           c->step->op->name, text);
    qb_lower_hint(L, d, "give '%s' in voxels", row_of(c, row)->name);
    return false;
}

/* The edge of a voxel in micrometres along a physical axis, or, where the number is for all axes (-1), of a cube: an element is
 * asked for cubes alone. */
static bool voxel_edge(const QbSlotCtx *c, int row, const QbVal *v, int axis, double *edge)
{
    const QbType *t = c->subject;
    double first = t ? t->spacing[axis < 0 ? 0 : axis] : 0;
    for (int u = 0; t && axis < 0 && u < t->rank; u++)
        if (!(t->spacing[qb_axis(t->rank, u)] > 0))
            first = 0;
    *edge = first;
    return first > 0 || report_no_voxel_size(c, row, v);
}

/* 0.3 µm are 3 voxels of 0.1 µm, although the quotient of the doubles is a little less. */
static double steady(double v)
{
    double whole = nearbyint(v);
    return fabs(v - whole) <= 1e-9 * fabs(v) ? whole : v;
}

/* Of a number or length: its value in voxels. *rounds: it came from a physical unit, so the nearest allowed value is
 * meant. A length whose image is not known yet is NAN. */
static bool in_voxels(const QbSlotCtx *c, int row, const QbVal *v, int axis, double *out,
                      bool *rounds)
{
    const QbParam *p = row_of(c, row);
    *rounds = false;
    if (qb_val_is_fixed(v, QB_NUMBER)) {
        *out = v->number;
        return true;
    }
    if (v->kind != QB_LENGTH || !p->length)
        return qb_lower_wrong_kind(c, row, v);
    *out = v->voxels;
    if (v->number == 0)
        return true;
    *rounds = true;
    *out = NAN;
    double edge;
    if (subject_waits(c))
        return true;
    if (!voxel_edge(c, row, v, axis, &edge))
        return false;
    *out = v->voxels + steady(v->number / edge);
    return true;
}

/* ---- limits ------------------------------------------------------------------------------------------ */

static bool report_range(const QbSlotCtx *c, int row, const QbVal *v, double number)
{
    const QbParam *p = row_of(c, row);
    char lo[32], hi[32], found[32];
    qb_number_text(p->min, lo);
    qb_number_text(p->max, hi);
    qb_number_text(number, found);
    const char *op = c->step->op->name;
    if (isfinite(p->min) && isfinite(p->max))
        qb_lower_error(c->L, "QB0401", v->span, "'%s' of '%s' must be from %s to %s, found %s",
                       p->name, op, lo, hi, found);
    else if (isfinite(p->min))
        qb_lower_error(c->L, "QB0401", v->span, "'%s' of '%s' must be at least %s, found %s",
                       p->name, op, lo, found);
    else
        qb_lower_error(c->L, "QB0401", v->span, "'%s' of '%s' must be at most %s, found %s",
                       p->name, op, hi, found);
    return false;
}

static bool is_within(const QbSlotCtx *c, int row, const QbVal *v, double number)
{
    const QbParam *p = row_of(c, row);
    bool bounded = p->min != 0 || p->max != 0;
    if (!bounded || (number >= p->min && number <= p->max))
        return true;
    return report_range(c, row, v, number);
}

static bool is_whole(const QbSlotCtx *c, int row, const QbVal *v, double number)
{
    char found[32];
    if (number == floor(number) && fabs(number) <= MOST_WHOLE)
        return true;
    qb_lower_error(c->L, "QB0402", v->span, "'%s' of '%s' must be a whole number, found %s",
                   row_of(c, row)->name, c->step->op->name, qb_number_text(number, found));
    return false;
}

static bool is_odd(const QbSlotCtx *c, int row, const QbVal *v, double number)
{
    char below[32], above[32], found[32];
    if (fmod(number, 2) != 0)
        return true;
    QbDiag *d =
        qb_lower_error(c->L, "QB0403", v->span, "'%s' of '%s' must be odd, found %s",
                       row_of(c, row)->name, c->step->op->name, qb_number_text(number, found));
    if (number > 0)
        qb_lower_hint(c->L, d, "%s or %s", qb_number_text(number - 1, below),
                      qb_number_text(number + 1, above));
    return false;
}

/* The nearest value that the row takes to a length in a physical unit. */
static double nearest(const QbParam *p, double v)
{
    if (p->odd)
        return 2 * floor(v / 2) + 1;
    return is_whole_slot(p->slot) ? nearbyint(v) : v;
}

bool qb_lower_store_number(const QbSlotCtx *c, int row, const QbVal *v, int axis, double *out)
{
    const QbParam *p = row_of(c, row);
    bool rounds;
    *out = 0;
    if (!in_voxels(c, row, v, axis, out, &rounds))
        return false;
    if (rounds)
        *out = nearest(p, *out);
    if (rounds && isnan(*out)) { /* checked when the image is known */
        *out = 0;
        return true;
    }
    if (is_whole_slot(p->slot) && !is_whole(c, row, v, *out))
        return false;
    return is_within(c, row, v, *out) && (!p->odd || is_odd(c, row, v, *out));
}

/* ---- one number for each axis ------------------------------------------------------------------------ */

static bool report_length(const QbSlotCtx *c, int row, const QbVal *v, const char *takes)
{
    QbDiag *d = qb_lower_error(c->L, "QB0404", v->span, "'%s' of '%s' takes %s, found %d",
                               row_of(c, row)->name, c->step->op->name, takes, v->n_items);
    bool per_axis = row_of(c, row)->slot == QB_SLOT_SIZES || row_of(c, row)->slot == QB_SLOT_SIGMAS;
    if (c->subject && per_axis)
        qb_lower_hint(c->L, d,
                      c->subject->rank == 3 ? "in the order z, y, x" : "in the order y, x");
    return false;
}

/* A list has an entry for each of the user's axes. Without a subject the entries are the user's axes themselves. */
static bool store_list(const QbSlotCtx *c, int row, const QbVal *v, double size[3])
{
    int rank = c->subject ? c->subject->rank : v->n_items;
    if (c->subject && v->n_items != rank)
        return report_length(
            c, row, v,
            qb_arena_printf(c->L->arena, "a number, or one for each of the image's %d axes", rank));
    if (v->n_items < 1 || v->n_items > 3)
        return report_length(c, row, v, "a number, or one for each axis");
    bool ok = true;
    for (int u = 0; u < rank; u++) {
        int axis = c->subject ? qb_axis(rank, u) : u;
        ok = qb_lower_store_number(c, row, &v->items[u], axis, &size[axis]) && ok;
    }
    return ok;
}

static bool store_scalar(const QbSlotCtx *c, int row, const QbVal *v, double size[3])
{
    bool is_flat = c->subject && c->subject->rank == 2;
    bool ok = true;
    for (int axis = 0; axis < 3 && ok; axis++)
        if (!is_flat || axis != 1)
            ok = qb_lower_store_number(c, row, v, axis, &size[axis]);
    return ok;
}

bool qb_lower_store_sizes(const QbSlotCtx *c, int row, const QbVal *v)
{
    const QbParam *p = row_of(c, row);
    bool real = p->slot == QB_SLOT_SIGMAS;
    double none = c->subject && !real ? 1 : 0, size[3] = {none, none, none};
    if (!(v->kind == QB_LIST ? store_list : store_scalar)(c, row, v, size))
        return false;
    for (int axis = 0; axis < 3; axis++) {
        if (real)
            ((double *)(c->params + p->offset))[axis] = size[axis];
        else
            ((int64_t *)(c->params + p->offset))[axis] = (int64_t)size[axis];
    }
    return true;
}

bool qb_lower_store_shape(const QbSlotCtx *c, int row, const QbVal *v)
{
    QbShape *shape = (QbShape *)(c->params + row_of(c, row)->offset);
    if (v->kind != QB_LIST)
        return qb_lower_wrong_kind(c, row, v);
    if (v->n_items < 2 || v->n_items > 3)
        return report_length(c, row, v, "a list of 2 or 3 sizes");
    *shape = (QbShape){.rank = v->n_items, .n = {1, 1, 1}};
    bool ok = true;
    for (int u = 0; u < v->n_items; u++) {
        double n;
        if (!qb_lower_store_number(c, row, &v->items[u], qb_axis(v->n_items, u), &n)) {
            ok = false;
        } else if (n < 1) {
            char found[32];
            qb_lower_error(c->L, "QB0401", v->items[u].span,
                           "'%s' of '%s' holds sizes from 1, found %s", row_of(c, row)->name,
                           c->step->op->name, qb_number_text(n, found));
            ok = false;
        }
        shape->n[qb_axis(v->n_items, u)] = ok ? (int64_t)n : 1;
    }
    return ok;
}

bool qb_lower_store_numbers(const QbSlotCtx *c, int row, const QbVal *v)
{
    QbNumbers *numbers = (QbNumbers *)(c->params + row_of(c, row)->offset);
    const QbVal *items = v->kind == QB_LIST ? v->items : v; /* a number is a list of one */
    int n = v->kind == QB_LIST ? v->n_items : 1;
    if (n < 1 || n > QB_COUNT(numbers->v))
        return report_length(c, row, v,
                             qb_arena_printf(c->L->arena, "1 to %d numbers", QB_COUNT(numbers->v)));
    /* One number for each axis is by that axis' voxel size, and a length alone is one for each. */
    const QbType *t = row_of(c, row)->length ? c->subject : NULL;
    bool spreads = t && v->kind != QB_LIST && qb_val_has_unit(v), ok = true;
    numbers->n = spreads ? t->rank : n;
    for (int k = 0; k < numbers->n; k++) {
        int axis = t && numbers->n == t->rank ? qb_axis(t->rank, k) : -1;
        ok = qb_lower_store_number(c, row, &items[spreads ? 0 : k], axis, &numbers->v[k]) && ok;
    }
    return ok;
}
