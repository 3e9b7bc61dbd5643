/* What `print` writes: numbers in their shortest form, tables as aligned columns, images as shape, type and range. */
#include "runtime/parts.h"

#include <stdio.h>
#include <string.h>

bool qb_print_cell(QbTable *t, int64_t row, int column, char buf[32], QbErr *err)
{
    if (t->type[column].whole) {
        int64_t v;
        if (!qb_table_get_whole(t, row, column, &v, err))
            return false;
        snprintf(buf, 32, "%lld", (long long)v);
        return true;
    }
    double v;
    if (!qb_table_get(t, row, column, &v, err))
        return false;
    qb_number_text(v, buf);
    return true;
}

static void pad(QbText *out, const char *s, size_t width)
{
    for (size_t n = strlen(s); n < width; n++)
        qb_text_add(out, " ");
    qb_text_add(out, s);
}

/* Right-aligned columns, two spaces apart; every row is looked at twice: for the widths, then to write it. */
bool qb_print_table(QbTable *t, int64_t rows, QbText *out, QbErr *err)
{
    size_t width[QB_MAX_COLUMNS];
    char buf[32];
    int64_t n = qb_min64(t->n_rows, rows);
    for (int c = 0; c < t->n_columns; c++) {
        width[c] = strlen(t->type[c].name);
        for (int64_t r = 0; r < n; r++) {
            if (!qb_print_cell(t, r, c, buf, err))
                return false;
            if (strlen(buf) > width[c])
                width[c] = strlen(buf);
        }
    }
    for (int64_t r = -1; r < n; r++) {
        for (int c = 0; c < t->n_columns; c++) {
            if (c)
                qb_text_add(out, "  ");
            if (r >= 0 && !qb_print_cell(t, r, c, buf, err))
                return false;
            pad(out, r < 0 ? t->type[c].name : buf, width[c]);
        }
        if (r + 1 < n)
            qb_text_add(out, "\n");
    }
    return true;
}

static void print_range(const Run *run, const QbPrintItem *it, QbText *out)
{
    char low[32], high[32], text[96];
    qb_text_add(out, qb_type_text(&qb_dag_at(run->plan->dag, it->node)->type, text));
    if (it->low < 0 || it->high < 0)
        return;
    qb_number_text(run->live[run->plan->step_of_node[it->low]].value.number, low);
    qb_number_text(run->live[run->plan->step_of_node[it->high]].value.number, high);
    qb_text_addf(out, ", %s to %s", low, high);
}

static bool print_item(const Run *run, const QbPrintItem *it, QbText *out, QbErr *err)
{
    if (it->text) {
        qb_text_add(out, it->text);
        return true;
    }
    const QbType *type = &qb_dag_at(run->plan->dag, it->node)->type;
    if (qb_is_raster(type->kind) || type->kind == QB_PLOT) {
        print_range(run, it, out);
        return true;
    }
    const QbValue *v = &run->live[run->plan->step_of_node[it->node]].value;
    if (type->kind == QB_TABLE)
        return qb_print_table(v->table, INT64_MAX, out, err);
    if (type->kind == QB_BOOL)
        qb_text_add(out, v->number != 0 ? "true" : "false");
    else
        qb_text_add_number(out, v->number);
    return true;
}

bool qb_print_outputs(Run *run, QbErr *err)
{
    const QbDag *g = run->plan->dag;
    QbText *out = &run->r->printed;
    for (int i = 0; i < g->n_outputs; i++) {
        const QbOutput *o = &g->outputs[i];
        if (o->format != QB_FORMAT_PRINT)
            continue;
        for (int k = 0; k < o->n_items; k++) {
            /* A table starts on a line of its own. */
            bool table = !o->items[k].text && qb_dag_at(g, o->items[k].node)->type.kind == QB_TABLE;
            if (k)
                qb_text_add(out, table ? "\n" : " ");
            if (!print_item(run, &o->items[k], out, err))
                return false;
        }
        qb_text_add(out, "\n");
        run->r->outputs[i].printed = out->n;
    }
    return true;
}
