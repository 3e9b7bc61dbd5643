/* plot(table, x, y, kind): how a column of a table is distributed, or how two go together, as a plot that is saved to .png or
 * .svg. What is drawn of the table is picked and counted here (stdlib/figure.h), as a small table; whoever writes the file draws it. */
#include "core/op.h"
#include "core/text.h"
#include "stdlib/figure.h"

#include <string.h>

typedef QbFigure Params;

static const char *const kinds[] = {"auto", "histogram", "scatter", "line", "bars", NULL};

static const QbParam rows[] = {
    {.name = "table",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_TABLE),
     .help = "what is drawn of"},
    {.name = "x",
     .slot = QB_SLOT_STRING,
     .offset = offsetof(Params, x),
     .def = "\"\"",
     .help = "the column along the horizontal axis; may be left out where a table has one beside "
             "'label', or is a histogram"},
    {.name = "y",
     .slot = QB_SLOT_STRING,
     .offset = offsetof(Params, y),
     .def = "\"\"",
     .help = "the column along the vertical axis; a histogram has none: it counts rows"},
    {.name = "kind",
     .slot = QB_SLOT_CHOICE,
     .offset = offsetof(Params, kind),
     .def = "auto",
     .choices = kinds,
     .help = "auto: scatter with y, bars of a histogram's table, else histogram"},
    {.name = "bins",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Params, bins),
     .def = "",
     .min = 1,
     .max = 4096,
     .help = "of a histogram, from the smallest to the largest; at round numbers unless given"},
    {.name = "log_x",
     .slot = QB_SLOT_BOOL,
     .offset = offsetof(Params, log_x),
     .def = "false",
     .help = "the horizontal axis is logarithmic"},
    {.name = "log_y",
     .slot = QB_SLOT_BOOL,
     .offset = offsetof(Params, log_y),
     .def = "false",
     .help = "the vertical axis is logarithmic"},
    {.name = "title",
     .slot = QB_SLOT_STRING,
     .offset = offsetof(Params, title),
     .def = "\"\"",
     .help = "above the plot; what is drawn, as the pipeline says it, unless given"},
};

enum { ROW_X = 1, ROW_Y = 2, ROW_KIND = 3, ROW_BINS = 4 };

static int column_of(const QbType *t, const char *name)
{
    for (int k = 0; k < t->n_columns; k++)
        if (!strcmp(t->columns[k].name, name))
            return k;
    return -1;
}

/* "'label', 'voxels'" */
static const char *columns_text(const QbCheck *c)
{
    const char *text = "";
    for (int k = 0; k < c->in[0]->n_columns; k++)
        text =
            qb_arena_printf(c->arena, "%s%s'%s'", text, k ? ", " : "", c->in[0]->columns[k].name);
    return text;
}

static bool check_column(QbCheck *c, int row, const char *name)
{
    const QbType *t = c->in[0];
    const char *names[QB_MAX_COLUMNS];
    if (column_of(t, name) >= 0)
        return true;
    for (int k = 0; k < t->n_columns; k++)
        names[k] = t->columns[k].name;
    const char *near = qb_nearest(name, names, t->n_columns);
    return c->fail(c, row, near ? qb_arena_printf(c->arena, "did you mean '%s'?", near) : NULL,
                   "the table has no column '%s': it has %s", name, columns_text(c));
}

static bool is_histogram(const QbType *t)
{
    return t->n_columns == 2 && column_of(t, "value") == 0 && column_of(t, "count") == 1;
}

/* "label, voxels": there is one thing to draw. */
static bool measures_one(const QbType *t)
{
    return t->n_columns == 2 && column_of(t, "label") == 0;
}

/* Completes kind, x and y. */
static bool choose(QbCheck *c)
{
    Params *p = c->params;
    const QbType *t = c->in[0];
    if (is_histogram(t) && !p->x[0] && !p->y[0] && p->kind != QB_FIGURE_HISTOGRAM) {
        p->x = "value";
        p->y = "count";
        p->kind = p->kind == QB_FIGURE_AUTO ? QB_FIGURE_BARS : p->kind;
    }
    if (p->kind == QB_FIGURE_AUTO)
        p->kind = p->y[0] ? QB_FIGURE_SCATTER : QB_FIGURE_HISTOGRAM;
    if (!p->x[0] && measures_one(t))
        p->x = t->columns[1].name;
    if (!p->x[0])
        return c->fail(
            c, -1,
            qb_arena_printf(c->arena, "x=\"%s\"", t->columns[qb_max64(t->n_columns - 1, 0)].name),
            "'plot' needs the column that lies along x: the table has %s", columns_text(c));
    bool counts = p->kind == QB_FIGURE_HISTOGRAM;
    if (counts && p->y[0])
        return c->fail(c, ROW_Y, "kind=scatter, or no y",
                       "a histogram counts the rows: it takes no 'y'");
    if (!counts && !p->y[0])
        return c->fail(c, ROW_KIND, NULL, "'%s' needs a column for 'y' too: the table has %s",
                       kinds[p->kind], columns_text(c));
    if (!counts && p->bins)
        return c->fail(c, ROW_BINS, NULL, "'bins' is for histograms, found '%s'", kinds[p->kind]);
    return true;
}

static bool check(QbCheck *c)
{
    Params *p = c->params;
    const QbType *t = c->in[0];
    if (!choose(c) || !check_column(c, ROW_X, p->x) || (p->y[0] && !check_column(c, ROW_Y, p->y)))
        return false;
    QbColumnType x = t->columns[column_of(t, p->x)];
    QbColumnType y = p->y[0]
                         ? t->columns[column_of(t, p->y)]
                         : (QbColumnType){column_of(t, "label") == 0 ? "objects" : "rows", true};
    *c->out = (QbType){.kind = QB_PLOT};
    if (p->kind == QB_FIGURE_HISTOGRAM || p->kind == QB_FIGURE_BARS) {
        c->out->n_columns = 3;
        c->out->columns[0] = (QbColumnType){x.name, false};
        c->out->columns[1] = (QbColumnType){"to", false};
        c->out->columns[2] = (QbColumnType){y.name, false};
        return true;
    }
    c->out->columns[0] = x;
    c->out->columns[1] = y;
    c->out->columns[2] = (QbColumnType){"rows", true};
    c->out->n_columns = p->kind == QB_FIGURE_SCATTER ? 3 : 2;
    /* many points become cells of a grid, whose middle is no whole number */
    c->out->columns[0].whole = c->out->columns[1].whole = false;
    return true;
}

static bool eval(const QbFoldCtx *c, QbValue *out, QbErr *err)
{
    const Params *p = c->params;
    const QbType *t = c->in_type[0];
    QbFigureAsk ask = {p, c->value[0]->table, column_of(t, p->x),
                       p->y[0] ? column_of(t, p->y) : -1};
    out->table = qb_table_new(c->env, c->out_type);
    return qb_figure_fill(&ask, out->table, err);
}

static const char *const examples[] = {"plot(count(objects), x=\"voxels\")",
                                       "count(objects) |> plot(log_x=true)",
                                       "histogram(image) |> plot(log_y=true)",
                                       "count(objects) |> plot(x=\"label\", y=\"voxels\")", NULL};

const QbOp qb_op_plot = {
    .name = "plot",
    .class = QB_OP_SCALAR,
    .group = "tables",
    .help = "a histogram of a column, or one column over another, to be saved to .png or .svg",
    .follows = "2·∛n bins (Rice's rule) at round numbers; with bins numpy.histogram",
    .examples = examples,
    .version = 1,
    .params = rows,
    .n_params = QB_COUNT(rows),
    .param_size = sizeof(Params),
    .check = check,
    .eval = eval,
};
