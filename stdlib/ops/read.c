/* read(path): a TIFF file, or the slices that a path with * stands for. Headers are read when the pipeline is checked, voxels
 * when it runs; how, is for runtime/imgio.h. */
#include "core/op.h"
#include "runtime/imgio.h"

#include <math.h>
#include <string.h>

typedef struct Params {
    const char *path;
    int64_t page, channel, time;
    /* What the header says, for the planner; no arguments. */
    int64_t atom, worker_bytes;
    double cost;
    bool sequential;
} Params;

static const QbParam rows[] = {
    {.name = "path",
     .slot = QB_SLOT_PATH,
     .offset = offsetof(Params, path),
     .help = "a TIFF file; with * or ? the files are slices, in the order of the numbers in their "
             "names"},
    {.name = "page",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, page),
     .def = "-1",
     .min = -1,
     .max = INFINITY,
     .help = "the only page to read, from 0; -1: all are the slices of a volume"},
    {.name = "channel",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, channel),
     .def = "-1",
     .min = -1,
     .max = INFINITY,
     .help = "of a file with several channels, from 0; -1: RGB is read as luma"},
    {.name = "time",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, time),
     .def = "-1",
     .min = -1,
     .max = INFINITY,
     .help = "of a file with several times, from 0"},
};

static QbReadSpec spec_of(const Params *p)
{
    return (QbReadSpec){p->path, p->page, p->channel, p->time};
}

/* ns a voxel, as measured: what unpacking takes for each voxel, each byte of its samples, and each byte that the file has for it. */
static double cost_of(const QbImageInfo *info)
{
    static const struct {
        const char *compression;
        double voxel, sample, packed;
    } known[] = {{"none", 0.02, 0.2, 0},
                 {"packbits", 0, 0.2, 0.3},
                 {"deflate", 0.8, 0.3, 2.2},
                 {"lzw", 0, 2.2, 2},
                 {"zstd", 0, 1, 0.4}};
    const QbType *t = &info->type;
    double voxels = (double)(t->n[0] * t->n[1] * t->n[2]);
    double samples = info->samples * (info->bits < 8 ? 1 : info->bits / 8);
    for (int k = 0; k < QB_COUNT(known); k++)
        if (strcmp(known[k].compression, info->compression) == 0)
            return known[k].voxel + known[k].sample * samples +
                   known[k].packed * (double)info->packed_bytes / voxels;
    return 8 * samples;
}

/* The argument that asks for what is not there: the only one that was given, else the whole call. */
static int blamed(const Params *p)
{
    int n = (p->page >= 0) + (p->channel >= 0) + (p->time >= 0);
    return n != 1 ? -1 : p->page >= 0 ? 1 : p->channel >= 0 ? 2 : 3;
}

static bool check(QbCheck *c)
{
    Params *p = c->params;
    QbReadSpec spec = spec_of(p);
    QbImageInfo info;
    QbErr err = {0};
    if (!p->path || !*p->path)
        return c->fail(c, 0, NULL, "the path of the image is empty");
    if (!qb_image_info(&spec, &info, &err))
        return err.status == 2 ? c->fail(c, blamed(p), NULL, "%s", err.text)
                               : c->fail_file(c, 0, &err);
    p->atom = info.atom_rows;
    p->worker_bytes = info.worker_bytes;
    p->sequential = info.sequential;
    p->cost = cost_of(&info);
    *c->out = info.type;
    return true;
}

static double cost(const void *params, const QbType *const *in)
{
    (void)in;
    return ((const Params *)params)->cost;
}

static int64_t atom(const void *params, const QbType *type)
{
    (void)type;
    return ((const Params *)params)->atom;
}

static size_t worker_bytes(const void *params, const QbType *type)
{
    (void)type;
    return (size_t)((const Params *)params)->worker_bytes;
}

static bool sequential(const void *params, const QbType *type)
{
    (void)type;
    return ((const Params *)params)->sequential;
}

/* The plan holds for the file that was checked, not for what took its place. */
static bool open_image(const void *params, const QbType *type, const QbRunEnv *env, void **state,
                       QbErr *err)
{
    QbReadSpec spec = spec_of(params);
    QbImageReader *r;
    if (!qb_image_open(&spec, env->threads, &r, err))
        return false;
    const QbType *now = &qb_image_opened(r)->type;
    if (now->rank != type->rank || now->pix != type->pix ||
        memcmp(now->n, type->n, sizeof(now->n)) != 0) {
        qb_image_close(r);
        return qb_err_set(err, "'%s' has changed since its header was read", spec.path);
    }
    *state = r;
    return true;
}

static bool fill(const QbTask *t, void *state, QbErr *err)
{
    return qb_image_read(state, &t->out.box, t->out.row, t->worker, err);
}

static void close_image(void *state)
{
    qb_image_close(state);
}

static void stats(void *state, int64_t *pages, int64_t *bytes)
{
    qb_image_stats(state, pages, bytes);
}

static const QbSourceOps source = {
    .atom = atom,
    .worker_bytes = worker_bytes,
    .open = open_image,
    .fill = fill,
    .close = close_image,
    .stats = stats,
    .sequential = sequential,
};
static const char *const examples[] = {"read(\"cells.tif\")", "read(\"cells.tif\", page=3)",
                                       "read(\"slices/*.tif\")", NULL};

const QbOp qb_op_read = {
    .name = "read",
    .class = QB_OP_SOURCE,
    .group = "sources",
    .help = "the image of a TIFF file; several pages are a volume",
    .follows = "tifffile.imread",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .source = &source,
};
