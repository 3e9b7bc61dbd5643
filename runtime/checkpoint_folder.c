/* The folder of a checkpoint: which run it is of, the files in it, and how it goes when the run is done. Knows
 * nothing of what states hold. */
#include "runtime/checkpoint_parts.h"

#include "core/text.h"
#include "runtime/folder_lock.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool qb_checkpoint_fail(const char *path, QbErr *err)
{
    return qb_err_set(err, "cannot write the checkpoint '%s': %s", path, strerror(errno));
}

void qb_checkpoint_path(const QbCheckpoint *c, const char *name, char path[QB_MAX_PATH])
{
    int n = snprintf(path, QB_MAX_PATH, "%s/%s", c->folder, name);
    QB_CHECK(n > 0 && n < QB_MAX_PATH);
}

void qb_checkpoint_pass_name(int pass, char name[PART_NAME])
{
    snprintf(name, PART_NAME, "pass-%d", pass);
}

/* ---- parts ------------------------------------------------------------------------------------------ */

Part *qb_checkpoint_part(QbCheckpoint *c, const char *name)
{
    for (int k = 0; k < c->n_parts; k++)
        if (strcmp(c->parts[k].name, name) == 0)
            return &c->parts[k];
    return NULL;
}

Part *qb_checkpoint_add_part(QbCheckpoint *c, const char *name, int pass)
{
    if (c->n_parts == c->cap_parts) {
        c->cap_parts = c->cap_parts ? 2 * c->cap_parts : 16;
        c->parts = qb_xrealloc(c->parts, sizeof(*c->parts) * (size_t)c->cap_parts);
    }
    Part *p = &c->parts[c->n_parts++];
    *p = (Part){.pass = pass, .kept = {.fd = -1}};
    snprintf(p->name, sizeof(p->name), "%s", name);
    return p;
}

static void close_part(Part *p)
{
    if (p->own_file && p->kept.fd >= 0)
        close(p->kept.fd);
    p->kept.fd = -1;
}

void qb_checkpoint_over(QbCheckpoint *c)
{
    char name[PART_NAME], path[QB_MAX_PATH];
    for (int pass = 0; pass < QB_MOST_PASSES; pass++) {
        qb_checkpoint_pass_name(pass, name);
        qb_checkpoint_path(c, name, path);
        unlink(path);
        c->kept[pass].there = false;
    }
}

void qb_checkpoint_drop(QbCheckpoint *c)
{
    char path[QB_MAX_PATH];
    qb_checkpoint_over(c);
    for (int k = 0; k < c->n_parts; k++) {
        close_part(&c->parts[k]);
        qb_checkpoint_path(c, c->parts[k].name, path);
        unlink(path);
    }
    c->n_parts = 0;
}

/* ---- whose it is ------------------------------------------------------------------------------------ */

static bool is_ours(const char *name)
{
    static const char *const ours[] = {".", "..", "run", "run.new", ".run.lock", "pass.new"};
    for (int k = 0; k < QB_COUNT(ours); k++)
        if (strcmp(name, ours[k]) == 0)
            return true;
    return !strncmp(name, "pass-", 5) || !strncmp(name, "part-", 5) || !strncmp(name, "out-", 4);
}

/* Calls for every file; false from it ends the walk. */
static bool each_file(const QbCheckpoint *c, bool (*call)(int folder, const char *name))
{
    DIR *d = opendir(c->folder);
    bool ok = d != NULL;
    for (struct dirent *e; ok && (e = readdir(d));)
        ok = call(dirfd(d), e->d_name);
    if (d)
        closedir(d);
    return ok;
}

static bool nothing_else(int folder, const char *name)
{
    (void)folder;
    return is_ours(name);
}

static bool take_away(int folder, const char *name)
{
    if (is_ours(name) && name[0] != '.')
        unlinkat(folder, name, 0);
    return true;
}

/* One line of each text, where they first differ. */
static void first_difference(const char **a, const char **b)
{
    for (;;) {
        size_t n = strcspn(*a, "\n"), m = strcspn(*b, "\n");
        if (n != m || strncmp(*a, *b, n) != 0 || !(*a)[n] || !(*b)[m])
            return;
        *a += n + 1;
        *b += m + 1;
    }
}

static bool other_run(const QbCheckpoint *c, const char *there, const char *here, QbErr *err)
{
    first_difference(&there, &here);
    err->status = 2;
    return qb_err_set(err,
                      "the checkpoint in '%s' is of another run: it has '%.*s', this one '%.*s'; "
                      "name another folder, or remove that one",
                      c->folder, (int)strcspn(there, "\n"), there, (int)strcspn(here, "\n"), here);
}

static char *read_text(const char *path)
{
    QbText t = {0};
    char block[4096];
    size_t n;
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    qb_text_add(&t, "");
    while ((n = fread(block, 1, sizeof(block), f)) > 0)
        qb_text_addn(&t, block, n);
    fclose(f);
    return t.s;
}

static bool write_identity(const QbCheckpoint *c, const char *identity, QbErr *err)
{
    char path[QB_MAX_PATH], new[QB_MAX_PATH];
    qb_checkpoint_path(c, "run", path);
    qb_checkpoint_path(c, "run.new", new);
    FILE *f = fopen(new, "wb");
    bool ok = f && fputs(identity, f) >= 0;
    ok = f && fflush(f) == 0 && fsync(fileno(f)) == 0 && ok;
    if (f && fclose(f) != 0)
        ok = false;
    return (ok && rename(new, path) == 0) || qb_checkpoint_fail(path, err);
}

static bool begin(QbCheckpoint *c, const char *identity, QbErr *err)
{
    if (!each_file(c, nothing_else)) {
        err->status = 2;
        return qb_err_set(err, "'%s' holds other files: a checkpoint needs a folder of its own",
                          c->folder);
    }
    each_file(c, take_away); /* of a run that was done, and killed while it cleared up */
    return write_identity(c, identity, err);
}

static void take_up(QbCheckpoint *c)
{
    for (int pass = 0; pass < QB_MOST_PASSES && !c->damaged; pass++)
        c->damaged = !qb_checkpoint_verify(c, pass);
    if (c->damaged)
        qb_checkpoint_drop(c);
}

bool qb_checkpoint_open(const QbCheckpointSpec *spec, QbCheckpoint **out, QbErr *err)
{
    char path[QB_MAX_PATH];
    QbCheckpoint *c = qb_xcalloc(1, sizeof(*c));
    size_t n = strlen(spec->folder);
    c->fixed = spec->every > 0;
    c->every = spec->every;
    c->pending = -1;
    c->kept = qb_xcalloc(QB_MOST_PASSES, sizeof(*c->kept));
    c->can = qb_xcalloc(QB_MOST_PASSES, sizeof(*c->can));
    if (n + PART_NAME + 2 > sizeof(c->folder)) {
        qb_checkpoint_close(c, false);
        return qb_err_set(err, "the path '%s' is too long", spec->folder);
    }
    memcpy(c->folder, spec->folder, n + 1);
    if (!qb_folder_lock(c->folder, "run", &c->lock, err)) {
        qb_checkpoint_close(c, false);
        return false;
    }
    qb_checkpoint_path(c, "run", path);
    char *there = read_text(path);
    bool same = there && strcmp(there, spec->identity) == 0;
    bool ok =
        same || (there ? other_run(c, there, spec->identity, err) : begin(c, spec->identity, err));
    free(there);
    if (same)
        take_up(c);
    if (!ok) {
        qb_checkpoint_close(c, false);
        return false;
    }
    c->begun = true;
    *out = c;
    return true;
}

bool qb_checkpoint_is_there(const QbCheckpoint *c)
{
    for (int pass = 0; pass < QB_MOST_PASSES; pass++)
        if (c->kept[pass].there)
            return true;
    return false;
}

void qb_checkpoint_close(QbCheckpoint *c, bool done)
{
    if (!c)
        return;
    for (int k = 0; k < c->n_parts; k++)
        close_part(&c->parts[k]);
    qb_stream_close(c->saving);
    done = c->begun && (done || !qb_checkpoint_is_there(c));
    if (done)
        each_file(c, take_away);
    qb_folder_unlock(c->lock);
    if (done)
        rmdir(c->folder);
    free(c->parts);
    free(c->kept);
    free(c->can);
    free(c);
}
