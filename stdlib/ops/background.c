/* background(image, radius): an opening by a box. Its code is stdlib/prelude/background.qbi. */
#include "stdlib/kernels/filter.h"
#include "stdlib/prelude.h"

typedef struct Params {
    int64_t radius[3];
} Params;

static const QbParam rows[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_IMAGE), .help = "image"},
    {.name = "radius",
     .slot = QB_SLOT_SIZES,
     .offset = offsetof(Params, radius),
     .min = 0,
     .max = (QB_FILTER_MAX_SIZE - 1) / 2,
     .length = true,
     .unit = "voxels",
     .help = "half the width of the box, larger than the details that are to go"},
};

static const char *const examples[] = {"background(image, 10)", "image - background(image, 10)",
                                       NULL};

const QbOp qb_op_background = {
    .name = "background",
    .class = QB_OP_COMPOSED,
    .group = "filters",
    .help = "grey values without the bright details: an opening by a box of this radius",
    .follows = "scipy.ndimage.grey_opening",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = qb_filter_check_same,
    .code = &qb_code_background,
};
