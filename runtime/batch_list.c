/* From the words of a command to images: folders, patterns, files; sorted, each once, with names that tell them apart.
 * Opens no image. */
#include "runtime/batch.h"
#include "runtime/imgio.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define MAX_DEPTH 64 /* of folders in folders: a link may lead back */

static void add_image(QbBatchList *l, const char *path, int64_t bytes)
{
    QbBatchImage image = {.path = qb_arena_strdup(l->arena, path), .bytes = bytes};
    QB_PUSH(l->arena, l->v, l->n, l->cap, image);
}

static bool is_image_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    return name[0] != '.' && dot && (!strcasecmp(dot, ".tif") || !strcasecmp(dot, ".tiff"));
}

static bool add_folder(QbBatchList *l, const char *folder, int depth, QbErr *err)
{
    DIR *d = opendir(folder);
    if (!d)
        return qb_err_set(err, "cannot open '%s': %s", folder, strerror(errno));
    bool ok = true;
    size_t n = strlen(folder);
    const char *slash = n && folder[n - 1] == '/' ? "" : "/";
    for (struct dirent *e; ok && (e = readdir(d));) {
        struct stat st;
        char path[QB_MAX_PATH];
        if (e->d_name[0] == '.')
            continue;
        int length = snprintf(path, sizeof(path), "%s%s%s", folder, slash, e->d_name);
        if ((size_t)length >= sizeof(path) || stat(path, &st) != 0) {
            if (is_image_name(e->d_name) && (size_t)length < sizeof(path))
                add_image(l, path, -1); /* a link to nowhere fails when its turn comes */
        } else if (S_ISDIR(st.st_mode) && depth > 0) {
            ok = add_folder(l, path, depth - 1, err);
        } else if (S_ISREG(st.st_mode) && is_image_name(e->d_name)) {
            add_image(l, path, st.st_size);
        }
    }
    closedir(d);
    return ok;
}

static bool add_pattern(QbBatchList *l, const char *pattern, QbErr *err)
{
    glob_t g = {0};
    int rc = glob(pattern, GLOB_NOSORT, NULL, &g);
    for (size_t k = 0; rc == 0 && k < g.gl_pathc; k++) {
        struct stat st;
        if (stat(g.gl_pathv[k], &st) != 0 || S_ISREG(st.st_mode))
            add_image(l, g.gl_pathv[k], stat(g.gl_pathv[k], &st) == 0 ? st.st_size : -1);
    }
    globfree(&g);
    return rc == 0 || qb_err_set(err, "no file matches '%s'", pattern);
}

bool qb_batch_add(QbBatchList *l, const char *word, bool recursive, QbErr *err)
{
    struct stat st;
    bool there = stat(word, &st) == 0;
    if (there && S_ISDIR(st.st_mode))
        return add_folder(l, word, recursive ? MAX_DEPTH : 0, err);
    if (!there && strpbrk(word, "*?["))
        return add_pattern(l, word, err);
    add_image(l, word,
              there ? st.st_size : -1); /* one that is not there fails when its turn comes */
    return true;
}

/* ---- order and names --------------------------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
    return qb_natural_order(((const QbBatchImage *)a)->path, ((const QbBatchImage *)b)->path);
}

static const char *without_ending(QbArena *arena, const char *s)
{
    const char *slash = strrchr(s, '/'), *base = slash ? slash + 1 : s, *dot = strrchr(base, '.');
    return qb_arena_strndup(arena, s, dot && dot != base ? (size_t)(dot - s) : strlen(s));
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Bytes of the folder that all paths start with, its slash included. */
static size_t common_folder(const QbBatchList *l)
{
    size_t n = (size_t)(base_of(l->v[0].path) - l->v[0].path);
    for (int k = 1; k < l->n; k++) {
        size_t same = 0;
        while (same < n && l->v[k].path[same] == l->v[0].path[same])
            same++;
        while (same > 0 && l->v[0].path[same - 1] != '/')
            same--;
        n = same;
    }
    return n;
}

typedef struct Named {
    const char *name;
    int image;
} Named;

static int by_name(const void *a, const void *b)
{
    const Named *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : x->image - y->image;
}

/* marked[k]: another image has the same name. */
static bool mark_repeated(const QbBatchList *l, bool *marked)
{
    Named *v = qb_xcalloc((size_t)l->n + 1, sizeof(*v));
    bool any = false;
    for (int k = 0; k < l->n; k++)
        v[k] = (Named){l->v[k].name, k};
    qsort(v, (size_t)l->n, sizeof(*v), by_name);
    memset(marked, 0, (size_t)l->n * sizeof(*marked));
    for (int k = 1; k < l->n; k++)
        if (!strcmp(v[k - 1].name, v[k].name))
            any = marked[v[k - 1].image] = marked[v[k].image] = true;
    free(v);
    return any;
}

/* A name is a folder below the results, and stays there. */
static const char *harmless(QbArena *arena, const char *name)
{
    while (*name == '/')
        name++;
    char *copy = qb_arena_strdup(arena, name);
    for (char *p = copy; (p = strstr(p, "..")); p += 2)
        if ((p == copy || p[-1] == '/') && (p[2] == '/' || !p[2]))
            memcpy(p, "__", 2);
    return *copy ? copy : "image";
}

void qb_batch_name(QbBatchList *l)
{
    if (l->n == 0)
        return;
    qsort(l->v, (size_t)l->n, sizeof(*l->v), by_path);
    int n = 0;
    for (int k = 0; k < l->n; k++)
        if (n == 0 || strcmp(l->v[n - 1].path, l->v[k].path) != 0)
            l->v[n++] = l->v[k];
    l->n = n;
    bool *marked = qb_xcalloc((size_t)n, sizeof(bool));
    size_t common = common_folder(l);
    for (int k = 0; k < n; k++)
        l->v[k].name = harmless(l->arena, without_ending(l->arena, base_of(l->v[k].path)));
    mark_repeated(l, marked);
    for (int k = 0; k < n; k++)
        if (marked[k])
            l->v[k].name = harmless(l->arena, without_ending(l->arena, l->v[k].path + common));
    /* The same up to the ending, or a stem that is another's path: the whole path below the folder, then a number. */
    if (mark_repeated(l, marked))
        for (int k = 0; k < n; k++)
            if (marked[k])
                l->v[k].name = harmless(l->arena, l->v[k].path + common);
    if (mark_repeated(l, marked))
        for (int k = 0; k < n; k++)
            if (marked[k])
                l->v[k].name = qb_arena_printf(l->arena, "%s (%d)", l->v[k].name, k + 1);
    free(marked);
}
