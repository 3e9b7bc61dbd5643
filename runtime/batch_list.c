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

/* What a folder holds, while it is read. */
typedef struct Look {
    const char *folder;
    const char *first; /* of the images, in natural order */
    const char *other; /* one with another ending */
    int64_t bytes;
    int images;
} Look;

static const char *ending_of(const char *name)
{
    return strrchr(name, '.');
}

static void look_at_slice(QbBatchList *l, Look *k, const char *name, int64_t bytes)
{
    k->images++;
    k->bytes += bytes;
    if (!k->first || qb_natural_order(name, k->first) < 0)
        k->first = qb_arena_strdup(l->arena, name);
    if (strcmp(ending_of(name), ending_of(k->first)) != 0)
        k->other = qb_arena_strdup(l->arena, name);
}

/* All images of a folder as one. */
static void add_volume(QbBatchList *l, const Look *k)
{
    size_t n = strlen(k->folder);
    while (n > 1 && k->folder[n - 1] == '/')
        n--;
    QbBatchImage image = {.folder = qb_arena_strndup(l->arena, k->folder, n), .bytes = k->bytes};
    image.path = qb_arena_printf(l->arena, "%s/*%s", image.folder, ending_of(k->first));
    if (k->other)
        image.fault = qb_arena_printf(l->arena, "its slices have different endings: '%s' and '%s'",
                                      k->first, k->other);
    QB_PUSH(l->arena, l->v, l->n, l->cap, image);
}

static bool add_folder(QbBatchList *l, const char *folder, int depth, QbErr *err);

static bool add_entry(QbBatchList *l, Look *k, const char *name, int depth, QbErr *err)
{
    struct stat st;
    char path[QB_MAX_PATH];
    size_t n = strlen(k->folder);
    const char *slash = n && k->folder[n - 1] == '/' ? "" : "/";
    int length = snprintf(path, sizeof(path), "%s%s%s", k->folder, slash, name);
    if (name[0] == '.' || (size_t)length >= sizeof(path))
        return true;
    bool there = stat(path, &st) == 0;
    if (there && S_ISDIR(st.st_mode))
        return depth == 0 || add_folder(l, path, depth - 1, err);
    if (!is_image_name(name) || (there && !S_ISREG(st.st_mode)))
        return true;
    if (l->volumes)
        look_at_slice(l, k, name, there ? st.st_size : 0);
    else
        add_image(l, path, there ? st.st_size : -1); /* a link to nowhere fails in its turn */
    return true;
}

static bool add_folder(QbBatchList *l, const char *folder, int depth, QbErr *err)
{
    DIR *d = opendir(folder);
    if (!d)
        return qb_err_set(err, "cannot open '%s': %s", folder, strerror(errno));
    Look look = {.folder = folder};
    bool ok = true;
    for (struct dirent *e; ok && (e = readdir(d));)
        ok = add_entry(l, &look, e->d_name, depth, err);
    closedir(d);
    if (ok && look.images)
        add_volume(l, &look);
    return ok;
}

/* A folder as a word: where folders are volumes, those in it are meant too. */
static bool add_folder_word(QbBatchList *l, const char *folder, QbErr *err)
{
    return add_folder(l, folder, l->recursive ? MAX_DEPTH : l->volumes, err);
}

/* Files that match are images; folders are what they hold. */
static bool add_pattern(QbBatchList *l, const char *pattern, QbErr *err)
{
    glob_t g = {0};
    int rc = glob(pattern, GLOB_NOSORT, NULL, &g);
    bool ok = rc == 0 || qb_err_set(err, "no file matches '%s'", pattern);
    for (size_t k = 0; ok && k < g.gl_pathc; k++) {
        struct stat st;
        bool there = stat(g.gl_pathv[k], &st) == 0;
        if (there && S_ISDIR(st.st_mode) && (l->volumes || l->recursive))
            ok = add_folder_word(l, g.gl_pathv[k], err);
        else if (!there || S_ISREG(st.st_mode))
            add_image(l, g.gl_pathv[k], there ? st.st_size : -1);
    }
    globfree(&g);
    return ok;
}

bool qb_batch_add(QbBatchList *l, const char *word, QbErr *err)
{
    struct stat st;
    bool there = stat(word, &st) == 0;
    if (there && S_ISDIR(st.st_mode))
        return add_folder_word(l, word, err);
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

/* What an image is called by: its path, or that of the folder of its slices. */
static const char *place_of(const QbBatchImage *image)
{
    return image->folder ? image->folder : image->path;
}

static const char *stem_of(QbArena *arena, const QbBatchImage *image, const char *part)
{
    return harmless(arena, image->folder ? part : without_ending(arena, part));
}

/* Bytes of the folder that all paths start with, its slash included. */
static size_t common_folder(const QbBatchList *l)
{
    const char *first = place_of(&l->v[0]);
    size_t n = (size_t)(base_of(first) - first);
    for (int k = 1; k < l->n; k++) {
        const char *other = place_of(&l->v[k]);
        size_t same = 0;
        while (same < n && other[same] == first[same])
            same++;
        while (same > 0 && first[same - 1] != '/')
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
        l->v[k].name = stem_of(l->arena, &l->v[k], base_of(place_of(&l->v[k])));
    mark_repeated(l, marked);
    for (int k = 0; k < n; k++)
        if (marked[k])
            l->v[k].name = stem_of(l->arena, &l->v[k], place_of(&l->v[k]) + common);
    /* The same up to the ending, or a stem that is another's path: the whole path below the folder, then a number. */
    if (mark_repeated(l, marked))
        for (int k = 0; k < n; k++)
            if (marked[k])
                l->v[k].name = harmless(l->arena, place_of(&l->v[k]) + common);
    if (mark_repeated(l, marked))
        for (int k = 0; k < n; k++)
            if (marked[k])
                l->v[k].name = qb_arena_printf(l->arena, "%s (%d)", l->v[k].name, k + 1);
    free(marked);
}

int qb_batch_tag(QbBatchList *l, const QbNamePattern *p)
{
    int matched = 0;
    for (int k = 0; k < l->n; k++) {
        QbBatchImage *image = &l->v[k];
        image->tags = qb_name_pattern_match(p, l->arena, place_of(image));
        matched += image->tags != NULL;
        if (!image->tags)
            image->fault = qb_arena_printf(l->arena, "its name does not match '%s'", p->text);
    }
    return matched;
}
