/* Growable text, JSON strings, UTF-8, and numbers written as qbi writes them: the shortest decimal
 * form that reads back the same. Knows nothing of the language or of files. */
#include "core/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(QbText *t, size_t more)
{
    QB_CHECK(more < SIZE_MAX / 4 && t->n < SIZE_MAX / 4);
    if (t->n + more + 1 <= t->cap)
        return;
    size_t cap = t->cap ? t->cap : 64;
    while (cap < t->n + more + 1)
        cap *= 2;
    t->s = qb_xrealloc(t->s, cap);
    t->cap = cap;
}

void qb_text_addn(QbText *t, const char *s, size_t n)
{
    reserve(t, n);
    if (n)
        memcpy(t->s + t->n, s, n);
    t->n += n;
    t->s[t->n] = '\0';
}

void qb_text_add(QbText *t, const char *s)
{
    qb_text_addn(t, s, strlen(s));
}

void qb_text_addf(QbText *t, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    QB_CHECK(n >= 0);
    reserve(t, (size_t)n);
    vsnprintf(t->s + t->n, (size_t)n + 1, fmt, again);
    va_end(again);
    t->n += (size_t)n;
}

void qb_text_add_base64(QbText *t, const void *bytes, size_t n)
{
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *b = bytes;
    for (size_t k = 0; k < n; k += 3) {
        unsigned v = (unsigned)b[k] << 16;
        v |= k + 1 < n ? (unsigned)b[k + 1] << 8 : 0;
        v |= k + 2 < n ? b[k + 2] : 0;
        char four[4] = {signs[v >> 18], signs[v >> 12 & 63], signs[v >> 6 & 63], signs[v & 63]};
        if (k + 1 >= n)
            four[2] = '=';
        if (k + 2 >= n)
            four[3] = '=';
        qb_text_addn(t, four, 4);
    }
}

void qb_text_free(QbText *t)
{
    free(t->s);
    *t = (QbText){0};
}

/* %g drops trailing zeros, so 15 digits give the shortest form of every normal double that has one
 * of at most 15. Subnormals carry fewer digits than that: there every length is tried. */
static const char *shortest_text(double v, char buf[32])
{
    char text[48] = "";
    int digits = fabs(v) < 2.2250738585072014e-308 ? 1 : 15;
    for (; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    memcpy(buf, text, 31);
    buf[31] = '\0';
    return buf;
}

const char *qb_number_text(double v, char buf[32])
{
    if (isnan(v)) {
        snprintf(buf, 32, "nan");
    } else if (isinf(v)) {
        snprintf(buf, 32, v < 0 ? "-inf" : "inf");
    } else if (fabs(v) < 9007199254740992.0 && v == trunc(v)) {
        snprintf(buf, 32, "%.0f", v);
    } else {
        return shortest_text(v, buf);
    }
    return buf;
}

void qb_text_add_number(QbText *t, double v)
{
    char buf[32];
    qb_text_add(t, qb_number_text(v, buf));
}

int qb_utf8_decode(const char *s, size_t n, uint32_t *code)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *u = (const unsigned char *)s;
    if (n == 0)
        return 0;
    int length = u[0] < 0x80 ? 1 : u[0] >= 0xF0 ? 4 : u[0] >= 0xE0 ? 3 : u[0] >= 0xC0 ? 2 : 0;
    if (length == 0 || (size_t)length > n || u[0] > 0xF4)
        return 0;
    uint32_t c = length == 1 ? u[0] : u[0] & (0x7Fu >> length);
    for (int i = 1; i < length; i++) {
        if ((u[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (u[i] & 0x3F);
    }
    if (c < smallest[length] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
        return 0;
    if (code)
        *code = c;
    return length;
}

/* One character of a JSON string; returns the bytes taken. Bytes that are no UTF-8 (file names may
 * hold any) become the replacement character, so that every line stays valid JSON. */
static int add_json_character(QbText *t, const char *s, size_t n)
{
    static const char *const named[128] = {
        ['"'] = "\\\"", ['\\'] = "\\\\", ['\n'] = "\\n", ['\t'] = "\\t",
        ['\r'] = "\\r", ['\b'] = "\\b",  ['\f'] = "\\f"};
    uint32_t code;
    int length = qb_utf8_decode(s, n, &code);
    if (length == 0) {
        qb_text_add(t, "\\ufffd");
        return 1;
    }
    if (code < 128 && named[code])
        qb_text_add(t, named[code]);
    else if (code < 0x20 || code == 0x7F)
        qb_text_addf(t, "\\u%04x", (unsigned)code);
    else
        qb_text_addn(t, s, (size_t)length);
    return length;
}

void qb_text_add_json(QbText *t, const char *s)
{
    size_t n = strlen(s);
    qb_text_add(t, "\"");
    while (n > 0) {
        int taken = add_json_character(t, s, n);
        s += taken;
        n -= (size_t)taken;
    }
    qb_text_add(t, "\"");
}
