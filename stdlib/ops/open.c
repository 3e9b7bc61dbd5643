/* open(image, element): an erosion, then a dilation. Its code is stdlib/prelude/open.qbi. */
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

static const char *const examples[] = {"open(mask, ball(2))", "image |> open(disk(3))", NULL};

const QbOp qb_op_open = {
    .name = "open",
    .class = QB_OP_COMPOSED,
    .group = "morphology",
    .help = "removes foreground that the element does not fit into: erode, then dilate",
    .follows = "scipy.ndimage.binary_opening, grey_opening",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(QbOpeningParams),
    .check = check,
    .code = &qb_code_open,
};
