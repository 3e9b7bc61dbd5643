/* Indices of TIFF files, and a small cache of them: checking, planning and running ask for the same headers again. The
 * cache is the one thing here that outlives a call; it holds what files say, never voxels. */
#include "runtime/tiff_read.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CACHED 16

typedef struct Shared {
    QbTiffIndex ix; /* first: an index is handed out as a pointer to this */
    char *path;
    atomic_int users;
    int64_t asked; /* when it was last asked for */
} Shared;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Shared *cache[CACHED];
static int64_t clock_now;

static void free_shared(Shared *s)
{
    qb_tiff_names_free(&s->ix);
    free(s->ix.page);
    free(s->ix.chunk);
    free(s->path);
    free(s);
}

static void release(Shared *s)
{
    if (s && atomic_fetch_sub(&s->users, 1) == 1)
        free_shared(s);
}

void qb_tiff_index_put(const QbTiffIndex *ix)
{
    release((Shared *)(void *)(uintptr_t)ix);
}

/* ---- the cache -------------------------------------------------------------------------------------- */

static bool same_files(const QbTiffIndex *a, const QbTiffIndex *b)
{
    if (a->n_files != b->n_files || a->stack != b->stack)
        return false;
    for (int64_t k = 0; k < a->n_files; k++) {
        const QbTiffFile *f = &a->file[k], *g = &b->file[k];
        if (f->size != g->size || f->mtime_s != g->mtime_s || f->mtime_ns != g->mtime_ns ||
            f->device != g->device || f->inode != g->inode || strcmp(f->name, g->name) != 0)
            return false;
    }
    return true;
}

static Shared *find(const char *path, const QbTiffIndex *names)
{
    Shared *found = NULL;
    pthread_mutex_lock(&lock);
    for (int k = 0; k < CACHED && !found; k++)
        if (cache[k] && strcmp(cache[k]->path, path) == 0 && same_files(&cache[k]->ix, names))
            found = cache[k];
    if (found) {
        atomic_fetch_add(&found->users, 1);
        found->asked = ++clock_now;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

/* Takes the place of an older index of the same path, or of the one not asked for longest. */
static void keep(Shared *s)
{
    pthread_mutex_lock(&lock);
    int at = 0;
    for (int k = 1; k < CACHED; k++) {
        int64_t age = cache[k] ? cache[k]->asked : -1, oldest = cache[at] ? cache[at]->asked : -1;
        at = age < oldest ? k : at;
    }
    for (int k = 0; k < CACHED; k++)
        if (cache[k] && strcmp(cache[k]->path, s->path) == 0)
            at = k;
    Shared *old = cache[at];
    cache[at] = s;
    s->asked = ++clock_now;
    atomic_fetch_add(&s->users, 1);
    pthread_mutex_unlock(&lock);
    release(old);
}

/* ---- making an index -------------------------------------------------------------------------------- */

/* ImageJ writes stacks of over 4 GiB as one directory and all the voxels behind the first page's. */
static bool add_imagej_pages(QbTiffIndex *ix, QbErr *err)
{
    int64_t n = ix->meta.images;
    const QbTiffPage *p = ix->page;
    if (ix->n_pages != 1 || n < 2 || p->codec != QB_TIFF_NONE || p->tiled || p->planar ||
        p->down != 1)
        return true;
    uint64_t bytes = ix->chunk[0].bytes, behind = (uint64_t)ix->file_bytes - ix->chunk[0].offset;
    if (behind / bytes < 2)
        return true; /* a page taken out of a stack, its description with it */
    if ((uint64_t)n > behind / bytes)
        return qb_err_set(err,
                          "'%s' is truncated: it says that it holds %lld slices (ImageJ), but has "
                          "the voxels of %llu",
                          ix->file[0].name, (long long)n, (unsigned long long)(behind / bytes));
    QbTiffPage *pages = realloc(ix->page, (size_t)n * sizeof(*pages));
    if (pages)
        ix->page = pages;
    QbTiffChunk *chunks = pages ? realloc(ix->chunk, (size_t)n * sizeof(*chunks)) : NULL;
    if (!chunks)
        return qb_err_set(err, "cannot read '%s': out of memory", ix->file[0].name);
    ix->chunk = chunks;
    for (int64_t k = 1; k < n; k++) {
        pages[k] = pages[0];
        pages[k].first = pages[k].number = k;
        chunks[k] = (QbTiffChunk){chunks[0].offset + (uint64_t)k * bytes, bytes};
    }
    ix->n_pages = ix->cap_pages = ix->n_chunks = ix->cap_chunks = n;
    return true;
}

/* Thumbnails and masks between the pages are none themselves, unless there is nothing else. */
static void drop_reduced(QbTiffIndex *ix, int64_t from)
{
    int64_t kept = from;
    for (int64_t k = from; k < ix->n_pages; k++)
        if (!ix->page[k].reduced)
            ix->page[kept++] = ix->page[k];
    if (kept > from)
        ix->n_pages = kept;
}

static bool read_file(QbTiffIndex *ix, int64_t k, QbErr *err)
{
    int fd;
    char *description = NULL;
    QbTiffResolution resolution = {.unit = 2};
    int64_t from = ix->n_pages;
    if (!qb_tiff_reopen(&ix->file[k], &fd, err))
        return false;
    bool ok =
        qb_tiff_directories(ix, (int32_t)k, fd, k == 0 ? &description : NULL, &resolution, err);
    close(fd);
    if (ok && k == 0)
        qb_tiff_meta(description, &resolution, &ix->meta);
    free(description);
    if (!ok)
        return false;
    drop_reduced(ix, from);
    if (ix->stack && ix->n_pages != from + 1)
        return qb_err_set(err, "'%s' has %lld pages: a slice of a path with * has one",
                          ix->file[k].name, (long long)(ix->n_pages - from));
    return ix->stack || add_imagej_pages(ix, err);
}

/* Gives back what growing by doubling took too much. */
static void trim(QbTiffIndex *ix)
{
    void *p = realloc(ix->page, (size_t)ix->n_pages * sizeof(*ix->page));
    ix->page = p ? p : ix->page;
    void *c = realloc(ix->chunk, (size_t)ix->n_chunks * sizeof(*ix->chunk));
    ix->chunk = c ? c : ix->chunk;
}

bool qb_tiff_index_get(const char *path, const QbTiffIndex **out, QbErr *err)
{
    Shared *s = calloc(1, sizeof(*s));
    char *name = strdup(path);
    if (!s || !name) {
        free(s);
        free(name);
        return qb_err_set(err, "cannot read '%s': out of memory", path);
    }
    s->path = name;
    bool ok = qb_tiff_names(path, &s->ix, err);
    Shared *known = ok ? find(path, &s->ix) : NULL;
    for (int64_t k = 0; ok && !known && k < s->ix.n_files; k++)
        ok = read_file(&s->ix, k, err);
    if (!ok || known) {
        free_shared(s);
        *out = known ? &known->ix : NULL;
        return ok;
    }
    trim(&s->ix);
    s->users = 1;
    keep(s);
    *out = &s->ix;
    return true;
}
