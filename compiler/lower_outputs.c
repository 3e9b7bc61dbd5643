/* save and print: the format by the path's ending, whether the value fits it, the options of `with`, the names of tables, and the
 * nodes that an output needs beside its own (the range of a picture, the largest label). Writes nothing. */
#include "compiler/lower_state.h"

#include <string.h>
#include <strings.h>

/* ---- formats ----------------------------------------------------------------------------------------- */

typedef struct Ending {
    const char *text;
    QbFormat format;
} Ending;

static const Ending endings[] = {
    {".tif", QB_FORMAT_TIFF},  {".tiff", QB_FORMAT_TIFF}, {".npy", QB_FORMAT_NPY},
    {".png", QB_FORMAT_PNG},   {".csv", QB_FORMAT_CSV},   {".tsv", QB_FORMAT_TSV},
    {".json", QB_FORMAT_JSON}, {".db", QB_FORMAT_DB},     {".svg", QB_FORMAT_SVG},
};

static const char *const wants_image = "an image goes to .tif, .npy or .png";
static const char *const wants_table = "a table goes to .csv, .tsv, .json or .db";
static const char *const wants_plot =
    "a plot goes to .png or .svg, the table that it draws to .csv, .tsv, .json or .db";

static const char *ending_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path,
               *dot = strrchr(base, '.');
    return dot && dot != base ? dot : "";
}

static const Ending *find_ending(const char *path)
{
    for (int k = 0; k < QB_COUNT(endings); k++)
        if (!strcasecmp(ending_of(path), endings[k].text))
            return &endings[k];
    return NULL;
}

/* What a file of a format holds, as a message names it. */
typedef struct Holding {
    bool images, tables, plots;
    const char *phrase;
} Holding;

static Holding holding_of(QbFormat f)
{
    if (f == QB_FORMAT_TIFF || f == QB_FORMAT_NPY)
        return (Holding){.images = true, .phrase = "an image"};
    if (f == QB_FORMAT_PNG)
        return (Holding){.images = true, .plots = true, .phrase = "an image or a plot"};
    if (f == QB_FORMAT_SVG)
        return (Holding){.plots = true, .phrase = "a plot"};
    return (Holding){.tables = true, .phrase = "a table"};
}

/* ---- save: path and value ---------------------------------------------------------------------------- */

static bool find_path(QbLower *L, const QbStmt *s, QbVal *path, QbFormat *format)
{
    QbScope scope = {.kind = QB_SCOPE_FILE, .module = L->root};
    *path = qb_lower_expr(L, &scope, s->path);
    if (qb_val_is_poison(path))
        return false;
    if (path->kind != QB_STRING && path->kind != QB_PATH) {
        qb_lower_error(L, "QB0608", s->path->span, "'save' goes to a path, found %s",
                       qb_val_found(path));
        return false;
    }
    const Ending *ending = find_ending(path->text);
    if (ending) {
        *format = ending->format;
        return true;
    }
    const char *text = ending_of(path->text);
    QbDiag *d;
    if (text[0])
        d = qb_lower_error(L, "QB0602", s->path->span,
                           "no format is written to files that end in '%s'", text);
    else
        d = qb_lower_error(L, "QB0602", s->path->span,
                           "the path '%s' has no ending, which picks the format", path->text);
    qb_lower_hint(L, d, "images: .tif .npy .png, tables: .csv .tsv .json .db, plots: .png .svg");
    return false;
}

static const char *last_column(const QbLower *L, const QbVal *v)
{
    const QbType *t = &qb_dag_at(L->g, v->node)->type;
    return t->n_columns ? t->columns[t->n_columns - 1].name : "";
}

static bool fits_format(QbLower *L, const QbStmt *s, const QbVal *v, const QbVal *path,
                        QbFormat format)
{
    bool raster = qb_is_raster(v->kind), plot = v->kind == QB_PLOT;
    Holding holds = holding_of(format);
    if (!raster && !plot && v->kind != QB_TABLE) {
        QbDiag *d = qb_lower_error(L, "QB0609", s->value->span,
                                   "'save' writes images and tables, found %s", qb_val_found(v));
        if (v->kind == QB_NUMBER || v->kind == QB_BOOL || v->kind == QB_STRING ||
            v->kind == QB_PATH)
            qb_lower_hint(L, d, "write it to standard output: 'print %s'",
                          qb_val_source(L->arena, v));
        else if (v->kind == QB_STAGE)
            qb_lower_hint(L, d, "a stage waits for its image: 'image |> %s'",
                          qb_val_operand(L->arena, v));
        return false;
    }
    if (raster ? holds.images : plot ? holds.plots : holds.tables)
        return true;
    QbDiag *d = qb_lower_error(L, "QB0603", s->path->span, "'%s' holds %s, found %s",
                               ending_of(path->text), holds.phrase, qb_val_found(v));
    if (v->kind == QB_TABLE && holds.plots)
        qb_lower_hint(L, d, "a column of it as a plot: 'plot(%s, x=\"%s\")'",
                      qb_val_source(L->arena, v), last_column(L, v));
    else
        qb_lower_hint(L, d, "%s", raster ? wants_image : plot ? wants_plot : wants_table);
    return false;
}

/* ---- save: with (…) ---------------------------------------------------------------------------------- */

static bool take_label_type(QbLower *L, const QbArg *arg, const QbVal *v, QbOutput *o)
{
    QbScope scope = {.kind = QB_SCOPE_FILE, .module = L->root};
    const QbExpr *e = arg->value;
    bool bare = e->kind == QB_E_NAME;
    QbVal type = bare ? qb_val_text(QB_STRING, e->name, e->span) : qb_lower_expr(L, &scope, e);
    if (qb_val_is_poison(&type))
        return false;
    if (v->kind != QB_LABELS || o->format == QB_FORMAT_PNG) {
        QbDiag *d = qb_lower_error(L, "QB0606", arg->name_span,
                                   "'type' is for labels saved as .tif or .npy, found %s",
                                   v->kind == QB_LABELS ? "a picture" : qb_val_found(v));
        if (v->kind == QB_IMAGE)
            qb_lower_hint(L, d, "'as(%s)' gives an image its type", qb_val_source(L->arena, &type));
        return false;
    }
    bool text = type.kind == QB_STRING || type.kind == QB_PATH;
    QbPix pix = text ? qb_pix_named(type.text) : QB_PIX_COUNT;
    if (pix != QB_U16 && pix != QB_U32) {
        qb_lower_error(L, "QB0606", e->span,
                       "the 'type' of saved labels must be 'u16' or 'u32', found %s",
                       text ? qb_arena_printf(L->arena, "'%s'", type.text) : qb_val_found(&type));
        return false;
    }
    o->label_type = pix;
    return true;
}

static bool take_table(QbLower *L, const QbArg *arg, const QbVal *v, QbOutput *o)
{
    QbScope scope = {.kind = QB_SCOPE_FILE, .module = L->root};
    QbVal name = qb_lower_expr(L, &scope, arg->value);
    if (qb_val_is_poison(&name))
        return false;
    if (v->kind != QB_TABLE) {
        qb_lower_error(L, "QB0606", arg->name_span, "'table' names a table, found %s",
                       qb_val_found(v));
        return false;
    }
    if (name.kind != QB_STRING || !name.text[0]) {
        qb_lower_error(L, "QB0606", arg->value->span, "'table' takes a name in quotes, found %s",
                       name.kind == QB_STRING ? "an empty one" : qb_val_found(&name));
        return false;
    }
    if (!strncasecmp(name.text, "sqlite_", 7)) {
        qb_lower_error(L, "QB0606", arg->value->span,
                       "names that start with 'sqlite_' are the database's own, found '%s'",
                       name.text);
        return false;
    }
    o->table = name.text;
    return true;
}

static bool is_picture(const QbVal *v, const QbOutput *o)
{
    return qb_is_raster(v->kind) && o->format == QB_FORMAT_PNG;
}

static bool take_bar(QbLower *L, const QbArg *arg, const QbVal *v, QbOutput *o)
{
    QbScope scope = {.kind = QB_SCOPE_FILE, .module = L->root};
    QbVal bar = qb_lower_expr(L, &scope, arg->value);
    if (qb_val_is_poison(&bar))
        return false;
    if (!is_picture(v, o)) {
        qb_lower_error(L, "QB0606", arg->name_span, "'bar' is for images saved as .png, found %s",
                       qb_val_found(v));
        return false;
    }
    if (!qb_val_is_fixed(&bar, QB_BOOL)) {
        qb_lower_error(L, "QB0606", arg->value->span, "'bar' takes true or false, found %s",
                       qb_val_found(&bar));
        return false;
    }
    const QbType *t = &qb_dag_at(L->g, v->node)->type;
    if (bar.number != 0 && !(t->spacing[2] > 0)) {
        QbDiag *d = qb_lower_error(L, "QB0606", arg->name_span,
                                   "a size bar needs the voxel size, which is not known here");
        qb_lower_hint(L, d, "a TIFF file says it by its resolution: 'qbic info IMAGE' shows it");
        return false;
    }
    o->bar = bar.number != 0;
    return true;
}

static bool take_option(QbLower *L, const QbStmt *s, int k, const QbVal *v, QbOutput *o)
{
    static const char *const names[] = {"type", "table", "bar"};
    const QbArg *arg = &s->with[k];
    if (!arg->name) {
        QbDiag *d = qb_lower_error(L, "QB0605", arg->value->span, "an option of 'save' has a name");
        qb_lower_hint(L, d, "'type=u32', 'table=\"NAME\"' or 'bar=true'");
        return false;
    }
    for (int j = 0; j < k; j++) {
        if (!s->with[j].name || strcmp(s->with[j].name, arg->name) != 0)
            continue;
        qb_lower_error(L, "QB0304", arg->name_span, "'%s' of 'save' is given twice", arg->name);
        return false;
    }
    if (!strcmp(arg->name, "type"))
        return take_label_type(L, arg, v, o);
    if (!strcmp(arg->name, "table"))
        return take_table(L, arg, v, o);
    if (!strcmp(arg->name, "bar"))
        return take_bar(L, arg, v, o);
    QbDiag *d = qb_lower_error(L, "QB0605", arg->name_span, "'save' has no option '%s'", arg->name);
    qb_lower_nearest(L, d, arg->name, names, QB_COUNT(names));
    qb_lower_hint(L, d, "it has 'type', 'table' and 'bar'");
    return false;
}

/* ---- save: the name of a table ----------------------------------------------------------------------- */

#define HOLE '\x01' /* where a parameter was put in */

static bool is_joint(char c)
{
    return c == '_' || c == '-' || c == '.';
}

/* The last part of a path without its ending, its holes and the signs beside them. */
static const char *stem_without_holes(QbArena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    size_t n = strlen(base) - strlen(ending_of(base));
    char *out = qb_arena_alloc(arena, n + 1);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (base[i] != HOLE) {
            out[m++] = base[i];
            continue;
        }
        while (m && is_joint(out[m - 1]))
            m--;
        while (i + 1 < n && (base[i + 1] == HOLE || is_joint(base[i + 1])))
            i++;
    }
    out[m] = '\0';
    return out;
}

static const char *name_of_table(QbLower *L, const QbStmt *s, const char *path)
{
    const QbExpr *e = s->value, *written = s->path;
    while (e->kind == QB_E_GROUP)
        e = e->left;
    if (e->kind == QB_E_NAME)
        return e->name;
    QbText t = {0};
    for (int k = 0; written->kind == QB_E_STRING && k < written->n_parts; k++)
        qb_text_add(&t, written->parts[k].text ? written->parts[k].text : "\x01");
    const char *stem = stem_without_holes(L->arena, t.s ? t.s : "");
    qb_text_free(&t);
    return stem[0] ? stem : stem_without_holes(L->arena, path);
}

/* ---- save -------------------------------------------------------------------------------------------- */

static QbNodeId measure(QbLower *L, const char *op, const QbVal *v)
{
    return qb_lower_apply_op(L, op, v, v->span).node;
}

/* What the writer must know before the first voxel. */
static void add_range(QbLower *L, const QbVal *v, QbOutput *o)
{
    const QbType *t = &qb_dag_at(L->g, v->node)->type;
    if (o->format == QB_FORMAT_PNG && t->kind == QB_IMAGE && t->pix != QB_U8) {
        o->low = measure(L, "darkest", v);
        o->high = measure(L, "brightest", v);
    }
    if (o->format != QB_FORMAT_PNG && t->kind == QB_LABELS && o->label_type == QB_PIX_COUNT)
        o->high = measure(L, "largest", v);
}

static void add_output(QbLower *L, QbOutput o)
{
    QB_PUSH(L->arena, L->g->outputs, L->g->n_outputs, L->g->cap_outputs, o);
}

/* A histogram is drawn as it is: its table has one thing to show. */
static void draw_histogram(QbLower *L, const QbStmt *s, QbFormat format, QbVal *v)
{
    if (v->kind != QB_TABLE || !holding_of(format).plots)
        return;
    const QbType *t = &qb_dag_at(L->g, v->node)->type;
    if (t->n_columns == 2 && !strcmp(t->columns[0].name, "value") &&
        !strcmp(t->columns[1].name, "count"))
        *v = qb_lower_apply_op(L, "plot", v, s->value->span);
}

/* Pictures are made to be looked at: they have a bar where there is room for one, unless that is declined. */
static bool has_bar(const QbLower *L, const QbVal *v, const QbOutput *o)
{
    const QbType *t = &qb_dag_at(L->g, v->node)->type;
    return is_picture(v, o) && v->kind == QB_PICTURE && t->spacing[2] > 0 && t->n[2] >= 96 &&
           t->n[t->rank == 3] >= 64;
}

static QbVal save(QbLower *L, const QbStmt *s)
{
    QbScope scope = {.kind = QB_SCOPE_FILE, .module = L->root};
    QbOutput o = {.span = s->span, .low = -1, .high = -1, .label_type = QB_PIX_COUNT};
    QbVal v = qb_lower_expr(L, &scope, s->value), path;
    bool ok = find_path(L, s, &path, &o.format);
    if (!qb_val_is_poison(&v) && ok)
        draw_histogram(L, s, o.format, &v);
    if (qb_val_is_poison(&v) || !ok || !fits_format(L, s, &v, &path, o.format))
        return qb_val_poison(s->span);
    o.bar = has_bar(L, &v, &o);
    for (int k = 0; k < s->n_with; k++)
        ok = take_option(L, s, k, &v, &o) && ok;
    if (!ok)
        return qb_val_poison(s->span);
    if (v.kind == QB_PLOT)
        o.title = qb_lower_title(L, s->value);
    else if (o.format == QB_FORMAT_PNG && qb_dag_at(L->g, v.node)->type.rank == 3)
        v = qb_lower_apply_op(L, "montage", &v, s->value->span);
    if (qb_val_is_poison(&v))
        return v;
    o.path = path.text;
    o.node = v.node;
    if (v.kind == QB_TABLE && !o.table)
        o.table = name_of_table(L, s, path.text);
    add_range(L, &v, &o);
    add_output(L, o);
    return v;
}

/* ---- print ------------------------------------------------------------------------------------------- */

static bool has_node(const QbVal *v)
{
    bool found = v->node >= 0;
    for (int k = 0; k < v->n_items && !found; k++)
        found = has_node(&v->items[k]);
    return found;
}

static const char *written(const QbLower *L, const QbVal *v)
{
    if (v->kind == QB_STRING || v->kind == QB_PATH)
        return v->text;
    QbText t = {0};
    qb_val_write(L, v, &t);
    const char *s = qb_arena_strdup(L->arena, t.s ? t.s : "");
    qb_text_free(&t);
    return s;
}

/* An image as its range is printed: labels as the whole numbers that they are. */
static QbVal as_numbers(QbLower *L, const QbVal *v)
{
    const QbOp *op = qb_op_find(L->ops, L->n_ops, "as");
    if (v->kind != QB_LABELS || !op)
        return *v;
    const QbAsType whole = {QB_IMAGE, QB_U32};
    return qb_val_node(L, qb_dag_node(L->g, op, &whole, &v->node, 1, v->span, NULL), v->span);
}

static bool print_item(QbLower *L, const QbVal *v, QbPrintItem *it)
{
    *it = (QbPrintItem){.node = -1, .low = -1, .high = -1};
    if (v->kind == QB_STAGE) {
        QbDiag *d = qb_lower_error(L, "QB0609", v->span, "'print' writes values, found a stage");
        qb_lower_hint(L, d, "a stage waits for its image: 'image |> %s'",
                      qb_val_operand(L->arena, v));
        return false;
    }
    if (v->kind == QB_LIST && has_node(v)) {
        QbDiag *d = qb_lower_error(L, "QB0609", v->span,
                                   "'print' writes lists that are known before the run");
        qb_lower_hint(L, d, "print what it holds one by one");
        return false;
    }
    it->node = qb_val_to_node(L, v);
    if (it->node < 0)
        it->text = written(L, v);
    if (qb_is_raster(v->kind) && v->kind != QB_PICTURE) {
        QbVal numbers = as_numbers(L, v);
        it->low = measure(L, "min", &numbers);
        it->high = measure(L, "max", &numbers);
    }
    return true;
}

static QbVal print(QbLower *L, const QbStmt *s)
{
    QbScope scope = {.kind = QB_SCOPE_FILE, .module = L->root};
    QbOutput o = {.format = QB_FORMAT_PRINT, .span = s->span, .node = -1, .low = -1, .high = -1};
    o.label_type = QB_PIX_COUNT;
    o.items = QB_NEW_N(L->arena, QbPrintItem, s->n_values + 1);
    o.n_items = s->n_values;
    bool ok = true;
    for (int k = 0; k < s->n_values; k++) {
        QbVal v = qb_lower_expr(L, &scope, s->values[k]);
        ok = !qb_val_is_poison(&v) && print_item(L, &v, &o.items[k]) && ok;
    }
    if (ok)
        add_output(L, o);
    return qb_val_poison(s->span);
}

QbVal qb_lower_output(QbLower *L, const QbStmt *s)
{
    return s->kind == QB_S_SAVE ? save(L, s) : print(L, s);
}
