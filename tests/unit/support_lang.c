/* Trees and diagnostics as text. Brackets show what binds to what, so that a table of texts is a table of trees. */
#include "tests/unit/support_lang.h"

#include <criterion/criterion.h>
#include <string.h>

QbSource *lang_source(QbArena *arena, const char *text)
{
    QbSource *s = QB_NEW(arena, QbSource);
    *s = (QbSource){.name = "t.qbi", .text = text, .length = strlen(text)};
    return s;
}

/* ---- expressions --------------------------------------------------------------------------------------- */

static const char *const signs[] = {
    [QB_ADD] = "+",    [QB_SUB] = "-",  [QB_MUL] = "*", [QB_DIV] = "/",   [QB_FLOORDIV] = "//",
    [QB_MOD] = "%",    [QB_POW] = "**", [QB_NEG] = "-", [QB_AND] = "and", [QB_OR] = "or",
    [QB_NOT] = "not ", [QB_LT] = "<",   [QB_LE] = "<=", [QB_GT] = ">",    [QB_GE] = ">=",
    [QB_EQ] = "==",    [QB_NE] = "!=",
};
static const char *const units[] = {
    [QB_UNIT_NONE] = "", [QB_UNIT_PX] = "px", [QB_UNIT_NM] = "nm", [QB_UNIT_UM] = "um",
    [QB_UNIT_MM] = "mm", [QB_UNIT_MS] = "ms", [QB_UNIT_S] = "s",   [QB_UNIT_MIN] = "min",
};

static void add_args(QbText *out, const QbArg *args, int n)
{
    for (int k = 0; k < n; k++) {
        qb_text_add(out, k ? ", " : "");
        if (args[k].name)
            qb_text_addf(out, "%s=", args[k].name);
        lang_add_expr(out, args[k].value);
    }
}

static void add_string(QbText *out, const QbExpr *e)
{
    qb_text_add(out, "\"");
    for (int k = 0; k < e->n_parts; k++) {
        const QbStringPart *p = &e->parts[k];
        if (p->text)
            qb_text_add(out, p->text);
        else
            qb_text_addf(out, "{%s%s%s}", p->name, p->member ? "." : "",
                         p->member ? p->member : "");
    }
    qb_text_add(out, "\"");
}

static void add_index(QbText *out, const QbExpr *e)
{
    lang_add_expr(out, e->left);
    qb_text_add(out, "[");
    for (int k = 0; k < e->n_indices; k++) {
        const QbIndex *i = &e->indices[k];
        const QbExpr *parts[] = {i->is_slice ? i->start : i->at, i->stop, i->step};
        qb_text_add(out, k ? ", " : "");
        for (int j = 0; j < 3; j++) {
            if (i->is_slice && j == 1)
                qb_text_add(out, ":");
            if (j == 2 && parts[j])
                qb_text_add(out, ":");
            if (parts[j])
                lang_add_expr(out, parts[j]);
        }
    }
    qb_text_add(out, "]");
}

static void add_compare(QbText *out, const QbExpr *e)
{
    qb_text_add(out, "(");
    lang_add_expr(out, e->operands[0]);
    for (int k = 1; k < e->n_operands; k++) {
        qb_text_addf(out, " %s ", signs[e->cmp_ops[k - 1]]);
        lang_add_expr(out, e->operands[k]);
    }
    qb_text_add(out, ")");
}

static void add_infix(QbText *out, const QbExpr *left, const char *sign, const QbExpr *right)
{
    qb_text_add(out, "(");
    lang_add_expr(out, left);
    qb_text_addf(out, " %s ", sign);
    lang_add_expr(out, right);
    qb_text_add(out, ")");
}

static void add_if(QbText *out, const QbExpr *e)
{
    qb_text_add(out, "(if ");
    lang_add_expr(out, e->cond);
    qb_text_add(out, " then ");
    lang_add_expr(out, e->then_);
    qb_text_add(out, " else ");
    lang_add_expr(out, e->else_);
    qb_text_add(out, ")");
}

static void add_around(QbText *out, const char *before, const QbExpr *inner, const char *after)
{
    qb_text_add(out, before);
    lang_add_expr(out, inner);
    qb_text_add(out, after);
}

void lang_add_expr(QbText *out, const QbExpr *e)
{
    switch (e->kind) {
    case QB_E_ERROR:
        qb_text_add(out, "?");
        return;
    case QB_E_NUMBER:
        qb_text_add_number(out, e->number);
        qb_text_add(out, units[e->unit]);
        return;
    case QB_E_STRING:
        add_string(out, e);
        return;
    case QB_E_BOOL:
        qb_text_add(out, e->truth ? "true" : "false");
        return;
    case QB_E_LIST:
        qb_text_add(out, "[");
        add_args(out, e->args, e->n_args);
        qb_text_add(out, "]");
        return;
    case QB_E_NAME:
        qb_text_add(out, e->name);
        return;
    case QB_E_CALL:
        add_around(out, "", e->left, "(");
        add_args(out, e->args, e->n_args);
        qb_text_add(out, ")");
        return;
    case QB_E_PIPE:
        add_infix(out, e->left, "|>", e->right);
        return;
    case QB_E_UNARY:
        qb_text_addf(out, "(%s", signs[e->op]);
        add_around(out, "", e->left, ")");
        return;
    case QB_E_BINARY:
        add_infix(out, e->left, signs[e->op], e->right);
        return;
    case QB_E_COMPARE:
        add_compare(out, e);
        return;
    case QB_E_IF:
        add_if(out, e);
        return;
    case QB_E_INDEX:
        add_index(out, e);
        return;
    case QB_E_MEMBER:
        add_around(out, "", e->left, ".");
        qb_text_add(out, e->name);
        return;
    case QB_E_GROUP:
        add_around(out, "<", e->left, ">");
        return;
    }
}

/* ---- statements ---------------------------------------------------------------------------------------- */

static void add_domain(QbText *out, const QbStmt *s)
{
    if (!s->has_domain)
        return;
    qb_text_add(out, " in ");
    for (int k = 0; k < s->n_domain_values; k++)
        add_around(out, k ? ", " : "[", s->domain_values[k],
                   k + 1 == s->n_domain_values ? "]" : "");
    if (s->domain_lo) {
        add_around(out, "", s->domain_lo, "..");
        lang_add_expr(out, s->domain_hi);
    }
}

static void add_param(QbText *out, const QbStmt *s)
{
    qb_text_addf(out, "param %s", s->name);
    if (s->type)
        qb_text_addf(out, ": %s", s->type);
    add_domain(out, s);
    add_around(out, " = ", s->value, "");
    if (s->help)
        qb_text_addf(out, " # %s", s->help);
}

static void add_def(QbText *out, const QbStmt *s)
{
    qb_text_addf(out, "def %s(", s->name);
    for (int k = 0; k < s->n_params; k++) {
        const QbDefParam *p = &s->params[k];
        qb_text_addf(out, "%s%s%s%s", k ? ", " : "", p->name, p->type ? ": " : "",
                     p->type ? p->type : "");
        if (p->value)
            add_around(out, " = ", p->value, "");
    }
    qb_text_add(out, ") = ");
    for (int k = 0; k < s->n_body; k++) {
        qb_text_addf(out, "%s = ", s->body[k]->name);
        add_around(out, "", s->body[k]->value, "; ");
    }
    lang_add_expr(out, s->value);
}

static void add_stmt(QbText *out, const QbStmt *s)
{
    switch (s->kind) {
    case QB_S_PARAM:
        add_param(out, s);
        return;
    case QB_S_DEFINE:
        qb_text_addf(out, "%s = ", s->name);
        lang_add_expr(out, s->value);
        return;
    case QB_S_DEF:
        add_def(out, s);
        return;
    case QB_S_SAVE:
        add_around(out, "save ", s->value, " to ");
        lang_add_expr(out, s->path);
        if (s->n_with) {
            qb_text_add(out, " with (");
            add_args(out, s->with, s->n_with);
            qb_text_add(out, ")");
        }
        return;
    case QB_S_PRINT:
        for (int k = 0; k < s->n_values; k++)
            add_around(out, k ? ", " : "print ", s->values[k], "");
        return;
    case QB_S_VERSION:
        qb_text_addf(out, "qbi %d", s->version);
        return;
    case QB_S_USE:
        qb_text_addf(out, s->use_file && s->name ? "use \"%s\"" : "use %s",
                     s->name ? s->name : "?");
        return;
    }
}

/* ---- diagnostics --------------------------------------------------------------------------------------- */

void lang_add_diags(QbText *out, const QbDiags *d)
{
    static const char *const severity[] = {
        [QB_NOTE] = "note", [QB_WARNING] = "warning", [QB_ERROR] = "error"};
    for (int k = 0; k < d->n; k++) {
        const QbDiag *g = &d->v[k];
        int line = 0, column = 0;
        if (g->span.source)
            qb_source_place(g->span.source, g->span.lo, &line, &column);
        qb_text_addf(out, "%d:%d+%d %s %s: %s", line, column, (int)(g->span.hi - g->span.lo),
                     g->code, severity[g->severity], g->message);
        if (g->hint)
            qb_text_addf(out, " | %s", g->hint);
        if (g->other.source) {
            qb_source_place(g->other.source, g->other.lo, &line, &column);
            qb_text_addf(out, " | %d:%d %s", line, column, g->other_text ? g->other_text : "");
        }
        qb_text_add(out, "\n");
    }
}

const char *lang_parse(QbArena *arena, const char *text)
{
    QbDiags diags;
    QbText out = {0};
    qb_diags_init(&diags, arena);
    const QbFile *file = qb_parse_file(arena, lang_source(arena, text), &diags);
    for (int k = 0; k < file->n; k++) {
        add_stmt(&out, file->stmts[k]);
        qb_text_add(&out, "\n");
    }
    lang_add_diags(&out, &diags);
    const char *result = qb_arena_strdup(arena, out.s ? out.s : "");
    qb_text_free(&out);
    return result;
}

void lang_expect(const char *what, const char *got, const char *want)
{
    cr_expect(strcmp(got, want) == 0, "%s\n--- got\n%s--- wanted\n%s", what, got, want);
}
