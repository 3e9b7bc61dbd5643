/* From what was given to the points of a sweep: which parameters are swept and which are set, every combination or row by row, the
 * value of each at each point, and a name for the point that a folder can have. All values are checked before anything runs. */
#include <stdio.h>
#include <string.h>

#include "cli/sweep.h"
#include "compiler/name_map.h"
#include "core/sha256.h"
#include "lang/print.h"

#define LONGEST_NAME 200 /* of a point, in bytes: file systems take 255 */

static bool ends_with(const char *s, const char *ending)
{
    size_t n = strlen(s), k = strlen(ending);
    return n > k && strcmp(s + n - k, ending) == 0;
}

static int print_mistakes(const QbSweep *s, const QbDiags *diags)
{
    QbText t = {0};
    if (s->o->json) {
        qb_diags_json(diags, &t);
        qb_print(&t);
        return QB_EXIT_USAGE;
    }
    qb_diags_text(diags, qb_color_wanted(), &t);
    fputs(t.s ? t.s : "", stderr);
    qb_text_free(&t);
    return QB_EXIT_USAGE;
}

/* ---- which are swept --------------------------------------------------------------------------------- */

/* What kinds the defaults have; of a pipeline with mistakes perhaps not of all. */
static const QbDag *find_kinds(QbSweep *s)
{
    QbLowerOptions lo = s->lower;
    QbDiags *quiet = QB_NEW(s->arena, QbDiags);
    lo.overrides = NULL;
    lo.n_overrides = lo.n_images = 0;
    lo.params_only = true;
    qb_diags_init(quiet, s->arena);
    return qb_lower(s->arena, s->p->file, &lo, qb_ops, qb_n_ops, quiet);
}

static const QbParamValue *find_param(const QbDag *g, const char *name)
{
    for (int k = 0; k < g->n_param_values; k++)
        if (!strcmp(g->param_values[k].name, name))
            return &g->param_values[k];
    return NULL;
}

static bool is_textual(const QbDag *kinds, const char *name)
{
    const QbParamValue *p = find_param(kinds, name);
    return p && (p->kind == QB_STRING || p->kind == QB_PATH);
}

/* An axis of one value sets its parameter, unless it is a range, which stands for as many as it gives. */
static bool is_set_only(const QbSweepAxis *axis)
{
    return axis->n == 1 && axis->v[0].in;
}

static bool is_given_later(const QbCliOptions *o, int k, size_t name)
{
    for (int j = k + 1; j < o->params.n; j++)
        if (!strncmp(o->params.v[j], o->params.v[k], name + 1))
            return true;
    return false;
}

static void add_axis(QbSweep *s, const QbSweepAxis *axis)
{
    QB_PUSH(s->arena, s->axes, s->n_axes, s->cap_axes, *axis);
}

/* Sorts the -p into axes and, in `set`, those that are one value. */
static int read_params(QbSweep *s, const QbDag *kinds, QbTexts *set)
{
    const QbCliOptions *o = s->o;
    bool ok = true;
    set->v = QB_NEW_N(s->arena, const char *, o->params.n + 1);
    for (int k = 0; k < o->params.n; k++) {
        const char *text = o->params.v[k], *eq = strchr(text, '=');
        if (!eq || eq == text)
            return qb_fail(QB_EXIT_USAGE, "'-p' expects NAME=VALUE,VALUE…, found '%s'", text);
        size_t n = (size_t)(eq - text);
        if (is_given_later(o, k, n))
            continue;
        QbSweepAxis axis;
        const char *name = qb_arena_strndup(s->arena, text, n);
        ok = qb_sweep_values(s, name, eq + 1, is_textual(kinds, name), &axis) && ok;
        if (is_set_only(&axis))
            set->v[set->n++] = text;
        else
            add_axis(s, &axis);
    }
    return ok ? 0 : print_mistakes(s, &s->diags);
}

/* The names of the header must be parameters, and none of them given by -p too. */
static bool check_header(QbSweep *s, const QbDag *kinds, const QbSweepAxis *axis)
{
    const char **names = QB_NEW_N(s->arena, const char *, kinds->n_param_values + 1);
    for (int k = 0; k < kinds->n_param_values; k++)
        names[k] = kinds->param_values[k].name;
    for (int k = 0; k < axis->n_names; k++) {
        const char *name = axis->names[k];
        size_t n = strlen(name);
        if (!find_param(kinds, name) && !s->p->diags.n_errors) {
            const char *near = qb_nearest(name, names, kinds->n_param_values);
            QbDiag *d = qb_sweep_mistake(s, axis->headers[k], n, "unknown parameter '%s'", name);
            if (near)
                d->hint = qb_arena_printf(s->arena, "did you mean '%s'?", near);
        }
        for (int j = 0; j < s->o->params.n; j++)
            if (!strncmp(s->o->params.v[j], name, n) && s->o->params.v[j][n] == '=')
                qb_sweep_mistake(s, axis->headers[k], n,
                                 "'%s' is given twice: here, and as '-p %s'", name,
                                 s->o->params.v[j]);
    }
    return s->diags.n_errors == 0;
}

static int read_table(QbSweep *s, const QbDag *kinds)
{
    QbSweepAxis axis;
    int status = qb_sweep_table(s, s->o->params_file, &axis);
    bool ok = status == 0 && check_header(s, kinds, &axis);
    if (ok)
        add_axis(s, &axis);
    if (status == 0 && !ok)
        status = QB_EXIT_USAGE;
    if (s->diags.n_errors)
        print_mistakes(s, &s->diags);
    return status;
}

static int read_axes(QbSweep *s)
{
    QbCliOptions set = *s->o;
    bool table = set.params_file && ends_with(set.params_file, ".csv");
    int status = 0;
    set.params = (QbTexts){0};
    if (table)
        set.params_file = NULL;
    if ((status = qb_pipeline_options(s->p, &set, &s->lower)) != 0)
        return status;
    const QbDag *kinds = find_kinds(s);
    if (table && (status = read_table(s, kinds)) != 0)
        return status;
    if ((status = read_params(s, kinds, &set.params)) != 0)
        return status;
    if (s->n_axes == 0)
        return qb_fail(QB_EXIT_USAGE,
                       "there is nothing to sweep: expected a parameter with several "
                       "values, as in '-p level=10,20,30' or '-p level=10:50:10'");
    return qb_pipeline_options(s->p, &set, &s->lower);
}

/* ---- how many ---------------------------------------------------------------------------------------- */

static int count_zipped(QbSweep *s)
{
    for (int a = 1; a < s->n_axes; a++)
        if (s->axes[a].n != s->axes[0].n)
            return qb_fail(QB_EXIT_USAGE,
                           "'--zip' takes values side by side: '%s' has %d and '%s' has %d",
                           s->axes[0].names[0], s->axes[0].n, s->axes[a].names[0], s->axes[a].n);
    s->n_points = s->axes[0].n;
    return 0;
}

static int count_points(QbSweep *s)
{
    if (s->zip)
        return count_zipped(s);
    int64_t n = 1;
    for (int a = 0; a < s->n_axes; a++) {
        n *= s->axes[a].n; /* both below 2^17 */
        if (n > QB_MOST_POINTS)
            return qb_fail(QB_EXIT_USAGE, "the sweep has more than %d points", QB_MOST_POINTS);
    }
    s->n_points = (int)n;
    return 0;
}

/* The row of an axis at a point: the last axis moves fastest. */
static int row_of(const QbSweep *s, int point, int axis)
{
    if (s->zip)
        return point;
    for (int a = s->n_axes - 1; a > axis; a--)
        point /= s->axes[a].n;
    return point % s->axes[axis].n;
}

bool qb_sweep_sets(const QbSweep *s, const char *param)
{
    for (int k = 0; k < s->n_names; k++)
        if (!strcmp(s->names[k], param))
            return true;
    return false;
}

int qb_sweep_neighbour(const QbSweep *s, int point, int axis)
{
    int stride = 1;
    if (s->zip || s->axes[axis].n == 1)
        return point;
    for (int a = s->n_axes - 1; a > axis; a--)
        stride *= s->axes[a].n;
    return row_of(s, point, axis) + 1 < s->axes[axis].n ? point + stride : point - stride;
}

void qb_sweep_override(const QbSweep *s, int point, QbArena *arena, QbLowerOptions *lo)
{
    int n = lo->n_overrides;
    QbOverride *v = QB_NEW_N(arena, QbOverride, n + s->n_names + 1);
    for (int k = 0; k < n; k++)
        v[k] = lo->overrides[k];
    for (int a = 0; a < s->n_axes; a++) {
        const QbSweepAxis *axis = &s->axes[a];
        const QbSweepValue *row = &axis->v[row_of(s, point, a) * axis->n_names];
        for (int k = 0; k < axis->n_names; k++)
            v[n++] = (QbOverride){
                .name = axis->names[k], .value = row[k].text, .from = axis->from, .in = row[k].in};
    }
    lo->overrides = v;
    lo->n_overrides = n;
}

/* ---- names ------------------------------------------------------------------------------------------- */

#define SAFE "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+.()[],="

static void add_mark(QbText *t, const char *text)
{
    char hex[65];
    qb_sha256_hex(text, strlen(text), hex);
    qb_text_addf(t, "~%.8s", hex);
}

/* The value without blanks, and with '_' for what a name cannot hold: then a mark keeps it apart from others. */
static void add_safe(QbText *t, const QbParamValue *v, const char *value)
{
    bool text = v->kind == QB_STRING || v->kind == QB_PATH, changed = !value[0];
    for (const char *p = value; *p; p++) {
        bool safe = strchr(SAFE, *p) != NULL;
        if (*p == ' ' && !text)
            continue;
        qb_text_addn(t, safe ? p : "_", 1);
        changed = changed || !safe;
    }
    if (changed)
        add_mark(t, value);
}

static const char *name_point(const QbSweep *s, const QbSweepPoint *point, const QbDag *g)
{
    QbText t = {0};
    for (int k = 0; k < s->n_names; k++) {
        qb_text_addf(&t, "%s%s=", k ? "," : "", s->names[k]);
        add_safe(&t, find_param(g, s->names[k]), point->values[k]);
    }
    if (t.n > LONGEST_NAME) {
        char *all = qb_arena_strdup(s->arena, t.s);
        t.n = LONGEST_NAME;
        add_mark(&t, all);
    }
    const char *name = qb_arena_strdup(s->arena, t.s);
    qb_text_free(&t);
    return name;
}

/* ---- values ------------------------------------------------------------------------------------------ */

/* The text of a value: of a string itself, of anything else as qbi writes it. */
static const char *text_of(const QbParamValue *v, QbArena *arena)
{
    size_t n = strlen(v->value);
    if ((v->kind != QB_STRING && v->kind != QB_PATH) || n < 2)
        return v->value;
    char *out = qb_arena_alloc(arena, n), *to = out;
    for (const char *p = v->value + 1; p < v->value + n - 1; p++) {
        bool escaped = *p == '\\', doubled = (*p == '{' || *p == '}') && p[1] == *p;
        p += escaped || doubled;
        *to++ = (char)(escaped && *p == 'n' ? '\n' : escaped && *p == 't' ? '\t' : *p);
    }
    return out;
}

static void keep_point(QbSweep *s, int point, const QbDag *g, QbNameMap *texts, QbArena *arena)
{
    QbSweepPoint *to = &s->points[point];
    const char *input = qb_front_image(s->p->file);
    const QbParamValue *image = input ? find_param(g, input) : NULL;
    to->values = QB_NEW_N(s->arena, const char *, s->n_names);
    for (int k = 0; k < s->n_names; k++) {
        const QbParamValue *v = find_param(g, s->names[k]);
        to->values[k] = qb_name_map_intern(texts, text_of(v, arena));
        if (v->kind != QB_NUMBER)
            s->tags[k].type = QB_TAG_TEXT;
    }
    to->image = image ? qb_name_map_intern(texts, text_of(image, arena)) : NULL;
    to->name = name_point(s, to, g);
}

/* The parameters of a point, each checked. */
static bool value_point(QbSweep *s, int point, QbNameMap *texts)
{
    QbArena *arena = qb_arena_new();
    QbLowerOptions lo = s->lower;
    QbDiags diags;
    qb_diags_init(&diags, arena);
    qb_sweep_override(s, point, arena, &lo);
    lo.params_only = true;
    if (s->o->batch.n || s->o->lists.n) /* the first image is not among them */
        lo.n_images = 0;
    const QbDag *g = qb_lower(arena, s->p->file, &lo, qb_ops, qb_n_ops, &diags);
    if (diags.n_errors) {
        qb_diags_sort(&diags, 0);
        print_mistakes(s, &diags);
    } else {
        keep_point(s, point, g, texts, arena);
    }
    bool ok = diags.n_errors == 0;
    qb_arena_free(arena);
    return ok;
}

static int value_points(QbSweep *s)
{
    QbNameMap *texts = qb_name_map_new(s->arena), *known = qb_name_map_new(s->arena);
    s->points = QB_NEW_N(s->arena, QbSweepPoint, s->n_points);
    for (int k = 0; k < s->n_points; k++) {
        if (!value_point(s, k, texts))
            return QB_EXIT_USAGE;
        const char *name = s->points[k].name;
        if (qb_name_map_get(known, name) >= 0)
            return qb_fail(QB_EXIT_USAGE, "the point '%s' comes twice: each value is given once",
                           name);
        qb_name_map_put(known, name, k);
    }
    return 0;
}

/* A column is called as its parameter, unless the results have one so called. */
static void name_columns(QbSweep *s)
{
    int n = 0;
    for (int a = 0; a < s->n_axes; a++)
        n += s->axes[a].n_names;
    s->names = QB_NEW_N(s->arena, const char *, n + 1);
    s->tags = QB_NEW_N(s->arena, QbTag, n + 1);
    for (int a = 0; a < s->n_axes; a++) {
        for (int k = 0; k < s->axes[a].n_names; k++) {
            const char *name = s->axes[a].names[k];
            bool taken = qb_batch_takes_column(name);
            s->tags[s->n_names].type = QB_TAG_NUMBER;
            s->tags[s->n_names].name = taken ? qb_arena_printf(s->arena, "param_%s", name) : name;
            s->names[s->n_names++] = name;
        }
    }
}

int qb_sweep_open(QbSweep *s, QbPipeline *p, const QbCliOptions *o)
{
    *s = (QbSweep){.arena = p->arena, .p = p, .o = o, .zip = o->zip};
    qb_diags_init(&s->diags, p->arena);
    if (p->diags.n_errors) {
        qb_pipeline_print(p, false);
        return QB_EXIT_USAGE;
    }
    int status = read_axes(s);
    if (status == 0)
        status = count_points(s);
    if (status != 0)
        return status;
    name_columns(s);
    return value_points(s);
}
