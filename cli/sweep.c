/* qbic sweep: the points, for one image or for many, become the images of a batch: each has a name, a folder and columns of its own.
 * The engine, the results and the way on after a kill are the batch's; here is what a sweep adds to them. */
#include "cli/sweep.h"

#include <stdio.h>
#include <string.h>

#define MOST_RESULTS  1000000 /* points × images */
#define UNITS_ABREAST 4       /* for each thread: then each takes units of its own */

/* Stands for all images where none is looked at. */
#define ANY_IMAGE "./.any image.tif"

typedef struct Sweep {
    QbSweep points;
    QbFrontState front;
    QbCliOptions o;        /* with a folder of the results */
    QbBatchList images;    /* of --batch; none: the pipeline's own */
    QbNamePattern names;   /* of their columns */
    QbBatchList results;   /* each image at each point */
    QbNamePattern columns; /* of all results */
} Sweep;

/* ---- the pipeline ------------------------------------------------------------------------------------ */

static QbDag *lower_point(Sweep *s, int point, QbArena *arena, QbDiags *diags)
{
    QbLowerOptions lo = s->points.lower;
    const char **images = QB_NEW_N(arena, const char *, lo.n_images + 1);
    if (s->images.n) {
        images[0] = ANY_IMAGE;
        for (int k = 0; k < lo.n_images; k++)
            images[k + 1] = lo.images[k];
        lo.images = images;
        lo.n_images++;
        lo.check_only = true;
    }
    lo.out_dir = s->o.output;
    qb_sweep_override(&s->points, point, arena, &lo);
    QbDag *g = qb_lower(arena, s->points.p->file, &lo, qb_ops, qb_n_ops, diags);
    qb_diags_sort(diags, 0);
    return g;
}

/* The first point without errors; 0 where all have some. */
static int find_sound(Sweep *s)
{
    int sound = -1;
    for (int k = 0; sound < 0 && k < s->points.n_points; k++) {
        QbArena *arena = qb_arena_new();
        QbDiags diags;
        qb_diags_init(&diags, arena);
        lower_point(s, k, arena, &diags);
        sound = diags.n_errors ? -1 : k;
        qb_arena_free(arena);
    }
    return sound < 0 ? 0 : sound;
}

/* What is wrong at every point is none of a single one: it is told as `run` tells it. */
static int check_pipeline(Sweep *s)
{
    QbPipeline *p = s->points.p;
    p->dag = lower_point(s, find_sound(s), p->arena, &p->diags);
    qb_pipeline_print(p, false);
    return qb_pipeline_status(p);
}

/* ---- the results ------------------------------------------------------------------------------------- */

/* The image is what the first path parameter names, if the pipeline reads that. */
static bool reads_image(const Sweep *s)
{
    const QbDag *g = s->points.p->dag;
    const char *image = s->points.points[0].image;
    bool reads = image && strpbrk(image, "*?");
    for (int k = 0; image && k < g->n_input_paths && !reads; k++)
        for (int j = 0; j < s->points.n_points && !reads; j++)
            reads = !strcmp(g->input_paths[k], s->points.points[j].image);
    return reads;
}

static void add_tags(Sweep *s, bool has_image)
{
    QbArena *arena = s->points.arena;
    QbNamePattern *c = &s->columns;
    c->tags = QB_NEW_N(arena, QbTag, 1 + s->names.n + s->points.n_names);
    if (has_image)
        c->tags[c->n++] = (QbTag){"image", QB_TAG_TEXT};
    for (int k = 0; k < s->names.n; k++)
        c->tags[c->n++] = s->names.tags[k];
    for (int k = 0; k < s->points.n_names; k++)
        c->tags[c->n++] = s->points.tags[k];
}

/* One image, of a batch or the pipeline's own (NULL), at one point. */
static void add_result(Sweep *s, const QbBatchImage *image, int point, const char *path)
{
    QbArena *arena = s->points.arena;
    const QbSweepPoint *at = &s->points.points[point];
    const char **tags = QB_NEW_N(arena, const char *, s->columns.n + 1);
    QbBatchImage r = {.name = at->name, .path = path, .bytes = -1, .tags = tags};
    int n = 0;
    if (image) {
        r = *image;
        r.name = qb_arena_printf(arena, "%s/%s", image->name, at->name);
        r.tags = tags;
    }
    if (image || path)
        tags[n++] = image ? image->name : qb_path_stem(arena, path);
    for (int k = 0; k < s->names.n; k++)
        tags[n++] = image && image->tags ? image->tags[k] : NULL;
    for (int k = 0; k < s->points.n_names; k++)
        tags[n++] = at->values[k];
    s->results.v[s->results.n++] = r;
}

static int list_results(Sweep *s)
{
    int n = s->points.n_points;
    int64_t images = s->images.n ? s->images.n : 1, all = images * n;
    if (all > MOST_RESULTS)
        return qb_fail(QB_EXIT_USAGE, "%d points of %d images are more than %d", n, s->images.n,
                       MOST_RESULTS);
    bool own = !s->images.n && reads_image(s);
    add_tags(s, own || s->images.n);
    s->results.v = QB_NEW_N(s->points.arena, QbBatchImage, all);
    for (int image = 0; image < images; image++)
        for (int k = 0; k < n; k++)
            add_result(s, s->images.n ? &s->images.v[image] : NULL, k,
                       own ? s->points.points[k].image : NULL);
    return 0;
}

static int list_images(Sweep *s)
{
    QbCliOptions words = s->o;
    const char **v = QB_NEW_N(s->points.arena, const char *, s->o.batch.n + 1);
    if (!s->o.batch.n && !s->o.lists.n)
        return 0;
    v[0] = s->o.positional.v[0];
    for (int k = 0; k < s->o.batch.n; k++)
        v[k + 1] = s->o.batch.v[k];
    words.positional = (QbTexts){.v = v, .n = s->o.batch.n + 1};
    return qb_batch_images(&words, &s->images, &s->names);
}

/* ---- the run ----------------------------------------------------------------------------------------- */

static void tell_sharing(const QbSharing *s)
{
    if (s->steps_apart > s->steps)
        fprintf(stderr,
                "shared: %lld steps do what %lld would at each point by itself, %.0f %% of the "
                "work is saved\n",
                (long long)s->steps, (long long)s->steps_apart,
                s->ns_apart > 0 ? 100 * (1 - s->ns / s->ns_apart) : 0);
}

static int dry_run(Sweep *s)
{
    QbSharing sharing = {0};
    int status = qb_batch_dry_run(&s->front);
    if (status != 0 || s->o.quiet)
        return status;
    qb_sweep_sharing(&s->front, &sharing);
    tell_sharing(&sharing);
    return 0;
}

static int run_points(Sweep *s, const QbKernels *kernels)
{
    QbFrontState *f = &s->front;
    int threads = s->o.threads ? s->o.threads : qb_threads_default();
    f->in_turn = f->n_units < UNITS_ABREAST * threads;
    int status = qb_sweep_report_fits(f);
    if (status != 0)
        return status;
    status = qb_front_run(f, kernels);
    if (!s->o.quiet)
        tell_sharing(&f->counts.sharing);
    bool ran = status == QB_EXIT_DONE || status == QB_EXIT_SOME;
    int reported = ran && s->o.reports.n && f->sound >= 0 ? qb_sweep_report(f, &s->columns) : 0;
    return reported ? reported : status;
}

static int with_points(Sweep *s, const QbKernels *kernels)
{
    QbFrontState *f = &s->front;
    int status = check_pipeline(s);
    if (status == 0)
        status = list_results(s);
    if (status != 0)
        return status;
    qb_front_begin(f, s->points.p, &s->o, &s->results);
    f->lower = s->points.lower;
    f->pattern = &s->columns;
    f->sweep = &s->points;
    f->verb = "sweep";
    f->n_points = s->points.n_points;
    f->binds_image = s->images.n > 0;
    qb_pipeline_sha256(s->points.p, f->sha256);
    qb_sweep_units(f);
    if (s->o.why)
        status = qb_batch_why(f, s->o.why);
    else if (s->o.dry_run)
        status = dry_run(s);
    else
        status = run_points(s, kernels);
    qb_front_close(f);
    return status;
}

static int with_pipeline(QbPipeline *p, const QbCliOptions *o, const QbKernels *kernels)
{
    Sweep s = {.o = *o};
    if (!s.o.output)
        s.o.output = ".";
    s.images = (QbBatchList){.arena = p->arena, .recursive = o->recursive, .volumes = o->volumes};
    s.results.arena = p->arena;
    int status = qb_sweep_open(&s.points, p, &s.o);
    if (status == 0)
        status = list_images(&s);
    return status == 0 ? with_points(&s, kernels) : status;
}

int qb_cli_sweep(const QbCliOptions *o)
{
    const QbKernels *kernels = qb_kernels(o->cpu);
    if (o->positional.n == 0)
        return qb_fail(QB_EXIT_USAGE,
                       "expected a pipeline, as in 'qbic sweep cells.qbi test.tif -p level=10,20'");
    if (!qb_pass_names_ok(o))
        return QB_EXIT_USAGE;
    if (!kernels)
        return qb_fail(QB_EXIT_USAGE, "this processor cannot run the kernels '%s'",
                       o->cpu ? o->cpu : "base");
    qb_batch_catch_signals();
    QbPipeline p;
    int status = qb_pipeline_open(&p, o->positional.v[0]);
    if (status == 0)
        status = with_pipeline(&p, o, kernels);
    qb_pipeline_close(&p);
    return status;
}
