/* One run of a pipeline in a process of its own, whose outputs all go into one folder. This process never starts a thread, so
 * that it may fork. */
#include "cli/verify.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/engine.h"
#include "runtime/run.h"

void qb_verify_name(const QbOutput *output, int k, bool as_arrays, char name[32])
{
    static const char *const endings[] = {
        [QB_FORMAT_TIFF] = ".tif", [QB_FORMAT_PNG] = ".png",   [QB_FORMAT_NPY] = ".npy",
        [QB_FORMAT_CSV] = ".csv",  [QB_FORMAT_TSV] = ".tsv",   [QB_FORMAT_JSON] = ".json",
        [QB_FORMAT_DB] = ".db",    [QB_FORMAT_PRINT] = ".txt", [QB_FORMAT_SVG] = ".svg"};
    bool is_image =
        !output->title && (output->format == QB_FORMAT_TIFF || output->format == QB_FORMAT_PNG ||
                           output->format == QB_FORMAT_NPY);
    snprintf(name, 32, "%03d%s", k, is_image && as_arrays ? ".npy" : endings[output->format]);
}

static void redirect(QbPipeline *p, bool as_arrays)
{
    for (int k = 0; k < p->dag->n_outputs; k++) {
        QbOutput *o = &p->dag->outputs[k];
        char name[32];
        qb_verify_name(o, k, as_arrays, name);
        if (o->format == QB_FORMAT_PRINT)
            continue;
        o->path = qb_arena_strdup(p->arena, name);
        if (!as_arrays || !strstr(name, ".npy"))
            continue;
        o->format = QB_FORMAT_NPY;
        o->low = o->high = -1; /* a picture's range */
    }
}

static bool write_printed(const QbText *t, const char *dir)
{
    char path[QB_MAX_PATH];
    snprintf(path, sizeof(path), "%s/printed", dir);
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(t->s ? t->s : "", 1, t->n, f) == t->n;
    if (f && fclose(f) != 0)
        ok = false;
    return ok || qb_fail(0, "cannot write '%s': %s", path, strerror(errno));
}

static int run_plan(QbPipeline *p, const QbPlan *plan, const QbVariant *v, const char *dir)
{
    char sha256[65];
    qb_pipeline_sha256(p, sha256);
    QbRunOptions ro = {.out_dir = dir,
                       .tmp_dir = dir,
                       .kernels = qb_kernels(v->cpu),
                       .provenance = qb_provenance(p, sha256),
                       .started = qb_now()};
    QbRunResult result = {0};
    QbErr err = {0};
    int status = QB_EXIT_DONE;
    if (!qb_run(plan, &ro, &result, &err))
        status = qb_fail(err.status ? err.status : QB_EXIT_FAILED, "%s: %s", v->name, err.text);
    else if (!write_printed(&result.printed, dir))
        status = QB_EXIT_FAILED;
    qb_run_result_free(&result);
    return status;
}

static int run_here(const QbCliOptions *o, const QbVariant *v, const char *dir, bool as_arrays)
{
    QbCliOptions own = *o;
    QbPipeline p;
    QbPlan *plan = NULL;
    own.threads = v->threads ? v->threads : o->threads;
    own.chunk[0] = v->chunk[0];
    own.chunk[1] = v->chunk[1];
    own.tight = v->tight;
    own.no_pass = (QbTexts){.v = (const char **)v->off, .n = v->n_off};
    int status = qb_pipeline_load(&p, &own, false);
    if (status == 0) {
        redirect(&p, as_arrays);
        status = qb_engine_plan(&p, &own, &plan);
    }
    if (status == 0)
        status = run_plan(&p, plan, v, dir);
    qb_pipeline_close(&p);
    return status;
}

int qb_verify_run(const QbCliOptions *o, const QbVariant *v, const char *dir, bool as_arrays)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(run_here(o, v, dir, as_arrays));
    int how = 0;
    while (child > 0 && waitpid(child, &how, 0) < 0) {
        if (errno != EINTR)
            return qb_fail(QB_EXIT_FAILED, "%s: cannot wait for its process: %s", v->name,
                           strerror(errno));
    }
    if (child < 0)
        return qb_fail(QB_EXIT_FAILED, "%s: cannot start a process: %s", v->name, strerror(errno));
    if (WIFSIGNALED(how))
        return qb_fail(QB_EXIT_FAILED, "%s: its process died of signal %d", v->name, WTERMSIG(how));
    return WEXITSTATUS(how);
}
