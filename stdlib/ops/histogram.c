/* histogram(image, bins, low, high): a table `value,count`. Whole numbers have a row for each value from the smallest voxel to the
 * largest (256 bins where these are more than 65536 apart), floats 256 bins; `bins` asks for so many of equal width, `low` and `high` for
 * another range. A bin's value is its middle, the last bin holds its upper edge too. NaN and infinite voxels are left out. */
#include "stdlib/bins.h"
#include "stdlib/pixelwise.h"

#include <math.h>

typedef struct Params {
    int64_t bins; /* 0: not given */
} Params;

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image"},
    {.name = "bins",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, bins),
     .def = "",
     .min = 1,
     .max = QB_BINS_MOST,
     .help = "how many; one per value for whole numbers, else 256, unless given"},
    {.name = "low",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_NUMBER),
     .def = "",
     .unit = "grey value",
     .help = "where the first bin starts; the smallest voxel unless given"},
    {.name = "high",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_NUMBER),
     .def = "",
     .unit = "grey value",
     .help = "where the last bin ends; the largest voxel unless given"},
};

static bool check_range(QbCheck *c)
{
    double v[2] = {0, 0};
    bool known[2];
    for (int k = 0; k < 2; k++) {
        known[k] = qb_pixelwise_fixed(c, 1 + k, &v[k]);
        if (known[k] && !isfinite(v[k]))
            return c->fail(c, 2 + k, "a finite number", "'histogram' needs a finite '%s', found %g",
                           k ? "high" : "low", v[k]);
    }
    if (known[0] && known[1] && v[0] > v[1])
        return c->fail(c, 2, "low=…, high=…",
                       "'histogram' needs a 'low' of at most 'high', found %g and %g", v[0], v[1]);
    return true;
}

static bool check(QbCheck *c)
{
    if (!qb_pixelwise_wants_image(c, 0, "histogram") || !check_range(c))
        return false;
    bool by_value = qb_bins_is_narrow(c->in[0]->pix) && ((const Params *)c->params)->bins == 0 &&
                    !c->in[1] && !c->in[2];
    *c->out = (QbType){.kind = QB_TABLE, .n_columns = 2};
    c->out->columns[0] = (QbColumnType){"value", by_value};
    c->out->columns[1] = (QbColumnType){"count", true};
    return true;
}

static QbNodeId compose(QbBuild *b)
{
    const Params *p = b->check->params;
    QbNodeId counts = qb_bins_compose(b, p->bins, b->in[1], b->in[2]);
    return counts < 0
               ? -1
               : b->node(b, "histogram_table", p, (QbNodeId[]){counts, b->in[1], b->in[2]}, 3);
}

static const char *const examples[] = {"histogram(image)", "image |> histogram(bins=64)",
                                       "histogram(image, low=0, high=255)", NULL};

const QbOp qb_op_histogram = {
    .name = "histogram",
    .class = QB_OP_COMPOSED,
    .group = "measures",
    .help = "how many voxels have each grey value, or lie in each of some bins; NaN left out",
    .follows = "skimage.exposure.histogram; with bins, low or high numpy.histogram",
    .examples = examples,
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .param_size = sizeof(Params),
    .check = check,
    .compose = compose,
};
