/* qbic run --checkpoint: which run it is that may go on, and what is said of it. The folder itself is the runtime's. */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cli/engine.h"
#include "compiler/canonical.h"
#include "runtime/checkpoint.h"

/* A file is the same while its node, its size and the time of its last change are: that time is the system's, nobody can set
 * it. So nothing has to be read for it; a copy, or a file that was touched, is another one. */
static void add_image(QbText *t, const char *path)
{
    struct stat st;
    qb_text_addf(t, "image %s: ", path);
    if (stat(path, &st) != 0) {
        qb_text_add(t, "not there\n");
        return;
    }
    qb_text_addf(t,
                 "%" PRId64 " bytes, file %" PRIu64 ":%" PRIu64 ", changed at %" PRId64 ".%09ld\n",
                 (int64_t)st.st_size, (uint64_t)st.st_dev, (uint64_t)st.st_ino,
                 (int64_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

/* The provenance is in the outputs, so it must be the same: the version, the hash of the pipeline, the parameters. */
static void add_identity(QbPipeline *p, const char *provenance, QbText *t)
{
    QbText canonical = {0};
    char hex[65];
    qb_text_add(t, provenance);
    qb_canonical_text(p->dag, "", "", &canonical);
    qb_sha256_hex(canonical.s ? canonical.s : "", canonical.n, hex);
    qb_text_addf(t, "operators sha256 %s\n", hex);
    for (int k = 0; k < p->dag->n_input_paths; k++)
        add_image(t, p->dag->input_paths[k]);
    qb_text_free(&canonical);
}

static void say(const QbCliOptions *o, const QbCheckpointFound *found)
{
    if (o->quiet)
        return;
    if (found->damaged)
        fprintf(stderr, "the checkpoint in '%s' is damaged: the run starts over\n", o->checkpoint);
    else if (found->other_plan)
        fprintf(stderr,
                "the checkpoint in '%s' was made with another plan, which its memory or options "
                "asked for: the run starts over\n",
                o->checkpoint);
    else if (found->any)
        fprintf(stderr, "going on from the checkpoint in '%s': pass %d of %d, %.0f %% done\n",
                o->checkpoint, found->pass + 1, found->n_passes, 100 * found->fraction);
}

const char *qb_checkpoint_identity(QbPipeline *p, const char *provenance)
{
    QbText t = {0};
    add_identity(p, provenance, &t);
    const char *s = qb_arena_strdup(p->arena, t.s);
    qb_text_free(&t);
    return s;
}

int qb_checkpoint_begin(const QbCliOptions *o, const char *identity, const QbPlan *plan,
                        QbCheckpoint **c)
{
    QbErr err = {0};
    QbCheckpointFound found;
    QbCheckpointSpec spec = {
        .folder = o->checkpoint, .identity = identity, .every = o->checkpoint_every};
    *c = NULL;
    if (!o->checkpoint)
        return 0;
    if (!qb_checkpoint_open(&spec, c, &err))
        return qb_fail(err.status ? err.status : QB_EXIT_FAILED, "%s", err.text);
    qb_checkpoint_fit(*c, plan, &found);
    say(o, &found);
    return 0;
}
