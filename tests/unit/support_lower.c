/* The fake operators, and what tests of the lowering ask of a graph. */
#include "tests/unit/support_lower.h"

#include "compiler/opinfo.h"
#include "core/text.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern const QbOp qb_op_zeros, qb_op_full, qb_op_add, qb_op_subtract, qb_op_multiply, qb_op_divide,
    qb_op_gt, qb_op_lt, qb_op_eq, qb_op_logical_and, qb_op_logical_or, qb_op_logical_not,
    qb_op_negate, qb_op_where, qb_op_threshold, qb_op_label, qb_op_largest, qb_op_as, qb_op_slice,
    qb_op_voxel, qb_op_select_scalar;

#define RASTER (QB_ACCEPT(QB_IMAGE) | QB_ACCEPT(QB_MASK) | QB_ACCEPT(QB_LABELS))
#define IMAGE_ROW                                                                               \
    {                                                                                           \
        .name = "image", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_IMAGE), .help = "image" \
    }

/* ---- read: a file that is there is a volume of 30×20×10 voxels of 2×0.5×0.5 um ------------------------- */

typedef struct Read {
    const char *path;
} Read;

static const QbParam read_rows[] = {
    {.name = "path", .slot = QB_SLOT_PATH, .offset = offsetof(Read, path), .help = "file"},
};

static bool check_read(QbCheck *c)
{
    const Read *p = c->params;
    QbErr err = {0};
    if (access(p->path, F_OK) != 0) {
        qb_err_set(&err, "cannot open '%s'", p->path);
        return c->fail_file(c, 0, &err);
    }
    *c->out = (QbType){
        .kind = QB_IMAGE, .rank = 3, .pix = QB_U8, .n = {30, 20, 10}, .spacing = {2, 0.5, 0.5}};
    return true;
}

static const QbOp fake_read = {.name = "read",
                               .class = QB_OP_SOURCE,
                               .params = read_rows,
                               .n_params = 1,
                               .param_size = sizeof(Read),
                               .check = check_read};

/* ---- filters and measures ------------------------------------------------------------------------------ */

typedef struct Filter {
    int64_t size[3];
    double sigma[3];
    int64_t rank;
    double edge;
    QbNumbers numbers;
    int how;
    bool outside;
    QbElement element;
} Filter;

static const char *const hows[] = {"sum", "mean", "max", NULL};
static const QbParam median_rows[] = {
    IMAGE_ROW,
    {.name = "size",
     .slot = QB_SLOT_SIZES,
     .offset = offsetof(Filter, size),
     .min = 1,
     .max = 101,
     .odd = true,
     .length = true,
     .help = "of the window, odd"},
};
static const QbParam gaussian_rows[] = {
    IMAGE_ROW,
    {.name = "sigma",
     .slot = QB_SLOT_SIGMAS,
     .offset = offsetof(Filter, sigma),
     .def = "1",
     .min = 0,
     .max = INFINITY,
     .length = true,
     .help = "width"},
};
static const QbParam rank_rows[] = {
    IMAGE_ROW,
    {.name = "rank",
     .slot = QB_SLOT_WHOLE,
     .offset = offsetof(Filter, rank),
     .def = "0",
     .length = true,
     .help = "which"},
    {.name = "edge",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(Filter, edge),
     .def = "0.5",
     .length = true,
     .help = "width"},
    {.name = "numbers",
     .slot = QB_SLOT_NUMBERS,
     .offset = offsetof(Filter, numbers),
     .def = "[1, 2]",
     .help = "list"},
};
static const QbParam project_rows[] = {
    IMAGE_ROW,
    {.name = "how",
     .slot = QB_SLOT_CHOICE,
     .offset = offsetof(Filter, how),
     .def = "max",
     .choices = hows,
     .help = "how"},
};
static const QbParam erode_rows[] = {
    {.name = "mask", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_MASK), .help = "mask"},
    {.name = "element",
     .slot = QB_SLOT_ELEMENT,
     .offset = offsetof(Filter, element),
     .def = "ball(1)",
     .help = "element"},
    {.name = "outside",
     .slot = QB_SLOT_BOOL,
     .offset = offsetof(Filter, outside),
     .def = "true",
     .help = "outside"},
};
static const QbParam image_rows[] = {IMAGE_ROW};
static const QbParam any_rows[] = {
    {.name = "image", .slot = QB_SLOT_INPUT, .accepts = RASTER, .help = "image"}};
static const QbParam labels_rows[] = {
    {.name = "labels", .slot = QB_SLOT_INPUT, .accepts = QB_ACCEPT(QB_LABELS), .help = "labels"},
};
static const QbParam ball_rows[] = {
    {.name = "r",
     .slot = QB_SLOT_NUMBER,
     .offset = offsetof(QbElement, r),
     .min = 0,
     .max = INFINITY,
     .length = true,
     .help = "radius"},
};

static bool gives_number(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_NUMBER, .measured = true};
    return true;
}

static bool gives_table(QbCheck *c)
{
    *c->out = (QbType){.kind = QB_TABLE, .n_columns = 1, .columns = {{"label", true}}};
    return true;
}

static bool gives_plane(QbCheck *c)
{
    *c->out = *c->in[0];
    c->out->rank = 2;
    c->out->n[1] = 1;
    return true;
}

static void ball_value(const void *params, QbElement *out)
{
    *out = *(const QbElement *)params;
}

#define FILTER(id, text, op_class, op_rows, rule)                 \
    static const QbOp fake_##id = {.name = text,                  \
                                   .class = op_class,             \
                                   .params = op_rows,             \
                                   .n_params = QB_COUNT(op_rows), \
                                   .param_size = sizeof(Filter),  \
                                   .check = rule}
FILTER(median, "median", QB_OP_KERNEL, median_rows, NULL);
FILTER(gaussian, "gaussian", QB_OP_KERNEL, gaussian_rows, NULL);
FILTER(rank, "rank", QB_OP_KERNEL, rank_rows, NULL);
FILTER(project, "project", QB_OP_FOLD, project_rows, gives_plane);
FILTER(erode, "erode", QB_OP_KERNEL, erode_rows, NULL);
FILTER(montage, "montage", QB_OP_KERNEL, any_rows, gives_plane);
FILTER(otsu, "otsu", QB_OP_FOLD, image_rows, gives_number);
FILTER(mean, "mean", QB_OP_FOLD, image_rows, gives_number);
FILTER(min, "min", QB_OP_FOLD, any_rows, gives_number);
FILTER(max, "max", QB_OP_FOLD, any_rows, gives_number);
FILTER(darkest, "darkest", QB_OP_FOLD, any_rows, gives_number);
FILTER(brightest, "brightest", QB_OP_FOLD, any_rows, gives_number);
FILTER(count, "count", QB_OP_FOLD, labels_rows, gives_table);
static const QbOp fake_ball = {.name = "ball",
                               .class = QB_OP_VALUE,
                               .params = ball_rows,
                               .n_params = 1,
                               .param_size = sizeof(QbElement),
                               .value = ball_value};

static const QbOp *const table[] = {
    &fake_read,           &fake_median,       &fake_gaussian, &fake_rank,      &fake_project,
    &fake_erode,          &fake_montage,      &fake_otsu,     &fake_mean,      &fake_min,
    &fake_darkest,        &fake_brightest,    &fake_max,      &fake_count,     &fake_ball,
    &qb_op_zeros,         &qb_op_full,        &qb_op_add,     &qb_op_subtract, &qb_op_multiply,
    &qb_op_divide,        &qb_op_gt,          &qb_op_lt,      &qb_op_eq,       &qb_op_logical_and,
    &qb_op_logical_or,    &qb_op_logical_not, &qb_op_negate,  &qb_op_where,    &qb_op_threshold,
    &qb_op_label,         &qb_op_largest,     &qb_op_as,      &qb_op_slice,    &qb_op_voxel,
    &qb_op_select_scalar,
};

/* ---- lowering and asking ------------------------------------------------------------------------------- */

QbLowered qb_lowered(const char *text, const QbLowerOptions *o)
{
    static const QbLowerOptions none = {
        .use_file = qb_lowered_file, .modules = qb_lowered_modules, .n_modules = 2};
    QbLowered x = {.arena = qb_arena_new()};
    qb_diags_init(&x.diags, x.arena);
    QbSource *source = QB_NEW(x.arena, QbSource);
    *source = (QbSource){
        .name = "test.qbi", .text = qb_arena_strdup(x.arena, text), .length = strlen(text)};
    x.source = *source;
    QbFile *file = qb_parse_file(x.arena, source, &x.diags);
    x.dag = qb_lower(x.arena, file, o ? o : &none, table, QB_COUNT(table), &x.diags);
    return x;
}

void qb_lowered_free(QbLowered *x)
{
    qb_arena_free(x->arena);
}

const char *qb_lowered_messages(const QbLowered *x)
{
    QbText t = {0};
    for (int k = 0; k < x->diags.n; k++) {
        const QbDiag *d = &x->diags.v[k];
        int line = 0, column = 0;
        if (d->span.source)
            qb_source_place(d->span.source, d->span.lo, &line, &column);
        const char *name = d->span.source ? d->span.source->name : "";
        bool other = strstr(name, ".qbi") && strcmp(name, "test.qbi") != 0;
        qb_text_addf(&t, "%s%s%s%d:%d %s %s", d->severity == QB_NOTE ? "note " : "",
                     other ? name : "", other ? ":" : "", line, column, d->code, d->message);
        if (d->hint)
            qb_text_addf(&t, " [%s]", d->hint);
        qb_text_add(&t, "\n");
    }
    const char *s = qb_arena_strdup(x->arena, t.s ? t.s : "");
    qb_text_free(&t);
    return s;
}

int qb_lowered_count(const QbLowered *x, const char *op)
{
    unsigned char *live = qb_arena_alloc(x->arena, (size_t)x->dag->n_nodes + 1);
    int n = 0;
    qb_dag_mark_live(x->dag, live);
    for (int id = 0; id < x->dag->n_nodes; id++)
        n += live[id] && qb_op_is(x->dag->nodes[id], op);
    return n;
}

const QbNode *qb_lowered_node(const QbLowered *x, const char *op)
{
    unsigned char *live = qb_arena_alloc(x->arena, (size_t)x->dag->n_nodes + 1);
    const QbNode *found = NULL;
    qb_dag_mark_live(x->dag, live);
    for (int id = 0; id < x->dag->n_nodes; id++) {
        if (!live[id] || !qb_op_is(x->dag->nodes[id], op))
            continue;
        cr_assert(!found, "more than one '%s'", op);
        found = x->dag->nodes[id];
    }
    cr_assert(found != NULL, "no '%s': %s", op, qb_lowered_messages(x));
    return found;
}

void *qb_lowered_field(const QbLowered *x, const char *op, const char *row)
{
    const QbNode *n = qb_lowered_node(x, op);
    return qb_op_field(n->op, n->params, row);
}
