/* Parameters: which override or positional image binds to which, their values, types and domains. */
#include "compiler/lower_state.h"

#include <string.h>

static const QbExpr *without_brackets(const QbExpr *e)
{
    while (e && e->kind == QB_E_GROUP)
        e = e->left;
    return e;
}

/* A parameter whose override is taken as it is: a string or path, by its type or its default. */
static bool is_textual(const QbLower *L, const QbSymbol *s)
{
    const QbNameMap *names = s->module->names;
    for (int steps = 0; steps < 100; steps++) {
        if (s->stmt->type)
            return !strcmp(s->stmt->type, "string") || !strcmp(s->stmt->type, "path");
        const QbExpr *e = without_brackets(s->stmt->value);
        if (!e || e->kind != QB_E_NAME)
            return e && e->kind == QB_E_STRING;
        int other = qb_name_map_get(names, e->name);
        if (other < 0 || L->symbols[other].kind != QB_SYM_PARAM)
            return false;
        s = &L->symbols[other];
    }
    return false;
}

/* A parameter that can be overridden: one of the pipeline's, or of a file that it uses unless the name is taken. */
static bool is_open_to_callers(const QbLower *L, int symbol)
{
    const QbSymbol *s = &L->symbols[symbol];
    return s->kind == QB_SYM_PARAM && qb_name_map_get(L->params, s->name) == symbol;
}

static QbSource *make_source(const QbLower *L, const char *name, const char *text)
{
    QbSource *source = QB_NEW(L->arena, QbSource);
    source->name = name;
    source->text = qb_arena_strdup(L->arena, text);
    source->length = strlen(text);
    return source;
}

static QbSpan whole(const QbSource *source)
{
    return (QbSpan){source, 0, (uint32_t)source->length};
}

static const char *option_of(const QbOverride *o)
{
    return o->from && !strcmp(o->from, "file") ? "--params" : "-p";
}

static void report_unknown(QbLower *L, const QbOverride *o)
{
    const char **names = QB_NEW_N(L->arena, const char *, L->n_symbols + 1);
    int n = 0;
    for (int i = 0; i < L->n_symbols; i++)
        if (is_open_to_callers(L, i))
            names[n++] = L->symbols[i].name;
    if (L->root->is_partial)
        return;
    const char *text = qb_arena_printf(L->arena, "%s=%s", o->name, o->value);
    QbSource *source = make_source(L, option_of(o), text);
    QbSpan span = {source, 0, (uint32_t)strlen(o->name)};
    QbDiag *d = qb_lower_error(L, "QB0206", span, "unknown parameter '%s'", o->name);
    qb_lower_nearest(L, d, o->name, names, n);
    const char *list = "";
    for (int k = 0; k < n && k < 20; k++)
        list = qb_arena_printf(L->arena, "%s%s'%s'", list, k ? ", " : "", names[k]);
    if (n)
        qb_lower_hint(L, d, "its parameters are %s", list);
    else
        qb_lower_hint(L, d, "it has none");
}

/* The value as a text of its own, or at its place in one where all else is blank. */
static QbSource *source_of(const QbLower *L, const QbOverride *o)
{
    const char *name = qb_arena_printf(L->arena, "%s %s", option_of(o), o->name);
    if (!o->in)
        return make_source(L, name, o->value);
    QbSource *source = make_source(L, o->in->place ? o->in->place : name, o->in->text);
    char *blank = qb_arena_strdup(L->arena, o->in->text);
    size_t n = strlen(o->value);
    QB_CHECK(o->in->at + n <= source->length);
    memset(blank, ' ', source->length);
    memcpy(blank + o->in->at, o->value, n);
    source->text = blank;
    source->lines_before = o->in->lines_before;
    return source;
}

static void bind_override(QbLower *L, const QbOverride *o)
{
    int i = qb_name_map_get(L->params, o->name);
    if (i < 0) {
        report_unknown(L, o);
        return;
    }
    QbSymbol *s = &L->symbols[i];
    QbSource *source = source_of(L, o);
    uint32_t at = o->in ? (uint32_t)o->in->at : 0;
    s->override = o;
    s->from = o->from ? o->from : "command line";
    s->from_span = (QbSpan){source, at, at + (uint32_t)strlen(o->value)};
    s->given = NULL;
    s->literal = NULL;
    if (is_textual(L, s)) {
        s->literal = qb_arena_strdup(L->arena, o->value);
        return;
    }
    if (o->literal_string && !s->stmt->type) { /* a string, unless it reads as an expression */
        QbDiags quiet;
        qb_diags_init(&quiet, L->arena);
        const QbExpr *e = qb_parse_expr(L->arena, source, &quiet);
        if (quiet.n_errors || !qb_lower_names_known(L, e)) {
            s->literal = source->text;
            return;
        }
    }
    s->given = qb_parse_expr(L->arena, source, L->diags);
    if (o->in) /* errors show all of it */
        source->text = qb_arena_strdup(L->arena, o->in->text);
}

static void report_too_many(QbLower *L, int n_paths)
{
    int n = L->options->n_images;
    const char *plural = n_paths == 1 ? "" : "s";
    QbDiag *d;
    if (!n_paths) {
        d = qb_lower_error(L, "QB0503", (QbSpan){0},
                           "the pipeline has no path parameter for the image '%s'",
                           L->options->images[0]);
        qb_lower_hint(L, d, "declare one: param input: path = \"image.tif\"");
        return;
    }
    d = qb_lower_error(L, "QB0503", (QbSpan){0},
                       "%d images given, but the pipeline has %d path parameter%s", n, n_paths,
                       plural);
    qb_lower_hint(L, d, "'qbic batch' runs the pipeline once for each image");
}

static void bind_images(QbLower *L)
{
    int n = 0;
    for (int i = 0; i < L->n_symbols; i++) {
        QbSymbol *s = &L->symbols[i];
        if (!is_open_to_callers(L, i) || !s->stmt->type || strcmp(s->stmt->type, "path") != 0)
            continue;
        if (n < L->options->n_images) {
            const char *image = L->options->images[n];
            if (s->literal)
                qb_lower_error(L, "QB0503", s->from_span,
                               "'%s' is given twice: here, and as the image '%s'", s->name, image);
            s->literal = image;
            s->from = "command line";
            s->from_span =
                whole(make_source(L, qb_arena_printf(L->arena, "image %d", n + 1), image));
        }
        n++;
    }
    if (L->options->n_images > n && !L->root->is_partial)
        report_too_many(L, n);
}

void qb_lower_bind_overrides(QbLower *L)
{
    for (int k = 0; k < L->options->n_overrides; k++)
        bind_override(L, &L->options->overrides[k]);
    bind_images(L);
}

/* ---- values ----------------------------------------------------------------------------------------- */

/* The second place of an error in an override: where the parameter is declared. */
static void point_at_declaration(const QbSymbol *s, QbDiag *d)
{
    if (s->given || s->literal) {
        d->other = s->stmt->span;
        d->other_text = "declared here";
    }
}

static QbVal convert(QbLower *L, const QbSymbol *s, QbVal v)
{
    if (!s->stmt->type || qb_val_is_poison(&v))
        return v;
    QbKind kind = qb_kind_named(s->stmt->type);
    if (kind == QB_NONE)
        return qb_val_poison(v.span);
    bool stage_number =
        kind == QB_NUMBER && v.kind == QB_STAGE; /* applied where the number is used */
    if (!qb_lower_fits(&v, kind) && !stage_number) {
        QbDiag *d = qb_lower_error(L, "QB0313", v.span, "parameter '%s' takes %s, found %s",
                                   s->name, qb_kind_phrase(kind), qb_val_found(&v));
        if (kind == QB_IMAGE)
            qb_lower_hint(L, d, "a parameter is the path: param %s: path, and read(%s)", s->name,
                          s->name);
        if (kind == QB_NUMBER && v.kind == QB_LENGTH)
            qb_lower_hint(L, d, "for values with a unit: param %s: length", s->name);
        qb_lower_hint_kind(L, d, QB_ACCEPT(kind), &v);
        point_at_declaration(s, d);
        return qb_val_poison(v.span);
    }
    if (kind == QB_LENGTH && v.kind == QB_NUMBER)
        v = (QbVal){.kind = QB_LENGTH, .node = -1, .voxels = v.number, .span = v.span};
    if (kind == QB_PATH || kind == QB_STRING)
        v.kind = kind;
    return v;
}

static const char *written(const QbLower *L, const QbVal *v)
{
    QbText t = {0};
    qb_val_write(L, v, &t);
    const char *s = qb_arena_strdup(L->arena, t.s ? t.s : "");
    qb_text_free(&t);
    return s;
}

/* Whether a <= b of numbers, lengths or times; *can is false where these do not compare. */
static bool is_at_most(QbLower *L, const QbVal *a, const QbVal *b, bool *can)
{
    QbVal out = {.span = a->span};
    int folded = L->g->n_folded; /* of the pipeline's own expressions */
    *can = *can && qb_fold_binary(L, QB_LE, a, b, &out);
    L->g->n_folded = folded;
    return *can && out.number != 0;
}

/* The ends of a range, false where there is none to keep to; what is wrong with it is reported. */
static void report_range(QbLower *L, const QbVal *lo, const QbVal *hi, bool can)
{
    QbDiag *d = qb_lower_error(L, "QB0411", qb_span_join(lo->span, hi->span),
                               can ? "the range %s..%s is empty" : "%s and %s do not compare",
                               written(L, lo), written(L, hi));
    if (can) {
        d->fix = qb_arena_printf(L->arena, "%s..%s", written(L, hi), written(L, lo));
        qb_lower_hint(L, d, "write %s", d->fix);
    }
}

static bool find_range(QbLower *L, const QbSymbol *s, QbVal *lo, QbVal *hi)
{
    QbScope scope = {.kind = QB_SCOPE_PARAM, .module = s->module};
    *lo = qb_lower_expr(L, &scope, s->stmt->domain_lo);
    *hi = qb_lower_expr(L, &scope, s->stmt->domain_hi);
    if (qb_val_is_poison(lo) || qb_val_is_poison(hi))
        return false;
    for (int k = 0; k < 2; k++) {
        const QbVal *end = k ? hi : lo;
        bool fits = end->node < 0 &&
                    (end->kind == QB_NUMBER || end->kind == QB_LENGTH || end->kind == QB_TIME);
        if (fits)
            continue;
        qb_lower_error(L, "QB0411", end->span,
                       "the ends of a range are numbers, lengths or times, found %s",
                       qb_val_found(end));
        return false;
    }
    bool can = true, ordered = is_at_most(L, lo, hi, &can);
    if (!ordered)
        report_range(L, lo, hi, can);
    return ordered;
}

static bool is_in_range(QbLower *L, const QbSymbol *s, const QbVal *v)
{
    QbVal lo, hi;
    if (!find_range(L, s, &lo, &hi))
        return true;
    if (v->kind == QB_STAGE || (v->kind == QB_NUMBER && v->node >= 0))
        return true; /* measured: known when it runs */
    bool can = true;
    if (is_at_most(L, &lo, v, &can) && is_at_most(L, v, &hi, &can))
        return true;
    QbDiag *d =
        qb_lower_error(L, "QB0406", v->span, "'%s' must be %sbetween %s and %s, found %s", s->name,
                       can                    ? ""
                       : lo.kind == QB_NUMBER ? "a number "
                                              : "",
                       written(L, &lo), written(L, &hi), can ? written(L, v) : qb_val_found(v));
    point_at_declaration(s, d);
    return false;
}

static bool is_in_list(QbLower *L, const QbSymbol *s, const QbVal *v)
{
    QbScope scope = {.kind = QB_SCOPE_PARAM, .module = s->module};
    int n = s->stmt->n_domain_values;
    const char **texts = QB_NEW_N(L->arena, const char *, n + 1);
    const char *list = "";
    for (int k = 0; k < n; k++) {
        QbVal allowed = qb_lower_expr(L, &scope, s->stmt->domain_values[k]);
        if (qb_val_is_poison(&allowed) || qb_val_equal(L, &allowed, v))
            return true;
        bool text = allowed.kind == QB_STRING || allowed.kind == QB_PATH;
        texts[k] = text ? allowed.text : written(L, &allowed);
        list = qb_arena_printf(L->arena, "%s%s'%s'", list,
                               !k          ? ""
                               : k + 1 < n ? ", "
                                           : " or ",
                               texts[k]);
    }
    bool text = v->kind == QB_STRING || v->kind == QB_PATH;
    const char *found = text ? v->text : written(L, v);
    QbDiag *d =
        qb_lower_error(L, "QB0406", v->span, "'%s' must be %s, found '%s'", s->name, list, found);
    if (n == 2 && v->kind == QB_NUMBER)
        qb_lower_hint(L, d, "[%s, %s] are two values, a range is written %s..%s", texts[0],
                      texts[1], texts[0], texts[1]);
    qb_lower_nearest(L, d, found, texts, n);
    point_at_declaration(s, d);
    return false;
}

static bool is_in_domain(QbLower *L, const QbSymbol *s, const QbVal *v)
{
    if (!s->stmt->has_domain || qb_val_is_poison(v))
        return true;
    return s->stmt->n_domain_values ? is_in_list(L, s, v) : is_in_range(L, s, v);
}

QbVal qb_lower_param_value(QbLower *L, QbSymbol *s)
{
    QbScope scope = {.kind = QB_SCOPE_PARAM, .module = s->given ? L->root : s->module};
    QbVal v;
    if (s->literal)
        v = qb_val_text(QB_STRING, s->literal, s->from_span);
    else
        v = qb_lower_expr(L, &scope, s->given ? s->given : s->stmt->value);
    v = convert(L, s, v);
    if (!is_in_domain(L, s, &v))
        v = qb_val_poison(v.span);
    return v;
}

void qb_lower_record_params(QbLower *L)
{
    for (int i = 0; i < L->n_symbols; i++) {
        const QbSymbol *s = &L->symbols[i];
        if (!is_open_to_callers(L, i))
            continue;
        QbParamValue p = {
            .name = s->name, .from = s->from ? s->from : "default", .span = s->stmt->span};
        p.value = written(L, &s->val);
        p.kind = s->val.kind;
        p.number = s->val.number;
        QB_PUSH(L->arena, L->g->param_values, L->g->n_param_values, L->g->cap_param_values, p);
    }
}
