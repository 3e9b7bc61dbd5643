/* overlay_draw: grey voxels, and colours where an object ends. An outline lies inside its object: the voxels that have another
 * value at most `width` steps away in their plane (steps to the side, up and down), so that each slice of a volume can be looked at
 * for itself. The border of the image is no outline. Made by overlay. */
#include "core/colour.h"
#include "core/op.h"
#include "stdlib/overlay.h"
#include "stdlib/pixelwise.h"

typedef QbOverlay Params;

static const QbParam rows[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_IMAGE), .help = "image"},
    {.name = "labels",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_LABELS) | QB_ACCEPT(QB_MASK),
     .help = "labels or mask"},
    {.name = "low", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_NUMBER), .help = "black"},
    {.name = "high", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_NUMBER), .help = "white"},
    {.name = "width",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, width),
     .min = 1,
     .max = QB_OVERLAY_WIDEST,
     .help = "of the outlines"},
};

static bool check(QbCheck *c)
{
    if (!qb_pixelwise_agree(c))
        return false;
    c->out->kind = QB_PICTURE;
    c->out->pix = QB_U32;
    c->out->nan_free = true;
    return true;
}

static void halo(const void *params, const QbType *const *in, int input, QbHalo *h)
{
    int64_t width = ((const Params *)params)->width;
    if (input != 1)
        return;
    int down = in[1]->rank == 2 ? 0 : 1; /* the axis down the plane */
    h->before[down] = h->after[down] = h->before[2] = h->after[2] = width;
}

/* The rows of labels from `width` above to `width` below: row[QB_OVERLAY_WIDEST] is the one that is drawn. */
typedef struct Rows {
    const void *row[2 * QB_OVERLAY_WIDEST + 1];
    int64_t x0, nx, width;
    bool mask;
} Rows;

static uint32_t label_at(const Rows *r, int64_t down, int64_t x)
{
    const void *row = r->row[QB_OVERLAY_WIDEST + down];
    return r->mask ? ((const uint8_t *)row)[x - r->x0] : ((const uint32_t *)row)[x - r->x0];
}

/* Whether another value lies at most `width` steps away. */
static bool is_outline(const Rows *r, int64_t x, uint32_t label)
{
    for (int64_t d = -r->width; d <= r->width; d++) {
        int64_t side = r->width - (d < 0 ? -d : d);
        int64_t from = qb_max64(0, x - side), to = qb_min64(r->nx - 1, x + side);
        for (int64_t at = from; at <= to; at++)
            if (label_at(r, d, at) != label)
                return true;
    }
    return false;
}

static void draw_row(const QbTask *t, const Rows *r, int64_t i, int64_t y)
{
    const QbRows *image = &t->in[0];
    const QbBox *b = &t->out.box;
    const unsigned char *grey = qb_row(image, i, y);
    QbPix pix = t->in_type[0]->pix;
    double low = t->value[2]->number, scale = qb_grey_scale(low, t->value[3]->number);
    uint32_t *out = qb_tile_row(&t->out, i, y);
    for (int64_t x = b->lo[2]; x < b->hi[2]; x++) {
        uint32_t label = label_at(r, 0, x);
        if (label != 0 && is_outline(r, x, label)) {
            out[x - b->lo[2]] = r->mask ? QB_COLOUR_MASK : qb_colour_of_label(label);
            continue;
        }
        int level = qb_grey(qb_pix_get(pix, grey, x - image->x0), low, scale);
        out[x - b->lo[2]] = qb_colour(level, level, level);
    }
}

static void run(const QbTask *t)
{
    const QbRows *labels = &t->in[1];
    const QbBox *b = &t->out.box;
    bool flat = t->in_type[1]->rank == 2;
    Rows r = {.x0 = labels->x0,
              .nx = labels->nx,
              .width = ((const Params *)t->params)->width,
              .mask = t->in_type[1]->kind == QB_MASK};
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++) {
            for (int64_t d = -r.width; d <= r.width; d++)
                r.row[QB_OVERLAY_WIDEST + d] = qb_row(labels, flat ? i + d : i, flat ? y : y + d);
            draw_row(t, &r, i, y);
        }
}

static double cost(const void *params, const QbType *const *in)
{
    double width = (double)((const Params *)params)->width;
    (void)in;
    return 4 + 2 * width * width;
}

const QbOp qb_op_overlay_draw = {
    .name = "overlay_draw",
    .class = QB_OP_KERNEL,
    .hidden = true,
    .group = "labels",
    .help = "grey voxels, and colours where an object ends",
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .halo = halo,
    .run = run,
};
