/* tophat(image, element): what an opening takes away. Its code is stdlib/prelude/tophat.qbi. */
#include "stdlib/morphology.h"
#include "stdlib/prelude.h"

typedef struct Params {
    QbElement element;
    bool dark;
} Params;

static const QbParam rows[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_IMAGE), .help = "image"},
    {.name = "element",
     .slot = QB_SLOT_ELEMENT,
     .offset = offsetof(Params, element),
     .help = "ball, disk, box or cross that the details are too small for"},
    {.name = "dark",
     .slot = QB_SLOT_BOOL,
     .offset = offsetof(Params, dark),
     .def = "false",
     .help = "dark details in place of bright ones"},
};

static bool check(QbCheck *c)
{
    return qb_morph_check(c, &((const Params *)c->params)->element);
}

static const char *const examples[] = {"tophat(image, disk(3))", "volume |> tophat(ball(2))",
                                       "tophat(image, box(5), dark=true)", NULL};

const QbOp qb_op_tophat = {
    .name = "tophat",
    .class = QB_OP_COMPOSED,
    .group = "filters",
    .help = "bright details that the element does not fit into, in the image's type; or dark ones",
    .follows = "scipy.ndimage.white_tophat, black_tophat",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .code = &qb_code_tophat,
};
