/* dog(image, low, high): the difference of two Gaussian smoothings. Its code is stdlib/prelude/dog.qbi. */
#include "stdlib/linear.h"
#include "stdlib/prelude.h"

typedef struct Params {
    double low[3], high[3];
} Params;

static const QbParam rows[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_IMAGE), .help = "image"},
    {.name = "low",
     .slot = QB_SLOT_SIGMAS,
     .offset = offsetof(Params, low),
     .min = 0,
     .max = QB_FILTER_MAX_SIGMA,
     .length = true,
     .unit = "voxels",
     .help = "standard deviation of the lighter smoothing, or one for each axis"},
    {.name = "high",
     .slot = QB_SLOT_SIGMAS,
     .offset = offsetof(Params, high),
     .min = 0,
     .max = QB_FILTER_MAX_SIGMA,
     .length = true,
     .unit = "voxels",
     .help = "standard deviation of the stronger smoothing, or one for each axis"},
};

static const char *const examples[] = {"dog(image, 1, 2)",
                                       "volume |> dog(low=[0, 1, 1], high=[0, 3, 3])", NULL};

const QbOp qb_op_dog = {
    .name = "dog",
    .class = QB_OP_COMPOSED,
    .group = "filters",
    .help = "difference of two Gaussian smoothings: details between two sizes; f32, or f64 for f64",
    .follows = "skimage.filters.difference_of_gaussians",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = qb_filter_check_float,
    .code = &qb_code_dog,
};
