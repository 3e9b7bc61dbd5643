/* Tables as text files: .csv, .tsv, .json. Rows stream through one buffer; a table's text is never held whole. */
#include "core/text.h"
#include "runtime/image_write.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define BUFFER_BYTES ((size_t)1 << 16)

typedef struct Out {
    QbAtomicFile *file;
    QbText text;
    QbErr *err;
} Out;

/* Hands the text on once there is enough of it, or at the end. */
static bool flush(Out *o, bool all)
{
    if (o->text.n == 0 || (!all && o->text.n < BUFFER_BYTES))
        return true;
    bool ok = qb_atomic_write(o->file, o->text.s, o->text.n, o->err);
    o->text.n = 0;
    return ok;
}

/* A name that holds what the format gives a meaning stands in quotes, its own quotes doubled. */
static void add_name(QbText *t, const char *name, char separator)
{
    const char special[] = {separator, '"', '\n', '\r', '\0'};
    if (!strpbrk(name, special)) {
        qb_text_add(t, name);
        return;
    }
    qb_text_add(t, "\"");
    for (const char *p = name; *p; p++) {
        if (*p == '"')
            qb_text_add(t, "\"");
        qb_text_addn(t, p, 1);
    }
    qb_text_add(t, "\"");
}

/* JSON has no word for NaN and infinities. */
static bool add_cell(Out *o, QbTable *t, int64_t row, int column, bool json)
{
    if (t->type[column].whole) {
        int64_t whole;
        if (!qb_table_get_whole(t, row, column, &whole, o->err))
            return false;
        char digits[24];
        int n = snprintf(digits, sizeof(digits), "%" PRId64, whole);
        qb_text_addn(&o->text, digits, (size_t)n);
        return true;
    }
    double v;
    if (!qb_table_get(t, row, column, &v, o->err))
        return false;
    char buf[32];
    qb_text_add(&o->text, json && !isfinite(v) ? "null" : qb_number_text(v, buf));
    return true;
}

static bool write_separated(Out *o, QbTable *t, char separator)
{
    for (int c = 0; c < t->n_columns; c++) {
        if (c > 0)
            qb_text_addn(&o->text, &separator, 1);
        add_name(&o->text, t->type[c].name, separator);
    }
    qb_text_add(&o->text, "\n");
    for (int64_t row = 0; row < t->n_rows; row++) {
        for (int c = 0; c < t->n_columns; c++) {
            if (c > 0)
                qb_text_addn(&o->text, &separator, 1);
            if (!add_cell(o, t, row, c, false))
                return false;
        }
        qb_text_add(&o->text, "\n");
        if (!flush(o, false))
            return false;
    }
    return true;
}

static bool write_objects(Out *o, QbTable *t)
{
    qb_text_add(&o->text, "[");
    for (int64_t row = 0; row < t->n_rows; row++) {
        qb_text_add(&o->text, row > 0 ? ",\n  {" : "\n  {");
        for (int c = 0; c < t->n_columns; c++) {
            if (c > 0)
                qb_text_add(&o->text, ", ");
            qb_text_add_json(&o->text, t->type[c].name);
            qb_text_add(&o->text, ": ");
            if (!add_cell(o, t, row, c, true))
                return false;
        }
        qb_text_add(&o->text, "}");
        if (!flush(o, false))
            return false;
    }
    qb_text_add(&o->text, t->n_rows > 0 ? "\n]\n" : "]\n");
    return true;
}

/* separator 0: JSON */
static bool write_table(const char *path, QbTable *t, char separator, QbAtomicFile **file,
                        QbErr *err)
{
    Out o = {.err = err};
    *file = NULL;
    if (!qb_atomic_open(path, &o.file, err))
        return false;
    bool ok = separator ? write_separated(&o, t, separator) : write_objects(&o, t);
    ok = ok && flush(&o, true) && qb_atomic_settle(o.file, err);
    qb_text_free(&o.text);
    if (!ok) {
        qb_atomic_abort(o.file);
        return false;
    }
    *file = o.file;
    return true;
}

bool qb_table_write(const char *path, QbTable *t, char separator, QbAtomicFile **file, QbErr *err)
{
    return write_table(path, t, separator, file, err);
}

bool qb_table_write_json(const char *path, QbTable *t, QbAtomicFile **file, QbErr *err)
{
    return write_table(path, t, '\0', file, err);
}
