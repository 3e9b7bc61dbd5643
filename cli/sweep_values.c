/* The values of a swept parameter: a text split at its top-level commas, and ranges of numbers counted out. Knows nothing of
 * pipelines; what a value means is found out where it is used. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/sweep.h"

#define WHOLE_STEP 1e-9 /* of a step: so near to HI a step reaches it */

QbDiag *qb_sweep_mistake(QbSweep *s, const QbOverrideText *in, size_t n, const char *fmt, ...)
{
    QbSource *source = QB_NEW(s->arena, QbSource);
    char message[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof(message), fmt, args);
    va_end(args);
    *source = (QbSource){.name = in->place,
                         .text = in->text,
                         .length = strlen(in->text),
                         .lines_before = in->lines_before};
    QbSpan span = {source, (uint32_t)in->at, (uint32_t)(in->at + n)};
    return qb_diag_add(&s->diags, QB_ERROR, "QB0414", span, "%s", message);
}

void qb_sweep_add_value(QbSweep *s, QbSweepAxis *axis, const char *text, const QbOverrideText *in)
{
    QbSweepValue v = {text, in};
    QB_PUSH(s->arena, axis->v, axis->n, axis->cap, v);
}

/* ---- splitting --------------------------------------------------------------------------------------- */

/* Bytes up to the next `sign` that stands outside brackets and quotes, or to the end. */
static size_t up_to(const char *text, char sign)
{
    int depth = 0;
    const char *p = text;
    for (; *p && (*p != sign || depth > 0); p++) {
        if (*p == '"')
            for (p++; *p && *p != '"'; p++)
                p += *p == '\\' && p[1];
        if (!*p)
            break;
        depth += *p == '(' || *p == '[';
        depth -= (*p == ')' || *p == ']') && depth > 0;
    }
    return (size_t)(p - text);
}

static size_t trim(const char *text, size_t *n)
{
    size_t lead = 0;
    while (lead < *n && strchr(" \t", text[lead]))
        lead++;
    *n -= lead;
    while (*n > 0 && strchr(" \t", text[lead + *n - 1]))
        --*n;
    return lead;
}

/* ---- ranges ------------------------------------------------------------------------------------------ */

/* LO:HI:STEP, and the digits after the point that its values have. */
typedef struct Range {
    double v[3];
    int decimals;
} Range;

static bool read_number(const char *text, size_t n, double *v)
{
    char digits[64], *end;
    size_t lead = trim(text, &n);
    if (n == 0 || n >= sizeof(digits))
        return false;
    memcpy(digits, text + lead, n);
    digits[n] = '\0';
    if (strspn(digits, "+-.0123456789eE") != n)
        return false;
    *v = strtod(digits, &end);
    return *end == '\0' && isfinite(*v);
}

/* Digits after the point, as written: "1.50e1" has one. */
static int decimals_of(const char *text, size_t n)
{
    const char *point = memchr(text, '.', n);
    size_t mantissa = 0;
    while (mantissa < n && !strchr("eE", text[mantissa]))
        mantissa++;
    int after = point ? (int)(text + mantissa - point) - 1 : 0;
    if (mantissa < n)
        after -= (int)strtol(text + mantissa + 1, NULL, 10);
    return after > 0 ? after : 0;
}

static bool read_range(const char *text, size_t n, Range *r)
{
    const char *end = text + n;
    for (int k = 0; k < 3; k++) {
        const char *colon = memchr(text, ':', (size_t)(end - text));
        if ((k < 2) != (colon != NULL))
            return false;
        size_t part = colon ? (size_t)(colon - text) : (size_t)(end - text);
        if (!read_number(text, part, &r->v[k]))
            return false;
        if (k != 1)
            r->decimals = (int)qb_max64(r->decimals, decimals_of(text, part));
        text += part + 1;
    }
    return true;
}

/* 0.1 + 2 × 0.1 is 0.3 to whoever wrote 0.1. */
static double value_of(const Range *r, int64_t k)
{
    char digits[400];
    double v = r->v[0] + (double)k * r->v[2];
    if (r->decimals > 15 || fabs(v) > 1e15)
        return v;
    snprintf(digits, sizeof(digits), "%.*f", r->decimals, v);
    v = strtod(digits, NULL);
    return v == 0 ? 0 : v; /* no −0 */
}

static bool range_is_sound(QbSweep *s, const Range *r, const QbOverrideText *in, size_t n)
{
    char lo[32], hi[32];
    if (!(r->v[2] > 0)) {
        qb_sweep_mistake(s, in, n, "the step of a range must be above 0, found %s",
                         qb_number_text(r->v[2], lo));
        return false;
    }
    if (r->v[0] > r->v[1]) {
        qb_sweep_mistake(s, in, n, "the range is empty: its start %s is above its end %s",
                         qb_number_text(r->v[0], lo), qb_number_text(r->v[1], hi));
        return false;
    }
    double steps = (r->v[1] - r->v[0]) / r->v[2];
    if (steps < QB_MOST_POINTS)
        return true;
    qb_sweep_mistake(s, in, n, "the range has more than %d values", QB_MOST_POINTS);
    return false;
}

static void add_range(QbSweep *s, QbSweepAxis *axis, const Range *r)
{
    char digits[32];
    double steps = (r->v[1] - r->v[0]) / r->v[2], whole = floor(steps + 0.5);
    bool reaches = fabs(steps - whole) <= WHOLE_STEP * (whole > 1 ? whole : 1);
    int64_t n = (int64_t)(reaches ? whole : floor(steps)) + 1;
    for (int64_t k = 0; k < n; k++)
        qb_sweep_add_value(s, axis,
                           qb_arena_strdup(s->arena, qb_number_text(value_of(r, k), digits)), NULL);
}

/* ---- a parameter ------------------------------------------------------------------------------------- */

static bool add_piece(QbSweep *s, QbSweepAxis *axis, const QbOverrideText *in, size_t n,
                      bool textual)
{
    const char *text = in->text + in->at;
    Range r = {.decimals = 0};
    if (n == 0) {
        qb_sweep_mistake(s, in, 1, "a value of '%s' is empty", axis->names[0])->hint =
            "values stand between commas: 10,20,30";
        return false;
    }
    char *piece = qb_arena_strndup(s->arena, text, n);
    if (textual || up_to(piece, ':') == n) {
        qb_sweep_add_value(s, axis, piece, in);
        return true;
    }
    if (!read_range(text, n, &r)) {
        qb_sweep_mistake(s, in, n, "a range is LO:HI:STEP in numbers, found '%s'", piece)->hint =
            "such as 10:50:5";
        return false;
    }
    if (!range_is_sound(s, &r, in, n))
        return false;
    add_range(s, axis, &r);
    return true;
}

/* A text in quotes may hold commas: the quotes are not part of it. */
static void unquote(const QbOverrideText *in, size_t *at, size_t *n)
{
    if (*n >= 2 && in->text[*at] == '"' && in->text[*at + *n - 1] == '"') {
        ++*at;
        *n -= 2;
    }
}

bool qb_sweep_values(QbSweep *s, const char *name, const char *text, bool textual,
                     QbSweepAxis *axis)
{
    const QbOverrideText whole = {.place = qb_arena_printf(s->arena, "-p %s", name), .text = text};
    const char **names = QB_NEW(s->arena, const char *);
    *names = name;
    *axis = (QbSweepAxis){.names = names, .n_names = 1, .from = "command line"};
    bool ok = true;
    for (size_t at = 0;;) {
        QbOverrideText *in = qb_arena_memdup(s->arena, &whole, sizeof(whole));
        size_t n = up_to(text + at, ','), length = n;
        in->at = at + trim(text + at, &length);
        if (textual)
            unquote(in, &in->at, &length);
        ok = add_piece(s, axis, in, length, textual) && ok;
        at += n;
        if (!text[at])
            return ok;
        at++;
        if (axis->n <= QB_MOST_POINTS)
            continue;
        qb_sweep_mistake(s, &whole, strlen(text), "'%s' has more than %d values", name,
                         QB_MOST_POINTS);
        return false;
    }
}
