/* Masks that are ranges of an image of whole numbers: which comparisons with fixed numbers say so, and what the bounds are
 * within the pixel type. Knows operators by their names alone. */
#include "compiler/opinfo.h"

#include <math.h>

typedef struct Range {
    QbNodeId image;
    double low, high; /* low > high: nothing */
} Range;

/* What a comparison leaves of the whole numbers, from the smallest and up to the largest. */
typedef struct Bound {
    const char *op;
    bool above, below; /* bounded by its number from below, from above */
    bool strict;       /* the number itself is not in it */
} Bound;

static const Bound bounds[] = {{"gt", true, false, true},
                               {"ge", true, false, false},
                               {"lt", false, true, true},
                               {"le", false, true, false},
                               {"eq", true, true, false}};

static const Bound *bound_of(const QbNode *n)
{
    for (int k = 0; k < QB_COUNT(bounds); k++)
        if (qb_op_is(n, bounds[k].op))
            return &bounds[k];
    return NULL;
}

static bool is_whole(const QbType *t)
{
    return t->kind == QB_IMAGE && !qb_pix_info[t->pix].is_float;
}

/* An image on one side, a fixed number on the other. */
static bool compared(const QbDag *g, const QbNode *n, Range *r)
{
    const Bound *b = bound_of(n);
    int side = b && qb_dag_at(g, n->in[0])->op ? 0 : 1;
    if (!b)
        return false;
    const QbNode *image = qb_dag_at(g, n->in[side]), *number = qb_dag_at(g, n->in[1 - side]);
    if (number->op || isnan(number->number) || !is_whole(&image->type))
        return false;
    double t = number->number;
    bool above = side == 0 ? b->above : b->below, below = side == 0 ? b->below : b->above;
    *r = (Range){image->id, qb_pix_info[image->type.pix].lo, qb_pix_info[image->type.pix].hi};
    if (above)
        r->low = fmax(r->low, b->strict ? floor(t) + 1 : ceil(t));
    if (below)
        r->high = fmin(r->high, b->strict ? ceil(t) - 1 : floor(t));
    return true;
}

bool qb_dag_within(const QbDag *g, QbNodeId mask, QbNodeId *image, double *low, double *high)
{
    const QbNode *n = qb_dag_at(g, mask);
    Range r, other;
    if (qb_op_is(n, "logical_and")) {
        if (!compared(g, qb_dag_at(g, n->in[0]), &r) ||
            !compared(g, qb_dag_at(g, n->in[1]), &other) || r.image != other.image)
            return false;
        r.low = fmax(r.low, other.low);
        r.high = fmin(r.high, other.high);
    } else if (!compared(g, n, &r)) {
        return false;
    }
    *image = r.image;
    *low = r.low;
    *high = r.high;
    return r.low <= r.high;
}
