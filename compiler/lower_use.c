/* Other files: `use` finds them, has them parsed, and brings their defs and params into the file that uses them. Each file is
 * read once, whoever uses it; what it uses itself it does not pass on. Knows paths as texts; who reads files is told by
 * the options. */
#include "compiler/lower_state.h"

#include <string.h>

enum { DEEPEST = 64 }; /* files that use files */

static QbModule *new_module(QbLower *L, const QbFile *file, const char *label)
{
    QbModule *m = QB_NEW(L->arena, QbModule);
    *m = (QbModule){.file = file, .names = qb_name_map_new(L->arena), .label = label};
    QB_PUSH(L->arena, L->modules, L->n_modules, L->cap_modules, m);
    QB_PUSH(L->arena, L->g->sources, L->g->n_sources, L->g->cap_sources, file->source);
    return m;
}

/* ---- which file -------------------------------------------------------------------------------------- */

static const QbSource *find_library(QbLower *L, const QbStmt *s)
{
    const QbLowerOptions *o = L->options;
    const char **names = QB_NEW_N(L->arena, const char *, o->n_modules + 1);
    const char *list = "";
    for (int k = 0; k < o->n_modules; k++) {
        names[k] = o->modules[k].real;
        list = qb_arena_printf(L->arena, "%s%s'%s'", list, k ? ", " : "", names[k]);
        if (!strcmp(names[k], s->name))
            return &o->modules[k];
    }
    QbDiag *d = qb_lower_error(L, "QB0209", s->name_span, "unknown module '%s'", s->name);
    qb_lower_nearest(L, d, s->name, names, o->n_modules);
    if (o->n_modules)
        qb_lower_hint(L, d, "the modules are %s; a file is named in quotes: use \"%s.qbi\"", list,
                      s->name);
    return NULL;
}

/* Paths start at the file that uses them. */
static const char *path_from(QbArena *arena, const char *user, const char *path)
{
    const char *slash = strrchr(user, '/');
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    if (path[0] == '/' || !slash)
        return path;
    return qb_arena_printf(arena, "%.*s/%s", (int)(slash - user), user, path);
}

static const QbSource *read_file(QbLower *L, const QbModule *m, const QbStmt *s)
{
    QbErr err = {0};
    if (!L->options->use_file || m->is_library) {
        qb_lower_error(L, "QB0209", s->name_span, "no file can be used here");
        return NULL;
    }
    const char *path = path_from(L->arena, m->file->source->name, s->name);
    const QbSource *source = L->options->use_file(L->arena, path, &err);
    if (!source)
        qb_lower_error(L, "QB0505", s->name_span, "%s", err.text)->input_missing = true;
    return source;
}

static bool is_one_file(const QbSource *a, const QbSource *b)
{
    return a == b || (a->real && b->real && !strcmp(a->real, b->real));
}

/* ---- reading it -------------------------------------------------------------------------------------- */

/* Files that are open use each other in the order in which they were met. */
static void report_cycle(QbLower *L, const QbModule *m, const QbStmt *s)
{
    const char **path = QB_NEW_N(L->arena, const char *, L->n_modules);
    int n = 0;
    for (int k = 0; k < L->n_modules; k++)
        if (L->modules[k]->is_open && (n || L->modules[k] == m))
            path[n++] = L->modules[k]->label;
    qb_lower_cycle(L, path, n, s->name_span, "move what both need to a file that uses neither");
}

static int count_open(const QbLower *L)
{
    int n = 0;
    for (int k = 0; k < L->n_modules; k++)
        n += L->modules[k]->is_open;
    return n;
}

static void load_uses(QbLower *L, QbModule *m);

static QbModule *load(QbLower *L, const QbSource *source, bool is_library)
{
    int errors = L->diags->n_errors;
    const QbFile *file = qb_parse_file(L->arena, source, L->diags);
    QbModule *m = new_module(L, file, is_library ? source->real : source->name);
    m->is_unread = L->diags->n_errors > errors;
    L->unread = L->unread || m->is_unread;
    m->is_library = is_library;
    qb_lower_add_statements(L, m);
    load_uses(L, m);
    return m;
}

/* The module that `s` names; NULL after an error. */
static QbModule *find_module(QbLower *L, const QbModule *m, const QbStmt *s)
{
    const QbSource *source = !s->name      ? NULL
                             : s->use_file ? read_file(L, m, s)
                                           : find_library(L, s);
    if (!source)
        return NULL;
    for (int k = 0; k < L->n_modules; k++) {
        if (!is_one_file(L->modules[k]->file->source, source))
            continue;
        if (!L->modules[k]->is_open)
            return L->modules[k];
        report_cycle(L, L->modules[k], s);
        return NULL;
    }
    if (count_open(L) < DEEPEST)
        return load(L, source, !s->use_file);
    qb_lower_error(L, "QB0412", s->name_span, "files use files more than %d deep here", DEEPEST);
    return NULL;
}

/* ---- what it brings ---------------------------------------------------------------------------------- */

typedef struct Bring {
    QbLower *L;
    QbModule *to;
    const QbModule *from;
    const QbStmt *use;
    QbModule *const *before; /* what earlier statements of `to` use, by statement */
} Bring;

static QbSpan place_of_use(const Bring *b, const QbModule *m)
{
    for (int k = 0; k < b->to->file->n; k++)
        if (b->before[k] == m)
            return b->to->file->stmts[k]->name_span;
    return (QbSpan){0};
}

static void report_twice(const Bring *b, const QbSymbol *first)
{
    QbDiag *d;
    bool own = first->module == b->to;
    if (own)
        d = qb_lower_error(b->L, "QB0203", b->use->name_span,
                           "'%s' is defined here, and brought in by '%s'", first->name,
                           b->from->label);
    else
        d = qb_lower_error(b->L, "QB0203", b->use->name_span,
                           "'%s' is brought in twice: by '%s' and by '%s'", first->name,
                           first->module->label, b->from->label);
    qb_lower_hint(b->L, d, "give one of the two another name");
    d->other = own ? first->stmt->name_span : place_of_use(b, first->module);
    d->other_text = own ? "defined here" : "first brought in here";
}

static void bring_symbol(const Bring *b, int symbol)
{
    const QbSymbol *s = &b->L->symbols[symbol];
    bool is_first = qb_name_map_get(b->from->names, s->name) == symbol;
    if ((s->kind != QB_SYM_PARAM && s->kind != QB_SYM_FUNC) || !is_first)
        return;
    int known = qb_name_map_get(b->to->names, s->name);
    if (known >= 0) {
        report_twice(b, &b->L->symbols[known]);
        return;
    }
    qb_name_map_put(b->to->names, s->name, symbol);
    if (qb_name_map_get(b->L->op_names, s->name) >= 0)
        qb_diag_add(b->L->diags, QB_NOTE, "QB0212", b->use->name_span,
                    "here '%s' is that of '%s', not the operator", s->name, b->from->label);
}

static void bring_in(const Bring *b)
{
    QbSpan first = place_of_use(b, b->from);
    if (first.source) {
        QbDiag *d =
            qb_lower_error(b->L, "QB0203", b->use->name_span, "'%s' is used twice", b->from->label);
        d->other = first;
        d->other_text = "first used here";
        return;
    }
    for (int k = 0; k < b->from->n; k++)
        bring_symbol(b, b->from->first + k);
    b->to->is_partial = b->to->is_partial || b->from->is_unread;
}

static void load_uses(QbLower *L, QbModule *m)
{
    QbModule **used = QB_NEW_N(L->arena, QbModule *, m->file->n + 1);
    m->is_open = true;
    for (int k = 0; k < m->file->n; k++) {
        const QbStmt *s = m->file->stmts[k];
        QbModule *from = s->kind == QB_S_USE ? find_module(L, m, s) : NULL;
        if (s->kind != QB_S_USE)
            continue;
        if (from)
            bring_in(&(Bring){L, m, from, s, used});
        else
            m->is_partial = true;
        used[k] = from;
    }
    m->is_open = false;
}

/* ---- the program ------------------------------------------------------------------------------------- */

static void gather_params(QbLower *L)
{
    L->params = qb_name_map_new(L->arena);
    for (int near = 1; near >= 0; near--) /* those that the pipeline sees come first */
        for (int i = 0; i < L->n_symbols; i++) {
            const QbSymbol *s = &L->symbols[i];
            int seen = qb_name_map_get(L->root->names, s->name);
            bool free = near ? seen == i : seen < 0 && qb_name_map_get(L->params, s->name) < 0;
            if (s->kind == QB_SYM_PARAM && free)
                qb_name_map_put(L->params, s->name, i);
        }
}

void qb_lower_load(QbLower *L, const QbFile *file)
{
    L->root = new_module(L, file, file->source->name);
    qb_lower_add_statements(L, L->root);
    load_uses(L, L->root);
    gather_params(L);
}
