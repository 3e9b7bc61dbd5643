/* percentile(image, p): exact for every pixel type. Voxels of 8 and 16 bits are counted by value in one pass; wider ones by 16 bits
 * of their sort keys a pass, the leading ones first, so memory is bounded whatever the image. */
#include "stdlib/pixelwise.h"
#include "stdlib/tally.h"

typedef struct Params {
    double p;
} Params;

static const QbParam params[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT_RASTER, .help = "image"},
    {.name = "p",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(Params, p),
     .min = 0,
     .max = 100,
     .unit = "percent",
     .help = "how many voxels in a hundred are below; 50: the median of the image"},
};

static bool check(QbCheck *c)
{
    if (!qb_pixelwise_wants_image(c, 0, "percentile"))
        return false;
    *c->out = (QbType){.kind = QB_NUMBER, .measured = true};
    return true;
}

static QbNodeId compose(QbBuild *b)
{
    const Params *p = b->check->params;
    QbNodeId tally = -1;
    for (int level = 0; level < qb_tally_levels(b->check->in[0]->pix); level++) {
        QbTallyParams q = {level ? p->p : 0, level};
        tally = b->node(b, "tally", &q, (QbNodeId[]){b->in[0], tally}, 2);
        if (tally < 0)
            return -1;
    }
    return b->node(b, "quantile", p, &tally, 1);
}

static const char *const examples[] = {"percentile(image, 99)", "image |> percentile(50)",
                                       "image |> threshold(percentile(image, 95))", NULL};

const QbOp qb_op_percentile = {
    .name = "percentile",
    .class = QB_OP_COMPOSED,
    .group = "measures",
    .help = "the grey value that p percent of the voxels lie below, between ranks by linear "
            "interpolation",
    .follows = "numpy.percentile",
    .examples = examples,
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .param_size = sizeof(Params),
    .check = check,
    .compose = compose,
};
