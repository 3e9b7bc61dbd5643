/* Strings: parameters put into them, and the parts of a path. */
#include "compiler/lower_state.h"

#include <string.h>

enum { LONGEST = 65536 }; /* bytes of a string: strings that hold strings grow fast */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Slices are called by their folder, or by what their names have in common. */
static const char *stem_of_slices(QbArena *arena, const char *path)
{
    const char *base = base_name(path);
    size_t n = strcspn(base, "*?");
    while (n > 0 && strchr("_-. ", base[n - 1]))
        n--;
    if (base - path < 2)
        return n > 0 ? qb_arena_strndup(arena, base, n) : "slices";
    const char *folder = qb_arena_strndup(arena, path, (size_t)(base - path) - 1);
    return base_name(folder);
}

const char *qb_path_stem(QbArena *arena, const char *path)
{
    const char *base = base_name(path), *dot = strrchr(base, '.');
    if (strpbrk(base, "*?"))
        return stem_of_slices(arena, path);
    return dot && dot != base ? qb_arena_strndup(arena, base, (size_t)(dot - base)) : base;
}

static const char *dir_of(QbArena *arena, const char *path)
{
    const char *base = base_name(path);
    if (base == path)
        return ".";
    size_t n = (size_t)(base - path) - 1;
    return n ? qb_arena_strndup(arena, path, n) : "/";
}

QbVal qb_lower_member(QbLower *L, const QbVal *v, const char *member, QbSpan span)
{
    static const char *const members[] = {"stem", "name", "dir"};
    if (qb_val_is_poison(v))
        return qb_val_poison(span);
    if (v->kind != QB_PATH && v->kind != QB_STRING) {
        QbDiag *d = qb_lower_error(L, "QB0214", span, "%s has no '.%s'", qb_val_found(v), member);
        if (qb_is_raster(v->kind))
            qb_lower_hint(L, d, "an image's shape is no value: 'print image' shows it");
        if (v->kind == QB_TABLE)
            qb_lower_hint(L, d, "a table is saved or printed as a whole");
        qb_lower_hint(L, d, "'stem', 'name' and 'dir' are parts of a path");
        return qb_val_poison(span);
    }
    if (!strcmp(member, "stem"))
        return qb_val_text(QB_STRING, qb_path_stem(L->arena, v->text), span);
    if (!strcmp(member, "name"))
        return qb_val_text(QB_STRING, base_name(v->text), span);
    if (!strcmp(member, "dir"))
        return qb_val_text(QB_STRING, dir_of(L->arena, v->text), span);
    QbDiag *d = qb_lower_error(L, "QB0214", span, "a path has no '.%s'", member);
    qb_lower_nearest(L, d, member, members, QB_COUNT(members));
    qb_lower_hint(L, d, "it has 'stem', 'name' and 'dir'");
    return qb_val_poison(span);
}

static QbVal part_value(QbLower *L, const QbScope *scope, const QbStringPart *part)
{
    QbName found = qb_lower_resolve(L, scope, part->name);
    QbVal v = qb_val_poison(part->span);
    if (found.kind == QB_NAME_LOCAL && found.index < scope->func->n_params)
        v = scope->locals[found.index].val;
    else if (found.kind == QB_NAME_SYMBOL && L->symbols[found.index].kind == QB_SYM_PARAM)
        v = qb_lower_ask(L, found.index, part->span);
    v.span = part->span;
    return part->member ? qb_lower_member(L, &v, part->member, part->span) : v;
}

static bool add_part(QbLower *L, const QbScope *scope, const QbStringPart *part, QbText *out)
{
    if (part->text) {
        qb_text_add(out, part->text);
        return true;
    }
    QbVal v = part_value(L, scope, part);
    if (qb_val_is_poison(&v))
        return false;
    if (v.kind == QB_STRING || v.kind == QB_PATH) {
        qb_text_add(out, v.text);
        return true;
    }
    if (v.node >= 0 || (v.kind != QB_NUMBER && v.kind != QB_BOOL)) {
        qb_lower_error(L, "QB0213", part->span,
                       "a string takes numbers, bools, strings and paths, found %s",
                       qb_val_found(&v));
        return false;
    }
    qb_val_write(L, &v, out);
    return true;
}

QbVal qb_lower_string(QbLower *L, const QbScope *scope, const QbExpr *e)
{
    if (e->n_parts == 1 && e->parts[0].text)
        return qb_val_text(QB_STRING, e->parts[0].text, e->span);
    QbText t = {0};
    bool whole = true;
    for (int k = 0; k < e->n_parts; k++)
        whole = add_part(L, scope, &e->parts[k], &t) && whole;
    if (t.n > LONGEST) {
        qb_lower_error(L, "QB0412", e->span, "this string has more than %d bytes", LONGEST);
        whole = false;
    }
    QbVal v = qb_val_text(QB_STRING, qb_arena_strdup(L->arena, t.s ? t.s : ""), e->span);
    qb_text_free(&t);
    return whole ? v : qb_val_poison(e->span);
}
