/* Patterns of names: read once, matched with every image's path. A match is a search with memory: each place of the name is tried
 * once for each column, so that no name takes longer than columns × length². Knows nothing of results. */
#include "runtime/name_pattern.h"

#include "core/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
#define MAX_COLUMNS 32

/* ---- reading ----------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    QbTagType type;
} types[] = {{"str", QB_TAG_TEXT}, {"int", QB_TAG_WHOLE}, {"float", QB_TAG_NUMBER}};

static bool find_type(const char *name, QbTagType *type)
{
    for (int k = 0; k < QB_COUNT(types); k++) {
        *type = types[k].type;
        if (!strcmp(types[k].name, name))
            return true;
    }
    return false;
}

/* The column behind a '{'; *end is behind its '}'. */
static bool read_column(QbArena *arena, const char *s, const char **end, QbTag *tag, QbErr *err)
{
    size_t all = strcspn(s, "{}"), name = strspn(s, LETTERS "0123456789");
    *end = s + all + 1;
    if (s[all] != '}')
        return qb_err_set(err, "'--pattern' expects '}' behind '{%.*s'", (int)all, s);
    bool typed = name < all && s[name] == ':';
    if (name == 0 || strchr("0123456789", s[0]) || (name < all && !typed))
        return qb_err_set(err,
                          "'--pattern' expects a column such as '{well}' or '{site:int}', found "
                          "'{%.*s}'",
                          (int)all, s);
    tag->name = qb_arena_strndup(arena, s, name);
    tag->type = QB_TAG_TEXT;
    const char *type = typed ? qb_arena_strndup(arena, s + name + 1, all - name - 1) : "str";
    return find_type(type, &tag->type) ||
           qb_err_set(err, "'--pattern' expects the type int, float or str, found '%s'", type);
}

static bool add_column(QbNamePattern *p, const QbTag *tag, QbErr *err)
{
    if (p->n > 0 && !p->between[p->n][0])
        return qb_err_set(err, "'--pattern' expects a text between '{%s}' and '{%s}'",
                          p->tags[p->n - 1].name, tag->name);
    if (p->n == MAX_COLUMNS)
        return qb_err_set(err, "'--pattern' has more than %d columns", MAX_COLUMNS);
    for (int k = 0; k < p->n; k++)
        if (!strcmp(p->tags[k].name, tag->name))
            return qb_err_set(err, "'--pattern' has the column '%s' twice", tag->name);
    p->tags[p->n++] = *tag;
    return true;
}

/* The text up to the next column, in which {{ and }} are braces. */
static const char *read_text(QbArena *arena, const char **at, QbErr *err)
{
    QbText t = {0};
    const char *s = *at;
    for (; *s && !(s[0] == '{' && s[1] != '{'); s++) {
        if (s[0] == '}' && s[1] != '}') {
            qb_err_set(err, "'--pattern' has a '}' without its '{'; '}}' is a brace");
            break;
        }
        s += *s == '{' || *s == '}';
        qb_text_addn(&t, s, 1);
    }
    *at = s;
    const char *copy = qb_arena_strdup(arena, t.s ? t.s : "");
    qb_text_free(&t);
    return copy;
}

bool qb_name_pattern_parse(QbArena *arena, const char *text, QbNamePattern *p, QbErr *err)
{
    *p = (QbNamePattern){.text = text,
                         .between = QB_NEW_N(arena, const char *, MAX_COLUMNS + 1),
                         .tags = QB_NEW_N(arena, QbTag, MAX_COLUMNS)};
    QbErr own = {0};
    p->between[0] = read_text(arena, &text, &own);
    while (*text && !own.set) {
        QbTag tag;
        if (read_column(arena, text + 1, &text, &tag, &own) && add_column(p, &tag, &own))
            p->between[p->n] = read_text(arena, &text, &own);
    }
    if (own.set)
        return qb_err_set(err, "%s", own.text);
    for (int k = 0; k <= p->n; k++)
        for (const char *s = p->between[k]; (s = strchr(s, '/')); s++)
            p->slashes++;
    return p->n > 0 ||
           qb_err_set(err, "'--pattern' has no column such as '{well}' in '%s'", p->text);
}

/* ---- matching ---------------------------------------------------------------------------------------- */

typedef struct Match {
    const QbNamePattern *p;
    QbArena *arena;
    const char *name;
    size_t n;
    unsigned char *tried; /* [column][place]: it does not match from here */
    const char **values;
} Match;

static const char *whole_text(QbArena *arena, const char *s)
{
    char *end;
    errno = 0;
    long long v = strtoll(s, &end, 10);
    bool ok =
        !errno && !*end && strspn(s + (s[0] == '-'), "0123456789") == strlen(s) - (s[0] == '-');
    return ok ? qb_arena_printf(arena, "%lld", v) : NULL;
}

static const char *number_text(QbArena *arena, const char *s)
{
    char *end, digits[32];
    double v = strtod(s, &end);
    if (*end || !isfinite(v) || strspn(s, "+-.0123456789eE") != strlen(s))
        return NULL;
    return qb_arena_strdup(arena, qb_number_text(v, digits));
}

/* The text of a column as it stands in a CSV file; NULL where it is not of its type. */
static const char *value_of(QbArena *arena, QbTagType type, const char *s, size_t n)
{
    const char *text = qb_arena_strndup(arena, s, n);
    if (type == QB_TAG_TEXT)
        return memchr(s, '/', n) ? NULL : text;
    return type == QB_TAG_WHOLE ? whole_text(arena, text) : number_text(arena, text);
}

/* Column k and all that follow, from a place of the name on. */
static bool match_from(Match *m, int k, size_t at)
{
    const QbNamePattern *p = m->p;
    if (k == p->n)
        return at == m->n;
    unsigned char *tried = &m->tried[(size_t)k * (m->n + 1) + at];
    if (*tried)
        return false;
    *tried = 1;
    size_t gap = strlen(p->between[k + 1]);
    for (size_t end = at + 1; end + gap <= m->n; end++) {
        if (memcmp(m->name + end, p->between[k + 1], gap) != 0 ||
            (k + 1 == p->n && end + gap < m->n))
            continue;
        m->values[k] = value_of(m->arena, p->tags[k].type, m->name + at, end - at);
        if (m->values[k] && match_from(m, k + 1, end + gap))
            return true;
    }
    return false;
}

const char **qb_name_pattern_match(const QbNamePattern *p, QbArena *arena, const char *path)
{
    const char *name = path + strlen(path);
    for (int slashes = 0; name > path; name--) {
        slashes += name[-1] == '/';
        if (slashes > p->slashes)
            break;
    }
    Match m = {.p = p, .arena = arena, .name = name, .n = strlen(name)};
    size_t first = strlen(p->between[0]);
    if (m.n < first || memcmp(name, p->between[0], first) != 0)
        return NULL;
    m.tried = qb_xcalloc((size_t)p->n, m.n + 1);
    m.values = QB_NEW_N(arena, const char *, p->n);
    bool ok = match_from(&m, 0, first);
    free(m.tried);
    return ok ? m.values : NULL;
}
