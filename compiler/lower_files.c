/* The files of a run: which ones are read, and that no output is written over one of them or over another output. Two paths
 * are one file if they are spelled alike or lead to the same one on the disk. Opens nothing. */
#include "compiler/lower_state.h"

#include <glob.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- inputs ------------------------------------------------------------------------------------------ */

static void add_path(QbDag *g, const char *path)
{
    for (int k = 0; k < g->n_input_paths; k++)
        if (!strcmp(g->input_paths[k], path))
            return;
    QB_PUSH(g->arena, g->input_paths, g->n_input_paths, g->cap_input_paths, path);
}

/* A path with a star is a stack of files. */
static void add_pattern(QbDag *g, const char *pattern)
{
    glob_t found = {0};
    if (!strpbrk(pattern, "*?"))
        add_path(g, pattern);
    else if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t k = 0; k < found.gl_pathc; k++)
            add_path(g, qb_arena_strdup(g->arena, found.gl_pathv[k]));
    globfree(&found);
}

static void gather_inputs(QbDag *g)
{
    unsigned char *live = qb_arena_alloc(g->arena, (size_t)g->n_nodes + 1);
    qb_dag_mark_live(g, live);
    for (int id = 0; id < g->n_nodes; id++) {
        const QbNode *n = g->nodes[id];
        for (int k = 0; live[id] && n->op && k < n->op->n_params; k++) {
            const QbParam *p = &n->op->params[k];
            if (p->slot == QB_SLOT_PATH)
                add_pattern(g, *(const char *const *)((const char *)n->params + p->offset));
        }
    }
}

/* ---- one file ---------------------------------------------------------------------------------------- */

/* Where the part before a '..' ends up when that is taken back: `n` bytes of `out`, which end in '/'. A part that is a link
 * leads elsewhere, and is kept. */
static size_t take_back(char *out, size_t n)
{
    struct stat s;
    size_t before = n > 1 ? n - 1 : 0;
    while (before > 0 && out[before - 1] != '/')
        before--;
    out[n - 1] = '\0';
    bool is_parent = !strcmp(out + before, "..");
    bool is_link = lstat(out, &s) == 0 && S_ISLNK(s.st_mode);
    out[n - 1] = '/';
    return n == 1 ? n : is_parent || is_link ? 0 : before;
}

/* From the root, without './', doubled slashes and 'x/../'. */
static const char *plain(QbArena *arena, const char *dir, const char *path)
{
    char here[QB_MAX_PATH];
    const char *from =
        dir && dir[0] && path[0] != '/' ? qb_arena_printf(arena, "%s/%s", dir, path) : path;
    if (from[0] != '/' && getcwd(here, sizeof(here)))
        from = qb_arena_printf(arena, "%s/%s", here, from);
    char *out = qb_arena_alloc(arena, strlen(from) + 2);
    size_t n = 0;
    while (*from) {
        size_t part = strcspn(from, "/");
        bool parent = part == 2 && from[0] == '.' && from[1] == '.';
        size_t back = parent && n ? take_back(out, n) : 0;
        bool skipped = (part == 0 && n) || (part == 1 && from[0] == '.');
        if (back) {
            n = back;
        } else if (!skipped) {
            memcpy(out + n, from, part);
            n += part;
            out[n++] = '/';
        }
        from += part + (from[part] == '/');
    }
    out[n > 1 ? n - 1 : n] = '\0';
    return out;
}

/* A path, and the file that it leads to now. */
typedef struct Place {
    const char *path; /* NULL: none */
    bool exists;
    dev_t device;
    ino_t file;
} Place;

static Place place_of(QbArena *arena, const char *dir, const char *path)
{
    struct stat s;
    Place p = {.path = plain(arena, dir, path)};
    p.exists = stat(p.path, &s) == 0 && S_ISREG(s.st_mode);
    if (p.exists) {
        p.device = s.st_dev;
        p.file = s.st_ino;
    }
    return p;
}

static bool is_one_file(const Place *a, const Place *b)
{
    if (!a->path || !b->path)
        return false;
    return !strcmp(a->path, b->path) ||
           (a->exists && b->exists && a->device == b->device && a->file == b->file);
}

/* ---- outputs ----------------------------------------------------------------------------------------- */

static void check_inputs(QbLower *L, const QbOutput *o, const Place *place, const Place *inputs)
{
    for (int k = 0; k < L->g->n_input_paths; k++) {
        if (!is_one_file(place, &inputs[k]))
            continue;
        QbDiag *d =
            qb_lower_error(L, "QB0504", o->span,
                           "'%s' is an input of this run, and would be written over", o->path);
        qb_lower_hint(L, d, "save to another path");
        return;
    }
}

/* Does the path, taken from a folder, end outside it? */
static bool leaves_folder(const char *path)
{
    int depth = 0;
    for (const char *p = path; *p && depth >= 0; p += strspn(p, "/")) {
        size_t n = strcspn(p, "/");
        if (n == 2 && p[0] == '.' && p[1] == '.')
            depth--;
        else if (n != 1 || p[0] != '.')
            depth++;
        p += n;
    }
    return path[0] == '/' || depth < 0;
}

/* Of many runs each has a folder of its own; tables are gathered, wherever they would go. */
static void check_folder(QbLower *L, const QbOutput *o)
{
    if (!L->options->is_one_of_many || qb_dag_at(L->g, o->node)->type.kind == QB_TABLE ||
        !leaves_folder(o->path))
        return;
    QbDiag *d =
        qb_lower_error(L, "QB0604", o->span, "'%s' is one file for every image or point", o->path);
    qb_lower_hint(L, d, "a path without '/' in front and '..' stays in the folder of each");
}

static void check_other(QbLower *L, QbOutput *o, const QbOutput *before, bool one_file)
{
    bool same_name = o->table && before->table && !strcasecmp(o->table, before->table);
    bool one_table = same_name && o->node != before->node;
    bool one_db = o->format == QB_FORMAT_DB && before->format == QB_FORMAT_DB;
    QbDiag *d;
    if (one_file && !(one_db && !same_name)) {
        d = qb_lower_error(L, "QB0604", o->span, "two outputs go to '%s'", o->path);
        if (!one_db)
            qb_lower_hint(L, d, "save one of them to another path");
        if (one_db)
            qb_lower_hint(L, d, "'with (table=\"NAME\")' gives one another name in it");
    } else if (one_table) {
        d = qb_lower_error(L, "QB0607", o->span, "two tables are called '%s'", o->table);
        qb_lower_hint(L, d, "'with (table=\"NAME\")' gives one another name");
    } else {
        if (one_file)
            o->path = before->path; /* tables of one database, written as they may be */
        return;
    }
    d->other = before->span;
    d->other_text = "the first one is here";
}

void qb_lower_check_files(QbLower *L)
{
    QbDag *g = L->g;
    gather_inputs(g);
    Place *inputs = QB_NEW_N(L->arena, Place, g->n_input_paths + 1);
    Place *outputs = QB_NEW_N(L->arena, Place, g->n_outputs + 1);
    for (int k = 0; k < g->n_input_paths; k++)
        inputs[k] = place_of(L->arena, NULL, g->input_paths[k]);
    for (int i = 0; i < g->n_outputs; i++) {
        QbOutput *o = &g->outputs[i];
        if (o->format == QB_FORMAT_PRINT)
            continue;
        outputs[i] = place_of(L->arena, L->options->out_dir, o->path);
        check_inputs(L, o, &outputs[i], inputs);
        check_folder(L, o);
        for (int k = 0; k < i; k++)
            check_other(L, o, &g->outputs[k], is_one_file(&outputs[k], &outputs[i]));
    }
}
