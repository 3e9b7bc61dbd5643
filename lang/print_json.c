/* Diagnostics for programs: one JSON object a line. Places are null where there is none. */
#include "lang/print.h"

static void add_key(QbText *out, const char *key)
{
    qb_text_addf(out, "\"%s\":", key);
}

static void add_string(QbText *out, const char *key, const char *value)
{
    add_key(out, key);
    if (value)
        qb_text_add_json(out, value);
    else
        qb_text_add(out, "null");
}

static void add_place(QbText *out, QbSpan span)
{
    int line, column, end_line, end_column;
    if (!span.source) {
        qb_text_add(out, "\"file\":null,\"line\":null,\"column\":null,\"end_line\":null,"
                         "\"end_column\":null");
        return;
    }
    qb_source_place(span.source, span.lo, &line, &column);
    qb_source_place(span.source, span.hi, &end_line, &end_column);
    add_string(out, "file", span.source->name);
    qb_text_addf(out, ",\"line\":%d,\"column\":%d,\"end_line\":%d,\"end_column\":%d", line, column,
                 end_line, end_column);
}

static void add_diag(QbText *out, const QbDiag *d)
{
    static const char *const severities[] = {
        [QB_NOTE] = "note", [QB_WARNING] = "warning", [QB_ERROR] = "error"};
    qb_text_add(out, "{");
    add_string(out, "severity", severities[d->severity]);
    qb_text_add(out, ",");
    add_string(out, "code", d->code);
    qb_text_add(out, ",");
    add_string(out, "message", d->message);
    qb_text_add(out, ",");
    add_place(out, d->span);
    qb_text_add(out, ",");
    add_string(out, "hint", d->hint);
    qb_text_add(out, ",");
    add_string(out, "replacement", d->span.source ? d->fix : NULL);
    qb_text_add(out, ",");
    add_key(out, "other");
    if (d->other.source) {
        qb_text_add(out, "{");
        add_place(out, d->other);
        qb_text_add(out, ",");
        add_string(out, "text", d->other_text);
        qb_text_add(out, "}");
    } else {
        qb_text_add(out, "null");
    }
    qb_text_add(out, "}\n");
}

void qb_diags_json(const QbDiags *d, QbText *out)
{
    for (int i = 0; i < d->n; i++)
        add_diag(out, &d->v[i]);
}
