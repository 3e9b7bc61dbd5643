/* unsharp(image, sigma, amount): an image with its details made stronger. Its code is stdlib/prelude/unsharp.qbi. */
#include "stdlib/linear.h"
#include "stdlib/prelude.h"

typedef struct Params {
    double sigma[3], amount;
} Params;

static const QbParam rows[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_IMAGE), .help = "image"},
    {.name = "sigma",
     .slot = QB_SLOT_SIGMAS,
     .offset = offsetof(Params, sigma),
     .def = "1",
     .min = 0,
     .max = QB_FILTER_MAX_SIGMA,
     .length = true,
     .unit = "voxels",
     .help = "standard deviation of the smoothing that details are told by, or one for each axis"},
    {.name = "amount",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(Params, amount),
     .def = "1",
     .help = "how much of the details is added"},
};

static const char *const examples[] = {"unsharp(image, 2)", "image |> unsharp(sigma=2, amount=0.5)",
                                       NULL};

const QbOp qb_op_unsharp = {
    .name = "unsharp",
    .class = QB_OP_COMPOSED,
    .group = "filters",
    .help = "details made stronger: the image and `amount` times what smoothing takes away; not "
            "cut off",
    .follows = "skimage.filters.unsharp_mask with preserve_range",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = qb_filter_check_float,
    .code = &qb_code_unsharp,
};
