/* The list of diagnostics, its order, and the place (line, column) of a byte in a source. Printing is
 * elsewhere. */
#include "core/diag.h"

#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

/* ---- order ------------------------------------------------------------------------------- */

typedef struct Placed {
    QbDiag diag;
    int source, order;
} Placed;

static int by_place(const void *a, const void *b)
{
    const Placed *x = a, *y = b;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    if (x->diag.span.lo != y->diag.span.lo)
        return x->diag.span.lo < y->diag.span.lo ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void qb_diags_sort(QbDiags *d, int from)
{
    int n = d->n - from, n_sources = 0, cap = 0;
    if (n < 2)
        return;
    const QbSource **sources = NULL;
    Placed *placed = QB_NEW_N(d->arena, Placed, n);
    for (int i = 0; i < n; i++) {
        const QbDiag *diag = &d->v[from + i];
        int k = n_sources;
        while (k > 0 && sources[k - 1] != diag->span.source)
            k--;
        if (k == 0) {
            QB_PUSH(d->arena, sources, n_sources, cap, diag->span.source);
            k = n_sources;
        }
        placed[i] = (Placed){*diag, k, i};
    }
    qsort(placed, (size_t)n, sizeof(*placed), by_place);
    for (int i = 0; i < n; i++)
        d->v[from + i] = placed[i].diag;
}

/* ---- places ------------------------------------------------------------------------------ */

void qb_source_place(const QbSource *s, uint32_t offset, int *line, int *column)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    size_t end = offset < s->length ? offset : s->length;
    size_t start = s->length >= 3 && memcmp(s->text, byte_order_mark, 3) == 0 && end >= 3 ? 3 : 0;
    int l = 1 + s->lines_before, c = 1;
    for (const char *at; (at = memchr(s->text + start, '\n', end - start)); l++)
        start = (size_t)(at - s->text) + 1;
    for (size_t i = start; i < end; c++) {
        int length = qb_utf8_decode(s->text + i, s->length - i, NULL);
        i += length ? (size_t)length : 1;
    }
    *line = l;
    *column = c;
}
