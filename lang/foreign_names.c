/* Lines whose first words are not quite qbi: several names or a hyphen before '=', a misspelt or foreign word where a
 * statement's own stands. What the line would define or put out stays known. */
#include "lang/foreign.h"

#include "core/text.h"

#include "lang/grammar.h"

#include <string.h>

typedef struct Statement {
    const char *word;
    int kind;
} Statement;

static const Statement statements[] = {
    {"param", QB_T_PARAM}, {"save", QB_T_SAVE}, {"print", QB_T_PRINT},
    {"def", QB_T_DEF},     {"use", QB_T_USE},
};

/* What other languages begin such statements with. */
static const Statement foreign[] = {
    {"output", QB_T_SAVE},     {"write", QB_T_SAVE},    {"export", QB_T_SAVE},
    {"store", QB_T_SAVE},      {"echo", QB_T_PRINT},    {"puts", QB_T_PRINT},
    {"disp", QB_T_PRINT},      {"display", QB_T_PRINT}, {"show", QB_T_PRINT},
    {"println", QB_T_PRINT},   {"cat", QB_T_PRINT},     {"printf", QB_T_PRINT},
    {"parameter", QB_T_PARAM}, {"input", QB_T_PARAM},   {"arg", QB_T_PARAM},
};

static const char *word_of(int kind)
{
    for (int i = 0; i < QB_COUNT(statements); i++) {
        if (statements[i].kind == kind)
            return statements[i].word;
    }
    return "";
}

static bool begins_operand(int kind)
{
    return kind == QB_T_NAME || kind == QB_T_NUMBER || kind == QB_T_STRING ||
           kind == QB_X_SINGLE_QUOTED || kind == QB_X_PREFIXED;
}

static int kind_meant(QbParser *p, const QbToken *t, const char **hint)
{
    for (int i = 0; i < QB_COUNT(foreign); i++) {
        if (!qb_token_is(p, t, foreign[i].word))
            continue;
        *hint = qb_arena_printf(p->arena, "write '%s'", word_of(foreign[i].kind));
        return foreign[i].kind;
    }
    const char *words[QB_COUNT(statements)];
    for (int i = 0; i < QB_COUNT(statements); i++)
        words[i] = statements[i].word;
    const char *near = qb_nearest(qb_token_text(p, t), words, QB_COUNT(words));
    for (int i = 0; near && i < QB_COUNT(statements); i++) {
        if (strcmp(near, statements[i].word) != 0)
            continue;
        *hint = qb_arena_printf(p->arena, "did you mean '%s'?", near);
        return statements[i].kind;
    }
    return 0;
}

/* PRINT 3, sav image to "a.tif", echo x: goes on as what was meant. */
static bool read_misspelt(QbParser *p, int *at, QbTokens *out)
{
    const QbToken *t = &p->raw.v[*at];
    const char *hint = NULL;
    if (t->kind != QB_T_NAME || !begins_operand(t[1].kind))
        return false;
    int kind = kind_meant(p, t, &hint);
    bool defines = t[2].kind == QB_T_ASSIGN;
    if (!kind || (defines && kind != QB_T_PARAM))
        return false;
    QbDiag *d = qb_diag_add(p->diags, QB_ERROR, "QB0126", qb_token_span(p, t),
                            "no statement begins with '%s'", qb_token_text(p, t));
    d->hint = hint;
    d->fix = word_of(kind);
    QbToken meant = *t;
    meant.kind = kind;
    meant.bad = true;
    qb_tokens_put(p, out, meant);
    *at += 1;
    return true;
}

static void refuse_names(QbParser *p, const QbToken *sign, const char *hint)
{
    QbDiag *d = qb_diag_add(p->diags, QB_ERROR, "QB0120", qb_token_span(p, sign),
                            "expected '=', found '%s'", qb_token_text(p, sign));
    d->hint = hint;
}

/* a, b = x, y and [a, b] = f(x) */
static bool read_several(QbParser *p, int *at, QbTokens *out)
{
    int i = *at + (p->raw.v[*at].kind == QB_T_LBRACKET), first = i, n = 0;
    const QbToken *v = p->raw.v;
    while (v[i].kind == QB_T_NAME && v[i + 1].kind == QB_T_COMMA) {
        i += 2;
        n++;
    }
    int end = i + 1 + (first > *at && v[i + 1].kind == QB_T_RBRACKET);
    if (n == 0 || v[i].kind != QB_T_NAME || v[end].kind != QB_T_ASSIGN)
        return false;
    refuse_names(p, first > *at ? &v[*at] : &v[first + 1],
                 "a definition gives one name, each on a line of its own");
    for (int k = first; k <= i; k += 2)
        qb_foreign_put_unknown(p, &v[k], out);
    *at = qb_foreign_logical_end(p, *at);
    return true;
}

/* my-image = read(…) */
static bool read_hyphen(QbParser *p, int *at, QbTokens *out)
{
    const QbToken *t = &p->raw.v[*at];
    if (t->kind != QB_T_NAME || t[1].kind != QB_T_MINUS || t[2].kind != QB_T_NAME ||
        t[3].kind != QB_T_ASSIGN || t[0].hi != t[1].lo || t[1].hi != t[2].lo)
        return false;
    refuse_names(p, &t[1],
                 qb_arena_printf(p->arena, "names hold letters, digits and '_': %s_%s",
                                 qb_token_text(p, t), qb_token_text(p, t + 2)));
    qb_foreign_put_unknown(p, t, out);
    qb_foreign_put_unknown(p, t + 2, out);
    *at = qb_foreign_logical_end(p, *at);
    return true;
}

bool qb_foreign_names(QbParser *p, int *at, QbTokens *out)
{
    return read_several(p, at, out) || read_hyphen(p, at, out) || read_misspelt(p, at, out);
}
