/* The voxels of an image, for the verb info: its numbers and its preview are pipelines like any other, so that they are read in
 * chunks, by all threads, within the memory budget. */
#include "cli/info.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/engine.h"
#include "runtime/run.h"
#include "stdlib/prelude.h"

#define PREVIEW_SIDE   1200 /* pixels at most, about */
#define PREVIEW_SLICES 9

/* ---- a pipeline from a text ------------------------------------------------------------------------------ */

/* Lowers and plans `text`, whose path parameters are bound to `paths`. */
static int make_plan(QbPipeline *p, const QbCliOptions *o, const char *text, const QbTexts *paths,
                     QbPlan **plan)
{
    *p = (QbPipeline){.arena = qb_arena_new()};
    qb_diags_init(&p->diags, p->arena);
    p->source = (QbSource){.name = "info", .text = text, .length = strlen(text)};
    p->file = qb_parse_file(p->arena, &p->source, &p->diags);
    QbLowerOptions lo = {.images = paths->v, .n_images = paths->n};
    p->dag = qb_lower(p->arena, p->file, &lo, qb_ops, qb_n_ops, &p->diags);
    for (int k = 0; k < p->diags.n; k++)
        if (p->diags.v[k].severity == QB_ERROR)
            return qb_fail(qb_pipeline_status(p), "%s", p->diags.v[k].message);
    return qb_engine_plan(p, o, plan);
}

/* Runs it; the caller frees the result. */
static int run(QbPipeline *p, const QbPlan *plan, bool gather, QbRunResult *result)
{
    char sha256[65];
    QbErr err = {0};
    qb_pipeline_sha256(p, sha256);
    const QbRunOptions ro = {.tmp_dir = qb_spill_folder(),
                             .kernels = qb_kernels(NULL),
                             .provenance = qb_provenance(p, sha256),
                             .started = qb_now(),
                             .gather = gather};
    if (qb_run(plan, &ro, result, &err))
        return 0;
    return qb_fail(err.status ? err.status : QB_EXIT_FAILED, "%s", err.text);
}

/* ---- numbers --------------------------------------------------------------------------------------------- */

/* A table with a row for each value becomes bars of equal whole width. */
static bool bars_of_values(QbTable *t, QbVoxelFacts *f, QbErr *err)
{
    int64_t first = 0, last = 0, v, n;
    if (t->n_rows == 0)
        return true;
    if (!qb_table_get_whole(t, 0, 0, &first, err) ||
        !qb_table_get_whole(t, t->n_rows - 1, 0, &last, err))
        return false;
    int64_t width = (last - first) / QB_INFO_BARS + 1;
    f->n_bars = (int)((last - first) / width + 1);
    for (int k = 0; k <= f->n_bars; k++)
        f->edge[k] = (double)(first + k * width);
    for (int64_t row = 0; row < t->n_rows; row++) {
        if (!qb_table_get_whole(t, row, 0, &v, err) || !qb_table_get_whole(t, row, 1, &n, err))
            return false;
        f->count[(v - first) / width] += n;
        f->counted += n;
    }
    return true;
}

/* A table of bins, by their middles. */
static bool bars_of_bins(QbTable *t, QbVoxelFacts *f, QbErr *err)
{
    double first = 0, last = 0;
    if (t->n_rows == 0)
        return true;
    QB_CHECK(t->n_rows <= QB_INFO_BARS);
    if (!qb_table_get(t, 0, 0, &first, err) || !qb_table_get(t, t->n_rows - 1, 0, &last, err))
        return false;
    double half = t->n_rows > 1 ? (last - first) / (double)(t->n_rows - 1) / 2 : 0.5;
    f->n_bars = (int)t->n_rows;
    for (int k = 0; k <= f->n_bars; k++)
        f->edge[k] = first + (2 * k - 1) * half;
    for (int k = 0; k < f->n_bars; k++) {
        if (!qb_table_get_whole(t, k, 1, &f->count[k], err))
            return false;
        f->counted += f->count[k];
    }
    return true;
}

static bool take_facts(QbRunResult *r, QbVoxelFacts *f, QbErr *err)
{
    char *end = r->printed.s;
    f->low = strtod(end, &end);
    f->high = strtod(end, &end);
    f->mean = strtod(end, &end);
    QbTable *t = r->outputs[1].table;
    return t->type[0].whole ? bars_of_values(t, f, err) : bars_of_bins(t, f, err);
}

int qb_info_voxels(const QbCliOptions *o, const char *path, const QbType *type, QbVoxelFacts *f)
{
    bool by_value = qb_pix_bytes(type->pix) <= 2;
    QbText text = {0};
    qb_text_addf(&text,
                 "param input: path = \"\"\nimage = read(input)\n"
                 "print min(image), max(image), mean(image)\n"
                 "save histogram(image%s) to \"bars.csv\"\n",
                 by_value ? "" : ", bins=16");
    _Static_assert(QB_INFO_BARS == 16, "as many as are asked for");
    *f = (QbVoxelFacts){0};
    QbPipeline p;
    QbPlan *plan = NULL;
    QbRunResult result = {0};
    QbErr err = {0};
    const QbTexts paths = {.v = &path, .n = 1};
    int status = make_plan(&p, o, text.s, &paths, &plan);
    if (status == 0)
        status = run(&p, plan, true, &result);
    if (status == 0 && !take_facts(&result, f, &err))
        status = qb_fail(QB_EXIT_FAILED, "%s", err.text);
    qb_run_result_free(&result);
    qb_pipeline_close(&p);
    qb_text_free(&text);
    return status;
}

/* ---- the preview ----------------------------------------------------------------------------------------- */

/* Every `step`-th voxel of a picture of so many. */
static long long step_of(int64_t height, int64_t width)
{
    return (qb_max64(height, width) + PREVIEW_SIDE - 1) / PREVIEW_SIDE;
}

static void add_picture(const QbType *type, QbText *text)
{
    if (type->rank == 2) {
        long long step = step_of(type->n[0], type->n[2]);
        qb_text_addf(text, "picture = image[::%lld, ::%lld]\n", step, step);
        return;
    }
    int64_t n = qb_min64(type->n[0], PREVIEW_SLICES), columns = n <= 3 ? n : n <= 4 ? 2 : 3;
    long long every = type->n[0] / n, first = every / 2;
    long long step = step_of(type->n[1] * ((n + columns - 1) / columns), type->n[2] * columns);
    qb_text_addf(text, "picture = montage(image[%lld:%lld:%lld, ::%lld, ::%lld], columns=%lld)\n",
                 first, first + every * (n - 1) + 1, every, step, step, (long long)columns);
}

int qb_info_preview(const QbCliOptions *o, const char *path, const QbType *type)
{
    QbText text = {0};
    qb_text_add(&text,
                "param input: path = \"\"\nparam output: path = \"\"\nimage = read(input)\n");
    add_picture(type, &text);
    bool bar = type->spacing[2] > 0 && type->n[2] >= 96;
    qb_text_addf(&text, "save picture to output%s\n", bar ? " with (bar=true)" : "");
    QbPipeline p;
    QbPlan *plan = NULL;
    QbRunResult result = {0};
    const char *bound[2] = {path, o->png};
    const QbTexts paths = {.v = bound, .n = 2};
    int status = make_plan(&p, o, text.s, &paths, &plan);
    if (status == 0)
        status = run(&p, plan, false, &result);
    qb_run_result_free(&result);
    qb_pipeline_close(&p);
    qb_text_free(&text);
    return status;
}
