/* qbic verify: runs a pipeline in odd chunks, with few and many threads, in the tightest memory, with each kernel variant, without
 * each pass, and compares every output with that of a plain run, byte for byte. Leaves nothing behind. */
#include "cli/verify.h"

#include <dirent.h>
#include <stdarg.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/engine.h"
#include "runtime/run.h"

#define MAX_VARIANTS 64

/* ---- folders ------------------------------------------------------------------------------------------ */

static void empty_folder(const char *dir)
{
    DIR *d = opendir(dir);
    const struct dirent *e;
    while (d && (e = readdir(d))) {
        char path[QB_MAX_PATH];
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        unlink(path);
    }
    if (d)
        closedir(d);
}

static bool make_folder(char dir[QB_MAX_PATH])
{
    snprintf(dir, QB_MAX_PATH, "%s/qbic_verify_XXXXXX", qb_spill_folder());
    return mkdtemp(dir) ||
           qb_fail(0, "cannot make a folder in '%s': %s", qb_spill_folder(), strerror(errno));
}

static void drop_folder(const char *dir)
{
    empty_folder(dir);
    rmdir(dir);
}

/* ---- variants ----------------------------------------------------------------------------------------- */

typedef struct Verify {
    const QbCliOptions *o;
    QbPipeline *p; /* loaded for its list of outputs */
    char reference[QB_MAX_PATH], other[QB_MAX_PATH];
    QbVariant v[MAX_VARIANTS];
    int n;
    int differing, status;
} Verify;

QB_PRINTF(2, 3) static QbVariant *add_variant(Verify *x, const char *fmt, ...)
{
    QB_CHECK(x->n < MAX_VARIANTS);
    QbVariant *v = &x->v[x->n++];
    *v = (QbVariant){.off = x->o->no_pass.v, .n_off = x->o->no_pass.n, .cpu = x->o->cpu};
    va_list args;
    va_start(args, fmt);
    vsnprintf(v->name, sizeof(v->name), fmt, args);
    va_end(args);
    return v;
}

static QbVariant reference_of(const Verify *x)
{
    return (QbVariant){.name = "the reference",
                       .off = x->o->no_pass.v,
                       .n_off = x->o->no_pass.n,
                       .cpu = x->o->cpu};
}

static void add_chunks(Verify *x)
{
    static const int64_t chunks[][2] = {{1, 0}, {2, 0}, {3, 17}, {7, 0}, {1, 1}, {100, 0}};
    for (int k = 0; k < QB_COUNT(chunks); k++) {
        QbVariant *v = chunks[k][1] ? add_variant(x, "chunks of %d, tasks of %d rows",
                                                  (int)chunks[k][0], (int)chunks[k][1])
                                    : add_variant(x, "chunks of %d", (int)chunks[k][0]);
        memcpy(v->chunk, chunks[k], sizeof(v->chunk));
    }
}

static void add_threads(Verify *x)
{
    int most = x->o->threads ? x->o->threads : qb_threads_default();
    const int threads[] = {1, 2, most > 2 ? most : 3};
    for (int k = 0; k < QB_COUNT(threads); k++)
        add_variant(x, "%d thread%s", threads[k], threads[k] == 1 ? "" : "s")->threads = threads[k];
}

static void add_processors(Verify *x)
{
    const QbKernels *all[3];
    int n = qb_kernels_all(all);
    for (int k = 0; k < n; k++)
        add_variant(x, "kernels %s", all[k]->name)->cpu = all[k]->name;
}

static void add_passes(Verify *x)
{
    int n = 0;
    for (; qb_pass_names[n]; n++) {
        QbVariant *v = add_variant(x, "without %s", qb_pass_names[n]);
        v->off = &qb_pass_names[n];
        v->n_off = 1;
    }
    QbVariant *v = add_variant(x, "without any pass");
    v->off = qb_pass_names;
    v->n_off = n;
}

static void add_variants(Verify *x)
{
    add_chunks(x);
    add_threads(x);
    add_variant(x, "the tightest memory")->tight = true;
    QbVariant *v = add_variant(x, "the tightest memory, 1 thread, chunks of 1");
    v->tight = true;
    v->threads = 1;
    v->chunk[0] = 1;
    add_processors(x);
    add_passes(x);
}

/* ---- comparing ---------------------------------------------------------------------------------------- */

static bool is_image(const QbOutput *o)
{
    return !o->title && (o->format == QB_FORMAT_TIFF || o->format == QB_FORMAT_PNG ||
                         o->format == QB_FORMAT_NPY);
}

static void paths_of(const Verify *x, const char *name, char a[QB_MAX_PATH + 40],
                     char b[QB_MAX_PATH + 40])
{
    snprintf(a, QB_MAX_PATH + 40, "%s/%s", x->reference, name);
    snprintf(b, QB_MAX_PATH + 40, "%s/%s", x->other, name);
}

/* Both runs once more, with images as arrays in which voxels can be told apart. The reference is then made again. */
static void find_voxel(Verify *x, const QbVariant *v, int output, QbText *out)
{
    const QbVariant plain = reference_of(x);
    char name[32], a[QB_MAX_PATH + 40], b[QB_MAX_PATH + 40];
    qb_verify_name(&x->p->dag->outputs[output], output, true, name);
    paths_of(x, name, a, b);
    empty_folder(x->reference);
    empty_folder(x->other);
    bool ran = qb_verify_run(x->o, &plain, x->reference, true) == 0 &&
               qb_verify_run(x->o, v, x->other, true) == 0;
    if (!ran || !qb_verify_voxel(a, b, out))
        qb_text_add(out, "the file, but its voxels did not differ when they were made once more");
    empty_folder(x->reference);
    if (qb_verify_run(x->o, &plain, x->reference, false) != 0)
        x->status = QB_EXIT_FAILED;
}

static void tell_difference(Verify *x, const QbVariant *v, int output, QbText *out)
{
    const QbOutput *o = output < 0 ? NULL : &x->p->dag->outputs[output];
    char name[32] = "printed", a[QB_MAX_PATH + 40], b[QB_MAX_PATH + 40];
    qb_text_addf(out, "differs  %s: %s, ", v->name, o ? o->path : "what is printed");
    if (o && is_image(o)) {
        find_voxel(x, v, output, out);
    } else {
        if (o)
            qb_verify_name(o, output, false, name);
        paths_of(x, name, a, b);
        qb_verify_text(a, b, out);
    }
    qb_text_add(out, "\n");
}

static bool is_same(const Verify *x, int output)
{
    char name[32] = "printed", a[QB_MAX_PATH + 40], b[QB_MAX_PATH + 40];
    if (output >= 0)
        qb_verify_name(&x->p->dag->outputs[output], output, false, name);
    paths_of(x, name, a, b);
    return qb_verify_first_byte(a, b) < 0;
}

/* The first output that differs, -1: what is printed, -2: none. Texts first: to tell of an image takes new runs. */
static int first_difference(const Verify *x)
{
    if (!is_same(x, -1))
        return -1;
    for (int images = 0; images < 2; images++)
        for (int k = 0; k < x->p->dag->n_outputs; k++) {
            const QbOutput *o = &x->p->dag->outputs[k];
            if (o->format != QB_FORMAT_PRINT && is_image(o) == images && !is_same(x, k))
                return k;
        }
    return -2;
}

static void try_variant(Verify *x, const QbVariant *v)
{
    QbText t = {0};
    double started = qb_now();
    empty_folder(x->other);
    int status = qb_verify_run(x->o, v, x->other, false);
    if (qb_run_interrupted())
        return;
    int output = status == 0 ? first_difference(x) : -2;
    if (status != 0)
        qb_text_addf(&t, "fails    %s: exit status %d\n", v->name, status);
    else if (output > -2)
        tell_difference(x, v, output, &t);
    else if (x->o->verbose)
        qb_text_addf(&t, "same     %s (%.2f s)\n", v->name, qb_now() - started);
    x->differing += status != 0 || output > -2;
    if (t.n && qb_print(&t) != 0)
        x->status = QB_EXIT_FAILED;
}

static int conclude(Verify *x)
{
    QbText t = {0};
    int n = x->p->dag->n_outputs;
    if (qb_run_interrupted())
        return QB_EXIT_INTERRUPTED;
    if (x->differing)
        qb_text_addf(&t, "%d of %d runs differ from the plain one\n", x->differing, x->n);
    else if (!x->o->quiet)
        qb_text_addf(&t, "%d runs, %d output%s: all the same bytes\n", x->n + 1, n,
                     n == 1 ? "" : "s");
    int printed = t.n ? qb_print(&t) : 0;
    return x->differing ? QB_EXIT_FAILED : x->status ? x->status : printed;
}

static int verify(Verify *x)
{
    const QbVariant plain = reference_of(x);
    int status = qb_verify_run(x->o, &plain, x->reference, false);
    if (status != 0)
        return qb_run_interrupted() ? QB_EXIT_INTERRUPTED : status;
    add_variants(x);
    for (int k = 0; k < x->n && x->status == 0 && !qb_run_interrupted(); k++)
        try_variant(x, &x->v[k]);
    return conclude(x);
}

/* The run in progress is stopped, too: a terminal's signal reaches both processes. */
static void on_signal(int number)
{
    (void)number;
    qb_run_interrupt();
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

int qb_cli_verify(const QbCliOptions *o)
{
    QbPipeline p;
    if (!qb_pass_names_ok(o))
        return QB_EXIT_USAGE;
    if (!qb_kernels(o->cpu))
        return qb_fail(QB_EXIT_USAGE, "this processor cannot run the kernels '%s'",
                       o->cpu ? o->cpu : "base");
    catch_signals();
    int status = qb_pipeline_load(&p, o, false);
    if (status == 0) {
        Verify x = {.o = o, .p = &p};
        status = QB_EXIT_FAILED;
        if (make_folder(x.reference)) {
            if (make_folder(x.other)) {
                status = verify(&x);
                drop_folder(x.other);
            }
            drop_folder(x.reference);
        }
    }
    qb_pipeline_close(&p);
    return status;
}
