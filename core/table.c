/* Tables: columns side by side, as long as the longest cell that was put. Knows nothing of files. */
#include "core/table.h"

#include <stdlib.h>
#include <string.h>

static int64_t bits_of(double v)
{
    int64_t b;
    memcpy(&b, &v, sizeof(b));
    return b;
}

static double number_of(int64_t b)
{
    double v;
    memcpy(&v, &b, sizeof(v));
    return v;
}

QbTable *qb_table_new(const QbRunEnv *env, const QbType *type)
{
    QB_CHECK((type->kind == QB_TABLE || type->kind == QB_PLOT) &&
             type->n_columns <= QB_MAX_COLUMNS);
    QbTable *t = qb_xcalloc(1, sizeof(*t));
    t->n_columns = type->n_columns;
    for (int k = 0; k < t->n_columns; k++) {
        t->type[k] = type->columns[k];
        t->cells[k] = qb_column_new(env);
    }
    return t;
}

void qb_table_free(QbTable *t)
{
    if (!t)
        return;
    for (int k = 0; k < t->n_columns; k++)
        qb_column_free(t->cells[k]);
    free(t);
}

static bool put(QbTable *t, int64_t row, int column, int64_t bits, QbErr *err)
{
    QB_CHECK(column >= 0 && column < t->n_columns);
    if (!qb_column_set(t->cells[column], row, bits, err))
        return false;
    t->n_rows = qb_max64(t->n_rows, row + 1);
    return true;
}

bool qb_table_put(QbTable *t, int64_t row, int column, double v, QbErr *err)
{
    return put(t, row, column, t->type[column].whole ? (int64_t)v : bits_of(v), err);
}

bool qb_table_put_whole(QbTable *t, int64_t row, int column, int64_t v, QbErr *err)
{
    return put(t, row, column, t->type[column].whole ? v : bits_of((double)v), err);
}

static bool get(QbTable *t, int64_t row, int column, int64_t *bits, QbErr *err)
{
    QB_CHECK(column >= 0 && column < t->n_columns && row >= 0 && row < t->n_rows);
    return qb_column_get(t->cells[column], row, bits, err);
}

bool qb_table_get(QbTable *t, int64_t row, int column, double *v, QbErr *err)
{
    int64_t bits;
    if (!get(t, row, column, &bits, err))
        return false;
    *v = t->type[column].whole ? (double)bits : number_of(bits);
    return true;
}

bool qb_table_get_whole(QbTable *t, int64_t row, int column, int64_t *v, QbErr *err)
{
    int64_t bits;
    if (!get(t, row, column, &bits, err))
        return false;
    *v = t->type[column].whole ? bits : (int64_t)number_of(bits);
    return true;
}
