/* The list of diagnostics and the place (line, column) of a byte in a source. Printing is
 * elsewhere. */
#include "core/diag.h"

#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How far back an equal diagnostic is looked for: bounds the cost of a file with very many
 * mistakes. */
enum { LOOK_BACK = 2000 };

void qb_diags_init(QbDiags *d, QbArena *arena)
{
    *d = (QbDiags){.arena = arena};
}

static bool spans_equal(QbSpan a, QbSpan b)
{
    return a.source == b.source && a.lo == b.lo && a.hi == b.hi;
}

static QbDiag *find_equal(QbDiags *d, QbSpan span, const char *message)
{
    for (int i = d->n - 1; i >= 0 && i >= d->n - LOOK_BACK; i--) {
        if (spans_equal(d->v[i].span, span) && strcmp(d->v[i].message, message) == 0)
            return &d->v[i];
    }
    return NULL;
}

static char *format_message(QbArena *arena, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    QB_CHECK(n >= 0);
    char *message = qb_arena_alloc(arena, (size_t)n + 1);
    vsnprintf(message, (size_t)n + 1, fmt, again);
    va_end(again);
    return message;
}

QbDiag *qb_diag_add(QbDiags *d, QbSeverity severity, const char *code, QbSpan span, const char *fmt,
                    ...)
{
    va_list args;
    va_start(args, fmt);
    char *message = format_message(d->arena, fmt, args);
    va_end(args);
    QbDiag *earlier = find_equal(d, span, message);
    if (earlier)
        return earlier;
    QbDiag diag = {.severity = severity, .code = code, .span = span, .message = message};
    QB_PUSH(d->arena, d->v, d->n, d->cap, diag);
    d->n_errors += severity == QB_ERROR;
    return &d->v[d->n - 1];
}

void qb_source_place(const QbSource *s, uint32_t offset, int *line, int *column)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    size_t end = offset < s->length ? offset : s->length;
    size_t start = s->length >= 3 && memcmp(s->text, byte_order_mark, 3) == 0 && end >= 3 ? 3 : 0;
    int l = 1, c = 1;
    for (const char *at; (at = memchr(s->text + start, '\n', end - start)); l++)
        start = (size_t)(at - s->text) + 1;
    for (size_t i = start; i < end; c++) {
        int length = qb_utf8_decode(s->text + i, s->length - i, NULL);
        i += length ? (size_t)length : 1;
    }
    *line = l;
    *column = c;
}
