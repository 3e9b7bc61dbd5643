/* close(image, element): a dilation, then an erosion. Its code is stdlib/prelude/close.qbi. */
#include "stdlib/morphology.h"
#include "stdlib/prelude.h"

static const QbParam rows[] = {
    QB_MORPH_SUBJECT,
    {.name = "element",
     .slot = QB_SLOT_ELEMENT,
     .offset = offsetof(QbOpeningParams, element),
     .help = "ball, disk, box or cross"},
};

static bool check(QbCheck *c)
{
    return qb_morph_check(c, &((const QbOpeningParams *)c->params)->element);
}

static const char *const examples[] = {"close(mask, ball(2))", "image |> close(disk(3))", NULL};

const QbOp qb_op_close = {
    .name = "close",
    .class = QB_OP_COMPOSED,
    .group = "morphology",
    .help = "fills background that the element does not fit into: dilate, then erode",
    .follows = "scipy.ndimage.binary_closing, grey_closing",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbOpeningParams),
    .check = check,
    .code = &qb_code_close,
};
